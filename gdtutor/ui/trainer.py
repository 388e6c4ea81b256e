"""The training worker: one thread that trains a run in bursts and publishes snapshots."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from textual.app import App
from textual.worker import get_current_worker

from gdtutor.session.effects import Train
from gdtutor.session.runs import curves_of
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import KeptCurve, Snapshot, Status
from gdtutor.session.training import catch_up
from gdtutor.training.run import Run

if TYPE_CHECKING:
    from gdtutor.training.sweep import Sweep

SWITCH_EVERY = 0.0005
"""Seconds that the worker computes before it lets the screen have its turn."""
PUBLISH_EVERY = 0.1
"""Seconds between two snapshots."""
LONGEST_PAUSE = 0.1
"""Seconds for which the worker stands aside at most, whatever becomes of the key."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What the worker does, until it is stopped."""

    stop: threading.Event


class Trainer:
    """Trains at most one run at a time; what it publishes never changes afterwards."""

    def __init__(
        self, clock: Callable[[], float] = perf_counter, longest_pause: float = LONGEST_PAUSE
    ) -> None:
        self.snapshot: Snapshot | None = None
        """What was published last."""
        self.swept: tuple[KeptCurve, ...] = ()
        """The curves of the last sweep, as far as they are."""
        self.is_sweeping = False
        self._clock = clock
        self._usual_interval = sys.getswitchinterval()
        self._job: _Job | None = None
        self._longest_pause = longest_pause
        self._way = threading.Event()
        self._way.set()

    def stand_aside(self) -> None:
        """Let the worker wait after the burst it is in: a key is answered sooner by one thread
        than by two that take turns. Painting what was trained holds up nothing.
        """
        self._way.clear()

    def go_on(self) -> None:
        """Let the worker go on; the key is answered."""
        self._way.set()

    def start(self, app: App[int], before: Snapshot, wish: Train) -> None:
        """Train a run on; what the worker does stops first."""
        self.snapshot = before
        self._begin(app, lambda job: self._train(job, before, wish))

    def sweep(self, app: App[int], sweep: Sweep) -> None:
        """Train several runs side by side; what the worker does stops first."""
        self.is_sweeping = True
        self._begin(app, lambda job: self._sweep(job, sweep))

    def _begin(self, app: App[int], work: Callable[[_Job], None]) -> None:
        self.pause()
        job = _Job(threading.Event())
        self._job = job
        app.run_worker(
            lambda: self._yielding(work, job),
            thread=True,
            exclusive=True,
            group="train",
            exit_on_error=False,
        )

    def _sweep(self, job: _Job, sweep: Sweep) -> None:
        worker = get_current_worker()
        published = self._clock()

        def is_over() -> bool:
            nonlocal published
            if self._clock() - published >= PUBLISH_EVERY and self._job is job:
                published = self._clock()
                self.swept = curves_of(sweep)
            self._way.wait(self._longest_pause)
            return job.stop.is_set() or worker.is_cancelled

        sweep.advance(deadline=is_over)
        if self._job is job:
            self.swept = curves_of(sweep)
        self.is_sweeping = False

    def _yielding(self, work: Callable[[_Job], None], job: _Job) -> None:
        """Work while the interpreter changes threads more often, so that keys wait less."""
        sys.setswitchinterval(SWITCH_EVERY)
        try:
            work(job)
        finally:
            if self._job is job:
                sys.setswitchinterval(self._usual_interval)

    def pause(self) -> None:
        """Let the worker stop after the burst it is in."""
        if self._job is not None:
            self._job.stop.set()
        self._way.set()

    def _train(self, job: _Job, before: Snapshot, wish: Train) -> None:
        worker, run, iterations = get_current_worker(), wish.run, wish.iterations
        started = published = self._clock()
        first = len(run.costs)

        def is_over() -> bool:
            nonlocal published
            now = self._clock()
            if now - published >= PUBLISH_EVERY:
                published = now
                self._publish(job, run, before, started, first, Status.RUNNING)
            self._way.wait(self._longest_pause)
            return job.stop.is_set() or worker.is_cancelled

        progress = run.advance(
            iterations=iterations, deadline=is_over, beyond=iterations is not None
        )
        catch_up(wish, is_over)
        is_done = progress.stopped_by is not None
        status = Status.FINISHED if is_done else Status.PAUSED
        self._publish(job, run, before, started, first, status)

    def _publish(
        self, job: _Job, run: Run, before: Snapshot, started: float, first: int, status: Status
    ) -> None:
        """Put out a snapshot, unless another run has taken this one's place."""
        if self._job is not job:
            return
        seconds = max(self._clock() - started, 1e-9)
        snapshot = snapshot_of(run, status)
        self.snapshot = replace(
            snapshot,
            seconds=before.seconds + seconds,
            epochs_per_second=(len(snapshot.costs) - first) / seconds,
        )
