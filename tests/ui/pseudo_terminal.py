"""A program in a pseudo-terminal, its screen read back with an emulator."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from types import TracebackType

import pyte


class PseudoTerminal:
    """Runs a Python program in a terminal of `columns` × `lines`; every wait has an end."""

    def __init__(
        self, *arguments: str, columns: int = 80, lines: int = 24, term: str = "xterm-256color"
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.received = b""
        self._stream = pyte.ByteStream(self.screen)
        self._fd, child = pty.openpty()
        termios.tcsetwinsize(child, (lines, columns))
        environ = {"TERM": term, "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=child,
            stdout=child,
            stderr=child,
            env=environ,
            start_new_session=True,
        )
        os.close(child)

    def __enter__(self) -> "PseudoTerminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._fd)

    def text(self) -> str:
        """Return the screen, trailing blanks removed."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def send(self, keys: str) -> None:
        """Type `keys`, and begin to collect in `received` what comes back."""
        self.received = b""
        os.write(self._fd, keys.encode())

    def wait_for(self, reached: Callable[[str], bool], seconds: float = 20) -> bytes:
        """Read until the screen's text satisfies `reached`; return what was received since `send`.

        Raises:
            TimeoutError: It did not within `seconds`; the message holds the screen.
        """
        end = time.monotonic() + seconds
        while not reached(self.text()):
            ready, _, _ = select.select([self._fd], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"not reached, the screen is:\n{self.text()}")
            data = os.read(self._fd, 1 << 16)
            self.received += data
            self._stream.feed(data)
        return self.received
