"""Answers as they are typed, and which numbers an honest learner may come to."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation

import numpy as np

from gdtutor.engine.errors import FormulaError, GdTutorError, did_you_mean
from gdtutor.engine.expression import Expr, calls_in, names_in
from gdtutor.engine.operations import OPERATIONS, Kind, evaluate, parse_formula
from gdtutor.play.options import divided
from gdtutor.session.digits import shown_unit
from gdtutor.values import Struct

FIGURES = 3
"""Significant digits that are asked for: from so many on, a number that is rightly rounded to the
digits typed is right."""
_SLACK = 4e-15
"""Relative room for the last bits of float64 at the ends of an interval."""
_CERTAIN = 15
"""Digits of a float64 that a calculation's rounding leaves alone."""
_NEAREST = (ROUND_HALF_EVEN, ROUND_HALF_UP)
_CUT = (*_NEAREST, ROUND_DOWN)
"""Ways that right digits are written by, the last of which cuts others off."""
_FAR = 1000.0
"""Times the true value that a reading may differ from it by: beyond it, the digits of an operand
are all lost, and what lies between the two is nobody's result."""
_HINT = "write a number, as 0.75, 3/4 or 1e-3, or a calculation such as 0.75*0.3"
_SPOKEN = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "σ": "sigmoid", "÷": "/", "^": "**"}
)
_LOWERED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_RAISED = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_POWER = re.compile(r"\s*\*\s*10\s*\*\*\s*([+-]?\d+)$")
"""A power of ten behind a number, which makes it one in scientific notation."""
_SIGNS = {
    "+": 1, "plus": 1, "positive": 1, "pos": 1, "up": 1,
    "-": -1, "minus": -1, "negative": -1, "neg": -1, "down": -1,
    "0": 0, "zero": 0, "none": 0,
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class AnswerError(GdTutorError):
    """What was typed is no answer of the kind that was asked for."""


class ShortAnswerError(AnswerError):
    """A number is right as far as it goes: it has fewer digits than are asked for, or its last one
    is not rounded."""


class Typed(Struct, frozen=True):
    """A number as it was typed."""

    text: str
    value: float
    figures: int = 0
    """Its significant digits; 0 of a calculation, which is as exact as it can be."""
    unit: float = 0.0
    """One unit in its last digit; 0 of a calculation."""

    @property
    def least(self) -> tuple[int, float]:
        """Its digits and their unit where zeros at the end of a whole number only fill it up."""
        zeros = 0
        if self.unit == 1 and self.value:
            zeros = int(Decimal(self.value).normalize().as_tuple().exponent)
        return self.figures - zeros, self.unit * 10.0**zeros


class Interval(Struct, frozen=True):
    """The numbers that are accepted."""

    low: float
    high: float
    unit: float
    """One unit in the last shown digit, half of which widens the interval on either side."""

    apart: tuple[Interval, ...] = ()
    """Readings far from the true value; each is accepted, and nothing between."""

    def accepts(self, typed: Typed) -> bool:
        """Say whether a typed number is one of these, or one of them rounded to its digits; however
        it is written, also to those that are asked for."""
        if self.holds(typed.value, typed.unit if typed.figures >= FIGURES else 0.0):
            return True
        # 12300 and 0.1 may be meant to more digits than other than 0 stand there.
        figures = len(Decimal(f"{typed.value:.{_CERTAIN}g}").normalize().as_tuple().digits)
        asked = max(figures, FIGURES)
        return asked < _CERTAIN and any(
            one.rounds_to(typed.value, one.unit_of(asked)) for one in (self, *self.apart)
        )

    def unit_of(self, figures: int) -> float:
        """Return one unit in the last of so many digits of the larger end."""
        return max(shown_unit(end, figures) for end in (float(self.low), float(self.high)))

    def is_right(self, typed: Typed) -> bool:
        """Judge a typed number by what is right: digits beyond those asked for need not be.

        Raises:
            ShortAnswerError: It is right as far as it goes, or cut off in place of rounded.
        """
        near = (self, *self.apart)
        if self.accepts(typed) or any(one.is_close(typed.value) for one in near):
            return True
        figures, unit = typed.least
        # 0.06 has counted the zeros in front; 6 alone would be told to a guess.
        if figures < 1 or (figures == 1 and (unit >= 1 or ".0" not in typed.text)):
            return False
        # 0.10 is no rounding of 0.095, whose two digits are 95.
        if any(one.rounds_to(typed.value, min(unit, one.unit_of(figures)), *_CUT) for one in near):
            what = f"{typed.text.strip()} is"
            if figures >= FIGURES:
                raise ShortAnswerError(f"{what} cut off, not rounded: the next digit is 5 or more")
            how = f"write {FIGURES} digits, zeros in front not counted"
            raise ShortAnswerError(f"{what} right so far", how)
        return False

    def is_close(self, value: float) -> bool:
        """Say whether a number differs from one between the ends by at most half a unit of the last
        digit asked for."""
        ends = float(self.low), float(self.high)
        if not all(map(math.isfinite, (*ends, value))):
            return False
        low, high = (
            10.0 ** (Decimal(end).adjusted() - FIGURES + 1) / 2 * bool(end) for end in ends
        )
        return Interval(ends[0] - low, ends[1] + high, 0.0).holds(value)

    def rounds_to(self, value: float, unit: float, *ways: str) -> bool:
        """Say whether a number is one between the ends rounded to such units, by one of the ways;
        by either of rounding what ends in a 5 where none is given.
        """
        ends = float(self.low), float(self.high)
        are_finite = all(map(math.isfinite, (*ends, value)))
        if not are_finite or unit <= max(map(abs, ends)) / 10**_CERTAIN:
            return False
        step, exact = Decimal(repr(unit)).normalize(), [Decimal(repr(end)) for end in ends]
        found = [e.quantize(step, way) for e in exact for way in ways or _NEAREST]
        return min(found) <= Decimal(f"{value:.{_CERTAIN}g}") <= max(found)

    def holds(self, value: float, unit: float = 0.0) -> bool:
        """Say whether a number is accepted, or rounds to one that is.

        Args:
            value: The number.
            unit: One unit in the last digit that it was rounded to.
        """
        if not math.isfinite(value):
            return value == self.low or (math.isnan(value) and math.isnan(self.low))
        slack = _SLACK * max(abs(self.low), abs(self.high)) + max(self.unit, unit) / 2
        is_near = self.low - slack <= value <= self.high + slack
        return is_near or any(one.holds(value, unit) for one in self.apart)

    def overlaps(self, other: Interval) -> bool:
        """Say whether some number is accepted by both."""
        return any(
            one.low - (one.unit + two.unit) / 2 <= two.high
            and two.low - (one.unit + two.unit) / 2 <= one.high
            for one in (self, *self.apart)
            for two in (other, *other.apart)
        )


def honest(values: Iterable[float], digits: int) -> Interval:
    """Return what is accepted: from the true value to those computed from shown operands.

    Args:
        values: The true value, and the values computed from the digits on the screen.
        digits: Significant digits on the screen.
    """
    true, *others = values
    if not math.isfinite(true):
        return Interval(true, true, 0.0)
    finite = [value for value in others if math.isfinite(value)]
    near = [true, *(v for v in finite if true == 0 or abs(v - true) <= _FAR * abs(true))]
    unit = max(shown_unit(value, digits) for value in near)
    apart = (Interval(v, v, shown_unit(v, digits)) for v in finite if v not in near)
    return Interval(min(near), max(near), unit, tuple(apart))


def read_number(text: str) -> Typed:
    """Read a number or a calculation in the lesson grammar; no names, and nothing is executed.

    Raises:
        AnswerError: For anything else.
    """
    written = _RAISED.sub(lambda found: f"^{found[0]}".translate(_LOWERED), text)
    written = written.translate(_SPOKEN).strip()
    try:
        expr = parse_formula(written)
    except FormulaError as error:
        raise AnswerError(error.what, _HINT) from None
    _check_numeric(expr)
    with np.errstate(all="ignore"):
        value = float(evaluate(expr, {}))
    try:
        _, digits, exponent = Decimal(_POWER.sub(r"e\1", written)).as_tuple()
    except InvalidOperation:
        return Typed(text, value)
    return Typed(text, value, len(digits) if any(digits) else 0, float(f"1e{exponent}"))


def _check_numeric(expr: Expr) -> None:
    for part in calls_in(expr):
        if OPERATIONS[part.op].kind is not Kind.ELEMENTWISE:
            raise AnswerError(f"{part.op} needs arrays", _HINT)
    for name in names_in(expr):
        raise AnswerError(f"'{name.name}' is a name", "write its number instead")


def read_numbers(text: str, row: int) -> tuple[Typed, ...]:
    """Read one number, or a row of them in brackets, with commas or blanks between.

    Args:
        text: What was typed.
        row: How many numbers a row has; 1 where a single number is asked for.

    Raises:
        AnswerError: For anything else.
    """
    inner = re.sub(r"^\s*\[(.*)\]\s*$", r"\1", text)
    for parts in (inner.split(), divided(inner, ",;")):
        if row > 1 and len(parts) == row:
            try:
                return tuple(read_number(part) for part in parts)
            except AnswerError:
                continue
    if row > 1 and len(divided(inner, ",;")) > 1:
        raise AnswerError(f"the row has {row} numbers", "write all of them, or one cell")
    return (read_number(inner),)


def read_sign(text: str) -> int:
    """Read a sign: `+`, `-`, `0` or a word for one.

    Raises:
        AnswerError: For anything else; a number would be taken for right whatever its size.
    """
    word = text.translate(_SPOKEN).strip().lower()
    if word in _SIGNS:
        return _SIGNS[word]
    is_number = any(character.isdigit() for character in word)
    what = "the sign alone is asked for" if is_number else "that is no sign"
    raise AnswerError(what, "write +, - or 0")


def read_shape(text: str) -> tuple[int, ...]:
    """Read a shape: `3x4`, `3×4`, `(3, 4)`, or `number` for a plain number.

    Raises:
        AnswerError: For anything else.
    """
    word = text.strip().lower()
    if word in ("()", "number", "a number", "one number", "scalar", "plain number"):
        return ()
    inner = re.fullmatch(r"\((.+)\)|\[(.+)\]", word)
    word = word if inner is None else inner[1] or inner[2]
    parts = re.split(r"\s*[x×*,]\s*|\s+", word.removesuffix(","))
    if all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        return tuple(int(part) for part in parts)
    raise AnswerError("that is no shape", "write rows x columns, as 3x4, or number")


def read_name(text: str, known: Collection[str]) -> str:
    """Read the name of a node as it is typed or as it is shown: `yhat`, `ŷ`, `dW1`, `∂L/∂w₁`.

    Raises:
        AnswerError: For a name that is none of the known ones.
    """
    word = text.strip().translate(_SUBSCRIPTS).replace(" ", "")
    spread = unicodedata.normalize("NFD", word).replace("\u0302", "hat")
    found = [spread, *(re.sub(start, "", spread) for start in (r"^[∂d]\w*/[∂d]", "^grad", "^d"))]
    name = next((name for name in found if name in known), None)
    if name is None:
        raise AnswerError(f"there is no node '{text.strip()[:20]}'", did_you_mean(spread, known))
    return name
