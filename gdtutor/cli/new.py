"""`gdtutor new`: a commented lesson to begin with."""

from __future__ import annotations

import argparse

from gdtutor.cli.shell import print_lines
from gdtutor.engine.characters import shell_word
from gdtutor.library.new_lesson import new_lesson


def run(arguments: argparse.Namespace) -> None:
    """Write it, and say what to do with it."""
    path = shell_word(str(new_lesson(arguments.name)))
    print_lines([
        f"wrote {path}",
        f"  gdtutor watch {path}   opens it and follows what you save",
        f"  gdtutor check {path}   says what is wrong with it",
    ])  # fmt: skip
