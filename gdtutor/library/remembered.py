"""The library with what is remembered: places, finished lessons, and where the learner left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gdtutor.lesson.discovery import discover
from gdtutor.lesson.summary import read_summary, unread
from gdtutor.progress.records import LessonPlace, ProgressError
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import LeftPlace, Library, opens_closing, place_text
from gdtutor.values import replace

QUICK_SECONDS = 0.5
"""How long the start waits for a store that another program holds."""


def text_of(place: LessonPlace, *, is_finished: bool) -> str:
    """Return in words what a remembered place opens."""
    step = None if opens_closing(place.command) else place.step
    total, edits = place.steps_total, place.edits
    return place_text(place.iteration, step, total, edits, is_finished=is_finished)


def with_progress(library: Library, progress: ProgressStore) -> Library:
    """Return the library with places and finished lessons, the cursor where the learner left.

    Raises:
        ProgressError: The store cannot be read.
    """
    places = progress.places()
    finished = frozenset(progress.finished_lessons())
    ids = [entry.id for entry in library.entries]
    last = progress.last_lesson()
    return replace(
        library,
        left={
            key: LeftPlace(text_of(one, is_finished=key in finished), one.command, one.edits)
            for key, one in places.items()
        },
        is_new=not places and not finished,
        finished=finished,
        tasks_done=progress.tasks_done(),
        cursor=ids.index(last) if last in ids else library.cursor,
    )  # fmt: skip


def read_progress(library: Library, store: Callable[[], ProgressStore]) -> tuple[Library, str]:
    """Return the library with what is remembered, and a message where that cannot be read."""
    with store() as progress:
        try:
            return with_progress(library, progress), " ".join(progress.messages)
        except ProgressError as error:
            return library, str(error)


def quick_store() -> ProgressStore:
    """Open the store to read from it at the start, where nobody should have to wait."""
    return ProgressStore(default_path(), busy_seconds=QUICK_SECONDS)


def quick_library(folder: Path) -> Library:
    """Return the lessons of a folder as their files say they are: none of them is checked.

    Raises:
        GdTutorError: Where the folder cannot be read.
    """
    return Library(tuple(read_summary(path) or unread(path) for path in discover(folder)))
