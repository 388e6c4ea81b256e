"""Answers to keys are computed in a thread where they take long, so that the screens hear keys."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

from gdtutor.drive.background import Job
from gdtutor.ui.app import TutorApp

T = TypeVar("T")


class Answering(Generic[T]):
    """Computes one answer at a time.

    One that is there soon is taken at once, as if it had been computed by the screens' own thread.

    Args:
        app: Whose thread asks, and takes the answers.
        take: Takes an answer.
        wait: Tells that an answer takes longer.
    """

    def __init__(self, app: TutorApp, take: Callable[[T], None], wait: Callable[[], None]) -> None:
        self._app, self._take, self._wait = app, take, wait
        self._job: Job[T] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being computed; nothing else can be asked for meanwhile."""
        return self._job is not None

    def ask(self, work: Callable[[], T]) -> None:
        """Compute an answer, and have it taken now or later."""
        patience = self._app.looks.patience
        if math.isinf(patience):
            self._take(work())
            return
        pass_on = self._app.passing_on()
        job = Job(work, lambda: pass_on(lambda: self._app.call_later(self._ended, job)))
        if job.wait(patience):
            self._take(job.result())
            return
        self._job = job
        self._wait()

    def _ended(self, job: Job[T]) -> None:
        if self._job is job:
            self._job = None
            self._take(job.result())
