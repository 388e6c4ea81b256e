"""A class in the tests' own event loop, and students who are real SSH clients with emulators."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncssh
import pyte

from gdtutor.classroom.bench import Workbench
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.podium import Podium, PodiumServices
from gdtutor.classroom.room import begun
from gdtutor.classroom.screens import SeatScreen, SharedScreens, Terminal
from gdtutor.classroom.seats import Begun, Classroom, with_seat
from gdtutor.classroom.server import ClassServer
from gdtutor.cli.talk import session_of_link
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import library_of
from gdtutor.paint.colours import Colours
from gdtutor.paint.rows import RowMaker
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import Reader

CODE = "482913"
PATIENCE = 90.0
"""Seconds that a wait lasts at most; none lasts that long in a test that passes."""
KEY = asyncssh.generate_private_key("ssh-ed25519")


def lesson_session(name: str, at: str = "") -> Session:
    """Return a shipped lesson at a place, with the library of all of them."""
    folder = shipped_lessons_folder()
    session = session_at(next(folder.glob(f"*-{name}.md")), at=at)
    return replace(session, library=library_of(folder))


def after(session: Session, *keys: str) -> Session:
    """Return a session after some keys of the teacher."""
    for key in keys:
        session, _ = update(session, Press(key, key if len(key) == 1 else None))
    return session


def finished(begun: Begun, name: str) -> Classroom:
    """Return the class with what had to be computed, at once."""
    seat = begun.room.seats[name]
    if begun.work is None or seat.own is None:
        return begun.room
    return with_seat(begun.room, begun.worked(seat, begun.work(seat.own)[0]))


def pressed(room: Classroom, name: str, press: Press) -> Classroom:
    """Return the class after a key of a student."""
    return finished(begun(room, name, press), name)


def screen_rows(
    session: Session, width: int, height: int, reader: Reader | None = None
) -> list[str]:
    """Return what a screen of the teacher shows at a size, without its last two lines, to one who
    has read some before or none."""
    frame = (reader or Reader()).frame(session, width, height, UNICODE)
    rows = RowMaker(UNICODE).rows(frame)
    return ["".join(cell.text for cell in row).rstrip() for row in rows[:-2]]


class Student:
    """An SSH client whose screen an emulator reads."""

    def __init__(
        self, connection: asyncssh.SSHClientConnection, process: asyncssh.SSHClientProcess[bytes],
        size: tuple[int, int],
    ) -> None:  # fmt: skip
        self.connection, self.process = connection, process
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display]

    def press(self, keys: str) -> None:
        self.process.stdin.write(keys.encode())

    async def sees(self, wanted: Callable[[list[str]], bool]) -> None:
        """Read until the screen is as wanted."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(self.rows):
                data = await self.process.stdout.read(1 << 16)
                if not data:
                    raise EOFError("\n".join(self.rows))
                self.received += data
                self._stream.feed(data)

    async def shows(self, *texts: str) -> None:
        try:
            await self.sees(lambda rows: all(text in "\n".join(rows) for text in texts))
        except TimeoutError:
            raise AssertionError("\n".join(self.rows)) from None

    async def ended(self) -> bytes:
        """Read to the end; return all that was received."""
        async with asyncio.timeout(PATIENCE):
            while data := await self.process.stdout.read(1 << 16):
                self.received += data
        return self.received


class Watched:
    """A student's terminal, without a network between."""

    def __init__(self, hub: ClassHub, shared: SharedScreens, size: tuple[int, int]) -> None:
        self.size, self._hub = size, hub
        self._screen = SeatScreen(shared, Terminal(*size, UNICODE, Colours()))
        self._emulator = pyte.Screen(*size)
        self._stream = pyte.Stream(self._emulator)

    def show(self) -> None:
        """Paint when it is looked at."""

    def end(self, told: str) -> None:
        """Stay."""

    def rows(self, name: str) -> list[str]:
        self._stream.feed(self._screen.paint(self._hub.room, self._hub.seat(name)))
        return [row.rstrip() for row in self._emulator.display]


class RunningClass:
    """A class that listens on loopback."""

    def __init__(self, hub: ClassHub, server: ClassServer, port: int) -> None:
        self.hub, self.server, self.port = hub, server, port

    async def connect(
        self, name: str, password: str = CODE, **options: object
    ) -> asyncssh.SSHClientConnection:
        connecting = asyncssh.connect(
            "127.0.0.1", self.port, username=name, password=password, known_hosts=None,
            client_keys=None, config=None, agent_path=None, preferred_auth=["password"], **options,
        )  # fmt: skip
        return await asyncio.wait_for(connecting, PATIENCE)

    async def join(
        self, name: str, size: tuple[int, int] = (80, 24), password: str = CODE,
        term: str = "xterm-256color",
    ) -> Student:  # fmt: skip
        connection = await self.connect(name, password)
        process = await connection.create_process(term_type=term, term_size=size, encoding=None)
        return Student(connection, process, size)

    def teach(self, session: Session, *keys: str) -> Session:
        """Have the teacher press keys; return what their screen then shows."""
        session = after(session, *keys)
        self.hub.teach(session)
        return session


@asynccontextmanager
async def running_class(
    session: Session, podium: Podium | None = None
) -> AsyncIterator[RunningClass]:
    """Run a class with a session; clients that are still there are hung up at its end."""
    podium = podium or Podium(None, PodiumServices(session_of_link, None, time.time))
    bench = Workbench()
    hub = ClassHub(bench=bench)
    server = ClassServer(hub, CODE, KEY, podium)
    hub.teach(session)
    where = socket.create_server(("127.0.0.1", 0))
    port = where.getsockname()[1]
    await server.listen(where)
    try:
        yield RunningClass(hub, server, port)
    finally:
        server.close()
        bench.close()
        for connection in tuple(server.connections):
            connection.abort()


async def until(reached: Callable[[], bool]) -> None:
    """Let the event loop work until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not reached():
            await asyncio.sleep(0.005)
