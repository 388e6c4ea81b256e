"""`gdtutor join`: one's own gdtutor follows a class, over the port of its SSH server."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from gdtutor.cli.open_app import show
from gdtutor.cli.output import complain, say
from gdtutor.engine.errors import GdTutorError

if TYPE_CHECKING:
    from gdtutor.ui.app import TutorApp
    from gdtutor.ui.program import Program
    from gdtutor.view.frame import Chars

PORT = 8022


def run(arguments: argparse.Namespace) -> int:
    """Follow a class and return the exit code."""
    if find_spec("asyncssh") is None:
        complain(GdTutorError("a class needs asyncssh", "pip install 'gdtutor[class]'"))
        return 2
    name, host, port = _where(arguments.where)
    # Only a class needs the client.
    from gdtutor.classroom.joining import ClassLogin, Following, host_key_of
    from gdtutor.cli.talk import session_of_link

    key = host_key_of(host, port)
    _confirm(key.get_fingerprint(), arguments.fingerprint)
    code = getpass("Join code (and after a blank the PIN of your seat): ", sys.stderr)
    login = ClassLogin(name, host, port, code, key)
    followings: list[Following] = []

    def around(chars: Chars) -> Following:
        followings.append(Following(chars, login, session_of_link))
        return followings[0]

    def open_program(app: TutorApp) -> Program:
        from gdtutor.drive.opening import open_lesson
        from gdtutor.lesson.discovery import shipped_lessons_folder
        from gdtutor.library.lessons import library_of
        from gdtutor.session.state import Session
        from gdtutor.ui.answering import Services
        from gdtutor.ui.program import Program

        session = Session(library=library_of(shipped_lessons_folder()))
        services = Services(open_lesson, lambda _: None, keep=followings[0].answered)
        return Program(app, session, services)

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


def _confirm(found: str, wanted: str) -> None:
    """Have the host key confirmed.

    Raises:
        GdTutorError: It is another one than the teacher's screen shows.
    """
    hint = "C on the teacher's screen shows it"
    if wanted:
        if wanted != found:
            raise GdTutorError(f"the host key is {found}", hint)
        return
    say(f"The host key is {found}. Is it the one on the teacher's screen? (yes) ", end="")
    if sys.stdin.readline().strip().lower() not in ("yes", "y"):
        raise GdTutorError("the host key was not confirmed", hint)
