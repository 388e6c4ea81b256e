"""The runs on the Train screen side by side: last costs, the best one, and what went wrong."""

from __future__ import annotations

import math

from gdtutor.session.runs import run_label
from gdtutor.session.state import KeptCurve, Session
from gdtutor.training.judging import judge
from gdtutor.view import notation
from gdtutor.view.frame import Chars, Line, Style
from gdtutor.view.lines import line, wrapped

_MARKS = ("", "o", "x", "+", "^", "%", "#", "@")


def mark_of(place: int) -> str:
    """Return the character that a curve is drawn with; the first is a line."""
    return _MARKS[place % len(_MARKS)] if place else ""


def curves_shown(session: Session) -> tuple[KeptCurve, ...]:
    """Return the present run's curve, where it has one, and the kept ones."""
    costs = session.training.costs
    own = KeptCurve(run_label(session), costs, judge(costs, session.training.stopped_by))
    return (*((own,) if len(costs) else ()), *session.kept)


def run_lines(session: Session, width: int, chars: Chars) -> tuple[Line, ...]:
    """Return each run with its last cost; the best is marked, a run gone wrong is said."""
    curves = curves_shown(session)
    last = [float(c.costs[-1]) if len(c.costs) else math.inf for c in curves]
    usable = [cost for cost in last if math.isfinite(cost)]
    lines: list[Line] = []
    for place, (curve, cost) in enumerate(zip(curves, last, strict=True)):
        is_best = bool(usable) and len(curves) > 1 and place == last.index(min(usable))
        style = Style.GOOD if is_best else Style.TEXT
        lines.extend(wrapped(f"{mark_of(place) or '-'} {curve.label}", width, style))
        shown = notation.shown(cost, session.look.digits, chars) if len(curve.costs) else "-"
        lines.append(line((f"    {shown} at epoch {len(curve.costs) - 1:,}", Style.DIM)))
        if curve.verdict:
            lines.append(line((f"    {curve.verdict}", Style.WARNING)))
        elif is_best:
            star = "★" if chars.unicode else "*"
            lines.append(line((f"    {star} the lowest cost", Style.GOOD)))
    return tuple(lines)
