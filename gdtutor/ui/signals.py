"""Signals: whichever ends the program, the terminal is put back first."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from gdtutor.ui.restoring import PATIENCE, Restorer

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
