"""How far beyond what is trained an iteration may lie, for the program to answer its keys."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.training.run import Run

PATIENCE = 1.0
"""Seconds that the way to an iteration may take, about, where somebody waits at the keys."""
OPENING_PATIENCE = 5.0
"""The same where a place is opened that was saved, or that a command line names."""


def check_reach(run: Run, iteration: int, patience: float) -> None:
    """Refuse an iteration whose state takes too long to compute.

    Args:
        run: The run.
        iteration: The iteration.
        patience: Seconds; infinite where nobody waits at keys.

    Raises:
        GdTutorError: Saying how long it would take, and what brings it nearer.
    """
    seconds = run.seconds_beyond(iteration)
    if seconds <= patience:
        return
    hint = "train there first: `t`"
    last = run.segments[-1].settings.epochs * run.iterations_per_epoch
    if iteration > last:
        hint = f"`t` trains to {last:,}, epochs beyond can follow"
    away = f"{seconds:,.0f}" if seconds >= 1 else f"{seconds:.1g}"
    what = f"iteration {iteration} is about {away} s of training away"
    raise GdTutorError(what, hint)
