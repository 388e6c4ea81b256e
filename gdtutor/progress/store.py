"""Progress in one SQLite file, which several programs may use at once.

A rollback journal rather than write-ahead logging, because home directories on a network bear it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import platformdirs

from gdtutor.progress.opening import (
    NO_HOME,
    UNREADABLE,
    OpenedStore,
    open_database,
    reason,
    roll_back,
)
from gdtutor.progress.schema import (
    Attempt,
    ProgressError,
    Record,
    read_attempts,
    read_finished,
    read_lessons,
    read_places,
    write_record,
)
from gdtutor.progress.set_aside import Identity, identity_of
from gdtutor.session.catalogue import TASK, WRITTEN, LessonPlace
from gdtutor.values import asdict

T = TypeVar("T")
BUSY_SECONDS = 5.0
"""How long a write or read waits for another program's lock."""


def default_path() -> Path | None:
    """Return the progress file in the user's data folder; None where the user has no home."""
    try:
        folder = platformdirs.user_data_path("gdtutor", appauthor=False)
    except RuntimeError:
        return None
    # Older ones of platformdirs leave `~` as it is, without HOME and an entry among the users.
    return folder / "progress.sqlite" if folder.is_absolute() else None


class ProgressStore:
    """Progress in a file, keyed by lesson id; used from the thread that made it.

    Opening never raises and never overwrites what it cannot read: see `messages` and `is_saving`.
    A file that could not be written is tried again by every `apply`. Without a path nothing is
    kept.
    """

    messages: tuple[str, ...] = ()
    """What the learner should know about how the store was opened."""
    is_saving: bool = False
    """Whether what is written outlives the program."""
    location: str = ""
    """The file, if there is one."""

    def __init__(self, path: Path | None, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self.location = "" if path is None else str(path)
        self._open()

    def _open(self) -> None:
        if self._path is None:
            opened = OpenedStore(None, False, (NO_HOME,))
        else:
            opened = open_database(self._path, self._busy_seconds)
        self._connection = opened.connection
        self._identity = opened.identity
        self.is_saving = opened.is_saving
        self._refusal = opened.messages[-1] if opened.messages else ""
        self.messages = tuple(dict.fromkeys((*self.messages, *opened.messages)))

    def apply(self, records: Sequence[Record]) -> None:
        """Write all records in order, or none; when it returns they are on the disk.

        Raises:
            ProgressError: nothing was written, with the reason.
        """
        # A file that was moved or deleted stays open, and what is written to it is lost: hence a
        # look before, and one after, when the path must still lead to what was written.
        for _ in range(2):
            # What kept the file from being written may be over: a full disk, another's lock.
            if not self.is_saving or self._found() != self._identity:
                self.close()
                self._open()
            self._write(records)
            if self._found() == self._identity:
                return
        raise ProgressError("progress is not saved: other programs keep replacing the file")

    def _found(self) -> Identity | None:
        return None if self._path is None else identity_of(self._path)

    def _write(self, records: Sequence[Record]) -> None:
        if not self.is_saving or self._connection is None:
            raise ProgressError(self._refusal)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for record in records:
                write_record(self._connection, record)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise ProgressError(f"Progress is not saved: {reason(error)}.") from error
        except UNREADABLE as error:
            raise ProgressError("Progress is not saved: the file is damaged.") from error
        finally:
            roll_back(self._connection)

    def places(self) -> dict[str, LessonPlace]:
        """Return where the learner is in each lesson, the lesson last saved last.

        Raises:
            ProgressError: the file cannot be read (so for every method that reads).
        """
        return self._read(read_places, {})

    def attempts(self, lesson_id: str) -> tuple[Attempt, ...]:
        """Return the attempts in a lesson, oldest first."""
        return self._read(partial(read_attempts, lesson_id=lesson_id), ())

    def finished_lessons(self) -> dict[str, float]:
        """Return the lessons that were finished, with the time of the first finish."""
        return self._read(read_finished, {})

    def lessons(self) -> tuple[str, ...]:
        """Return the ids of all lessons about which anything is remembered, sorted."""
        return self._read(read_lessons, ())

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

    def _read(self, read: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Return what is found where there is a file; what can go wrong is a `ProgressError`."""
        try:
            return nothing if self._connection is None else read(self._connection)
        except sqlite3.Error as error:
            raise ProgressError(f"Progress cannot be read: {reason(error)}.") from error
        except UNREADABLE as error:
            raise ProgressError("Progress cannot be read: the file is damaged.") from error

    def close(self) -> None:
        """Let go of the file; nothing may be called after it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _without_lesson(attempt: Attempt) -> dict[str, Any]:
    return {name: value for name, value in asdict(attempt).items() if name != "lesson_id"}
