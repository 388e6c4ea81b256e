import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_graphs import LAYERS, graph_of
from table_samples import PUBLIC, draw, signatures

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.operations import OPERATIONS, Operation, apply, parse_rule
from gdtutor.engine.shapes import expression_shape, infer_shapes, operation_shape, shape_text
from gdtutor.engine.trace import trace


def test_shapes_of_two_layers_follow_from_those_of_the_data():
    graph = graph_of(LAYERS, ["W1", "b1", "W2", "b2"], ["X", "Y", "m"])
    given_shapes = {
        "W1": (3, 2), "b1": (3, 1), "W2": (1, 3), "b2": (1, 1), "X": (2, 4), "Y": (1, 4), "m": (),
    }  # fmt: skip
    shapes = infer_shapes(graph, given_shapes)
    found = {name: shapes[name] for name in ("Z1.1", "Z1", "A1", "Z2", "Yhat", "C.1", "C")}
    assert found == {
        "Z1.1": (3, 4), "Z1": (3, 4), "A1": (3, 4), "Z2": (1, 4), "Yhat": (1, 4), "C.1": (1, 4),
        "C": (),
    }  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize("name", PUBLIC)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_inferred_shape_is_that_of_the_computed_result(name, data, seed):
    op = OPERATIONS[name]
    shapes, axis = data.draw(st.sampled_from(signatures(op)))
    result = apply(op, draw(op, shapes, axis, seed), axis)
    assert operation_shape(op, shapes, axis) == result.shape


MISFITS = [
    ("Z = W @ X", {"W": (3, 4), "X": (2, 4)}, 2, "4 columns meet 2 rows", ".T"),
    ("Z = v @ X", {"v": (3,), "X": (2, 4)}, 2, "3 columns meet 2 rows", ".T"),
    ("Z = 1 + W @ X", {"W": (3, 4), "X": ()}, 6, "here is a plain number", "*"),
    ("Z = X*2 + b", {"X": (3, 4), "b": (3,)}, 4, "3×4 and 3", "or one of them 1"),
    ("Z = maximum(a, b)", {"a": (2,), "b": (3,)}, 0, "2 and 3", "must be equal"),
    ("Z = 2*sum(x, 1)", {"x": (3,)}, 2, "sum along axis 1", "no such axis"),
    ("Z = mean(x, 0)", {"x": ()}, 0, "a number", "no such axis"),
    ("Z = softmax(x)", {"x": ()}, 0, "softmax of a plain number", "a column"),
    ("Z = cross_entropy(A, Y)", {"A": (3, 4), "Y": (1, 4)}, 0, "3×4 with 1×4", "same shape"),
    ("Z = cross_entropy(a, y)", {"a": (), "y": ()}, 0, "plain number", "a column"),
]


@pytest.mark.parametrize(("text", "shapes", "column", "what", "hint"), MISFITS)
def test_operands_that_do_not_fit_are_reported_with_line_and_column(
    text, shapes, column, what, hint
):
    graph = graph_of(f"first = 2*{next(iter(shapes))}\n{text}", shapes)
    with pytest.raises(ShapeError) as caught:
        infer_shapes(graph, shapes)
    assert (caught.value.line, caught.value.column) == ("Z", column)
    assert caught.value.code == "shape"
    assert what in caught.value.what
    assert hint in caught.value.hint


def test_shapes_are_reported_before_any_number_is_computed(monkeypatch):
    def refuse(*_):
        raise AssertionError("a number was computed")

    exp = OPERATIONS["exp"]
    broken = Operation(exp.name, 1, exp.kind, exp.says, function=refuse, local=exp.local)
    monkeypatch.setitem(OPERATIONS, "exp", broken)

    graph = graph_of("E = exp(W)\nZ = E @ X", ["W"], ["X"])
    with pytest.raises(ShapeError, match="does not fit"):
        trace(graph, {"W": np.zeros((3, 4)), "X": np.zeros((2, 4))})


def test_an_array_has_a_bound():
    graph = graph_of("Z = a @ b", ["a", "b"])
    assert infer_shapes(graph, {"a": (1000, 1), "b": (1, 1000)})["Z"] == (1000, 1000)
    with pytest.raises(ShapeError, match="1001×1000") as caught:
        infer_shapes(graph, {"a": (1001, 1), "b": (1, 1000)})
    assert (caught.value.code, caught.value.line, caught.value.column) == ("bound", "Z", 2)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 2, 2), (4_000_001,)])
def test_a_given_value_is_a_number_a_vector_or_a_matrix_of_some_cells(shape):
    graph = graph_of("Z = 2*a", ["a"])
    with pytest.raises(ShapeError, match="a has the shape") as caught:
        infer_shapes(graph, {"a": shape})
    assert caught.value.code == "bound"


def test_the_shape_of_a_rule_is_inferred_without_computing_it():
    shapes = {"dZ": (3, 4), "X": (2, 4), "b": (3, 1)}
    assert expression_shape(parse_rule("dZ @ X.T"), shapes) == (3, 2)
    assert expression_shape(parse_rule("sum_to(dZ, b)"), shapes) == (3, 1)
    assert expression_shape(parse_rule("spread(2, X)*count(X)"), shapes) == (2, 4)
    assert expression_shape(parse_rule("outer(a, b)"), {"a": (2,), "b": (3,)}) == (2, 3)


def test_shapes_are_shown_as_lengths_between_crosses():
    assert [shape_text(s) for s in ((3, 4), (4,), ())] == ["3×4", "4", "a number"]


@pytest.mark.parametrize(
    ("shapes", "named"),
    [
        (((5, 5), (2, 2), ()), "5×5 and 2×2"),
        (((), (5, 5), (2, 2)), "5×5 and 2×2"),
        (((5, 5), (5, 1), (2,)), "5×5 and 2"),
    ],
)
def test_the_operands_that_do_not_meet_are_named(
    shapes: tuple[tuple[int, ...], ...], named: str
) -> None:
    with pytest.raises(ShapeError, match=f"where cannot bring {named} together"):
        operation_shape(OPERATIONS["where"], shapes)
