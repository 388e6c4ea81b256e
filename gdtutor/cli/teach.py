"""`gdtutor class`: the teacher's program, with students who follow it over SSH."""

from __future__ import annotations

import argparse
import gc
import socket
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from gdtutor.cli.join import need_asyncssh
from gdtutor.cli.open_app import program_of, show
from gdtutor.cli.shell import complain, print_lines
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.characters import cut_short, pictured
from gdtutor.engine.errors import GdTutorError
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.ui.app import TutorApp
    from gdtutor.ui.program import Program

LONGEST_TITLE = 60
EVERYONE = ("0.0.0.0", "::")


def run(arguments: argparse.Namespace) -> int:
    """Teach a class and return the exit code."""
    need_asyncssh()
    presses = parse_keys(arguments.keys)
    # Only a class needs the server.
    from gdtutor.classroom.admission import CODE_DIGITS, SECRET_DIGITS, checked_code, random_digits
    from gdtutor.classroom.board import CLASS_KEYS, TALK_KEYS, Invitation
    from gdtutor.classroom.lecture import ClassOpening, Lecture
    from gdtutor.classroom.record import ClassRecorder
    from gdtutor.classroom.server import host_key
    from gdtutor.cli.talk import podium_of

    code = checked_code(arguments.code) if arguments.code else random_digits(CODE_DIGITS)
    key = host_key()
    stops = Path(arguments.lesson) if arguments.lesson.endswith(".toml") else None
    podium = podium_of(stops)
    if podium.talk is not None:
        arguments.lesson = ""
    with _listening(arguments.listen, arguments.port) as where:
        invitation = Invitation(
            cut_short(pictured(arguments.name), LONGEST_TITLE),
            _address_of(arguments.listen),
            where.getsockname()[1],
            code,
            key.get_fingerprint(),
        )
        podium.open_to(f"{invitation.address}:{invitation.port}", random_digits(SECRET_DIGITS))

        def open_program(app: TutorApp) -> Program:
            from gdtutor.cli.starting import start
            from gdtutor.session.state import ClassRole

            # Nothing is saved: what a class does is not the teacher's own progress.
            session, keys = start(arguments).session, (*CLASS_KEYS, *TALK_KEYS)
            around = replace(session.around, class_role=ClassRole.TEACHER, keys=keys)
            # What is there now stays until the class ends: to search it for garbage, as students
            # come and go, would have all of them wait.
            gc.freeze()
            return program_of(app, replace(session, around=around), presses)

        recorder = None
        if arguments.record:
            recorder = ClassRecorder(Path(arguments.record), invitation.title, time)
        opening = ClassOpening(invitation, where, key, recorder)
        try:
            return show(
                arguments, open_program, around=lambda chars: Lecture(chars, podium, opening)
            )
        finally:
            if recorder is not None:
                recorder.close()
                if recorder.problem:
                    complain(GdTutorError(f"not all answers are kept: {recorder.problem}", ""))
                print_lines([f"The class is kept: gdtutor class-report {arguments.record}"])


def _listening(address: str, number: int) -> socket.socket:
    """Return a socket that students can connect to.

    Raises:
        GdTutorError: The address or the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, number), family=family, backlog=256)
    except OSError as error:
        raise GdTutorError(
            f"cannot listen on {pictured(address)}, port {number}: {error.strerror or error}",
            "another --port may be free; --listen takes an address of this machine",
        ) from None


def _address_of(listen: str) -> str:
    """Return the address that students type."""
    if listen not in EVERYONE:
        return "localhost" if listen in ("127.0.0.1", "::1") else listen
    # Nothing is sent: a datagram socket that is connected knows which address it would use.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
