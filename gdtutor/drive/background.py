"""Work in a thread of its own, so that keys and signals are heard; nobody has to wait for its end.

One product of matrices can take seconds, and nothing can end it from outside. The threads are
daemons: a program that leaves does not wait for them.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

T = TypeVar("T")

LOOK_EVERY = 0.02
"""Seconds between two looks, while somebody waits, at whether a signal has come; and what work has
to end by itself once somebody wants to leave."""


class Job(Generic[T]):
    """Some work that has begun.

    Args:
        work: What is computed.
        then: Hears of the job after its end, whatever that was.
        pass_on: Has it called in another thread, as `passing_on` does; else it is in the work's.
    """

    def __init__(
        self,
        work: Callable[[], T],
        then: Callable[[Job[T]], object] = lambda _: None,
        pass_on: Callable[[Callable[[], None]], object] = lambda call: call(),
    ) -> None:
        self._work, self._then, self._pass_on = work, then, pass_on
        self._ended = threading.Event()
        self._result: list[T] = []
        self._error: BaseException | None = None
        run = copy_context().run
        threading.Thread(target=lambda: run(self._run), daemon=True).start()

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:  # whatever it is belongs to the thread that asks
            self._error = error
        self._ended.set()
        self._pass_on(self._tell)

    def _tell(self) -> None:
        self._then(self)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the work has ended, or so long; say whether it has."""
        return self._ended.wait(seconds)

    def result(self) -> T:
        """Return what the work came to, or raise what it raised; it must have ended."""
        if self._error is not None:
            raise self._error
        return self._result[0]


def passing_on(loop: AbstractEventLoop) -> Callable[[Callable[[], object]], None]:
    """Return what has something called in the thread of a loop that runs, from any other; it
    returns at once, and forgets what comes after the loop's end.
    """
    context = copy_context()

    def pass_on(work: Callable[[], object]) -> None:
        # After the last key nobody is left to be told.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(work, context=context)

    return pass_on


def heard(work: Callable[[], T]) -> T:
    """Do some work while the calling thread, the main one, hears signals.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the work goes on, and nobody looks at it.
    """
    job = Job(work)
    while not job.wait(LOOK_EVERY):
        pass
    return job.result()


def unless_stopped(
    work: Callable[[], T], is_wanted: Callable[[], bool], drop: Callable[[], object] = lambda: None
) -> T | None:
    """Do some work until it ends, or until somebody wants to leave and it does not end at once.

    Args:
        work: What is computed; it looks from time to time whether somebody wants to leave.
        is_wanted: Says whether somebody does.
        drop: Has what the work comes to left out, where it is left unfinished.

    Returns:
        What it came to; None where it is left unfinished.
    """
    job = Job(work)
    had_time = is_wanted()
    while not job.wait(LOOK_EVERY):
        if had_time:
            drop()
            return None
        had_time = is_wanted()
    return job.result()
