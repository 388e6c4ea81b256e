"""Conditions over a lesson's names are parsed by a closed grammar and judged honestly."""

import numpy as np
import pytest

from gdtutor.lesson.conditions import (
    ConditionError,
    Known,
    Wanted,
    check_names,
    failing,
    goal_words,
    holds,
    parse_condition,
)

VALUES = {
    "u": np.array(0.0),
    "b": np.array(-0.4),
    "h": np.array([0.0, 0.0, 2.0]),
    "W": np.array([[1.0, -2.0], [0.5, 4.0]]),
    "cost": np.array(0.013),
    "epochs": np.array(500.0),
    "diverged": np.array(0.0),
    "near": np.array(5.6e-17),
}
GRADIENTS = {"W": np.array([[0.0, 1e-9], [0.0, 0.0]]), "b": np.array(0.25)}


def look_up(wish: Wanted) -> Known:
    found = GRADIENTS if wish.about == "grad" else VALUES
    value = np.zeros(3) if wish.everywhere else found[wish.name]
    value = value if wish.cell is None else np.asarray(value[wish.cell])
    return Known(value, 1e-16 if wish.name == "near" else 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "u == 0", "b == -0.4", "b < 0 and u == 0", "b > 0 or u == 0", "not b > 0",
        "(b > 0 or u == 0) and epochs <= 500", "h == 0 at every example", "h >= 0",
        "W[1,1] == 4", "abs(grad W) < 1e-6", "grad b == 0.25", "abs(W[0,1]) > abs(W[0,0])",
        "not diverged", "near == 0", "not near > 0", "near <= 0", "(b + 0.4) * 2 == 0",
        "-b == 0.4", "b + 0.1 + 0.3 == 0", "cost < 0.02 and (epochs < 100 or epochs == 500)",
    ],
)  # fmt: skip
def test_a_condition_that_is_true_holds(text: str) -> None:
    assert holds(parse_condition(text), look_up)


@pytest.mark.parametrize(
    "text",
    ["u != 0", "h == 0", "cost < 0.01", "diverged", "near > 0", "near < 0", "near != 0",
     "b == -0.4000001", "-near < 0", "not u == 0", "b > 0 and u == 0", "W > 0", "u < 0 or u > 0"],
)  # fmt: skip
def test_a_condition_that_is_false_does_not(text: str) -> None:
    assert not holds(parse_condition(text), look_up)


@pytest.mark.parametrize(
    "text",
    ["", "u ==", "== 0", "u == 0 and", "(u == 0", "u = 0", "u == 0 b", "__import__('os') == 0",
     "u == 0 at every", "u == 'a'", "u == 0 == 0", "x" * 600 + " == 0", "unknown(u) == 0",
     " and ".join(["u == 0"] * 30)],
)  # fmt: skip
def test_what_is_no_condition_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse_condition(text)
    assert refused.value.what
    assert refused.value.hint


def test_names_are_held_against_the_lesson() -> None:
    check_names(parse_condition("u == 0 and cost < 1"), {"u"})
    with pytest.raises(ConditionError, match="'v' is no name"):
        check_names(parse_condition("v == 0"), {"u"})
    with pytest.raises(ConditionError, match="grad cost"):
        check_names(parse_condition("grad cost == 0"), {"u"})


def test_the_first_comparison_that_fails_is_told() -> None:
    missed = failing(parse_condition("epochs <= 500 and cost < 0.01"), look_up)
    assert missed is not None
    assert (missed.left.text, goal_words(missed)) == ("cost", "below 0.01")
    assert failing(parse_condition("u == 0"), look_up) is None
