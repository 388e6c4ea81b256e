"""Long curves thinned to what a plot can show, the extremes kept; and their running means."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gdtutor.engine.operations import Array

_AT_ONCE = 16_384
"""Points that are looked through at once, about: as many as are quickly copied."""


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
