"""Runs that the worker trains side by side.

A sweep has several that differ in one setting; a picture that counts starts has its own trained
while it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.runs import OWN, run_of
from gdtutor.lesson.selectors import Assignment
from gdtutor.lesson.work import HEADLESS_SECONDS, SEEDS, training_work
from gdtutor.session.changes import segments_with
from gdtutor.session.effects import Effect, PauseTraining, Result, SweepRuns, Train
from gdtutor.session.figures import shown_picture
from gdtutor.session.navigation import said
from gdtutor.session.runs import changes_label, curves_of, with_swept
from gdtutor.session.state import Making, Session, Status, Sweeping, Trial, Walk
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import Struct, replace

if TYPE_CHECKING:
    from gdtutor.training.pacing import Deadline
    from gdtutor.training.stack import Member
    from gdtutor.training.sweep import Sweep

TAKE_BACK = "Esc, then `u` takes back the last change and `R` all"
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
    members = members_of(of, session.seed, text, segments, TAKE_BACK)
    sweep_ = Sweep([replace(one, label=_label_of(session, one)) for one in members])
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
    return said(session, f"{told} Space pauses them, `s` ends them."), (SweepRuns(sweep_),)


def _label_of(session: Walk, member: Member) -> str:
    """Return what a run of a sweep is called: beside its value what else was changed, so that it is
    told from that of the same value in another run's sweep."""
    made = session.variant, changes_label(session, member.setting)
    return ", ".join([member.label, *filter(None, made)]) if member.setting else member.label


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
        own = "; your own run waits until it is done, or until `s` ends it" if now.holds_up else ""
        return said(after, f"The sweep goes on{own}."), (SweepRuns(now.sweep),)
    after = session.with_train(sweeping=replace(now, status=Status.PAUSED))
    told = "The sweep waits: Space goes on with it, `s` ends it."
    return said(after, told), (PauseTraining(),)


def end_sweep(session: Walk) -> Result:
    """End a sweep where it is; the keys are the own run's again."""
    told = "The sweep is ended; its curves stay. The keys are your own run's again."
    return said(session.with_train(sweeping=None), told), (PauseTraining(),)


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
    is_own = not wish.texts("variants")
    return tuple(one for one in session.changes if is_own and not one.iteration)


def _begun(session: Walk, wish: PictureWish) -> Trial:
    """Return the runs of a picture, of which nothing is trained.

    Raises:
        GdTutorError: They are too many, or too large together.
    """
    # Stacked plans are imported with the first sweep: few sessions need them.
    from gdtutor.lesson.sweeps import starts_of
    from gdtutor.training.sweep import Sweep

    members: list[Member] = []
    seconds = 0.0
    for name in wish.texts("variants") or ("",):
        lesson = with_variant(session.lesson, name) if name else session.lesson
        start = run_of(lesson).segments[0] if name else session.run.segments[0]
        runs = starts_of(lesson, start, wish.whole("seeds", SEEDS), name or OWN)
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


def swept_to_end(session: Session, sweep: Sweep, deadline: Deadline = None) -> Swept:
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
