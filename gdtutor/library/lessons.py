"""The library as the screens show it: the lessons of a folder."""

from __future__ import annotations

from pathlib import Path

from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.listing import listing
from gdtutor.lesson.summary import LessonEntry
from gdtutor.session.catalogue import Library
from gdtutor.session.opening import opened
from gdtutor.session.state import Session
from gdtutor.values import replace


def library_of(folder: Path) -> Library:
    """Return the lessons of a folder.

    Raises:
        GdTutorError: Where the folder cannot be read.
    """
    return Library(listing(folder))


def counted_library(library: Library) -> Library:
    """Return the library with the steps of every lesson, for those who do not mind to wait."""
    return replace(library, entries=tuple(counted(entry) for entry in library.entries))


def counted(entry: LessonEntry) -> LessonEntry:
    """Return an entry with the steps of its first iteration, or with why it cannot be opened."""
    if entry.problem:
        return entry
    try:
        return replace(entry, steps=steps_in(entry.path))
    except GdTutorError as error:
        return replace(entry, problem=str(error).splitlines()[0])


def steps_in(path: Path) -> int:
    """Return how many steps the first iteration of a lesson has, as it opens.

    Raises:
        GdTutorError: Where the lesson cannot be opened.
    """
    return len(opened(Session(), open_lesson(path)).moment.steps)
