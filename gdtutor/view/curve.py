"""A cost curve thinned to what a plot can show, the extremes kept; its running means; and the curve
in words, for where it cannot be drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.session.state import Snapshot, Status

_AT_ONCE = 16_384
"""Points that are looked through at once, about: as many as are quickly copied."""
SAMPLES = 10
"""Epochs of a curve that are written out, besides the first and the last."""
FLAT = 0.01
"""Share of the whole fall below which the last tenth of a curve counts as flat."""


def thin(xs: Array, ys: Array, columns: int) -> tuple[Array, Array]:
    """Return the least and the greatest point of each of `columns` runs of points, in order.

    Args:
        xs, ys: arrays of shape (n,).
        columns: How many runs of neighbouring points; at most 2·columns + 2 points
            remain, the first and the last among them.
    """
    kept = thinned(ys, columns)
    return xs[kept], ys[kept]


def thinned(ys: Array, columns: int) -> NDArray[np.intp]:
    """Return the places of the points that `thin` keeps; what is not finite counts as 0.

    A running training thins its whole curve for every frame, so nothing is copied here.
    """
    points = ys.size
    if points <= 2 * columns:
        return np.arange(points)
    length = -(-points // columns)
    whole = points // length * length
    runs, starts = ys[:whole].reshape(-1, length), np.arange(0, whole, length)
    # Of what is read-only, as the costs of a run are, NumPy makes a copy for these.
    step = _AT_ONCE // length + 1
    parts = [runs[at : at + step] for at in range(0, len(runs), step)]
    least, most = (np.concatenate(ends) for ends in zip(*map(_ends_in, parts), strict=True))
    found = [np.array([0, points - 1]), starts + least, starts + most]
    if whole < points:
        rest = ys[whole:]
        found.append(whole + np.array([rest.argmin(), rest.argmax()]))
    kept = np.unique(np.concatenate(found))
    if np.isfinite(ys[kept]).all():
        return kept
    # What is not finite is an extreme, so that it shows among those.
    return thinned(np.where(np.isfinite(ys), ys, 0.0), columns)


def _ends_in(runs: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return runs.argmin(axis=1), runs.argmax(axis=1)


def running_means(ys: Array, window: int, points: int) -> tuple[Array, Array]:
    """Return places, evenly spread, and at each the mean of its value and those before it.

    Where there are fewer values before it than the window holds there is no mean, so that every one
    is over exactly so many.

    Args:
        ys: an array of shape (n,).
        window: How many values a mean is over.
        points: How many places at most; the first that has a mean and the last are among them.
    """
    if ys.size < window:
        return np.empty(0), np.empty(0)
    whole = sliding_window_view(ys, window)
    starts = np.unique(np.linspace(0, len(whole) - 1, points).round().astype(int))
    with np.errstate(all="ignore"):
        means = np.array([np.mean(whole[start]) for start in starts.tolist()])
    return (starts + window - 1).astype(np.float64), means


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
