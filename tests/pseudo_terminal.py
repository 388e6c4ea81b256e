"""A program in a pseudo-terminal, its screen read back with an emulator."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType, TracebackType

import pyte

from tests.forked import PATIENCE, Forked, fork

PYTHON = (sys.executable,)
"""The command that starts Python itself, for what is told before the program is imported."""

IN_ORDER = """
from functools import partial
from gdtutor.ui import restoring

restoring.heed_signals = partial(restoring.heed_signals, delay=60)
from gdtutor.__main__ import main
main()
"""
"""The program for `python -c`, where a signal leaves it the time that it needs to end in order; by
itself it has less than a second before a thread ends it, which is not enough on a busy machine."""


class PseudoTerminal:
    """Runs a program in a terminal of `columns` × `lines`; every wait has an end."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        lines: int = 24,
        term: str = "xterm-256color",
        command: tuple[str, ...] = (),
        environ: Mapping[str, str] = MappingProxyType({}),
        controls: bool = True,
    ) -> None:
        """Start a program.

        Args:
            arguments: What the command gets.
            columns: Width of the terminal.
            lines: Height of the terminal.
            term: The variable TERM.
            command: What is run with the arguments; by itself Python that has imported gdtutor.
            environ: More variables.
            controls: Whether it is the program's controlling terminal, whose end is a hang-up.
        """
        self.screen = pyte.Screen(columns, lines)
        self.received = b""
        self._stream = pyte.ByteStream(self.screen)
        self.process: subprocess.Popen[bytes] | Forked
        self._fd, child = pty.openpty()
        termios.tcsetwinsize(child, (lines, columns))
        self._settings = termios.tcgetattr(child)
        self.all_received = b""
        own = {"TERM": term, "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
        home = {key: os.environ[key] for key in ("HOME", "PYTHONPATH") if key in os.environ}
        variables = own | home | dict(environ)
        if command:
            self.process = subprocess.Popen(
                [*command, *arguments],
                stdin=child,
                stdout=child,
                stderr=child,
                env=variables,
                start_new_session=not controls,
                preexec_fn=(lambda: _control(child)) if controls else None,
            )
        else:
            self.process = fork(arguments, [child] * 3, variables, controls=controls)
        os.close(child)

    def __enter__(self) -> "PseudoTerminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the terminal; what is on it is forgotten."""
        self.screen.resize(lines, columns)
        self.screen.reset()
        termios.tcsetwinsize(self._fd, (lines, columns))

    def is_restored(self) -> bool:
        """Tell whether settings and modes of the terminal are those from before the start."""
        return termios.tcgetattr(self._fd) == self._settings and not modes_on(self.all_received)

    def is_cooked(self) -> bool:
        """Tell whether the terminal echoes and edits lines, as a shell wants it."""
        local = termios.tcgetattr(self._fd)[3]
        return bool(local & termios.ECHO and local & termios.ICANON)

    def drained(self, quiet: float = 0.05) -> bytes:
        """Read until nothing has come for so many seconds; return what came since `send`."""
        while select.select([self._fd], [], [], quiet)[0]:
            self._read()
        return self.received

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """Read until the program has ended; return its exit code.

        Raises:
            TimeoutError: It did not end within `seconds`.
        """
        end = time.monotonic() + seconds
        while True:
            # Asked first: what it has written before its end is there to be read then.
            has_ended = self.process.poll() is not None
            ready, _, _ = select.select([self._fd] if self._fd >= 0 else [], [], [], 0.01)
            try:
                if ready:
                    self._read()
            except OSError:
                # The other end is closed: no process holds the terminal any more.
                return self.process.wait(max(0.1, end - time.monotonic()))
            if has_ended and not ready:
                return self.process.wait()
            if time.monotonic() > end:
                raise TimeoutError(f"still running, the screen is:\n{self.text()}")

    def _read(self) -> None:
        data = os.read(self._fd, 1 << 16)
        self.received += data
        self.all_received += data
        self._stream.feed(data)

    def text(self) -> str:
        """Return the screen, trailing blanks removed."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def has_unread(self, seconds: float) -> bool:
        """Wait so long until the program has written something; leave it unread."""
        return bool(select.select([self._fd], [], [], seconds)[0])

    def read_once(self, seconds: float) -> bytes:
        """Return what the program writes next; nothing where that takes longer, or it has ended."""
        if not self.has_unread(seconds):
            return b""
        before = len(self.all_received)
        with contextlib.suppress(OSError):
            self._read()
        return self.all_received[before:]

    def send(self, keys: str | bytes, seconds: float = PATIENCE) -> None:
        """Type `keys`, and begin to collect in `received` what comes back.

        What is typed after the program has ended goes nowhere.

        Raises:
            TimeoutError: The program took none of them within `seconds`, though all that it wrote
                was read.
        """
        self.received = b""
        rest = keys.encode() if isinstance(keys, str) else keys
        end = time.monotonic() + seconds
        while rest and self.process.poll() is None:
            # A program that waits for its own output to be read takes no keys meanwhile.
            readable, writable, _ = select.select([self._fd], [self._fd], [], 0.1)
            if readable:
                with contextlib.suppress(OSError):
                    self._read()
            if writable:
                with contextlib.suppress(OSError):
                    rest = rest[os.write(self._fd, rest[:256]) :]
            if time.monotonic() > end:
                raise TimeoutError(f"takes no keys, the screen is:\n{self.text()}")

    def pour(self, keys: bytes) -> None:
        """Type `keys` as fast as the terminal takes them, in a thread beside the one that reads."""
        os.write(self._fd, keys)

    def wait_for(self, reached: Callable[[str], bool], seconds: float = PATIENCE) -> bytes:
        """Read until the screen's text satisfies `reached`; return what was received since `send`.

        Raises:
            TimeoutError: It did not within `seconds`; the message holds the screen.
            EOFError: The program ended before.
        """
        end = time.monotonic() + seconds
        while not reached(self.text()):
            ready, _, _ = select.select([self._fd], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"not reached, the screen is:\n{self.text()}")
            try:
                self._read()
            except OSError as gone:
                raise EOFError(f"the program has ended, the screen is:\n{self.text()}") from gone
        return self.received


_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])|\x1b\[([<>])[\d;]*u")
_ON_BEFORE = {"7", "25"}


def modes_on(sent: bytes) -> set[str]:
    """Return which modes of a terminal are not as before, once it has read all this.

    The modes are DEC's numbers, and "keys" for the keyboard protocol, which is put on a stack and
    taken from it. A cursor that stays hidden and lines that are not wrapped count too.
    """
    changed: set[str] = set()
    stacked = 0
    for numbers, letter, direction in _MODE.findall(sent):
        if direction:
            stacked = stacked + 1 if direction == b">" else max(stacked - 1, 0)
        for mode in numbers.decode().split(";") if numbers else ():
            is_changed = (letter == b"h") != (mode in _ON_BEFORE)
            (changed.add if is_changed else changed.discard)(mode)
    return changed | ({"keys"} if stacked else set())


def _control(terminal: int) -> None:
    """Make it this process's controlling terminal; signals that the tests ignore come again."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.login_tty(terminal)
