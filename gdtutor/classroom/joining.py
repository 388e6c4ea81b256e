"""Following a class with one's own gdtutor: the class as it is told by reference, and answers back.

The server sends a line of JSON for every step of the teacher: the link that opens it, and whether a
question is open. No screens travel, so that a hall of local followers costs the server little.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import asyncssh

from gdtutor.classroom.room import Classroom
from gdtutor.drive.background import Job
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.link import command_of
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import Action, StopOpened, Told
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Chars, Frame, Style
from gdtutor.view.lines import fitted, line

SUBSYSTEM = "gdtutor-class"


class ClassPlace(Struct, frozen=True):
    """Where a class is, by reference."""

    link: str
    """The command line that opens it; empty where no lesson is open."""
    is_asked: bool
    title: str


def place_told(room: Classroom, title: str) -> bytes:
    """Return where the class is as a line."""
    place = {"link": command_of(room.shared), "is_asked": room.poll is not None, "title": title}
    return json.dumps(place).encode() + b"\n"


def read_place(text: bytes) -> ClassPlace | None:
    """Return what a line tells; None where it is none of these."""
    try:
        data = json.loads(text)
        return ClassPlace(str(data["link"]), bool(data["is_asked"]), str(data["title"]))
    except (ValueError, TypeError, KeyError):
        return None


def read_answer(text: str) -> str:
    """Return the answer that a line of a follower holds; empty where it is none."""
    try:
        answer = json.loads(text)["answer"]
    except (ValueError, TypeError, KeyError):
        return ""
    return answer if isinstance(answer, str) else ""


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
        key = asyncio.run(asyncssh.get_server_host_key(host, port, config=None))
    except (OSError, asyncssh.Error) as error:
        raise GdTutorError(f"there is no class at {host}, port {port}: {error}") from None
    if key is None:
        raise GdTutorError(f"there is no class at {host}, port {port}")
    return key


class Following:
    """Stands around the program of somebody who follows a class.

    Args:
        chars: The characters of the terminal.
        login: How to log in.
        open_link: Opens the place of a link; raises GdTutorError. Called in a thread.
    """

    rows = 1

    def __init__(
        self,
        chars: Chars,
        login: ClassLogin,
        open_link: Callable[[str], Session],
    ) -> None:
        self._chars, self._login, self._open_link = chars, login, open_link
        self._place = ClassPlace("", False, "class")
        self._is_away = False
        self._state = "connecting"
        self._process: asyncssh.SSHClientProcess[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._show: Callable[[], None] = lambda: None
        self._act: Callable[[Action], None] = lambda _: None
        self._session = Session()

    def begin(self, show: Callable[[], None], act: Callable[[Action], None]) -> None:
        """Log in, in the app's event loop."""
        self._show, self._act = show, act
        self._task = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        try:
            login = self._login
            connection = await asyncssh.connect(
                login.host, login.port, username=login.name, password=login.code,
                known_hosts=([login.key], [], []), client_keys=None, config=None,
                agent_path=None, preferred_auth=["password"],
            )  # fmt: skip
            self._process = await connection.create_process(subsystem=SUBSYSTEM, encoding=None)
            while text := await self._process.stdout.readline():
                place = read_place(text)
                if place is not None:
                    self._tell("following")
                    self._place = place
                    if not self._is_away:
                        self._go()
            self._tell("the class has ended")
        except (asyncssh.Error, OSError) as error:
            self._tell(f"the class is gone: {error}" if str(error) else "the class is gone")

    def _tell(self, state: str) -> None:
        self._state = state
        self._show()

    def _go(self) -> None:
        """Open where the class is, in a thread."""
        link = self._place.link
        if not link:
            return
        loop = asyncio.get_running_loop()
        job: Job[Session] = Job(
            lambda: self._open_link(link),
            lambda: loop.call_soon_threadsafe(self._opened, link, job),
        )

    def _opened(self, link: str, job: Job[Session]) -> None:
        if link != self._place.link or self._is_away:
            return
        try:
            self._act(StopOpened(job.result()))
        except GdTutorError as error:
            self._act(Told(str(error), is_error=True))

    def shows(self, session: Session) -> None:
        """Hear what the screens show."""
        self._session = session

    def takes(self, press: Press) -> bool:
        """Come back at a point; any other key walks on one's own."""
        if self._session.prompt is not None or press.key in ("q", "ctrl+c"):
            return False
        if press.key == "full_stop":
            self._is_away = False
            self._go()
            return True
        self._is_away = self._is_away or not self._place.is_asked
        return False

    def answered(self, attempt: KeepAttempt) -> None:
        """Send an answer to the class, where one is asked for."""
        if self._process is not None and self._place.is_asked and not self._is_away:
            told = json.dumps({"answer": attempt.answer})
            self._process.stdin.write(told.encode() + b"\n")

    def dressed(self, frame: Frame) -> Frame:
        """Return the frame with the line that says where the class is."""
        where = "on your own, . returns" if self._is_away else self._state
        below = line((f" {self._place.title}: ", Style.KEY), (where, Style.GOOD))
        lines = (*frame.lines, fitted(below, frame.width, self._chars))
        return replace(frame, height=frame.height + 1, lines=lines)

    def end(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
