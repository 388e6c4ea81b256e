"""Looks again and again whether a lesson or its data were saved; on network drives as well."""

from __future__ import annotations

import os
from pathlib import Path

from gdtutor.check.findings import Notes
from gdtutor.check.formulas import check_formulas
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import csv_files
from gdtutor.lesson.load import read_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.tables import MAX_VARIANTS
from gdtutor.session.opening import Broke, Opened, Reloaded, opened
from gdtutor.session.state import Session
from gdtutor.values import replace

_GONE = "the file is gone — the last good lesson stays; saved again, it is read again"

Signature = tuple[int, int, int] | None
"""Time of the last change, size, and which file; None where there is no file."""

MAX_FILES = MAX_VARIANTS + 1
"""Most CSV files that are followed: that of the lesson, and one for each variant."""
GONE_LOOKS = 8
"""Looks in a row at which there is no file before it counts as gone: two seconds."""


class Watcher:
    """Follows one lesson file, and the CSV files that it names.

    Args:
        path: The lesson file. What it and its CSV files hold now counts as seen.
        seed: Replaces the lesson's own seeds.
    """

    def __init__(self, path: Path, seed: int | None = None) -> None:
        self._path = path
        self._seed = seed
        self._data: tuple[Path, ...] = ()
        self._data = self._named()
        self._seen = self._before = self._signatures()
        self._missed = 0

    def look(self) -> Reloaded | Broke | None:
        """Return what a save came to; None where nothing was saved since the last look.

        A save is taken once all files are the same at two looks, so that one half written is not
        read. A lesson file that is gone for a moment, as some editors replace it, is waited for;
        one that stays away is told once, and read when it is back. A CSV file that is gone at two
        looks is missing.
        """
        now = self._signatures()
        is_settled, self._before = now == self._before, now
        self._missed = self._missed + 1 if now[0] is None else 0
        if self._missed == GONE_LOOKS:
            # Back again it is read, even if it is the same as before.
            self._seen = (None, *self._seen[1:])
            return Broke(self._path, (f"{self._path.name}: error: {_GONE}",))
        if now[0] is None or now == self._seen or not is_settled:
            return None
        self._data = self._named()
        self._seen = self._before = (now[0], *self._signatures()[1:])
        return self.read()

    def read(self) -> Reloaded | Broke:
        """Read the lesson as it is."""
        lesson, reports = read_lesson(self._path)
        if lesson is None:
            # The name alone: the folder is known, and the panel is narrow.
            short = Path(self._path.name)
            return Broke(self._path, tuple(replace(r, path=short).text() for r in reports))
        try:
            run = run_of(lesson, self._seed)
            notes = Notes(lesson)
            check_formulas(notes, opened(Session(), Opened(lesson, run, self._seed)).moment)
        except GdTutorError as error:
            return Broke(self._path, (f"{self._path.name}: error: {error}",))
        warnings = (r for r in (*reports, *notes.reports) if r.level == "warning")
        return Reloaded(lesson, run, tuple(warnings))

    def _named(self) -> tuple[Path, ...]:
        """Return the CSV files that the lesson names; those known where it cannot be read now."""
        found = csv_files(self._path)
        return self._data if found is None else found[:MAX_FILES]

    def _signatures(self) -> tuple[Signature, ...]:
        return tuple(_signature(path) for path in (self._path, *self._data))


class SaveWatch:
    """Looks again and again whether one file was saved; as it is at first counts as saved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Signature = None
        self._missed = 0

    def look(self) -> bool | None:
        """Return whether the file is there, once after each save and once when it is gone; None
        where there is nothing new."""
        now = _signature(self._path)
        self._missed = 0 if now is not None else self._missed + 1
        if self._missed == GONE_LOOKS:
            self._seen = None
            return False
        if now is None or now == self._seen:
            return None
        self._seen = now
        return True

    def settle(self) -> None:
        """Take the file as it is for seen: it was written back, and nobody has saved it."""
        self._seen = _signature(self._path)


def _signature(path: Path) -> Signature:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
