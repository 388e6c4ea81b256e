"""How many digits a number is shown with, and what a reader of them computes with."""

from __future__ import annotations

import math
from functools import lru_cache

DEFAULT_DIGITS = 4
"""Significant digits shown unless the learner asks for more or fewer."""
MAX_DIGITS = 17
"""The most that can be asked for, which tell any two float64 numbers apart; the fewest is 1."""
CERTAIN = 15
"""Digits below which a float64 holds every decimal number."""
WHOLE = 1e6
"""Whole numbers below this are shown in full."""
LARGE = 1e5
SMALL = 1e-4
"""Outside `SMALL` to `LARGE`, or ten to the digits where that is more, an exponent is shown."""
ROUNDED = 1e-12
"""Share of a size by which rounding may have made it too large: that of 0.1 + 0.2 is 0.3."""


@lru_cache(maxsize=8192)
def number(value: float, digits: int = DEFAULT_DIGITS) -> str:
    """Return a number with so many significant digits, in ASCII; a shown 0 is an exact zero."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < WHOLE:
        return str(int(value))
    written = rounded_to(value, digits)
    rounded, (mantissa, exponent) = float(written), written.split("e")
    if not SMALL <= abs(rounded) < max(LARGE, 10.0**digits):
        return f"{trimmed(mantissa)}e{int(exponent)}"
    places = digits - 1 - int(exponent)
    return trimmed(f"{rounded:.{max(places, 0)}f}")


@lru_cache(maxsize=8192)
def in_power(value: float, exponent: int, digits: int) -> str:
    """Return a finite number divided by a power of ten, in ASCII: the digits of `number`, with the
    point moved, so that it is rounded once.
    """
    if value == int(value) and abs(value) < WHOLE:
        digits = max(digits, len(str(int(abs(value)))))
    mantissa, own = rounded_to(abs(value), digits).split("e")
    places = int(own) - exponent
    figures = "0" * -places + mantissa.replace(".", "").ljust(places + 1, "0")
    point = max(places, 0) + 1
    return trimmed(f"{'-' * (value < 0)}{figures[:point]}.{figures[point:]}")


def rounded_to(value: float, digits: int) -> str:
    """Return a finite number with so many significant digits and an exponent: the nearest, and of
    two that are as near the one farther from 0, as it is done by hand.
    """
    longer = f"{value:.{digits}e}"
    if digits >= CERTAIN or "5e" not in longer or float(longer) != value:
        return f"{value:.{digits - 1}e}"
    # Few numbers lie in the middle.
    from decimal import ROUND_HALF_UP, Context

    return f"{Context(digits, ROUND_HALF_UP).create_decimal(longer):.{digits - 1}e}"


def trimmed(text: str) -> str:
    """Return a number's text without the zeros behind its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_back(value: float, digits: int) -> float:
    """Return what a learner who reads the shown number would compute with."""
    return float(number(value, digits))


def raised(size: float, digits: int) -> float:
    """Return the least number that can be shown for what a size is at most: the nearest may lie
    below it, by more than rounding has left in it.
    """
    nearest = read_back(size, digits)
    return (
        nearest
        if nearest >= size * (1 - ROUNDED)
        else read_back(size + shown_unit(size, digits), digits)
    )


def shown_unit(value: float, digits: int) -> float:
    """Return one unit in the last digit that a number may be shown with; 0 for an exact zero."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    exponent = int(rounded_to(value, digits).partition("e")[2])
    return float(10.0 ** (exponent - digits + 1))
