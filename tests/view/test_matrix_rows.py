"""A matrix that is read aloud: a line for each row, no brackets, nothing beside it."""

import numpy as np
import pytest

from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.lines import text_of
from gdtutor.view.matrix import MatrixLook, matrix_lines

ALOUD = Chars(braille=False, draws=False)


def rows(array: np.ndarray, look: MatrixLook, chars: Chars = ALOUD) -> list[str]:
    return [text_of(row) for row in matrix_lines(array, look, chars)]


def test_each_row_is_a_line_with_its_number() -> None:
    weights = np.array([[0.1, 0.2], [-0.3, 0.45]])
    assert rows(weights, MatrixLook(76, 4)) == ["row 0: 0.1, 0.2", "row 1: −0.3, 0.45"]
    assert rows(weights, MatrixLook(76, 4), Chars(False, False, False))[1] == "row 1: -0.3, 0.45"


def test_a_single_row_needs_no_number() -> None:
    assert rows(np.array([[0.0, 1.0, 1.0]]), MatrixLook(76, 4)) == ["0, 1, 1"]
    assert rows(np.array([0.5, 2.0]), MatrixLook(76, 4)) == ["0.5, 2"]


def test_a_common_power_of_ten_is_said_once_before_the_rows() -> None:
    small = np.array([[-1.119e-4], [3.2e-6]])
    assert rows(small, MatrixLook(76, 4)) == ["every number ×10⁻⁴", "row 0: −1.119", "row 1: 0.032"]


def test_the_examples_and_the_followed_one_are_said_before_the_rows() -> None:
    said = rows(np.array([[0.5, 0.25]]), MatrixLook(76, 4, column=1))
    assert said == ["columns: examples 0 to 1; followed: 1", "0.5, 0.25"]


def test_the_opened_cell_stands_in_brackets() -> None:
    assert rows(np.eye(2), MatrixLook(76, 4, cell=(1, 0)))[1] == "row 1: [0], 1"
    assert rows(np.ones(2), MatrixLook(76, 4, cell=(1,))) == ["1, [1]"]


def test_what_is_left_out_of_a_large_matrix_is_counted() -> None:
    large = np.arange(100.0 * 50).reshape(100, 50)
    said = rows(large, MatrixLook(400, 5))
    assert len(said) == 10
    assert said[0].startswith("row 0: 0, 1, 2, 3, 4, (39 left out), 44, 45")
    assert said[4] == "91 rows left out"
    assert said[5].startswith("row 95: ")
    kept = rows(large, MatrixLook(400, 5, cell=(50, 20)))
    assert kept[1:4:2] == ["49 rows left out", "48 rows left out"]
    assert "(19 left out), [2520], (28 left out), 2549" in kept[2]


def test_long_rows_are_wrapped_at_blanks() -> None:
    said = rows(np.full((1, 12), 0.125), MatrixLook(30, 4))
    assert all(len(line) <= 30 for line in said)
    assert " ".join(said).count("0.125") == 12


def test_drawn_matrices_stay_as_they_are() -> None:
    assert rows(np.eye(2), MatrixLook(76, 4), UNICODE) == ["⎡ 1 0 ⎤", "⎣ 0 1 ⎦"]
    assert rows(np.eye(2), MatrixLook(76, 4), ASCII) == ["[ 1 0 ]", "[ 0 1 ]"]


@pytest.mark.parametrize(("count", "row"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_the_power_of_ten_stands_beside_the_middle_row(count: int, row: int) -> None:
    said = rows(np.full((count, 1), 1.25e-6), MatrixLook(76, 4), UNICODE)
    assert [number for number, text in enumerate(said) if "×10" in text] == [row]
