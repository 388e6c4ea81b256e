"""Functions that bring cells to other places: picking, joining, another shape, and their way back.

None computes a cell, so each also carries numbers of cells: that is how a plan and a screen learn
where a cell of the result comes from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.expression import Attribute, Range

_Array = NDArray[np.float64]


def sliced(index: Attribute) -> tuple[int | slice, ...]:
    """Return picked cells as NumPy takes them."""
    parts = index if isinstance(index, tuple) else ()
    return tuple(slice(*part) if isinstance(part, Range) else part for part in parts)


def pick(a: _Array, index: Attribute) -> _Array:
    """Return some cells along each axis; an axis of which one place is picked is gone."""
    return np.array(np.asarray(a)[sliced(index)])


def place(a: _Array, b: _Array, index: Attribute) -> _Array:
    """Return a where it was picked from b, and 0 elsewhere."""
    placed = np.zeros(np.shape(b))
    placed[sliced(index)] = a
    return placed


def reshape(a: _Array, shape: Attribute) -> _Array:
    """Return the cells of a, row by row, in another shape; a length of -1 follows from the rest."""
    lengths = shape if isinstance(shape, tuple) else (-1,)
    return np.reshape(a, [length for length in lengths if isinstance(length, int)])


def refit(a: _Array, b: _Array) -> _Array:
    """Return the cells of a in the shape of b."""
    return np.reshape(a, np.shape(b))


def concat(a: _Array, b: _Array, axis: int = 0) -> _Array:
    """Return b behind a along an axis."""
    return np.concatenate((a, b), axis)


def first(a: _Array, b: _Array, axis: int = 0) -> _Array:
    """Return as much of the beginning of a along an axis as b has there."""
    return np.take(a, range(np.shape(b)[axis]), axis)


def last(a: _Array, b: _Array, axis: int = 0) -> _Array:
    """Return as much of the end of a along an axis as b has there."""
    length = np.shape(a)[axis]
    return np.take(a, range(length - np.shape(b)[axis], length), axis)


def is_place(a: _Array, b: _Array, c: _Array) -> _Array:
    """Return 1 where a is b and 0 where it is another of the c places from 0; else no number."""
    is_there = (a == np.floor(a)) & (a >= 0) & (a < c)
    return np.where(is_there, np.equal(a, b), np.nan)


def one_hot(a: _Array, b: _Array) -> _Array:
    """Return a row for each cell of a: 1 at the place that it numbers, of as many as b has rows."""
    length = float(np.shape(b)[0])
    return is_place(np.reshape(a, (-1, 1)), np.arange(length), np.asarray(length))
