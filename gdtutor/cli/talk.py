"""`gdtutor talk`: the stops of a talk, walked without a class."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from gdtutor.classroom.podium import Podium, PodiumServices
from gdtutor.cli.arguments import is_play, parsed
from gdtutor.cli.open_app import program_of, show
from gdtutor.cli.play import asked_for, with_playground
from gdtutor.cli.starting import waited_session_of
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.errors import GdTutorError
from gdtutor.progress.store import default_path
from gdtutor.session.state import Session, Surroundings, Walk
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.ui.app import TutorApp
    from gdtutor.ui.program import Program


def run(arguments: argparse.Namespace) -> int:
    """Give a talk without a class, and return the exit code."""
    from gdtutor.classroom.board import TALK_KEYS
    from gdtutor.classroom.speaker import SpeakerScreens

    podium = podium_of(Path(arguments.file))

    def open_program(app: TutorApp) -> Program:
        # The podium opens the first stop, and says what is wrong with it.
        return program_of(app, replace(in_library(), around=Surroundings(keys=TALK_KEYS)))

    return show(arguments, open_program, around=lambda chars: SpeakerScreens(chars, podium))


def in_library() -> Session:
    """Return a session in the library of the shipped lessons."""
    from gdtutor.lesson.discovery import shipped_lessons_folder
    from gdtutor.library.lessons import library_of

    return Session(library=library_of(shipped_lessons_folder()))


def podium_of(file: Path | None) -> Podium:
    """Return the stops of a file, or of none.

    Raises:
        GdTutorError: It cannot be used.
    """
    return Podium(file, PodiumServices(session_of_link, notes_file(), time))


def session_of_link(link: str) -> Walk:
    """Return the session that a link opens, its keys pressed.

    Raises:
        GdTutorError: The link opens nothing.
    """
    try:
        arguments = parsed(link)
    except ValueError:
        raise GdTutorError(f"'{link}' is no link", "k prints one") from None
    if is_play(link):
        arguments = with_playground(arguments, asked_for(arguments, is_own=False), is_own=False)
    if not arguments.lesson:
        raise GdTutorError(f"'{link}' names no lesson", "k prints a link")
    return pressed(waited_session_of(arguments), parse_keys(arguments.keys))


def notes_file() -> Path | None:
    """Return where the speaker's second terminal looks; None where the user has no home."""
    progress = default_path()
    return None if progress is None else progress.with_name("talk.json")
