"""The one function that changes the state: update(session, action) gives state and effects."""

from __future__ import annotations

from typing import overload

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import LessonEntry
from gdtutor.session.challenge import Challenge
from gdtutor.session.effects import Effect, PauseTraining, Result, SweepRuns, Train
from gdtutor.session.figures import measurements_due
from gdtutor.session.library import with_finish, with_place
from gdtutor.session.moving import moved
from gdtutor.session.navigation import said
from gdtutor.session.opening import (
    Broke,
    Opened,
    Reloaded,
    Resumed,
    arrived,
    is_elsewhere,
    opened,
    placed_at,
    reloaded,
)
from gdtutor.session.predict import posed
from gdtutor.session.press import Press
from gdtutor.session.pressing import pressed
from gdtutor.session.state import Screen, Session, Snapshot, Walk, current_step, is_training
from gdtutor.session.story import step_on
from gdtutor.session.tasks import judged
from gdtutor.session.training import sweep_news
from gdtutor.session.trials import Swept, trial_news, with_trial, without_trials
from gdtutor.session.works_in_runs import NO_CURVE
from gdtutor.training.timing import Timing
from gdtutor.values import Struct, replace

AUTO_STOPS = "Auto-play stops at the question."
_UNASKED = "Predict mode asks at single steps alone: these values show unasked."


class Tick(Struct, frozen=True):
    """Auto-play's clock struck."""


class Progressed(Struct, frozen=True, eq=False):
    """The worker published a snapshot of the run."""

    snapshot: Snapshot


class Failed(Struct, frozen=True):
    """The worker cannot do what was asked of it; it rests."""

    message: str


class Told(Struct, frozen=True):
    """The outside has a line for the learner."""

    message: str
    is_error: bool = False


class StopOpened(Struct, frozen=True, eq=False):
    """Somebody opens a place as it is, such as a stop of a talk."""

    session: Walk


class Posed(Struct, frozen=True):
    """Somebody asks a question of their own: a teacher's class, about a step of this iteration."""

    challenge: Challenge


class Timed(Struct, frozen=True):
    """The outside has timed a loop over the examples against one pass."""

    timings: tuple[Timing, ...]


class Kept(Struct, frozen=True):
    """The store says how far saving has come."""

    word: str
    """`saved`, or what it is instead."""
    message: str = ""
    """What the learner should know; empty where there is nothing."""


class Counted(Struct, frozen=True):
    """The lessons of the library were opened once, and their steps counted."""

    entries: tuple[LessonEntry, ...]


Action = (
    Press | Tick | Opened | Resumed | Progressed | Swept | Failed | Kept | Told | Timed | Reloaded
    | Broke | Counted | Posed | StopOpened
)  # fmt: skip


@overload
def update(session: Walk, action: Action) -> tuple[Walk, tuple[Effect, ...]]: ...
@overload
def update(session: Session, action: Action) -> Result: ...
def update(session: Session, action: Action) -> Result:
    """Return the state after an action, and what the outside has to do; a walk stays one."""
    return settled(session, *_updated(session, action))


def settled(before: Session, after: Session, effects: tuple[Effect, ...] = ()) -> Result:
    """Return the session with what follows from any change: lessons finished, tasks done, and what
    its picture has computed.
    """
    after, kept = judged(before, with_finish(after))
    after, trying = with_trial(before, after, effects)
    return after, (*effects, *kept, *trying, *measurements_due(after))


def _updated(session: Session, action: Action) -> Result:
    match action:
        case Press():
            after, effects = pressed(session, action)
            return _without_old_run(session, _with_unasked(session, after), effects)
        case Opened() | Resumed():
            return arrived(with_place(session), action), ()
        case Kept():
            kept = replace(session, saving=action.word)
            return (said(kept, action.message, error=True) if action.message else kept), ()
        case Counted():
            return replace(session, library=replace(session.library, entries=action.entries)), ()
        case Told():
            return said(session, action.message, error=action.is_error), ()
        case StopOpened():
            return _without_old_run(session, placed_at(session, action.session), ())
        case Reloaded():
            return _saved(session, action)
        case Broke():
            is_other = is_elsewhere(session, action.path)
            return (session if is_other else replace(session, broken=action.reports)), ()
        case _:
            return _walked(session, action) if isinstance(session, Walk) else (session, ())


def _walked(session: Walk, action: Tick | Progressed | Swept | Failed | Timed | Posed) -> Result:
    match action:
        case Tick():
            return _played(session), ()
        case Progressed():
            return progressed(session, action.snapshot), ()
        case Swept():
            tried = trial_news(session, action)
            return sweep_news(session, action) if tried is None else (tried, ())
        case Failed():
            rests = without_trials(session.with_train(sweeping=None).paused())
            return said(rests, action.message, error=True), ()
        case Posed():
            return _posed(session, action.challenge), ()
        case Timed():
            return replace(session, timings=action.timings), ()


def _posed(session: Walk, challenge: Challenge) -> Walk:
    """Return the session at the step of a question, which is open."""
    # The next node is asked for at the step before it.
    number = challenge.step.number - (not challenge.hides)
    walk = moved(replace(session, screen=Screen.STUDY), session.moment.iteration, number)
    return posed(walk, challenge)


def _played(session: Walk) -> Walk:
    """Take auto-play's next step; a question ends it, which only the learner answers, and a blank
    screen holds it up.
    """
    is_typing = session.prompt is not None or session.look.is_blank
    if not session.auto.is_on or session.screen is not Screen.STUDY or is_typing:
        return session
    try:
        after = step_on(replace(session, message="", is_error=False, command=""), 1)
        if after.prompt is not None:
            return replace(after, prompt=replace(after.prompt, error=AUTO_STOPS))
        if not after.look.is_closing:
            return after
        rests = replace(after, auto=replace(after.auto, is_on=False))
        return said(rests, "Auto-play has come to the end of the story.")
    except GdTutorError as error:
        still = replace(session, auto=replace(session.auto, is_on=False))
        return said(still, str(error), error=True)


def progressed(session: Walk, snapshot: Snapshot) -> Walk:
    """Take a snapshot of the run that is trained; one of a run that was reset or changed meanwhile
    comes too late.
    """
    if snapshot.of is not session.run or not session.train.is_running:
        return session
    if session.train.snapshot.stopped_by == "key" and not snapshot.is_at_end:
        # The worker knows that it stopped, not why.
        snapshot = replace(snapshot, stopped_by="key")
    is_past = session.message == NO_CURVE and len(snapshot.costs)
    message = "" if is_past else session.message
    return replace(session.with_train(snapshot=snapshot), message=message)


def _saved(session: Session, action: Reloaded) -> Result:
    if is_elsewhere(session, action.lesson.path):
        return session, ()
    if not isinstance(session, Walk):
        new = opened(session, Opened(action.lesson, action.run, session.seed))
        return said(new, action.warned) if action.warned else new, ()
    return _without_old_run(session, reloaded(session, action), ())


def _without_old_run(before: Session, after: Session, effects: tuple[Effect, ...]) -> Result:
    """Let the worker stop where what it trains has been replaced or taken away."""
    if not isinstance(before, Walk) or not isinstance(after, Walk):
        return after, effects
    goes_on = any(isinstance(effect, Train | SweepRuns) for effect in effects)
    was_running = is_training(before) and after.run is not before.run
    was_sweeping = before.train.sweeping is not None and after.train.sweeping is None
    if goes_on or PauseTraining() in effects or not (was_running or was_sweeping):
        return after, effects
    return after.paused(), (*effects, PauseTraining())


def _with_unasked(before: Session, after: Session) -> Session:
    """Say in predict mode that a jump, which asks nothing, shows what a step would ask for."""
    if not isinstance(before, Walk) or not isinstance(after, Walk) or after.message:
        return after
    is_same = after.run is before.run and after.look.unfolded == before.look.unfolded
    is_on = (after.moment.iteration, after.step) > (before.moment.iteration, before.step)
    is_shown = after.challenge is None and after.screen is Screen.STUDY
    step = current_step(after)
    is_jump = after.predict and is_same and is_on and is_shown and step is not None and step.node
    return said(after, _UNASKED) if is_jump else after
