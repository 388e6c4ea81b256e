"""Coming to a lesson: at its start, at a saved place, or where its run of this sitting waits.

Where its file was saved, it is the new lesson at the same place, or reports over the last good one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Report
from gdtutor.lesson.runs import run_of
from gdtutor.session.catalogue import Library
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.edits import with_change
from gdtutor.session.moving import first_moment, moved, recomputed
from gdtutor.session.navigation import said
from gdtutor.session.runs import with_run
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
from gdtutor.session.works_at import earlier_steps
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
    told += ": `t` shows it." if after.screen is Screen.STUDY else "."
    return said(after, told + (" Predict mode is on: `r` ends it." if after.predict else ""))


def _lasting(session: Session) -> dict[str, Any]:
    """Return, by field, what belongs to no lesson and is kept whichever is opened."""
    return {name: getattr(session, name) for name in ("library", "saving", "around")}


def resumed(session: Session, place: W) -> W:
    """Return a session opened at a place, with what belongs to no lesson kept."""
    after = placed_at(session, place)
    look = replace(after.look, met=after.look.met or (), is_resumed=True)
    after = replace(after, look=look)
    is_first, moment = bool(earlier_steps(after)), after.moment
    is_own = not (after.changes or after.predict or after.prompt)
    if after.screen is Screen.STUDY and is_first and is_own:
        return said(after, "")
    is_twice = after.step > 1 and (moment.iteration > 0 or has_opening(after.lesson))
    home = "Home twice" if is_twice else "Home"
    left, told = "Where you left off", f"{home} goes to the start of the lesson."
    if after.screen is Screen.TRAIN:
        if after.train.snapshot.iterations:
            left = "Trained again as you left it"
        told = f"Esc leads to the walk{'' if is_first else f', {home} to the start'}."
    elif after.lesson.trains:
        # A place is one of the walk: what was trained is not kept.
        left, told = "The walk as you left it", f"{home} goes to the start, `t` trains anew."
    prompt = after.prompt
    if prompt is not None and prompt.kind is PromptKind.ANSWER:
        # Beside an input there is no message, and its keys type.
        told = f"{left}. Esc, then {home}, goes to the start of the lesson."
        return replace(after, prompt=replace(prompt, error=told))
    if after.predict:
        told = f"Predict mode is on: `r` ends it. {home}: the start."
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
    walk = Walk(
        **_lasting(session),
        screen=Screen.STUDY,
        visits=session.visits,
        seed=seed,
        patience=session.patience,
        look=Look(digits=lesson.digits or own, hides_hints=session.look.hides_hints),
        auto=session.auto,
        predict=lesson.predict,
        lesson=lesson,
        base=lesson,
        original=run,
        run=run,
        moment=first_moment(lesson, run, seed),
        step=0 if has_opening(lesson) else 1,
    )
    return said(walk, "Values are asked for first; `r` ends it." if lesson.predict else "")


class Reloaded(Struct, frozen=True, eq=False):
    """The file of a lesson was saved, and can be used."""

    lesson: Lesson
    run: Run
    warnings: tuple[Report, ...] = ()
    """What computes and is most likely not meant."""

    @property
    def warned(self) -> str:
        """The first warning with its line, and how many there are; empty where there is none."""
        if not self.warnings:
            return ""
        first, *others = self.warnings
        count = f"{len(self.warnings)} warnings, the first" if others else "1 warning"
        return f"{count}: {first.what}, line {first.line}; gdtutor check tells all"


class Broke(Struct, frozen=True):
    """The file of a lesson was saved, and cannot be used."""

    path: Path
    reports: tuple[str, ...]
    """Every report, as it is printed."""


def is_elsewhere(session: Session, path: Path) -> bool:
    """Say whether another lesson than the saved one is open."""
    return isinstance(session, Walk) and session.lesson.path != path


def reloaded(session: Walk, new: Reloaded) -> Walk:
    """Return the session in the saved lesson: at the same node, looked at in the same way.

    Changes that still fit are made again; what was trained is not.
    """
    before, base = session, new.lesson
    new, variant = _in_variant(session, new)
    trains = new.lesson.trains
    moment, back = session.moment, ""
    if not trains:
        moment = replace(moment, iteration=0)
    if new.run.seconds_beyond(moment.iteration) > session.patience:
        back = f"; iteration {moment.iteration} is no longer trained, this is iteration 0"
        moment = replace(moment, iteration=0)
    session = with_run(session, new.lesson, new.run)
    session = replace(
        session, base=base, variant=variant, broken=(), moment=moment,
        look=replace(session.look, proof=False),
        screen=Screen.STUDY if session.screen is Screen.TRAIN else session.screen,
    )  # fmt: skip
    session = _at_a_step(recomputed(session))
    lost = 0
    for change in before.changes:
        try:
            if change.iteration and not trains:
                raise GdTutorError("the lesson has one iteration only")
            session = with_change(session, change)
        except GdTutorError:
            lost += 1
    kept = f"; {lost} of your changes no longer fit" if lost else ""
    return said(_at_a_step(session), f"Reloaded{kept}{back}. {new.warned}".strip())


def _in_variant(session: Walk, new: Reloaded) -> tuple[Reloaded, str]:
    """Return the saved lesson in the variant that is walked, where it still has that one."""
    if session.variant not in {variant.name for variant in new.lesson.variants}:
        return new, ""
    lesson = with_variant(new.lesson, session.variant)
    return Reloaded(lesson, run_of(lesson, session.seed), new.warnings), session.variant


def _at_a_step(session: Walk) -> Walk:
    """Return the session at a step that its lesson has, following an example that there is."""
    first = 0 if has_opening(session.lesson) else 1
    return moved(session, session.moment.iteration, max(session.step, first))
