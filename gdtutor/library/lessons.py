"""The library as the screens show it: the lessons of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.listing import listing
from gdtutor.lesson.summary import LessonEntry
from gdtutor.session.catalogue import Library
from gdtutor.session.opening import opened
from gdtutor.session.state import Session, Walk
from gdtutor.values import replace

COUNTS: Mapping[str, Callable[[Walk], int]] = {
    "steps": lambda walk: len(walk.moment.steps),
}
"""What is counted of a lesson as it opens, by its name among the counts of its entry."""


def library_of(folder: Path) -> Library:
    """Return the lessons of a folder.

    Raises:
        GdTutorError: Where the folder cannot be read.
    """
    return Library(listing(folder))


def counted_library(library: Library) -> Library:
    """Return the library with all its lessons counted, for those who do not mind to wait."""
    return replace(library, entries=tuple(counted(entry) for entry in library.entries))


def counted(entry: LessonEntry) -> LessonEntry:
    """Return an entry with what is counted as it opens, or with why it cannot be opened."""
    if entry.problem:
        return entry
    try:
        walk = opened(Session(), open_lesson(entry.path))
        return replace(entry, counts={name: count(walk) for name, count in COUNTS.items()})
    except GdTutorError as error:
        return replace(entry, problem=str(error).splitlines()[0])
