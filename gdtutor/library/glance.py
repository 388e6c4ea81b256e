"""The library at a glance: what its files say of themselves, and what is remembered of them."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.discovery import discover, number_of
from gdtutor.lesson.glance import glance
from gdtutor.library.remembered import quick_store, read_progress
from gdtutor.session.catalogue import Library, LibraryEntry


def glanced_library(folder: Path, *, remembers: bool) -> Library:
    """Return the lessons of a folder, not checked, with what is remembered of them.

    Raises:
        GdTutorError: Where the folder cannot be read.
    """
    library = Library(tuple(_entry(path) for path in discover(folder)))
    return read_progress(library, quick_store)[0] if remembers else library


def _entry(path: Path) -> LibraryEntry:
    seen = glance(path)
    if seen is None:
        return LibraryEntry("", number_of(path), path.stem, "", "", str(path), trains=False)
    return LibraryEntry(
        seen.id, number_of(path), seen.title, seen.chapter, seen.summary, str(path), seen.trains
    )
