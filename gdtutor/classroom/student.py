"""One student's terminal: keys in, at a bounded rate; frames out, as fast as they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from weakref import ref

import asyncssh

from gdtutor.classroom.admission import Bucket
from gdtutor.classroom.bench import TooLongError
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.lines import WELCOME, LineEditor, LineTeller
from gdtutor.classroom.screens import ENTER, LARGEST, LEAVE, SeatScreen, SharedScreens, terminal_of
from gdtutor.classroom.telling import MOST_UNREAD, SUBSYSTEM, read_word
from gdtutor.session.press import Press
from gdtutor.session.prompting import MAX_INPUT
from gdtutor.session.state import Prompt
from gdtutor.ui.keyboard import Keyboard, Message, presses_of
from gdtutor.ui.terminal import is_dumb
from gdtutor.values import Struct

PAINT_EVERY = 0.03
"""Seconds between two paints of one terminal."""
KEYS_BURST, KEYS_PER_SECOND = 80.0, 40.0
BYTES_BURST, BYTES_PER_SECOND = 4096.0, 4096.0
"""How much is heard of one who types faster; the rest is dropped."""
TEXT_KEY = 0.1
"""What a character counts that is typed into an input, for which nothing is computed."""
LINGERING = 2.0
"""Seconds after which a connection is closed whose session has ended: clients do that themselves,
and show what was sent last before."""
STALLED = 60.0
"""Seconds after which a terminal that reads nothing is hung up."""
SILENCE = 0.15
"""Seconds without a byte, a network's own pauses not counted."""


class Guest(Struct, frozen=True):
    """Who has logged in."""

    name: str
    is_linear: bool = False
    returns: bool = False
    """Whether the PIN of the seat of that name was given."""


class StudentSession(asyncssh.SSHServerSession[bytes]):
    """A channel of a student who has logged in; a `SeatLine` of the hub.

    Args:
        hub: The class.
        shared: Makes the frames that all see.
        guest: Who it is.
    """

    def __init__(self, hub: ClassHub, shared: SharedScreens, guest: Guest) -> None:
        self._hub, self._shared, self._guest = hub, shared, guest
        self._loop = asyncio.get_running_loop()
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._connection: asyncssh.connection.SSHConnection | None = None
        self._screen: SeatScreen | None = None
        self._terminal: tuple[str, int, int] | None = None
        self._name = ""
        self._teller: LineTeller | None = None
        self._gets_references = False
        """Whether the class is told by reference, to a gdtutor of the student's own."""
        self._last_sent, self._heard = b"", 0
        self._editor = LineEditor(False)
        self._keyboard = Keyboard()
        now = self._loop.time()
        self._keys = Bucket(KEYS_BURST, KEYS_PER_SECOND, now)
        self._bytes = Bucket(BYTES_BURST, BYTES_PER_SECOND, now)
        self._paint_timer: asyncio.TimerHandle | None = None
        self._painting: asyncio.Task[None] | None = None
        self._is_stale = False
        """Whether the screen has changed since its last paint began."""
        self._next_paint = 0.0
        """When the terminal may be painted again, in the loop's time."""
        self._stall_timer: asyncio.TimerHandle | None = None
        self._silence_timer: asyncio.TimerHandle | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """Take the channel."""
        self._channel, self._connection = chan, chan.get_connection()
        chan.set_write_buffer_limits(MOST_UNREAD)

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]
    ) -> bool:
        """Remember the terminal."""
        self._terminal = term_type, term_size[0], term_size[1]
        return True

    def shell_requested(self) -> bool:
        """Allow it: it is the class."""
        return not self._name

    def subsystem_requested(self, subsystem: str) -> bool:
        """Allow what a follower's own gdtutor asks for."""
        self._gets_references = subsystem == SUBSYSTEM and not self._name
        return self._gets_references

    def session_started(self) -> None:
        """Sit down, and paint."""
        channel, terminal = self._channel, self._terminal
        assert channel is not None
        plainly = self._guest.is_linear or terminal is None or is_dumb({"TERM": terminal[0]})
        if plainly and not self._gets_references:
            self._teller, self._editor = LineTeller(), LineEditor(terminal is not None)
            self._teller.width = terminal[1] if terminal else 0
        elif terminal is not None and not self._gets_references:
            environ = {name: str(value) for name, value in channel.get_environment().items()}
            self._screen = SeatScreen(
                self._shared, terminal_of(terminal[0], environ, *terminal[1:])
            )
        self._name = self._hub.join(self._guest.name, self, returns=self._guest.returns).name
        if self._teller is not None:
            channel.write(self._teller.sent(WELCOME).encode())
        elif self._screen is not None:
            channel.write(ENTER.encode())
        self._paint()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Answer keys, or lines."""
        if not self._bytes.takes(len(data), self._loop.time()):
            # A sequence may have been cut; what comes next begins a new one.
            self._keyboard = Keyboard()
            return
        if self._gets_references:
            for line in self._editor.feed(data.decode("utf-8", "ignore"))[0]:
                if self._keys.takes(1, self._loop.time()):
                    self._heard += 1
                    self._hub.hear(self._name, read_word(line))
                    self.show()
            return
        if self._teller is not None:
            self._hear(data.decode("utf-8", "ignore"))
        if self._screen is None:
            return
        self._take(self._keyboard.feed(data))
        self._await_silence()

    def _await_silence(self) -> None:
        """Have what was begun, such as Esc or a key with Alt, be a key where nothing follows."""
        if self._silence_timer is not None:
            self._silence_timer.cancel()
        waits = self._keyboard.is_waiting
        self._silence_timer = self._loop.call_later(SILENCE, self._hear_silence) if waits else None

    def _hear_silence(self) -> None:
        self._take(self._keyboard.tick())
        self._await_silence()

    def _hear(self, text: str) -> None:
        """Answer the lines that end in a text."""
        lines, echo = self._editor.feed(text)
        if echo and self._channel is not None:
            self._channel.write(echo.encode())
        for line in lines:
            if self._teller is None or not self._keys.takes(1, self._loop.time()):
                continue
            self._teller.hears()
            if line.strip() or self._hub.seat(self._name).own is not None:
                self._hub.speak(self._name, line)
            else:
                self._teller.reads = True
                self.show()

    def _take(self, messages: Iterable[Message]) -> None:
        for typed in presses_of(messages):
            if isinstance(typed, Press):
                self._press(typed)
            else:
                self._paste(typed.text)

    def _press(self, press: Press) -> None:
        if self._screen is None or self._channel is None:
            return
        is_text = press.character is not None and self._prompt() is not None
        if self._keys.takes(TEXT_KEY if is_text else 1, self._loop.time()):
            self._hub.press(self._name, press)
        else:
            self._hub.turns.tell_dropped(self._name)

    def _prompt(self) -> Prompt | None:
        """Return the input that is open."""
        seat = self._hub.seat(self._name)
        return seat.draft if seat.own is None else seat.own.prompt

    def _paste(self, text: str) -> None:
        """Type the first line of a pasted text where something is asked for."""
        lines = text.strip().splitlines()
        if self._prompt() is not None and lines and self._keys.takes(1, self._loop.time()):
            for character in lines[0][:MAX_INPUT]:
                self._hub.press(self._name, Press(character, character))

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """Paint at the new size."""
        if self._screen is not None and width > 0 and height > 0:
            self._screen.resize(min(width, LARGEST[0]), min(height, LARGEST[1]))
            self.show()
        elif self._teller is not None:
            self._teller.width = width

    def show(self) -> None:
        """Paint soon: at once where nothing was painted for a moment."""
        self._is_stale = True
        sees = self._screen is not None or self._teller is not None or self._gets_references
        if self._paint_timer is None and sees:
            delay = max(self._next_paint - self._loop.time(), 0.0)
            self._paint_timer = self._loop.call_later(delay, self._paint)

    def _paint(self) -> None:
        self._paint_timer = None
        if self._gets_references and self._channel is not None:
            told = self._shared.places.told(self._hub.room, self._hub.seat(self._name), self._heard)
            if told != self._last_sent:
                self._channel.write(told)
            self._last_sent = told
        painter = self._screen or self._teller
        if painter is None or self._channel is None or self._stall_timer is not None:
            return
        if self._painting is None:
            self._painting = self._loop.create_task(self._paint_with(painter))
            self._painting.add_done_callback(self._have_painted)

    async def _paint_with(self, painter: SeatScreen | LineTeller) -> None:
        self._is_stale = False
        self._next_paint = self._loop.time() + PAINT_EVERY
        room, seat, bench = self._hub.room, self._hub.seat(self._name), self._hub.bench
        if bench is None:
            text = painter.paint(room, seat)
        else:
            try:
                text = await painter.painted(bench, room, seat)
            except TooLongError:
                painter.forget()
                if seat.own is not None and self._channel is not None:
                    self._hub.refuse_screen(self._name)
                self._is_stale = True
                return
        if text and self._channel is not None:
            self._channel.write(text.encode())

    def _have_painted(self, painting: asyncio.Task[None]) -> None:
        self._painting = None
        if painting.cancelled():
            return
        if painting.exception() is not None and self._connection is not None:
            # One screen that cannot be painted is no reason to end the class.
            self._connection.abort()
        elif self._is_stale:
            self.show()

    def pause_writing(self) -> None:
        """Drop frames until what was sent is read; hang up on who reads nothing."""
        if self._stall_timer is None and self._connection is not None:
            self._stall_timer = self._loop.call_later(STALLED, self._connection.abort)

    def resume_writing(self) -> None:
        """Paint what is new since."""
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
            self.show()

    def eof_received(self) -> bool:
        """Leave when nothing more is typed."""
        self.end("")
        return False

    def end(self, told: str) -> None:
        """Give the terminal back with a line, and hang up."""
        channel, self._channel, screen, self._screen = self._channel, None, self._screen, None
        teller, self._teller = self._teller or LineTeller(), None
        if channel is not None:
            teller.width = teller.width if screen is None else screen.terminal.width
            line = "" if self._gets_references else teller.sent(told)
            channel.write((LEAVE if screen is not None else "").encode() + line.encode())
            channel.exit(0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the seat, which stays."""
        for timer in (self._paint_timer, self._stall_timer, self._silence_timer):
            if timer is not None:
                timer.cancel()
        self._channel = self._screen = self._teller = None
        if self._connection is not None:
            # Of a thousand that come and go, those that are closed are not held until then.
            self._loop.call_later(LINGERING, _hang_up, ref(self._connection))
        if self._name:
            self._hub.leave(self._name, self)


def _hang_up(lingering: ref[asyncssh.connection.SSHConnection]) -> None:
    if (connection := lingering()) is not None:
        connection.close()
