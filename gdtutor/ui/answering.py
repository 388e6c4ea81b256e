"""Answers to actions: what they lead to, and a thread for those that take long."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from pathlib import Path
from time import perf_counter
from typing import Generic, TypeVar

from textual.geometry import Size

from gdtutor.drive.background import Job
from gdtutor.drive.saved_playground import written
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.commands import command_for
from gdtutor.session.effects import Effect, KeepAttempt, OpenLesson, TimeExamples
from gdtutor.session.handlers import Handlers, carried_out, nothing
from gdtutor.session.opening import Opened, Resumed
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Snapshot, Status, Walk
from gdtutor.session.sweeps import Swept
from gdtutor.session.update import Action, Progressed, Timed, Told, settled, update
from gdtutor.training.timing import time_examples
from gdtutor.ui.app import TutorApp
from gdtutor.values import Struct
from gdtutor.view.frame import Chars, Frame, Line
from gdtutor.view.lines import line
from gdtutor.view.scrolling import shown

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

    open_lesson: Callable[[Path], Opened]
    """Reads a lesson and makes its run; raises GdTutorError."""
    save: Callable[[Session], None] = lambda _: None
    """Keeps where the learner is; returns at once."""
    saved: Callable[[], Action | None] | None = None
    """Says what a save of the open file came to, None where there was none; None: not watched."""
    keep: Callable[[KeepAttempt], None] = lambda _: None
    """Keeps an answer to a question; returns at once."""
    listen: Callable[[Callable[[str, str], None]], None] = lambda _: None
    """Has a function called, from any thread, with how far saving has come and a message."""
    resume: Callable[[Path, str], Walk] | None = None
    """Opens a lesson at the place that a command line names; raises GdTutorError."""


class Answer(Struct, frozen=True, eq=False):
    """What an action leads to."""

    updated: Session
    """Before the effects that are computed, such as a lesson opened."""
    effects: tuple[Effect, ...]
    session: Session
    """After them."""
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
        self._handlers = Handlers(
            open_lesson=self._opened,
            time_examples=_timed,
            write_lesson=lambda session, effect: update(session, written(effect))[0],
            # The screens' own thread does what is done outside.
            train=nothing,
            sweep_runs=nothing,
            pause_training=nothing,
            save_place=nothing,
            copy_text=nothing,
            show_palette=nothing,
            keep_attempt=nothing,
            quit=nothing,
        )

    def answer(self, before: Session, action: Action, size: Size) -> Answer:
        """Compute what an action leads to, with the frame that shows it; in any thread."""
        return self._answer(*update(before, action), size)

    def shown(self, session: Session, size: Size) -> Answer:
        """Return what shows a session, with what its picture waits for."""
        return self._answer(*settled(session, session), size)

    def _answer(self, updated: Session, effects: tuple[Effect, ...], size: Size) -> Answer:
        """Return what shows a session after its effects; no frame while there is no size."""
        session = carried_out(updated, effects, self._handlers)
        if not all(size):
            return Answer(updated, effects, session, None)
        return Answer(updated, effects, *shown(session, *size, self._chars))

    def _opened(self, session: Session, effect: OpenLesson) -> Session:
        resume, path, command = self._services.resume, Path(effect.path), effect.command
        try:
            if command and resume is not None:
                actions = self._resumed(path, command, resume)
            else:
                actions = (self._services.open_lesson(path),)
        except GdTutorError as error:
            actions = (Told(str(error), is_error=True),)
        for action in actions:
            session, _ = update(session, action)
        return session

    def _resumed(
        self, path: Path, command: str, resume: Callable[[Path, str], Walk]
    ) -> tuple[Action, ...]:
        try:
            return (Resumed(resume(path, command)),)
        except GdTutorError as error:
            # The lesson was changed since, or the place is too far: the lesson is not gone.
            opened = self._services.open_lesson(path)
            return opened, Told(f"Where you left off: {error}", is_error=True)


def _timed(session: Session, effect: TimeExamples) -> Session:
    timings = time_examples(effect.problem, effect.parameters, effect.sizes, perf_counter)
    return update(session, Timed(timings))[0]


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
