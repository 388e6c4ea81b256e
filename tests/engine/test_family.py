import numpy as np
import pytest

from gdtutor.engine.building import build_graph
from gdtutor.engine.family import forward_family
from gdtutor.engine.graph import Leaf, Role
from gdtutor.engine.operations import parse_formula
from gdtutor.engine.trace import forward

LINES = (
    ("Z", "W @ X + b"),
    ("A", "tanh(Z)"),
    ("S", "softmax(A)"),
    ("R", "cross_entropy(S, Y)"),
    ("T", "A.T @ A"),
    ("u", "A @ v"),
    ("p", "v @ v"),
    ("q", "w @ A"),
    ("C", "sum(R)/3 + mean(T) + max(u) + p*c + sum(q, 0) + log1p(exp(c)) + sum(A, 1) @ v"),
    ("D", "sum(C) + softplus(c)"),
)


def graph_and_values():
    rng = np.random.RandomState(3)
    given = {
        "X": rng.randn(2, 3), "Y": np.eye(3)[:, [0, 2, 1]], "W": rng.randn(3, 2),
        "b": rng.randn(3, 1), "v": rng.randn(3), "w": rng.randn(3), "c": np.asarray(0.3),
    }  # fmt: skip
    lines = [line for line in LINES if "sum(A, 1) @ v" not in line[1]]
    lines.append(("C", "sum(R)/3 + mean(T) + max(u) + p*c + sum(sum(q)*c) + log1p(exp(c))"))
    lines.append(("K", "sum(mean(A, 0) + max(A, 1)) + C"))
    order = {name: index for index, name in enumerate("ZASRTupqCKD")}
    lines.sort(key=lambda line: order[line[0]])
    leaves = [Leaf(name, Role.CONSTANT) for name in given]
    built = build_graph(leaves, [(name, parse_formula(text), text) for name, text in lines])
    return built, given


@pytest.mark.sampled
@pytest.mark.parametrize("wanted", ["Z", "A", "S", "R", "T", "u", "p", "q", "C", "K", "D"])
@pytest.mark.parametrize("name", ["W", "b", "v", "c", "X"])
def test_a_family_is_what_its_members_are_one_by_one(wanted, name):
    graph, given = graph_and_values()
    rng = np.random.RandomState(4)
    members = given[name] + rng.randn(7, *np.shape(given[name]))
    family = forward_family(graph, given, {name: members}, wanted)
    assert len(family) == 7
    for index, member in enumerate(members):
        alone = forward(graph, {**given, name: member})[wanted]
        assert family[index].shape == alone.shape
        assert family[index] == pytest.approx(alone, rel=1e-12, abs=1e-12)


def test_two_leaves_are_varied_together():
    graph, given = graph_and_values()
    rng = np.random.RandomState(5)
    weights, constants = rng.randn(4, 3, 2), rng.randn(4)
    family = forward_family(graph, given, {"W": weights, "c": constants}, "D")
    for index in range(4):
        alone = forward(graph, {**given, "W": weights[index], "c": constants[index]})["D"]
        assert family[index] == pytest.approx(alone, rel=1e-12)


def test_a_varied_line_is_not_computed_from_what_stands_before_it():
    graph, given = graph_and_values()
    values = np.zeros((2, 3, 3))
    values[1] = 1.0
    family = forward_family(graph, given, {"A": values}, "T")
    assert family[0] == pytest.approx(np.zeros((3, 3)))
    assert family[1] == pytest.approx(np.full((3, 3), 3.0))


def test_values_that_are_not_finite_pass_without_a_warning():
    graph = build_graph(
        [Leaf("x", Role.PARAMETER)], [("y", parse_formula("log(x) + 1/x"), "log(x) + 1/x")]
    )
    family = forward_family(graph, {"x": np.asarray(1.0)}, {"x": np.array([0.0, -1.0, 1.0])}, "y")
    assert np.isnan(family[1])
    assert family[2] == 1.0
