"""A cell opened into its scalar formula has the cell's own value, for any rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.drive.opening import session_at
from gdtutor.engine.cells import ELLIPSIS, open_cell
from gdtutor.engine.operations import evaluate, parse_rule
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of

ARRAYS = {
    "A": np.arange(6.0).reshape(2, 3) / 7,
    "B": np.arange(12.0).reshape(3, 4) / 5 - 1,
    "c": np.array([[0.5], [-2.0]]),
    "r": np.array([[1.0, -1.0, 0.25]]),
    "s": np.array(0.75),
    "v": np.array([0.1, 0.2, 0.3]),
}
RULES = [
    "A @ B + c", "A * r", "A.T", "(A @ B).T @ c", "sum(A)", "sum(A, 0)", "sum(A, 1)", "mean(A)",
    "mean(B, 1)", "max(A, 1)", "softmax(A)", "sigmoid(A @ B)*s", "A @ v", "v @ B", "outer(v, v)",
    "cross_entropy(softmax(A), sigmoid(A))", "sum_to(A, c)", "sum_to(A, s)", "spread(s, A)",
    "binary_cross_entropy(sigmoid(A), sigmoid(r))", "-A/(s + 1)**2",
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_every_cell_opens_into_its_own_value(rule: str) -> None:
    expr = parse_rule(rule)
    shapes = {name: array.shape for name, array in ARRAYS.items()}
    value = evaluate(expr, ARRAYS)
    for cell in np.ndindex(value.shape):
        opened = open_cell(expr, cell, shapes, ARRAYS)
        scalars = {name: np.asarray(v) for name, v in opened.values.items()}
        assert float(evaluate(opened.formula, scalars)) == pytest.approx(
            float(value[cell]), rel=1e-12, abs=1e-15
        )


@given(st.integers(7, 40))
def test_a_long_sum_is_elided_in_the_middle_and_still_adds_up(length: int) -> None:
    arrays = {"W": np.linspace(-1, 1, length)[None, :], "x": np.linspace(2, 3, length)[:, None]}
    shapes = {name: array.shape for name, array in arrays.items()}
    expr = parse_rule("W @ x")
    opened = open_cell(expr, (0, 0), shapes, arrays)
    assert opened.terms == length
    assert sum(name.startswith(ELLIPSIS) for name in opened.values) == 1
    assert f"W[0,{length - 1}]" in opened.values
    scalars = {name: np.asarray(v) for name, v in opened.values.items()}
    total = float(evaluate(opened.formula, scalars))
    assert total == pytest.approx(float((arrays["W"] @ arrays["x"])[0, 0]), rel=1e-9)


def test_a_sum_leaves_out_its_middle_from_as_many_terms_on_as_is_asked_for():
    arrays = {"a": np.arange(5.0)}
    expr = parse_rule("sum(a)")
    for most, written in ((6, 5), (4, 4), (3, 3)):
        opened = open_cell(expr, (), {"a": (5,)}, arrays, most)
        assert len(opened.values) == written
        assert opened.terms == 5
        values = {name: np.asarray(value) for name, value in opened.values.items()}
        assert float(evaluate(opened.formula, values)) == 10.0


@pytest.mark.parametrize("rule", ["max(a)", "sum(a)", "mean(a)"])
def test_one_cell_of_a_million_is_opened_without_a_look_at_each(rule: str) -> None:
    arrays = {"a": np.linspace(-1, 1, 1_000_000).reshape(1000, 1000)}
    opened = open_cell(parse_rule(rule), (), {"a": (1000, 1000)}, arrays)
    written = ["a[0,0]", "a[0,1]", "a[0,2]", "a[0,3]", "a[999,999]"]
    assert [name for name in opened.values if not name.startswith(ELLIPSIS)] == written
    values = {name: np.asarray(value) for name, value in opened.values.items()}
    whole = float(evaluate(parse_rule(rule), arrays))
    assert float(evaluate(opened.formula, values)) == pytest.approx(whole, abs=1e-12)


def test_the_middle_of_a_long_maximum_stands_for_its_largest_cell() -> None:
    arrays = {"a": np.array([[1.0, 2.0, 9.0, 4.0, 5.0, 6.0, 7.0, 8.0]])}
    opened = open_cell(parse_rule("max(a, 1)"), (0, 0), {"a": (1, 8)}, arrays, 4)
    [rest] = [name for name in opened.values if name.startswith(ELLIPSIS)]
    assert opened.values[rest] == 9.0


def test_a_sum_that_is_not_finite_opens_without_a_warning_on_the_terminal() -> None:
    arrays = {"a": np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])}
    opened = open_cell(parse_rule("sum(log(a))"), (), {"a": (7,)}, arrays)
    assert not np.isfinite(list(opened.values.values())).all()


@pytest.mark.parametrize("place", ["backward:W1[0,1]", "forward:Z1[0,1]"])
def test_on_a_small_terminal_an_open_cell_shows_its_sum(place: str) -> None:
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at=place)
    text = frame_of(session, 40, 12, UNICODE).text()
    assert {"backward": " = −0.001281", "forward": " = −0.7519"}[place.split(":")[0]] in text
    assert "↓" not in text.splitlines()[1]
