"""Where the ticks of an axis stand and what is written at them."""

from __future__ import annotations

from math import ceil, floor, isclose, log10
from typing import NamedTuple


class Tick(NamedTuple):
    """One tick of an axis."""

    at: float
    """Position on the axis; on a log axis the decimal logarithm of the value."""
    label: str


def has_length(low: float, high: float) -> bool:
    """Tell whether an axis from `low` to `high` has room between its ends in float64."""
    return high - low > max(1e-9 * max(abs(low), abs(high)), 1e-280)


def linear_ticks(low: float, high: float, most: int, whole: bool = False) -> tuple[Tick, ...]:
    """Return at most `most` ticks at multiples of 1, 2 or 5 times a power of ten in [low, high].

    With `whole` they stand at whole numbers alone.
    """
    if not has_length(low, high) or most < 1:
        return ()
    step = _step((high - low) / most)
    if whole:
        step = max(1.0, step)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    while last - first + 1 > most:
        step = _step(step * 1.5)
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(Tick(n * step, _label(n * step, step)) for n in range(first, last + 1))


def log_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """Return at most `most` ticks for values from 10**low to 10**high.

    They are powers of ten where the range holds two or more.
    """
    if not has_length(low, high) or most < 1:
        return ()
    first, last = ceil(low - 1e-9), floor(high + 1e-9)
    if last > first:
        stride = ceil((last - first + 1) / most)
        return tuple(Tick(n, _power_label(n)) for n in range(first, last + 1, stride))
    ticks = linear_ticks(10.0**low, 10.0**high, most)
    return tuple(Tick(log10(tick.at), tick.label) for tick in ticks if tick.at > 0)


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
