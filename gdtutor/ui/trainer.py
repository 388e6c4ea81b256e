"""The training worker: one thread that trains a run in bursts and publishes snapshots."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from textual.app import App
from textual.worker import get_current_worker

from gdtutor.session.state import Snapshot, Status
from gdtutor.session.training import snapshot_of
from gdtutor.training.run import Run

PUBLISH_EVERY = 0.05
"""Seconds between two snapshots."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A run to train on, and when to stop."""

    run: Run
    iterations: int | None
    stop: threading.Event


class Trainer:
    """Trains at most one run at a time; what it publishes never changes afterwards."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self.snapshot: Snapshot | None = None
        """What was published last."""
        self._clock = clock
        self._job: _Job | None = None

    def start(self, app: App[int], before: Snapshot, run: Run, iterations: int | None) -> None:
        """Train a run on in a thread of its own; a run in progress stops first."""
        self.pause()
        job = _Job(run, iterations, threading.Event())
        self._job = job
        self.snapshot = before
        app.run_worker(
            lambda: self._train(job, before),
            thread=True,
            exclusive=True,
            group="train",
            exit_on_error=False,
        )

    def pause(self) -> None:
        """Let the worker stop after the burst it is in."""
        if self._job is not None:
            self._job.stop.set()

    def _train(self, job: _Job, before: Snapshot) -> None:
        worker = get_current_worker()
        started = published = self._clock()
        first = len(job.run.costs)

        def is_over() -> bool:
            nonlocal published
            now = self._clock()
            if now - published >= PUBLISH_EVERY:
                published = now
                self._publish(job, before, started, first, Status.RUNNING)
            return job.stop.is_set() or worker.is_cancelled

        progress = job.run.advance(
            iterations=job.iterations, deadline=is_over, beyond=job.iterations is not None
        )
        is_done = progress.stopped_by is not None
        status = Status.FINISHED if is_done else Status.PAUSED
        self._publish(job, before, started, first, status)

    def _publish(
        self, job: _Job, before: Snapshot, started: float, first: int, status: Status
    ) -> None:
        """Put out a snapshot, unless another run has taken this one's place."""
        if self._job is not job:
            return
        seconds = max(self._clock() - started, 1e-9)
        snapshot = snapshot_of(job.run, status)
        self.snapshot = replace(
            snapshot,
            seconds=before.seconds + seconds,
            epochs_per_second=(len(snapshot.costs) - first) / seconds,
        )
