"""The library as the screens show it: the lessons of a folder."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.listing import Entry, listing
from gdtutor.session.catalogue import Library, LibraryEntry


def library_of(folder: Path) -> Library:
    """Return the lessons of a folder.

    Raises:
        GdTutorError: Where the folder cannot be read.
    """
    return Library(tuple(_entry(entry) for entry in listing(folder)))


def _entry(entry: Entry) -> LibraryEntry:
    problem = "" if entry.id else entry.reports[0].text().splitlines()[0]
    return LibraryEntry(
        entry.id,
        entry.number,
        entry.title,
        entry.chapter,
        entry.summary,
        str(entry.path),
        entry.trains,
        problem,
    )
