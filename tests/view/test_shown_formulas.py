"""What a screen shows of a formula can be read in one way only: as that formula."""

import pytest
from hypothesis import given, settings

from gdtutor.engine.expression import Apply, Number
from gdtutor.engine.operations import parse_rule
from gdtutor.view.formula import Writer
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.notation import name
from tests.engine.formula_trees import trees
from tests.tries import tries
from tests.view.formula_reader import plain, read


def shown(tree, chars):
    return Writer(chars, lambda leaf: name(leaf, chars)).write(tree)


def signs_before_numbers(tree):
    """Say whether a sign stands before a plain number, which reads as the negative number."""
    if not isinstance(tree, Apply):
        return False
    if tree.op == "neg" and isinstance(tree.args[0], Number):
        return True
    return any(signs_before_numbers(arg) for arg in tree.args)


@pytest.mark.slow
@settings(max_examples=tries(400))
@given(trees())
def test_a_shown_formula_reads_back_as_the_same_tree(tree):
    wanted = plain(tree)
    if not signs_before_numbers(wanted):
        for chars in (UNICODE, ASCII):
            assert read(shown(tree, chars)) == wanted


@pytest.mark.parametrize(
    ("formula", "pretty", "ascii_text"),
    [
        ("square(w)**3", "(w²)³", "(w**2)**3"),
        ("square(square(w))", "(w²)²", "(w**2)**2"),
        ("2**square(w)", "2^(w²)", "2**w**2"),
        ("X.T.T", "(Xᵀ)ᵀ", "(X.T).T"),
        ("square(X).T", "(X²)ᵀ", "(X**2).T"),
        ("abs(a*abs(b))", "abs(a·|b|)", "abs(a*|b|)"),
        (
            "max(a, 0) + maximum(a, 0)",
            "max(a, axis=0) + maximum(a, 0)",
            "max(a, axis=0) + maximum(a, 0)",
        ),
        ("1e-5**2", "(1e−5)²", "(1e-5)**2"),
        ("a**1e300", "a^(1e300)", "a**1e300"),
    ],
)
def test_signs_that_are_raised_do_not_run_together(formula, pretty, ascii_text):
    assert shown(parse_rule(formula), UNICODE) == pretty
    assert shown(parse_rule(formula), ASCII) == ascii_text
