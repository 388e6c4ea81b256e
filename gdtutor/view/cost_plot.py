"""The plot of the costs: its curves, the range of its axis, and what that leaves out."""

from __future__ import annotations

from math import isfinite

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.runs import run_label
from gdtutor.session.state import Walk
from gdtutor.training.trouble import STILL
from gdtutor.view import notation
from gdtutor.view.curve import running_means, thinned
from gdtutor.view.frame import LARGEST, Chars, Plot, Series, Style
from gdtutor.view.marks import HELD, MEAN, UNCHANGED
from gdtutor.view.runs import ShownCurve, curves_shown, short_name

LEAST_SPAN = 50 * STILL
"""Share of the cost's size that the axis spans at the least: what counts as almost flat keeps to
one row of it at any size, and a curve that falls by more has the axis for itself."""
FROM_0 = 1 / 3
"""Share of the largest cost that the least may come to on a linear axis that begins at 0."""


NO_LOG = "no cost above 0: the key y makes the axis linear"
PLOT_COLUMNS = 400
"""Runs of epochs whose least and greatest cost are handed to the painter, which thins further."""


def cost_plot(session: Walk, chars: Chars) -> Plot:
    """Return the cost curve, the validation curve and the original run as plain data."""
    snapshot, shown = session.train.snapshot, curves_shown(session, chars)
    others = [one for one in shown if one.mark]
    is_plain = all(one.mark == UNCHANGED for one in others) and not session.variant
    # A curve that is alone needs no name: the axis says what it is.
    plain = "training" if len(snapshot.validation) else "now" if session.changes else ""
    called = plain if is_plain else short_name(run_label(session), shown)
    series = [_series(called, snapshot.costs, Style.RUN_1)]
    if len(snapshot.validation):
        series.append(_series("validation", snapshot.validation, Style.RUN_2, HELD))
    series += [
        _series(short_name(one.name, shown), one.curve.costs, one.style, one.mark, one.start)
        for one in others
        if not one.same_as
    ]
    look = session.train.look
    notes = (_off_the_log(session, shown, chars), _off_the_scale(session, shown, chars))
    y_range = _range_of(session, shown, [snapshot.validation])
    if look.mean:
        xs, ys = running_means(snapshot.costs, look.mean, PLOT_COLUMNS)
        points = tuple(xs.tolist()), tuple(ys.tolist())
        series.append(Series("", *points, Style.RUN_4, mark=MEAN))
    comes = "the first point comes with the first epoch"
    none = "no point: the run ended in epoch 0" if snapshot.is_at_end else comes
    cursor = None if look.cursor is None else float(look.cursor)
    return Plot(
        ", ".join(filter(None, notes)), tuple(series), "epoch", "cost", log_y=look.log_y,
        x_integer=True, empty=NO_LOG if len(snapshot.costs) else none, cursor=cursor,
        y_range=y_range, on_top=0,
    )  # fmt: skip


def _series(label: str, costs: Array, style: Style, mark: str = "", start: int = 0) -> Series:
    """Return a curve from an epoch on, the extremes of long ones kept; with a mark it only stands
    beside another.
    """
    kept = start + thinned(costs[start:], PLOT_COLUMNS)
    points = tuple(kept.astype(np.float64).tolist()), tuple(costs[kept].tolist())
    return Series(label, *points, style, mark=mark, thin=bool(mark))


def _range_of(
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
    ends = [end for array in costs for end in _ends_of(array, is_log)]
    if not ends:
        return None
    low, high = min(ends), max(ends)
    least = LEAST_SPAN * max(abs(low), abs(high))
    if high > LARGEST:
        return None
    if high - low < least:
        middle = (low + high) / 2
        return middle - least / 2, middle + least / 2
    return 0.0 if not is_log and 0 < low < FROM_0 * high else low, high


def _ends_of(costs: Array, is_log: bool) -> tuple[float, ...]:
    """Return the least and the greatest cost that an axis has, none where it has none.

    A running training asks this of its whole curve for every frame, so nothing is copied where the
    axis has all.
    """
    if not costs.size:
        return ()
    with np.errstate(invalid="ignore"):
        low, high = float(costs.min()), float(costs.max())
    if not (isfinite(low) and isfinite(high) and (low > 0 or not is_log)):
        costs = costs[np.isfinite(costs) & ((costs > 0) | (not is_log))]
        return (float(costs.min()), float(costs.max())) if costs.size else ()
    return low, high


def _off_the_scale(session: Walk, shown: tuple[ShownCurve, ...], chars: Chars) -> str:
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


def _off_the_log(session: Walk, shown: tuple[ShownCurve, ...], chars: Chars) -> str:
    """Return a note on costs that a log axis cannot show, empty where it shows all."""
    if not session.train.look.log_y:
        return ""
    count = sum(np.count_nonzero(one.curve.costs <= 0) for one in shown if not one.same_as)
    # The axis beside it says that these are costs.
    return f"{count:,} {'≤' if chars.unicode else '<='}0 left out" if count else ""
