"""Pictures that count starts: their runs are trained by the worker while the picture shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_work import HEADLESS_SECONDS, SEEDS
from gdtutor.lesson.runs import OWN, run_of
from gdtutor.lesson.selectors import Assignment
from gdtutor.lesson.work import training_work
from gdtutor.session.effects import Effect, PauseTraining, Result, SweepRuns, Train
from gdtutor.session.figures import shown_picture
from gdtutor.session.navigation import said
from gdtutor.session.state import Session, Status, Trial, Walk
from gdtutor.session.sweeps import Swept, news_of
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.training.stack import Member
    from gdtutor.training.sweep import Sweep

MOST_KEPT = 4
"""Pictures whose runs are kept."""


def with_trial(before: Session, after: Session, effects: tuple[Effect, ...]) -> Result:
    """Return the session with the runs begun, or left, that its picture counts.

    They are trained while the picture shows and nothing else is; whoever leaves it ends the work,
    which goes on from there when the picture shows again.

    Args:
        before: The session before what was done.
        after: The session after it.
        effects: What is done outside already.
    """
    was = _at_work(before)
    after = _turned(after) if isinstance(after, Walk) else after
    now = _at_work(after)
    if now is not None and (was is None or was.sweep is not now.sweep):
        return after, (SweepRuns(now.sweep),)
    if was is None or now is not None or any(isinstance(e, Train | SweepRuns) for e in effects):
        return after, ()
    left = trial_of(after, was.sweep)
    has_ended = left is not None and left.status is Status.FINISHED
    return after, () if has_ended else (PauseTraining(),)


def trial_of(session: Session, sweep: Sweep) -> Trial | None:
    """Return the runs of a picture that a sweep is; None where it is another."""
    kept = session.trials if isinstance(session, Walk) else ()
    return next((trial for trial in kept if trial.sweep is sweep), None)


def _at_work(session: Session) -> Trial | None:
    """Return the runs that the worker trains for a picture."""
    kept = session.trials if isinstance(session, Walk) else ()
    return next((trial for trial in kept if trial.status is Status.RUNNING), None)


def _turned(session: Walk) -> Walk:
    """Return the session with the runs of its picture at work, and no others."""
    wish = shown_picture(session)
    wish = wish if wish is not None and wish.kind == "seeds" else None
    if wish is None and not session.trials:
        return session
    is_busy = session.train.is_running or session.train.is_sweeping
    shown = next((trial for trial in trials_of(session) if trial.wish == wish), None)
    trials = [_left(trial) for trial in session.trials if trial is not shown]
    trials = [one for one in trials if one.status is not Status.FINISHED or None not in one.ends]
    if wish is not None and shown is None:
        try:
            shown = _begun(session, wish)
        except GdTutorError as error:
            return said(session, str(error), error=True)
    if shown is not None and shown.status is not Status.FINISHED:
        status = Status.PAUSED if is_busy else Status.RUNNING
        shown = shown if shown.status is status else replace(shown, status=status)
    kept = (*trials, *([] if shown is None else [shown]))[-MOST_KEPT:]
    is_same = len(kept) == len(session.trials) and all(one in session.trials for one in kept)
    return session if is_same else replace(session, trials=kept)


def _left(trial: Trial, status: Status = Status.PAUSED) -> Trial:
    """Return runs that the worker no longer trains."""
    return replace(trial, status=status) if trial.status is Status.RUNNING else trial


def trials_of(session: Walk) -> tuple[Trial, ...]:
    """Return the runs of the lesson's pictures with the session's changes, of those begun."""
    return tuple(
        trial
        for trial in session.trials
        if trial.of is session.lesson and trial.changes == _changes(session, trial.wish)
    )


def _changes(session: Walk, wish: PictureWish) -> tuple[Assignment, ...]:
    """Return the changes that the runs begin with; variants are as the lesson has them."""
    is_own = not dict(wish.options).get("variants")
    return tuple(one for one in session.changes if is_own and not one.iteration)


def _begun(session: Walk, wish: PictureWish) -> Trial:
    """Return the runs of a picture, of which nothing is trained.

    Raises:
        GdTutorError: They are too many, or too large together.
    """
    # Stacked plans are imported with the first sweep: few sessions need them.
    from gdtutor.lesson.sweeps import starts_of
    from gdtutor.training.sweep import Sweep

    options = dict(wish.options)
    count, named = options.get("seeds", SEEDS), options.get("variants")
    members: list[Member] = []
    seconds = 0.0
    for name in named if isinstance(named, tuple) else ("",):
        lesson = with_variant(session.lesson, str(name)) if name else session.lesson
        start = run_of(lesson).segments[0] if name else session.run.segments[0]
        runs = starts_of(lesson, start, int(str(count)), str(name) or OWN)
        members.extend(runs)
        work = training_work(lesson)
        seconds += len(runs) * work.of(work.iterations) / 1e6
    changes, nothing = _changes(session, wish), (None,) * len(members)
    return Trial(wish, session.lesson, changes, Sweep(members), seconds, ends=nothing)


def trial_news(session: Walk, news: Swept) -> Walk | None:
    """Return the session with what the runs of a picture have come to; None for other news."""
    trial = trial_of(session, news.sweep)
    if trial is None:
        return None
    status = trial.status
    if news.status is Status.FINISHED or (news.status, status) == (Status.PAUSED, Status.RUNNING):
        # A worker that rests while nobody asked it to does not go on.
        status = Status.FINISHED
    ends = tuple(curve.end for curve in news.curves)
    now = replace(trial, status=status, done=news.done, ends=ends)
    return replace(session, trials=tuple(now if one is trial else one for one in session.trials))


def without_trials(session: Walk) -> Walk:
    """Return the session whose worker trains no starts any more, as it cannot."""
    return replace(session, trials=tuple(_left(one, Status.FINISHED) for one in session.trials))


def swept_to_end(
    session: Session, sweep: Sweep, deadline: Callable[[], bool] | None = None
) -> Swept:
    """Train runs with nobody at the keys, and return what they come to: at once, untrained, where
    they are a picture's and take too long.

    Args:
        session: The session.
        sweep: Its runs.
        deadline: Asked between bursts; training ends once it says True.
    """
    trial = _at_work(session)
    if trial is None or trial.sweep is not sweep or trial.seconds <= HEADLESS_SECONDS:
        sweep.advance(deadline=deadline)
    return news_of(sweep, Status.PAUSED)


def tried(session: Walk) -> Walk:
    """Return the session with the starts trained that its picture counts, for who draws it with
    nobody at the keys.
    """
    session = _turned(session)
    trial = _at_work(session)
    found = trial and trial_news(session, swept_to_end(session, trial.sweep))
    return found or session
