"""The runs on the Train screen side by side: last costs, the best one, and what went wrong."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.runs import run_label
from gdtutor.session.state import KeptCurve, Session
from gdtutor.training.trouble import Trouble, judge
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.frame import Chars, Line, Style
from gdtutor.view.lines import line, wrapped
from gdtutor.view.pictures.curve import marks_of

MANY = 8
"""Runs from which on the best one is named above them, since it may not show among them."""

SAME = 1e-9
"""Relative difference of costs up to which two curves are one: runs that are trained side by side
round otherwise than one that is trained alone.
"""

_MARKS = ("o", "x", "+", "^", "%", "#", "@")
_STYLES = (Style.RUN_2, Style.RUN_3, Style.RUN_4)


class ShownCurve(Struct, frozen=True, eq=False):
    """A cost curve and what it is drawn with."""

    curve: KeptCurve
    mark: str = ""
    """The character that a kept curve is drawn with; empty for the line of the present run."""
    style: Style = Style.RUN_1
    name: str = ""
    """Its label, without the setting that one sweep varies."""
    same_as: str = ""
    """The name of a curve before it with the same costs; empty where there is none."""


def curves_shown(session: Session) -> tuple[ShownCurve, ...]:
    """Return the present run's curve, where it has one, and the kept ones.

    A kept curve's mark depends on its place among all that are kept, so that it keeps its mark
    whatever comes to stand beside it. An earlier curve of the present run does not show.
    """
    label, costs = run_label(session), session.training.costs
    setting, shown = swept_setting(session), list[ShownCurve]()
    if len(costs):
        own = KeptCurve(label, costs, judge(costs, session.training.stopped_by))
        shown.append(ShownCurve(own, name=label))
    for place, curve in enumerate(session.kept):
        if curve.label != label:
            mark, style = _MARKS[place % len(_MARKS)], _STYLES[place % len(_STYLES)]
            name = curve.label.removeprefix(f"{setting} ") if setting else curve.label
            shown.append(ShownCurve(curve, mark, style, name, _twin(curve, shown)))
    return tuple(shown)


def swept_setting(session: Session) -> str:
    """Return the setting that the kept sweeps vary, empty where there is none or several."""
    settings = {curve.setting for curve in session.kept if curve.setting}
    return settings.pop() if len(settings) == 1 else ""


def _twin(curve: KeptCurve, before: list[ShownCurve]) -> str:
    """Return the name of a curve with the same costs."""
    if not len(curve.costs):
        return ""
    twins = (other.name for other in before if _are_same(other.curve.costs, curve.costs))
    return next(twins, "")


def _are_same(costs: Array, others: Array) -> bool:
    """Say whether two curves are one; every frame asks this of every pair."""
    if len(costs) != len(others):
        return False
    # Most differ in the end already; NaN, which is not larger, is looked at whole.
    last, other = float(costs[-1]), float(others[-1])
    if abs(last - other) > 2 * SAME * abs(other):
        return False
    return bool(np.allclose(costs, others, rtol=SAME, atol=0.0, equal_nan=True))


def run_lines(session: Session, width: int, chars: Chars) -> tuple[Line, ...]:
    """Return each run with its last cost; the best is marked, a run gone wrong is said."""
    shown = curves_shown(session)
    last = [float(s.curve.costs[-1]) if len(s.curve.costs) else math.inf for s in shown]
    setting = swept_setting(session)
    lines = [line((f"by {setting}", Style.DIM))] if setting else []
    # A run that has come to numbers that are not finite has no cost at its end, and one that grows
    # is not better than those that it was below on its way.
    bad = (Trouble.NOT_FINITE.value, Trouble.GROWING.value)
    is_broken = [one.curve.verdict in bad for one in shown]
    ends = [math.inf if no_end else cost for no_end, cost in zip(is_broken, last, strict=True)]
    best = ends.index(min(ends)) if len(shown) > 1 and math.isfinite(min(ends)) else None
    star = "★" if chars.unicode else "*"
    if best is not None and len(shown) >= MANY:
        lines.extend(wrapped(f"{star} lowest: {shown[best].name}", width, Style.GOOD))
    for place, (one, cost) in enumerate(zip(shown, last, strict=True)):
        is_best = place == best
        style = Style.GOOD if is_best else Style.TEXT
        sign = one.mark or marks_of(chars).curve
        lines.extend(wrapped(f"{sign} {one.name}", width, style))
        if one.same_as:
            lines.extend(_indented(f"the same curve as {one.same_as}", width, Style.DIM))
            continue
        epochs = len(one.curve.costs)
        number = notation.shown(cost, session.look.digits, chars)
        said = f"{number} at epoch {epochs - 1:,}" if epochs else "no epoch finished"
        lines.extend(_indented(said, width, Style.DIM))
        if one.curve.verdict:
            lines.extend(_indented(one.curve.verdict, width, Style.WARNING))
        elif is_best:
            lines.extend(_indented(f"{star} the lowest cost", width, Style.GOOD))
    return tuple(lines)


def _indented(text: str, width: int, style: Style) -> list[Line]:
    return [line("  ", *row) for row in wrapped(text, width - 2, style)]
