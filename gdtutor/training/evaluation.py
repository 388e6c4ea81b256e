"""How good parameters are on all the data, whatever the batches they are trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Problem


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How good some parameters are on all the data."""

    cost: float
    predictions: Array | None
    """Values of the lesson's prediction for every example, the examples being the last axis; None
    where it names none."""


def evaluate(problem: Problem, parameters: Mapping[str, Array]) -> Evaluation:
    """Return the cost over all the data, and the prediction for every example."""
    rows = replace(problem, is_single=False) if problem.size else problem
    values = forward(rows.graph, rows.given(parameters, np.arange(problem.size)))
    with np.errstate(all="ignore"):
        cost = float(np.mean(values[problem.graph.root]))
    return Evaluation(cost, values[problem.prediction] if problem.prediction else None)
