import numpy as np
import pytest
from small_graphs import LAYERS, NEURON, arrays, graph_of, traced

from gdtutor.engine.proof import prove
from gdtutor.engine.trace import forward, trace

RNG = np.random.default_rng(3)
NETWORK = {"W1": RNG.normal(size=(3, 2)), "b1": np.zeros((3, 1)), "W2": RNG.normal(size=(1, 3))}
BATCH = {"X": [[0, 0, 1, 1], [0, 1, 0, 1]], "b2": [[0.0]], "Y": [[0, 1, 1, 0]], "m": 4}


def proof_of(text, parameters, name, cell=(), others=None):
    found = traced(text, parameters, others)
    return prove(found.graph, found.values, name, cell, float(found.gradients[name][cell]))


def test_every_node_and_parameter_of_a_neuron_is_proved():
    values = {"w1": 0.1, "w2": 0.6, "b": 0.0}
    found = traced(NEURON, values, {"x1": 1, "x2": 1, "y": 1})
    for name in found.backward_order:
        proof = prove(found.graph, found.values, name, (), float(found.gradients[name]))
        assert proof.difference.is_confirmed
        assert proof.kinks == ()


def test_every_cell_of_every_node_of_a_network_is_proved():
    found = traced(LAYERS, NETWORK, BATCH)
    for name in found.backward_order:
        for cell in np.ndindex(found.values[name].shape):
            gradient = float(found.gradients[name][cell])
            assert prove(found.graph, found.values, name, cell, gradient).difference.is_confirmed
            wrong = prove(found.graph, found.values, name, cell, gradient * 1.01 + 1e-4)
            assert not wrong.difference.is_confirmed


@pytest.mark.parametrize(
    ("text", "node"),
    [("y = relu(x)", "y"), ("y = abs(x)", "y"), ("y = maximum(x, 0)*3", "y.1"),
     ("y = step(x)", "y"), ("y = sign(x)", "y"), ("y = leaky_relu(x) + x", "y.1")],
)  # fmt: skip
def test_where_no_derivative_exists_the_node_at_the_kink_is_named(text, node):
    proof = proof_of(text, {"x": 0.0}, "x")
    assert proof.kinks == (node,)
    assert proof_of(text, {"x": 0.4}, "x").kinks == ()


def test_the_slopes_on_both_sides_of_a_corner_are_kept():
    proof = proof_of("y = abs(x)", {"x": 0.0}, "x")
    assert (proof.left, proof.right) == pytest.approx((-1.0, 1.0))
    assert proof.difference.is_confirmed


def test_a_small_corner_is_one():
    assert proof_of("y = 0.0001*relu(x)", {"x": 0.0}, "x").kinks == ("y.1",)
    assert proof_of("y = 0.0001*abs(x)", {"x": 0.0}, "x").kinks == ("y.1",)


@pytest.mark.parametrize(
    ("text", "count"), [("y = relu(relu(x))", 2), ("y = relu(-relu(-x)) + abs(x)", 3)]
)
def test_a_kink_that_is_left_on_one_side_alone_is_named(text, count):
    assert len(proof_of(text, {"x": 0.0}, "x").kinks) == count


def test_a_kink_that_the_value_does_not_leave_is_none():
    """Only the cell that stands at 0 has no derivative; the others are proved as ever."""
    text = "C = sum(relu(X))"
    assert proof_of(text, {"X": [[0.0, 2.0]]}, "X", (0, 0)).kinks == ("C.1",)
    beside = proof_of(text, {"X": [[0.0, 2.0]]}, "X", (0, 1))
    assert beside.kinks == ()
    assert beside.difference.is_confirmed


def test_a_corner_that_is_multiplied_by_zero_is_none():
    assert proof_of("y = relu(x)*c", {"x": 0.0}, "x", others={"c": 0.0}).kinks == ()
    assert proof_of("y = relu(x)*c + x", {"x": 0.0}, "x", others={"c": 0.0}).kinks == ()


def test_a_kink_upstream_of_the_node_is_none():
    assert proof_of("r = relu(x)\ny = r**2 + r", {"x": 0.0}, "r").kinks == ()


def test_the_inner_node_of_an_unfolded_line_is_proved():
    found = traced(NEURON, {"w1": 0.1, "w2": 0.6, "b": 0.3}, {"x1": 1, "x2": 2, "y": 1},
                   unfolded=frozenset({"z"}))  # fmt: skip
    assert "z.1" in found.backward_order
    proof = prove(found.graph, found.values, "z.1", (), float(found.gradients["z.1"]))
    assert proof.difference.is_confirmed


def test_a_root_that_is_not_finite_proves_nothing():
    graph = graph_of("y = log(x)", ["x"])
    values = forward(graph, arrays({"x": 0.0}))
    gradient = float(trace(graph, arrays({"x": 0.0})).gradients["x"])
    assert not prove(graph, values, "x", (), gradient).difference.is_confirmed


MINIMA = {
    "a straight line": ("C = (w*x + b - y)**2/2", {"w": 2.0}, {"x": 3, "b": 0.3, "y": 6.3}),
    "a steep one": ("C = 500*(w*x - y)**2", {"w": 1.0}, {"x": 700, "y": 700}),
    "large numbers": ("C = (w*x + b - y)**2", {"w": 1.0}, {"x": 3, "b": 1e6, "y": 1e6 + 3}),
    "a cost that is not 0": ("C = (w*x - y)**2 + 7", {"w": 0.1}, {"x": 3, "y": 0.1 * 3}),
    "a curve that bends": ("C = 1e6*(exp(w) - 1)**2", {"w": 0.0}, {}),
    "a saddle": ("C = w**3", {"w": 0.0}, {}),
}


@pytest.mark.parametrize("name", MINIMA)
def test_a_gradient_that_is_exactly_0_is_confirmed_and_a_wrong_one_is_not(name):
    """There a difference is nothing but rounding, or the bend of the slope within the step."""
    text, start, others = MINIMA[name]
    found = traced(text, start, others)
    assert float(found.gradients["w"]) == 0
    assert prove(found.graph, found.values, "w", (), 0.0).difference.is_confirmed
    for claimed in (1e-5, -1e-5, 1e-3):
        assert not prove(found.graph, found.values, "w", (), claimed).difference.is_confirmed


def test_every_cell_of_a_matrix_at_its_minimum_is_confirmed():
    X = np.array([[1.3, 2, 0.7], [3, 4, 0.1]])
    W = np.array([[0.1, 0.2], [0.7, 0.3]])
    found = traced("C = sum((W @ X - Y)**2)", {"W": W}, {"X": X, "Y": W @ X})
    for cell in np.ndindex(2, 2):
        assert prove(found.graph, found.values, "W", cell, 0.0).difference.is_confirmed
        assert not prove(found.graph, found.values, "W", cell, 1e-8).difference.is_confirmed


def test_what_confirmed_a_gradient_is_kept():
    def difference(name):
        text, start, others = MINIMA[name]
        found = traced(text, start, others)
        return prove(found.graph, found.values, "w", (), 0.0).difference

    rounded, bent = difference("a straight line"), difference("a curve that bends")
    assert 0 < abs(rounded.estimate) <= rounded.noise
    assert not rounded.takes_bend_out
    assert abs(bent.estimate) > 100 * bent.noise
    assert bent.takes_bend_out
