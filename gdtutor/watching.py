"""Looks again and again whether a lesson file was saved; works on network drives as well."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.reports import LessonError
from gdtutor.opening import open_lesson
from gdtutor.session.reloading import Broke, Reloaded

Signature = tuple[int, int, int] | None
"""Time of the last change, size, and which file; None where there is no file."""


class Watcher:
    """Follows one lesson file.

    Args:
        path: The file. What it holds now counts as seen.
        seed: Replaces the lesson's own seeds.
    """

    def __init__(self, path: Path, seed: int | None = None) -> None:
        self._path = path
        self._seed = seed
        self._seen = self._before = self._signature()

    def look(self) -> Reloaded | Broke | None:
        """Return what a save came to; None where nothing was saved since the last look.

        A save is taken once the file is the same at two looks, so that one half written is not
        read. A file that is gone for a moment, as some editors replace it, is waited for.
        """
        now = self._signature()
        is_settled, self._before = now == self._before, now
        if now is None or now == self._seen or not is_settled:
            return None
        self._seen = now
        return self.read()

    def read(self) -> Reloaded | Broke:
        """Read the file as it is."""
        try:
            opened = open_lesson(self._path, self._seed)
        except LessonError as error:
            # The name alone: the folder is known, and the panel is narrow.
            short = Path(self._path.name)
            reports = tuple(replace(r, path=short).text() for r in error.reports)
            return Broke(self._path, reports)
        except GdTutorError as error:
            return Broke(self._path, (f"{self._path.name}: error: {error}",))
        return Reloaded(opened.lesson, opened.run)

    def _signature(self) -> Signature:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
