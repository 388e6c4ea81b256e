"""The library: a cursor on the lessons, search, and opening one."""

from __future__ import annotations

from gdtutor.lesson.discovery import read_words
from gdtutor.session.catalogue import LessonPlace, shown_entries
from gdtutor.session.effects import Outcome, Result
from gdtutor.session.link import kept_command, past_commands
from gdtutor.session.navigation import said
from gdtutor.session.prompting import asked
from gdtutor.session.state import Playing, PromptKind, Screen, Session, Walk, screen_left
from gdtutor.session.story import has_ended, next_entry, open_where_left
from gdtutor.session.tasks import open_tasks
from gdtutor.session.works_at import UNREADABLE
from gdtutor.values import replace


def move_cursor(session: Session, by: int) -> Session:
    """Move the cursor among the lessons that show."""
    most = max(len(shown_entries(session.library)) - 1, 0)
    cursor = min(max(session.library.cursor + by, 0), most)
    return replace(session, library=replace(session.library, cursor=cursor))


def with_search(session: Session, text: str) -> Session:
    """Show the lessons that match, the cursor on the first; without a text it is where it was."""
    library = session.library
    cursor = 0 if text.strip() else library.before
    return replace(session, library=replace(library, search=text, cursor=cursor))


def search(session: Session) -> Session:
    """Open an empty input that searches the lessons, whose texts are read with the first search."""
    library = without_search(session).library
    words = library.words or {entry.id: read_words(entry.path) for entry in library.entries}
    session = replace(session, library=replace(library, before=library.cursor, words=words))
    return asked(with_search(session, ""), PromptKind.SEARCH, "search")


def found(session: Session) -> Session:
    """Keep the lessons found, and say what the keys do with them."""
    return said(session, "Enter opens, Esc shows all." if shown_entries(session.library) else "")


def without_search(session: Session) -> Session:
    """Show all lessons again, the cursor on the same one."""
    shown, entries = shown_entries(session.library), session.library.entries
    if not session.library.search:
        return session
    library = session.library
    cursor = entries.index(shown[min(library.cursor, len(shown) - 1)]) if shown else library.before
    return replace(session, library=replace(library, search="", cursor=cursor))


def open_entry(session: Session) -> Result:
    """Open the lesson under the cursor; the open one is returned to where it was left."""
    entries = shown_entries(session.library)
    entry = entries[min(session.library.cursor, len(entries) - 1)]
    if entry.problem:
        return said(session, UNREADABLE, error=True), ()
    if isinstance(session, Walk) and session.lesson.path == entry.path:
        return replace(session, screen=screen_left(session)), ()
    return open_where_left(session, entry)


def with_place(session: Session) -> Session:
    """Return the session whose library has the place where the learner leaves the open lesson."""
    if not isinstance(session, Walk):
        return session
    library, lesson_id = session.library, session.lesson.id
    before = library.left.get(lesson_id)
    left = place_left(session, 0.0 if before is None else before.updated)
    library = replace(library, left={**library.left, lesson_id: left})
    return replace(session, library=library)


def place_left(session: Walk, now: float) -> LessonPlace:
    """Return where the learner is.

    Args:
        session: The session.
        now: The time, in seconds since 1970.
    """
    moment = session.moment
    edits = tuple(change.text() for change in session.changes)
    if isinstance(session, Playing):
        edits = past_commands(session)
    command = kept_command(session)
    return LessonPlace(moment.iteration, session.step, len(moment.steps), edits, command, now)


def with_finish(session: Session) -> Session:
    """Return the session whose library knows that the open lesson is finished, where it is."""
    if not isinstance(session, Walk) or not (has_ended(session) or _has_done_all(session)):
        return session
    finished = session.library.finished | {session.lesson.id}
    return replace(session, library=replace(session.library, finished=finished))


def _has_done_all(session: Walk) -> bool:
    """Say whether the closing page is shown with every task done, from wherever it was opened."""
    return session.look.is_closing and bool(session.lesson.tasks) and not open_tasks(session)


def show_library(session: Walk) -> Session:
    """Go to the library, the cursor on the lesson that was open."""
    library = replace(with_place(session).library, search="")
    session = replace(session, screen=Screen.LIBRARY, behind=session.screen, library=library)
    paths = [entry.path for entry in library.entries]
    following = next_entry(session) if has_ended(session) else None
    here = session.lesson.path if following is None else following.path
    if here not in paths:
        return session
    return replace(session, library=replace(library, cursor=paths.index(here)))


def next_lesson(session: Walk) -> Outcome:
    """Open the next lesson; behind the last one the library."""
    entry = next_entry(session)
    return show_library(session) if entry is None else open_where_left(session, entry)
