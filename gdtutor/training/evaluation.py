"""How good parameters are on the data, whatever the batches they are trained on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.batch_axis import batch_axes
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Indices, Problem
from gdtutor.values import Struct, replace


class Evaluation(Struct, frozen=True, eq=False):
    """How good some parameters are on some examples."""

    cost: float
    predictions: Array | None
    """Values of the lesson's prediction for every example, the examples being the last axis; None
    where it names none."""


def evaluate(
    problem: Problem, parameters: Mapping[str, Array], examples: Indices | None = None
) -> Evaluation:
    """Return the cost over some examples, all where None, and the prediction for each of them."""
    rows = replace(problem, is_single=False) if problem.size else problem
    chosen = np.arange(problem.size) if examples is None else examples
    values = forward(rows.graph, rows.given(parameters, chosen))
    with np.errstate(all="ignore"):
        cost = float(np.mean(values[problem.graph.root]))
    name = problem.prediction
    return Evaluation(cost, examples_last(problem, values, name) if name else None)


def examples_last(problem: Problem, values: Mapping[str, Array], name: str) -> Array:
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
