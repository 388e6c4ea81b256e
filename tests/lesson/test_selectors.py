"""One notation for steps and edits: what is written is read back, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.lesson.selectors import (
    Assignment,
    Selector,
    SelectorError,
    parse_assignment,
    parse_number,
    parse_selector,
)
from gdtutor.lesson.when import PHASES

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}(\.[1-9])?", fullmatch=True)
CELLS = st.one_of(
    st.none(), st.tuples(st.integers(0, 99)), st.tuples(st.integers(0, 99), st.integers(0, 99))
)
SELECTORS = st.one_of(
    st.builds(Selector, st.integers(0, 10**6), st.sampled_from(PHASES)),
    st.builds(Selector, st.integers(0, 10**6), st.sampled_from(PHASES), NAMES, CELLS),
    st.builds(
        lambda iteration, step: Selector(iteration, "", step=step),
        st.integers(0, 10**6),
        st.integers(1, 10**6),
    ),
)


@given(SELECTORS)
def test_a_selector_is_read_as_it_is_written(selector: Selector) -> None:
    assert parse_selector(selector.text()) == selector


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("12", Selector(phase="", step=12)),
        ("step:12", Selector(phase="", step=12)),
        ("iteration 37", Selector(37)),
        ("37/given", Selector(37)),
        ("backward", Selector(phase="backward")),
        ("backward w1", Selector(phase="backward", node="w1")),
        (" 37 / backward : W1[0, 1] ", Selector(37, "backward", "W1", (0, 1))),
        ("forward:z.2", Selector(phase="forward", node="z.2")),
        ("update:b[3]", Selector(phase="update", node="b", cell=(3,))),
        ("5/step:2", Selector(5, "", step=2)),
    ],
)
def test_the_forms_of_a_selector(text: str, selector: Selector) -> None:
    assert parse_selector(text) == selector


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "0", "step:0", "-1", "1.5", "backwards", "backward:", "37/", "/given", "w1",
        "forward:z[", "forward:z[-1]", "forward:z[1,2,3]", "forward:z:q", "iteration", "loss:L",
        "9" * 40, "٣", "forward:z" * 99, "a" * 10**6,
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(SelectorError):
        parse_selector(text)


def test_a_misspelt_phase_is_recognised() -> None:
    with pytest.raises(SelectorError, match="did you mean 'backward'"):
        parse_selector("backwrd:w1")


@given(
    st.builds(
        Assignment,
        NAMES.filter(lambda name: name not in ("optimizer", "activation", "learning_rate")),
        CELLS,
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(0, 10**6),
    )
)
def test_an_edit_is_read_as_it_is_written(edit: Assignment) -> None:
    assert parse_assignment(edit.text()) == edit


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("w1=0.9", Assignment("w1", None, 0.9)),
        ("W1[0,1]=-1e-3", Assignment("W1", (0, 1), -0.001)),
        ("20:learning_rate=5", Assignment("learning_rate", None, 5.0, 20)),
        ("x1[3] = 1/4", Assignment("x1", (3,), 0.25)),
        ("optimizer=adam", Assignment("optimizer", None, "adam")),
        ("optimizer=nadam2", Assignment("optimizer", None, "nadam2")),
        ("3:activation = tanh", Assignment("activation", None, "tanh", 3)),
    ],
)
def test_the_forms_of_an_edit(text: str, edit: Assignment) -> None:
    assert parse_assignment(text) == edit


@pytest.mark.parametrize(
    "text",
    [
        "w1", "=1", "w1=", "w1=x", "w1=sin(1)", "w1=[1]", "w1=1;2", "w1=__import__('os')",
        "w1=9**9**9", "w1=1/0", "w1=nan", "w1=1e999", "1.5:w1=2", "w 1[=2", "learning_rate=0",
        "learning_rate=-1", "learning_rate[0]=1", "optimizer[0]=adam", "w1=(" * 9999,
        "w1=1.T", "w1=1@2", "w1=" + "(" * 900 + "1" + ")" * 900,
    ],
)  # fmt: skip
def test_any_other_edit_is_refused(text: str) -> None:
    with pytest.raises(SelectorError):
        parse_assignment(text)


def test_numbers_are_formulas_of_numbers() -> None:
    assert parse_number("1/3") == 1 / 3
    assert parse_number("-2**2 + .5") == -3.5
