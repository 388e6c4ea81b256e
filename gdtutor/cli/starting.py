"""Finding the lesson that the command line names, and the session that it asks for, with what is
remembered; it needs the engine."""

from __future__ import annotations

import argparse
import math
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
from gdtutor.cli.shell import complain
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import placed, session_at
from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.discovery import read_summary, shipped_lessons_folder
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.library.reading import quick_library, read_progress
from gdtutor.play.options import playground_of_line
from gdtutor.progress.keeper import ProgressKeeper
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import Library
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.iteration_limit import OPENING_PATIENCE, PATIENCE
from gdtutor.session.navigation import refolded, said
from gdtutor.session.opening import resumed
from gdtutor.session.playing import play_session, reopened
from gdtutor.session.state import Screen, Session, Surroundings, Walk
from gdtutor.values import Struct, replace


def session_of(arguments: argparse.Namespace, patience: float = math.inf) -> Walk:
    """Return the session that LESSON, --at, --set, --seed, --example, --unfold and --digits name.

    Args:
        arguments: What the command line says.
        patience: Seconds that the way to a place may take; Ctrl-C ends it where nobody waits at
            keys.

    Raises:
        GdTutorError: For whatever of them cannot be used.
    """
    if arguments.lesson.startswith(PLAY):
        line = arguments.lesson.removeprefix(PLAY)
        playground = playground_of_line(line, getattr(arguments, "own_files", False))
        session: Walk = reopened(
            play_session(Session(patience=patience), playground),
            map(parse_assignment, arguments.changes),
        )
    else:
        session = session_at(
            lesson_path(arguments.lesson),
            seed=arguments.seed,
            variant=arguments.variant,
            changes=arguments.changes,
            patience=patience,
        )
    return _looked_at(session, arguments)


def _looked_at(session: Walk, arguments: argparse.Namespace) -> Walk:
    """Return a session at the place, and looked at in the way, that the arguments name."""
    digits = getattr(arguments, "digits", None) or session.look.digits
    folded = getattr(arguments, "fold", None)
    session = replace(session, look=replace(session.look, digits=digits, folded=folded))
    if getattr(arguments, "predict", False):
        session = replace(session, predict=True)
    unfolded = _unfolded(session, getattr(arguments, "unfold", ""))
    if unfolded:
        session = refolded(session, unfolded)
    if arguments.at:
        session = placed(replace(session, screen=Screen.STUDY), arguments.at)
    return _following(session, getattr(arguments, "example", 0))


def waited_session_of(arguments: argparse.Namespace) -> Walk:
    """Return the session that somebody waits for, who will walk on from it with keys.

    Raises:
        GdTutorError: For whatever of the arguments cannot be used, or takes too long to come to.
    """
    return replace(session_of(arguments, OPENING_PATIENCE), patience=PATIENCE)


def _following(session: Walk, example: int) -> Walk:
    size = len(session.moment.batch)
    if example and example >= size:
        what = f"there is no example {example}"
        raise GdTutorError(what, f"the batch holds 0 to {max(size - 1, 0)}")
    return replace(session, look=replace(session.look, example=example))


def _unfolded(session: Walk, text: str) -> frozenset[str]:
    known = [line.name for scene in session.lesson.scenes for line in scene.graph.lines]
    if text == "all":
        return frozenset(known)
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    for name in sorted(names - set(known)):
        hint = did_you_mean(name, known) or f"there are {', '.join(known)}, or all"
        raise GdTutorError(f"--unfold: there is no line '{name}'", hint)
    return names


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


def start(arguments: argparse.Namespace, listed: Library | None = None) -> FrontEndStart:
    """Return what the arguments of `gdtutor` ask for: a lesson, or a library.

    A lesson goes on where the learner left it, unless the arguments say where to begin. What is
    rehearsed takes nothing from what is remembered, and leaves it as it is.

    Args:
        arguments: What the command line says.
        listed: The library, where it has been listed.

    Raises:
        GdTutorError: For whatever of them cannot be used.
    """
    names_lesson = bool(arguments.lesson) and not os.path.isdir(arguments.lesson)
    folder = Path(arguments.lesson) if arguments.lesson and not names_lesson else None
    # A lesson that cannot be opened is told once the library is seen and its steps are counted.
    library, message = listed or quick_library(folder or shipped_lessons_folder()), ""
    saves = not arguments.no_save and not is_rehearsed(arguments)
    if saves:
        library, message = read_progress(library)
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
    seen = read_summary(path)
    command = "" if seen is None else shelf.library.command_left(seen.id)
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
