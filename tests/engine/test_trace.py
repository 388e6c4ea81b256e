import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import random_graphs
from hypothesis import given, settings
from random_graphs import samples
from small_graphs import LAYERS, NEURON, arrays, graph_of, only, traced
from table_samples import signatures

from gdtutor.engine import trace as trace_module
from gdtutor.engine.building import build_graph
from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Apply, Name
from gdtutor.engine.graph import Leaf, Role
from gdtutor.engine.operations import FUNCTIONS, OPERATIONS, apply
from gdtutor.engine.trace import backward_order, forward, trace
from tests.independent.comparing import Held, compare
from tests.independent.tape import BACKWARD, FORWARD, parsed, taped
from tests.tries import tries

FIRST = {"w1": 0.1, "w2": 0.6, "b": 0.0}
FIRST_EXAMPLE = {"x1": 0, "x2": 0, "y": 0}

OR = """
Z = W @ X + b
Yhat = sigmoid(Z)
C = sum((Yhat - Y)**2)/(2*m)
"""
PLANE = [[0, 0, 1, 1], [0, 1, 0, 1]]


def test_the_backward_pass_visits_lines_in_reverse_and_leaves_after_their_last_delivery():
    assert traced(NEURON, FIRST, FIRST_EXAMPLE).backward_order == (
        "L",
        "yhat",
        "z",
        "w1",
        "w2",
        "b",
    )


def test_an_unfolded_line_delivers_to_each_leaf_from_its_own_operation():
    steps = traced(NEURON, FIRST, FIRST_EXAMPLE, unfolded=frozenset({"z"})).backward_order
    assert steps == ("L", "yhat", "z", "b", "z.3", "z.2", "w2", "z.1", "w1")


def test_a_leaf_comes_after_the_last_use_to_deliver_to_it():
    steps = traced(
        "p = a*b\nq = p + a\nr = q*b\nC = r + d", {"d": 1, "a": 2, "b": 3}
    ).backward_order
    assert steps == ("C", "d", "r", "q", "p", "a", "b")


def test_leaves_come_in_the_order_in_which_they_are_written():
    assert traced("C = c*a + b", {"a": 1, "b": 2, "c": 3}).backward_order == ("C", "c", "a", "b")


def test_what_does_not_lead_from_a_parameter_to_the_root_gets_no_step():
    text = "side = w*x\nplain = x*x\nC = plain*v"
    steps = traced(text, {"w": 1, "v": 2, "unused": 3}, {"x": 4}).backward_order
    assert steps == ("C", "v")


def test_inputs_get_a_step_when_they_are_wanted():
    graph = graph_of("C = w*x", ["w"], ["x"])
    values = arrays({"w": 2, "x": 3})
    assert trace(graph, values, wanted=["x"]).backward_order == ("C", "x")
    assert trace(graph, values, wanted=["w", "x"]).gradients["x"] == 2


def test_there_is_no_backward_pass_from_an_array_nor_where_none_is_wanted():
    graph = graph_of("Z = w*x", ["w"], ["x"])
    assert trace(graph, arrays({"w": 1, "x": [1, 2]})).backward_order == ()
    assert trace(graph, arrays({"w": 1, "x": 2}), backward=False).backward_order == ()
    assert trace(graph, arrays({"w": 1, "x": 2}), wanted=[]).backward_order == ()
    assert trace(graph, arrays({"w": 1, "x": [[2]]})).backward_order == ("Z", "w")


def test_the_order_is_known_without_values():
    graph = graph_of(NEURON, ["w1", "w2", "b"], ["x1", "x2", "y"])
    order = backward_order(graph.visible(), "L", ("b", "w2"))
    assert order == ("L", "yhat", "z", "w2", "b")


def test_the_root_receives_nothing_and_has_the_gradient_one():
    walk = traced(NEURON, FIRST, FIRST_EXAMPLE)
    assert walk.contributions["L"] == ()
    assert walk.gradients["L"] == 1


def test_a_value_used_twice_receives_two_contributions():
    walk = traced("q = a*a\nC = q + a", {"a": 3})
    assert [(c.consumer, c.occurrence, float(c.value)) for c in walk.contributions["a"]] == [
        ("C", 0, 1),
        ("q", 0, 3),
        ("q", 1, 3),
    ]
    assert walk.gradients["a"] == 7


def test_arrays_of_a_trace_cannot_be_written_to():
    start = np.ones((2, 3))
    graph = graph_of("Z = W @ X\nC = sum(Z.T) + sum(W)", ["W"], ["X"])
    walk = trace(graph, {"W": start, "X": np.ones((3, 4))}, wanted=["W", "X"])
    kept = [*walk.values.values(), *walk.gradients.values()]
    for received in walk.contributions.values():
        for c in received:
            kept += [c.upstream, c.value] if c.local is None else [c.upstream, c.value, c.local]
    assert not any(array.flags.writeable for array in kept)
    start[:] = 7
    assert walk.values["W"].max() == 1


def test_a_result_that_nobody_else_has_is_not_copied(monkeypatch):
    made = []

    def kept(*what):
        made.append(apply(*what))
        return made[-1]

    monkeypatch.setattr(trace_module, "apply", kept)
    graph = graph_of("Z = W @ X\nC = sum(Z)", ["W"], ["X"])
    values = trace_module.forward(graph, {"W": np.ones((2, 3)), "X": np.ones((3, 4))})
    assert values["Z"] is made[0]
    assert not made[0].flags.writeable


def test_a_view_of_an_array_that_changes_is_copied():
    base = np.ones(3)
    view = base.view()
    view.flags.writeable = False
    walk = trace(graph_of("C = sum(v)", ["v"]), {"v": view})
    base[:] = 5
    assert walk.values["v"].tolist() == [1, 1, 1]


@pytest.mark.sampled
@pytest.mark.parametrize("name", [n for n, row in OPERATIONS.items() if not row.internal])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, -1e308, 1e308, 5e-324])
def test_values_that_are_not_finite_neither_raise_nor_warn(name, value):
    op = OPERATIONS[name]
    operands = tuple(Name(letter) for letter in "abc"[: op.operands])
    shapes, fixed = signatures(op)[-1]
    lines = [("p", Apply(name, operands, fixed), ""), ("C", Apply("sum", (Name("p"),)), "")]
    graph = build_graph([Leaf(n.name, Role.PARAMETER) for n in operands], lines)
    given = {n.name: np.full(shape, value) for n, shape in zip(operands, shapes, strict=True)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        walk = trace(graph, given)
    assert walk.gradients["a"].shape == shapes[0]


def test_a_value_that_is_not_finite_is_a_value_like_any_other():
    walk = traced("q = log(a)\nC = q*w", {"a": 0, "w": 0})
    assert walk.values["q"] == -np.inf
    assert np.isnan(walk.values["C"])
    assert walk.gradients["w"] == -np.inf


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError):
        traced("C = sum(W @ X)", {"W": np.ones((2, 3))}, {"X": np.ones((2, 3))})


@pytest.mark.slow
def test_a_chain_of_twenty_thousand_lines_needs_no_deeper_recursion():
    length = 20_000
    assert sys.getrecursionlimit() <= 1000
    lines = [("z0", Apply("mul", (Name("w"), Name("x"))), "w*x")]
    lines += [(f"z{i}", Apply("neg", (Name(f"z{i - 1}"),)), f"-z{i - 1}") for i in range(1, length)]
    graph = build_graph([Leaf("w", Role.PARAMETER), Leaf("x", Role.INPUT)], lines)
    walk = trace(graph, arrays({"w": 2, "x": 3}))
    assert walk.values[graph.root] == -6
    assert len(walk.backward_order) == length + 1
    assert walk.gradients["w"] == -3


def test_random_graphs_and_their_witness_know_every_operation():
    forms = Path(random_graphs.__file__).read_text(), *random_graphs.UNARY, *random_graphs.BINARY
    written = set(re.findall(r"\w+", " ".join(forms))) | set(random_graphs.REDUCTIONS)
    assert set(FUNCTIONS) <= written
    public = {name for name, row in OPERATIONS.items() if not row.internal}
    assert public == set(FORWARD) == set(BACKWARD)


def hold_to_the_witness(sample):
    lines = (line.split(" = ") for line in sample.text.split("\n"))
    tape = taped(sample.given, [(name, parsed(formula)) for name, formula in lines])
    walk = trace(sample.graph, sample.given, unfolded=sample.unfolded)
    held = Held()
    for line in sample.graph.lines:
        compare(held, f"{line.name} in {sample}", walk.values[line.name], tape.value(line.name))
    found = tape.gradients(sample.graph.root)
    for name in sample.given:
        if name in found:
            gradient = walk.gradients.get(name, np.zeros(found[name].shape))
            where = f"the gradient of {name} in {sample}"
            compare(held, where, gradient, found[name], is_gradient=True)


@pytest.mark.slow
@settings(max_examples=tries(300))
@given(samples())
def test_gradients_of_whole_graphs_are_those_of_an_independent_implementation(sample):
    hold_to_the_witness(sample)


@pytest.mark.slow
@settings(max_examples=tries(200))
@given(samples(by_rows=True))
def test_gradients_of_rows_over_a_batch_are_those_of_an_independent_implementation(sample):
    hold_to_the_witness(sample)


def test_the_first_example_of_or_has_its_published_figures():
    walk = traced(NEURON, FIRST, FIRST_EXAMPLE)
    assert {n: float(walk.values[n]) for n in ("z", "yhat", "L")} == {
        "z": 0,
        "yhat": 0.5,
        "L": 0.125,
    }
    assert {n: float(g) for n, g in walk.gradients.items()} == {
        "L": 1, "yhat": 0.5, "z": 0.125, "w1": 0, "w2": 0, "b": 0.125,
    }  # fmt: skip
    assert only(walk, "z").local == 0.25
    after = traced(NEURON, {**FIRST, "b": -0.125}, FIRST_EXAMPLE)
    assert after.values["yhat"] == pytest.approx(0.46879062662624377, rel=1e-15)
    assert after.values["L"] == pytest.approx(0.10988232580631314, rel=1e-15)


def descended(text, parameters, others, epochs, learning_rate=1.0):
    """Return the trace at each epoch of plain full-batch descent."""
    graph = graph_of(text, parameters, others)
    now = arrays(parameters)
    walks = []
    for _ in range(epochs):
        walks.append(trace(graph, {**now, **arrays(others)}))
        now = {name: now[name] - learning_rate * walks[-1].gradients[name] for name in now}
    return walks


def close(found, published, digits=4):
    np.testing.assert_allclose(np.asarray(found), published, rtol=0, atol=0.5001 * 10.0**-digits)


def test_vectorised_or_reaches_its_published_epochs():
    start = {"W": [[0.1, 0.6]], "b": [[0.0]]}
    walks = descended(OR, start, {"X": PLANE, "Y": [[0, 1, 1, 1]], "m": 4}, 3)
    costs = [float(walk.values["C"]) for walk in walks]
    published = [0.08891294752305501, 0.08400959542290769, 0.08004751322479219]
    np.testing.assert_allclose(costs, published, rtol=1e-14)
    for walk, dw, db, w, b in zip(
        walks,
        [(-0.0480, -0.0387), (-0.0443, -0.0350), (-0.0410, -0.0319)],
        [-0.0370, -0.0313, -0.0264],
        [(0.1, 0.6), (0.1480, 0.6387), (0.1923, 0.6737)],
        [0, 0.0370, 0.0683],
        strict=True,
    ):
        close(walk.gradients["W"], [dw])
        close(walk.gradients["b"], [[db]])
        close(walk.values["W"], [w])
        close(walk.values["b"], [[b]])
    first = walks[0]
    close(first.values["Z"], [[0, 0.6, 0.1, 0.7]])
    close(first.values["Yhat"], [[0.5, 0.6457, 0.5250, 0.6682]])
    close(first.gradients["Yhat"], [[0.1250, -0.0886, -0.1188, -0.0830]])
    close(first.gradients["Z"], [[0.03125, -0.0203, -0.0296, -0.0184]])


def test_or_written_for_one_example_gives_the_same_costs_as_in_matrices():
    rows = {"x1": PLANE[0], "x2": PLANE[1], "y": [0, 1, 1, 1]}
    text = f"{NEURON}C = mean(L)"
    walk = traced(text, FIRST, rows, by_rows=True, appended=frozenset({"C"}))
    whole = descended(OR, {"W": [[0.1, 0.6]], "b": 0}, {"X": PLANE, "Y": [[0, 1, 1, 1]], "m": 4}, 1)
    assert walk.values["C"] == pytest.approx(float(whole[0].values["C"]), rel=1e-15)
    weights = [walk.gradients["w1"], walk.gradients["w2"]]
    np.testing.assert_allclose(weights, whole[0].gradients["W"][0], rtol=1e-14)
    assert walk.gradients["b"] == pytest.approx(float(whole[0].gradients["b"]), rel=1e-14)


def test_xor_with_the_feature_cross_reaches_its_published_epochs():
    crossed = [*PLANE, [0, 0, 0, 1]]
    data = {"X": crossed, "Y": [[0, 1, 1, 0]], "m": 4}
    walks = descended(OR, {"W": [[0.1, 0.6, 0.2]], "b": [[0.0]]}, data, 2)
    costs = [float(walk.values["C"]) for walk in walks]
    np.testing.assert_allclose(costs, [0.13833167761605697, 0.136371292808928], rtol=1e-14)
    close(walks[0].gradients["W"], [[0.0069, 0.0163, 0.0365]])
    close(walks[0].gradients["b"], [[0.0179]])


def test_xor_with_a_hidden_layer_starts_from_its_published_figures():
    rng = np.random.RandomState(48)
    parameters = {
        "W1": rng.randn(3, 2) / np.sqrt(2),
        "b1": np.zeros((3, 1)),
        "W2": rng.randn(1, 3) / np.sqrt(3),
        "b2": np.zeros((1, 1)),
    }
    walk = traced(LAYERS, parameters, {"X": PLANE, "Y": [[0, 1, 1, 0]], "m": 4})
    assert walk.values["C"] == pytest.approx(0.12926510193084198, rel=0, abs=1e-15)
    close(walk.values["Yhat"], [[0.521667, 0.634728, 0.554074, 0.655523]], 6)
    close(walk.gradients["Z2"], [[0.032543, -0.021172, -0.027544, 0.037006]], 6)
    close(walk.gradients["W2"], [[0.007370, 0.012425, 0.013192]], 6)
    close(walk.gradients["b2"], [[0.020833]], 6)
    dw1 = [[0.000506, -0.001281], [0.001011, 0.001794], [0.001395, 0.003609]]
    close(walk.gradients["W1"], dw1, 6)
    close(walk.gradients["b1"], [[-0.003718], [0.002437], [0.004838]], 6)


def test_values_can_be_computed_without_recording_a_trace():
    graph = graph_of(NEURON, ["w1", "w2", "b"], ["x1", "x2", "y"])
    values = forward(graph, arrays({**FIRST, **FIRST_EXAMPLE}))
    assert values["L"] == 0.125
    assert set(values) == {
        *FIRST,
        *FIRST_EXAMPLE,
        "z.1",
        "z.2",
        "z.3",
        "z",
        "yhat",
        "L.1",
        "L.2",
        "L",
    }
