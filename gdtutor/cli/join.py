"""`gdtutor join`: one's own gdtutor follows a class, over the port of its SSH server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from getpass import getpass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from gdtutor.cli.open_app import program_of, show
from gdtutor.cli.shell import say
from gdtutor.cli.speaker_notes import LOOK_EVERY, NotesScreen, silent_keys
from gdtutor.engine.characters import pictured
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.progress.store import default_path
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.classroom.login import ClassLogin
    from gdtutor.view.frame import Chars

PORT = 8022
ASKED = "Join code (and after a blank the PIN of your seat): "


def run(arguments: argparse.Namespace) -> int:
    """Follow a class, or show its speaker's notes, and return the exit code."""
    is_speaker = arguments.notes
    anyone = "speaker@" if is_speaker and "@" not in arguments.where else ""
    where = where_of(anyone + arguments.where)
    asked = "The teacher's secret: " if is_speaker else ASKED
    login = login_of(where, arguments.fingerprint, asked)
    # Only a class needs the client.
    from gdtutor.classroom.admission import NOTES_NAME
    from gdtutor.classroom.joining import Following
    from gdtutor.classroom.login import hear_notes
    from gdtutor.cli.talk import in_library, session_of_link

    if is_speaker:
        login = replace(login, name=NOTES_NAME)
        with silent_keys():
            asyncio.run(hear_notes(login, NotesScreen().show, LOOK_EVERY))
        if sys.stdout.isatty():
            say("\nThe class has ended.")
        return 0

    def around(chars: Chars) -> Following:
        return Following(chars, login, session_of_link)

    return show(arguments, lambda app: program_of(app, in_library()), around=around)


def need_asyncssh() -> None:
    """Refuse what needs a class where what speaks SSH is not installed."""
    if find_spec("asyncssh") is None:
        raise GdTutorError("a class needs asyncssh", "pip install 'gdtutor[class]'")


def login_of(where: tuple[str, str, int], fingerprint: str, asked: str = ASKED) -> ClassLogin:
    """Return how to log in to a class: its host key is confirmed, and a secret is asked for.

    Raises:
        GdTutorError: There is no class, it is another one, or nothing is typed.
    """
    need_asyncssh()
    from gdtutor.classroom.login import ClassLogin, host_key_of

    name, host, port = where
    key = host_key_of(host, port)
    confirm(f"{host}:{port}", key.get_fingerprint(), fingerprint)
    try:
        return ClassLogin(name, host, port, getpass(asked, sys.stderr).strip(), key)
    except EOFError:
        raise GdTutorError("no code was typed") from None


def where_of(text: str) -> tuple[str, str, int]:
    """Return name, host and port.

    Raises:
        GdTutorError: The text names no host, or has a control character.
    """
    if not text.isprintable():
        raise GdTutorError(f"'{pictured(text)}' has a character that does not show", "leave it out")
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
    # Standard output may be read by another program.
    asked = "Type yes if the teacher's screen shows the same, at the key C: "
    print(f"The host key is {found}{changed}.\n{asked}", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("yes", "y"):
        raise GdTutorError("the host key was not confirmed", hint)
    if path is not None:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = (f"{name} {key}\n" for name, key in {**known, host: found}.items())
            write_atomically(path, "".join(rows))
