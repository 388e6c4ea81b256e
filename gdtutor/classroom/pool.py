"""Students' computing, off the event loop: their walks in a thread, training in a process.

Runs go to that process, a slice of each at a time, and come back by value, so that what one student
trains is nobody else's run.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from importlib import import_module
from time import perf_counter
from typing import TypeVar, cast

from gdtutor.classroom.seats import Work
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import Effect, Train
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Snapshot, Status, Walk, is_training
from gdtutor.session.update import Progressed, Told, update
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace

T = TypeVar("T")
_LATER = ("gdtutor.view.train", "gdtutor.view.help", "gdtutor.paint.plots")
EVERYONE = ""
"""The seat of what is computed for all who follow: it comes before any other."""
WORKERS = 1
MOST_BEFORE = 2
"""Runs that are trained before a student's, beyond which the student is told."""
TURN = 0.001
"""Seconds of computing beside the event loop after which it has its turn."""
SLICE = 0.25
"""Seconds that one run is trained before the next one has its turn."""
MOST_SECONDS = 20.0
"""Seconds of training after which a student's run rests."""


class Trained(Struct, frozen=True, eq=False):
    """What a slice of training has come to."""

    run: Run
    snapshot: Snapshot
    """Of that run; running where there is more to do."""


def train_slice(run: Run, until: int | None, seconds: float) -> Trained | str:
    """Train a run for a while; in the pool's process. Return why not where it cannot be.

    Args:
        run: The run.
        until: The iteration to end at; None for the end of its settings.
        seconds: How long.
    """
    started = perf_counter()
    wanted = None if until is None else until - run.farthest
    try:
        progress = run.advance(
            iterations=wanted,
            deadline=lambda: perf_counter() - started > seconds,
            beyond=until is not None,
            clock=perf_counter,
        )
    except GdTutorError as error:
        return str(error)
    status = Status.RUNNING
    if progress.stopped_by is not None:
        status = Status.FINISHED
    elif until is not None and run.farthest >= until:
        status = Status.PAUSED
    return Trained(run, replace(snapshot_of(run, status), of=None))


class TrainingPool:
    """The process that trains; it is started at once, since none can be from within the screens."""

    def __init__(self) -> None:
        self.waiting = 0
        """Slices that are trained or wait for it."""
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(WORKERS, context, initializer=end_with_parent)
        self._pool.submit(os.getpid)

    async def train(self, run: Run, until: int | None, seconds: float = SLICE) -> Trained | str:
        """Train a slice of a run, when its turn comes; return a copy that has it, or why not."""
        self.waiting += 1
        try:
            future = self._pool.submit(train_slice, run, until, seconds)
            found = await asyncio.wrap_future(future)
        except (BrokenProcessPool, RuntimeError):
            return "the class's training has ended"
        finally:
            self.waiting -= 1
        if isinstance(found, str):
            return found
        return replace(found, snapshot=replace(found.snapshot, of=found.run))

    def close(self) -> None:
        """End the process, after the slice that it is in."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Workbench:
    """A thread beside the event loop that computes for seats; whoever has taken least comes first.

    What a student's key asks for never holds up the class, and one who asks for much waits behind
    those who ask for little.
    """

    def __init__(self) -> None:
        self._jobs: dict[tuple[bool, str], deque[Callable[[], None]]] = {}
        """What waits, by whether it is slow, and the seat."""
        self._taken = {EVERYONE: -1.0}
        """Seconds that each seat has taken, at least as many as the seat served last had."""
        self._now = 0.0
        self._is_closed = False
        self._news = threading.Condition()
        # The event loop has its turn back within this time.
        sys.setswitchinterval(TURN)
        threading.Thread(target=self._run, name="workbench", daemon=True).start()

    async def does(self, name: str, work: Callable[[], T], *, is_slow: bool = False) -> T:
        """Return what some work of a seat comes to, computed in the thread.

        Args:
            name: The seat.
            work: What is computed.
            is_slow: Whether it waits for all that is not, as a plot does that is painted anew
                several times a second.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def tell(found: T | None, error: BaseException | None) -> None:
            if future.cancelled():
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
            self._jobs.setdefault(lane, deque()).append(job)
            self._news.notify()
        return await future

    def _run(self) -> None:
        for module in _LATER:
            # The first student who trains would have all others wait for them.
            import_module(module)
        while True:
            with self._news:
                self._news.wait_for(lambda: self._jobs or self._is_closed)
                if self._is_closed:
                    return
                lane = min(self._jobs, key=lambda one: (one[0], self._taken[one[1]]))
                name, job = lane[1], self._jobs[lane].popleft()
                if not self._jobs[lane]:
                    del self._jobs[lane]
            self._now = max(self._taken[name], self._now)
            started = perf_counter()
            job()
            if name != EVERYONE:
                self._taken[name] += perf_counter() - started

    def close(self) -> None:
        """End the thread, after the work that it is at."""
        with self._news:
            self._is_closed = True
            self._news.notify()


async def trained_in_turn(
    pool: TrainingPool,
    wish: Train,
    walk: Callable[[], Session | None],
    rests: Callable[[], bool],
    do: Callable[[Work], Awaitable[None]],
) -> bool:
    """Train a copy of a student's run, slice by slice, while the student wants it.

    Args:
        pool: What trains.
        wish: What is asked for.
        walk: Returns the student's own walk; None where there is none any more.
        rests: Tells whether the student has paused, or is gone.
        do: Has the walk computed anew, and waits for it.

    Returns:
        Whether it could be trained.
    """
    run, left = wish.run, MOST_SECONDS
    until = None if wish.iterations is None else run.farthest + wish.iterations
    while _trains(walk(), run):
        if pool.waiting > MOST_BEFORE:
            told = f"{pool.waiting} runs are before yours; each is trained in turn."
            await do(partial(update, action=Told(told)))
        found = await pool.train(run, until)
        if isinstance(found, str):
            return not _trains(walk(), run)
        left -= SLICE
        if (rests() or left <= 0) and found.snapshot.status is Status.RUNNING:
            paused = replace(found.snapshot, status=Status.PAUSED)
            found = replace(found, snapshot=paused)
        await do(partial(_with_trained, run=run, found=found))
        run = found.run
    return True


def _trains(own: Session | None, run: Run) -> bool:
    """Tell whether a student's walk still has a run, and has it trained."""
    return isinstance(own, Walk) and own.run is run and is_training(own)


def _with_trained(own: Session, run: Run, found: Trained) -> tuple[Session, tuple[Effect, ...]]:
    """Return a student's walk with what its run has come to, unless it has another one now."""
    if not isinstance(own, Walk) or not _trains(own, run):
        return own, ()
    original = found.run if own.original is run else own.original
    return update(replace(own, run=found.run, original=original), Progressed(found.snapshot))


def end_with_parent() -> None:
    """Have this process end where the class's does, whatever ended that."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
