"""`gdtutor transcript`: every step of a lesson as plain text or JSON."""

from __future__ import annotations

import argparse

from gdtutor.cli.shell import print_json, print_lines, printed_chars
from gdtutor.cli.starting import session_of
from gdtutor.report.transcript import steps_data, transcript_text
from gdtutor.view.frame import CHARACTERS


def run(arguments: argparse.Namespace) -> None:
    """Print the steps from the place on, so many iterations; with --at from that step."""
    session = session_of(arguments)
    if arguments.json:
        chars = CHARACTERS[arguments.chars or "unicode"]
        print_json(steps_data(session, arguments.iterations, chars))
    else:
        chars = printed_chars(arguments.chars)
        print_lines(transcript_text(session, arguments.iterations, chars))
