"""The stretches of a run one after the other, and how states are carried along them."""

from __future__ import annotations

from gdtutor.engine.operations import Array
from gdtutor.training.curve import Partial, epoch_costs
from gdtutor.training.segments import Known, RunSegment, Stretch

LONGEST_BURST = 4096
"""Most iterations that a plan does in one go."""


class Timeline:
    """What happens at which iteration of a run: its stretches, and the changes between them.

    Args:
        segments: The start and the logged changes, in order; the first begins at iteration 0.

    Raises:
        TrainingError: Settings that cannot be had, naming the bound.
        DataError: An order of the examples that cannot be had.
    """

    def __init__(self, segments: tuple[RunSegment, ...]) -> None:
        self.stretches: list[Stretch] = []
        for segment in segments:
            before = self.stretches[-1] if self.stretches else None
            self.stretches.append(Stretch(segment, before))

    def at(self, iteration: int) -> Stretch:
        """Return the stretch that an iteration belongs to."""
        for stretch in reversed(self.stretches):
            if iteration >= stretch.segment.first_iteration:
                return stretch
        return self.stretches[0]

    def end(self, stretch: Stretch) -> int | None:
        """Return the first iteration after a stretch; None for the last one."""
        place = self.stretches.index(stretch) + 1
        if place == len(self.stretches):
            return None
        return self.stretches[place].segment.first_iteration

    def beginning(self, iteration: int) -> list[Stretch]:
        """Return the stretches that begin at an iteration, without the first of all."""
        return [s for s in self.stretches[1:] if s.segment.first_iteration == iteration]

    def first_iteration(self, epoch: int) -> int:
        """Return the iteration that opens an epoch."""
        for stretch in reversed(self.stretches):
            first = stretch.first_of_epoch(epoch)
            if first >= stretch.segment.first_iteration:
                return first
        return max(0, self.stretches[0].first_of_epoch(epoch))

    def replayed(self, known: Known | None, iteration: int) -> tuple[Array, int]:
        """Return the state at the start of an iteration, bit for bit what training has there.

        One thread at a time: the plans' arrays are written to.

        Args:
            known: A state at or before it, after the changes there; None to begin at the start.
            iteration: The iteration.
        """
        if known is None:
            known = (0, *self._changed(0, *self.stretches[0].start(None, 0)))
        while known[0] < iteration:
            _, _, known = self._done(known, iteration)
        return known[1:]

    def seen(self, known: Known, iteration: int) -> Partial:
        """Return what the epoch that a known state opens has seen before an iteration.

        One thread at a time: the plans' arrays are written to.
        """
        partial = Partial()
        while known[0] < iteration:
            at = known[0]
            stretch, losses, known = self._done(known, iteration)
            _, _, partial = epoch_costs(losses, stretch.turn_of(at), stretch.sizes, partial)
        return partial

    def _done(self, known: Known, iteration: int) -> tuple[Stretch, Array, Known]:
        """Do a burst of a stretch towards an iteration; return its losses, and what is known then.

        The sums of an epoch are taken in one order, however many bursts it takes.
        """
        at, _, t = known
        stretch = self.at(at)
        stop = min(at + LONGEST_BURST, iteration, self.end(stretch) or iteration)
        outcome = stretch.run("replay", known, stop - at)
        at += len(outcome.losses)
        vector, t = self._changed(at, outcome.vector, t + len(outcome.losses))
        return stretch, outcome.losses, (at, vector, t)

    def _changed(self, iteration: int, vector: Array, t: int) -> tuple[Array, int]:
        for stretch in self.beginning(iteration):
            vector, t = stretch.start(vector, t)
        return vector, t
