"""States of a run that are kept, so that any iteration can be reached by a short replay."""

from __future__ import annotations

from bisect import bisect_right

from gdtutor.engine.operations import Array

MAX_BYTES = 64 * 1024 * 1024
"""What all checkpoints of a run may take."""
_OVERHEAD = 256
"""Bytes that one takes besides its numbers."""
_RECENT = 8
"""States of the iterations visited last that are kept besides."""


class Checkpoints:
    """States at the start of some iterations, thinned to every second one when they grow too many.

    Args:
        spacing: Iterations between two checkpoints, at first.
    """

    def __init__(self, spacing: int) -> None:
        self.spacing = spacing
        self._at: list[int] = []
        self._states: list[tuple[Array, int]] = []
        self._recent: dict[int, tuple[Array, int]] = {}

    @property
    def bytes(self) -> int:
        """What the checkpoints take, without the states visited last."""
        return sum(vector.nbytes + _OVERHEAD for vector, _ in self._states)

    def next_after(self, iteration: int) -> int:
        """Return the next iteration whose state should be kept."""
        return (iteration // self.spacing + 1) * self.spacing

    def keep(self, iteration: int, vector: Array, t: int) -> None:
        """Keep a state if its iteration is due and comes after all that are kept."""
        if iteration % self.spacing or (self._at and iteration <= self._at[-1]):
            return
        self._at.append(iteration)
        self._states.append((vector, t))
        size = vector.nbytes + _OVERHEAD
        while len(self._at) > 1 and len(self._at) * size > MAX_BYTES:
            self.spacing *= 2
            due = [i for i, at in enumerate(self._at) if at % self.spacing == 0]
            self._at = [self._at[i] for i in due]
            self._states = [self._states[i] for i in due]

    def visit(self, iteration: int, vector: Array, t: int) -> None:
        """Keep a state for as long as it is one of the last visited and not large."""
        if vector.nbytes * _RECENT > MAX_BYTES // 8:
            return
        self._recent.pop(iteration, None)
        self._recent[iteration] = (vector, t)
        while len(self._recent) > _RECENT:
            self._recent.pop(next(iter(self._recent)))

    def nearest(self, iteration: int) -> tuple[int, Array, int] | None:
        """Return the last state at or before an iteration: its iteration, vector and t."""
        place = bisect_right(self._at, iteration) - 1
        found = None if place < 0 else (self._at[place], *self._states[place])
        for at, (vector, t) in self._recent.items():
            if at <= iteration and (found is None or at > found[0]):
                found = (at, vector, t)
        return found

    def up_to(self, iteration: int) -> Checkpoints:
        """Return a copy without the states after an iteration; the states themselves are shared."""
        copy = Checkpoints(self.spacing)
        stop = bisect_right(self._at, iteration)
        copy._at, copy._states = self._at[:stop], self._states[:stop]
        copy._recent = {at: state for at, state in self._recent.items() if at <= iteration}
        return copy
