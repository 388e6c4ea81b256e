"""Where the ticks of an axis stand and what is written at them."""

from __future__ import annotations

from math import ceil, floor, isclose, log10
from typing import NamedTuple

CELLS_A_TICK = 12
"""Cells of a long row that each tick has for itself."""


class AxisTick(NamedTuple):
    """One tick of an axis."""

    at: float
    """Position on the axis; on a log axis the decimal logarithm of the value."""
    label: str


def has_length(low: float, high: float) -> bool:
    """Tell whether an axis from `low` to `high` has room between its ends in float64."""
    return high - low > max(1e-9 * max(abs(low), abs(high)), 1e-280)


def linear_ticks(low: float, high: float, most: int, whole: bool = False) -> tuple[AxisTick, ...]:
    """Return at most `most` ticks at multiples of 1, 2 or 5 times a power of ten in [low, high].

    One tick alone is no scale, so there are two where two may be. With `whole` they stand at whole
    numbers alone.
    """
    if not has_length(low, high) or most < 1:
        return ()
    step = _step((high - low) / most)
    if whole:
        step = max(1.0, step)
    first, last = _multiples(low, high, step)
    while last - first + 1 > most:
        step = _step(step * 1.5)
        first, last = _multiples(low, high, step)
    if last - first + 1 < min(most, 2):
        step = _finer(step, whole)
        first, last = _multiples(low, high, step)
    # Where the finer ones are too many to have them all, their outermost do.
    are_all = last - first + 1 <= most
    counts = range(first, last + 1) if are_all else (first, last)
    return tuple(AxisTick(n * step, _label(n * step, step)) for n in counts)


def ticks_in(low: float, high: float, cells: int, whole: bool = False) -> tuple[AxisTick, ...]:
    """Return the ticks of an axis along a row of so many cells: as many as it has room to label."""
    for most in range(max(3, cells // CELLS_A_TICK), 2, -1):
        ticks = linear_ticks(low, high, most, whole)
        if _have_room(ticks, low, high, cells):
            return ticks
    return linear_ticks(low, high, 2, whole)


def _have_room(ticks: tuple[AxisTick, ...], low: float, high: float, cells: int) -> bool:
    """Say whether the labels below a row of cells stand apart from each other."""
    places = [(tick.at - low) / (high - low) * (cells - 1) for tick in ticks]
    return all(
        places[n + 1] - places[n] >= (len(ticks[n].label) + len(ticks[n + 1].label)) / 2 + 1
        for n in range(len(ticks) - 1)
    )


def _multiples(low: float, high: float, step: float) -> tuple[int, int]:
    """Return the first and the last multiple of a step in a range, as counts of steps."""
    return ceil(low / step - 1e-9), floor(high / step + 1e-9)


def _finer(step: float, whole: bool) -> float:
    """Return the next smaller of 1, 2, 5 times a power of ten; with `whole` 1 at the least."""
    smaller = _step(step / 2.6)
    return max(1.0, smaller) if whole else smaller


def log_ticks(low: float, high: float, most: int) -> tuple[AxisTick, ...]:
    """Return at most `most` ticks for values from 10**low to 10**high.

    They are powers of ten where the range holds two or more.
    """
    if not has_length(low, high) or most < 1:
        return ()
    first, last = ceil(low - 1e-9), floor(high + 1e-9)
    if last > first:
        stride = ceil((last - first + 1) / most)
        return tuple(AxisTick(n, _power_label(n)) for n in range(first, last + 1, stride))
    ticks = linear_ticks(10.0**low, 10.0**high, most)
    return tuple(AxisTick(log10(tick.at), tick.label) for tick in ticks if tick.at > 0)


def _step(at_least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `at_least`."""
    power = 10.0 ** floor(log10(at_least))
    for digit in (1, 2, 5):
        if digit * power >= at_least or isclose(digit * power, at_least, rel_tol=1e-9):
            return digit * power
    return 10 * power


def _label(value: float, step: float) -> str:
    """Return `value` with the decimals that tell it from its neighbours, `step` away."""
    if abs(value) < step / 2:
        return "0"
    decimals = max(0, -floor(log10(step) + 1e-9))
    if abs(value) < 1e5 and decimals <= 4:
        return f"{value:.{decimals}f}"
    digits = max(0, floor(log10(abs(value)) + 1e-9) - floor(log10(step) + 1e-9))
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _power_label(exponent: int) -> str:
    """Return 0.01 to 10000 as decimals and the other powers of ten like 1e-3."""
    return f"{10.0**exponent:.{max(0, -exponent)}f}" if -2 <= exponent <= 4 else f"1e{exponent}"
