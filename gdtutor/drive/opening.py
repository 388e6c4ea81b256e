"""Opening a lesson for any front end: file, run, and the start of the walk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.session.edits import with_change
from gdtutor.session.iteration_limit import PATIENCE
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.runs import in_variant
from gdtutor.session.state import Session, Walk
from gdtutor.values import replace


def open_lesson(path: Path, seed: int | None = None) -> Opened:
    """Read a lesson and make its run.

    Raises:
        LessonError: Where the file cannot be used; it holds every report.
    """
    lesson = load_lesson(path)
    return Opened(lesson, run_of(lesson, seed), seed)


def session_at(
    path: Path,
    *,
    seed: int | None = None,
    variant: str = "",
    changes: Iterable[str] = (),
    at: str = "",
    patience: float = PATIENCE,
) -> Walk:
    """Return a session in a lesson, with changes made, at a place.

    Args:
        path: The lesson file.
        seed: Replaces the lesson's own seeds.
        variant: The name of one of the lesson's variants; its own values where empty.
        changes: Edits as `--set` takes them.
        at: A place as `--at` takes it; the opening page where empty.
        patience: Seconds that the way to a place may take.

    Raises:
        GdTutorError: For a lesson, a change or a place that cannot be used.
    """
    session = opened(Session(patience=patience), open_lesson(path, seed))
    if variant:
        session = in_variant(session, variant)
    for text in changes:
        session = with_change(session, parse_assignment(text))
    return placed(session, at) if at else session


def placed(session: Walk, at: str) -> Walk:
    """Return the session at a place; without an iteration it is in iteration 0."""
    return replace(goto(moved(session, 0, 1), at), message="")
