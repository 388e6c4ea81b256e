"""The loss along one number: the curve, the point on it, its tangent, and the steps walked."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.work import SLICE_STEPS
from gdtutor.session.moment import Moment
from gdtutor.session.steps import Phase
from gdtutor.training.run import Run
from gdtutor.values import Struct
from gdtutor.view.frame import LARGEST, Plot, Series, Size, Style
from gdtutor.view.marks import marks_of
from gdtutor.view.notation import plural
from gdtutor.view.pictures.cost_function import (
    CostFunction,
    all_examples,
    measured_name,
    this_batch,
)
from gdtutor.view.pictures.paths import ParameterCell, Trail, cells_along, overlaid_trails, path
from gdtutor.view.pictures.source import Drawing, Source, above_words, cell_of, stacked_notes

POINTS = 161
"""Points of the curve."""
BESIDE, BELOW = 7, 5
"""Cells of a picture that its plot has not for points, at the most: beside them, and above and
below."""

Curve = tuple[float, ...]


class Slice(Struct, frozen=True, eq=False):
    """The numbers of a slice."""

    cell: ParameterCell
    wanted: str
    is_mean: bool
    """Whether the curve is the mean of that line over the examples."""
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    here: tuple[float, float]
    slope: float | None
    """None before the walk has come to it."""
    after: tuple[float, float] | None
    """Where the update leads; None before the walk has come to it."""
    trails: tuple[Trail, ...]
    """Points that were walked, with the loss at each."""
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    note: str = ""


def slice_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return the plot with its numbers below, and what lies outside of it in words."""
    found = slice_of(source, wish)
    lines = sum(len(stacked_notes((text,), size)) for text, _ in _words(source, found))
    drawn = _drawn(source, found, size.width - BESIDE, size.height - BELOW - lines)
    words = _words(source, found, drawn)
    return above_words(_plot(source, found, drawn), words, size, "the loss along a number")


@lru_cache(maxsize=16)
def slice_of(source: Source, wish: PictureWish) -> Slice:
    """Return the numbers of a slice."""
    cell = cells_along(wish)[0]
    cost = _cost_along(source, wish, cell)
    trace = _trace(source, wish, cell)
    at = cell_of(trace.values[cell.name], cell.cell)
    here = (at, float(cost.at((cell,), np.array([[at]]))[0]))
    after = _after(source, wish, cell, cost)
    trails = _trails(source, wish, cell, cost)
    low, high = wish.interval() or _around(at, after, trails)
    xs = np.linspace(low, high, POINTS)
    ys = cost.at((cell,), xs[:, None])
    slope = cost.slope(cell) if source.is_reached(Phase.BACKWARD, cell.name) else None
    few = f"measured on {cost.measured:,} of {cost.examples:,} examples"
    note = few if cost.measured < cost.examples else ""
    return Slice(
        cell, cost.wanted, cost.is_mean, tuple(xs.tolist()), tuple(ys.tolist()), here, slope,
        after, trails, (low, high), _height(ys, here[1] if low <= at <= high else np.nan), note,
    )  # fmt: skip


def _cost_along(source: Source, wish: PictureWish, cell: ParameterCell) -> CostFunction:
    is_last = cell.name in source.problem.graph.parameters
    if wish.option("over") == "all" and is_last:
        return all_examples(source, POINTS)
    return this_batch(source, _trace(source, wish, cell), str(wish.option("of", "")), POINTS)


def _trace(source: Source, wish: PictureWish, cell: ParameterCell) -> Trace:
    """Return the scene that has the line asked for, else the step's or the first with the name."""
    found = (t for t in source.traces if wish.option("of") in t.graph.line_by_name)
    return next(found, source.trace_with(cell.name))


def _after(
    source: Source, wish: PictureWish, cell: ParameterCell, cost: CostFunction
) -> tuple[float, float] | None:
    """Return where this iteration's update leads along the curve, all else as it stands."""
    if not isinstance(source.at, Moment) or wish.numbers("rates"):
        return None
    update = source.at.updates.get(cell.name)
    if update is None or not source.is_reached(Phase.UPDATE, cell.name):
        return None
    at = cell_of(update.p, cell.cell)
    return at, float(cost.at((cell,), np.array([[at]]))[0])


def _trails(
    source: Source, wish: PictureWish, cell: ParameterCell, cost: CostFunction
) -> tuple[Trail, ...]:
    steps = wish.whole("steps", SLICE_STEPS)
    if wish.numbers("rates"):
        ahead = range(steps + 1)
        return overlaid_trails(source, wish, lambda run: _walked(run, cell, cost, ahead))
    last = source.iteration
    low, high = wish.interval() or (-np.inf, np.inf)
    now = _trace(source, wish, cell).values.get(cell.name)
    has_left = last > steps and now is not None and not low <= cell_of(now, cell.cell) <= high
    iterations = range(steps) if has_left else range(max(last - steps, 0), last)
    if cell.name not in source.problem.trained or not iterations:
        return ()
    mark = marks_of(source.chars).paths[0], Style.RUN_3
    points = _walked(source.run, cell, cost, iterations)
    return (Trail("", mark, points, are_first=has_left),)


def _walked(run: Run, cell: ParameterCell, cost: CostFunction, iterations: range) -> Array:
    """Return where a run was along the curve at some iterations, and its height there."""
    xs = path(run, (cell,), tuple(iterations))
    return np.column_stack([xs, cost.at((cell,), xs)])


def _around(
    at: float, after: tuple[float, float] | None, trails: tuple[Trail, ...]
) -> tuple[float, float]:
    """Return a range around the point that holds the steps as far as they are near; around 0 where
    the point is too far out to be drawn.
    """
    middle = at if abs(at) <= LARGEST else 0.0
    points = [middle, *([after[0]] if after else []), *(x for t in trails for x in t.xs)]
    near = [x for x in points if np.isfinite(x) and abs(x - middle) <= 50]
    reach = max([2.0, *(1.3 * abs(x - middle) for x in near)])
    return middle - reach, middle + reach


def _height(ys: Array, here: float) -> tuple[float, float]:
    """Return the range of the vertical axis: all of the curve, and a little more.

    A valley that comes down to 0 stands on it: no room is left below, so that its floor and the
    tick at 0 share the lowest line.
    """
    # A point beside the picture, as of a run that diverged, would make its valley a flat line.
    known = np.append(ys, here)
    finite = known[np.isfinite(known)] if np.isfinite(known).any() else np.zeros(1)
    low, high = float(finite.min()), float(finite.max())
    margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return 0.0 if 0 <= low <= margin else low - margin, high + margin


def _drawn(source: Source, found: Slice, columns: int, rows: int) -> frozenset[str]:
    """Return the signs of which a point shows in so many cells: one that those drawn after it, a
    cell away at the least, leave uncovered.
    """
    (left, right), (low, high) = found.x_range, found.y_range
    cells = np.array([max(columns, 1) / (right - left), max(rows, 1) / (high - low)])
    drawn, later = set(), np.empty((0, 2))
    for glyph, _, xs, ys in reversed(_marked(source, found)):
        at = np.array([xs, ys]).T * cells
        apart = np.abs(at[:, None] - later[None]).max(axis=2, initial=0.0)
        if np.any(np.all(apart >= 1, axis=1)):
            drawn.add(glyph)
            later = np.concatenate([later, at])
    return frozenset(drawn)


def _marked(source: Source, found: Slice) -> list[tuple[str, Style, Curve, Curve]]:
    """Return what points are drawn with, and those in the picture, from back to front."""
    marks = marks_of(source.chars)
    points = [(*t.mark, list(zip(t.xs, t.ys, strict=True))) for t in found.trails]
    points += [(marks.after, Style.UPDATE, [found.after])] if found.after is not None else []
    points.append((marks.here, Style.CURRENT, [found.here]))
    inside = ((sign, style, [p for p in of if _contains(found, *p)]) for sign, style, of in points)
    return [(sign, style, tuple(x for x, _ in of), tuple(y for _, y in of))
            for sign, style, of in inside]  # fmt: skip


def _plot(source: Source, numbers_of: Slice, drawn: frozenset[str]) -> Plot:
    marks = marks_of(source.chars)
    low, high = numbers_of.x_range
    series = [Series("", numbers_of.xs, numbers_of.ys, Style.RUN_1, mark=marks.curve_mark)]
    x, y = numbers_of.here
    slope = numbers_of.slope if marks.here in drawn else None
    if slope is not None and np.isfinite(slope):
        reach = 0.22 * (high - low)
        if slope:
            reach = min(reach, 0.4 * float(np.ptp(numbers_of.y_range)) / abs(slope))
        ends = np.linspace(x - reach, x + reach, 41)
        tangent = tuple(ends.tolist()), tuple((y + slope * (ends - x)).tolist())
        series.append(Series("", *tangent, Style.BACKWARD, False, marks.beside))
    for sign, style, xs, ys in _marked(source, numbers_of):
        series += [Series("", xs, ys, style, False, sign)] * (sign in drawn)
    up, right = ("↑", "→") if source.chars.unicode else ("up", "across")
    axes = f"{wanted_name(source, numbers_of)} {up}  {source.name(numbers_of.cell.text)} {right}"
    return Plot(axes, tuple(series), x_range=(low, high), y_range=numbers_of.y_range)


def wanted_name(source: Source, numbers_of: Slice) -> str:
    """Return how what the curve measures is called."""
    return measured_name(source, numbers_of.wanted, is_mean=numbers_of.is_mean)


def outside(numbers_of: Slice, trail: Trail) -> list[int]:
    """Return the steps of a trail that do not lie in the picture."""
    points = enumerate(zip(trail.xs, trail.ys, strict=True))
    return [k for k, point in points if not _contains(numbers_of, *point)]


def _words(
    source: Source, numbers_of: Slice, drawn: frozenset[str] | None = None
) -> list[tuple[str, Style]]:
    """Return the numbers of the picture, one fact a line, the most important first.

    A sign stands before what it is drawn for, where it is known which are drawn.
    """
    marks = marks_of(source.chars)
    name, wanted = source.name(numbers_of.cell.text), wanted_name(source, numbers_of)

    def sign(glyph: str) -> str:
        return f"{glyph} " if drawn is None or glyph in drawn else ""

    def point(x: float, y: float) -> str:
        return f"{name} {source.number(x)}, {wanted} {source.counted(y)}"

    def beyond(x: float, y: float) -> str:
        return "" if _contains(numbers_of, x, y) else " (outside)"

    # The tangent is drawn with the sign before its slope.
    tangent = f"{marks.beside} " if sign(marks.here) else ""
    here, slope = numbers_of.here, numbers_of.slope
    steep = "" if slope is None else f", {tangent}slope {source.number(slope)}"
    words = [(f"{sign(marks.here)}{point(*here)}{steep}{beyond(*here)}", Style.CURRENT)]
    if (after := numbers_of.after) is not None:
        told = f"{sign(marks.after)}after: {point(*after)}{beyond(*after)}"
        words.append((told, Style.UPDATE))
    named = [trail for trail in numbers_of.trails if trail.label]
    if named:
        parts = ", ".join(
            f"{sign(trail.mark[0])}{_rate_words(source, numbers_of, trail)}" for trail in named
        )
        count = max(len(trail.xs) for trail in named) - 1
        words.append((f"{name} after {count} {plural(count, 'step')} at rate: {parts}", Style.TEXT))
    for trail in (trail for trail in numbers_of.trails if not trail.label):
        told, out = _trail_words(numbers_of, trail)
        is_under = not out and sign(marks.here) and not sign(trail.mark[0])
        lies = "lies" if len(trail.xs) == 1 else "lie"
        under = f" {lies} under {marks.here}" if is_under else ""
        words.append((f"{sign(trail.mark[0])}{told}{under}", trail.mark[1]))
    if max(numbers_of.ys) > LARGEST:
        most = source.number(LARGEST, 1)
        words.append((f"{wanted} above {most} is drawn there", Style.DIM))
    if numbers_of.note:
        words.append((numbers_of.note, Style.DIM))
    return words


def _contains(numbers_of: Slice, x: float, y: float) -> bool:
    (left, right), (low, high) = numbers_of.x_range, numbers_of.y_range
    return max(abs(x), abs(y)) <= LARGEST and left <= x <= right and low <= y <= high


def _trail_words(numbers_of: Slice, trail: Trail) -> tuple[str, int]:
    """Return which steps a trail is of, and how many of them lie outside."""
    count, out = len(trail.xs), len(outside(numbers_of, trail))
    steps = f"{count} {plural(count, 'step')}"
    told = f"the first {steps}" if trail.are_first else f"{steps} before"
    return told + (f", {out} outside" if out else ""), out


def _rate_words(source: Source, numbers_of: Slice, trail: Trail) -> str:
    """Return where a rate has led, or where it has left the picture."""
    words = trail.label.removeprefix("rate ")
    if trail.why:
        return f"{words} none: {trail.why}"
    out = outside(numbers_of, trail)
    if not out:
        return f"{words} {'→' if source.chars.unicode else '->'} {source.number(trail.xs[-1], 3)}"
    value = f"at {source.number(trail.xs[out[0]], 3)}"
    later = "" if out[-1] == len(trail.xs) - 1 else ", then back"
    if not np.isfinite(trail.xs).all():
        later = ", soon not finite"
    return f"{words} leaves at step {out[0]} ({value}{later})"
