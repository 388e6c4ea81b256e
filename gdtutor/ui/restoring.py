"""The terminal as it was before the screens: put back by whatever ends them, at any moment, a
signal as well."""

from __future__ import annotations

import os
import select
import signal
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any, TextIO

_KEYS = b"\x1b[<u"
"""Takes back the keyboard protocol, which a terminal keeps a stack of for each of its screens."""
LEAVE = (
    b"\x1b\\"  # ends a sequence that was cut off
    b"\x1b[?2026l\x1b[?2004l\x1b[?2048l\x1b[?7h"  # held frames, pastes, sizes, line wrap
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l"  # mouse and focus
    + _KEYS
    + b"\x1b[m"  # colours
    b"\x1b[?1049l\x1b[?25h"  # the screen from before, with its cursor
)
"""What takes back everything that the screens ask of a terminal."""

ENTER = "\x1b[?1049h"
"""Turns to a screen of its own; one that is there already would be cleared."""
_HIDE_CURSOR = "\x1b[?25l"

PATIENCE = 0.3
"""Seconds that a terminal which does not read is waited for when the program must end."""
_PIECE = 4096
"""Most bytes that are handed to the terminal at once, so that writing can stop between two."""


class Restorer:
    """Writes to the terminal, and puts it back as it was; needs neither event loop nor lock.

    It may be asked from any thread and in a signal handler. What is written after the terminal was
    put back is dropped.

    Args:
        keys: The file descriptor that keys are read from.
        screen: The stream that is painted on.
    """

    def __init__(self, keys: int, screen: TextIO) -> None:
        self._keys = keys
        self._screen = self._terminal = screen.fileno()
        self._encoding, self._errors = screen.encoding, screen.errors or "strict"
        self._held: list[str] = []
        self._before: list[Any] | None = None
        self._during: list[Any] | None = None
        self._entry = b""
        self._is_entered = False
        self._is_open = True
        self.is_shown = False
        """Whether the screen of its own is there."""

    def enter(self) -> None:
        """Remember how the terminal is, once; to be called before the first byte is sent."""
        if self._is_entered:
            return
        with suppress(termios.error):
            self._before = termios.tcgetattr(self._keys)
        with suppress(OSError):
            # A write that waits within the system would keep out every other one.
            flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
            self._terminal = os.open(os.ttyname(self._screen), flags)
        self._is_entered = True

    def show(self, page: str) -> None:
        """Show a page before the screens are there; what is typed meanwhile waits unseen for them.

        Args:
            page: What paints every cell.
        """
        self.enter()
        with suppress(termios.error):
            quiet = termios.tcgetattr(self._keys)
            quiet[0] &= ~(termios.ICRNL | termios.IXON)
            quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            self._set(quiet)
        self.write(ENTER + _HIDE_CURSOR + page)
        self.flush()
        self.is_shown = True

    def entered(self, entry: str) -> None:
        """Remember what the screens made of the terminal, and which codes they sent for that."""
        with suppress(termios.error):
            self._during = termios.tcgetattr(self._keys)
        self._entry = entry.encode(self._encoding, self._errors)

    def leave(self, patience: float | None = None) -> None:
        """Put the terminal back; a second time does nothing.

        Args:
            patience: Seconds to wait for a terminal that does not read, before what it has not read
                is dropped. None waits for ever.
        """
        if not self._is_entered:
            return
        self._is_open = False
        self._send(LEAVE, patience)
        if self._is_foreground():
            with suppress(termios.error):
                # Reports of a mouse that moved meanwhile would be typed into the shell.
                termios.tcflush(self._keys, termios.TCIFLUSH)
            self._set(self._before)
        self._is_entered = False

    def come_back(self) -> bool:
        """Make the terminal again what the screens made of it, after a stop from outside.

        Return whether that can be: a program in the background must not.
        """
        if not self._is_foreground():
            return False
        # After a stop that was not told beforehand the protocol is still on its stack.
        taken_back = _KEYS if self._is_entered else b""
        self._is_open = self._is_entered = True
        self._set(self._during)
        self._send(taken_back + self._entry, PATIENCE)
        return True

    def write(self, text: str) -> None:
        """Hold a text until `flush`."""
        self._held.append(text)

    def flush(self) -> None:
        """Send what is held to the terminal, while it is ours and there."""
        text, self._held = "".join(self._held), []
        data = text.encode(self._encoding, self._errors)
        if not _written(self._terminal, data, lambda: self._is_open):
            # The terminal is gone; the reader of its keys hears of that.
            self._is_open = False

    def fileno(self) -> int:
        """Return the file descriptor that is painted on."""
        return self._screen

    def _set(self, attributes: list[Any] | None) -> None:
        if attributes is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._keys, termios.TCSANOW, attributes)

    def _is_foreground(self) -> bool:
        """Tell whether the settings are ours to change; in the background they are the shell's."""
        try:
            return os.tcgetpgrp(self._keys) == os.getpgrp()
        except OSError:
            # It is not the terminal that controls the program, and nobody else's either.
            return True

    def _send(self, data: bytes, patience: float | None) -> None:
        if patience is None:
            _written(self._terminal, data, lambda: True)
        elif self._terminal != self._screen:
            _send_anyway(self._terminal, data, monotonic, patience)


def _written(terminal: int, data: bytes, is_wanted: Callable[[], bool]) -> bool:
    """Write it while it is wanted, however long that takes; return False where the terminal is
    gone.
    """
    while data and is_wanted():
        try:
            data = data[os.write(terminal, data[:_PIECE]) :]
        except BlockingIOError:
            select.select([], [terminal], [])
        except OSError:
            return False
    return True


def _send_anyway(terminal: int, data: bytes, clock: Callable[[], float], patience: float) -> None:
    """Write it within a time to a terminal opened so that writing never waits.

    From half the time on, what the terminal has not read makes room: a part of a frame. However
    late it has become, that is tried.
    """
    start, has_made_room = clock(), False
    while data:
        try:
            data = data[os.write(terminal, data) :]
        except BlockingIOError:
            late = clock() - start
            if late > patience and has_made_room:
                return
            if late > patience / 2:
                with suppress(termios.error):
                    termios.tcflush(terminal, termios.TCOFLUSH)
                has_made_room = True
            select.select([], [terminal], [], patience / 20)
        except OSError:
            return


EXIT_DELAY = 0.9
"""Seconds that a signal gives the program to end by itself."""

ENDING = ("SIGHUP", "SIGINT", "SIGTERM")
"""Signals that end the program in order; also where the parent had them ignored."""
KILLING = (
    "SIGQUIT", "SIGTRAP", "SIGABRT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGSTKFLT", "SIGXCPU",
    "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR", "SIGSYS",
)  # fmt: skip
"""Signals whose own action ends a program on the spot; it follows once the terminal is restored.

The real-time signals are such too. No program hears SIGKILL, and SIGSEGV, SIGBUS, SIGFPE and SIGILL
come where no Python can run any more: after those, `reset` mends the terminal.
"""


def numbers_of(names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the numbers of those signals that this system has."""
    return tuple(int(getattr(signal, name)) for name in names if hasattr(signal, name))


def killing() -> tuple[int, ...]:
    """Return the numbers of `KILLING` and of the real-time signals."""
    if not hasattr(signal, "SIGRTMIN"):
        return numbers_of(KILLING)
    return (*numbers_of(KILLING), *range(signal.SIGRTMIN, signal.SIGRTMAX + 1))


def heed_signals(
    restorer: Restorer,
    on_end: Callable[[int], object],
    hard_exit: Callable[[int], object] = os._exit,
    delay: float = EXIT_DELAY,
) -> Callable[[], None]:
    """Have what ends the program restore the terminal first; return what undoes it.

    `on_end(number)` is called in the main thread, between any two of its instructions, and should
    end the program in order. Where nothing has after `delay` seconds, as when the main thread is
    held up by a long computation or a terminal that does not read, a thread that hears of signals
    by itself restores the terminal and calls `hard_exit(128 + number)`.
    Must be called from the main thread.
    """
    ending, deadly = numbers_of(ENDING), killing()
    is_undone = threading.Event()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def end(number: int, _frame: FrameType | None) -> None:
        on_end(number)

    def kill(number: int, _frame: FrameType | None) -> None:
        restorer.leave(PATIENCE)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def watch() -> None:
        while heard := os.read(reader, 1):
            if heard[0] in (*ending, *deadly):
                if not is_undone.wait(delay):
                    restorer.leave(PATIENCE)
                    hard_exit(128 + heard[0])
                break
        os.close(reader)

    threading.Thread(target=watch, name="signals", daemon=True).start()
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    handlers = dict.fromkeys(ending, end) | dict.fromkeys(deadly, kill)
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}

    def undo() -> None:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        signal.set_wakeup_fd(wakeup)
        is_undone.set()
        os.close(writer)

    return undo
