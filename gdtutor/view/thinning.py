"""Long curves thinned to what a plot can show, the extremes kept."""

from __future__ import annotations

import numpy as np

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
