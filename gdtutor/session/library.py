"""The library: a cursor on the lessons, search, and opening one."""

from __future__ import annotations

from dataclasses import replace

from gdtutor.session.effects import Effect, OpenLesson, PauseTraining, SavePlace
from gdtutor.session.navigation import said
from gdtutor.session.state import LibraryEntry, Screen, Session


def shown_entries(session: Session) -> tuple[LibraryEntry, ...]:
    """Return the lessons that match the search, all where there is none."""
    words = session.library.search.lower().split()
    return tuple(
        entry
        for entry in session.library.entries
        if all(word in _searched(entry) for word in words)
    )


def _searched(entry: LibraryEntry) -> str:
    return f"{entry.number} {entry.id} {entry.title} {entry.chapter} {entry.summary}".lower()


def move_cursor(session: Session, by: int) -> Session:
    """Move the cursor among the lessons that show."""
    most = max(len(shown_entries(session)) - 1, 0)
    cursor = min(max(session.library.cursor + by, 0), most)
    return replace(session, library=replace(session.library, cursor=cursor))


def with_search(session: Session, text: str) -> Session:
    """Show the lessons that match; the cursor goes to the first."""
    return replace(session, library=replace(session.library, search=text, cursor=0))


def open_entry(session: Session, count: int) -> tuple[Session, tuple[Effect, ...]]:
    """Open the lesson under the cursor; the open one is returned to where it was left."""
    entries = shown_entries(session)
    if not entries:
        return said(session, "No lesson matches; / searches anew."), ()
    entry = entries[min(session.library.cursor, len(entries) - 1)]
    if entry.problem:
        return said(session, entry.problem, error=True), ()
    if session.lesson is not None and str(session.lesson.path) == entry.path:
        return replace(session, screen=Screen.STUDY), ()
    return session, (PauseTraining(), OpenLesson(entry.path))


def show_library(session: Session, count: int) -> tuple[Session, tuple[Effect, ...]]:
    """Go to the library, the cursor on the lesson that was open."""
    library = replace(session.library, search="")
    session = replace(session, screen=Screen.LIBRARY, library=library)
    paths = [entry.path for entry in library.entries]
    here = str(session.lesson.path) if session.lesson is not None else ""
    if here in paths:
        session = replace(session, library=replace(library, cursor=paths.index(here)))
    return session, (SavePlace(),)
