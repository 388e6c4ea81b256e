"""Operands that do not fit get the hint that their shapes suggest, with the lesson's own values."""

from __future__ import annotations

from pathlib import Path

import pytest
from lessons_for_tests import MATRIX

from gdtutor.lesson.load import parse_lesson


def hint_of(line: str, *parameters: str) -> str:
    given = "\n".join(("[parameters]", "W = [[1, 2], [3, 4], [5, 6]]", *parameters))
    text = MATRIX.replace("[parameters]\nW = [[0.1, 0.6]]\nb = [[0.0]]", given)
    text = text.replace("Z = W @ X + b", line)
    _, reports = parse_lesson(text, Path("a.md"))
    return next(report for report in reports if report.code == "shape").hint


@pytest.mark.parametrize("line", ["Z = W @ X + b", "Z = b - W @ X", "Z = W @ X / b"])
def test_a_vector_beside_as_many_rows_is_written_as_a_column(line: str) -> None:
    assert hint_of(line, "b = [-0.3, 0.1, 2]").endswith("is b = [[-0.3], [0.1], [2]]")


def test_a_long_vector_is_cut_and_a_drawn_one_has_no_values() -> None:
    many = "W2 = { shape = [5, 3], init = 'zeros' }"
    line = "Z = W2 @ W @ X + b"
    assert hint_of(line, many, "b = [1, 2, 3, 4, 5]").endswith("[[1], [2], [3], [4], …]")
    assert hint_of(line, many, "b = { shape = [5], init = 'zeros' }").endswith("[[0.1], [0.2]]")


def test_a_product_cell_by_cell_that_would_fit_as_a_matrix_product_is_offered_so() -> None:
    assert hint_of("Z = W*X", "b = 1").endswith("rows times columns is W @ X")
    assert hint_of("Z = (W + 1)*X", "b = 1").endswith("rows times columns is @")


@pytest.mark.parametrize("line", ["Z = W.T*X", "Z = W + X"])
def test_where_nothing_is_likely_the_rule_is_said(line: str) -> None:
    assert hint_of(line, "b = [1, 2, 3]").startswith("along every axis")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("Z = W.T @ X", "W @ X fits"),
        ("Z = U @ X", "U.T @ X fits"),
        ("Z = W @ V.T", "W @ V fits"),
        ("Z = (V + 1) @ X", "the inner two must be equal; perhaps one needs .T"),
    ],
)
def test_the_one_product_that_fits_when_an_operand_is_turned_is_named(line: str, hint: str) -> None:
    given = "U = [[1, 2, 3], [4, 5, 6]]", "V = [[1, 2, 3, 4, 5], [6, 7, 8, 9, 0]]"
    assert hint_of(line, "b = 1", *given) == hint


@pytest.mark.parametrize(("weights", "way"), [("[[1, 2]]", "X @ W.T"), ("[[3, 4]]", "X @ W.T")])
def test_weights_left_of_examples_as_rows_are_told_on_which_side_they_stand(
    weights: str, way: str
) -> None:
    text = MATRIX.replace("W = [[0.1, 0.6]]", f"W = {weights}")
    text = text.replace("[parameters]", 'orientation = "rows"\n[parameters]', 1)
    _, reports = parse_lesson(text, Path("a.md"))
    [found] = [report for report in reports if report.code == "shape"]
    assert found.hint == f"examples are rows, so it is {way}"


@pytest.mark.parametrize(
    ("bias", "hint"),
    [
        ("[0, 1]", "b is 3×1, one value for each row"),
        ("[[0], [1]]", "b is 3×1, one value for each row"),
        ("[[0, 1, 2]]", "a column, one value for each row, is b = [[0], [1], [2]]"),
        ("{ shape = [2], init = 'zeros' }", "b is 3×1, one value for each row"),
    ],
)
def test_beside_a_value_of_each_example_the_axis_of_the_examples_is_told(bias, hint) -> None:
    found = hint_of("Z = W @ X + b", f"b = {bias}")
    assert found == f"the 4 of 3×4 are the examples: {hint}"


def test_in_rows_the_examples_are_the_rows_and_a_bias_is_a_row() -> None:
    text = MATRIX.replace("W = [[0.1, 0.6]]", "W = [[1, 2, 3], [3, 4, 5]]")
    text = text.replace("[parameters]", 'orientation = "rows"\n[parameters]', 1)
    text = text.replace("b = [[0.0]]", "b = [0, 1]").replace("W @ X + b", "X @ W + b")
    _, reports = parse_lesson(text, Path("a.md"))
    [found] = [report for report in reports if report.code == "shape"]
    assert found.hint == "the 4 of 4×3 are the examples: b is 1×3, one value for each column"
