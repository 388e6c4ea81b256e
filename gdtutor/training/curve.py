"""The cost of each finished epoch, gathered from the losses of its iterations, and what ends a run
before its last epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.settings import Stop
from gdtutor.training.state import PlanResult, State
from gdtutor.values import Struct, field


class GrowingArray(Struct):
    """Numbers that are only ever added at the end, in a buffer that doubles."""

    _buffer: Array = field(default_factory=lambda: np.empty(1024))
    length: int = 0

    def extend(self, values: Array) -> None:
        """Add numbers. Views that were given out before stay as they are."""
        needed = self.length + len(values)
        if needed > len(self._buffer):
            wider = np.empty(max(needed, 2 * len(self._buffer)))
            wider[: self.length] = self._buffer[: self.length]
            self._buffer = wider
        self._buffer[self.length : needed] = values
        self.length = needed

    def view(self) -> Array:
        """Return a read-only view of the numbers so far."""
        view = self._buffer[: self.length]
        view.flags.writeable = False
        return view

    def up_to(self, length: int) -> GrowingArray:
        """Return a copy of the first numbers."""
        copy = GrowingArray()
        copy.extend(self._buffer[: min(length, self.length)])
        return copy


class Partial(Struct, frozen=True):
    """The losses seen in the epoch that is not finished."""

    total: float = 0.0
    """Sum of the losses of all examples seen."""
    examples: int = 0


def epoch_costs(
    losses: Array, turn: int, sizes: Array, before: Partial
) -> tuple[Array, NDArray[np.intp], Partial]:
    """Gather losses into the costs of epochs.

    The cost of an epoch is the mean over its examples of the losses seen before each update.

    Args:
        losses: Of consecutive iterations, each the mean of its batch.
        turn: The place of the first of them in its epoch, from 0.
        sizes: Examples in each batch of an epoch.
        before: What the epoch of the first of them has seen already.

    Returns:
        The costs of the epochs that end among them, the place of the last iteration of each among
        the losses, and what the epoch after them has seen.
    """
    per = len(sizes)
    if per == 1:
        return losses, np.arange(len(losses)), Partial()
    weighted = losses * sizes[(turn + np.arange(len(losses))) % per]
    head = per - turn
    # One after the other: the last digit of a cost does not hang on where a burst has ended.
    if len(losses) < head:
        seen = int(np.sum(sizes[turn : turn + len(losses)]))
        after = Partial(_added(before.total, weighted), before.examples + seen)
        return np.empty(0), np.empty(0, dtype=np.intp), after
    whole = (len(losses) - head) // per
    stop = head + whole * per
    costs = np.empty(1 + whole)
    seen = before.examples + int(np.sum(sizes[turn:]))
    costs[0] = _added(before.total, weighted[:head]) / seen
    costs[1:] = np.cumsum(weighted[head:stop].reshape(whole, per), axis=1)[:, -1] / np.sum(sizes)
    ends = head - 1 + per * np.arange(1 + whole)
    left = Partial(_added(0.0, weighted[stop:]), int(np.sum(sizes[: len(losses) - stop])))
    return costs, ends, left


def _added(total: float, losses: Array) -> float:
    """Return a sum with more losses, added in their order."""
    return float(np.cumsum([total, *losses])[-1])


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


def strange_value(problem: Problem, state: State, batch: Indices) -> tuple[str, int]:
    """Return the first value of an iteration that is not finite.

    Args:
        problem: What is trained.
        state: At the start of the iteration.
        batch: The iteration's examples.

    Returns:
        The line with that value and 0; or a parameter and 1, because the update before has made it,
        or what the optimiser remembers of it, so.
    """
    for name, value in state.parameters.items():
        remembered = state.optimizer.get(name, {}).values()
        if not all(np.isfinite(array).all() for array in (value, *remembered)):
            return name, 1
    values = forward(problem.graph, problem.given(state.parameters, batch))
    for line in problem.graph.lines:
        if not np.isfinite(values[line.name]).all():
            return line.name, 0
    return problem.graph.root, 0
