"""One value is overwritten, and what depends on it computed again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import NEURON, arrays, graph_of

from gdtutor.engine.moved import MovedCell
from gdtutor.engine.trace import forward
from tests.tries import tries


@settings(max_examples=tries(40))
@given(st.sampled_from(["w1", "x1", "b", "z", "z.1", "yhat"]), st.floats(-3, 3))
def test_moving_a_value_recomputes_what_depends_on_it_and_nothing_else(name, value):
    graph = graph_of(NEURON, ["w1", "w2", "b"], ["x1", "x2", "y"])
    start = {"w1": 0.1, "w2": 0.6, "b": 0.0, "x1": 1, "x2": 0.5, "y": 1}
    before = forward(graph, arrays(start))
    after = MovedCell(graph, before, name).values_at(value)
    assert float(after[name]) == value
    if name in start:
        again = forward(graph, arrays({**start, name: value}))
        assert {k: float(v) for k, v in after.items()} == {k: float(v) for k, v in again.items()}
    else:
        assert all(after[leaf] is before[leaf] for leaf in start)
        assert float(after["L"]) == pytest.approx((float(after["yhat"]) - 1) ** 2 / 2, rel=1e-12)
    assert float(before["w1"]) == 0.1


def test_what_disturbs_reaches_every_operand_and_result_that_moves():
    graph = graph_of("u = a + b\nC = u*c", ["a", "b", "c"])
    values = forward(graph, arrays({"a": 1, "b": 2, "c": 5}))
    moved = MovedCell(graph, values, "a")
    assert moved.root_at(4.0) == 30
    # a and b are doubled on their way into u, u on its way out and again into C, c and C.
    assert moved.root_at(4.0, lambda array: 2 * array) == 32 * 30


def test_a_root_that_does_not_depend_on_it_stays():
    graph = graph_of("u = a + 1\nC = b + 1", ["a", "b"])
    values = forward(graph, arrays({"a": 1, "b": 2}))
    assert MovedCell(graph, values, "a").root_at(9.0, lambda array: 2 * array) == 3
