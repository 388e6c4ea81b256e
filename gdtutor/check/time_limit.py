"""How long the checks of one lesson may take: what the clock leaves no time for is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

SECONDS = 15.0
"""For the checks of one lesson and its variants together."""

Clock = Callable[[], float]
"""Tells the time in seconds; the processor's, so that a busy machine leaves nothing out."""

GRADIENTS, TRAINING, QUESTIONS, SCREENS = 0.25, 0.5, 0.75, 1.0
"""Up to which part of a run's time each check may go on; what one leaves is the next one's."""


class TimeLimit:
    """Shares the time of a lesson among its run and those of its variants, and remembers what there
    was no time for.

    Args:
        clock: Tells the time; None where nothing is bounded by it.
        seconds: For the lesson.
    """

    def __init__(self, clock: Clock | None = None, seconds: float = SECONDS) -> None:
        self._clock, self._seconds = clock, seconds
        self._begun = self._end = 0.0 if clock is None else clock()
        self._whole = self._end + seconds
        self._left_out: dict[str, None] = {}

    def begin(self, runs_left: int) -> None:
        """Begin the checks of a run; so many are left, it included."""
        if self._clock is not None:
            self._begun = self._clock()
            self._end = self._begun + max(0.0, self._whole - self._begun) / runs_left

    def is_over(self, part: float = SCREENS) -> bool:
        """Say whether a part of the run's time has passed."""
        if self._clock is None:
            return False
        return self._clock() >= self._begun + part * (self._end - self._begun)

    def within(self, part: float, what: str) -> bool:
        """Say whether there is time for a check; where there is none it is remembered."""
        if self.is_over(part):
            self._left_out.setdefault(what)
            return False
        return True

    def left_out(self) -> Iterator[str]:
        """Yield what there was no time for, each once."""
        yield from self._left_out
