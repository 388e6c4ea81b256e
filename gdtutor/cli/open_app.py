"""`gdtutor [LESSON|FOLDER]`: the app, after everything that could go wrong is looked at."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import time

from gdtutor.cli.keys import parse_keys
from gdtutor.cli.lessons import session_of
from gdtutor.cli.open_linear import run_linear, speaks_plainly
from gdtutor.cli.output import complain
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.opening import open_lesson
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.remembered import read_progress
from gdtutor.remembering import Memory
from gdtutor.session.state import Screen, Session
from gdtutor.session.update import Action, Press
from gdtutor.shelf import library_of
from gdtutor.ui.colours import choose_colours, prepare_environment
from gdtutor.ui.terminal import (
    choose_chars,
    choose_frames,
    match_encoding,
    preflight,
    settle,
)


def run(arguments: argparse.Namespace) -> int:
    """Open the app and return its exit code."""
    presses = parse_keys(arguments.keys)
    session = _session(arguments)
    if arguments.no_save:
        return _run(session, arguments, presses, None)
    library, message = read_progress(session.library, _quick_store)
    is_told = bool(message)
    session = replace(
        session, library=library, message=message or session.message, is_error=is_told
    )
    memory = Memory(lambda: ProgressStore(default_path()), time)
    try:
        return _run(session, arguments, presses, memory)
    finally:
        problem = memory.close()
        if problem:
            complain(GdTutorError(problem))


def _quick_store() -> ProgressStore:
    """Open the store to read from it at the start, where nobody should have to wait."""
    return ProgressStore(default_path(), busy_seconds=0.5)


def _run(
    session: Session,
    arguments: argparse.Namespace,
    presses: tuple[Press, ...],
    memory: Memory | None,
) -> int:
    if arguments.linear or speaks_plainly(os.environ, sys.stdin):
        if memory is None:
            return run_linear(session, presses, arguments.chars)
        return run_linear(session, presses, arguments.chars, memory.save, memory.keep)
    return show(session, arguments, presses, memory=memory)


def resume(path: Path, command: str) -> Session:
    """Return the session that a saved command line opens, in the lesson at this path.

    Raises:
        GdTutorError: The place no longer fits the lesson.
    """
    from gdtutor.cli.arguments import COMMANDS, parser_of

    try:
        with contextlib.redirect_stderr(io.StringIO()):
            arguments = parser_of(COMMANDS[0]).parse_args(shlex.split(command)[1:])
    except (SystemExit, ValueError):
        raise GdTutorError("the saved place cannot be read", "") from None
    arguments.lesson = str(path)
    return session_of(arguments)


def show(
    session: Session,
    arguments: argparse.Namespace,
    presses: tuple[Press, ...],
    saved: Callable[[], Action | None] | None = None,
    memory: Memory | None = None,
) -> int:
    """Show a session in the terminal and return the exit code.

    Args:
        session: What is shown first.
        arguments: --chars, --color, --fps and --no-mouse.
        presses: Keys that are pressed at the start.
        saved: Says what a save of the open file came to; None where no file is watched.
        memory: Keeps place and answers; None where nothing is saved.
    """
    try:
        size = os.get_terminal_size(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except OSError:
        size = os.terminal_size((0, 0))
    problem = preflight(sys.stdin, sys.__stderr__, os.environ, size)
    if problem is not None:
        complain(GdTutorError(problem))
        return 2
    encoding = sys.__stderr__.encoding if sys.__stderr__ is not None else None
    chars = choose_chars(arguments.chars, os.environ, encoding)
    if sys.__stderr__ is not None:
        match_encoding(sys.__stderr__, chars)
    colours = choose_colours(arguments.color, os.environ)
    prepare_environment(os.environ)
    # Textual is imported only now: it reads the environment as it loads.
    from gdtutor.ui.app import Services, TutorApp

    frames = choose_frames(arguments.fps, os.environ)
    services = Services(
        colours, chars, open_lesson, lambda _: None, resume=resume, frames_per_second=frames,
        saved=saved,
    )  # fmt: skip
    if memory is not None:
        services = replace(services, save=memory.save, keep=memory.keep, listen=memory.listen)
    app = TutorApp(session, services, presses)
    app.run(mouse=not arguments.no_mouse)
    for stream in (sys.__stdout__, sys.__stderr__):
        settle(stream)
    return app.return_code or 0


def _session(arguments: argparse.Namespace) -> Session:
    """Return the session that the arguments ask for: a lesson, or a library."""
    named = Path(arguments.lesson) if arguments.lesson else None
    folder = shipped_lessons_folder()
    if named is not None and named.is_dir():
        return replace(Session(screen=Screen.LIBRARY), library=library_of(named))
    if named is None:
        return replace(Session(screen=Screen.LIBRARY), library=library_of(folder))
    session = session_of(arguments)
    return replace(session, library=library_of(folder))
