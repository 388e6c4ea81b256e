"""The session that the command line asks for, with what is remembered; it needs the engine."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter, time

from gdtutor.cli.arguments import PLAY, is_rehearsed, parsed
from gdtutor.cli.lesson_files import lesson_path
from gdtutor.cli.lessons import waited_session_of
from gdtutor.cli.output import complain
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import read_summary, shipped_lessons_folder
from gdtutor.library.reading import quick_library, quick_store, read_progress
from gdtutor.progress.keeper import ProgressKeeper
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import Library
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.iteration_limit import OPENING_PATIENCE
from gdtutor.session.navigation import said
from gdtutor.session.opening import resumed
from gdtutor.session.state import Screen, Session, Surroundings, Walk
from gdtutor.values import Struct, replace

FROM = "GDTUTOR_FROM"
"""The variable of the environment with what the program was opened from, as `judge`: `q` comes back
to it, which the first screen says and the line of keys goes on to say."""

NOT_KEPT = "Begun by the command: places and answers of this visit are not kept."
"""What a start at a place of the command line leads to, though `--no-save` was not asked for."""

NOT_SHOWN = "begun by the command: progress is not shown"
"""What the library says then beside its count of lessons."""


class FrontEndStart(Struct, frozen=True, eq=False):
    """What a front end begins with."""

    session: Session
    save: Callable[[Session], None] = lambda _: None
    """Keeps where the learner is; returns at once."""
    keep: Callable[[KeepAttempt], None] = lambda _: None
    """Keeps an answer; returns at once."""
    listen: Callable[[Callable[[str, str], None]], None] = lambda _: None
    """Has somebody told how far saving has come."""
    close: Callable[[], str] = lambda: ""
    """Waits until what was kept is on the disk; returns why where it cannot be."""

    def finish(self) -> None:
        """Wait until what was kept is on the disk; say why where it cannot be."""
        if problem := self.close():
            complain(GdTutorError(problem))


def start(arguments: argparse.Namespace) -> FrontEndStart:
    """Return what the arguments of `gdtutor` ask for: a lesson, or a library.

    A lesson goes on where the learner left it, unless the arguments say where to begin. What is
    rehearsed takes nothing from what is remembered, and leaves it as it is.

    Raises:
        GdTutorError: For whatever of them cannot be used.
    """
    names_lesson = bool(arguments.lesson) and not os.path.isdir(arguments.lesson)
    folder = Path(arguments.lesson) if arguments.lesson and not names_lesson else None
    # A lesson that cannot be opened is told once the library is seen and its steps are counted.
    library, message = quick_library(folder or shipped_lessons_folder()), ""
    saves = not arguments.no_save and not is_rehearsed(arguments)
    if saves:
        library, message = read_progress(library, quick_store)
    origin = os.environ.get(FROM, "")
    around = Surroundings(called(), origin or "quit")
    shelf = Session(screen=Screen.LIBRARY, library=library, around=around)
    session = _in_lesson(arguments, shelf) if names_lesson else shelf
    if names_lesson and not session.message and is_rehearsed(arguments) and not arguments.no_save:
        session = replace(said(session, NOT_KEPT), saving=NOT_SHOWN)
    if origin:
        session = said(session, f"q comes back to the {origin}.")
    return begun_with(session, message, saves=saves)


def begun_with(session: Session, message: str, *, saves: bool) -> FrontEndStart:
    """Return what a front end begins with; a message of why nothing is remembered comes first."""
    session = said(session, message, error=True) if message else session
    if not saves:
        return FrontEndStart(session)
    keeper = ProgressKeeper(partial(ProgressStore, default_path()), time)
    return FrontEndStart(session, keeper.save, keeper.keep, keeper.listen, keeper.close)


def _in_lesson(arguments: argparse.Namespace, shelf: Session) -> Walk:
    """Return the session in the lesson that is named, at the place where it was left if that is
    remembered."""
    if _says_where(arguments) or arguments.lesson.startswith(PLAY):
        return _begun(arguments, shelf)
    path = lesson_path(arguments.lesson)
    command = left_at(path, shelf.library)
    if command:
        try:
            return resumed(shelf, resume(path, command))
        except GdTutorError as error:
            start = _begun(arguments, shelf)
            return said(start, f"Where you left off: {error}", error=True)
    return _begun(arguments, shelf)


def _begun(arguments: argparse.Namespace, shelf: Session) -> Walk:
    session = waited_session_of(arguments)
    return replace(session, library=shelf.library, around=shelf.around)


def called() -> str:
    """Return how a shell starts this program: by its name where that is on the path, else by the
    file that was started, or the Python with `-m`, from here where that is shorter."""
    if shutil.which("gdtutor") or not sys.argv[0]:
        return "gdtutor"
    if os.path.basename(sys.argv[0]) != "__main__.py":
        return _from_here(sys.argv[0])
    is_found = shutil.which("python") == sys.executable
    return f"{'python' if is_found else _from_here(sys.executable)} -m gdtutor"


def _from_here(started: str) -> str:
    return shlex.quote(min(os.path.relpath(started), os.path.abspath(started), key=len))


def _says_where(arguments: argparse.Namespace) -> bool:
    """Say whether the arguments decide where the lesson begins, or how it is looked at."""
    return bool(
        arguments.from_start or arguments.variant or arguments.example or arguments.unfold
        or arguments.digits or arguments.predict or arguments.seed is not None
        or arguments.fold is not None
    )  # fmt: skip


def left_at(path: Path, library: Library) -> str:
    """Return the command line of the place where a lesson was left, empty where none is
    remembered."""
    seen = read_summary(path)
    return "" if seen is None else library.command_left(seen.id)


def resume(path: Path, command: str) -> Walk:
    """Return the session that a saved command line opens, in the lesson at this path.

    Raises:
        GdTutorError: The place no longer fits the lesson.
    """
    try:
        arguments = parsed(command)
    except ValueError:
        raise GdTutorError("the saved place cannot be read", "") from None
    arguments.lesson = str(path)
    until = perf_counter() + OPENING_PATIENCE
    session = waited_session_of(arguments)
    session = pressed(session, parse_keys(arguments.keys), lambda: perf_counter() > until)
    is_refused = session.prompt is not None and session.prompt.error and session.challenge is None
    # An input that no learner has opened is none to come back to.
    return replace(session, prompt=None) if is_refused else session
