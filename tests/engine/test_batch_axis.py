"""Which axes of a value run over the examples: rules, and random graphs that hold them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import LEAVES, ROW_LEAVES, samples
from small_graphs import LAYERS, lines_of

from gdtutor.engine.batch_axis import batch_axes, by_example, expression_axes
from gdtutor.engine.building import build_graph
from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Leaf, Role
from gdtutor.engine.operations import OPERATIONS, apply, evaluate, parse_formula
from gdtutor.engine.shapes import infer_shapes
from gdtutor.engine.trace import forward
from gdtutor.values import replace
from tests.tries import tries

SHAPES = {"X": (2, 4), "Y": (1, 4), "W": (4, 2), "V": (4, 1), "b": (4, 1), "m": ()}
ROLES = {"X": Role.INPUT, "Y": Role.TARGET, "m": Role.CONSTANT}


def axes_of(text: str, *, by_rows: bool = False, **shapes):
    """Return the batch axes of every name of a graph over X, Y, W and V with four examples."""
    given = SHAPES | shapes
    leaves = [Leaf(name, ROLES.get(name, Role.PARAMETER)) for name in given]
    graph = build_graph(leaves, lines_of(text), by_rows=by_rows)
    return batch_axes(graph, infer_shapes(graph, given))


def test_examples_are_the_last_axis_of_every_layer_and_of_no_parameter() -> None:
    found = axes_of(LAYERS, W1=(4, 2), b1=(4, 1), W2=(1, 4), b2=(1, 1))
    assert [found[name] for name in ("X", "Z1", "A1", "Z2", "Yhat", "Y")] == [(1,)] * 6
    assert [found[name] for name in ("W1", "b1", "W2", "b2", "m", "C")] == [()] * 6


def test_a_hidden_layer_of_as_many_units_as_examples_has_its_examples_down_the_rows() -> None:
    found = axes_of("H = sigmoid(X.T @ W.T)\nP = H @ V\nC = sum((P - Y.T)**2)")
    assert found["H"] == found["P"] == found["C.2"] == (0,)
    assert found["H.2"] == ()
    assert found["H.1"] == (0,)


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("X @ X.T", ()),
        ("X.T @ X", (0, 1)),
        ("Y.T - Y", (0, 1)),
        ("W @ X", (1,)),
        ("X @ V", ()),
        ("sum(X, 0)", (1,)),
        ("sum(X, 1)", ()),
        ("mean(X.T, 1)", (0,)),
        ("X - mean(X, 1)", (1,)),
        ("softmax(X)", (1,)),
        ("softmax(X.T)", ()),
        ("cross_entropy(X, X)", (1,)),
        ("sum(X)", ()),
        ("X.T.T", (1,)),
        ("m*X", (1,)),
        ("X[0]", (0,)),
        ("X[0:1]", (1,)),
        ("X[0:1, 0:2]", ()),
        ("embed(W, step(X[0]))", (0,)),
        ("embed(X.T, step(X[0]))", ()),
        ("outer(V[0], X[0])", (1,)),
        ("outer(X[0], V[0])", (0,)),
    ],
)
def test_an_axis_goes_with_the_operations_and_ends_where_examples_are_gathered(
    text: str, axes: tuple[int, ...]
) -> None:
    assert axes_of(f"A = {text}")["A"] == axes


def test_rows_of_a_scalar_lesson_run_over_the_examples() -> None:
    found = axes_of("z = w*x\nL = z**2", by_rows=True, w=(), x=(4,))
    assert found["z"] == ()
    leaves = [Leaf("w", Role.PARAMETER), Leaf("x", Role.INPUT)]
    graph = build_graph(leaves, lines_of("z = w*x\nC = mean(z)"), by_rows=True, appended={"C"})
    assert batch_axes(graph, infer_shapes(graph, {"w": (), "x": (4,)}))["z"] == (0,)


def test_values_are_turned_so_that_the_examples_come_last() -> None:
    rows = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(by_example(rows, (0,), 3), rows.T)
    np.testing.assert_array_equal(by_example(rows, (1,), 2), rows)
    np.testing.assert_array_equal(by_example(np.arange(3.0), (0,), 3), [[0, 1, 2]])
    np.testing.assert_array_equal(by_example(np.array([[1.0], [2.0]]), (), 3), [[1] * 3, [2] * 3])
    assert by_example(np.eye(3), (0, 1), 3) is None


def data_roles(graph, names, *, in_rows=False):
    """Return a random graph with these leaves as inputs, whose rows may be the examples."""
    leaves = tuple(
        replace(leaf, role=Role.INPUT, examples_first=in_rows)
        if leaf.name in names
        else replace(leaf, role=Role.PARAMETER)
        for leaf in graph.leaves
    )
    return replace(graph, leaves=leaves)


def perturbed(value, axes, example, rng):
    """Return a value with other numbers in the cells of one example."""
    changed = np.array(value)
    for axis in axes:
        cells = np.moveaxis(changed, axis, 0)[example]
        np.moveaxis(changed, axis, 0)[example] = cells + rng.uniform(0.1, 1.0, np.shape(cells))
    return changed


def data_leaves(*, in_rows):
    """Return the leaves that hold three examples as columns, or two as rows."""
    axis, examples = (0, 2) if in_rows else (-1, 3)
    return {name for name, shape in LEAVES.items() if shape and shape[axis] == examples}


def is_own(before, after, axes, example):
    """Say whether only cells of one example differ."""
    places = np.argwhere(~np.isclose(before, after, rtol=0, atol=0, equal_nan=True))
    return all(any(place[axis] == example for axis in axes) for place in places.tolist())


def adds_examples_up(node, axes, shapes):
    """Say whether an operation adds up over examples: an axis of theirs is gone, or in a product
    the one that is summed over. Where each meets each the result may still have one."""
    sources = [arg.name for arg in node.args if isinstance(arg, Name)]
    if node.op == "matmul":
        left, right = sources
        return len(shapes[left]) - 1 in axes[left] or 0 in axes[right]
    return any(len(axes[node.name]) < len(axes[source]) for source in sources)


@pytest.mark.slow
@settings(max_examples=tries(150), deadline=None)
@given(st.data())
def test_one_example_moves_its_own_cells_of_every_operation(data) -> None:
    """Of each operation, whatever its operands: so that it holds of every chain of them."""
    by_rows = data.draw(st.booleans())
    sample = data.draw(samples(by_rows=by_rows))
    in_rows = not by_rows and data.draw(st.booleans())
    rows = {name for name, shape in ROW_LEAVES.items() if shape}
    names = rows if by_rows else data_leaves(in_rows=in_rows)
    graph = data_roles(sample.graph, names, in_rows=in_rows)
    shapes = infer_shapes(graph, {name: v.shape for name, v in sample.given.items()})
    axes, values = batch_axes(graph, shapes), forward(graph, sample.given)
    rng = np.random.default_rng(0)
    example = data.draw(st.integers(0, 1 if in_rows else 2))
    with np.errstate(all="ignore"):
        moved = {name: perturbed(values[name], axes[name], example, rng) for name in values}
        for node in graph.nodes:
            args = [evaluate(arg, moved) for arg in node.args]
            after = apply(OPERATIONS[node.op], tuple(args), node.attribute)
            if axes[node.name] and not adds_examples_up(node, axes, shapes):
                assert is_own(values[node.name], after, axes[node.name], example), node


@pytest.mark.slow
@settings(max_examples=tries(150), deadline=None)
@given(st.data())
def test_one_example_moves_its_own_cells_through_a_whole_graph(data) -> None:
    """Except downstream of what gathers the examples, which moves with each of them."""
    sample, in_rows = data.draw(samples()), data.draw(st.booleans())
    names = data_leaves(in_rows=in_rows)
    graph = data_roles(sample.graph, names, in_rows=in_rows)
    shapes = infer_shapes(graph, {name: v.shape for name, v in sample.given.items()})
    axes, before = batch_axes(graph, shapes), forward(graph, sample.given)
    rng, example = np.random.default_rng(1), data.draw(st.integers(0, 1 if in_rows else 2))
    given = {n: perturbed(v, axes[n], example, rng) for n, v in sample.given.items()}
    after = forward(graph, given)
    depending, gathering = set(names), set()
    for node in graph.nodes:
        sources = {arg.name for arg in node.args if isinstance(arg, Name)}
        if sources & depending:
            depending.add(node.name)
        gathers = not axes[node.name] or adds_examples_up(node, axes, shapes)
        if sources & gathering or (node.name in depending and gathers):
            gathering.add(node.name)
        if node.name not in depending:
            np.testing.assert_array_equal(before[node.name], after[node.name])
        if axes[node.name] and node.name not in gathering:
            assert is_own(before[node.name], after[node.name], axes[node.name], example), node


@settings(max_examples=tries(100), deadline=None)
@given(samples(), st.booleans())
def test_a_formula_has_the_axes_of_the_node_that_computes_it(sample, in_rows) -> None:
    graph = data_roles(sample.graph, data_leaves(in_rows=in_rows), in_rows=in_rows)
    shapes = infer_shapes(graph, {name: v.shape for name, v in sample.given.items()})
    axes = batch_axes(graph, shapes)
    for line in graph.lines:
        assert expression_axes(line.expr, shapes, axes) == axes[line.name]


def test_the_gradient_of_a_weight_has_no_axis_and_that_of_a_layer_its_own() -> None:
    shapes = {"g": (4, 3), "X": (2, 3), "W": (4, 2)}
    axes = {"g": (1,), "X": (1,), "W": ()}
    assert expression_axes(parse_formula("g @ X.T"), shapes, axes) == ()
    assert expression_axes(parse_formula("W.T @ g"), shapes, axes) == (1,)
