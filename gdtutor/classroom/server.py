"""The SSH server of a class: who may log in, and what a connection may ask for.

Only a shell, which is the class. asyncssh refuses what no method here allows: commands, files,
agents, and every kind of forwarding.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path

import asyncssh
import platformdirs

from gdtutor.classroom.admission import (
    NAMELESS,
    NOTES_NAME,
    CodeThrottle,
    is_same,
    pin_asked,
    seat_name,
)
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.podium import Podium
from gdtutor.classroom.screens import SharedScreens
from gdtutor.classroom.student import Guest, StudentSession
from gdtutor.classroom.telling import VERDICT, NotesSession
from gdtutor.classroom.verdicts import VerdictSession
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.values import replace

MOST_CONNECTIONS = 600
"""Connections at once, logged in or not."""
DOORS, DOOR_SECONDS = 8, 1.0
"""Connections that agree on their keys at once, and how long one of them holds up the next."""
ACCEPT_AGAIN = 0.1
"""Seconds before a connection is taken again where the system has none to give."""
LOGIN_SECONDS = 60
MOST_TRIES = 5
"""Wrong codes or PINs in one connection, each of which makes the next wait twice as long."""
KEEPALIVE_SECONDS, KEEPALIVE_MOST = 15, 3  # asked three times in vain, it ends at the fourth
CIPHERS = (
    "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
)  # fmt: skip
"""Every client has one of these. ChaCha20, which most would choose, takes asyncssh three steps for
each packet: a hall that is told a step would wait half as long again."""

_close_door: ContextVar[Callable[[], None]] = ContextVar("_close_door")
"""Lets the next connection in, while one logs in."""
Challenge = tuple[str, str, str, list[tuple[str, bool]]]


def host_key(folder: Path | None = None) -> asyncssh.SSHKey:
    """Return the host key (Ed25519), made at the first class.

    Args:
        folder: Where it is kept; the user's data folder where None.

    Raises:
        GdTutorError: It can be neither read nor made.
    """
    try:
        where = folder or platformdirs.user_data_path("gdtutor", appauthor=False)
        path = where / "class_host_key"
        if path.exists():
            return asyncssh.read_private_key(path)
        where.mkdir(parents=True, exist_ok=True)
        key = asyncssh.generate_private_key("ssh-ed25519", comment="gdtutor class")
        write_atomically(path, key.export_private_key("openssh").decode("ascii"), is_private=True)
        return key
    except (OSError, RuntimeError, asyncssh.KeyImportError) as error:
        raise GdTutorError(
            f"the host key of the class cannot be used: {error}",
            "delete class_host_key in the data folder of gdtutor; a new one is made",
        ) from None


class ClassServer:
    """Listens for students, in the event loop of the teacher's program.

    Args:
        hub: The class.
        code: The join code.
        key: The host key.
        podium: Has the speaker's notes, and the secret that opens them.
    """

    def __init__(self, hub: ClassHub, code: str, key: asyncssh.SSHKey, podium: Podium) -> None:
        self.hub, self.code, self.podium = hub, code, podium
        self.shared = SharedScreens()
        clock = asyncio.get_running_loop().time
        self.codes, self.pins = CodeThrottle(clock), CodeThrottle(clock)
        """Two, so that who guesses a classmate's PIN makes nobody wait who joins."""
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self._key = key
        self._accepting: asyncio.Task[None] | None = None
        self._logins: set[asyncio.Task[None]] = set()
        self._doors = asyncio.Semaphore(DOORS)

    async def listen(self, where: socket.socket) -> None:
        """Listen on a socket that is bound, until the class is closed."""
        where.setblocking(False)
        options = await asyncssh.SSHServerConnectionOptions.construct(
            server_factory=lambda: _Doorkeeper(self),
            server_host_keys=[self._key],
            encoding=None,
            line_editor=False,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            gss_host=None,
            host_based_auth=False,
            public_key_auth=False,
            compression_algs=None,
            encryption_algs=CIPHERS,
            login_timeout=LOGIN_SECONDS,
            keepalive_interval=KEEPALIVE_SECONDS,
            keepalive_count_max=KEEPALIVE_MOST,
            server_version="gdtutor",
        )
        self._accepting = asyncio.ensure_future(self._accept(where, options))

    async def _accept(
        self, where: socket.socket, options: asyncssh.SSHServerConnectionOptions
    ) -> None:
        """Take connections, of which a few agree on their keys at the same time.

        That is the most that a login computes: a hall that joins at once holds up no other's key.
        """
        loop = asyncio.get_running_loop()
        with where:
            while True:
                await self._doors.acquire()
                try:
                    client, _ = await loop.sock_accept(where)
                except OSError:
                    self._doors.release()
                    await asyncio.sleep(ACCEPT_AGAIN)
                    continue
                if len(self.connections) >= MOST_CONNECTIONS:
                    client.close()
                    self._doors.release()
                    continue
                login = asyncio.ensure_future(self._log_in(client, options))
                self._logins.add(login)
                login.add_done_callback(self._logins.discard)

    async def _log_in(
        self, client: socket.socket, options: asyncssh.SSHServerConnectionOptions
    ) -> None:
        """Have a connection log in; a door is free again once its keys are agreed on."""
        free = [self._doors.release]

        def close() -> None:
            while free:
                free.pop()()

        # The connection's own callbacks run in this context.
        _close_door.set(close)
        asyncio.get_running_loop().call_later(DOOR_SECONDS, close)
        try:
            await asyncssh.run_server(client, options=options)
        except (OSError, asyncssh.Error):
            client.close()
        finally:
            close()

    def close(self) -> None:
        """End the class, and listen no more.

        A connection that is closed at once may take from its terminal what was sent last; students'
        end by themselves once they have it.
        """
        if self._accepting is not None:
            self._accepting.cancel()
        self.hub.end()


class _Doorkeeper(asyncssh.SSHServer):
    """One connection: asks for the code, and for the PIN of a seat that has the name already."""

    def __init__(self, server: ClassServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None
        self._close_door = _close_door.get()
        # Who gives no name at all is not announced by `begin_auth`.
        self._guest = Guest(NAMELESS)
        self._is_speaker = self._is_judged = self._has_code = False
        self._wrong, self._refused = 0, ""
        self._has_session = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Count it."""
        self._connection = conn
        self._server.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        if self._connection is not None:
            self._server.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Have everyone asked for the code; the keys are agreed on."""
        self._close_door()
        self._is_speaker = username == NOTES_NAME
        self._is_judged = username.endswith(VERDICT)
        self._guest = Guest(*seat_name(username.removesuffix(VERDICT)))
        return True

    def password_auth_supported(self) -> bool:
        """Take the code as a password; after a blank the PIN of a seat may follow."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """Tell whether a password is the code, perhaps with a PIN; or the teacher's secret."""
        if self._is_speaker:
            return await self._is_code(password)
        code, _, pin = password.partition(" ")
        if not await self._is_code(code):
            return False
        return not pin or await self._opens_seat(pin)

    def kbdint_auth_supported(self) -> bool:
        """Ask for code and PIN; the teacher's secret is a password."""
        return not self._is_speaker

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Challenge:
        """Ask for the code."""
        self._has_code = False
        told = f"Answers are kept, under the name {self._guest.name}."
        # What stands before the input is shown by every client, whatever else it leaves out.
        asked = f"{self._refused} Join code: ".lstrip()
        return "", told if self._server.hub.keeps_answers else "", "", [(asked, False)]

    async def validate_kbdint_response(
        self, username: str, responses: Sequence[str]
    ) -> bool | Challenge:
        """Take the code, then the PIN where the name has a seat already."""
        given = responses[0] if len(responses) == 1 else ""
        if not self._has_code:
            if not await self._is_code(given):
                return False
            self._has_code = True
            if self._guest.name not in self._server.hub.room.seats:
                return True
            return "", "", "", [(pin_asked(self._guest.name), False)]
        return not given or await self._opens_seat(given)

    async def _is_code(self, given: str) -> bool:
        server, refused = self._server, "That is not the code of this class."
        wanted = server.podium.secret if self._is_speaker else server.code
        # Without a secret nothing opens the notes, nor does nothing.
        return await self._opens(
            server.codes, refused, lambda: bool(wanted) and is_same(given.strip(), wanted)
        )

    async def _opens_seat(self, pin: str) -> bool:
        server, refused = self._server, "That is not the PIN of the seat of that name."
        returns = await self._opens(
            server.pins, refused, lambda: server.hub.opens_seat(self._guest.name, pin.strip())
        )
        self._guest = replace(self._guest, returns=returns)
        return returns

    async def _opens(
        self, throttle: CodeThrottle, refused: str, is_right: Callable[[], bool]
    ) -> bool:
        """Tell whether a secret is right, after a wait where many were wrong."""
        delay = throttle.wait() + (2.0**self._wrong / 4 if self._wrong else 0.0)
        if delay:
            await asyncio.sleep(delay)
        if is_right():
            return True
        throttle.was_wrong()
        self._refused, self._wrong = refused, self._wrong + 1
        if self._wrong >= MOST_TRIES and self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.abort()
        return False

    def session_requested(self) -> StudentSession | NotesSession | VerdictSession | bool:
        """Give a connection one session."""
        if self._has_session:
            return False
        self._has_session = True
        if self._is_speaker:
            return NotesSession(self._server.podium)
        if self._is_judged:
            return VerdictSession(self._server.hub, self._guest)
        return StudentSession(self._server.hub, self._server.shared, self._guest)
