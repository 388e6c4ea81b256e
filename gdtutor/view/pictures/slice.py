"""The loss along one number: the curve, the point on it, its tangent, and the steps walked."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_work import SLICE_STEPS
from gdtutor.session.moment import Moment
from gdtutor.session.steps import Phase
from gdtutor.values import Struct
from gdtutor.view.frame import LARGEST, Plot, Series, Size, Style
from gdtutor.view.notation import plural
from gdtutor.view.pictures.cost_function import (
    CostFunction,
    all_examples,
    measured_name,
    this_batch,
)
from gdtutor.view.pictures.curve import marks_of
from gdtutor.view.pictures.paths import ParameterCell, cells_along, overlaid, path, trail_mark
from gdtutor.view.pictures.source import (
    Drawing,
    Source,
    above_words,
    cell_of,
    interval,
    numbers,
    option,
    whole,
)

POINTS = 161
"""Points of the curve."""
HIDDEN = 1 / 40
"""Share of the axes within which the mark of where the walk is may hide a step's."""


class SliceTrail(Struct, frozen=True):
    """Points that were walked, with the loss at each."""

    label: str
    glyph: str
    style: Style
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    why: str = ""
    """Why there are none."""
    are_first: bool = False
    """Whether they are the first of the walk, since the last have left the picture."""


class Slice(Struct, frozen=True):
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
    trails: tuple[SliceTrail, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    note: str = ""


def slice_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return the plot with its numbers below, and what lies outside of it in words."""
    found = slice_of(source, wish)
    words = _words(source, found)
    return above_words(_plot(source, found), words, size, "the loss along a number")


@lru_cache(maxsize=16)
def slice_of(source: Source, wish: PictureWish) -> Slice:
    """Return the numbers of a slice."""
    cell = cells_along(wish)[0]
    ground = _ground(source, wish, cell)
    trace = _trace(source, wish, cell)
    at = cell_of(trace.values[cell.name], cell.cell)
    here = (at, float(ground.at((cell,), np.array([[at]]))[0]))
    after = _after(source, wish, cell, ground)
    trails = _trails(source, wish, cell, ground)
    low, high = interval(wish) or _around(at, after, trails)
    xs = np.linspace(low, high, POINTS)
    ys = ground.at((cell,), xs[:, None])
    slope = None
    if source.is_reached(Phase.BACKWARD, cell.name):
        slope = ground.slope(cell)
    note = ""
    if ground.measured < ground.examples:
        note = f"measured on {ground.measured:,} of {ground.examples:,} examples"
    return Slice(
        cell, ground.wanted, ground.is_mean, tuple(xs.tolist()), tuple(ys.tolist()), here, slope,
        after, trails, (low, high), _height(ys, here[1] if low <= at <= high else np.nan), note,
    )  # fmt: skip


def _ground(source: Source, wish: PictureWish, cell: ParameterCell) -> CostFunction:
    wanted = str(option(wish, "of", ""))
    is_last = cell.name in source.problem.graph.parameters
    if option(wish, "over") == "all" and is_last:
        return all_examples(source, POINTS)
    return this_batch(source, _trace(source, wish, cell), wanted, POINTS)


def _trace(source: Source, wish: PictureWish, cell: ParameterCell) -> Trace:
    """Return the scene that has the line asked for, else the step's or the first with the name."""
    wanted = option(wish, "of")
    found = (trace for trace in source.traces if wanted in trace.graph.line_by_name)
    return next(found, source.trace_with(cell.name))


def _after(
    source: Source, wish: PictureWish, cell: ParameterCell, ground: CostFunction
) -> tuple[float, float] | None:
    """Return where this iteration's update leads, with the loss at all the new parameters."""
    if not isinstance(source.at, Moment) or numbers(wish, "rates"):
        return None
    update = source.at.updates.get(cell.name)
    if update is None or not source.is_reached(Phase.UPDATE, cell.name):
        return None
    new = {name: step.p for name, step in source.at.updates.items()}
    return cell_of(update.p, cell.cell), ground.under(new)


def _trails(
    source: Source, wish: PictureWish, cell: ParameterCell, ground: CostFunction
) -> tuple[SliceTrail, ...]:
    steps = whole(wish, "steps", SLICE_STEPS)
    if numbers(wish, "rates"):
        trails = []
        for index, walk in enumerate(overlaid(source.lesson, source.run, source.seed, wish)):
            glyph, style = trail_mark(source, index)
            if walk.run is None:
                trails.append(SliceTrail(walk.label, glyph, style, (), (), walk.why))
                continue
            iterations = range(steps + 1)
            xs = path(walk.run, (cell,), tuple(iterations))[:, 0]
            ys = [ground.under(dict(walk.run.state(k).parameters)) for k in iterations]
            trails.append(SliceTrail(walk.label, glyph, style, tuple(xs.tolist()), tuple(ys)))
        return tuple(trails)
    last = source.iteration
    low, high = interval(wish) or (-np.inf, np.inf)
    now = _trace(source, wish, cell).values.get(cell.name)
    has_left = last > steps and now is not None and not low <= cell_of(now, cell.cell) <= high
    iterations = range(steps) if has_left else range(max(last - steps, 0), last)
    if cell.name not in source.problem.trained or not iterations:
        return ()
    xs = path(source.run, (cell,), tuple(iterations))[:, 0]
    ys = [ground.under(dict(source.run.state(k).parameters)) for k in iterations]
    glyph = marks_of(source.chars).earlier
    found = SliceTrail("", glyph, Style.RUN_3, tuple(xs.tolist()), tuple(ys), are_first=has_left)
    return (found,)


def _around(
    at: float, after: tuple[float, float] | None, trails: tuple[SliceTrail, ...]
) -> tuple[float, float]:
    """Return a range around the point that holds the steps as far as they are near."""
    points = [at, *([after[0]] if after else []), *(x for t in trails for x in t.xs)]
    near = [x for x in points if np.isfinite(x) and abs(x - at) <= 50]
    reach = max([2.0, *(1.3 * abs(x - at) for x in near)])
    return at - reach, at + reach


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


def _plot(source: Source, numbers_of: Slice) -> Plot:
    marks = marks_of(source.chars)
    low, high = numbers_of.x_range
    series = [Series("", numbers_of.xs, numbers_of.ys, Style.RUN_1, mark=marks.curve_mark)]
    x, y = numbers_of.here
    if numbers_of.slope is not None and np.isfinite(numbers_of.slope):
        reach = 0.22 * (high - low)
        if numbers_of.slope:
            top = numbers_of.y_range[1] - numbers_of.y_range[0]
            reach = min(reach, 0.4 * top / abs(numbers_of.slope))
        ends = np.linspace(x - reach, x + reach, 41)
        heights = y + numbers_of.slope * (ends - x)
        series.append(
            Series("", tuple(ends.tolist()), tuple(heights.tolist()), Style.BACKWARD,
                   joined=False, mark=marks.beside)
        )  # fmt: skip
    for trail in numbers_of.trails:
        inside = [k for k in range(len(trail.xs)) if is_inside(numbers_of, trail, k)]
        xs = tuple(trail.xs[k] for k in inside)
        ys = tuple(trail.ys[k] for k in inside)
        series.append(Series("", xs, ys, trail.style, joined=False, mark=trail.glyph))
    if numbers_of.after is not None and _contains(numbers_of, *numbers_of.after):
        after = numbers_of.after
        series.append(
            Series("", after[:1], after[1:], Style.UPDATE, joined=False, mark=marks.after)
        )
    if _contains(numbers_of, x, y):
        series.append(Series("", (x,), (y,), Style.CURRENT, joined=False, mark=marks.here))
    up, right = ("↑", "→") if source.chars.unicode else ("up", "across")
    axes = f"{wanted_name(source, numbers_of)} {up}  {source.name(numbers_of.cell.text)} {right}"
    return Plot(axes, tuple(series), x_range=(low, high), y_range=numbers_of.y_range)


def wanted_name(source: Source, numbers_of: Slice) -> str:
    """Return how what the curve measures is called."""
    return measured_name(source, numbers_of.wanted, is_mean=numbers_of.is_mean)


def is_inside(numbers_of: Slice, trail: SliceTrail, k: int) -> bool:
    """Say whether a step of a trail lies in the picture."""
    return _contains(numbers_of, trail.xs[k], trail.ys[k])


def _words(source: Source, numbers_of: Slice) -> list[tuple[str, Style]]:
    """Return the numbers of the picture, one fact a line, the most important first."""
    marks = marks_of(source.chars)
    name, wanted = source.name(numbers_of.cell.text), wanted_name(source, numbers_of)
    x, y = numbers_of.here
    outside = "" if _contains(numbers_of, x, y) else " (outside)"
    slope = "" if numbers_of.slope is None else f"slope {source.number(numbers_of.slope)}"
    # The tangent is drawn with the sign before its slope.
    slope = slope and f", {marks.beside} {slope}"
    words = [
        (
            f"{marks.here} {name} {source.number(x)}, {wanted} {source.number(y)}{slope}{outside}",
            Style.CURRENT,
        )
    ]
    if numbers_of.after is not None:
        x, y = numbers_of.after
        outside = "" if _contains(numbers_of, x, y) else " (outside)"
        at = f"{name} {source.number(x)}, {wanted} {source.number(y)}{outside}"
        words.append((f"{marks.after} after: {at}", Style.UPDATE))
    named = [trail for trail in numbers_of.trails if trail.label]
    if named:
        parts = ", ".join(_rate_words(source, numbers_of, trail) for trail in named)
        count = max(len(trail.xs) for trail in named) - 1
        words.append((f"{name} after {count} {plural(count, 'step')} at rate: {parts}", Style.TEXT))
    plain = (trail for trail in numbers_of.trails if not trail.label)
    words += [(_trail_words(numbers_of, trail), trail.style) for trail in plain]
    if max(numbers_of.ys) > LARGEST:
        most = source.number(LARGEST, 1)
        words.append((f"{wanted} above {most} is drawn there", Style.DIM))
    if numbers_of.note:
        words.append((numbers_of.note, Style.DIM))
    return words


def _contains(numbers_of: Slice, x: float, y: float) -> bool:
    if max(abs(x), abs(y)) > LARGEST:
        return False
    (left, right), (low, high) = numbers_of.x_range, numbers_of.y_range
    return left <= x <= right and low <= y <= high


def _trail_words(numbers_of: Slice, trail: SliceTrail) -> str:
    count = len(trail.xs)
    out = sum(not is_inside(numbers_of, trail, k) for k in range(count))
    steps = f"{count} step{'s' if count > 1 else ''}"
    told = f"the first {steps}" if trail.are_first else f"{steps} before"
    wide, high = (end - start for start, end in (numbers_of.x_range, numbers_of.y_range))
    x, y = numbers_of.here
    steps_at = zip(trail.xs, trail.ys, strict=True)
    apart = (max(abs(a - x) / wide, abs(b - y) / high) for a, b in steps_at)
    near = ", close by" if max(apart) < HIDDEN else ""
    return f"{trail.glyph} {told}" + (f", {out} outside" if out else near)


def _rate_words(source: Source, numbers_of: Slice, trail: SliceTrail) -> str:
    """Return where a rate has led, or where it has left the picture."""
    words = f"{trail.glyph} {trail.label.removeprefix('rate ')}"
    if trail.why:
        return f"{words} none: {trail.why}"
    out = [k for k in range(len(trail.xs)) if not is_inside(numbers_of, trail, k)]
    arrow = "→" if source.chars.unicode else "->"
    if not out:
        return f"{words} {arrow} {source.number(trail.xs[-1], 3)}"
    at = trail.xs[out[0]]
    value = f"at {source.number(at, 3)}"
    later = "" if out[-1] == len(trail.xs) - 1 else ", then back"
    if not np.isfinite(trail.xs).all():
        later = ", soon not finite"
    return f"{words} leaves at step {out[0]} ({value}{later})"
