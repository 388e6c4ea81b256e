"""An equation carries ≈ where its shown operands do not give its shown result."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.drive.opening import session_at
from gdtutor.engine.operations import parse_formula
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.view.context import Context
from gdtutor.view.equation import Equation, equation_lines, relation
from gdtutor.view.explain import context_of
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.lines import text_of


def some_context(chars: Chars = UNICODE) -> Context:
    path = find_lesson("bias", shipped_lessons_folder())
    context = context_of(session_at(path, at="forward:z"), chars)
    assert context is not None
    return context


@pytest.mark.parametrize(
    ("formula", "values", "result", "sign"),
    [
        ("a*b", {"a": 0.125, "b": 1.0}, 0.125, "="),
        ("a*b", {"a": 1 / 3, "b": 3.0}, 1.0, "≈"),
        ("a + b", {"a": 1.00004, "b": 1.00004}, 2.00008, "="),
        ("a + b", {"a": 1.00044, "b": 1.00044}, 2.00088, "≈"),
        ("a - b", {"a": 0.33333, "b": 0.33329}, 0.33333 - 0.33329, "≈"),
        ("a*2*b", {"a": 1e-200, "b": 3e-160}, 0.0, "≈"),
        ("exp(-a)", {"a": 1000.0}, 0.0, "≈"),
        ("a*b", {"a": 0.0, "b": 3e-160}, 0.0, "="),
        ("a - b", {"a": 0.5, "b": 0.5}, 0.0, "="),
    ],
)
def test_the_sign_is_honest(
    formula: str, values: dict[str, float], result: float, sign: str
) -> None:
    assert relation(parse_formula(formula), values, result, some_context()) == sign


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_an_equals_sign_can_be_checked_with_the_digits_shown(a: float, b: float) -> None:
    context = some_context(ASCII)
    values = {"a": a, "b": b}
    lines = equation_lines(context, Equation("c", parse_formula("a*b"), values, a * b), 78)
    shown = "".join(text_of(line) for line in lines).replace(" ", "")
    match = re.fullmatch(r"c=a\*b=(\(?[-+.e\d]+\)?)\*(\(?[-+.e\d]+\)?)([=~])([-+.e\d]+)", shown)
    assert match is not None, shown
    left, right = float(match[1].strip("()")), float(match[2].strip("()"))
    # A product of what is not 0 is 0 where a float64 holds nothing that small.
    is_lost = left * right == 0 and left != 0 and right != 0
    is_exact = context.number(left * right) == match[4] and not is_lost
    assert is_exact == (match[3] == "=")


def test_long_equations_wrap_before_an_operator() -> None:
    names = [f"w{i}*x{i}" for i in range(1, 9)]
    formula = parse_formula(" + ".join(names))
    values = {name: 0.123456 for pair in names for name in pair.split("*")}
    lines = equation_lines(some_context(), Equation("z", formula, values, 0.12), 30)
    assert all(len(text_of(line)) <= 30 for line in lines)
    starts = [text_of(line).lstrip()[0] for line in lines]
    assert set(starts) <= {"z", "=", "≈", "+"}
