"""Students' training, in a process beside the event loop.

Runs go to that process, a slice of each at a time, and come back by value, so that what one student
trains is nobody else's run.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from time import perf_counter

from gdtutor.classroom.seats import Work
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import Effect, Train
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Snapshot, Status, Walk, is_training
from gdtutor.session.update import Progressed, Told, update
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace

WORKERS = 1
MOST_BEFORE = 2
"""Runs that are trained before a student's, beyond which the student is told."""
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
