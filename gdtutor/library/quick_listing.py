"""The library before its files are checked: what they say of themselves, and what is remembered."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.discovery import discover, number_of
from gdtutor.lesson.summary import read_summary
from gdtutor.library.remembered import quick_store, read_progress
from gdtutor.session.catalogue import Library, LibraryEntry


def quick_library(folder: Path, *, remembers: bool) -> Library:
    """Return the lessons of a folder, not checked, with what is remembered of them.

    Raises:
        GdTutorError: Where the folder cannot be read.
    """
    library = Library(tuple(_entry(path) for path in discover(folder)))
    return read_progress(library, quick_store)[0] if remembers else library


def _entry(path: Path) -> LibraryEntry:
    seen = read_summary(path)
    if seen is None:
        return LibraryEntry("", number_of(path), path.stem, "", "", str(path), trains=False)
    return LibraryEntry(
        seen.id, number_of(path), seen.title, seen.chapter, seen.summary, str(path), seen.trains
    )
