"""The cost of each finished epoch, gathered from the losses of its iterations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
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
