"""What stands around a speaker's program: a line below it, panels over it, the stops' keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from gdtutor.classroom.board import with_rows
from gdtutor.classroom.podium import KEEP, OVERVIEW, Podium
from gdtutor.drive.background import passing_on
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.press import Press
from gdtutor.session.prompting import edited, pasted
from gdtutor.session.state import Prompt, PromptKind, Session
from gdtutor.session.update import Action, Told
from gdtutor.values import replace
from gdtutor.view.bottom import prompt_line
from gdtutor.view.frame import Chars, Frame, Line, Lines, Style
from gdtutor.view.lines import fitted, line
from gdtutor.view.refusal import with_refusal

STOPS = "stops"
"""The panel of the overview."""
SHOW_EVERY = 0.1
"""Seconds in which what changes around the screen is painted together."""
_SCROLLS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
_WAYS = {"left_square_bracket": -1, "right_square_bracket": 1, "delete": 0}
"""Where keys of the overview move the present stop; 0 removes it."""


class BelowScreens:
    """Lines below the screens of a program, as `ui` asks for them; one of them may be an input.

    Args:
        chars: The characters of the terminal.
    """

    def __init__(self, chars: Chars) -> None:
        self._chars = chars
        self._input: Prompt | None = None
        """What is typed into; None where nothing is."""
        self._use: Callable[[str], None] = lambda _: None
        """Takes what is typed at Enter, or raises GdTutorError."""
        self._show: Callable[[], None] = lambda: None
        self._act: Callable[[Action], None] = lambda _: None
        self._session = Session()

    def begin(self, show: Callable[[], None], act: Callable[[Action], None]) -> None:
        """Begin, in the app's event loop."""
        self._show, self._act = show, act

    def shows(self, session: Session) -> None:
        """Hear what the screens show."""
        self._session = session

    def pastes(self, text: str) -> bool:
        """Take a pasted text where something is typed."""
        if self._input is not None:
            self._input = pasted(self._input, text)
            self._show()
        return self._input is not None

    def _type(self, prompt: Prompt, press: Press) -> None:
        """Answer a key of the input; what is refused at Enter stays there, to be mended."""
        self._input = edited(prompt, press.key, press.character)
        if press.key in ("escape", "ctrl+c"):
            self._input = None
        elif press.key == "enter":
            self._input = None
            try:
                self._use(prompt.text)
            except GdTutorError as error:
                self._input = replace(prompt, error=str(error), is_selected=True)
        self._show()

    def _typed(self, width: int) -> Line:
        """Return the line of the input."""
        return prompt_line(Session(prompt=self._input), width, self._chars)

    def _with_below(self, frame: Frame, lines: Lines) -> Frame:
        """Return a frame with lines below it, and with what is wrong with the input."""
        rows = [fitted(one, frame.width, self._chars) for one in lines]
        frame = replace(frame, height=frame.height + len(rows), lines=(*frame.lines, *rows))
        return with_refusal(frame, self._input, self._chars, keys=0)


class SpeakerScreens(BelowScreens):
    """Stands around the program of somebody who gives a talk.

    Args:
        chars: The characters of the terminal.
        podium: The stops.
    """

    @property
    def rows(self) -> int:
        """Rows below the screens."""
        return 1

    def __init__(self, chars: Chars, podium: Podium) -> None:
        super().__init__(chars)
        self._podium = podium
        self._laid, self._scroll = "", 0
        """The panel that is laid over the screen, empty where none is, and its first row."""
        self._may_remove = False
        """Whether the key before was the one that removes a stop."""
        self._outcome: Told | None = None
        """What came of the last key; None where nothing was said."""
        self._is_shown_soon = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, show: Callable[[], None], act: Callable[[Action], None]) -> None:
        """Begin, in the app's event loop."""

        def act_and_tell(action: Action) -> None:
            self._outcome = action if isinstance(action, Told) else None
            act(action)

        super().begin(show, act_and_tell)
        self._loop = asyncio.get_running_loop()
        # The program is there, and has a size, once the app has begun.
        self._loop.call_soon(self._podium.begin, act_and_tell, passing_on(self._loop))

    def takes(self, press: Press) -> bool:
        """Take the keys of a talk, but where something is typed."""
        self._outcome = None
        if self._input is not None:
            self._type(self._input, press)
            return True
        key = press.key.removeprefix("alt+")
        if key == press.key:
            # What is typed is an answer; with Alt a key is one of the speaker, as of the walk.
            return self._session.prompt is None and self._key(press)
        return self._key(Press(key[-1].upper() if key.startswith("shift+") else key))

    def _key(self, press: Press) -> bool:
        """Answer a key of the speaker; False where it is none."""
        self._may_remove &= press.key == "delete"
        count = int(self._session.count) if self._session.count.isdigit() else 0
        if self._podium.takes(press, count or 1):
            return True
        if press.key == OVERVIEW:
            self._podium.follow_file()
            self._lay(STOPS)
        elif press.key == "enter" and self._laid == STOPS and count:
            self._lay(STOPS)
            self._podium.go(count - 1)
        elif press.key in _SCROLLS and self._laid:
            self._scroll = max(self._scroll + _SCROLLS[press.key], 0)
            self._scroll = min(self._scroll, len(self._panel(80)) - 1)
            self._show()
        elif press.key in _WAYS and self._laid == STOPS:
            self._rearrange(_WAYS[press.key])
        elif press.key == KEEP:
            self._keep()
        elif press.key == "escape" and self._laid:
            self._lay(self._laid)
        else:
            return False
        return True

    def _rearrange(self, way: int) -> None:
        """Move the present stop, or remove it once that is confirmed."""
        if not way and not self._may_remove:
            self._may_remove = True
            self._act(Told(f"Delete again removes stop {self._podium.at + 1}, with its note."))
            return
        self._may_remove = False
        self._tell(lambda: self._podium.rearrange(way))

    def _keep(self) -> None:
        """Append the present place to the file of stops; ask for one where none is open."""
        if self._podium.file is None:
            self._ask("file of stops", self._keep_in)
        else:
            self._tell(lambda: self._podium.keep(self._session))

    def _keep_in(self, name: str) -> None:
        """Append it to a file that is open from now on, where that can be done."""
        self._podium.file = Path(name.strip())
        try:
            self._act(Told(self._podium.keep(self._session)))
        except GdTutorError:
            self._podium.file = None
            raise

    def _tell(self, work: Callable[[], str]) -> None:
        """Say what came of some work, or why it cannot be done."""
        try:
            self._act(Told(work()))
        except GdTutorError as error:
            self._act(Told(str(error), is_error=True))

    def _ask(self, label: str, use: Callable[[str], None]) -> None:
        """Open the input of the line below; what is typed is used at Enter, or refused."""
        self._input, self._use = Prompt(PromptKind.ANSWER, label), use
        self._show()

    def _lay(self, panel: str) -> None:
        """Lay a panel over the screen, or take it away again."""
        self._laid, self._scroll = "" if panel == self._laid else panel, 0
        self._show()

    def dressed(self, frame: Frame) -> Frame:
        """Return the frame with the line below, and a panel where one is laid."""
        if self._laid:
            panel = self._panel(frame.width)
            frame = with_rows(frame, f"Esc closes: {self._laid}", panel, self._chars, self._scroll)
        below = list(self._below(frame.width))
        if self._outcome is not None and self._session.prompt is not None:
            # The line of the walk that would say it has its input.
            style = Style.ERROR if self._outcome.is_error else Style.GOOD
            below[-1] = line(" ", (self._outcome.message, style))
        if self._input is not None:
            below[-1] = self._typed(frame.width)
        return self._with_below(frame, tuple(below))

    def _panel(self, width: int) -> Sequence[Line]:
        """Return the rows of the panel that is laid."""
        return self._podium.rows()

    def _below(self, width: int) -> Lines:
        """Return the `rows` lines below the screens."""
        return (self._stop_line(),)

    def _stop_line(self) -> Line:
        """Return the stop, and the keys that lead to others."""
        podium = self._podium
        if podium.talk is None:
            return line(" ", ("K", Style.KEY), (" keeps this place as a stop", Style.DIM))
        stop = podium.talk.stops[max(podium.at, 0)]
        minutes = f", {stop.minutes:g} min" if stop.minutes else ""
        keys: tuple[tuple[str, str], ...]
        keys = (("<", " previous  "), (">", " next  "), ("O", " overview  "), ("K", " keep"))
        alt = "" if self._session.prompt is None else "Alt+"
        if self._laid == STOPS:
            keys = (("3 Enter", " opens stop 3  "), ("O", " closes"))[bool(alt) :]
        parts = (part for key, word in keys for part in ((alt + key, Style.KEY), (word, Style.DIM)))
        at = f" stop {podium.at + 1}/{len(podium.talk.stops)}{minutes}  "
        return line((at, Style.GOOD), *parts)

    def _changed(self) -> None:
        """Paint what stands around the screen, once for all that comes at once."""
        if not self._is_shown_soon and self._loop is not None:
            self._is_shown_soon = True
            self._loop.call_later(SHOW_EVERY, self._show_changed)

    def _show_changed(self) -> None:
        self._is_shown_soon = False
        self._show()

    def end(self) -> None:
        """End, before the app does."""
        self._podium.end()
