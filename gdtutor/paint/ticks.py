"""Where an axis begins and ends, where its ticks stand and what is written at them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, product
from math import ceil, floor, isclose, log10
from typing import NamedTuple

CELLS_A_TICK = 12
"""Cells of a long row that each tick has for itself."""
LONGEST = ((1.25, 0.2), (1.25, 1.0), (1.4, 1.0))
"""How many times as long as its range an axis should be, and may be, for evenly spaced ticks, and
which part of it may lie behind the last of them."""


class AxisTick(NamedTuple):
    """One tick of an axis."""

    at: float
    """Position on the axis; on a log axis the decimal logarithm of the value."""
    label: str


class Scale(NamedTuple):
    """An axis along a row of cells, with its ticks."""

    low: float
    high: float
    cells: int
    ticks: tuple[AxisTick, ...]


def has_length(low: float, high: float) -> bool:
    """Tell whether an axis from `low` to `high` has room between its ends in float64."""
    return high - low > max(1e-9 * max(abs(low), abs(high)), 1e-280)


def linear_ticks(low: float, high: float, most: int, whole: bool = False) -> tuple[AxisTick, ...]:
    """Return at most `most` ticks at multiples of 1, 2 or 5 times a power of ten in [low, high].

    One tick alone is no scale, so there are two. With `whole` they stand at whole numbers alone.
    """
    found = [(step, *_multiples(low, high, step)) for step in _steps(low, high, most, whole)]
    for step, first, last in found:
        if 2 <= last - first + 1 <= most:
            return tuple(AxisTick(n * step, _label(n * step, step)) for n in range(first, last + 1))
    # Where all have no room, the outermost do.
    step, *ends = next((one for one in found[::-1] if one[2] > one[1]), (1.0,))
    return tuple(AxisTick(n * step, _label(n * step, step)) for n in ends)


def axis_of(
    limits: tuple[float, float], cells: int, most: int, whole: bool = False, slack: float = 1e-6
) -> Scale:
    """Return an axis whose ticks are a whole number of cells apart, so that they look so.

    It holds the range, and as little beyond it as that takes, a column with its last tick near its
    top where it has room for that; at most `most` ticks, and one beyond the range, stand at
    multiples of 1, 2 or 5 times a power of ten. Where two of them have no room it is the range
    itself, with the outermost round numbers.

    Args:
        limits: The range.
        cells: Cells of the axis.
        most: Ticks that it should have at the most.
        whole: Whether they stand at whole numbers alone.
        slack: The part of a cell that the range may reach beyond the axis.
    """
    low, high = limits
    steps = _steps(low, high, most, whole)
    # Neither a row nor powers of ten give cells away for a tick at their end.
    is_plain = whole or slack > 0.1
    tried = (islice(_even(limits, cells, step, slack), 1 if is_plain else None) for step in steps)
    axes = [*chain.from_iterable(tried)]
    for least, (longest, end) in product((min(most, 3), 2), LONGEST[is_plain:]):
        for axis in axes:
            length = axis.high - axis.low
            is_near = not axis.ticks or axis.high - axis.ticks[-1].at <= end * length
            is_short = length <= longest * (high - low)
            if is_short and is_near and least <= len(axis.ticks) <= most + 1:
                return axis
    return Scale(low, high, cells, linear_ticks(low, high, most, whole))


def _steps(low: float, high: float, most: int, whole: bool) -> list[float]:
    """Return steps between ticks, from one of which there are more than enough to a coarse one."""
    if not has_length(low, high) or most < 2:
        return []
    step = _step((high - low) / (3 * most))
    steps = [max(1.0, step) if whole else step]
    while steps[-1] < high - low:
        steps.append(_step(steps[-1] * 1.5))
    return steps


def _even(limits: tuple[float, float], cells: int, step: float, slack: float) -> Iterator[Scale]:
    """Yield axes with a tick every so many cells, the shortest first; none where a cell is more
    than a step."""
    low, high = limits
    finest = int(step * (cells - 1 + 2 * slack) / (high - low))
    # Of twice the length none is wanted.
    for between in range(finest, finest // 2, -1):
        cell = step / between
        starts = (floor(low / cell + part) for part in (1e-6, slack))
        fitting = (start for start in starts if (start + cells - 1 + slack) * cell >= high)
        if (start := next(fitting, None)) is not None:
            first, last = ceil(start / between), (start + cells - 1) // between
            ticks = (AxisTick(n * step, _label(n * step, step)) for n in range(first, last + 1))
            yield Scale(start * cell, (start + cells - 1) * cell, cells, tuple(ticks))


def labelled_axis(low: float, high: float, cells: int, whole: bool = False) -> Scale:
    """Return an axis along a row of cells, with as many ticks as it has room to label."""
    for most in range(max(3, cells // CELLS_A_TICK), 1, -1):
        axis = axis_of((low, high), cells, most, whole, slack=0.4)
        if _have_room(axis):
            return axis
    return Scale(low, high, cells, linear_ticks(low, high, 2, whole))


def _have_room(axis: Scale) -> bool:
    """Say whether the labels below a row of cells stand apart from each other."""
    low, high, cells, ticks = axis
    places = [(tick.at - low) / (high - low) * (cells - 1) for tick in ticks]
    return all(
        places[n + 1] - places[n] >= (len(ticks[n].label) + len(ticks[n + 1].label)) / 2 + 1
        for n in range(len(ticks) - 1)
    )


def _multiples(low: float, high: float, step: float) -> tuple[int, int]:
    """Return the first and the last multiple of a step in a range, as counts of steps."""
    return ceil(low / step - 1e-9), floor(high / step + 1e-9)


def log_axis(limits: tuple[float, float], cells: int, most: int) -> Scale:
    """Return an axis for values from 10**low to 10**high, its ends as powers of ten.

    Its ticks are powers of ten, evenly spaced, where the range holds two or more; else 1, 2 and 5
    times one, or round numbers between them.
    """
    low, high = limits
    if floor(high + 1e-9) > ceil(low - 1e-9):
        axis = axis_of(limits, cells, max(most, 2), whole=True)
        powers = tuple(AxisTick(tick.at, _power_label(round(tick.at))) for tick in axis.ticks)
        return axis._replace(ticks=powers)
    marks = [digit * 10.0**n for n in (floor(low), floor(low) + 1) for digit in (1, 2, 5)]
    inside = [
        AxisTick(log10(mark), _label(mark, mark)) for mark in marks if low <= log10(mark) <= high
    ]
    if not 2 <= len(inside) <= most:
        ticks = linear_ticks(10.0**low, 10.0**high, most)
        inside = [AxisTick(log10(tick.at), tick.label) for tick in ticks if tick.at > 0]
    return Scale(low, high, cells, tuple(inside))


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
    if abs(value) < 1e6 and decimals <= 4:
        return f"{value:.{decimals}f}"
    digits = max(0, floor(log10(abs(value)) + 1e-9) - floor(log10(step) + 1e-9))
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _power_label(exponent: int) -> str:
    """Return 0.01 to 10000 as decimals and the other powers of ten like 1e-3."""
    return f"{10.0**exponent:.{max(0, -exponent)}f}" if -2 <= exponent <= 4 else f"1e{exponent}"
