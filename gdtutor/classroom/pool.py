"""Students' training, in a process beside the event loop.

Runs go to that process, a slice of each at a time, and come back by value, so that what one student
trains is nobody else's run.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from time import perf_counter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from gdtutor.classroom.seats import Work
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import Effect, Train
from gdtutor.session.runs import curves_of
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Snapshot, Status, Walk, is_training
from gdtutor.session.trials import Swept
from gdtutor.session.update import Progressed, Told, update
from gdtutor.training.run import Run
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import Struct, replace

if TYPE_CHECKING:
    from gdtutor.training.stack import Member
    from gdtutor.training.sweep import Sweep

MOST_BEFORE = 2
"""Runs that are trained before a student's, beyond which the student is told."""
SLICE = 0.25
"""Seconds that one run is trained before the next one has its turn."""
MOST_SECONDS = 20.0
"""Seconds of training after which a student's run rests."""
MOST_RUNS, MOST_EPOCHS = 16, 400_000
"""Runs of a student's sweep, and the epochs that they may have together."""
MOST_SWEEPS = 8
"""Sweeps that go on where they were paused; of more the oldest begins anew."""


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
        run.advance(
            iterations=wanted,
            deadline=lambda: perf_counter() - started > seconds,
            beyond=until is not None,
            clock=perf_counter,
        )
    except GdTutorError as error:
        return str(error)
    is_over = run.stopped_by is not None or (until is not None and run.farthest >= until)
    snapshot = snapshot_of(run, None if is_over else Status.RUNNING)
    return Trained(run, replace(snapshot, of=None))


class SweepSlice(Struct, frozen=True, eq=False):
    """What a slice of a sweep has come to."""

    curves: tuple[TrainedCurve, ...]
    done: int
    """Epochs that its runs have done together."""
    is_done: bool


class _Trainer:
    """What the process does, one slice after the other."""

    def __init__(self) -> None:
        self._sweeps: dict[int, Sweep] = {}
        """Those begun last: their plans are too much to come and go."""

    def sweep(self, number: int, members: tuple[Member, ...], seconds: float) -> SweepSlice | str:
        """Train the runs of a sweep for a while."""
        # Stacked plans are imported with the first sweep, as elsewhere.
        from gdtutor.training.sweep import Sweep

        started = perf_counter()
        sweep = self._sweeps.pop(number, None) or Sweep(members)
        self._sweeps[number] = sweep
        if len(self._sweeps) > MOST_SWEEPS:
            del self._sweeps[next(iter(self._sweeps))]
        sweep.advance(deadline=lambda: perf_counter() - started > seconds, clock=perf_counter)
        return SweepSlice(curves_of(sweep), sweep.epochs[0], sweep.is_done)

    train = staticmethod(train_slice)


def _serve(pipe: Connection) -> None:
    """Do what comes through a pipe, until its other end is closed."""
    end_with_parent()
    trainer = _Trainer()
    with contextlib.suppress(EOFError):
        while True:
            what, arguments = pipe.recv()
            try:
                pipe.send(getattr(trainer, what)(*arguments))
            except Exception as error:  # what one student trains ends nobody else's training
                pipe.send(str(error))


class TrainingPool:
    """The process that trains; it is started at once, since none can be from within the screens."""

    def __init__(self) -> None:
        self.waiting = 0
        """Slices that are trained or wait for it."""
        context = multiprocessing.get_context("spawn")
        # A pipe and a thread that waits at it: queues have semaphores, which outlive a signal.
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._asking = ThreadPoolExecutor(1)
        self._numbers: WeakKeyDictionary[Sweep, int] = WeakKeyDictionary()
        self._sweeps = count()

    def _ask(self, *job: object) -> Any:
        try:
            self._pipe.send(job)
            return self._pipe.recv()
        except (EOFError, OSError):
            return "the class's training has ended"

    async def _answer(self, *job: object) -> Any:
        """Return what the process does with a job, when its turn comes, or why it cannot be."""
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._asking, self._ask, *job)
        finally:
            self.waiting -= 1

    async def train(self, run: Run, until: int | None, seconds: float = SLICE) -> Trained | str:
        """Train a slice of a run; return a copy that has it, or why not."""
        found: Trained | str = await self._answer("train", (run, until, seconds))
        if isinstance(found, str):
            return found
        return replace(found, snapshot=replace(found.snapshot, of=found.run))

    async def sweep(self, sweep: Sweep, seconds: float = SLICE) -> SweepSlice | str:
        """Train a slice of a sweep, which itself stays as it is; return how far it has come."""
        number = self._numbers.setdefault(sweep, next(self._sweeps))
        found: SweepSlice | str = await self._answer("sweep", (number, sweep.members, seconds))
        return found

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._asking.shutdown(wait=False, cancel_futures=True)


class SeatTraining(Struct, frozen=True, eq=False):
    """Trains what one student's walk asks for, slice by slice, while the student wants it."""

    pool: TrainingPool
    walk: Callable[[], Session | None]
    """Returns the student's own walk; None where there is none any more."""
    rests: Callable[[], bool]
    """Tells whether the student has paused, or is gone."""
    do: Callable[[Work], Awaitable[None]]
    """Has the walk computed anew, and waits for it."""

    async def sweep(self, sweep: Sweep) -> str:
        """Train the runs of a sweep; return why they cannot be trained, empty where they are."""
        own = self.walk()
        asked = own.train.sweeping if isinstance(own, Walk) else None
        if asked is not None and asked.sweep is sweep and len(sweep.members) > MOST_RUNS:
            return f"A sweep in a class has at most {MOST_RUNS} runs."
        if sweep.epochs[1] > MOST_EPOCHS:
            return f"Runs side by side have at most {MOST_EPOCHS:,} epochs in all in a class."
        left, status = MOST_SECONDS, Status.RUNNING
        while status is Status.RUNNING and _sweeps(self.walk(), sweep):
            await self._tell_waiting()
            found = await self.pool.sweep(sweep)
            if isinstance(found, str):
                return found if _sweeps(self.walk(), sweep) else ""
            left -= SLICE
            status = Status.PAUSED if self.rests() or left <= 0 else Status.RUNNING
            status = Status.FINISHED if found.is_done else status
            news = Swept(sweep, found.curves, found.done, status)
            await self.do(partial(update, action=news))
        return ""

    async def train(self, wish: Train) -> bool:
        """Train a copy of the run; say whether it could be trained."""
        run, left = wish.run, MOST_SECONDS
        until = None if wish.iterations is None else run.farthest + wish.iterations
        while _trains(self.walk(), run):
            await self._tell_waiting()
            found = await self.pool.train(run, until)
            if isinstance(found, str):
                return not _trains(self.walk(), run)
            left -= SLICE
            if (self.rests() or left <= 0) and found.snapshot.status is Status.RUNNING:
                paused = replace(found.snapshot, status=Status.PAUSED)
                found = replace(found, snapshot=paused)
            await self.do(partial(_with_trained, run=run, found=found))
            run = found.run
        return True

    async def _tell_waiting(self) -> None:
        if self.pool.waiting > MOST_BEFORE:
            told = f"{self.pool.waiting} runs are before yours; each is trained in turn."
            await self.do(partial(update, action=Told(told)))


def _sweeps(own: Session | None, sweep: Sweep) -> bool:
    """Tell whether a student's walk still has a sweep, and has it trained."""
    if not isinstance(own, Walk):
        return False
    sweeping = () if own.train.sweeping is None else (own.train.sweeping,)
    return any(
        one.sweep is sweep and one.status is Status.RUNNING for one in (*sweeping, *own.trials)
    )


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
