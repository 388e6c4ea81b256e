"""How many digits a matrix is shown with: one power of ten for all its cells."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.digits import LARGE, WHOLE, in_power, read_back

LEAST_EXPONENT = -300
"""A number can be divided by ten to this; smaller ones have an exponent of their own besides."""


def read_back_all(array: Array, digits: int) -> Array:
    """Return what a learner who reads every cell, opened on its own, would compute with."""
    cells = [read_back(float(value), digits) for value in np.reshape(array, -1)]
    return np.asarray(cells, dtype=np.float64).reshape(np.shape(array))


def read_back_matrix(array: Array, digits: int) -> Array:
    """Return what a learner who reads the whole matrix, in one power of ten, would compute with."""
    exponent = common_exponent(array, digits)
    if exponent == 0:
        return read_back_all(array, digits)
    cells = [float(in_power(float(value), exponent, digits)) for value in np.reshape(array, -1)]
    with np.errstate(all="ignore"):
        return np.asarray(np.reshape(cells, np.shape(array)) * 10.0**exponent)


def common_exponent(array: Array, digits: int) -> int:
    """Return the power of ten that a whole matrix is shown in; 0 where plain numbers will do, and
    where those of a masked score, -1e9, would take every digit from the others."""
    largest = _largest(array)
    if largest >= LARGE and np.any((array != 0) & (np.abs(array) < largest / 10.0 ** (digits + 4))):
        return 0
    is_whole = bool(np.all(array == np.trunc(array))) and largest < WHOLE
    if is_whole or 1e-3 <= largest < max(LARGE, 10.0**digits):
        return 0
    return largest_exponent(array)


def largest_exponent(array: Array) -> int:
    """Return the power of ten of a matrix's largest finite cell; 0 where all are 0."""
    largest = _largest(array)
    return max(math.floor(math.log10(largest)), LEAST_EXPONENT) if largest else 0


def _largest(array: Array) -> float:
    return float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))
