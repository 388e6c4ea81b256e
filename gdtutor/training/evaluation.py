"""How good parameters are on the data, whatever the batches they are trained on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.batch_axis import batch_axes
from gdtutor.engine.building import build_graph
from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Apply, Name
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.shapes import infer_shapes
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Indices, Problem
from gdtutor.values import Struct, replace


class Evaluation(Struct, frozen=True, eq=False):
    """How good some parameters are on some examples."""

    cost: float
    predictions: Array | None
    """Values of the lesson's prediction for every example, the examples being the last axis; None
    where it names none."""


def evaluate(problem: Problem, parameters: Arrays, examples: Indices | None = None) -> Evaluation:
    """Return the cost over some examples, all where None, and the prediction for each of them."""
    rows = replace(problem, is_single=False) if problem.size else problem
    chosen = np.arange(problem.size) if examples is None else examples
    costs, said = [], []
    for batch in fitting_batches(problem, chosen):
        values = forward(rows.graph, rows.given(parameters, batch))
        with np.errstate(all="ignore"):
            costs.append(float(np.mean(values[problem.graph.root])))
        if problem.prediction:
            said.append(examples_last(problem, values, problem.prediction))
    return Evaluation(float(np.mean(costs)), _joined(said))


def averaged(problem: Problem) -> Problem:
    """Return the problem of a scalar lesson over rows of examples: its cost is their mean loss."""
    graph = problem.graph
    lines = [(one.name, one.expr, one.text) for one in graph.lines]
    # A name longer than all others is nobody's.
    name = max((*graph.leaf_by_name, *graph.line_by_name), key=len) + "_"
    mean = (name, Apply("mean", (Name(graph.root),)), "")
    rows = build_graph(graph.leaves, [*lines, mean], by_rows=True, appended=frozenset({name}))
    return replace(problem, graph=rows, is_single=False)


def _joined(parts: list[Array]) -> Array | None:
    """Return the predictions of several batches as one array; None without any."""
    if len(parts) < 2 or not parts[0].ndim:
        return parts[0] if parts else None
    return np.concatenate(parts, axis=-1)


def fitting_batches(problem: Problem, examples: Indices) -> list[Indices]:
    """Return examples as one batch; as equal ones, as few as can be, where the graph fits some
    number of examples alone."""
    count = len(examples)
    parts = next((n for n in range(1, count) if count % n == 0 and all_fit(problem, count // n)), 1)
    return np.split(examples, parts)


@lru_cache(maxsize=64)
def all_fit(problem: Problem, examples: int) -> bool:
    """Say whether a graph can be computed for so many examples at once."""
    rows = replace(problem, is_single=False)
    try:
        return bool(infer_shapes(rows.graph, rows.leaf_shapes(examples)))
    except ShapeError as error:
        # What is too large to be walked can be evaluated.
        return error.code == "bound"


def evaluated_parts(problem: Problem, parameters: Arrays, trained: int) -> tuple[Evaluation, ...]:
    """Return how good parameters are on the examples trained on, and on those held back.

    Each is a batch of its own, so that a mean over the examples is theirs.
    """
    first = evaluate(problem, parameters, np.arange(trained) if problem.size else None)
    if trained >= problem.size:
        return (first,)
    return first, evaluate(problem, parameters, np.arange(trained, problem.size))


def predictions_together(parts: tuple[Evaluation, ...]) -> Array | None:
    """Return the predictions of several parts of the examples; None where there are none."""
    return _joined([part.predictions for part in parts if part.predictions is not None])


def examples_last(problem: Problem, values: Arrays, name: str) -> Array:
    """Return one value of a pass with the examples as its last axis, whichever it was.

    Args:
        problem: Whose graph.
        values: The values of the pass, or of its leaves alone where the name is a leaf.
        name: Which of them.
    """
    leaf = problem.graph.leaf_by_name.get(name)
    if leaf is not None:
        return values[name].T if leaf.examples_first else values[name]
    axes = batch_axes(problem.graph, {n: np.shape(value) for n, value in values.items()})[name]
    return np.moveaxis(values[name], axes[0], -1) if len(axes) == 1 else values[name]
