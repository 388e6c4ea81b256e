"""Coming to a lesson: at its start, at a saved place, or where its run of this sitting waits."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdtutor.lesson.model import Lesson
from gdtutor.session.catalogue import Library
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.moving import first_moment
from gdtutor.session.navigation import said
from gdtutor.session.snapshots import at_rest
from gdtutor.session.state import (
    AutoPlay,
    Look,
    Playing,
    PromptKind,
    Screen,
    Session,
    Status,
    W,
    Walk,
    has_opening,
    is_training,
    screen_left,
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

    session: Walk


def whereabouts(session: Session) -> tuple[object, ...]:
    """Return what a saved place is made of; there is something to save when any of it changes."""
    if not isinstance(session, Walk):
        return ()
    at = session.moment.iteration
    # What its screens find is no doing of the learner's.
    look = replace(session.look, met=None, is_resumed=False, page=0, below=0, is_alone=False,
                   beside=0)  # fmt: skip
    place = session.lesson.id, at, session.step, session.changes, look, session.predict
    screen, training = screen_left(session), session.train.snapshot
    played: tuple[object, ...] = ()
    if isinstance(session, Playing):
        play = session.play
        chosen = play.focus, play.control, play.layer, play.neuron, play.edge
        played = (play.playground, *chosen, play.is_discrete, play.hides_held)
    if not played and screen is not Screen.TRAIN:
        return place
    # While it trains nothing is saved ten times a second.
    done = None if training.status is Status.RUNNING else training.iterations
    kept = tuple(curve.label for curve in session.train.kept)
    return (*place, screen, session.train.look, done, kept, *played)


def has_opened(before: Session, after: Session) -> bool:
    """Say whether another lesson has been opened, or its file read again."""
    if not isinstance(after, Walk):
        return False
    return not isinstance(before, Walk) or before.base is not after.base


def arrived(session: Session, action: Opened | Resumed) -> Walk:
    """Return the session in a lesson; what was trained in the lesson left waits for a return."""
    if isinstance(action, Opened):
        after = opened(session, action)
    else:
        after = resumed(session, action.session)
    waiting = next((visit for visit in session.visits if _is_same(visit, after)), None)
    if waiting is not None:
        after = _returned(session, waiting)
    elif is_training(session) and not after.predict:
        after = said(after, "The run you left waits until you return to its lesson.")
    visits = (*session.visits, *_visit(session))
    others = tuple(visit for visit in visits if visit.base.path != after.base.path)
    return replace(after, visits=others[-MOST_VISITS:])


def _visit(session: Session) -> tuple[Walk, ...]:
    """Return the session as it waits while another lesson is open, where anything was trained."""
    if not isinstance(session, Walk) or not (session.run.farthest or session.train.kept):
        return ()
    quiet, auto = session.with_train(sweeping=None), AutoPlay(seconds=session.auto.seconds)
    return (replace(quiet, visits=(), library=Library(), prompt=None, count="", auto=auto),)


def _is_same(visit: Walk, after: Walk) -> bool:
    """Say whether a visit was to this very lesson: neither its file nor its data have changed."""
    is_seed = visit.seed == after.seed
    is_file = (visit.base.path, visit.base.text) == (after.base.path, after.base.text)
    return is_seed and is_file and np.array_equal(visit.base.examples, after.base.examples)


def _returned(session: Session, visit: Walk) -> Walk:
    """Return the session where a visit ended, with all that was trained then."""
    after = replace(resumed(session, visit), screen=screen_left(visit))
    if is_training(after):
        after = after.with_train(snapshot=at_rest(after.run))
    told = f"Your run waits at iteration {after.train.snapshot.iterations}"
    told += ": t shows it." if after.screen is Screen.STUDY else "."
    return said(after, told + (" Predict mode is on: r ends it." if after.predict else ""))


def _lasting(session: Session) -> dict[str, Any]:
    """Return, by field, what belongs to no lesson and is kept whichever is opened."""
    return {name: getattr(session, name) for name in ("library", "saving", "around")}


def resumed(session: Session, place: W) -> W:
    """Return a session opened at a place, with what belongs to no lesson kept."""
    after = placed_at(session, place)
    look = replace(after.look, met=after.look.met or (), is_resumed=True)
    after = replace(after, look=look)
    left, told = "Where you left off", "Home twice goes to the start of the lesson."
    if after.screen is Screen.TRAIN:
        left = "Trained again as you left it"
        told = "Esc leads to the walk, Home twice to the start."
    elif after.lesson.trains:
        # A place is one of the walk: what was trained is not kept.
        left, told = "The walk as you left it", "t trains anew. Home twice goes to the start."
    prompt = after.prompt
    if prompt is not None and prompt.kind is PromptKind.ANSWER:
        # Beside an input there is no message, and its keys type.
        told = f"{left}. Esc, then Home twice, goes to the start of the lesson."
        return replace(after, prompt=replace(prompt, error=told))
    if after.predict:
        told = "Predict mode is on: r ends it. Home twice: the start."
    return said(after, f"{left}; {told}" if not after.predict else f"{left}. {told}")


def placed_at(session: Session, place: W) -> W:
    """Return a session opened at a place as it is; what belongs to no lesson is kept."""
    look = replace(place.look, hides_hints=session.look.hides_hints)
    return replace(place, look=look, **_lasting(session))


def opened(session: Session, action: Opened) -> Walk:
    """Return the walk at the start of a lesson, with what belongs to no lesson kept."""
    lesson, run, seed = action.lesson, action.run, action.seed
    was_set = isinstance(session, Walk) and session.lesson.digits is not None
    own = DEFAULT_DIGITS if was_set else session.look.digits
    return Walk(
        **_lasting(session),
        screen=Screen.STUDY,
        visits=session.visits,
        seed=seed,
        patience=session.patience,
        look=Look(digits=lesson.digits or own, hides_hints=session.look.hides_hints),
        message="Values are asked for first; r ends it." if lesson.predict else "",
        auto=session.auto,
        predict=lesson.predict,
        lesson=lesson,
        base=lesson,
        original=run,
        run=run,
        moment=first_moment(lesson, run, seed),
        step=0 if has_opening(lesson) else 1,
    )
