"""What runs while the screens are open: keys become actions, actions a session, that a frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import thread_time
from typing import assert_never

from textual.geometry import Size
from textual.timer import Timer

from gdtutor.drive.background import Job
from gdtutor.library.lessons import counted
from gdtutor.session import effects
from gdtutor.session.catalogue import Library
from gdtutor.session.opening import has_opened, whereabouts
from gdtutor.session.press import Press
from gdtutor.session.prompting import MAX_INPUT
from gdtutor.session.state import Playing, Screen, Session, Walk
from gdtutor.session.training import awaits
from gdtutor.session.update import Action, Counted, Kept, Tick, update
from gdtutor.ui.answering import Answer, Answering, Computing, Services, habit_of, waiting_line
from gdtutor.ui.app import TutorApp
from gdtutor.ui.trainer import News, Trainer
from gdtutor.view.frame import Frame
from gdtutor.view.lines import fitted

MOST_WAITING = 64
"""Keys that wait for an answer at most; what is pressed beyond them is dropped."""
TIMES_A_FRAME = 5
"""How many times what a frame takes training has before the next one: five sixths of all time."""
LOOK_EVERY = 0.25
"""Seconds between two looks at a watched file."""
_AFTER_TRAINING = frozenset({"escape", "S", "up", "down"})
"""Keys of a training screen that lead to something else before it has come to what was asked for:
the walk may change the run, another sweep takes the worker, and the list of runs is a sweep's.
"""


class Program:
    """Holds the session; has no other state but the clockwork.

    Args:
        app: Where frames are shown and clocks are kept.
        session: What is shown first.
        services: What is needed from outside.
        presses: Keys that are pressed at the start.
    """

    has_palette = True

    def __init__(
        self, app: TutorApp, session: Session, services: Services, presses: tuple[Press, ...] = ()
    ) -> None:
        self.session = session
        self._app = app
        self._services = services
        self._computing = Computing(services, app.looks.chars)
        self._script = list(presses)
        self._is_in_script = False
        self._trainer = Trainer()
        self._poll: Timer | None = None
        self._heard: News | None = None
        self._auto: Timer | None = None
        self._counts_steps = False
        self._is_answering = False
        self._answering: Answering[Answer] = Answering(app, self._take, self._tell_waiting)
        self._computes: Action | None = None
        self._waiting: list[Action] = []
        self._frame: Frame | None = None
        self._arrived = whereabouts(session)
        self._wanted_size: Size | None = None
        self._pass_on: Callable[[Callable[[], object]], None] = lambda _: None

    def begin(self) -> None:
        """Press the keys that were asked for, and listen to the outside."""
        self._pass_on = self._app.passing_on()
        self._services.listen(
            lambda word, message: self._pass_on(lambda: self.act(Kept(word, message)))
        )
        self._press_script()
        self._count_steps()
        if self._services.saved is not None:
            self._app.set_interval(LOOK_EVERY, self._look_at_file)

    def _press_script(self) -> None:
        """Press the keys that were asked for, as far as they need not wait.

        One of `_AFTER_TRAINING` waits for the iteration or the sweep that was asked for before it.
        """
        if self._is_in_script:
            return
        self._is_in_script = True
        while self._script and not self._answering.is_busy:
            if self._script[0].key in _AFTER_TRAINING and awaits(self.session):
                break
            self.press(self._script.pop(0))
        self._is_in_script = False

    def _look_at_file(self) -> None:
        action = self._services.saved() if self._services.saved is not None else None
        if action is not None:
            self.act(action)

    def press(self, press: Press) -> None:
        """Answer a key; training stands aside until the answer is painted.

        While another answer is being computed, keys wait, but for those that leave.
        """
        if self._answering.is_busy:
            types = self.session.prompt is not None
            if press.key == "ctrl+c" or (press.key == "q" and not types):
                self._app.leave(effects.Quit().code)
            elif len(self._waiting) < MOST_WAITING:
                self._waiting.append(press)
            return
        self._trainer.stand_aside()
        self._is_answering = True
        self.act(press)

    def paste(self, text: str) -> None:
        """Type the first line of a pasted text where something is asked for.

        Elsewhere its characters would be keys, which nobody meant to press.
        """
        lines = text.strip().splitlines()
        if self.session.prompt is None or not lines or self._answering.is_busy:
            return
        *before, last = (Press(character, character) for character in lines[0][:MAX_INPUT])
        for press in before:
            # An input that is typed into has no effects; all of it is painted with its end.
            self.session, _ = update(self.session, press)
        self.press(last)

    def painted(self) -> None:
        """Hear that a frame is painted."""
        self._is_answering = False
        self._trainer.go_on()

    def act(self, action: Action) -> None:
        """Do an action: change the state, carry out its effects, paint.

        While another is being computed it waits for its turn.
        """
        if self._answering.is_busy:
            if not isinstance(action, Tick):
                self._waiting.append(action)
            return
        before, size = self.session, self._app.room
        self._computes = action
        work = partial(self._computing.answer, before, action, size)
        self._answering.ask(work, habit_of(before, action))

    def _take(self, answer: Answer) -> None:
        """Stand where an answer leads to, and show it; then answer what came meanwhile."""
        before = self.session
        # The playground is a new lesson with every change, and stays where the learner is.
        if has_opened(before, answer.session) and not isinstance(answer.session, Playing):
            # While it trains nothing is saved, so what it has come to is behind.
            self._save()
            self._arrived = whereabouts(answer.session)
        self.session = answer.session
        for effect in answer.effects:
            self._carry_out(effect)
        if whereabouts(before) != whereabouts(self.session):
            self._save()
        self._keep_time(before)
        self._count_steps()
        if answer.frame is not None:
            self._frame = answer.frame
            self._app.show(answer.frame)
        size, self._wanted_size = self._wanted_size, None
        if size is not None:
            self.paint(size)
        while self._waiting and not self._answering.is_busy:
            action = self._waiting.pop(0)
            if isinstance(action, Press):
                self.press(action)
            else:
                self.act(action)
        self._press_script()

    def _carry_out(self, effect: effects.OwnEffect) -> None:
        match effect:
            case effects.Train():
                if isinstance(self.session, Walk):
                    self._trainer.start(self._app, self.session.train.snapshot, effect)
                    self._poll_training()
            case effects.SweepRuns():
                self._trainer.sweep(self._app, effect.sweep)
                self._poll_training()
            case effects.PauseTraining():
                self._trainer.pause()
            case effects.CopyText():
                self._app.copy_to_clipboard(effect.text)
            case effects.ShowPalette():
                self._app.action_command_palette()
            case effects.KeepAttempt():
                self._services.keep(effect)
            case effects.Quit():
                self._app.leave(effect.code)
            case _:
                assert_never(effect)

    def _tell_waiting(self) -> None:
        """Say on the last line that an answer takes longer, and how to leave."""
        if self._frame is not None:
            chars = self._app.looks.chars
            told = waiting_line(self.session, self._computes, chars)
            whole = fitted(told, self._frame.width, chars)
            self._app.show(self._frame.covered(self._frame.height - 1, [whole]))

    def tidy(self) -> None:
        """Stop training and save the place."""
        self._trainer.pause()
        self._save()

    def _save(self) -> None:
        """Keep where the learner is; a lesson that was opened alone leaves the place before it."""
        if whereabouts(self.session) != self._arrived:
            self._arrived = ()
            self._services.save(self.session)

    def _poll_training(self) -> None:
        if self._poll is None:
            self._look_again(0.0)

    def _look_again(self, seconds: float) -> None:
        """Look at training once more, after so long at least."""
        wait = max(1 / self._app.looks.frames_per_second, seconds)
        self._poll = self._app.set_timer(wait, self._look_at_training)

    def _look_at_training(self) -> None:
        """Show the news, and look again unless none will come, once training has had the time of
        several frames.
        """
        self._poll, spent = None, thread_time()
        if self._shows_news() and self._poll is None:
            self._look_again(TIMES_A_FRAME * (thread_time() - spent))

    def _shows_news(self) -> bool:
        """Show the news of training where there are some; say whether others may come."""
        if self._answering.is_busy:
            return True
        if self._is_answering:
            # The key's frame comes first; these news wait for the next look, and no longer.
            self._is_answering = False
            return True
        # What is published last is published before the work ends.
        is_working = self._trainer.is_working
        news = self._trainer.news()
        if news is not None and news is not self._heard:
            self._heard = news
            self._trainer.stand_aside()
            self.act(news)
            self._trainer.go_on()
            # After the last news too: those of a sweep's end may begin other work.
            return True
        return is_working

    def _stop_polling(self) -> None:
        if self._poll is not None:
            self._poll.stop()
            self._poll = None

    def _count_steps(self) -> None:
        """Have the lessons' steps counted, once, when the library is seen."""
        if self.session.screen is Screen.LIBRARY and not self._counts_steps:
            self._counts_steps = True
            library, pass_on = self.session.library, self._app.passing_on()
            Job(lambda: self._counted(library, pass_on))

    def _counted(self, library: Library, pass_on: Callable[[Callable[[], object]], None]) -> None:
        """Count, in a thread; leaving ends it after the lesson that it is at."""
        found = tuple(counted(entry) for entry in library.entries if self._app.is_running)
        if len(found) == len(library.entries):
            pass_on(lambda: self.act(Counted(found)))

    def _keep_time(self, before: Session) -> None:
        """Start, stop or pace auto-play's clock where it changed."""
        if before.auto == self.session.auto:
            return
        if self._auto is not None:
            self._auto.stop()
            self._auto = None
        if self.session.auto.is_on:
            self._auto = self._app.set_interval(self.session.auto.seconds, lambda: self.act(Tick()))

    def paint(self, size: Size | None = None) -> None:
        """Show the session, at a size that the app may not have yet."""
        wanted, session = size or self._app.room, self.session
        if self._answering.is_busy:
            self._wanted_size = wanted
            return
        self._computes = None
        self._answering.ask(lambda: self._computing.shown(session, wanted))
