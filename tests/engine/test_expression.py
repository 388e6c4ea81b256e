import numpy as np
import pytest
from formula_texts import formula_texts
from formula_trees import trees
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.engine.expression import (
    Apply,
    Name,
    Number,
    names_in,
    number_text,
    substitute,
    to_text,
)
from gdtutor.engine.operations import parse_formula


@given(trees())
def test_a_tree_written_out_is_read_back_as_the_same_tree(tree):
    assert parse_formula(to_text(tree)) == tree


@given(formula_texts())
def test_a_formula_written_out_is_read_back_as_the_same_tree(text):
    tree = parse_formula(text)
    assert parse_formula(to_text(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "a - (b - a)",
        "a/(b*a)",
        "(a + b)*a",
        "-(a + b)",
        "(-a)**2",
        "a**-b",
        "(a**b)**2",
        "(a + b).T @ a",
        "a @ b*2",
        "a - -2",
        "2.T",
        "sum(a, axis=0) + mean(b, axis=1)",
    ],
)
def test_writing_out_uses_no_more_parentheses_than_needed(text):
    assert to_text(parse_formula(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_out_reads_back_as_the_same_float(value):
    read = parse_formula(number_text(value))
    assert isinstance(read, Number)
    assert np.float64(read.value).tobytes() == np.float64(value).tobytes()


def test_a_whole_number_is_written_without_a_point():
    assert [number_text(v) for v in (2.0, -3.0, 0.0, -0.0, 0.1)] == ["2", "-3", "0", "-0", "0.1"]


def test_the_same_formula_in_another_column_is_equal_and_not_unequal():
    one, other = Apply("neg", (Name("a", 1),), None, 0), Apply("neg", (Name("a", 4),), None, 3)
    assert one == other
    assert not one != other  # noqa: SIM202
    assert one != Apply("neg", (Name("b", 1),), None, 0)


def test_names_are_listed_once_for_each_occurrence():
    assert [n.name for n in names_in(parse_formula("a*a + exp(b)"))] == [
        "a",
        "a",
        "b",
    ]


def test_names_are_replaced_all_at_once():
    swapped = substitute(parse_formula("a/b**2"), {"a": Name("b"), "b": Name("a")})
    assert to_text(swapped) == "b/a**2"


def test_what_is_turned_twice_stands_as_it_is():
    turned = substitute(parse_formula("a.T @ g"), {"a": parse_formula("X.T")})
    assert to_text(turned) == "X @ g"
