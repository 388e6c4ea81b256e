"""How many settings a search through all of them must try, and what a gradient costs instead."""

from __future__ import annotations

import math

from gdtutor.lesson.model import PictureWish
from gdtutor.view.frame import Chars, Line, Size, Style
from gdtutor.view.lines import column_texts, line
from gdtutor.view.notation import superscript
from gdtutor.view.pictures.source import Drawing, PictureKind, Source, stacked_notes

VALUES = (2, 10, 100, 1000)
"""Values that are tried of each weight, where the lesson does not say."""
PER_SECOND = 1e6
"""Settings tried in a second, where the lesson does not say."""
_YEAR = 365.25 * 24 * 3600
_UNITS = ((_YEAR, "years"), (24 * 3600, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


def counts_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return a table of kⁿ: a row for each number of weights, a column for each k."""
    own = source.problem.trained_cells
    values = tuple(int(v) for v in wish.numbers("values")) or VALUES
    weights = tuple(int(v) for v in wish.numbers("weights")) or tuple(
        sorted({1, 2, 4, 8, own} if own else {1, 2, 4, 8})
    )
    chars = source.chars
    table = [["weights", *(f"{k:,} values" for k in values)]]
    table += [[f"{n:,}", *(count_text(k, n, chars) for k in values)] for n in weights]
    while len(table[0]) > 2 and len(column_texts(table, "  ")[0]) > size.width:
        # The first columns give way: the last ones make the point.
        table = [[row[0], *row[2:]] for row in table]
    lines: list[Line] = []
    for number, text in enumerate(column_texts(table, "  ")):
        is_own = number > 0 and weights[number - 1] == own
        style = Style.DIM if number == 0 else Style.CURRENT if is_own else Style.TEXT
        lines.append(line((text, style)))
    rate = wish.real("per_second", PER_SECOND)
    notes = _notes(values[-1], weights[-1], own, rate, chars)
    return Drawing((*lines, *stacked_notes(notes, size.less(rows=len(lines))))[: size.height])


def count_text(values: int, weights: int, chars: Chars) -> str:
    """Return values**weights: in full where it is small, else as a power of ten."""
    exponent = weights * math.log10(values)
    return f"{values**weights:,}" if exponent < 7 else _power_text(exponent, chars)


def _power_text(exponent: float, chars: Chars) -> str:
    """Return ten to an exponent that is no whole number, as 3.2·10⁶¹."""
    whole = math.floor(exponent + 1e-9)
    mantissa = f"{10 ** (exponent - whole):.1f}".removesuffix(".0")
    if mantissa == "10":
        mantissa, whole = "1", whole + 1
    if not chars.unicode:
        return f"{mantissa}e{whole}"
    power = f"10{superscript(whole, chars)}"
    return power if mantissa == "1" else f"{mantissa}·{power}"


def _notes(values: int, weights: int, own: int, rate: float, chars: Chars) -> tuple[str, ...]:
    long = time_text(weights * math.log10(values) - math.log10(rate), chars)
    times = f"{weights:,} weights, {values:,} values each: {long} at {rate:,.0f} tries a second."
    changed = f"{own:,} numbers changed" if own > 1 else "one number changed"
    return "", times, f"A gradient step: one pass forward, one back, {changed}."


def time_text(log_seconds: float, chars: Chars) -> str:
    """Return a time, given as the decimal logarithm of its seconds, in a fitting unit."""
    for seconds, unit in _UNITS:
        log = log_seconds - math.log10(seconds)
        if log >= 0:
            if log < 6:
                return f"{10**log:,.0f} {unit}"
            return f"{_power_text(log, chars)} {unit}"
    return "less than a second"


PICTURE = PictureKind(counts_picture, None, "how many tries")
