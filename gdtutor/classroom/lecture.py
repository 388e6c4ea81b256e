"""The teacher's side: the line of the class below the screens, its panels, and its keys."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence

import asyncssh

from gdtutor.classroom.bench import Workbench
from gdtutor.classroom.board import Invitation, answer_rows, class_line, noted, panel_rows
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.podium import Podium
from gdtutor.classroom.polls import ASK, own_question
from gdtutor.classroom.pool import TrainingPool
from gdtutor.classroom.record import ClassRecorder
from gdtutor.classroom.server import ClassServer
from gdtutor.classroom.speaker import STOPS, SpeakerScreens
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import Action, Posed, Told
from gdtutor.values import Struct
from gdtutor.view.frame import Chars, Line, Lines
from gdtutor.view.notation import plural

ANSWERS = "answers"
"""The panel of the answers, which everyone sees."""


class ClassOpening(Struct, frozen=True, eq=False):
    """What a class begins with."""

    invitation: Invitation
    where: socket.socket
    """What it listens on."""
    key: asyncssh.SSHKey
    """The host key."""
    recorder: ClassRecorder | None = None
    """Keeps the answers; None where nobody does."""


class Lecture(SpeakerScreens):
    """Stands around the teacher's program.

    Args:
        chars: The characters of the teacher's terminal.
        podium: The stops.
        opening: What the class begins with.
    """

    def __init__(self, chars: Chars, podium: Podium, opening: ClassOpening) -> None:
        super().__init__(chars, podium)
        self._opening = opening
        self._pool = TrainingPool()
        self._bench = Workbench()
        self.hub = ClassHub(self._changed, self._pool, opening.recorder, self._bench)
        self._server: ClassServer | None = None
        self._listening: asyncio.Task[None] | None = None
        self._noted = ""
        self._may_end = False

    def begin(self, show: Callable[[], None], act: Callable[[Action], None]) -> None:
        """Listen, in the app's event loop."""
        super().begin(show, act)
        opening = self._opening
        self._server = ClassServer(self.hub, opening.invitation.code, opening.key, self._podium)
        self._listening = asyncio.ensure_future(self._server.listen(opening.where))

    def takes(self, press: Press) -> bool:
        """Take the keys of a class; what ends it for those who are here is asked once."""
        here = sum(seat.is_here for seat in self.hub.room.seats.values())
        is_q = press.key == "q" and self._session.prompt is None
        ends = (is_q or press.key == "ctrl+c") and self._input is None
        if ends and here and not self._may_end:
            self._may_end = True
            key, students = "q" if is_q else "Ctrl-C", f"{here} {plural(here, 'student')}"
            self._act(Told(f"{key} again ends the class for {students}; any other key goes on."))
            return True
        self._may_end = False
        return super().takes(press)

    def shows(self, session: Session) -> None:
        """Show the class what the teacher's screen shows."""
        super().shows(session)
        self.hub.teach(session)
        if self._laid == ANSWERS and not self.hub.room.shows_results:
            self._laid = ""

    def _key(self, press: Press) -> bool:
        match press.key:
            case "C":
                self._lay(self._opening.invitation.title)
            case "H" if self._laid == self._opening.invitation.title:
                name = self.hub.give_help()
                self._act(Told(f"{name} hears of it." if name else "Nobody asks for help."))
            case "B":
                self._lay(ANSWERS)
            case "L":
                self.hub.lock()
            case "A":
                self._ask(ASK, self._pose)
            case _:
                return super()._key(press)
        return True

    def _pose(self, text: str) -> None:
        self._act(Posed(own_question(self.hub.room.taught, text)))

    def _lay(self, panel: str) -> None:
        super()._lay(panel)
        self.hub.show_results(self._laid == ANSWERS)

    def _panel(self, width: int) -> Sequence[Line]:
        if self._laid == STOPS:
            return super()._panel(width)
        if self._laid == ANSWERS:
            return answer_rows(self.hub.room.polls, width, self._chars)
        return panel_rows(self.hub.room, self._opening.invitation, width, self._chars)

    @property
    def rows(self) -> int:
        """One for the class, and one for the stops where there are any."""
        return 1 if self._podium.talk is None else 2

    def _below(self, width: int) -> Lines:
        below = class_line(self.hub.room, self._opening.invitation, width, self._chars)
        return (below,) if self._podium.talk is None else (self._stop_line(), below)

    def _show_changed(self) -> None:
        super()._show_changed()
        told = noted(self.hub.room)
        if told != self._noted:
            self._noted = told
            self._podium.tell(told)

    def end(self) -> None:
        """End the class: students get a line and their terminals back."""
        super().end()
        if self._server is not None:
            self._server.close()
        self._pool.close()
        self._bench.close()
