"""The cursor on the cost curve, and the way from the curve to an iteration."""

from __future__ import annotations

import re

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto, said
from gdtutor.session.notes import comes_after_training
from gdtutor.session.state import Screen, Walk
from gdtutor.values import replace

COLUMNS = 60
"""Steps of the cursor keys from one end of the curve to the other."""
_EPOCH = re.compile(r"epoch[ :]+(\d{1,9})")


def move_cursor(session: Walk, by: int) -> Walk:
    """Move the cursor on the curve by so many columns."""
    return move_by_epochs(session, by * max(len(session.training.costs) // COLUMNS, 1))


def move_by_epochs(session: Walk, by: int) -> Walk:
    """Move the cursor on the curve by so many epochs; from the end where it is on none.

    Beyond the last epoch it is on none again, and the panels show what training has come to.
    """
    epochs = len(session.training.costs)
    if not epochs:
        return said(session, "There is no curve yet.")
    cursor = session.train_look.cursor
    if cursor == epochs - 1 and by > 0:
        look = replace(session.train_look, cursor=None)
        return said(replace(session, train_look=look), "The panels show the end of the curve.")
    start = epochs - 1 if cursor is None else cursor
    return _with_cursor(session, min(max(start + by, 0), epochs - 1))


def _with_cursor(session: Walk, epoch: int) -> Walk:
    return replace(session, train_look=replace(session.train_look, cursor=epoch))


def open_point(session: Walk, count: int) -> Walk:
    """Open the iteration under the cursor as a step-through."""
    return _walked(session, iteration_under_cursor(session))


def iteration_under_cursor(session: Walk) -> int:
    """Return the first iteration of the epoch under the cursor, the latest where it is on none."""
    cursor = session.train_look.cursor
    if cursor is None:
        return session.training.iterations
    return session.run.first_iteration(cursor)


def goto_from_curve(session: Walk, text: str) -> Walk:
    """Go to a place named on the training screen: a number is an iteration, which opens as a walk;
    `epoch 50` puts the cursor there; anything else is as in `--at`, in the cursor's iteration.

    Raises:
        GdTutorError: For a place that cannot be read, does not exist, or is not trained yet.
    """
    named = _EPOCH.fullmatch(text.strip())
    if named is not None:
        return _at_epoch(session, int(named.group(1)))
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return _walked(session, int(text))
    walk = moved(replace(session, screen=Screen.STUDY), iteration_under_cursor(session), 1)
    return goto(walk, text)


def _at_epoch(session: Walk, epoch: int) -> Walk:
    asked = session.run.segments[-1].settings.epochs
    last = max(len(session.training.costs), asked) - 1
    if epoch > last:
        raise GdTutorError(f"there is no epoch {epoch}", f"the last is {max(last, 0)}")
    return _with_cursor(session, epoch)


def _walked(session: Walk, iteration: int) -> Walk:
    walk = moved(replace(session, screen=Screen.STUDY), iteration, 1)
    if comes_after_training(walk):
        told = f"Iteration {iteration} has what training ended with, and was not trained itself."
        return said(walk, f"{told} t goes back.")
    return said(walk, f"Iteration {iteration}, walked from training's own parameters. t goes back.")
