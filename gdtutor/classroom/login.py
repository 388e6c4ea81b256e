"""Logging in to a class with one's own gdtutor, and what is told there beside following it.

The teacher's other machine hears the notes, a student says how their own program does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import time

import asyncssh
import msgspec

from gdtutor.classroom.polls import ToldVerdict
from gdtutor.classroom.stops import SpeakerNotes
from gdtutor.classroom.telling import (
    NOTES_SUBSYSTEM,
    SUBSYSTEM,
    VERDICT,
    FollowerWord,
    VerdictReply,
    read_notes_line,
)
from gdtutor.engine.errors import GdTutorError
from gdtutor.judge.verdict import Verdict
from gdtutor.values import Struct, replace

PATIENCE = 10.0
"""Seconds that a class has to answer, to who does not stay."""
NO_ANSWER = f"no answer within {PATIENCE:g} seconds"


class ClassLogin(Struct, frozen=True, eq=False):
    """How to log in to a class."""

    name: str
    host: str
    port: int
    code: str
    """The join code, perhaps with a blank and the PIN of a seat."""
    key: asyncssh.SSHKey
    """The host key, which is trusted."""


def host_key_of(host: str, port: int) -> asyncssh.SSHKey:
    """Return the host key of a class.

    Raises:
        GdTutorError: There is no class.
    """
    try:
        asking = asyncssh.get_server_host_key(host, port, config=None)
        key = asyncio.run(asyncio.wait_for(asking, PATIENCE))
    except (OSError, asyncssh.Error) as error:
        why = str(error) or NO_ANSWER
        raise GdTutorError(f"there is no class at {host}, port {port}: {why}") from None
    if key is None:
        raise GdTutorError(f"there is no class at {host}, port {port}")
    return key


@asynccontextmanager
async def talking(
    login: ClassLogin, subsystem: str
) -> AsyncIterator[asyncssh.SSHClientProcess[bytes]]:
    """Log in for a subsystem, and hang up at the end; an asyncssh.Error or an OSError says why one
    cannot."""
    async with asyncssh.connect(
        login.host, login.port, username=login.name, password=login.code,
        known_hosts=([login.key], [], []), client_keys=None, config=None,
        agent_path=None, preferred_auth=["password"],
    ) as connection:  # fmt: skip
        yield await connection.create_process(subsystem=subsystem, encoding=None)


async def hear_notes(
    login: ClassLogin, show: Callable[[SpeakerNotes | None], bool], every: float
) -> None:
    """Hear the speaker's notes until the class ends.

    Args:
        login: How to log in, with the teacher's secret.
        show: Shows the notes, None where no talk is given; tells whether to go on.
        every: Seconds after which they are shown again, since the clock goes on.

    Raises:
        GdTutorError: The secret is another one, or the class is gone.
    """
    try:
        async with talking(login, NOTES_SUBSYSTEM) as process:
            text = await process.stdout.readline()
            while text:
                notes = read_notes_line(text, time())
                reading = asyncio.ensure_future(process.stdout.readline())
                while not reading.done():
                    if not show(notes):
                        reading.cancel()
                        return
                    await asyncio.wait([reading], timeout=every)
                text = await reading
    except asyncssh.PermissionDenied:
        what = "that is not the teacher's secret"
        raise GdTutorError(what, "gdtutor notes shows it where the class runs") from None
    except (asyncssh.Error, OSError) as error:
        raise GdTutorError(f"the class is gone: {error}") from None


def message_of(verdict: Verdict) -> ToldVerdict:
    """Return what a class is told of a program: no text of it, and no number that it computes."""
    wanted, first = {name.name for name in verdict.program.wanted}, verdict.first
    slip = "" if first is None or first.slip is None else first.slip.slip.value
    right, name = len(wanted.intersection(verdict.right)), "" if first is None else first.name.name
    return ToldVerdict(verdict.program.lesson.id, right, len(wanted), name, slip)


class VerdictTeller:
    """Tells a class how a program does, whenever that has changed.

    Args:
        login: How to log in; a seat that is there already needs its PIN.
    """

    def __init__(self, login: ClassLogin) -> None:
        self._login, self._lock = login, threading.Lock()
        self._last_sent: ToldVerdict | None = None

    def tell(self, verdict: Verdict) -> str:
        """Tell it, and return what came of that; empty where the class knows already."""
        with self._lock:
            told, login = message_of(verdict), self._login
            if told == self._last_sent:
                return ""
            try:
                reply = asyncio.run(asyncio.wait_for(_sent(login, told), PATIENCE))
            except asyncssh.PermissionDenied:
                reply = VerdictReply("the code, or the PIN, is another one")
            except (asyncssh.Error, OSError, msgspec.MsgspecError) as error:
                reply = VerdictReply(f"it is gone: {str(error) or NO_ANSWER}")
            if reply.problem:
                return f"The class has no verdict: {reply.problem}"
            self._last_sent = told
            said = f"The class has {login.name}'s verdict{', and keeps it' * reply.is_kept}."
            if reply.pin:
                self._login = replace(login, code=f"{login.code} {reply.pin}")
                said += f" PIN {reply.pin}, after the code, opens the seat again."
            return said


async def _sent(login: ClassLogin, told: ToldVerdict) -> VerdictReply:
    async with talking(replace(login, name=login.name + VERDICT), SUBSYSTEM) as process:
        process.stdin.write(msgspec.json.encode(FollowerWord(verdict=told)) + b"\n")
        return msgspec.json.decode(await process.stdout.readline(), type=VerdictReply)
