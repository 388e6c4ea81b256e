"""Sweeps: several runs that differ in one setting, which the worker trains side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.changes import segments_with
from gdtutor.session.effects import PauseTraining, Result, SweepRuns
from gdtutor.session.navigation import said
from gdtutor.session.runs import curves_of, with_swept
from gdtutor.session.state import Making, Status, Sweeping, Walk
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import Struct, replace

if TYPE_CHECKING:
    from gdtutor.training.sweep import Sweep

TAKE_BACK = "Esc, then u takes back the last change and R all"
"""Said where a sweep is refused for a change that is in its way."""


class Swept(Struct, frozen=True, eq=False):
    """How far a sweep has come."""

    sweep: Sweep
    curves: tuple[TrainedCurve, ...]
    done: int
    """Epochs that its runs have done together."""
    status: Status
    """Running, paused, or finished, where no run of it goes on."""


def news_of(sweep_: Sweep, status: Status) -> Swept:
    """Return how far a sweep has come, which is running or paused if it is not finished."""
    status = Status.FINISHED if sweep_.is_done else status
    return Swept(sweep_, curves_of(sweep_), sweep_.epochs[0], status)


def sweep(session: Walk, text: str) -> Result:
    """Train several runs that differ in one setting, as `learning_rate=0.05,0.5,5`; bare numbers
    are learning rates.

    Raises:
        GdTutorError: Where the name or a value cannot be swept over.
    """
    # Stacked plans are imported with the first sweep: few sessions need them.
    from gdtutor.lesson.sweeps import members_of
    from gdtutor.training.sweep import Sweep

    if text.strip()[:1].isdecimal():
        text = f"learning_rate={text}"
    if not session.lesson.trains:
        raise GdTutorError("this lesson does not train", "it has no [training] table")
    # A variant has no variants itself.
    of = session.base if text.lstrip().startswith("variant") else session.lesson
    # The run itself is in parts also where a change was taken back.
    segments = segments_with(session.lesson, session.original.segments[0], session.changes)
    sweep_ = Sweep(members_of(of, session.seed, text, segments, TAKE_BACK))
    waits = session.train.is_running
    holds_up = waits or (session.train.sweeping is not None and session.train.sweeping.holds_up)
    # The worker does one thing at a time.
    session = session.paused()
    count = len(sweep_.members)
    runs = f"{count} runs side by side" if count > 1 else "1 run"
    told = f"{runs}{'; your own run waits' if waits else ''}."
    look = replace(session.train.look, tab=-1, scroll=0)
    making = Making(session.variant, session.changes)
    # A variant's run is as its file has it.
    made = {one.label: making if one.setting else Making("") for one in sweep_.members}
    session = session.with_train(look=look, made={**session.train.made, **made})
    session = session.with_train(sweeping=Sweeping(sweep_, sweep_.epochs[1], holds_up=holds_up))
    return said(session, f"{told} Space pauses them, s ends them."), (SweepRuns(sweep_),)


def swept(session: Walk, news: Swept) -> Walk:
    """Take the curves of the sweep that is at work; those of another one come too late."""
    now = session.train.sweeping
    if now is None or now.sweep is not news.sweep:
        return session
    session = with_swept(session, news.curves)
    if news.status is not Status.FINISHED:
        # Where the learner has paused it, news of its running come too late.
        status = news.status if now.status is Status.RUNNING else now.status
        return session.with_train(sweeping=replace(now, done=news.done, status=status))
    session = session.with_train(sweeping=None)
    broken, of = sum(curve.is_broken for curve in news.curves), len(news.curves)
    ends = f"{broken} of {of} diverge{'s' * (broken == 1)}" if broken else "none diverges"
    told = f"All runs of the sweep are done; {ends}."
    return session if session.is_error else said(session, told)


def toggle_sweep(session: Walk, now: Sweeping) -> Result:
    """Let the sweep that is at work wait, or one that waits go on."""
    if now.status is not Status.RUNNING:
        after = session.with_train(sweeping=replace(now, status=Status.RUNNING))
        own = "; your own run waits until it is done, or until s ends it" if now.holds_up else ""
        return said(after, f"The sweep goes on{own}."), (SweepRuns(now.sweep),)
    after = session.with_train(sweeping=replace(now, status=Status.PAUSED))
    told = "The sweep waits: Space goes on with it, s ends it."
    return said(after, told), (PauseTraining(),)


def end_sweep(session: Walk) -> Result:
    """End a sweep where it is; the keys are the own run's again."""
    told = "The sweep is ended; its curves stay. The keys are your own run's again."
    return said(session.with_train(sweeping=None), told), (PauseTraining(),)
