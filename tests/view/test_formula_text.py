"""Formulas as learners read them."""

import pytest

from gdtutor.engine.operations import parse_rule
from gdtutor.view.formula import Writer
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.notation import name


def written(text: str, chars=UNICODE) -> str:  # type: ignore[no-untyped-def]
    return Writer(chars, lambda leaf: name(leaf, chars)).write(parse_rule(text))


@pytest.mark.parametrize(
    ("formula", "pretty", "plain"),
    [
        ("w1*x1 + w2*x2 + b", "w₁·x₁ + w₂·x₂ + b", "w1*x1 + w2*x2 + b"),
        ("(yhat - y)**2 / 2", "(ŷ − y)²/2", "(yhat - y)**2/2"),
        ("sigmoid(z)", "σ(z)", "sigmoid(z)"),
        ("dZ @ X.T", "dZ · Xᵀ", "dZ @ X.T"),
        ("sum((Yhat - Y)**2)/(2*m)", "Σ((Ŷ − Y)²)/(2·m)", "sum((Yhat - Y)**2)/(2*m)"),
        ("-a*b", "−a·b", "-a*b"),
        ("a - (b - c)", "a − (b − c)", "a - (b - c)"),
        ("a/(b*c)", "a/(b·c)", "a/(b*c)"),
        ("a**-2", "a⁻²", "a**-2"),
        ("(a + b)**c", "(a + b)^c", "(a + b)**c"),
        ("abs(x)", "|x|", "|x|"),
        ("maximum(0, z)", "maximum(0, z)", "maximum(0, z)"),
        ("square(a + 1)", "(a + 1)²", "(a + 1)**2"),
        ("2*-3", "2·(−3)", "2*(-3)"),
        ("spread(a, b)*c", "a·c", "a*c"),
    ],
)
def test_a_formula_is_written_for_people(formula: str, pretty: str, plain: str) -> None:
    assert written(formula) == pretty
    assert written(formula, ASCII) == plain
    assert written(formula, ASCII).isascii()


def test_a_negative_number_needs_no_second_parentheses_in_a_call() -> None:
    writer = Writer(UNICODE, lambda leaf: "(−2)")
    assert writer.write(parse_rule("relu(z)")) == "relu(−2)"
    assert writer.write(parse_rule("relu(z*z)")) == "relu((−2)·(−2))"
