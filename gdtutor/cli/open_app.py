"""`gdtutor [LESSON|FOLDER]`: the app, after everything that could go wrong is looked at.

The first page is drawn from a glance at the lesson file; Textual, and then what needs the engine,
are imported behind it, so that a learner reads sooner.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdtutor.cli.arguments import is_rehearsed
from gdtutor.cli.lesson_files import lesson_path
from gdtutor.cli.shell import match_encoding, speaks_ascii, use_utf8
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import read_prose, read_summary, shipped_lessons_folder
from gdtutor.paint.colours import choose_colours, prepare_environment
from gdtutor.paint.rows import RowMaker
from gdtutor.paint.terminal import changes_between
from gdtutor.session.press import Press
from gdtutor.ui.running import run_app
from gdtutor.ui.terminal import choose_chars, choose_frames, preflight, speaks_plainly
from gdtutor.values import replace
from gdtutor.view.frame import Area, Chars, Frame
from gdtutor.view.page import lesson_cover, library_cover

if TYPE_CHECKING:
    from gdtutor.cli.starting import FrontEndStart
    from gdtutor.session.catalogue import Library
    from gdtutor.session.state import Session
    from gdtutor.ui.app import TutorApp
    from gdtutor.ui.contracts import Around, OpenProgram
    from gdtutor.ui.program import Program

PATIENCE = 0.05
"""Seconds that the screens wait for an answer before keys are heard beside it."""

Cover = Callable[[Area], Frame]
Begun = tuple["FrontEndStart", tuple[Press, ...]]
"""What a front end begins with, and the keys that are pressed then."""


def run(arguments: argparse.Namespace) -> int:
    """Open the app and return its exit code."""
    presses = parse_keys(arguments.keys)
    if arguments.linear or speaks_plainly(os.environ, sys.stdin):
        return _converse(arguments, presses)

    listed = None
    if not arguments.lesson or os.path.isdir(arguments.lesson):
        from gdtutor.library.reading import quick_library

        folder = Path(arguments.lesson) if arguments.lesson else shipped_lessons_folder()
        listed = quick_library(folder)

    def begin() -> Begun:
        from gdtutor.cli.starting import start

        return start(arguments, listed), presses

    return show_behind(arguments, begin, _cover(arguments, listed))


def show_behind(
    arguments: argparse.Namespace, begin: Callable[[], Begun], cover: Cover | None
) -> int:
    """Show what begins behind a cover; return the exit code once all that is kept is on the disk.

    Args:
        arguments: Those of `show`.
        begin: Makes what is shown, in a thread; raises GdTutorError.
        cover: Draws what stands until then.
    """
    begun: list[FrontEndStart] = []

    def open_program(app: TutorApp) -> Program:
        from gdtutor.cli.starting import resume
        from gdtutor.drive.effects import Outside

        found, presses = begin()
        begun.append(found)
        kept = {"save": found.save, "keep": found.keep, "listen": found.listen}
        outside = Outside(resume=resume)
        program = program_of(app, found.session, presses, **kept, outside=outside)
        gc.freeze()
        gc.enable()
        return program

    # What is made while the program opens stays until it ends: to search it for garbage, again and
    # again as it grows, takes a tenth of that time.
    gc.disable()
    try:
        return show(arguments, open_program, cover)
    finally:
        gc.enable()
        for found in begun:
            found.finish()


def program_of(
    app: TutorApp, session: Session, presses: tuple[Press, ...] = (), **services: Any
) -> Program:
    """Return what shows a session in the app.

    Args:
        app: The app.
        session: What is shown first.
        presses: Keys that are pressed then.
        services: Fields of `Services`.
    """
    # Imported with the first session: the cover needs neither engine nor library.
    from gdtutor.ui.answering import Services
    from gdtutor.ui.program import Program

    return Program(app, session, Services(**services), presses)


def _converse(arguments: argparse.Namespace, presses: tuple[Press, ...]) -> int:
    from gdtutor.cli.open_linear import run_linear
    from gdtutor.cli.starting import start
    from gdtutor.library.lessons import counted_library
    from gdtutor.session.state import Screen

    begin = start(arguments)
    session = begin.session
    if session.screen is Screen.LIBRARY:
        session = replace(session, library=counted_library(session.library))
    try:
        return run_linear(session, presses, arguments.chars, begin.save, begin.keep)
    finally:
        begin.finish()


def _cover(arguments: argparse.Namespace, library: Library | None) -> Cover | None:
    """Return what can be shown before the engine is there; None where the file says nothing.

    Args:
        arguments: What the command line says.
        library: The library that it asks for; None where that is a lesson.

    Raises:
        GdTutorError: There is no such lesson.
    """
    if library is not None:
        if not (arguments.no_save or is_rehearsed(arguments)):
            from gdtutor.library.reading import read_progress

            library, _ = read_progress(library)
        return partial(library_cover, library)
    path = lesson_path(arguments.lesson)
    seen = read_summary(path)
    if seen is None:
        return None
    is_elsewhere = is_rehearsed(arguments) or _is_left(arguments, seen.id)
    return partial(lesson_cover, seen.number, seen.title, "" if is_elsewhere else read_prose(path))


def _is_left(arguments: argparse.Namespace, lesson_id: str) -> bool:
    """Say whether the lesson will open at a place that is remembered."""
    if arguments.no_save or arguments.from_start:
        return False
    from gdtutor.library.reading import read_progress
    from gdtutor.session.catalogue import Library

    return lesson_id in read_progress(Library())[0].left


def show(
    arguments: argparse.Namespace,
    open_program: Callable[[TutorApp], OpenProgram],
    cover: Cover | None = None,
    around: Callable[[Chars], Around] | None = None,
) -> int:
    """Show a session in the terminal and return the exit code.

    Args:
        arguments: --chars, --color, --fps and --no-mouse.
        open_program: Makes what answers the app's keys.
        cover: Draws what stands until then; the program is opened first where it is None.
        around: Makes what stands around the program's screens.

    Raises:
        GdTutorError: The terminal cannot show it.
    """
    try:
        size = os.get_terminal_size(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except OSError:
        size = os.terminal_size((0, 0))
    problem = preflight(sys.stdin, sys.__stderr__, os.environ, size)
    if problem is not None:
        raise GdTutorError(problem)
    encoding = sys.__stderr__.encoding if sys.__stderr__ is not None else None
    chars = choose_chars(arguments.chars, os.environ, encoding)
    if sys.__stderr__ is not None:
        match_encoding(sys.__stderr__, chars)
        if not speaks_ascii(sys.__stderr__.encoding):
            use_utf8(sys.__stderr__)
    colours = choose_colours(arguments.color, os.environ)
    prepare_environment(os.environ)
    drawn = (
        None if cover is None else cache(lambda width, height: cover(Area(width, height, chars)))
    )

    def make() -> TutorApp:
        # Imported behind the first page: Textual takes most of the start, and reads the environment
        # as it loads. Where there is TLS asyncio takes it along, 4 MB that nobody here speaks.
        without("ssl", "asyncio")
        from gdtutor.ui.app import Looks, TutorApp

        frames = choose_frames(arguments.fps, os.environ)
        looks = Looks(colours, chars, frames, patience=PATIENCE)
        return TutorApp(looks, open_program, drawn, None if around is None else around(chars))

    page = ""
    if drawn is not None and all(size):
        page = changes_between((), RowMaker(chars).rows(drawn(*size)), colours)
    return run_app(make, mouse=not arguments.no_mouse, page=page)


def without(name: str, importer: str) -> None:
    """Import a module as where another, which it can do without, is not installed."""
    if name not in sys.modules:
        sys.modules[name] = None  # type: ignore[assignment]
        try:
            import_module(importer)
        finally:
            del sys.modules[name]
