"""`gdtutor watch`: a lesson open beside an editor, read again at every save."""

from __future__ import annotations

import argparse

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.cli.open_app import program_of, show
from gdtutor.cli.starting import waited_session_of
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.watching import Watcher
from gdtutor.lesson.source import read_source
from gdtutor.session.navigation import said
from gdtutor.session.opening import Broke
from gdtutor.session.state import Session
from gdtutor.session.update import update


def run(arguments: argparse.Namespace) -> int:
    """Open the file and follow it; one that is broken waits, under its reports, to be mended."""
    presses = parse_keys(arguments.keys)
    path = lesson_path(arguments.lesson)
    # A file that is not there, or no text, is misuse: there is nothing to wait for.
    read_source(path)
    watcher = Watcher(path, arguments.seed)
    first = watcher.read()
    if isinstance(first, Broke):
        session = update(Session(seed=arguments.seed), first)[0]
    else:
        session = waited_session_of(arguments)
        session = said(session, first.warned) if first.warned else session
    return show(arguments, lambda app: program_of(app, session, presses, saved=watcher.look))
