"""A cost curve in words and numbers, for where it cannot be drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.state import Snapshot, Status

SAMPLES = 10
"""Epochs of a curve that are written out, besides the first and the last."""
FLAT = 0.01
"""Share of the whole fall below which the last tenth of a curve counts as flat."""


def sampled_epochs(count: int) -> tuple[int, ...]:
    """Return the epochs of a curve that are written out: the first, the last, some between."""
    if not count:
        return ()
    between = {count * i // SAMPLES for i in range(1, SAMPLES)}
    return tuple(sorted({0, *between, count - 1}))


def curve_sentence(snapshot: Snapshot, apart: Callable[..., tuple[str, ...]]) -> str:
    """Return what the curve looks like: which way it goes, how evenly, and how it ends.

    Args:
        snapshot: What was trained.
        apart: Writes costs, with as many digits as tell them apart.
    """
    costs = snapshot.costs[np.isfinite(snapshot.costs)]
    if snapshot.stopped_by == "not_finite":
        return _not_finite(snapshot, costs, apart)
    if not len(costs):
        is_over = snapshot.status is Status.FINISHED
        return "It ended in epoch 0." if is_over else "No epoch is finished yet."
    first, last = float(costs[0]), float(costs[-1])
    if len(costs) == 1:
        return f"One epoch is done; the cost before it was {apart(first)[0]}."
    if float(np.max(costs)) == float(np.min(costs)):
        return f"The curve is flat: the cost is {apart(first)[0]} in every epoch."
    told = f"{_course(costs, apart)} {_end(costs, first, last)}"
    # A run that rests has no end yet.
    return told if snapshot.status is Status.FINISHED else told.replace("at the end", "so far")


def _not_finite(snapshot: Snapshot, costs: Array, apart: Callable[..., tuple[str, ...]]) -> str:
    grown = ""
    if len(costs) > 1:
        first, last = apart(float(costs[0]), float(costs[-1]))
        grown = f" It went from {first} to {last} before."
    return f"The cost stops being finite at iteration {snapshot.diverged_at}.{grown}"


def _course(costs: Array, apart: Callable[..., tuple[str, ...]]) -> str:
    changes = np.diff(costs)
    rises, falls = int(np.sum(changes > 0)), int(np.sum(changes < 0))
    first, last = float(costs[0]), float(costs[-1])
    span = "from {} to {}".format(*apart(first, last))
    if not rises:
        return f"The cost falls {span} and never rises."
    if not falls:
        return f"The cost rises {span} and never falls."
    word = "falls" if last < first else "rises" if last > first else "comes back"
    times = f"{rises} of {len(changes)} epochs"
    return f"The cost {word} {span}, but not evenly: it goes up after {times}."


def _end(costs: Array, first: float, last: float) -> str:
    """Return where half of the way is done, and whether the end is flat."""
    if last >= first:
        return f"It is lowest in epoch {int(np.argmin(costs))}."
    half = int(np.argmax(costs <= first - (first - last) / 2))
    tail = costs[-max(len(costs) // 10, 2) :]
    is_flat = abs(float(tail[0] - tail[-1])) < FLAT * (first - last)
    end = "flat at the end" if is_flat else "still falling at the end"
    if not is_flat and tail[-1] >= tail[0]:
        end = "no longer falling at the end"
    return f"Half of the fall is done by epoch {half}; the curve is {end}."
