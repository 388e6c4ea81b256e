"""The session that the command line asks for, with what is remembered; it needs the engine."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from time import time

from gdtutor.cli.lessons import waited_session_of
from gdtutor.cli.output import complain
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import library_of
from gdtutor.library.remembered import quick_store, read_progress
from gdtutor.progress.keeper import ProgressKeeper
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.state import Screen, Session
from gdtutor.values import Struct, replace


class FrontEndStart(Struct, frozen=True, eq=False):
    """What a front end begins with."""

    session: Session
    memory: ProgressKeeper | None
    """Keeps place and answers; None where nothing is saved."""

    def save(self, session: Session) -> None:
        """Keep where the learner is; return at once."""
        if self.memory is not None:
            self.memory.save(session)

    def keep(self, attempt: KeepAttempt) -> None:
        """Keep an answer; return at once."""
        if self.memory is not None:
            self.memory.keep(attempt)

    def listen(self, listener: Callable[[str, str], None]) -> None:
        """Have somebody told how far saving has come."""
        if self.memory is not None:
            self.memory.listen(listener)

    def finish(self) -> None:
        """Wait until what was kept is on the disk; say why where it cannot be."""
        problem = "" if self.memory is None else self.memory.close()
        if problem:
            complain(GdTutorError(problem))


def start(arguments: argparse.Namespace) -> FrontEndStart:
    """Return what the arguments of `gdtutor` ask for: a lesson, or a library.

    Raises:
        GdTutorError: For whatever of them cannot be used.
    """
    session = _session(arguments)
    if arguments.no_save:
        return FrontEndStart(session, None)
    library, message = read_progress(session.library, quick_store)
    session = replace(
        session, library=library, message=message or session.message, is_error=bool(message)
    )
    return FrontEndStart(session, ProgressKeeper(lambda: ProgressStore(default_path()), time))


def _session(arguments: argparse.Namespace) -> Session:
    if not arguments.lesson or os.path.isdir(arguments.lesson):
        folder = Path(arguments.lesson) if arguments.lesson else shipped_lessons_folder()
        return replace(Session(screen=Screen.LIBRARY), library=library_of(folder))
    return replace(waited_session_of(arguments), library=library_of(shipped_lessons_folder()))


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
    return waited_session_of(arguments)
