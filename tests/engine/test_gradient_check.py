import numpy as np
import pytest
from leaf_checks import check_leaf
from small_graphs import NEURON, arrays, graph_of
from table_samples import PUBLIC, draw, signatures

from gdtutor.engine.building import build_graph
from gdtutor.engine.expression import Apply, Name
from gdtutor.engine.gradient_check import (
    TOLERANCE,
    check_cell,
    difference_of,
    nodes_at_kink,
    step_for,
)
from gdtutor.engine.graph import Leaf, Role
from gdtutor.engine.moved import MovedCell
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.trace import forward, trace
from gdtutor.values import replace
from tests.tries import some


def wrong(text):
    """Return a derivative that is off by three thousandths, and not 0."""
    return f"({text})*1.003 + 0.001"


def with_wrong_derivative(op, position):
    def spoiled(rules):
        return tuple(wrong(r) if i == position else r for i, r in enumerate(rules))

    by_rank = {ranks: spoiled(rules) for ranks, rules in op.vjp_by_rank.items()}
    return replace(op, local=spoiled(op.local), vjp=spoiled(op.vjp), vjp_by_rank=by_rank)


def weighted_sum_of(op, shapes, axis):
    """Return the graph C = sum(op(a, b)*g), and its values."""
    operands = tuple(Name(letter) for letter in "abc"[: op.operands])
    lines = [
        ("P", Apply(op.name, operands, axis), ""),
        ("C", Apply("sum", (Apply("mul", (Name("P"), Name("g"))),)), ""),
    ]
    leaves = [Leaf(n.name, Role.PARAMETER) for n in operands] + [Leaf("g", Role.CONSTANT)]
    given = dict(zip("abc", draw(op, shapes, axis, 7), strict=False))
    graph = build_graph(leaves, lines)
    size = forward(graph, {**given, "g": np.ones(())})["P"].shape
    return graph, given | {"g": np.random.default_rng(8).uniform(0.5, 2, size)}


def worst_of(graph, given, name, gradient, **bound):
    found = check_leaf(graph, given, name, gradient, **bound)
    return max(found, key=lambda difference: difference.relative_error)


CASES = [
    pytest.param(name, shapes, axis, id=f"{name}-{shapes}-{axis}")
    for number, name in enumerate(PUBLIC)
    for shapes, axis in some(number, list(signatures(OPERATIONS[name])), 2)
]


@pytest.mark.sampled
@pytest.mark.parametrize(("name", "shapes", "axis"), CASES)
def test_a_right_derivative_is_confirmed_and_a_wrong_one_is_caught(name, shapes, axis, monkeypatch):
    op = OPERATIONS[name]
    graph, given = weighted_sum_of(op, shapes, axis)
    right = trace(graph, given).gradients
    for position, leaf in enumerate("abc"[: op.operands]):
        if (name, leaf) == ("embed", "b"):
            # It numbers rows: between whole numbers there is nothing to differ.
            continue
        assert worst_of(graph, given, leaf, right[leaf]).is_confirmed
        monkeypatch.setitem(OPERATIONS, name, with_wrong_derivative(op, position))
        gradient = trace(graph, given).gradients[leaf]
        assert not worst_of(graph, given, leaf, gradient).is_confirmed
        monkeypatch.setitem(OPERATIONS, name, op)


@pytest.mark.parametrize("claimed", [999.0, -999.0, 0.0, -6.0, 6.0001, np.nan, np.inf, -np.inf])
def test_an_absurd_derivative_is_refused(claimed):
    graph = graph_of("C = x**2", ["x"])
    assert check_cell(graph, arrays({"x": 3}), "x", (), 6.0).is_confirmed
    assert not check_cell(graph, arrays({"x": 3}), "x", (), claimed).is_confirmed


def test_a_difference_shows_what_it_was_computed_from():
    graph = graph_of("C = x**2", ["x"])
    found = check_cell(graph, arrays({"x": 3}), "x", (), 6.0)
    assert found.above == pytest.approx((3 + found.step) ** 2, rel=1e-15)
    assert found.below == pytest.approx((3 - found.step) ** 2, rel=1e-15)
    assert found.estimate == pytest.approx(6, rel=1e-9)
    assert found.relative_error == pytest.approx(abs(found.estimate - 6) / 6, abs=1e-9)
    assert (found.name, found.cell, found.gradient) == ("x", (), 6.0)


def test_the_step_grows_with_the_value():
    graph = graph_of("C = x**2", ["x"])
    steps = [check_cell(graph, arrays({"x": x}), "x", (), 2.0 * x).step for x in (0, 1, 1e6)]
    assert steps[0] == steps[1] == pytest.approx(6.06e-6, rel=1e-2)
    assert steps[2] == pytest.approx(1e6 * steps[1], rel=1e-12)
    assert check_cell(graph, arrays({"x": 1e6}), "x", (), 2e6).is_confirmed


def test_a_gradient_of_zero_is_confirmed_and_not_by_everything():
    graph = graph_of("C = (x - 1)**2 + 1", ["x"])
    given = arrays({"x": 1})
    assert check_cell(graph, given, "x", (), 0.0).relative_error == 0
    assert not check_cell(graph, given, "x", (), 1e-6).is_confirmed
    assert not check_cell(graph, given, "x", (), -1e-8).is_confirmed


def test_differences_below_the_rounding_of_the_cost_do_not_count():
    graph = graph_of("C = 1000 + x*1e-9", ["x"])
    assert check_cell(graph, arrays({"x": 0.3}), "x", (), 1e-9).is_confirmed
    assert not check_cell(graph, arrays({"x": 0.3}), "x", (), 1e-5).is_confirmed


def test_a_saturated_sigmoid_is_confirmed():
    graph = graph_of("C = sigmoid(x)", ["x"])
    given = arrays({"x": -30})
    assert worst_of(graph, given, "x", trace(graph, given).gradients["x"]).is_confirmed


@pytest.mark.parametrize(("text", "x"), [("C = log(x)", 0), ("C = 1/x", 0), ("C = exp(x)", 1e3)])
def test_a_cost_that_is_not_finite_confirms_nothing(text, x):
    graph = graph_of(text, ["x"])
    given = arrays({"x": x})
    gradient = trace(graph, given).gradients["x"]
    assert not worst_of(graph, given, "x", gradient).is_confirmed


def test_an_infinite_value_beside_a_finite_one_confirms_nothing():
    graph = graph_of("C = exp(x)", ["x"])
    edge = arrays({"x": 709.7827128})
    found = check_cell(graph, edge, "x", (), 1.0)
    assert np.isinf(found.above)
    assert np.isfinite(found.below)
    assert not found.is_confirmed


def test_the_worst_cell_of_a_leaf_is_returned():
    graph = graph_of("C = sum(W**2)", ["W"])
    given = arrays({"W": [[1, 2], [3, 4]]})
    gradient = 2 * given["W"]
    gradient[1, 0] += 0.01
    worst = worst_of(graph, given, "W", gradient)
    assert worst.cell == (1, 0)
    assert worst.relative_error == pytest.approx(0.01 / 6.01, rel=1e-3)


def test_a_cell_that_is_not_finite_is_the_worst():
    graph = graph_of("C = sum(W**2)", ["W"])
    worst = worst_of(graph, arrays({"W": [1, 2, 3]}), "W", np.array([99.0, np.nan, 6.0]))
    assert worst.cell == (1,)
    assert not worst.is_confirmed


def test_a_large_leaf_is_checked_at_cells_spread_evenly():
    graph = graph_of("C = sum(W**2)", ["W"])
    given = arrays({"W": np.ones(200)})
    for cell in (0, 199):
        gradient = 2 * given["W"]
        gradient[cell] = 3
        assert worst_of(graph, given, "W", gradient, most=5).cell == (cell,)
    between = 2 * given["W"]
    between[1] = 3
    assert worst_of(graph, given, "W", between, most=5).is_confirmed
    assert not worst_of(graph, given, "W", between, most=200).is_confirmed


def test_every_parameter_of_a_neuron_is_confirmed():
    graph = graph_of(NEURON, ["w1", "w2", "b"], ["x1", "x2", "y"])
    given = arrays({"w1": 0.1, "w2": 0.6, "b": 0.2, "x1": 1, "x2": 0.5, "y": 1})
    gradients = trace(graph, given).gradients
    errors = [worst_of(graph, given, n, gradients[n]).relative_error for n in graph.parameters]
    assert max(errors) < TOLERANCE / 100


@pytest.mark.parametrize(
    ("text", "given", "found"),
    [
        ("C = relu(w)", {"w": 0}, ("C",)),
        ("C = relu(w)", {"w": 1e-300}, ()),
        ("C = 2*abs(w - 1)", {"w": 1}, ("C.2",)),
        ("C = maximum(w, 3)", {"w": 3}, ("C",)),
        ("C = maximum(w, 3)", {"w": 2}, ()),
        ("p = step(w)\nq = leaky_relu(w)\nC = sum(p + q)", {"w": [1, 0]}, ("p", "q")),
        ("C = max(w)", {"w": [1, 2, 2]}, ("C",)),
        ("C = max(w)", {"w": [1, 1, 2]}, ()),
        ("C = sum(max(w, 0))", {"w": [[1, 2], [1, 3]]}, ("C.1",)),
        ("C = sum(max(w, 1))", {"w": [[1, 2], [1, 3]]}, ()),
        ("C = square(w)", {"w": 0}, ()),
    ],
)
def test_operations_that_stand_at_a_kink_are_named(text, given, found):
    graph = graph_of(text, given)
    assert nodes_at_kink(graph, forward(graph, arrays(given))) == found


def test_looking_for_kinks_among_values_that_are_not_finite_does_not_warn():
    graph = graph_of("C = maximum(w, v)", ["w", "v"])
    values = forward(graph, arrays({"w": np.inf, "v": np.inf}))
    assert nodes_at_kink(graph, values) == ()


def test_a_small_value_next_to_a_pole_is_confirmed_with_a_smaller_step():
    graph = graph_of("C = 1/x", ["x"])
    found = check_cell(graph, arrays({"x": 1e-6}), "x", (), -1e12)
    assert found.is_confirmed
    assert found.step < 1e-8
    assert not check_cell(graph, arrays({"x": 1e-6}), "x", (), -1.001e12).is_confirmed


@pytest.mark.parametrize("claimed", [0.0, 0.5, 2.0])
def test_a_step_too_small_to_move_the_cost_confirms_nothing(claimed):
    graph = graph_of("C = 1 + x", ["x"])
    assert not check_cell(graph, arrays({"x": 1e-200}), "x", (), claimed).is_confirmed


@pytest.mark.parametrize("factor", [0.0, 0.999, 1.001, -1.0])
def test_a_wrong_derivative_is_caught_right_beside_a_minimum(factor):
    """A thousandth away from it the gradient is small, and still far above the rounding."""
    graph = graph_of("C = (w*x - y)**2", ["w"], ["x", "y"])
    given = arrays({"w": 2.001, "x": 3, "y": 6})
    right = float(trace(graph, given).gradients["w"])
    assert check_cell(graph, given, "w", (), right).is_confirmed
    assert not check_cell(graph, given, "w", (), factor * right).is_confirmed


def test_a_difference_that_loses_its_digits_confirms_what_it_cannot_tell_apart():
    """1e8 + x leaves eight digits of x, so the step is wider than usual, to tell six of a slope."""
    graph = graph_of("C = (1e8 + x) - 1e8", ["x"])
    found = check_cell(graph, arrays({"x": 0.3}), "x", (), 1.0)
    assert found.is_confirmed
    assert found.is_close
    assert found.step > 10 * step_for(0.3)
    assert not check_cell(graph, arrays({"x": 0.3}), "x", (), 1.1).is_confirmed


@pytest.mark.parametrize("claimed", [0.0, 2.9, 3.0003, -3.0, 1e12])
def test_a_wrong_derivative_of_a_smooth_cost_is_settled(claimed):
    graph = graph_of("C = 3*x + sin(x)*1e-9", ["x"])
    found = check_cell(graph, arrays({"x": 0.4}), "x", (), claimed)
    assert not found.is_confirmed
    assert found.is_settled
    assert found.estimate == pytest.approx(3, rel=1e-6)


@pytest.mark.parametrize("claimed", [1e-7, -0.5, 40.0])
def test_a_wrong_derivative_at_a_minimum_is_settled(claimed):
    graph = graph_of("C = (w*x + b - y)**2", ["w"], ["x", "b", "y"])
    given = arrays({"w": 2, "x": 3, "b": 0.3, "y": 6.3})
    found = check_cell(graph, given, "w", (), claimed)
    assert not found.is_confirmed
    assert found.is_settled


def test_differences_that_grow_as_the_step_shrinks_are_not_settled():
    graph = graph_of("C = sin(x*1e13)", ["x"])
    given = arrays({"x": 0.5})
    right = float(trace(graph, given).gradients["x"])
    assert not check_cell(graph, given, "x", (), right).is_settled


def test_beside_a_cost_of_6e10_a_wider_step_tells_the_digits_of_a_gradient():
    """The usual step leaves 1e-5 of rounding in it, which confirms and says nothing."""
    graph = graph_of("C = k + 1e5*x**2", ["x"], ["k"])
    given = arrays({"x": 0.7, "k": 6e10})
    right = float(trace(graph, given).gradients["x"])
    found = check_cell(graph, given, "x", (), right)
    assert found.is_confirmed
    assert found.is_close
    assert abs(found.estimate - right) / right <= TOLERANCE
    assert found.step > step_for(0.7)


@pytest.mark.parametrize("root", [np.inf, -np.inf, np.nan])
def test_a_difference_that_is_not_finite_confirms_nothing(root):
    moved = MovedCell(graph_of("C = 2*x", ["x"]), arrays({"x": 1}), "x")
    with np.errstate(all="ignore"):
        found = difference_of(moved, 1e-3, (root, 0.0), 0.0)
    assert found.relative_error == np.inf
    assert not found.is_confirmed
