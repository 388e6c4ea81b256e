"""What is remembered, as values."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.catalogue import LessonPlace, check_time
from gdtutor.values import Struct


class ProgressError(GdTutorError):
    """Progress that cannot be saved or read, and why."""

    code = "progress"


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
        check_time(self.when)


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
        check_time(self.when)


class Reset(Struct, frozen=True):
    """Everything remembered about the lesson is to be forgotten."""

    lesson_id: str


Record = SavedPlace | Finished | Attempt | Reset
"""One thing to remember."""
