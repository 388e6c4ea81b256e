"""Long curves thinned to what a plot can show, the extremes kept; and their running means."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gdtutor.engine.operations import Array


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
    if not np.isfinite(ys).all():
        ys = np.where(np.isfinite(ys), ys, 0.0)
    length = -(-points // columns)
    whole = points // length * length
    runs = ys[:whole].reshape(-1, length)
    starts = np.arange(0, whole, length)
    found = [np.array([0, points - 1]), starts + runs.argmin(axis=1), starts + runs.argmax(axis=1)]
    if whole < points:
        rest = ys[whole:]
        found.append(whole + np.array([rest.argmin(), rest.argmax()]))
    return np.unique(np.concatenate(found))


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
