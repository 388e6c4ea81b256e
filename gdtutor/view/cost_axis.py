"""The axis of the costs on the Train screen: its range, and what it leaves out."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.state import Walk
from gdtutor.training.trouble import STILL
from gdtutor.view import notation
from gdtutor.view.frame import LARGEST, Chars
from gdtutor.view.runs import ShownCurve, short_name

LEAST_SPAN = 50 * STILL
"""Share of the cost's size that the axis spans at the least: what counts as almost flat keeps to
one row of it at any size, and a curve that falls by more has the axis for itself."""
FROM_0 = 1 / 3
"""Share of the largest cost that the least may come to on a linear axis that begins at 0."""


def range_of(
    session: Walk, shown: tuple[ShownCurve, ...], beside: list[Array]
) -> tuple[float, float] | None:
    """Return the range of the costs' axis, None where the painter finds it.

    Costs that hardly differ look flat on it. A linear one begins at 0 where that is not far, and
    holds the runs that went well, where there are any: beside one that grows they would all lie
    at 0.
    """
    is_log = session.train.look.log_y
    sound = [one for one in shown if not one.curve.is_broken]
    costs = [*beside, *(one.curve.costs for one in (shown if is_log else sound or shown))]
    known = [c[np.isfinite(c) & (c > 0)] if is_log else c[np.isfinite(c)] for c in costs]
    known = [array for array in known if len(array)]
    if not known:
        return None
    low, high = min(float(a.min()) for a in known), max(float(a.max()) for a in known)
    least = LEAST_SPAN * max(abs(low), abs(high))
    if high > LARGEST:
        return None
    if high - low < least:
        middle = (low + high) / 2
        return middle - least / 2, middle + least / 2
    return 0.0 if not is_log and 0 < low < FROM_0 * high else low, high


def off_the_scale(session: Walk, shown: tuple[ShownCurve, ...], chars: Chars) -> str:
    """Return a note on costs that the plot does not show, empty where it shows all."""
    if not session.train.look.log_y and any(not one.curve.is_broken for one in shown):
        broken = [short_name(one.name, shown) for one in shown if one.curve.is_broken]
        return f"{', '.join(broken)}: out at the top" if broken else ""
    curves = (one.curve.costs for one in shown)
    largest = max((float(np.max(c, initial=0.0)) for c in curves), default=0.0)
    if largest <= LARGEST:
        return ""
    most = notation.shown(LARGEST, 1, chars)
    return f"{'≥' if chars.unicode else '>='}{most} drawn there"


def off_the_log(session: Walk, shown: tuple[ShownCurve, ...], chars: Chars) -> str:
    """Return a note on costs that a log axis cannot show, empty where it shows all."""
    if not session.train.look.log_y:
        return ""
    count = sum(int(np.sum(one.curve.costs <= 0)) for one in shown if not one.same_as)
    # The axis beside it says that these are costs.
    return f"{count:,} {'≤' if chars.unicode else '<='}0 left out" if count else ""
