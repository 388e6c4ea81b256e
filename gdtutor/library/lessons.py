"""The library as a list and the screens show it: a folder's lessons, their front matter checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import TEXTS, LessonEntry, discover, entry_saying, unread
from gdtutor.lesson.front_matter import read_front
from gdtutor.lesson.reports import Findings, LessonError
from gdtutor.lesson.source import read_source
from gdtutor.session.catalogue import Library
from gdtutor.session.opening import opened
from gdtutor.session.state import Session, Walk
from gdtutor.values import replace


def listing(folder: Path) -> tuple[LessonEntry, ...]:
    """Return an entry for every lesson of a folder. Only front matter is read, no graph is made."""
    return tuple(entry_of(path) for path in discover(folder))


def entry_of(path: Path) -> LessonEntry:
    """Return the entry of one lesson file, whose problem is what its front matter has first."""
    try:
        text = read_source(path)
        divided, _, front = read_front(text, Findings(path, text.split("\n")))
    except LessonError as error:
        return unread(path, error.reports[0].text().splitlines()[0])
    texts = {key: getattr(front, key) for key in TEXTS}
    return entry_saying(path, texts, divided.body, trains=front.training is not None)


COUNTS: Mapping[str, Callable[[Walk], int]] = {"steps": lambda walk: len(walk.moment.steps)}
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
