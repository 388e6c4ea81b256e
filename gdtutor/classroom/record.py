"""What a class has answered, kept in one SQLite file: by a thread, off the way of the keys."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated, Any

import msgspec

from gdtutor.classroom.polls import Poll, ToldVerdict
from gdtutor.classroom.seats import Classroom
from gdtutor.engine.errors import GdTutorError
from gdtutor.values import Struct, asdict

APPLICATION_ID = 0x67645443
"""Says that a file is a class's: `gdTC`."""
_SCHEMA = "CREATE TABLE class (id INTEGER PRIMARY KEY, title TEXT NOT NULL, began REAL NOT NULL);"
_Time = Annotated[float, msgspec.Meta(ge=0, le=2.5e11)]
"""Seconds since 1970, before the year 9900: every place on earth has a date for them."""
_MOST_POLLS = 100_000
CLOSING_SECONDS = 2.0
"""How long the end of a class waits for the disk."""


class Attendance(Struct, frozen=True):
    """Somebody came or went."""

    name: str
    at: _Time
    is_here: bool


class KeptAsked(Struct, frozen=True):
    """Which question of a class it was."""

    poll: Annotated[int, msgspec.Meta(ge=1, le=_MOST_POLLS)]
    """The number of the question in this class, from 1; a second round has another."""
    lesson: str
    question: str
    """What it is remembered by."""


class KeptQuestion(KeptAsked, frozen=True):
    """A question that a class was asked."""

    text: str
    """As it was read, with its choices in brackets."""
    at: _Time


class KeptAnswer(KeptAsked, frozen=True):
    """The answer of one student that counted."""

    name: str
    answer: str
    verdict: str
    at: _Time


class KeptVerdict(ToldVerdict, frozen=True):
    """How the program of a student did."""

    name: str
    at: _Time


class KeptClass(Struct, frozen=True):
    """One class of a file."""

    title: str
    began: _Time
    attendance: tuple[Attendance, ...]
    answers: tuple[KeptAnswer, ...]
    questions: tuple[KeptQuestion, ...] = ()
    verdicts: tuple[KeptVerdict, ...] = ()


_Kept = Attendance | KeptQuestion | KeptAnswer | KeptVerdict
_TABLES = {
    Attendance: ("attendance", "attendance", "at"),
    KeptQuestion: ("question", "questions", "poll"),
    KeptAnswer: ("answer", "answers", "poll, name"),
    KeptVerdict: ("verdict", "verdicts", "at"),
}
"""The table where each is kept in the order of its fields, the field of a class that has its rows,
and how these are sorted."""
_ADDED = "".join(
    f"CREATE TABLE IF NOT EXISTS {table} (class INTEGER NOT NULL REFERENCES class, "
    f"{', '.join(f'{name} NOT NULL' for name in kind.__struct_fields__)});"
    for kind, (table, _, _) in _TABLES.items()
)
"""Files of before lack some of these, and are read all the same."""


def opened_record(path: Path) -> sqlite3.Connection:
    """Open a class's file, or make it.

    Raises:
        GdTutorError: It is another file, or cannot be used.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        (found,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if found != APPLICATION_ID and tables:
            raise GdTutorError(f"{path} is no record of a class", "name another file")
        if not tables:
            made = f"BEGIN; {_SCHEMA} PRAGMA application_id={APPLICATION_ID}; COMMIT;"
            connection.executescript(made)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise GdTutorError(f"{path} cannot be used: {error}", "name another file") from None
    return connection


class ClassRecorder:
    """Writes in a thread of its own what it is handed.

    Args:
        path: The file.
        title: What the class is called.
        clock: Tells the time in seconds since 1970.

    Raises:
        GdTutorError: The file cannot be used.
    """

    def __init__(self, path: Path, title: str, clock: Callable[[], float]) -> None:
        self._connection = opened_record(path)
        self._clock = clock
        self._answered_at: dict[tuple[int, str], float] = {}
        """When each seat answered a question, by its number."""
        self._queue: SimpleQueue[tuple[_Kept, ...] | None] = SimpleQueue()
        self.problem = ""
        """Why not all is kept, empty where it is."""
        self._connection.executescript(_ADDED)
        began = self._connection.execute(
            "INSERT INTO class (title, began) VALUES (?, ?)", (title, clock())
        )
        self._class = began.lastrowid
        self._thread = threading.Thread(target=self._run, name="record", daemon=True)
        self._thread.start()

    def follow(self, before: Classroom, room: Classroom) -> None:
        """Keep who has come or gone, what was asked, and the answers to what was closed."""
        now, number = self._clock(), len(before.polls)
        records: list[_Kept] = [
            Attendance(seat.name, now, seat.is_here)
            for seat in room.seats.values()
            if seat.is_here != (seat.name in before.seats and before.seats[seat.name].is_here)
        ]
        records += [
            KeptQuestion(at, poll.asked.lesson.id, poll.name, _whole(poll), now)
            for at, poll in enumerate(room.polls[number:], number + 1)
        ]
        records += [
            KeptVerdict(name=name, at=now, **asdict(seat.verdict))
            for name, seat in room.seats.items()
            if seat.verdict is not None
            and not ((old := before.seats.get(name)) and seat.verdict is old.verdict)
        ]
        for at, poll in enumerate(room.polls, 1):
            earlier = before.polls[at - 1] if at <= number else None
            if poll is earlier:
                continue
            for name, reply in poll.replies.items():
                if earlier is None or reply is not earlier.replies.get(name):
                    self._answered_at[at, name] = now
            if poll.is_done and not (earlier is not None and earlier.is_done):
                records += [
                    KeptAnswer(at, poll.asked.lesson.id, poll.name, name, reply.text, reply.verdict,
                               self._answered_at[at, name])
                    for name, reply in poll.replies.items()
                ]  # fmt: skip
        if records:
            self.keep(records)

    def keep(self, records: Iterable[_Kept]) -> None:
        """Hand records over; return at once."""
        self._queue.put(tuple(records))

    def close(self) -> None:
        """Wait until all is on the disk, or so long."""
        self._queue.put(None)
        self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        with closing(self._connection):
            while (records := self._queue.get()) is not None:
                try:
                    self._write(records)
                except sqlite3.Error as error:
                    self.problem = str(error)

    def _write(self, records: tuple[_Kept, ...]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for record in records:
            row = (self._class, *asdict(record).values())
            marks = ", ".join("?" * len(row))
            table, _, _ = _TABLES[type(record)]
            self._connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
        self._connection.execute("COMMIT")


def _whole(poll: Poll) -> str:
    """Return a question with its choices, in which strokes stand for sizes."""
    asked, *choices = poll.read()
    return f"{asked} ({'; '.join(choices)})" if choices else asked


def kept_classes(path: Path) -> tuple[KeptClass, ...]:
    """Return the classes of a file, the first one first.

    Raises:
        GdTutorError: There is no such file, it is another one, or it is damaged.
    """
    if not path.is_file():
        raise GdTutorError(f"there is no file {path}", "gdtutor class --record FILE makes one")
    with closing(opened_record(path)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            classes = _rows(connection, "SELECT id, title, began FROM class ORDER BY id")
            found = [one | _kept_of(connection, one.pop("id")) for one in classes]
            return msgspec.convert(found, tuple[KeptClass, ...], strict=False)
        except (sqlite3.Error, ValueError) as error:
            raise GdTutorError(f"{path} is damaged: {error}", "use a copy of it") from None


def _kept_of(connection: sqlite3.Connection, number: int) -> dict[str, Any]:
    """Return what is kept of one class, in the order of a report."""
    has = {row["name"] for row in _rows(connection, "SELECT name FROM sqlite_master")}
    return {
        field: _rows(connection, f"SELECT * FROM {table} WHERE class=? ORDER BY {order}", number)
        for table, field, order in _TABLES.values()
        if table in has
    }


def _rows(connection: sqlite3.Connection, query: str, *values: int) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query, values)]
