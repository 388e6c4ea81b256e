"""Coming to a lesson: at its start, at a saved place, or where its run of this sitting waits."""

from __future__ import annotations

import numpy as np

from gdtutor.lesson.model import Lesson
from gdtutor.session.catalogue import Library
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.moving import moment_of
from gdtutor.session.navigation import said
from gdtutor.session.snapshots import at_rest
from gdtutor.session.state import (
    AutoPlay,
    Look,
    Screen,
    Session,
    Snapshot,
    Status,
    TrainLook,
    has_opening,
)
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace

MOST_VISITS = 3
"""Lessons whose runs are kept besides the open one; each may hold 64 MiB of states."""


class Opened(Struct, frozen=True, eq=False):
    """A lesson was read, and its run made."""

    lesson: Lesson
    run: Run
    seed: int | None = None


class Resumed(Struct, frozen=True, eq=False):
    """A lesson was opened at the place where the learner left it."""

    session: Session


def whereabouts(session: Session) -> tuple[object, ...]:
    """Return what a saved place is made of; there is something to save when any of it changes."""
    at = None if session.moment is None else session.moment.iteration
    lesson = None if session.lesson is None else session.lesson.id
    place = lesson, at, session.step, session.changes, session.look, session.predict
    if session.play is None:
        return place
    training = session.training
    # While it trains nothing is saved ten times a second.
    epochs = None if training.status is Status.RUNNING else len(training.costs)
    return (*place, session.play.playground, epochs)


def arrived(session: Session, action: Opened | Resumed) -> Session:
    """Return the session in a lesson; what was trained in the lesson left waits for a return."""
    match action:
        case Opened():
            after = opened(session, action)
        case Resumed():
            after = resumed(session, action.session)
    waiting = next((visit for visit in session.visits if _is_same(visit, after)), None)
    if waiting is not None:
        after = _returned(session, waiting)
    elif session.training.status is Status.RUNNING and not after.predict:
        after = said(after, "The run you left waits until you return to its lesson.")
    path = None if after.base is None else after.base.path
    visits = (*session.visits, *_visit(session))
    others = tuple(v for v in visits if v.base is not None and v.base.path != path)
    return replace(after, visits=others[-MOST_VISITS:])


def _visit(session: Session) -> tuple[Session, ...]:
    """Return the session as it waits while another lesson is open, where anything was trained."""
    run = session.run
    if session.base is None or run is None or not (run.farthest or session.kept):
        return ()
    return (
        replace(
            session, visits=(), library=Library(), prompt=None, count="", sweeping=None,
            auto=AutoPlay(seconds=session.auto.seconds),
        ),
    )  # fmt: skip


def _is_same(visit: Session, after: Session) -> bool:
    """Say whether a visit was to this very lesson: neither its file nor its data have changed."""
    if visit.base is None or after.base is None or visit.seed != after.seed:
        return False
    is_file = (visit.base.path, visit.base.text) == (after.base.path, after.base.text)
    return is_file and np.array_equal(visit.base.examples, after.base.examples)


def _returned(session: Session, visit: Session) -> Session:
    """Return the session where a visit ended, with all that was trained then."""
    after = replace(resumed(session, visit), screen=Screen.STUDY)
    run, training = after.run, after.training
    if run is not None and training.status is Status.RUNNING:
        after = replace(after, training=at_rest(run))
    told = f"Your run waits at iteration {after.training.iterations}: t shows it."
    return said(after, told + (" Predict mode is on: r ends it." if after.predict else ""))


def resumed(session: Session, place: Session) -> Session:
    """Return a session opened at a place, with what belongs to no lesson kept."""
    after = replace(
        place,
        library=session.library,
        saving=session.saving,
        program=session.program,
        predict=place.predict or session.predict,
        look=replace(place.look, hides_hints=session.look.hides_hints),
    )
    left, told = "Where you left off", "Home twice goes to the start of the lesson."
    if after.lesson is not None and after.lesson.trains:
        # A place is one of the walk: what was trained is not kept.
        left, told = "The walk as you left it", "t trains anew. Home twice goes to the start."
    if after.predict:
        told = "Predict mode is on: r ends it. Home twice: the start."
    return said(after, f"{left}; {told}" if not after.predict else f"{left}. {told}")


def placed_at(session: Session, place: Session) -> Session:
    """Return a session opened at a place as it is; what belongs to no lesson is kept."""
    return said(replace(resumed(session, place), predict=place.predict), place.message)


def opened(session: Session, action: Opened) -> Session:
    """Return the session at the start of a lesson."""
    was_set = session.lesson is not None and session.lesson.digits is not None
    own = DEFAULT_DIGITS if was_set else session.look.digits
    digits = action.lesson.digits or own
    look = Look(digits=digits, hides_hints=session.look.hides_hints)
    session = replace(session, changes=(), seed=action.seed, look=look)
    moment = moment_of(session, action.lesson, action.run, 0)
    predict = _predicts(session, action.lesson)
    return replace(
        session,
        screen=Screen.STUDY,
        play=None,
        lesson=action.lesson,
        base=action.lesson,
        variant="",
        kept=(),
        sweeping=None,
        original=action.run,
        run=action.run,
        undone=(),
        done=(),
        moment=moment,
        own_moment=None,
        previous=None,
        step=0 if has_opening(action.lesson) else 1,
        prompt=None,
        predict=predict,
        challenge=None,
        answered=frozenset(),
        has_seen_tasks=False,
        training=Snapshot(),
        timings=(),
        train_look=TrainLook(),
        message=_of_predicting(action.lesson) if predict else "",
        is_error=False,
        broken=(),
    )


def _predicts(session: Session, lesson: Lesson) -> bool:
    """Say whether a lesson opens in predict mode: it wants to, or the learner was in it."""
    was_own = session.lesson is not None and session.lesson.predict
    return lesson.predict or (session.predict and not was_own)


def _of_predicting(lesson: Lesson) -> str:
    """Say that values will be hidden: a mode that follows from lesson to lesson is forgotten."""
    if lesson.predict:
        return "Values are asked for first; r ends it."
    return "Predict mode is still on: each next value is asked for. r ends it."
