"""`gdtutor play`: a network without a file, on the screen or trained without one."""

from __future__ import annotations

import argparse

from gdtutor.cli.train import train
from gdtutor.drive.background import heard
from gdtutor.lesson.runs import run_of
from gdtutor.play.lesson_text import lesson_of
from gdtutor.play.options import OPTIONS, playground_of
from gdtutor.play.playground import Playground


def run(arguments: argparse.Namespace) -> int:
    """Open the playground, or train it where JSON is asked for."""
    playground = asked_for(arguments)
    lesson = heard(lambda: lesson_of(playground))
    # The seeds are the playground's own; none replaces them.
    arguments.seed = None
    return train(arguments, lesson, run_of(lesson))


def asked_for(arguments: argparse.Namespace) -> Playground:
    """Return the playground that the options name.

    Raises:
        GdTutorError: One cannot be read, or they do not go together.
    """
    given = {row.flag: getattr(arguments, row.flag.replace("-", "_")) for row in OPTIONS}
    return playground_of({flag: word for flag, word in given.items() if word is not None})
