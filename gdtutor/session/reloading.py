"""A lesson file was saved: the new lesson at the same place, or the reports over the last good."""

from __future__ import annotations

from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Report
from gdtutor.lesson.runs import run_of
from gdtutor.session.edits import with_change
from gdtutor.session.moving import moved, recomputed
from gdtutor.session.navigation import said
from gdtutor.session.runs import with_run
from gdtutor.session.state import Screen, Session, Walk, has_opening
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace


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
