"""Students' walks and screens, computed in a thread beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import sys
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from importlib import import_module
from time import perf_counter
from typing import TypeVar, cast

from gdtutor.engine.errors import GdTutorError
from gdtutor.values import Struct

T = TypeVar("T")
_LATER = ("gdtutor.view.train", "gdtutor.view.help", "gdtutor.paint.plots")
EVERYONE = ""
"""The seat of what is computed for all who follow: it comes before any other."""
TURN = 0.001
"""Seconds of computing beside the event loop after which it has its turn."""
SLOW_WAITS = 0.1
"""Seconds that others may have taken more, for whom slow work waits none the less."""
HOLDS = 0.1
"""Seconds that a seat's work may hold up that of others; then it goes on beside theirs."""
LONGEST = 1.0
"""Seconds after which a seat's work is ended."""
MOST_BESIDE = 3
"""Seats whose work goes on beside; of more the oldest is ended."""
TOO_LONG = "That takes too long for a class; gdtutor on your own machine has the time."


def _import_later() -> None:
    for module in _LATER:
        # The first student who trains would have all others wait for them.
        import_module(module)


class TooLongError(GdTutorError):
    """What a student asked for takes too long, or nobody waits for it any more."""


class _Overtime(BaseException):
    """Ends what a thread computes, wherever in Python it is."""


class _Job(Struct, eq=False):
    """Something that is computed for a seat."""

    name: str
    do: Callable[[], None]
    refuse: Callable[[], None]
    """Tells who waits for it that it is not computed."""
    latest: float
    """Seconds that its seat has taken when it comes, however slow it is: its own keys, which come
    before it, would put it off for as long as one is held down."""
    started: float = 0.0
    is_done: bool = False


class Workbench:
    """A thread beside the event loop that computes for seats; whoever has taken least comes first.

    What a student's key asks for never holds up the class, and one who asks for much waits behind
    those who ask for little. What takes long is left to its thread, and another one goes on.

    Args:
        holds: Seconds that a seat's work may hold up that of others.
        longest: Seconds that it may take beside theirs.
    """

    def __init__(self, holds: float = HOLDS, longest: float = LONGEST) -> None:
        self._jobs: dict[tuple[bool, str], deque[_Job]] = {}
        """What waits, by whether it is slow, and the seat."""
        self._taken = {EVERYONE: -1.0}
        """Seconds that each seat has taken, at least as many as the seat served last had."""
        self._now = 0.0
        self._holds, self._longest = holds, longest
        self._news = threading.Condition()
        self._at: dict[int, _Job] = {}
        """What each thread computes, the oldest first."""
        self._taker: threading.Thread | None = None
        """The thread that takes what waits; None once the class is over."""
        self._watch_timer: asyncio.TimerHandle | None = None
        self._jobs[False, EVERYONE] = deque([_Job(EVERYONE, _import_later, _import_later, 0.0)])
        # The event loop has its turn back within this time.
        sys.setswitchinterval(TURN)
        self._hand_over()

    def _hand_over(self) -> None:
        self._taker = threading.Thread(target=self._run, name="workbench", daemon=True)
        self._taker.start()

    async def does(self, name: str, work: Callable[[], T], *, is_slow: bool = False) -> T:
        """Return what some work of a seat comes to, computed in the thread.

        Args:
            name: The seat.
            work: What is computed.
            is_slow: Whether it waits for what is not, as a plot does that is painted anew several
                times a second; for who has taken `SLOW_WAITS` more it does not.

        Raises:
            TooLongError: It was ended.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def tell(found: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(cast("T", found))

        def job() -> None:
            found: T | None = None
            fault: BaseException | None = None
            try:
                found = work()
            except Exception as error:  # it belongs to who waits for the work
                fault = error
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, found, fault)

        lane = is_slow, name
        with self._news:
            if lane not in self._jobs and name != EVERYONE:
                self._taken[name] = max(self._taken.get(name, 0.0), self._now)
            refuse = partial(tell, None, TooLongError(TOO_LONG))
            latest = self._taken[name] + 1.5 * SLOW_WAITS
            self._jobs.setdefault(lane, deque()).append(_Job(name, job, refuse, latest))
            self._news.notify_all()
        if self._watch_timer is None:
            self._watch(loop)
        return await future

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have another thread go on where a seat's work holds up others; end what is too long."""
        with self._news:
            now = perf_counter()
            for thread, job in tuple(self._at.items()):
                took = now - job.started
                if job.name == EVERYONE or took < self._holds or self._taker is None:
                    continue
                if thread == self._taker.ident:
                    self._hand_over()
                elif took >= self._longest or self._beside() > MOST_BESIDE:
                    self._end(thread)
            goes_on = self._taker is not None and bool(self._at or self._jobs)
        self._watch_timer = loop.call_later(self._holds / 2, self._watch, loop) if goes_on else None

    def _beside(self) -> int:
        """Return how many seats' work goes on beside; what is done just now is none of it."""
        taker = None if self._taker is None else self._taker.ident
        return sum(thread != taker and not job.is_done for thread, job in self._at.items())

    def drop(self, name: str) -> None:
        """Compute no more of what a seat has asked for, whose student is gone."""
        with self._news:
            for lane in ((True, name), (False, name)):
                for job in self._jobs.pop(lane, ()):
                    job.refuse()
            for thread, job in tuple(self._at.items()):
                if job.name == name:
                    self._end(thread)

    def forget(self, name: str) -> None:
        """Forget what a seat has taken that is given up."""
        self.drop(name)
        with self._news:
            self._taken.pop(name, None)

    def _end(self, thread: int) -> None:
        """End what a thread computes, and the thread, whose state nobody knows then."""
        job = self._at.pop(thread)
        self._charge(job)
        if self._taker is not None and thread == self._taker.ident:
            self._hand_over()
        # Python has no other way to end what is at work; its locks are given back as ever.
        end, overtime = ctypes.pythonapi.PyThreadState_SetAsyncExc, ctypes.py_object(_Overtime)
        there, here = ctypes.c_ulong(thread), ctypes.c_ulong(threading.get_ident())
        end(there, overtime)
        if job.is_done:
            # The thread waits for the condition that is held here, and would never give it back.
            end(there, None)
            # Until any thread meets an exception Python looks for the one that was taken back at
            # every turn, and no call begins that is traced (CPython 3.11), as one might be here.
            try:
                end(here, overtime)
                for _ in range(1000):
                    pass  # it comes here
            except _Overtime:
                pass
        job.refuse()

    def _charge(self, job: _Job) -> None:
        if job.name != EVERYONE:
            self._taken[job.name] += perf_counter() - job.started

    def _priority(self, lane: tuple[bool, str]) -> float:
        is_slow, name = lane
        taken = self._taken[name]
        return min(taken + SLOW_WAITS, self._jobs[lane][0].latest) if is_slow else taken

    def _run(self) -> None:
        with contextlib.suppress(_Overtime):
            while self._has_done_next(threading.get_ident()):
                pass
            for _ in range(1000):
                pass  # what ends this thread may be on its way

    def _has_done_next(self, thread: int) -> bool:
        """Do what is next; False where another thread goes on."""
        with self._news:
            is_mine = self._taker is threading.current_thread()
            while is_mine and not self._jobs:
                self._news.wait()
                is_mine = self._taker is threading.current_thread()
            if not is_mine:
                return False
            lane = min(self._jobs, key=self._priority)
            job = self._jobs[lane].popleft()
            if not self._jobs[lane]:
                del self._jobs[lane]
            self._now = max(self._taken[job.name], self._now)
            job.started = perf_counter()
            self._at[thread] = job
        job.do()
        job.is_done = True
        with self._news:
            if self._at.get(thread) is not job:
                return False
            del self._at[thread]
            self._charge(job)
        return True

    def close(self) -> None:
        """End the thread, after the work that it is at."""
        with self._news:
            self._taker = None
            self._news.notify_all()
