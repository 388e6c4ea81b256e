"""What is remembered, as values."""

from __future__ import annotations

import math

from gdtutor.engine.errors import GdTutorError
from gdtutor.values import Struct

MAX_NUMBER = 2**63 - 1
"""The largest iteration or step that a store can hold."""


class ProgressError(GdTutorError):
    """Progress that cannot be saved or read, and why."""

    code = "progress"


def _check_time(when: float) -> None:
    if not math.isfinite(when):
        raise ValueError(f"a time must be finite, not {when}")


class LessonPlace(Struct, frozen=True):
    """Where the learner is in one lesson.

    Raises:
        ValueError: a count is negative or above `MAX_NUMBER`, or the time is not finite.
    """

    iteration: int
    """The iteration, from 0."""
    step: int
    """The step within the iteration, from 1, as on the screen."""
    steps_total: int
    """How many steps the iteration has."""
    edits: tuple[str, ...]
    """What the learner changed, as the values of `--set`; in the playground the command lines of
    what was there before each change."""
    command: str
    """The command line that opens this very place."""
    updated: float
    """When the learner was there, in seconds since 1970."""

    def __post_init__(self) -> None:
        if not all(0 <= n <= MAX_NUMBER for n in (self.iteration, self.step, self.steps_total)):
            raise ValueError("iteration and steps must lie between 0 and 2**63 - 1")
        _check_time(self.updated)


class SavedPlace(Struct, frozen=True):
    """The learner is now at this place of the lesson; takes the place of the one before."""

    lesson_id: str
    place: LessonPlace


class Finished(Struct, frozen=True):
    """The learner has been through the lesson; only the first time counts.

    Raises:
        ValueError: the time is not finite.
    """

    lesson_id: str
    when: float
    """In seconds since 1970."""

    def __post_init__(self) -> None:
        _check_time(self.when)


class Attempt(Struct, frozen=True):
    """One answer to one question; all are kept.

    Raises:
        ValueError: the time is not finite.
    """

    lesson_id: str
    question: str
    """What was asked, as a name that stays the same when the lesson is worded anew."""
    answer: str
    """What the learner typed."""
    correct: bool
    slip: str | None
    """The diagnosis of a wrong answer, if one fitted."""
    when: float
    """In seconds since 1970."""

    def __post_init__(self) -> None:
        _check_time(self.when)


class Reset(Struct, frozen=True):
    """Everything remembered about the lesson is to be forgotten."""

    lesson_id: str


Record = SavedPlace | Finished | Attempt | Reset
"""One thing to remember."""
