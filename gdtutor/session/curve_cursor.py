"""The cursor on the cost curve, and the way from the curve to an iteration."""

from __future__ import annotations

import re
from functools import reduce

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.display_options import with_trail
from gdtutor.session.edits import apply_edit, with_change
from gdtutor.session.effects import Result
from gdtutor.session.moving import moved
from gdtutor.session.navigation import EPOCH, goto, said
from gdtutor.session.notes import comes_after_training
from gdtutor.session.runs import OWN, in_variant, run_label
from gdtutor.session.state import Playing, Screen, Walk
from gdtutor.session.training import reset_training, start_training
from gdtutor.session.works_in_runs import NO_CURVE, SHOWS
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import replace

COLUMNS = 60
"""Steps of the cursor keys from one end of the curve to the other."""
_RUN = re.compile(r"run[ :]+(.+)")


def move_cursor(session: Walk, by: int) -> Walk:
    """Move the cursor on the curve by so many columns."""
    return move_by_epochs(session, by * max(len(session.train.snapshot.costs) // COLUMNS, 1))


def move_by_epochs(session: Walk, by: int) -> Walk:
    """Move the cursor on the curve by so many epochs; from the end where it is on none.

    Beyond the last epoch it is on none again, and the panels show what training has come to.
    """
    epochs = len(session.train.snapshot.costs)
    if not epochs:
        return said(session, NO_CURVE)
    cursor = session.train.look.cursor
    if cursor == epochs - 1 and by > 0:
        return said(_with_cursor(session, None), "The panels show the end of the curve.")
    start = epochs if cursor is None else cursor
    return _with_cursor(session, min(max(start + by, 0), epochs - 1))


def _with_cursor(session: Walk, epoch: int | None) -> Walk:
    return session.with_train(look=replace(session.train.look, cursor=epoch))


def open_chosen(session: Walk) -> Walk | Result:
    """Open the iteration typed before; else train the run that is chosen in the list, and where
    none is open the point of the curve."""
    if session.count.isdigit():
        return goto_from_curve(session, session.count)
    run = session.train.look.run
    return open_run(session, run) if run else open_point(session)


def open_point(session: Walk) -> Walk:
    """Open the iteration under the cursor as a step-through."""
    return _walked(session, iteration_under_cursor(session))


def iteration_under_cursor(session: Walk) -> int:
    """Return the first iteration of the epoch under the cursor; where it is on none, the latest, of
    a run that broke off the last whose numbers are all finite.
    """
    cursor, training = session.train.look.cursor, session.train.snapshot
    if cursor is None and training.diverged_at is not None:
        return max(training.diverged_at - 1, 0)
    if cursor is None:
        return training.iterations
    return session.run.first_iteration(cursor)


def goto_from_curve(session: Walk, text: str) -> Walk | Result:
    """Go to a place named on the training screen: a number is an iteration, which opens as a walk;
    `epoch 50` puts the cursor there, `run 0.5` trains a run beside the present one in its place;
    anything else is as in `--at`, in the cursor's iteration.

    Raises:
        GdTutorError: For a place that cannot be read, does not exist, or is not trained yet.
    """
    named = EPOCH.fullmatch(text.strip())
    if named is not None:
        return _at_epoch(session, int(named.group(1)))
    run = _RUN.fullmatch(text.strip())
    if run is not None and session.screen is Screen.TRAIN:
        return open_run(session, run.group(1))
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return _walked(session, int(text))
    walk = goto(_led_away(session, iteration_under_cursor(session)), text)
    return said(walk, f"{walk.message} {_ways_back(walk)}".strip())


def open_run(session: Walk, name: str) -> Walk | Result:
    """Train a run of a sweep or a variant as the present one, which can be walked and is told of in
    full; of the present one say that it is shown.

    Raises:
        GdTutorError: Where no run is called so, or several are, or its setting is none that an edit
            makes.
    """
    label, at = run_label(session), (session.variant, session.changes)
    kept = tuple(one for one in session.train.kept if one.label != label)
    found = _run_called((TrainedCurve(label, session.train.snapshot.costs), *kept), name)
    shown = said(session, SHOWS)
    if found.label == label:
        return shown
    session = session.with_train(sweeping=None)
    if found.label in (OWN, *(one.name for one in session.base.variants)):
        session = in_variant(session, "" if found.label == OWN else found.label)
    else:
        making = session.train.made[found.label]
        # The present run may be one of the same sweep.
        made, now = (
            [change for change in changes if change.text().partition("=")[0] != found.setting]
            for changes in (making.changes, session.changes)
        )
        if found.setting and (making.variant, made) == (session.variant, now):
            session, _ = reset_training(session)
        else:
            session = reduce(with_change, making.changes, in_variant(session, making.variant))
        if found.setting:
            session = apply_edit(session, f"{found.setting}={found.value}")
    if (session.variant, session.changes) == at:
        return shown
    session = session.with_train(look=replace(session.train.look, tab=0, run=""))
    return start_training(said(session, f"The run {_called(found)}, from its start."))


def _run_called(kept: tuple[TrainedCurve, ...], name: str) -> TrainedCurve:
    """Return the run of a name, else the only one with that before its colon, or before or after
    its comma, as lists with little room show it, else the only one that begins so.
    """
    ways = (
        [one for one in kept if name in (one.label, _called(one), "own" * (one.label == OWN))],
        [one for one in kept if name in _parts_of(one)],
        [one for one in kept if _called(one).startswith(name)],
    )
    found: list[TrainedCurve] = next(filter(None, ways), [])
    if len(found) == 1:
        return found[0]
    if len(kept) == 1:
        raise GdTutorError(f"there is no run '{name}'", "this is the only run; `S` trains others")
    wrong = f"several runs begin with '{name}'" if found else f"there is no run '{name}'"
    raise GdTutorError(wrong, f"the runs are {', '.join(map(_called, found or kept))}"[:200])


def _parts_of(run: TrainedCurve) -> tuple[str, ...]:
    called = _called(run)
    return called.partition(": ")[0], called.partition(", ")[2], run.value


def _called(run: TrainedCurve) -> str:
    """Return what a run is called among those of its sweep: the value, or the variant's name."""
    return run.label.removeprefix(f"{run.setting} ")


def _at_epoch(session: Walk, epoch: int) -> Walk:
    asked = session.run.segments[-1].settings.epochs
    last = max(len(session.train.snapshot.costs), asked) - 1
    if epoch > last:
        raise GdTutorError(f"there is no epoch {epoch}", f"the last is {max(last, 0)}")
    return _with_cursor(session, epoch)


def _walked(session: Walk, iteration: int) -> Walk:
    walk = _led_away(session, iteration)
    back = _ways_back(walk)
    is_over = comes_after_training(walk)
    if iteration > session.train.snapshot.iterations:
        rests = "ended" if is_over else "stands"
        told = f"Iteration {iteration} goes on from where training {rests}, and was not trained."
        return said(walk, f"{told} {back}")
    if is_over:
        told = f"Iteration {iteration} has what training ended with, and was not trained itself."
        if session.train.snapshot.averages:
            told = f"Iteration {iteration} has the parameters of the end of training, no averages."
        return said(walk, f"{told} {back}")
    if session.train.snapshot.diverged_at == iteration + 1:
        return said(walk, f"Iteration {iteration}, the last whose numbers are all finite. {back}")
    return said(walk, f"Iteration {iteration}, walked from training's own parameters. {back}")


def _led_away(session: Walk, iteration: int) -> Walk:
    """Return the walk at an iteration's first step, from which Backspace goes back to where the
    walk was; in the playground nobody was anywhere in it."""
    left = session if isinstance(session, Playing) else with_trail(session)
    return moved(replace(left, screen=Screen.STUDY), iteration, 1)


def _ways_back(walk: Walk) -> str:
    """Return where Esc and Backspace lead from a walk that was opened beside a curve."""
    if isinstance(walk, Playing):
        return "Esc leads back to the playground."
    return f"Esc leads back to training{', Backspace to where you were' * bool(walk.trail)}."
