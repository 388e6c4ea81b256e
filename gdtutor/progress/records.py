"""What is remembered, as values, and what every store of it can do."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.catalogue import TASK, WRITTEN
from gdtutor.values import Struct, asdict

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


class Progress(ABC):
    """A store of progress, keyed by lesson id; used from the thread that made it."""

    messages: tuple[str, ...] = ()
    """What the learner should know about how the store was opened."""
    is_saving: bool = False
    """Whether what is written outlives the program."""
    location: str | None = None
    """The file, if there is one."""

    @abstractmethod
    def apply(self, records: Sequence[Record]) -> None:
        """Write all records in order, or none; when it returns they are kept.

        Raises:
            ProgressError: nothing was written.
        """

    @abstractmethod
    def places(self) -> dict[str, LessonPlace]:
        """Return where the learner is in each lesson, the lesson last saved last.

        Raises:
            ProgressError: the store cannot be read (so for every method that reads).
        """

    @abstractmethod
    def attempts(self, lesson_id: str) -> tuple[Attempt, ...]:
        """Return the attempts in a lesson, oldest first."""

    @abstractmethod
    def finished_lessons(self) -> dict[str, float]:
        """Return the lessons that were finished, with the time of the first finish."""

    def tasks_done(self) -> frozenset[tuple[str, str]]:
        """Return lesson id and task id of every task that is done, and was not cleared since."""
        last: dict[tuple[str, str], bool] = {}
        for lesson in self.lessons():
            for attempt in self.attempts(lesson):
                task = lesson, attempt.question.removeprefix(TASK)
                if attempt.question.startswith(TASK):
                    # A program that was written stays so, whatever is tried with it later.
                    is_kept = task[1] == WRITTEN and last.get(task, False)
                    last[task] = attempt.correct or is_kept
        return frozenset(task for task, is_done in last.items() if is_done)

    @abstractmethod
    def lessons(self) -> tuple[str, ...]:
        """Return the ids of all lessons about which anything is remembered, sorted."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file; nothing may be called after it."""

    def last_lesson(self) -> str | None:
        """Return the lesson whose place was saved last, whatever the clock said."""
        return next(reversed(self.places()), None)

    def as_json(self) -> dict[str, Any]:
        """Return everything remembered as plain values for `json.dumps`."""
        places, finished = self.places(), self.finished_lessons()
        return {
            "format": 1,
            "path": self.location,
            "saving": self.is_saving,
            "messages": list(self.messages),
            "last": self.last_lesson(),
            "lessons": [
                {
                    "lesson": lesson,
                    "place": asdict(places[lesson]) if lesson in places else None,
                    "finished": finished.get(lesson),
                    "attempts": [_without_lesson(one) for one in self.attempts(lesson)],
                }
                for lesson in self.lessons()
            ],
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _without_lesson(attempt: Attempt) -> dict[str, Any]:
    fields = asdict(attempt)
    del fields["lesson_id"]
    return fields
