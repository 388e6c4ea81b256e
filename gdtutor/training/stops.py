"""What ends a run before its last epoch, and where values that are not finite come from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.settings import Stop
from gdtutor.training.state import PlanResult


def first_stop(
    outcome: PlanResult, costs: Array, ends: NDArray[np.intp], stop: Stop
) -> tuple[str | None, int]:
    """Return the first reason to stop among some iterations, and how many of them stand.

    An iteration that meets a condition stands, one whose loss is not finite does not.

    Args:
        outcome: What the iterations did.
        costs: The costs of the epochs that end among them.
        ends: The place among them of the last iteration of each of these epochs.
        stop: The conditions.
    """
    found: list[tuple[int, str]] = []
    strange = np.flatnonzero(~np.isfinite(outcome.losses))
    if len(strange):
        found.append((int(strange[0]), "not_finite"))
    every = np.arange(len(outcome.losses))
    for name, bound, values, places in (
        ("cost_below", stop.cost_below, costs, ends),
        ("loss_below", stop.loss_below, outcome.losses, every),
        ("gradient_below", stop.gradient_below, outcome.norms, every),
    ):
        if bound is not None and values is not None:
            below = np.flatnonzero(values < bound)
            if len(below):
                found.append((int(places[below[0]]) + 1, name))
    if not found:
        return None, len(outcome.losses)
    kept, reason = min(found)
    return reason, kept


def strange_value(
    problem: Problem,
    parameters: Mapping[str, Array],
    optimizer: Mapping[str, Mapping[str, Array]],
    batch: Indices,
) -> tuple[str, int]:
    """Return the first value of an iteration that is not finite.

    Args:
        problem: What is trained.
        parameters: At the start of the iteration.
        optimizer: What the optimiser remembers of each of them there.
        batch: The iteration's examples.

    Returns:
        The line with that value and 0; or a parameter and 1, because the update before has made it,
        or what the optimiser remembers of it, so.
    """
    for name, value in parameters.items():
        remembered = optimizer.get(name, {}).values()
        if not all(np.isfinite(array).all() for array in (value, *remembered)):
            return name, 1
    values = forward(problem.graph, problem.given(parameters, batch))
    for line in problem.graph.lines:
        if not np.isfinite(values[line.name]).all():
            return line.name, 0
    return problem.graph.root, 0
