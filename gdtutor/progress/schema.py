"""What is remembered, as values; the tables of the progress file, how they come about, and how
records go in and out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import assert_never

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.catalogue import GivenAnswer, LessonPlace, check_time
from gdtutor.values import Struct, asdict


class ProgressError(GdTutorError):
    """Progress that cannot be saved or read, and why."""


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


class Attempt(GivenAnswer, frozen=True):
    """One answer to one question; all are kept.

    Raises:
        ValueError: the time is not finite.
    """

    when: float
    """In seconds since 1970."""

    def __post_init__(self) -> None:
        check_time(self.when)


class Reset(Struct, frozen=True):
    """Everything remembered about the lesson is to be forgotten."""

    lesson_id: str


Record = SavedPlace | Finished | Attempt | Reset
"""One thing to remember."""


APPLICATION_ID = 0x67645475
"""The bytes "gdTu" in the header of the file, by which SQLite files are told apart."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE place (
            lesson TEXT PRIMARY KEY,
            iteration INTEGER NOT NULL,
            step INTEGER NOT NULL,
            steps_total INTEGER NOT NULL,
            edits TEXT NOT NULL,
            command TEXT NOT NULL,
            updated REAL NOT NULL,
            saved INTEGER NOT NULL
        )""",
        "CREATE TABLE finished (lesson TEXT PRIMARY KEY, at REAL NOT NULL)",
        """CREATE TABLE attempt (
            id INTEGER PRIMARY KEY,
            lesson TEXT NOT NULL,
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            correct INTEGER NOT NULL,
            slip TEXT,
            at REAL NOT NULL
        )""",
        "CREATE INDEX attempt_of_lesson ON attempt (lesson)",
    ),
)
"""The statements i bring a file of format i to format i + 1; an empty file has format 0.

`place.edits` is a JSON list; `place.saved` counts up over all lessons, so that the lesson saved
last is known even when the clock was set back.
"""
_TABLES = ("place", "finished", "attempt")
"""The tables, each of which names the lesson that a row is of."""


def _text(text: str) -> str:
    """Return text that SQLite can hold: undecodable bytes of a command line become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def write_record(connection: sqlite3.Connection, record: Record) -> None:
    """Write one record inside the transaction that is open.

    Raises:
        sqlite3.Error: it could not be written.
    """
    lesson = _text(record.lesson_id)
    match record:
        case SavedPlace():
            kept = {"edits": json.dumps(record.place.edits), "command": _text(record.place.command)}
            (last,) = connection.execute("SELECT coalesce(max(saved), 0) FROM place").fetchone()
            row = {"lesson": lesson, **asdict(record.place), **kept, "saved": last + 1}
            _insert(connection, "OR REPLACE INTO place", row)
        case Finished():
            row = {"lesson": lesson, "at": record.when}
            _insert(connection, "OR IGNORE INTO finished", row)
        case Attempt():
            row = {"lesson": lesson, "question": _text(record.question),
                   "answer": _text(record.answer), "correct": int(record.correct),
                   "slip": record.slip and _text(record.slip), "at": record.when}  # fmt: skip
            _insert(connection, "INTO attempt", row)
        case Reset():
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table} WHERE lesson = ?", (lesson,))
        case _:
            assert_never(record)


def _insert(connection: sqlite3.Connection, where: str, row: Mapping[str, object]) -> None:
    """Write a row, whose keys are the columns of a table."""
    values = ", ".join(f":{column}" for column in row)
    connection.execute(f"INSERT {where} ({', '.join(row)}) VALUES ({values})", dict(row))


def read_places(connection: sqlite3.Connection) -> dict[str, LessonPlace]:
    """Return every place, the one saved last at the end.

    Raises:
        sqlite3.Error: the table cannot be read.
        ValueError, TypeError: a row holds what no record can have written.
    """
    rows = connection.execute(
        "SELECT lesson, iteration, step, steps_total, edits, command, updated"
        " FROM place ORDER BY saved"
    )
    return {
        str(lesson): LessonPlace(
            int(iteration), int(step), int(total), _edits(edits), str(command), float(updated)
        )
        for lesson, iteration, step, total, edits, command, updated in rows
    }


def _edits(text: str) -> tuple[str, ...]:
    edits = json.loads(text)
    if not isinstance(edits, list) or not all(isinstance(edit, str) for edit in edits):
        raise ValueError("edits are not a list of texts")
    return tuple(edits)


def read_attempts(
    connection: sqlite3.Connection, lesson_id: str | None = None
) -> tuple[Attempt, ...]:
    """Return the attempts in one lesson or in all, oldest first.

    Raises:
        sqlite3.Error, ValueError, TypeError: as `read_places`.
    """
    where = "" if lesson_id is None else " WHERE lesson = ?"
    rows = connection.execute(
        f"SELECT lesson, question, answer, correct, slip, at FROM attempt{where} ORDER BY id",
        () if lesson_id is None else (_text(lesson_id),),
    )
    return tuple(
        Attempt(str(lesson), str(asked), str(answer), bool(right), slip and str(slip), float(at))
        for lesson, asked, answer, right, slip, at in rows
    )


def read_finished(connection: sqlite3.Connection) -> dict[str, float]:
    """Return the finished lessons with the time of the first finish, in seconds since 1970.

    Raises:
        sqlite3.Error, ValueError, TypeError: as `read_places`.
    """
    rows = connection.execute("SELECT lesson, at FROM finished ORDER BY at")
    return {str(lesson): float(at) for lesson, at in rows}


def read_lessons(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the ids of all lessons about which anything is kept, sorted.

    Raises:
        sqlite3.Error, ValueError, TypeError: as `read_places`.
    """
    rows = connection.execute(" UNION ".join(f"SELECT lesson FROM {table}" for table in _TABLES))
    return tuple(sorted(str(lesson) for (lesson,) in rows))
