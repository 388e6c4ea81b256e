"""The training worker: one thread that trains a run, or a sweep, in bursts and publishes news."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from gdtutor.drive.background import Job
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import Train
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Snapshot, Status
from gdtutor.session.training import catch_up, seconds_watched, watched_by
from gdtutor.session.trials import Swept, news_of
from gdtutor.session.update import Failed, Progressed
from gdtutor.ui.app import TutorApp
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.training.run import Run
    from gdtutor.training.sweep import Sweep

SWITCH_EVERY = 0.0005
"""Seconds that the worker computes before it lets the screen have its turn."""
WATCH_EVERY = 0.02
"""Seconds for which it waits where a run that is watched is too fast."""
LONGEST_PAUSE = 0.1
"""Seconds for which the worker stands aside at most, whatever becomes of the key."""

News = Progressed | Swept | Failed
Stop = threading.Event
"""What ends a job of the worker, and tells it from every other one."""


class Trainer:
    """Trains at most one run, or one sweep, at a time; what it publishes never changes afterwards.

    News are made when somebody has asked for them, so that there are as many as are shown.
    """

    def __init__(
        self, clock: Callable[[], float] = perf_counter, longest_pause: float = LONGEST_PAUSE
    ) -> None:
        self.is_working = False
        """Whether the worker has something to do."""
        self._news: News | None = None
        self._asked = threading.Event()
        self._clock = clock
        self._usual_interval = sys.getswitchinterval()
        self._job: Stop | None = None
        self._longest_pause = longest_pause
        self._is_open: Callable[[], bool] = lambda: True
        self._turn = threading.Lock()
        self._way = threading.Event()
        self._way.set()

    def stand_aside(self) -> None:
        """Let the worker wait after the burst it is in: a frame is made in some milliseconds by one
        thread, in ten times as long by two that take turns, while training gains next to nothing.
        """
        self._way.clear()

    def go_on(self) -> None:
        """Let the worker go on; the frame is made."""
        self._way.set()

    def news(self) -> News | None:
        """Return what was published last, and ask for more."""
        self._asked.set()
        return self._news

    def start(self, app: TutorApp, before: Snapshot, wish: Train) -> None:
        """Train a run on; what the worker does stops first."""
        self._begin(app, lambda job: self._train(job, before, wish))

    def sweep(self, app: TutorApp, sweep: Sweep) -> None:
        """Train several runs side by side; what the worker does stops first."""
        self._begin(app, lambda job: self._sweep(job, sweep))

    def pause(self) -> None:
        """Let the worker stop after the burst it is in."""
        if self._job is not None:
            self._job.set()
        self._way.set()

    def _begin(self, app: TutorApp, work: Callable[[Stop], None]) -> None:
        self.pause()
        job = Stop()
        self._is_open = lambda: app.is_running
        self._job, self._news, self.is_working = job, None, True
        self._asked.set()
        pass_on = app.passing_on()
        Job(lambda: self._yielding(work, job), lambda ended: app.call_later(ended.result), pass_on)

    def _yielding(self, work: Callable[[Stop], None], job: Stop) -> None:
        """Work, once the job before has left its burst: the two may train the same run.

        Meanwhile the interpreter changes threads more often, so that keys wait less. What the
        settings are to blame for is told; a bug ends the program.
        """
        with self._turn:
            sys.setswitchinterval(SWITCH_EVERY)
            try:
                work(job)
            except GdTutorError as error:
                self._publish(job, Failed(str(error)))
            finally:
                if self._job is job:
                    sys.setswitchinterval(self._usual_interval)
                    self.is_working = False

    def _publish(self, job: Stop, news: News) -> None:
        """Put out news, unless another job has taken this one's place."""
        if self._job is job:
            self._news = news

    def _deadline(self, job: Stop, news: Callable[[], News]) -> Callable[[], bool]:
        """Return what training asks between bursts: it publishes, and says whether to stop."""

        def is_over() -> bool:
            if self._asked.is_set() and self._job is job:
                self._asked.clear()
                self._publish(job, news())
            self._way.wait(self._longest_pause)
            return job.is_set() or not self._is_open()

        return is_over

    def _sweep(self, job: Stop, sweep: Sweep) -> None:
        is_over = self._deadline(job, lambda: news_of(sweep, Status.RUNNING))
        sweep.advance(deadline=is_over, clock=self._clock)
        self._publish(job, news_of(sweep, Status.PAUSED))

    def _watched(self, run: Run, is_over: Callable[[], bool], job: Stop) -> None:
        """Train to the end as slowly as a run is watched, from where it is."""
        whole = run.last_iteration
        started = self._clock() - seconds_watched(run.farthest, whole)
        while run.stopped_by is None and not is_over():
            due = watched_by(self._clock() - started, whole)
            if due > run.farthest:
                run.advance(due - run.farthest, deadline=is_over, clock=self._clock)
            else:
                job.wait(WATCH_EVERY)

    def _train(self, job: Stop, before: Snapshot, wish: Train) -> None:
        run, iterations = wish.run, wish.iterations
        started, first = self._clock(), len(run.costs)

        def news(status: Status | None) -> News:
            seconds = max(self._clock() - started, 1e-9)
            snapshot = snapshot_of(run, status)
            speed, taken = (len(snapshot.costs) - first) / seconds, before.seconds + seconds
            return Progressed(replace(snapshot, seconds=taken, epochs_per_second=speed))

        is_over = self._deadline(job, lambda: news(Status.RUNNING))
        if wish.is_slow:
            self._watched(run, is_over, job)
        else:
            run.advance(
                iterations=iterations,
                deadline=is_over,
                beyond=iterations is not None,
                clock=self._clock,
            )
        catch_up(wish, is_over, self._clock)
        if self._job is job:
            self._publish(job, news(None))
