"""How many digits a matrix is shown with: one power of ten for all its cells."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.digits import LARGE, WHOLE, read_back

SPREAD = 1e-3
"""A cell below this share of the largest is no shorter in its power of ten than on its own."""


def read_back_all(array: Array, digits: int) -> Array:
    """Return what a learner who reads every cell would compute with."""
    cells = [read_back(float(value), digits) for value in np.reshape(array, -1)]
    return np.asarray(cells, dtype=np.float64).reshape(np.shape(array))


def common_exponent(array: Array, digits: int) -> int:
    """Return the power of ten that a whole matrix is shown in; 0 where plain numbers will do."""
    largest = largest_of(array)
    is_whole = bool(np.all(array == np.trunc(array))) and largest < WHOLE
    if is_whole or 1e-3 <= largest < max(LARGE, 10.0**digits):
        return 0
    return shared_exponent(array)


def shared_exponent(array: Array) -> int:
    """Return the power of ten of a matrix's largest finite cell, 0 where its cells share none.

    A common factor takes no digit from any cell: each has as many as it has on its own, and so the
    smallest needs more decimals than the largest. Where one that is not 0 is below `SPREAD` of the
    largest, as the scores beside a mask of -1e9, every cell is written on its own.
    """
    largest = largest_of(array)
    if not largest or np.any((array != 0) & (np.abs(array) < SPREAD * largest)):
        return 0
    return math.floor(math.log10(largest))


def largest_of(array: Array) -> float:
    """Return the largest finite size in an array; 0 where there is none."""
    return float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))
