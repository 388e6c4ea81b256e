"""The runs of a lesson: its own, those of its variants, and the curves of other runs beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtutor.lesson.load import with_variant
from gdtutor.lesson.runs import run_of
from gdtutor.session.moving import moment_of, same_place
from gdtutor.session.state import KeptCurve, Session, Snapshot, TrainLook, current_step
from gdtutor.training.trouble import judge
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.training.sweep import Sweep

OWN = "the lesson's own"
"""What the run without a variant is called."""


def in_variant(session: Session, name: str) -> Session:
    """Return the session in a variant of its lesson; what was trained stays as a curve.

    Raises:
        GdTutorError: Where the lesson has no such variant.
    """
    if session.base is None or session.moment is None:
        return session
    lesson = with_variant(session.base, name) if name else session.base
    run = run_of(lesson, session.seed)
    known = {line.name for scene in lesson.scenes for line in scene.graph.lines}
    kept = _with_curves(session.kept, _trained(session))
    beside = [curve for curve in kept if curve.label != (name or OWN)]
    session = replace(
        session,
        variant=name,
        lesson=lesson,
        original=run,
        run=run,
        changes=(),
        undone=(),
        done=(),
        own_moment=None,
        previous=None,
        kept=kept,
        training=Snapshot(),
        train_look=replace(TrainLook(), log_y=session.train_look.log_y, tab=-bool(beside)),
        look=replace(session.look, unfolded=session.look.unfolded & known, cell=None),
        # Its answer may be another one here, or its node not be there.
        challenge=None,
    )
    before, moment = current_step(session), moment_of(session, lesson, run, 0)
    step = session.step if before is None else same_place(before, moment)
    return replace(session, moment=moment, step=step)


def run_label(session: Session) -> str:
    """Return what the run on the screen is called: its variant, and what the learner changed."""
    if not session.changes:
        return session.variant or OWN
    start = f"{session.variant}, " if session.variant else "yours: "
    return f"{start}{changes_label(session)}"


def has_others(session: Session) -> bool:
    """Say whether other runs stand beside the present one."""
    return any(curve.label != run_label(session) for curve in session.kept)


def changes_label(session: Session) -> str:
    """Return what the learner changed, the first two changes by name."""
    changed = ", ".join(change.text() for change in session.changes[:2])
    more = f" and {len(session.changes) - 2} more" if len(session.changes) > 2 else ""
    return f"{changed}{more}"


def _trained(session: Session) -> tuple[KeptCurve, ...]:
    """Return the present run's curve, where it has one."""
    costs = session.training.costs
    if not len(costs):
        return ()
    return (KeptCurve(run_label(session), costs, judge(costs, session.training.stopped_by)),)


def _with_curves(
    kept: tuple[KeptCurve, ...], curves: tuple[KeptCurve, ...]
) -> tuple[KeptCurve, ...]:
    """Return the kept curves with new ones; one of a label that is kept takes its place."""
    new = {curve.label: curve for curve in curves}
    stays = tuple(new.pop(curve.label, curve) for curve in kept)
    return (*stays, *new.values())


def curves_of(sweep_: Sweep) -> tuple[KeptCurve, ...]:
    """Return the curves of a sweep as far as they are."""
    return tuple(
        KeptCurve(
            found.label,
            found.costs,
            judge(found.costs, found.stopped_by),
            found.label.partition(" ")[0],
        )
        for found in sweep_.found()
    )


def with_swept(session: Session, curves: tuple[KeptCurve, ...]) -> Session:
    """Return the session with the curves of a sweep in their present state."""
    return replace(session, kept=_with_curves(session.kept, curves))
