"""`gdtutor play`: a network without a file, on the screen or trained without one."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from gdtutor.cli.arguments import PLAY, is_rehearsed, parsed
from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.background import heard
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.reports import shown
from gdtutor.lesson.source import read_source
from gdtutor.play.options import CSV, OPTIONS, playground_of, words_of
from gdtutor.play.playground import Playground
from gdtutor.play.read_file import read_file
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.cli.starting import FrontEndStart
    from gdtutor.lesson.model import Lesson
    from gdtutor.session.state import Walk
    from gdtutor.training.run import Run


def run(arguments: argparse.Namespace) -> int:
    """Open the playground, or train it where JSON is asked for."""
    # The seeds are the playground's own; none replaces them.
    playground = asked_for(arguments)
    arguments.seed = None
    if arguments.json:
        from gdtutor.cli.train import train

        return train(arguments, *heard(lambda: _run_of(arguments, playground)))
    from gdtutor.cli.open_app import Begun, show_behind
    from gdtutor.ui.terminal import speaks_plainly
    from gdtutor.view.page import lesson_cover

    presses = parse_keys(arguments.keys)
    if arguments.linear or speaks_plainly(os.environ, sys.stdin):
        return _converse(arguments, playground)

    def begin() -> Begun:
        found, kept = begin_with(arguments, playground)
        return found, presses or parse_keys(kept)

    return show_behind(arguments, begin, partial(lesson_cover, "", "Playground", ""))


def _run_of(arguments: argparse.Namespace, playground: Playground) -> tuple[Lesson, Run]:
    """Return the lesson and its run, with the changes of --set made."""
    if arguments.changes:
        # The walk is imported only where a change is named.
        from gdtutor.cli.starting import session_of

        session = session_of(with_playground(arguments, playground))
        return session.lesson, session.run
    from gdtutor.lesson.runs import run_of
    from gdtutor.play.lesson_text import lesson_of

    lesson = lesson_of(playground)
    return lesson, run_of(lesson)


def asked_for(arguments: argparse.Namespace, is_own: bool = True) -> Playground:
    """Return the playground that the options name, or the one of a file.

    Args:
        arguments: What is asked for.
        is_own: Whether the user's own command line asks, which may name any file of examples.

    Raises:
        GdTutorError: One cannot be read, or they do not go together.
    """
    words = given_options(arguments)
    if arguments.json and arguments.at:
        raise GdTutorError("--json trains and shows no place", "leave --at or --json out")
    if arguments.lesson and arguments.lesson.endswith(CSV):
        read_file(arguments.lesson, is_own)
        hint = f"gdtutor play --data {shlex.quote(arguments.lesson)} plays with it"
        raise GdTutorError(f"'{shown(arguments.lesson)}' is a file of examples, no lesson", hint)
    if not arguments.lesson:
        return playground_of(words, is_own)
    from gdtutor.play.lesson_text import playground_in

    path = lesson_path(arguments.lesson)
    own = words_of(playground_in(read_source(path), path))
    of_file = {
        flag.removeprefix("--"): word for flag, word in zip(own[::2], own[1::2], strict=True)
    }
    return playground_of({**of_file, **words}, is_own or "data" not in words)


def given_options(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the word of every option that is given, by its flag."""
    words = {row.flag: getattr(arguments, row.flag.replace("-", "_")) for row in OPTIONS}
    return {flag: word for flag, word in words.items() if word is not None}


def begin_with(arguments: argparse.Namespace, playground: Playground) -> tuple[FrontEndStart, str]:
    """Return what the screen begins with, the options or where the learner left off; and the keys
    that train as far as it was trained then."""
    from gdtutor.cli.starting import begun_with, called, waited_session_of
    from gdtutor.library.reading import read_progress
    from gdtutor.play.lesson_text import ID

    session = waited_session_of(with_playground(arguments, playground))
    session = replace(session, around=replace(session.around, program=called()))
    if arguments.no_save or is_rehearsed(arguments):
        return begun_with(session, "", saves=False), ""
    library, message = read_progress(session.library)
    left, keys = library.left.get(ID), ""
    is_plain = not arguments.lesson and not given_options(arguments)
    if left is not None and is_plain:
        session, keys = _resumed(session, left.command, left.edits)
    return begun_with(replace(session, library=library), message, saves=True), keys


def _resumed(session: Walk, command: str, before: Sequence[str]) -> tuple[Walk, str]:
    """Return the playground as it was left, with keys; as it begins where that cannot be had.

    Args:
        session: As it begins.
        command: The command line of what was left.
        before: Those of what undo goes back to.
    """
    from gdtutor.cli.starting import waited_session_of
    from gdtutor.session.navigation import said
    from gdtutor.session.playing import with_past
    from gdtutor.session.state import Playing

    def opened(line: str) -> tuple[Walk, str]:
        again = parsed(line)
        return waited_session_of(with_playground(again, asked_for(again))), again.keys

    try:
        left, keys = opened(command)
    except (GdTutorError, ValueError) as error:
        why = f": {error}" if isinstance(error, GdTutorError) else ""
        return said(session, f"Where you left off cannot be opened{why}", error=True), ""
    with contextlib.suppress(GdTutorError, ValueError):
        # What was there before a change may be gone, as a file of examples.
        if before and isinstance(left, Playing):
            left = with_past(left, map(opened, before))
    told = "Where you left off; --data circle begins with the first playground."
    return said(replace(left, around=session.around), told), keys


def with_playground(
    arguments: argparse.Namespace, playground: Playground, is_own: bool = True
) -> argparse.Namespace:
    """Return arguments with a playground as their LESSON; `is_own` as in `asked_for`."""
    lesson = PLAY + shlex.join(words_of(playground))
    words = {**vars(arguments), "lesson": lesson, "seed": None, "own_files": is_own}
    return argparse.Namespace(**words)


def _converse(arguments: argparse.Namespace, playground: Playground) -> int:
    """Talk about the playground as about any lesson."""
    from gdtutor.cli.open_linear import run_linear
    from gdtutor.cli.shell import print_lines
    from gdtutor.cli.starting import session_of
    from gdtutor.session.state import Screen

    session = session_of(with_playground(arguments, playground))
    told = "Here it is walked and trained; options of gdtutor play change it, --help lists them."
    print_lines([f"Playground: {' '.join(words_of(playground))}", told, ""])
    session = replace(session, screen=Screen.STUDY)
    return run_linear(session, parse_keys(arguments.keys), arguments.chars)
