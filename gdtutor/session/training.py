"""Training as the learner drives it: start, pause, single epochs, rate, and back to the walk."""

from __future__ import annotations

from gdtutor.lesson.selectors import Assignment
from gdtutor.session import works_at, works_in_runs
from gdtutor.session.digits import number
from gdtutor.session.edits import rate_from_start, with_change
from gdtutor.session.effects import Effect, PauseTraining, Result, Train
from gdtutor.session.figures import has_list_of_runs
from gdtutor.session.moving import moved
from gdtutor.session.navigation import said
from gdtutor.session.runs import OWN, changes_label, in_variant, others, shows_already
from gdtutor.session.state import Screen, Session, Snapshot, Status, W, Walk
from gdtutor.session.trials import Swept, end_sweep, swept, toggle_sweep
from gdtutor.training.pacing import Clock, Deadline
from gdtutor.training.run import Run
from gdtutor.values import replace

LEAST_RATE, MOST_RATE = 1e-12, 1e12
"""Where doubling and halving the learning rate end."""
_MOST_DOUBLINGS = 100
"""From one end to the other."""

WATCHED = 20.0
"""Seconds of a whole run that is watched."""
MEAN_OF = 25
"""Epochs of a mean where no number is asked for."""
MOST_MEAN = 10_000


def open_training(session: Walk) -> Result:
    """Show the training screen; start where nothing was trained yet.

    A number typed before is the iteration at which training pauses.
    """
    if why := works_at.training(session):
        return said(session, why), ()
    asked, session = session.count, replace(session, screen=Screen.TRAIN)
    if asked.isdigit():
        ahead = int(asked) - session.run.farthest
        is_free = not session.train.is_running and session.train.sweeping is None
        if ahead > 0 and is_free:
            return start_training(session, int(asked))
        at = f"{session.run.farthest:,}"
        shows = f"; : {asked} Enter shows {asked}" if int(asked) and ahead < 0 else ""
        passed = f"The run already stands at iteration {at}{shows}."
        return (said(session, passed) if int(asked) and ahead <= 0 else session), ()
    if session.train.snapshot.status is Status.IDLE and session.train.sweeping is None:
        if watches(session):
            session = said(session, "Slowly, as this lesson asks; `w` trains at full speed.")
        return start_training(session)
    return session, ()


def next_variant(session: Walk) -> Result:
    """Go on to the lesson's next variant, after the last one back to the lesson itself."""
    base = session.base
    names = ("", *(variant.name for variant in base.variants))
    at = (names.index(session.variant) + session.times) % len(names)
    after = in_variant(session, names[at])
    called = f"Variant {at} of {len(names) - 1}: {names[at]}." if at else f"Back to {OWN} values."
    if session.changes:
        called += " Your changes are gone."
    if session.train.sweeping is not None:
        called += " The sweep is ended."
    if session.screen is not Screen.TRAIN:
        return said(after, called), (PauseTraining(),)
    trained, effects = open_training(after)
    return said(trained, called), (PauseTraining(), *effects)


def start_training(session: Walk, goal: int | None = None) -> Result:
    """Train up to an iteration, however far the worker has come unheard; None: to the end of the
    settings. The lesson's own run is trained beside one that was changed.
    """
    snapshot = replace(session.train.snapshot, status=Status.RUNNING, stopped_by="")
    beside, is_slow = session.original if session.changes else None, goal is None
    wish = Train(session.run, goal, beside, is_slow and watches(session))
    return session.with_train(snapshot=snapshot, goal=goal), (wish,)


def awaits(session: Session) -> bool:
    """Say whether a training screen has an iteration or a sweep yet to come to."""
    if not isinstance(session, Walk) or session.screen is not Screen.TRAIN:
        return False
    train = session.train
    return train.is_sweeping or (train.is_running and train.goal is not None)


def watches(session: Walk) -> bool:
    """Say whether a whole run takes its time: as the learner chose, else as the lesson asks."""
    chosen = session.train.look.is_slow
    asks = session.lesson.watch == "slow"
    return asks if chosen is None else chosen


def watched_by(seconds: float, iterations: int) -> int:
    """Return how far a run of so many iterations is after so long where it is watched: it begins
    slowly, since a boundary bends most at first, and gets faster as evenly.
    """
    return int(iterations * min(seconds / WATCHED, 1.0) ** 2)


def seconds_watched(done: float, iterations: float) -> float:
    """Return when a run that is watched has come so far: the inverse of `watched_by`."""
    return float(WATCHED * min(done / max(iterations, 1), 1.0) ** 0.5)


def toggle_watch(session: Walk) -> Result:
    """Train slowly enough to be watched, or at full speed again."""
    is_slow = not watches(session)
    session = session.with_train(look=replace(session.train.look, is_slow=is_slow))
    how = f"the whole run in {WATCHED:.0f} seconds"
    told = f"Slowly: {how}, its beginning slowest; `w`: full speed."
    session = said(session, told if is_slow else "Full speed; `w` trains slowly again.")
    if session.train.snapshot.is_at_end:
        how = "slowly" if is_slow else "at full speed"
        return said(session, f"The run is finished: 0, then Space trains it anew {how}."), ()
    is_whole = session.train.is_running and session.train.goal is None
    return start_training(session) if is_whole and session.train.sweeping is None else (session, ())


def catch_up(effect: Train, deadline: Deadline = None, clock: Clock = None) -> None:
    """Train the run beside as far as the one that was asked for, so that its curve shows."""
    beside, run = effect.beside, effect.run
    if beside is not None and beside is not run and beside.farthest < run.farthest:
        behind = run.farthest - beside.farthest
        beside.advance(iterations=behind, deadline=deadline, beyond=True, clock=clock)


def toggle_training(session: Walk) -> Result:
    """Pause a running run, resume a paused one; a sweep comes before the own run."""
    if session.train.sweeping is not None:
        return toggle_sweep(session, session.train.sweeping)
    if session.train.is_running:
        return session, (PauseTraining(),)
    if why := works_in_runs.runs(session):
        return said(session, why), ()
    return start_training(session)


def sweep_news(session: Walk, news: Swept) -> Result:
    """Take the curves of a sweep; after its end the own run that waited for it goes on."""
    before, after = session.train.sweeping, swept(session, news)
    is_over = before is not None and before.holds_up and after.train.sweeping is None
    if not is_over or after.train.snapshot.status is not Status.PAUSED:
        return after, ()
    return start_training(after, after.train.goal)


def one_epoch(session: Walk, count: int) -> Result:
    """Train so many epochs and pause."""
    return one_iteration(session, count * session.run.iterations_per_epoch)


def one_iteration(session: Walk, count: int) -> Result:
    """Train so many iterations, a batch each, and pause."""
    if why := works_in_runs.single_steps(session):
        return said(session, why), ()
    # Keys that come while single steps are done ask for so many more.
    goal = session.train.goal if session.train.is_running else None
    return start_training(session, (session.run.farthest if goal is None else goal) + count)


def stop_training(session: Walk) -> Result:
    """Stop the run where it is, or the sweep."""
    if session.train.sweeping is not None:
        return end_sweep(session)
    snapshot = replace(session.train.snapshot, stopped_by="key")
    told = "Stopped; Space goes on from here, 0 goes back to the start."
    return said(session.with_train(snapshot=snapshot), told), (PauseTraining(),)


def reset_training(session: W) -> tuple[W, tuple[Effect, ...]]:
    """Go back to the same start, with nothing trained; the learner's changes stay, the learning
    rate chosen last from the start on.
    """
    session = rate_from_start(session)
    fresh = Run(session.run.segments)
    original = session.original if session.changes else fresh
    session = replace(session, run=fresh, original=original, train=session.train.anew(Snapshot()))
    # A sweep is another run's business.
    effects = (PauseTraining(),) if session.train.sweeping is None else ()
    kept = f" Kept: {changes_label(session)}." if session.changes else ""
    return said(moved(session, 0, 1), f"Back at the start.{kept}"), effects


def forget_runs(session: Walk) -> Walk:
    """Forget the curves of sweeps and variants; the present run stays."""
    look = replace(session.train.look, tab=0, scroll=0, run="")
    return said(session.with_train(kept=(), look=look), "The other runs are forgotten.")


def rate_text(rate: float) -> str:
    """Return a learning rate as a message names it."""
    return number(rate, 6)


def change_rate(session: Walk, doublings: int) -> Result:
    """Double the learning rate so often, or halve it, from the next iteration on.

    It is logged, so replay is exact. Within the bounds the same keys bring every rate back.
    """
    at = session.train.snapshot.iterations
    before = session.run.segment_at(at).settings.learning_rate
    rate = before * 2.0 ** min(max(doublings, -_MOST_DOUBLINGS), _MOST_DOUBLINGS)
    if (rate > MOST_RATE and doublings > 0) or (rate < LEAST_RATE and doublings < 0):
        bounds = f"between {rate_text(LEAST_RATE)} and {rate_text(MOST_RATE)}"
        told = f"These keys keep the learning rate {bounds}; it is {rate_text(before)}."
        return said(session, told), ()
    was_running, goal = session.train.is_running, session.train.goal
    is_over = session.train.snapshot.is_at_end and session.train.sweeping is None
    on = "0" if works_in_runs.plays(session) else "`n` trains on with it, 0"
    session = with_change(session, Assignment("learning_rate", None, rate, at))
    then = f" {on} starts anew with it." if is_over else ""
    told = f"Learning rate {rate_text(rate)} from iteration {at:,} on.{then}"
    if session.train.snapshot.iterations > at:
        where = f"iteration {session.train.snapshot.iterations:,}"
        told = f"Learning rate {rate_text(rate)}: its run is back, at {where}.{then}"
    session = said(session, told)
    return start_training(session, goal) if was_running else (session, ())


def toggle_mean(session: Walk) -> Walk:
    """Draw the mean of the last epochs beside the raw costs, or take it away.

    A number typed before is the number of epochs.
    """
    look = session.train.look
    window = session.times if session.count else 1 if look.mean else MEAN_OF
    if window > MOST_MEAN:
        return said(session, f"A mean is over 2 to {MOST_MEAN:,} epochs.", error=True)
    if window == 1:
        return said(session.with_train(look=replace(look, mean=0)), "Raw costs alone.")
    after = session.with_train(look=replace(look, mean=window))
    if len(session.train.snapshot.costs) < window:
        return said(after, f"The mean of {window:,} epochs begins at epoch {window - 1:,}.")
    return said(after, f"Mean of {window:,} epochs beside the raw costs.")


def next_train_tab(session: Walk) -> Walk:
    """Show the next of the side panels of the training screen; a number typed before is its place,
    which does not hang on whether runs stand side by side.
    """
    tab = session.times - 1 if session.count else session.train.look.tab + 1
    return session.with_train(look=replace(session.train.look, tab=tab, scroll=0, run=""))


def scroll_side(session: Walk, by: int) -> Walk:
    """Scroll the side panel, which the view keeps within its length; in the list of runs, choose
    the one that Enter opens.
    """
    if has_list_of_runs(session):
        return _with_chosen(session, by)
    scroll = max(session.train.look.scroll + by, 0)
    return session.with_train(look=replace(session.train.look, scroll=scroll))


def _with_chosen(session: Walk, by: int) -> Walk:
    """Choose a run of the list; between its last and its first is the present one, whose points
    Enter opens.
    """
    labels, look = ["", *others(session)], session.train.look
    at = labels.index(look.run) if look.run in labels else 0
    label = labels[(at + by) % len(labels)]
    of_own = "Enter walks the present run."
    told = f"Enter trains the run {label} from its start." if label else of_own
    told = works_in_runs.SHOWS if label and shows_already(session, label) else told
    return said(session.with_train(look=replace(look, run=label)), told)
