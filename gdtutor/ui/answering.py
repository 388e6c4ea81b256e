"""Answers to actions: what they lead to, and a thread for those that take long."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from time import perf_counter
from typing import Generic, TypeVar

from textual.geometry import Size

from gdtutor.drive.background import Job
from gdtutor.drive.effects import Outside, answered
from gdtutor.session.commands import command_for
from gdtutor.session.effects import Effect, KeepAttempt, OwnEffect
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Snapshot, Status, Walk
from gdtutor.session.trials import Swept
from gdtutor.session.update import Action, Progressed, settled, update
from gdtutor.ui.app import TutorApp
from gdtutor.values import Struct
from gdtutor.view.frame import Chars, Frame, Line
from gdtutor.view.lines import line
from gdtutor.view.screen import shown

T = TypeVar("T")


def habit_of(session: Session, action: Action) -> Hashable:
    """Return as what an action is done again and again, about as quickly each time; None for what
    is never like the last time."""
    match action:
        case Progressed(Snapshot(status=Status.RUNNING)) | Swept(status=Status.RUNNING):
            path = session.lesson.path if isinstance(session, Walk) else None
            return type(action), session.screen, path
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
    at = f", from iteration {session.moment.iteration}" if isinstance(session, Walk) else ""
    leaves = "Ctrl-C" if prompt is not None else "q"
    return line(f" Computing: {what}{at} {chars.ellipsis} keys wait, {leaves} leaves")


class Services(Struct, frozen=True):
    """What the program needs from outside; tests pass their own."""

    outside: Outside = Outside()
    save: Callable[[Session], None] = lambda _: None
    """Keeps where the learner is; returns at once."""
    saved: Callable[[], Action | None] | None = None
    """Says what a save of the open file came to, None where there was none; None: not watched."""
    keep: Callable[[KeepAttempt], None] = lambda _: None
    """Keeps an answer to a question; returns at once."""
    listen: Callable[[Callable[[str, str], None]], None] = lambda _: None
    """Has a function called, from any thread, with how far saving has come and a message."""


class Answer(Struct, frozen=True, eq=False):
    """What an action leads to."""

    effects: tuple[OwnEffect, ...]
    session: Session
    frame: Frame | None
    """What shows it; None while the size is not known."""


class Computing:
    """Computes answers.

    Args:
        services: What is needed from outside.
        chars: The characters of the terminal.
    """

    def __init__(self, services: Services, chars: Chars) -> None:
        self._services, self._chars = services, chars

    def answer(self, before: Session, action: Action, size: Size) -> Answer:
        """Compute what an action leads to, with the frame that shows it; in any thread."""
        return self._answer(*update(before, action), size)

    def shown(self, session: Session, size: Size) -> Answer:
        """Return what shows a session, with what its picture waits for."""
        return self._answer(*settled(session, session), size)

    def _answer(self, updated: Session, effects: tuple[Effect, ...], size: Size) -> Answer:
        """Return what shows a session after what it requests; no frame while there is no size."""
        session, left = answered(updated, effects, self._services.outside)
        if not all(size):
            return Answer(left, session, None)
        return Answer(left, *shown(session, *size, self._chars))


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
            job = Job(work, lambda job: self._app.call_later(self._ended, job), pass_on)
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
