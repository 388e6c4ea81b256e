"""Answers to keys are computed in a thread where they take long, so that the screens hear keys."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from time import perf_counter
from typing import Generic, TypeVar

from gdtutor.drive.background import Job
from gdtutor.session.commands import command_for
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Status
from gdtutor.session.sweeps import Swept
from gdtutor.session.update import Action, Progressed
from gdtutor.ui.app import TutorApp
from gdtutor.view.frame import Chars, Line
from gdtutor.view.lines import line

T = TypeVar("T")


def habit_of(session: Session, action: Action) -> Hashable:
    """Return as what an action is done again and again, about as quickly each time; None for what
    is never like the last time."""
    match action:
        case Progressed(snapshot) if snapshot.status is not Status.RUNNING:
            return None
        case Swept() if action.status is not Status.RUNNING:
            return None
        case Progressed() | Swept():
            lesson = session.lesson
            return type(action), session.screen, None if lesson is None else lesson.path
    return None


def waiting_line(session: Session, action: Action | None, chars: Chars) -> Line:
    """Return the line that says what takes long, and what leaves.

    Args:
        session: Before it.
        action: What is done; None where the screen is drawn anew.
        chars: The characters of the terminal.
    """
    what, prompt = "the screen", session.prompt
    if prompt is not None:
        is_sent = isinstance(action, Press) and action.key == "enter"
        what = (is_sent and prompt.text) or what
    elif isinstance(action, Press):
        command = command_for(session.screen, action.key)
        what = "the answer" if command is None else command.title.partition(";")[0]
    elif action is not None:
        what = "the screen" if session.screen is Screen.STUDY else "the course of training"
    at = "" if session.moment is None else f", from iteration {session.moment.iteration}"
    leaves = "Ctrl-C" if prompt is not None else "q"
    return line(f" Computing: {what}{at} {chars.ellipsis} keys wait, {leaves} leaves")


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
        self._quick: set[Hashable] = set()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being computed; nothing else can be asked for meanwhile."""
        return self._job is not None

    def ask(self, work: Callable[[], T], habit: Hashable = None) -> None:
        """Compute an answer, and have it taken now or later.

        Args:
            work: Computes it.
            habit: As what it is computed again and again: by the screens' own thread while the last
                of them was quick, since two threads that take turns with training take long.
        """
        patience, started = self._app.looks.patience, perf_counter()
        if math.isinf(patience) or habit in self._quick:
            answer = work()
        else:
            pass_on = self._app.passing_on()
            job = Job(work, lambda: pass_on(lambda: self._app.call_later(self._ended, job)))
            if not job.wait(patience):
                self._job = job
                self._wait()
                return
            answer = job.result()
        self._quick = {habit} - {None} if perf_counter() - started < patience else set()
        self._take(answer)

    def _ended(self, job: Job[T]) -> None:
        if self._job is job:
            self._job = None
            self._take(job.result())
