"""`gdtutor notes`: what the speaker of a talk alone sees, in a second terminal."""

from __future__ import annotations

import argparse
import sys
from shutil import get_terminal_size
from time import sleep, time

from gdtutor.classroom.stops import notes_text, read_notes
from gdtutor.cli.output import print_lines, say
from gdtutor.cli.talk import notes_file

LOOK_EVERY = 0.5
"""Seconds between two looks at where the talk is."""


def run(arguments: argparse.Namespace) -> int:
    """Show the notes of the talk that is given, until Ctrl-C; once where nobody watches."""
    path = notes_file()
    shown = ""
    while True:
        notes = None if path is None else read_notes(path)
        told = (
            "No talk is given."
            if notes is None
            else notes_text(notes, time(), get_terminal_size().columns)
        )
        if told != shown:
            if sys.stdout.isatty():
                # Nothing of it steers the terminal: both sequences are written as they are.
                sys.stdout.write("\x1b[H\x1b[2J")
                say(told)
            else:
                print_lines(told.split("\n"))
        shown = told
        if not sys.stdout.isatty():
            return 0
        sleep(LOOK_EVERY)
