"""How many digits a number is shown with, and what a reader of them computes with."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.operations import Array

DEFAULT_DIGITS = 4
"""Significant digits shown unless the learner asks for more or fewer."""
MAX_DIGITS = 17
"""The most that can be asked for, which tell any two float64 numbers apart; the fewest is 1."""
WHOLE = 1e6
"""Whole numbers below this are shown in full."""
LARGE = 1e5
SMALL = 1e-4
"""Outside `SMALL` to `LARGE`, or ten to the digits where that is more, an exponent is shown."""


def number(value: float, digits: int) -> str:
    """Return a number with so many significant digits, in ASCII; a shown 0 is an exact zero."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < WHOLE:
        return str(int(value))
    rounded = float(f"{value:.{digits - 1}e}")
    if not SMALL <= abs(rounded) < max(LARGE, 10.0**digits):
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{trimmed(mantissa)}e{int(exponent)}"
    places = digits - 1 - math.floor(math.log10(abs(rounded)))
    return trimmed(f"{rounded:.{max(places, 0)}f}")


def trimmed(text: str) -> str:
    """Return a number's text without the zeros behind its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_back(value: float, digits: int) -> float:
    """Return what a learner who reads the shown number would compute with."""
    return float(number(value, digits))


def read_back_all(array: Array, digits: int) -> Array:
    """Return what a learner who reads every cell, opened on its own, would compute with."""
    cells = [read_back(float(value), digits) for value in np.reshape(array, -1)]
    return np.asarray(cells, dtype=np.float64).reshape(np.shape(array))


def read_back_matrix(array: Array, digits: int) -> Array:
    """Return what a learner who reads the whole matrix, in one power of ten, would compute with."""
    exponent = common_exponent(array, digits)
    if exponent == 0:
        return read_back_all(array, digits)
    scale = 10.0**exponent
    with np.errstate(all="ignore"):
        return np.asarray(np.round(np.asarray(array) / scale, digits - 1) * scale)


def shown_unit(value: float, digits: int) -> float:
    """Return one unit in the last digit that a number may be shown with; 0 for an exact zero."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    rounded = float(f"{value:.{digits - 1}e}")
    return float(10.0 ** (math.floor(math.log10(abs(rounded))) - digits + 1))


def common_exponent(array: Array, digits: int) -> int:
    """Return the power of ten that a whole matrix is shown in; 0 where plain numbers will do."""
    exponent = largest_exponent(array)
    largest = float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))
    if largest == 0:
        return 0
    is_whole = bool(np.all(array == np.trunc(array))) and largest < WHOLE
    if is_whole or 1e-3 <= largest < max(LARGE, 10.0**digits):
        return 0
    return exponent


def largest_exponent(array: Array) -> int:
    """Return the power of ten of a matrix's largest finite cell; 0 where all are 0."""
    largest = float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))
    return math.floor(math.log10(largest)) if largest else 0
