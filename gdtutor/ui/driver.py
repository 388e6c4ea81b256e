"""Textual's driver for Linux and macOS, which leaves the terminal as it found it.

It writes through a `Restorer`, reads through a `Keyboard`, and drops keys that come faster than
they can be answered. The class it extends is documented by its source alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import signal
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.app import ScreenStackError
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from gdtutor.ui.keyboard import LARGEST, SILENCE, Keyboard
from gdtutor.ui.restoring import ENTER, PATIENCE, Restorer

if TYPE_CHECKING:
    from gdtutor.ui.app import TutorApp

MOST_WAITING = 64
"""Keys that may wait for their answer; what is typed faster than that was not typed."""
MOST_UNWRITTEN, LOOK_EVERY = 16, 0.1
"""Texts that wait for a terminal to be read, above which they are dropped; and the seconds between
two looks at whether it is."""
ALWAYS_HEARD = ("q", "ctrl+c")
"""Keys of which one is heard however many are waiting."""


class RestoringDriver(LinuxDriver):
    """Reads the keys of a `TutorApp` and paints on its terminal."""

    def __init__(self, app: TutorApp, restorer: Restorer, **options: Any) -> None:
        super().__init__(app, **options)
        self._tutor = app
        self._restorer = restorer
        # Textual writes to what has `write`, `flush` and `fileno`.
        self._file = cast(Any, restorer)
        self._entry: list[str] | None = None
        self._is_stopped = self._is_behind = False
        self._sent = 0
        self._taken = 0
        self._heard: set[str] = set()
        self._end_reader, self._end_writer = os.pipe()
        """Has the thread that reads keys hear of the end at once."""
        signal.signal(signal.SIGTSTP, self._step_aside)
        signal.signal(signal.SIGCONT, self._come_back)

    def start_application_mode(self) -> None:
        """Make the terminal ours."""
        self._restorer.enter()
        self._entry = []
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._restorer.entered("".join(self._entry))
        self._entry = None

    def stop_application_mode(self) -> None:
        """Give the terminal back, once all that was written is on it."""
        os.write(self._end_writer, b"\0")
        self.disable_input()
        self.close()
        self._is_stopped = True
        self._restorer.leave()

    def write(self, data: str) -> None:
        """Hand text to the thread that writes; drop it where the terminal has not read for long.

        Only a class is held up by a terminal that reads nothing: its students go on meanwhile.
        """
        if self._entry is not None:
            self._entry.append(data)
            if data == ENTER and self._restorer.is_shown:
                return
        if self._is_stopped or self._is_behind:
            return
        if self._tutor.around is not None and self._unwritten() >= MOST_UNWRITTEN:
            self._is_behind = True
            self._loop.call_soon_threadsafe(self._catch_up)
        else:
            super().write(data)

    def _unwritten(self) -> int:
        """Return how many texts wait to be written."""
        return 0 if self._writer_thread is None else self._writer_thread._queue.qsize()

    def _catch_up(self) -> None:
        """Paint all of it once the terminal reads again."""
        if self._is_stopped:
            return
        if self._unwritten():
            self._loop.call_later(LOOK_EVERY, self._catch_up)
        else:
            self._is_behind = False
            self._tutor.paint_anew()

    def _step_aside(self, _number: int, _frame: FrameType | None) -> None:
        """Give the terminal back and stop."""
        self._restorer.leave(PATIENCE)
        os.kill(os.getpid(), signal.SIGSTOP)

    def _come_back(self, _number: int, _frame: FrameType | None) -> None:
        """Make the terminal ours again, whether or not the program was told that it would stop."""
        if self._tutor.is_ending:
            return
        if self._restorer.come_back():
            self._loop.call_soon_threadsafe(self._tutor.paint_anew)
        else:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _get_terminal_size(self) -> tuple[int, int]:
        # COLUMNS and LINES, which Textual asks first, may be those of a terminal before a resize.
        width = height = 0
        with contextlib.suppress(OSError):
            width, height = os.get_terminal_size(self._restorer.fileno())
        if not (width and height):
            width, height = super()._get_terminal_size()
        return min(width, LARGEST[0]), min(height, LARGEST[1])

    def run_input_thread(self) -> None:
        """Read keys until the program ends or the terminal is gone."""
        try:
            self._read_keys()
        except Exception as error:  # whatever it is, a program without keys has to end
            self._loop.call_soon_threadsafe(self._tutor.fail, error)

    def _read_keys(self) -> None:
        keyboard = Keyboard()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._end_reader, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = [key.fd for key, _ in selector.select(SILENCE)]
                if self._end_reader in ready:
                    return
                if ready:
                    data = self._read()
                    if not data:
                        # A terminal that does not control the program ends without a signal.
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    messages = keyboard.feed(data, self._waiting() >= MOST_WAITING)
                else:
                    messages = keyboard.tick()
                for message in messages:
                    self.process_message(message)

    def _read(self) -> bytes:
        """Return some of what is typed; nothing where the terminal is gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def process_message(self, message: Message) -> None:
        """Pass on what the terminal sent, unless it cannot be answered in time."""
        if not isinstance(message, events.InputEvent) or self._is_heard(message):
            super().process_message(message)

    def _is_heard(self, message: events.InputEvent) -> bool:
        if self._waiting() < MOST_WAITING:
            self._heard.clear()
            return True
        if not isinstance(message, events.Key) or message.key not in ALWAYS_HEARD:
            return False
        is_first = message.key not in self._heard
        self._heard.add(message.key)
        return is_first

    def _waiting(self) -> int:
        """Return about how many messages wait for an answer."""
        pumps = [self._tutor.message_queue_size]
        try:
            screen = self._tutor.screen
            pumps.append(screen.message_queue_size)
            if screen.focused is not None:
                pumps.append(screen.focused.message_queue_size)
        except ScreenStackError:
            pass
        return self._sent - self._taken + sum(pumps)

    def send_message(self, message: Message) -> None:
        """Have the app take a message, in its own thread."""
        self._sent += 1
        asyncio.run_coroutine_threadsafe(self._take(message), loop=self._loop)

    async def _take(self, message: Message) -> None:
        self._taken += 1
        await self._tutor._post_message(message)
