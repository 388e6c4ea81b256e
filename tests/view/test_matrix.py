"""Matrices are aligned under their column numbers, elided with a mark, in both character sets."""

import numpy as np
import pytest

from gdtutor.view.frame import ASCII, UNICODE, Chars, Style
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


@pytest.mark.parametrize(("chars", "mark"), [(UNICODE, "▸"), (ASCII, ">")])
@pytest.mark.parametrize("column", [None, 0])
def test_the_open_cell_has_one_mark_which_moves_no_number(chars, mark, column):
    grid = np.array([[0.0, -0.5, 1.25], [1.0, 12.5, -3.0]])
    plain = written(grid, MatrixLook(38, 4, column=column), chars)
    opened = matrix_lines(grid, MatrixLook(38, 4, column=column, cell=(1, 1)), chars)
    rows = [text_of(row) for row in opened]
    assert [row.replace(mark, " ") for row in rows] == plain
    assert rows[-1].count(mark) == 1
    assert [s.text for row in opened[-2:] for s in row if s.style is Style.CURRENT] == [
        f"{mark}{plain[-1].split()[2]}"
    ]


@pytest.mark.parametrize(("kept", "shown"), [(None, "[ -7.213 ... ]"), (2, "[ ... 3.5 ... ]")])
def test_one_column_stands_where_three_have_no_room(kept, shown):
    row = np.array([[-7.213e-7, 1e-7, 3.5e-7, 2e-7, -1.722e-7]])
    look = MatrixLook(width=22, digits=4, max_rows=3, counts=False, column=kept)
    [line] = matrix_lines(row, look, ASCII)
    assert text_of(line).startswith(shown)
    assert len(text_of(line)) <= 22


def test_a_power_in_the_heading_takes_no_room_from_the_brackets():
    grid = np.array([[-0.0389838, 0.02536227, 0.03299593, -0.04433054],
                     [0.01316398, -0.00856429, -0.01114201, 0.01496946]])  # fmt: skip
    heading, *rows = written(grid, MatrixLook(38, 4, column=0), UNICODE)
    assert heading.endswith("3  ×10⁻³")
    assert all("…" not in row and len(row) <= 38 for row in (heading, *rows))


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize(("scale", "power"), [(1e-4, "⁻⁴"), (1e-5, "⁻⁵"), (1e-3, "⁻³")])
def test_a_smaller_power_shows_all_columns_where_the_largest_cell_s_own_does_not(
    scale, power, counts
):
    grid = np.array([[-113.6, 118.7, 165.2, -167.2], [66.45, -56.41, -81.33, 75.66],
                     [-6.214, 6.533, 8.407, -8.515]]) * scale  # fmt: skip
    rows = written(grid, MatrixLook(38, 4, column=0, counts=counts), UNICODE)
    assert not any("…" in row for row in rows)
    assert "\n".join(rows).count(f"×10{power}") == 1
