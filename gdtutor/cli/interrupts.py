"""Ctrl-C and the signals that end a program, for commands without screens."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


def raise_interrupts() -> None:
    """Have Ctrl-C raise KeyboardInterrupt from now on, unless the parent had it ignored."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Collect Ctrl-C instead of raising, so that training ends between two bursts; what this gives
    says whether it was pressed.
    """
    pressed: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        pressed.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def exit_on_signals() -> None:
    """Have SIGHUP and SIGTERM end the program in order, with 128 + n; also where ignored before."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    for name in ("SIGHUP", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
