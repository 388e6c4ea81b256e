"""Matrices are aligned under their column numbers, elided with a mark, in both character sets."""

import numpy as np
import pytest

from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.lines import text_of
from gdtutor.view.matrix import MatrixLook, matrix_lines


def written(array: np.ndarray, look: MatrixLook, chars: Chars) -> list[str]:
    return [text_of(row) for row in matrix_lines(array, look, chars)]


def test_what_is_left_out_is_marked_in_ascii_alone():
    grid = np.arange(1.0, 401.0).reshape(20, 20) / 7
    lines = written(grid, MatrixLook(38, 4), ASCII)
    assert "".join(lines).isascii()
    assert all("..." in row for row in lines)
    assert {len(row) for row in lines} == {len(lines[0])}


@pytest.mark.parametrize("chars", [UNICODE, ASCII])
def test_each_number_of_a_column_ends_where_its_cells_end(chars):
    heading, row = written(np.ones((1, 30)), MatrixLook(38, 4, column=0), chars)
    ends = [i for i in range(1, len(heading)) if heading[i] == " " and heading[i - 1] != " "]
    cells = [i for i, character in enumerate(row) if character == "1"]
    assert [end - 1 for end in ends] == cells[: len(ends)]
    assert len(heading) <= 38
