"""What is estimated of a graph is what is done where its passes are computed."""

import math

import numpy as np
import pytest
from small_graphs import graph_of

from gdtutor.engine import operations
from gdtutor.engine import trace as tracing
from gdtutor.engine.expression import Number
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import OPERATIONS, Kind, Operation
from gdtutor.engine.work import SLOWNESS, Work, forward_work, iteration_work

SLOW = {"pow", "exp", "log", "log1p", "tanh", "sin", "cos"}
LESSON_OPERATIONS = [op for op in OPERATIONS.values() if not op.internal]


class Counter:
    """Stands in the place of `apply` and counts what NumPy is asked for."""

    def __init__(self) -> None:
        self.work = Work()
        self._apply = operations.apply

    def __call__(self, op: Operation, args, axis=None):
        result = self._apply(op, args, axis)
        if op.function is not None:
            cells = max(np.size(result), *(np.size(a) for a in args))
            products = 0
            if op.name == "matmul":
                products = np.size(result) * np.shape(args[0])[-1]
            slow = SLOWNESS if op.name in SLOW else 1
            self.work += Work(1, cells * slow, products)
        return result


def example(op: Operation) -> tuple[Graph, dict[str, tuple[int, ...]]]:
    """Return a graph of one operation, and the shapes of what it is given."""
    a, b = (5, 7), (5, 7)
    if op.kind is Kind.MATMUL:
        b = (7, 3)
    elif op.kind is Kind.OUTER:
        a, b = (5,), (7,)
    elif op.kind is Kind.EMBED:
        b = (4,)
    elif op.kind is Kind.ELEMENTWISE:
        b = (5, 1)
    given = {"a": a, "b": b} if op.operands > 1 else {"a": a}
    given |= {"c": (5, 7)} if op.operands == 3 else {}
    return graph_of(f"z = {written(op)}", given), given


def written(op: Operation) -> str:
    operators = {
        "add": "a + b", "sub": "a - b", "mul": "a * b", "div": "a / b", "pow": "a ** b",
        "neg": "-a", "matmul": "a @ b", "transpose": "a.T", "pick": "a[1:, 0:3]",
    }  # fmt: skip
    call = ", ".join("abc"[: op.operands])
    call += {"reshape": ", 7, 5", "concat": ", axis=1"}.get(op.name, "")
    return operators.get(op.name, f"{op.name}({call})")


@pytest.mark.parametrize("op", LESSON_OPERATIONS, ids=lambda op: op.name)
def test_the_work_of_a_forward_pass_is_what_is_counted(op, monkeypatch) -> None:
    graph, given = example(op)
    counter = Counter()
    monkeypatch.setattr(operations, "apply", counter)
    arrays = {name: np.full(shape, 0.5) for name, shape in given.items()}
    for node in graph.nodes:
        args = tuple(
            np.asarray(a.value) if isinstance(a, Number) else arrays[a.name] for a in node.args
        )
        arrays[node.name] = operations.apply(OPERATIONS[node.op], args, node.attribute)
    assert forward_work(graph, given) == counter.work


@pytest.mark.parametrize("op", LESSON_OPERATIONS, ids=lambda op: op.name)
def test_the_work_of_a_whole_iteration_holds_what_is_counted(op, monkeypatch) -> None:
    graph, given = example(op)
    graph = graph_of(f"z = {written(op)}\nC = sum(z)", given)
    counter = Counter()
    monkeypatch.setattr(operations, "apply", counter)
    monkeypatch.setattr(tracing, "apply", counter)
    halves = {name: np.full(shape, 0.5) for name, shape in given.items()}
    assert dict(tracing.trace(graph, halves).gradients)
    work = iteration_work(graph, given)
    assert work.products == counter.work.products
    assert counter.work.cells <= work.cells <= 8 * counter.work.cells
    assert counter.work.calls <= work.calls


@pytest.mark.parametrize(
    ("left", "right", "passes"),
    [((4, 6), (6, 5), 3), ((6,), (6, 5), 2), ((4, 6), (6,), 2), ((6,), (6,), 1)],
)
def test_a_product_is_multiplied_once_forward_and_once_for_each_matrix(left, right, passes) -> None:
    """The gradient of a matrix that meets a vector has a product for each of its cells."""
    given = {"a": left, "b": right}
    products = math.prod(left) * math.prod(right[1:])
    assert iteration_work(graph_of("z = a @ b", given), given).products == passes * products


def test_what_depends_on_no_parameter_is_not_walked_back_over() -> None:
    given = {"w": (), "X": (9, 9)}
    graph = graph_of("Z = X @ X\nC = sum(w*Z)", ["w"], ["X"])
    assert iteration_work(graph, given).products == forward_work(graph, given).products == 729
