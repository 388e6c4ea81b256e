"""Following a class with one's own gdtutor: where the class is told to be, and words back.

Nothing is judged here: verdicts come when the teacher goes on, as for all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncssh
import msgspec

from gdtutor.classroom.answers import NO_HINTS, answer_input, hinted
from gdtutor.classroom.board import place as place_at
from gdtutor.classroom.board import with_rows
from gdtutor.classroom.login import ClassLogin, talking
from gdtutor.classroom.screens import LOCKED_KEYS
from gdtutor.classroom.seats import GOES_BACK, kept_walk
from gdtutor.classroom.speaker import BelowScreens
from gdtutor.classroom.telling import SUBSYSTEM, ClassPlace, FollowerWord, at_place, read_place
from gdtutor.drive.background import Job, passing_on
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.predict import HINT
from gdtutor.session.press import Press
from gdtutor.session.state import Session, Walk
from gdtutor.session.update import Action, StopOpened, Told
from gdtutor.values import replace
from gdtutor.view.frame import Chars, Frame, Style
from gdtutor.view.lines import line
from gdtutor.view.notation import plain

TELL_EVERY = 0.3
"""Seconds in which the steps of one who walks alone are told together."""
KEYS = (
    "any key walks on your own  . returns  ! asks for help  q leaves",
    ". returns to the class  ! asks for help  q leaves",
    "Esc leaves the input, then . returns to the class and ! asks for help",
)
"""Of one who follows, of one who walks alone, and of one who types there."""
OPEN_KEYS = "Enter answers  Esc leaves the input"


class Following(BelowScreens):
    """Stands around the program of somebody who follows a class.

    Args:
        chars: The characters of the terminal.
        login: How to log in.
        open_link: Opens the place of a link; raises GdTutorError. Called in a thread.
    """

    rows = 2

    def __init__(self, chars: Chars, login: ClassLogin, open_link: Callable[[str], Walk]) -> None:
        super().__init__(chars)
        self._login, self._open_link, self._use = login, open_link, self._answer
        self._place = ClassPlace()
        self._state, self._said = "connecting", 0
        self._process: asyncssh.SSHClientProcess[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._job: Job[Walk] | None = None
        """Opens a place."""
        self._kept: Walk | None = None
        """What one has changed before one came back to the class."""
        self._is_over = self._is_on_the_way = False
        """Whether the class is gone; whether one has come back, and its place is not open yet."""
        self._known_at = ""
        """Where the teacher knows one to walk alone."""
        self._telling: asyncio.TimerHandle | None = None
        """Tells it."""

    def begin(self, show: Callable[[], None], act: Callable[[Action], None]) -> None:
        """Log in, in the app's event loop."""
        super().begin(show, act)
        self._task = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        try:
            async with talking(self._login, SUBSYSTEM) as self._process:
                while text := await self._process.stdout.readline():
                    place = read_place(text)
                    if place is not None:
                        self._state = "following"
                        self._take(place)
                self._tell("has ended; q leaves, other keys walk on")
        except asyncssh.PermissionDenied:
            self._tell("the code, or the PIN, is another one; q leaves")
        except (asyncssh.Error, OSError) as error:
            self._tell(f"gone; q leaves, other keys walk on. {error}")

    def _tell(self, state: str) -> None:
        self._state, self._process, self._input, self._kept = state, None, None, None
        self._place, self._is_over = replace(self._place, notice=""), True
        self._show()

    def _take(self, place: ClassPlace) -> None:
        """Stand where the class is now, unless one walks alone."""
        before = self._place
        if place.heard < self._said:
            # What was said last is on its way, and decides.
            place = replace(place, is_away=before.is_away)
        self._place = place
        if place.question is None or not place.may_answer or place.is_away:
            self._input = None
        elif place.question != before.question or not before.may_answer or before.is_away:
            self._input = answer_input()
        if not place.is_away and (before.is_away or _where(place) != _where(before)):
            self._go()
        self._show()

    def _go(self) -> None:
        """Open where the class is, in a thread, one place after the other."""
        place = self._place
        self._is_on_the_way &= bool(place.link)
        if not place.link or self._job is not None:
            return
        self._job = Job(
            lambda: at_place(self._open_link(place.link), place),
            lambda job: self._opened(place, job),
            passing_on(asyncio.get_running_loop()),
        )

    def _opened(self, place: ClassPlace, job: Job[Walk]) -> None:
        now, self._job, self._is_on_the_way = self._place, None, False
        if now.is_away:
            return
        if _where(place) != _where(now):
            # Training goes on meanwhile, and how far it was then is worth a look.
            self._go()
        if place.question != now.question:
            return
        try:
            self._act(StopOpened(job.result()))
        except GdTutorError as error:
            self._act(Told(str(error), is_error=True))

    def shows(self, session: Session) -> None:
        """Hear what the screens show; the teacher is told where one walks alone."""
        super().shows(session)
        if self._place.is_away and self._process is not None and self._telling is None:
            # Once for all steps until then.
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(TELL_EVERY, self._tell_place)

    def _tell_place(self) -> None:
        self._telling, at = None, place_at(self._session)
        if self._place.is_away and at != self._known_at:
            self._known_at = at
            self._say(FollowerWord(away=True, at=at))

    def takes(self, press: Press) -> bool:
        """Type the answer where the class is asked; come back at a point; else walk alone."""
        place, process = self._place, self._process
        if self._session.prompt is not None or press.key == "ctrl+c" or process is None:
            return False
        if self._input is not None:
            self._type(self._input, press)
            return True
        match press.key:
            case "q":
                return False
            case "full_stop":
                self._return(place)
            case "exclamation_mark":
                self._say(FollowerWord(help=True))
            case "enter" if place.may_answer and not place.is_away:
                self._input = answer_input()
                self._show()
            case _ if place.is_away:
                return False
            case _ if place.is_locked:
                # Nothing moves but what is said.
                self._say(FollowerWord(away=True))
            case _:
                self._walk_off(place)
                if place.question is not None and isinstance(self._session, Walk):
                    self._act(StopOpened(replace(self._session, challenge=None)))
                return False
        return True

    def _walk_off(self, place: ClassPlace) -> None:
        self._say(FollowerWord(away=True))
        self._place, self._known_at = replace(place, is_away=True), ""

    def _return(self, place: ClassPlace) -> None:
        """Follow the class again, or go back to the walk that was changed before."""
        if place.is_away:
            if self._telling is not None:
                self._telling.cancel()
            self._telling, self._kept = None, kept_walk(self._session)
            self._is_on_the_way = True
        elif self._kept is not None and not place.is_locked:
            self._walk_off(place)
            self._act(StopOpened(self._kept))
            return
        self._say(FollowerWord(away=False))

    def _answer(self, text: str) -> None:
        if text.strip() == HINT:
            # The place has told the hints.
            view = hinted(self._session)
            if view is None:
                raise GdTutorError(NO_HINTS)
            self._act(StopOpened(view))
        elif text.strip():
            self._say(FollowerWord(answer=text))
        self._input = answer_input()

    def _say(self, word: FollowerWord) -> None:
        if self._process is not None:
            self._said += 1
            self._process.stdin.write(msgspec.json.encode(word) + b"\n")

    def dressed(self, frame: Frame) -> Frame:
        """Return the frame with the lines that say where the class is, and how it has answered."""
        place, is_typing = self._place, self._input is not None
        if place.answers:
            bars = (row if self._chars.unicode else row.replace("█", "#") for row in place.answers)
            shown = [line(plain(row, self._chars)) for row in bars]
            frame = with_rows(frame, "answers", shown, self._chars)
        is_away = place.is_away and self._process is not None
        state = "training; you are catching up" if place.is_training else self._state
        is_own_input = is_away and self._session.prompt is not None
        back = "Esc, then . returns" if is_own_input else ". returns"
        state = f"on your own, {back}" if is_away else self._state if self._is_over else state
        told = plain(place.notice, self._chars) or f"The class: {state}."
        if self._is_on_the_way and not is_away:
            # To come to where the class has trained may take as long as it did.
            told = "Where the class is, is opened; it may have to be trained for."
        elif self._kept is not None and not is_away:
            told += GOES_BACK
        said = line(" ", (told, Style.GOOD))
        usable = LOCKED_KEYS[0] if place.is_locked else KEYS[is_away + is_own_input]
        usable = OPEN_KEYS if is_typing else usable
        # Of a class that is gone, what is left is said with that.
        keys = line(" ", ("" if self._is_over else usable, Style.DIM))
        rows = (said, keys)
        if is_typing:
            rows = (self._typed(frame.width), said if place.notice else keys)
        if is_typing or place.is_locked:
            # No key of the walk is one now.
            frame = frame.covered(frame.height - 2, ((), ()))
        return self._with_below(frame, rows)

    def end(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()


def _where(place: ClassPlace) -> tuple[object, ...]:
    """Return what a place has to be opened again for."""
    return place.link, place.question, place.is_training
