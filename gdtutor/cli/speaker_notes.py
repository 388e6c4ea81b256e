"""`gdtutor notes`: what the speaker of a talk alone sees, in a second terminal."""

from __future__ import annotations

import argparse
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from time import sleep, time

from gdtutor.classroom.stops import SpeakerNotes, notes_text, read_notes
from gdtutor.cli.shell import exit_on_signals, print_lines, say
from gdtutor.cli.talk import notes_file

LOOK_EVERY = 0.5
"""Seconds between two looks at where the talk is."""
LEAVES = "Ctrl-C leaves the notes."


class NotesScreen:
    """Shows notes again where they tell something else, or the clock does."""

    def __init__(self) -> None:
        self._shown = ""

    def show(self, notes: SpeakerNotes | None) -> bool:
        """Show notes, and tell whether somebody watches."""
        told, size = "No talk is given, and no class.", get_terminal_size()
        if notes is not None:
            told = notes_text(notes, time(), size.columns)
            rows = told.split("\n")
            if sys.stdout.isatty() and len(rows) + 1 >= size.lines > 3:
                left = len(rows) - size.lines + 3
                told = "\n".join([*rows[:-left], f"({left} more rows in a higher terminal)"])
        if told != self._shown:
            if sys.stdout.isatty():
                # Nothing of it steers the terminal: both sequences are written as they are.
                sys.stdout.write("\x1b[H\x1b[2J")
                say(f"{told}\n{LEAVES}")
            else:
                print_lines(told.split("\n"))
        self._shown = told
        return sys.stdout.isatty()


def run(arguments: argparse.Namespace) -> None:
    """Show the notes of the talk that is given, until Ctrl-C; once where nobody watches."""
    exit_on_signals()
    path, screen = notes_file(), NotesScreen()
    with silent_keys():
        while screen.show(None if path is None else read_notes(path)):
            sleep(LOOK_EVERY)


@contextmanager
def silent_keys() -> Iterator[None]:
    """Have keys that are typed leave no mark on the terminal, until this ends."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    keys = sys.stdin.fileno()
    before = termios.tcgetattr(keys)
    try:
        # A signal may come as soon as the terminal is another.
        tty.setcbreak(keys)
        yield
    finally:
        # What was typed is no command of the shell that follows.
        termios.tcsetattr(keys, termios.TCSAFLUSH, before)
