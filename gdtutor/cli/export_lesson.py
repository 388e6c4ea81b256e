"""`gdtutor export`: a lesson as a script in NumPy alone, or told the other way as a lesson."""

from __future__ import annotations

import argparse

from gdtutor.cli.lesson_files import check_target, lesson_path
from gdtutor.cli.shell import put_out
from gdtutor.cli.starting import session_of
from gdtutor.engine.characters import shell_word
from gdtutor.engine.errors import GdTutorError
from gdtutor.export.classes import classes_text
from gdtutor.export.script import export_text
from gdtutor.lesson.orientation import is_in_rows, retold, turned
from gdtutor.lesson.runs import run_of
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session, Walk


def run(arguments: argparse.Namespace) -> None:
    """Print the script or the lesson, or write it to a file."""
    check_target(arguments.out, lesson_path(arguments.lesson))
    session, command = session_of(arguments), _command(arguments)
    if arguments.as_lesson:
        text = _as_lesson(session, arguments)
    elif arguments.classes:
        text = classes_text(_oriented(session, arguments), command)
    else:
        text = export_text(_oriented(session, arguments), arguments.iterations, command)
    put_out(text, arguments.out)


def _as_lesson(session: Walk, arguments: argparse.Namespace) -> str:
    """Return the file of the lesson told the other way.

    Raises:
        GdTutorError: It is not asked for so, is told so already, or cannot be.
    """
    lesson, way = session.lesson, "rows" if arguments.rows else "columns"
    if session.changes or session.variant or session.seed is not None:
        what = "a lesson file is the whole lesson"
        raise GdTutorError(what, "leave out --set, --seed, --variant")
    if not (arguments.rows or arguments.columns):
        raise GdTutorError("--lesson tells a lesson the other way", "add --rows or --columns")
    if lesson.bindings and is_in_rows(lesson) == arguments.rows:
        raise GdTutorError(f"the lesson is told in {way} already", "leave out --lesson")
    return retold(lesson)


def _oriented(session: Walk, arguments: argparse.Namespace) -> Walk:
    """Return the session in its lesson as it is asked for: in rows, in columns, or as it is.

    Raises:
        GdTutorError: The lesson cannot be told so, or has changes, whose cells are named as it is.
    """
    lesson, wanted = session.lesson, arguments.rows or arguments.columns
    if not wanted or (lesson.bindings and is_in_rows(lesson) == arguments.rows):
        return session
    if session.changes:
        what = "changes name cells of the lesson as it is"
        raise GdTutorError(what, "leave out --set, or --rows and --columns")
    other = turned(lesson, session.seed)
    return opened(Session(), Opened(other, run_of(other, session.seed), session.seed))


def _command(arguments: argparse.Namespace) -> str:
    """Return the command line that writes the same script again."""
    words = ["gdtutor", "export", arguments.lesson]
    words += [f"--{way}" for way in ("rows", "columns") if getattr(arguments, way)]
    words += ["--classes"] if arguments.classes else ["--iterations", str(arguments.iterations)]
    if arguments.seed is not None:
        words += ["--seed", str(arguments.seed)]
    if arguments.variant:
        words += ["--variant", arguments.variant]
    for change in arguments.changes:
        words += ["--set", change]
    return "written by: " + " ".join(map(shell_word, words))
