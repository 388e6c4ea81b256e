"""Long curves thinned to what a plot can show, the extremes kept; and their running means."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdtutor.engine.operations import Array


def thin(xs: Array, ys: Array, columns: int) -> tuple[Array, Array]:
    """Return the least and the greatest point of each of `columns` runs of points, in order.

    Args:
        xs, ys: arrays of shape (n,).
        columns: How many runs of neighbouring points; at most 2·columns + 2 points
            remain, the first and the last among them.
    """
    points = ys.size
    if points <= 2 * columns:
        return xs, ys
    length = -(-points // columns)
    padded = np.append(ys, np.full(-points % length, ys[-1])).reshape(-1, length)
    starts = np.arange(padded.shape[0]) * length
    picked = np.concatenate(
        ([0, points - 1], starts + padded.argmin(axis=1), starts + padded.argmax(axis=1))
    )
    kept = np.unique(np.minimum(picked, points - 1))
    return xs[kept], ys[kept]


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
