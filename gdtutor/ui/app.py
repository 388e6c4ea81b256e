"""The Textual app: keys become actions, actions make a session, the session is painted."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.command import Provider
from textual.geometry import Size
from textual.screen import Screen as TextualScreen
from textual.timer import Timer

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import (
    Effect,
    KeepAttempt,
    OpenLesson,
    PauseTraining,
    Quit,
    SavePlace,
    ShowPalette,
    SweepRuns,
    TimeExamples,
    Train,
)
from gdtutor.session.state import KeptCurve, Session, Status
from gdtutor.session.update import (
    Action,
    Kept,
    Opened,
    Press,
    Progressed,
    Resumed,
    Swept,
    Tick,
    Timed,
    Told,
    update,
)
from gdtutor.training.race import race
from gdtutor.ui.canvas import Canvas
from gdtutor.ui.colours import Colours
from gdtutor.ui.palette import CommandProvider
from gdtutor.ui.spans import SpansScreen
from gdtutor.ui.terminal import install_signal_handlers, watch_for_hangup
from gdtutor.ui.trainer import Trainer
from gdtutor.view.frame import Chars
from gdtutor.view.help import settled
from gdtutor.view.screen import frame_of

LOOK_EVERY = 0.25
"""Seconds between two looks at a watched file."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the app needs from outside; tests pass their own."""

    colours: Colours
    chars: Chars
    open_lesson: Callable[[Path], Opened]
    """Reads a lesson and makes its run; raises GdTutorError."""
    save: Callable[[Session], None]
    """Keeps where the learner is; returns at once."""
    frames_per_second: int = 10
    """At most so many paints of a running training."""
    saved: Callable[[], Action | None] | None = None
    """Says what a save of the open file came to, None where there was none; None: not watched."""
    handles_signals: bool = True
    """Whether hang-up and termination are caught; tests leave them alone."""
    keep: Callable[[KeepAttempt], None] = lambda _: None
    """Keeps an answer to a question; returns at once."""
    listen: Callable[[Callable[[str, str], None]], None] = lambda _: None
    """Has a function called, from any thread, with how far saving has come and a message."""
    resume: Callable[[Path, str], Session] | None = None
    """Opens a lesson at the place that a command line names; raises GdTutorError."""


def _place(session: Session) -> tuple[object, ...]:
    """Return what a saved place is made of; it is saved when any of it changes."""
    at = None if session.moment is None else session.moment.iteration
    lesson = None if session.lesson is None else session.lesson.id
    return lesson, at, session.step, session.changes, session.look, session.predict


class KeyScreen(SpansScreen, inherit_bindings=False):
    """The only screen; it hands every key to the app, so that Textual keeps none for itself."""

    def on_key(self, event: events.Key) -> None:
        """Hand a key to the state machine."""
        event.stop()
        event.prevent_default()
        app = self.app
        if isinstance(app, TutorApp):
            app.act(Press(event.key, event.character if event.is_printable else None))


class TutorApp(App[int], inherit_bindings=False):
    """Paints the session; holds no state of its own but the clockwork."""

    COMMANDS: ClassVar[set[type[Provider]]] = {CommandProvider}  # type: ignore[assignment]
    CSS = "Screen { overflow: hidden; }"

    def __init__(
        self, session: Session, services: Services, presses: tuple[Press, ...] = ()
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.theme = services.colours.theme
        self.session = session
        self._services = services
        self._presses = presses
        self._canvas = Canvas(services.colours, services.chars)
        self._trainer = Trainer()
        self._poll: Timer | None = None
        self._shown_curves: tuple[KeptCurve, ...] = ()
        self._auto: Timer | None = None

    def get_default_screen(self) -> TextualScreen[None]:
        """Return the screen that sends changed cells alone."""
        return KeyScreen()

    def compose(self) -> ComposeResult:
        """Yield the one widget."""
        yield self._canvas

    def on_mount(self) -> None:
        """Catch hang-up and termination; paint."""
        if self._services.handles_signals:
            loop = asyncio.get_running_loop()
            install_signal_handlers(loop, lambda number: self._leave(128 + number))
            if sys.__stdin__ is not None:
                watch_for_hangup(sys.__stdin__.fileno())
        self._paint()
        loop = asyncio.get_running_loop()
        self._services.listen(lambda word, message: self._hear(loop, word, message))
        for press in self._presses:
            self.act(press)
        if self._services.saved is not None:
            self.set_interval(LOOK_EVERY, self._look_at_file)

    def _look_at_file(self) -> None:
        action = self._services.saved() if self._services.saved is not None else None
        if action is not None:
            self.act(action)

    def _hear(self, loop: asyncio.AbstractEventLoop, word: str, message: str) -> None:
        """Pass on, from the writer's thread, how far saving has come."""
        # After the last key nobody is left to be told.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self.act, Kept(word, message))

    def on_resize(self, event: events.Resize) -> None:
        """Paint at the new size, which `size` does not have yet; the place stays."""
        self._paint(event.size)

    def act(self, action: Action) -> None:
        """Do an action: change the state, carry out its effects, paint."""
        before = self.session
        self.session, effects = update(before, action)
        for effect in effects:
            self._carry_out(effect)
        if _place(before) != _place(self.session):
            self._services.save(self.session)
        self._keep_time(before)
        self._paint()

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Quit():
                self._leave(effect.code)
            case OpenLesson():
                self._open(Path(effect.path), effect.command)
            case Train():
                self._trainer.start(self, self.session.training, effect)
                self._poll_training()
            case SweepRuns():
                self._trainer.sweep(self, effect.sweep)
                self._poll_training()
            case PauseTraining():
                self._trainer.pause()
            case ShowPalette():
                self.action_command_palette()
            case SavePlace():
                self._services.save(self.session)
            case KeepAttempt():
                self._services.keep(effect)
            case TimeExamples():
                heats = race(effect.problem, effect.parameters, effect.sizes, perf_counter)
                self.session, _ = update(self.session, Timed(heats))

    def _open(self, path: Path, command: str = "") -> None:
        try:
            opened: Action
            if command and self._services.resume is not None:
                opened = self._resumed(path, command, self._services.resume)
            else:
                opened = self._services.open_lesson(path)
        except GdTutorError as error:
            opened = Told(str(error), is_error=True)
        self.session, _ = update(self.session, opened)

    def _resumed(self, path: Path, command: str, resume: Callable[[Path, str], Session]) -> Action:
        try:
            return Resumed(resume(path, command))
        except GdTutorError:
            # The lesson was changed since: the place may be gone, the lesson is not.
            return self._services.open_lesson(path)

    def _leave(self, code: int) -> None:
        self._trainer.pause()
        self._services.save(self.session)
        self.exit(code, return_code=code)

    def _poll_training(self) -> None:
        if self._poll is None:
            interval = 1 / self._services.frames_per_second
            self._poll = self.set_interval(interval, self._look_at_training)

    def _look_at_training(self) -> None:
        curves = self._trainer.swept
        if curves != self._shown_curves:
            self._shown_curves = curves
            self.act(Swept(curves))
        snapshot = self._trainer.snapshot
        if snapshot is not None and snapshot is not self.session.training:
            self.act(Progressed(snapshot))
        is_training = snapshot is not None and snapshot.status is Status.RUNNING
        if not is_training and not self._trainer.is_sweeping:
            self._stop_polling()

    def _stop_polling(self) -> None:
        if self._poll is not None:
            self._poll.stop()
            self._poll = None

    def _keep_time(self, before: Session) -> None:
        """Start, stop or pace auto-play's clock where it changed."""
        if before.auto == self.session.auto:
            return
        if self._auto is not None:
            self._auto.stop()
            self._auto = None
        if self.session.auto.is_on:
            self._auto = self.set_interval(self.session.auto.seconds, lambda: self.act(Tick()))

    def _paint(self, size: Size | None = None) -> None:
        width, height = size or self.size
        if width and height:
            self.session = settled(self.session, width, height, self._services.chars)
            self._canvas.show(frame_of(self.session, width, height, self._services.chars))
