"""The library with what is remembered: places, finished lessons, and where the learner left."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.discovery import discover, read_summary, unread
from gdtutor.progress.schema import ProgressError
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import Library, with_memory

QUICK_SECONDS = 0.5
"""How long the start waits for a store that another program holds."""


def read_progress(library: Library) -> tuple[Library, str]:
    """Return the library with what is remembered, and a message where that cannot be read; it is
    read at the start, where nobody should have to wait."""
    with ProgressStore(default_path(), busy_seconds=QUICK_SECONDS) as progress:
        try:
            return with_memory(library, progress), " ".join(progress.messages)
        except ProgressError as error:
            return library, str(error)


def quick_library(folder: Path) -> Library:
    """Return the lessons of a folder as their files say they are: none of them is checked.

    Raises:
        GdTutorError: Where the folder cannot be read.
    """
    return Library(tuple(read_summary(path) or unread(path) for path in discover(folder)))
