"""Why a key that trains, or one of the playground, does nothing now, as `works_at` says it of all
others."""

from __future__ import annotations

from gdtutor.session.figures import has_list_of_runs
from gdtutor.session.runs import has_others, shows_already
from gdtutor.session.state import Focus, Playing, Status, Walk
from gdtutor.session.works_at import unseen

LOST = "The numbers are no longer finite; 0 goes back to the start."


def runs(session: Walk) -> str:
    """For pausing and resuming."""
    if session.train.sweeping is not None:
        return ""
    is_over = "The run is finished: `n` trains an epoch more, 0 goes back to its start."
    return plays(session) or (is_over if session.train.snapshot.is_at_end else "")


def plays(session: Walk) -> str:
    """For training in the playground, where a run at its end can go on."""
    is_lost = session.train.snapshot.status is Status.FINISHED
    return LOST if is_lost and session.train.snapshot.stopped_by == "not_finite" else ""


def single_steps(session: Walk) -> str:
    """For training one epoch or one iteration."""
    if session.train.sweeping is not None:
        return "A sweep is at work; `s` ends it, then single steps."
    if session.train.is_running and session.train.goal is None:
        return "Pause with Space first, then single steps."
    return plays(session)


def stopping(session: Walk) -> str:
    """For ending the run or the sweep."""
    now = session.train.snapshot
    is_stopped = (now.status, now.stopped_by) == (Status.PAUSED, "key")
    rests = is_stopped or now.status is Status.IDLE or now.is_at_end
    return "Nothing is running." if rests and session.train.sweeping is None else ""


SHOWS = "This is the run that shows already."
NO_CURVE = "There is no curve yet."
"""It is said no longer once there is one."""


def curves(session: Walk) -> str:
    """For a cursor on the curve."""
    return "" if len(session.train.snapshot.costs) else NO_CURVE


def points(session: Walk) -> str:
    """For opening an iteration, or training the chosen run."""
    run = session.train.look.run
    if session.count.isdigit() or not run:
        return "" if session.count.isdigit() else curves(session)
    return SHOWS if shows_already(session, run) else ""


def earlier_epochs(session: Walk) -> str:
    """For the cursor on the curve to the left."""
    is_first = session.train.look.cursor == 0
    return curves(session) or "The cursor is at the first epoch." * is_first


def starts(session: Walk) -> str:
    """For going back to the start of the run."""
    is_changed = isinstance(session, Playing) and bool(session.changes)
    is_begun = session.train.snapshot.status is not Status.IDLE
    return "" if is_begun or is_changed else "Nothing was trained yet."


def kept_runs(session: Walk) -> str:
    """For forgetting the runs beside the present one."""
    if session.train.sweeping is not None:
        return "A sweep is at work; `s` ends it, then its runs can be forgotten."
    return "" if has_others(session) else "No other runs are kept."


def side_above(session: Walk) -> str:
    """For scrolling the side panel back, or choosing a run."""
    is_list = has_list_of_runs(session)
    return "" if is_list else unseen(session, session.train.look.scroll, "above")


def side_below(session: Walk) -> str:
    """For scrolling the side panel on, or choosing a run."""
    return "" if has_list_of_runs(session) else unseen(session, session.look.below, "below")


def choices(session: Playing) -> str:
    """For choosing what stands above or below in the playground."""
    play = session.play
    layer = play.layer - (play.edge is not None)
    match play.focus:
        case Focus.CURVE:
            return "← → go along the curve; Tab leads on to the controls."
        case Focus.NETWORK if play.playground.width_of(layer) == 1:
            return "There is nothing else above or below; ← → go to other layers."
        case _:
            return ""


def sideways(session: Playing) -> str:
    """For going to the left or right in the playground."""
    return curves(session) if session.play.focus is Focus.CURVE else ""


def to_the_left(session: Playing) -> str:
    """For going to the left in the playground."""
    is_curve = session.play.focus is Focus.CURVE
    return earlier_epochs(session) if is_curve else ""


def widths(session: Playing) -> str:
    """For another number of neurons in the chosen layer."""
    is_last = session.play.layer == len(session.play.playground.layers) - 1
    return "The outputs follow the data; the control outputs has them." if is_last else ""


def weights(session: Playing) -> str:
    """For choosing a weight."""
    is_first = session.play.layer == 0
    return "A feature has no weights; → goes on to a layer." if is_first else ""


def new_data(session: Playing) -> str:
    """For drawing other examples."""
    playground = session.play.playground
    return f"{playground.data} keeps the rows it has." if playground.is_fixed else ""
