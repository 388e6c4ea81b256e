"""Opening the progress file, whatever stands in its place, without ever losing what it holds.

A file that cannot be used is renamed, never overwritten or deleted; a file of a newer program is
left as it is; where nothing can be written the session goes on without saving.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gdtutor.progress.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    read_attempts,
    read_finished,
    read_places,
)
from gdtutor.progress.set_aside import COMPANIONS, Identity, identity_of, move_aside
from gdtutor.values import Struct, replace

MAX_OPENINGS = 3
"""How often opening is tried when another program replaces the file meanwhile."""


NO_HOME = "Progress is not saved: there is no home folder; set HOME to keep it."

UNREADABLE = (ValueError, TypeError, OverflowError, RecursionError)
"""What reading bytes that no program has written may end in, besides SQLite's own errors; the text
of such an error itself may not be UTF-8."""


class OpenedStore(Struct, frozen=True, eq=False):
    """What became of opening the file."""

    connection: sqlite3.Connection | None
    """None where nothing can be read."""
    is_saving: bool
    messages: tuple[str, ...]
    """What the learner should know, in whole sentences."""
    identity: Identity | None = None
    """Which file the connection has open."""


class _UnusableFileError(Exception):
    """A file that is not, or no longer, a progress file; `kind` becomes part of its new name."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class _NewerFormatError(Exception):
    """A progress file in a format that this program does not know."""


def reason(error: sqlite3.Error) -> str:
    """Return in a few words why SQLite could not do something."""
    match _primary_code(error):
        case sqlite3.SQLITE_FULL:
            return "the disk is full"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return "the file or its folder cannot be written"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program keeps the file locked"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return "the file is damaged"
        case _:
            return str(error)


def _primary_code(error: sqlite3.Error) -> int:
    # Errors that Python's module finds itself carry no code.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def open_database(path: Path, busy_seconds: float) -> OpenedStore:
    """Open or create the progress file and bring it to the newest format.

    Args:
        path: the file; its folder is made when it is missing.
        busy_seconds: how long to wait for another program's lock.
    """
    messages: list[str] = []
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return _not_saving(path, f"its folder cannot be made ({error.strerror})")
    for file in (path, *(Path(f"{path}{companion}") for companion in COMPANIONS)):
        # SQLite would wait for ever at a pipe.
        if os.path.exists(file) and not os.path.isfile(file):
            return _not_saving(path, f"{file.name} is there and is no regular file")
    for _ in range(MAX_OPENINGS):
        examined = identity_of(path)
        try:
            opened = _open_once(path, busy_seconds)
        except _UnusableFileError as unusable:
            try:
                aside = move_aside(path, examined, unusable.kind)
            except OSError as error:
                return _not_saving(
                    path, f"it is {unusable.kind} and cannot be renamed ({error.strerror})"
                )
            if aside is not None:
                messages.append(
                    f"The progress file {path} is {unusable.kind}: it is now {aside.name},"
                    " and progress starts afresh."
                )
        else:
            told = (*messages, *opened.messages)
            return replace(opened, messages=told, identity=identity_of(path))
    return _not_saving(path, "other programs keep replacing it")


def _not_saving(path: Path, why: str) -> OpenedStore:
    return OpenedStore(None, False, (f"Progress is not saved in {path}: {why}.",))


def _open_once(path: Path, busy_seconds: float) -> OpenedStore:
    """Open the file as it stands.

    Raises:
        _UnusableFileError: it must be moved aside first.
    """
    existed = identity_of(path) is not None
    try:
        with _connected(path, busy_seconds) as connection:
            found = _prepare(connection, path)
            connection.execute("PRAGMA journal_mode = DELETE")
            # EXTRA is FULL and also syncs the folder after a commit, without which a loss of power
            # could bring back the journal, and with it the state before a commit already reported.
            connection.execute("PRAGMA synchronous = EXTRA")
            # On macOS a plain fsync does not reach the disk.
            connection.execute("PRAGMA fullfsync = ON")
    except _NewerFormatError as newer:
        return _not_saving(path, str(newer))
    except OSError as error:
        return _not_saving(path, str(error.strerror))
    except sqlite3.Error as error:
        if _primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _UnusableFileError("damaged") from error
        if _primary_code(error) == sqlite3.SQLITE_READONLY and _is_of_no_version(path):
            raise _UnusableFileError("damaged") from error
        return _open_for_reading(path, busy_seconds, reason(error))
    emptied = existed and found == 0
    notice = (f"The progress file {path} was empty: progress starts afresh.",) if emptied else ()
    return OpenedStore(connection, True, notice)


@contextlib.contextmanager
def _connected(path: Path | str, busy_seconds: float) -> Iterator[sqlite3.Connection]:
    """Open a file, or an address, and close it again where something goes wrong with it."""
    # Transactions are spelled out: Python's implicit ones begin as readers, and two readers that
    # both want to write cannot wait for each other.
    is_address = isinstance(path, str)
    connection = sqlite3.connect(path, uri=is_address, timeout=busy_seconds, isolation_level=None)
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def _open_for_reading(path: Path, busy_seconds: float, why: str) -> OpenedStore:
    """Open a file that cannot be written, so that at least it can be read."""
    refused = _not_saving(path, why)
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with _connected(address, busy_seconds) as connection:
            if _format(connection, path) < len(MIGRATIONS):
                raise _UnusableFileError("of an earlier format")
            _check(connection)
    except (sqlite3.Error, OSError, _UnusableFileError, _NewerFormatError, *UNREADABLE):
        return refused
    return replace(refused, connection=connection)


def _prepare(connection: sqlite3.Connection, path: Path) -> int:
    """Check the file, migrate it in one transaction, and return the format that it had."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        with _damaged_if_unreadable():
            found = _format(connection, path)
        for migration in MIGRATIONS[found:]:
            for statement in migration:
                connection.execute(statement)
        _check(connection)
        # Written even when it is so already: now is the time to learn that nothing can be written.
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        if found < len(MIGRATIONS):
            connection.execute("COMMIT")
        return found
    finally:
        roll_back(connection)


def roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction that is still open, if SQLite has not ended it already."""
    if connection.in_transaction:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def _format(connection: sqlite3.Connection, path: Path) -> int:
    """Return the format of the file, 0 when it is empty.

    Raises:
        _UnusableFileError: another program's file, or one that was cut off.
        _NewerFormatError: a format above the newest known.
    """
    newest = len(MIGRATIONS)
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and version == 0 and objects == 0:
        return 0
    if application != APPLICATION_ID:
        raise _UnusableFileError("foreign")
    if version > newest:
        raise _NewerFormatError(
            f"a newer gdtutor wrote it (format {version}, this one knows {newest}), and it is"
            " left as it is; update gdtutor to go on with it"
        )
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    # SQLite reads the missing end of a last page as zeros without a word.
    if version < 1 or path.stat().st_size < pages * page_size:
        raise _UnusableFileError("damaged")
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for migration in MIGRATIONS[:version]:
            for statement in migration:
                fresh.execute(statement)
        # A view in a table's place may never come to an end, and a trigger do anything.
        if _objects(connection) != _objects(fresh):
            raise _UnusableFileError("damaged")
    return int(version)


@contextlib.contextmanager
def _damaged_if_unreadable() -> Iterator[None]:
    """Tell a file whose content cannot be read from one that is kept from being read."""
    try:
        yield
    except UNREADABLE as error:
        raise _UnusableFileError("damaged") from error
    except sqlite3.OperationalError as error:
        # A missing table, a format of SQLite's that there is not, or text that is not UTF-8.
        if _primary_code(error) in (0, sqlite3.SQLITE_ERROR):
            raise _UnusableFileError("damaged") from error
        raise


def _objects(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return the kind, name and definition of all that a database holds, however it is spaced."""
    rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    return sorted((str(kind), str(name), " ".join(str(sql).split())) for kind, name, sql in rows)


def _is_of_no_version(path: Path) -> bool:
    """Tell whether the header names a version that may write the file and does not exist.

    SQLite only reads such a file. Asked of no other: to close a file ends SQLite's locks on it.
    """
    with contextlib.suppress(OSError), path.open("rb") as file:
        return not set(file.read(20)[18:]) <= {1, 2}
    return False


def _check(connection: sqlite3.Connection) -> None:
    """Read the whole file once.

    Raises:
        _UnusableFileError: it does not hold together, or holds what no record can have written.
    """
    with _damaged_if_unreadable():
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        read_places(connection)
        read_finished(connection)
        read_attempts(connection)
    if verdict != "ok":
        raise _UnusableFileError("damaged")
