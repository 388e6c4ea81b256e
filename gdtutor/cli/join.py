"""`gdtutor join`: one's own gdtutor follows a class, over the port of its SSH server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from getpass import getpass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from gdtutor.cli.open_app import show
from gdtutor.cli.output import complain, say
from gdtutor.cli.speaker_notes import LOOK_EVERY, NotesScreen
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.progress.store import default_path

if TYPE_CHECKING:
    from gdtutor.ui.app import TutorApp
    from gdtutor.ui.program import Program
    from gdtutor.view.frame import Chars

PORT = 8022


def run(arguments: argparse.Namespace) -> int:
    """Follow a class, or show its speaker's notes, and return the exit code."""
    if find_spec("asyncssh") is None:
        complain(GdTutorError("a class needs asyncssh", "pip install 'gdtutor[class]'"))
        return 2
    is_speaker = arguments.notes
    anyone = "speaker@" if is_speaker and "@" not in arguments.where else ""
    name, host, port = _where(anyone + arguments.where)
    # Only a class needs the client.
    from gdtutor.classroom.admission import NOTES_NAME
    from gdtutor.classroom.joining import ClassLogin, Following, hear_notes, host_key_of
    from gdtutor.cli.talk import session_of_link

    key = host_key_of(host, port)
    confirm(f"{host}:{port}", key.get_fingerprint(), arguments.fingerprint)
    if is_speaker:
        secret = getpass("The teacher's secret: ", sys.stderr).strip()
        login = ClassLogin(NOTES_NAME, host, port, secret, key)
        asyncio.run(hear_notes(login, NotesScreen().show, LOOK_EVERY))
        if sys.stdout.isatty():
            say("\nThe class has ended.")
        return 0
    code = getpass("Join code (and after a blank the PIN of your seat): ", sys.stderr)
    login = ClassLogin(name, host, port, code, key)

    def around(chars: Chars) -> Following:
        return Following(chars, login, session_of_link)

    def open_program(app: TutorApp) -> Program:
        from gdtutor.drive.opening import open_lesson
        from gdtutor.lesson.discovery import shipped_lessons_folder
        from gdtutor.library.lessons import library_of
        from gdtutor.session.state import Session
        from gdtutor.ui.answering import Services
        from gdtutor.ui.program import Program

        session = Session(library=library_of(shipped_lessons_folder()))
        return Program(app, session, Services(open_lesson, lambda _: None))

    return show(arguments, open_program, around=around)


def _where(text: str) -> tuple[str, str, int]:
    """Return name, host and port.

    Raises:
        GdTutorError: The text names no host.
    """
    name, sign, rest = text.rpartition("@")
    host, colon, port = rest.rpartition(":")
    if not colon:
        host, port = rest, str(PORT)
    if not (sign and name and host and port.isascii() and port.isdigit()):
        raise GdTutorError(f"'{text}' names no class", "write it as anna@192.168.1.7:8022")
    return name, host, int(port)


def confirm(host: str, found: str, wanted: str) -> None:
    """Have the host key of a machine and port confirmed, once; it is remembered.

    Raises:
        GdTutorError: It is another one than the teacher's screen shows.
    """
    hint = "C on the teacher's screen shows it"
    store = default_path()
    path = None if store is None else store.with_name("known_classes")
    known: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError):
        lines = path.read_text("utf-8").splitlines() if path is not None else []
        known = dict(one.split(" ", 1) for one in lines)
    if wanted:
        if wanted != found:
            raise GdTutorError(f"the host key is {found}", hint)
        return
    if known.get(host) == found:
        return
    changed = f", another one than last time ({known[host]})" if host in known else ""
    say(f"The host key is {found}{changed}.")
    say("Type yes if the teacher's screen shows the same, at the key C: ", end="")
    if sys.stdin.readline().strip().lower() not in ("yes", "y"):
        raise GdTutorError("the host key was not confirmed", hint)
    if path is not None:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = (f"{name} {key}\n" for name, key in {**known, host: found}.items())
            write_atomically(path, "".join(rows))
