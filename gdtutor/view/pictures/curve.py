"""The curve of an activation and of its derivative, with the point where a node stands."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gdtutor.engine.batch_axis import Axes, expression_axes
from gdtutor.engine.expression import Apply, Expr, Name
from gdtutor.engine.operations import OPERATIONS, Array, apply, evaluate, local_formula
from gdtutor.engine.trace import Trace
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_checks import activation_lines
from gdtutor.session.steps import Phase
from gdtutor.values import Struct
from gdtutor.view.frame import Placed, Plot, Series, Size, Style
from gdtutor.view.lines import line
from gdtutor.view.marks import marks_of
from gdtutor.view.pictures.plot_words import plot_words
from gdtutor.view.pictures.source import Drawing, NoPicture, PictureKind, Source, stacked_notes

POINTS = 121
"""Points of a curve."""
NARROWEST, LOWEST = 16, 5
"""Cells below which one curve cannot be read."""
GAP = 1
"""Cells between two plots, so that no curve runs into the axis of the next."""
_RANGE = (-6.0, 6.0)
_MOST_POINTS = 8
_PARTS = 20
"""Parts of a power of ten at which the vertical axis may end."""


class CurveFacts(Struct, frozen=True):
    """The functions of a picture, and where the node stands on them."""

    functions: tuple[str, ...]
    points: tuple[float, ...]
    """Inputs of the node; none before the walk has come to it."""
    inside: str
    """What the node's operand is called."""


def facts_of(source: Source, wish: PictureWish) -> CurveFacts:
    """Return what is drawn.

    Raises:
        NoPicture: No line of the graph is an activation.
    """
    trace, node = _node(source, wish)
    call = None if trace is None else trace.graph.lines[trace.graph.line_by_name[node]].expr
    functions, points, inside = wish.texts("functions"), np.empty(0), ""
    if trace is not None and isinstance(call, Apply):
        functions = functions or (call.op,)
        if source.is_reached(Phase.FORWARD, node):
            points, inside = _points(source, trace, node, call.args[0])
    if not functions:
        raise NoPicture("No line of this graph is an activation.")
    return CurveFacts(functions, tuple(points.tolist()), inside)


def curve_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return one plot for every function, as many side by side as can be read."""
    facts = facts_of(source, wish)
    functions = facts.functions
    marks, series = marks_of(source.chars), _series(source, wish, functions[0], facts)
    notes = tuple(_notes(source, wish, facts, f"{marks.here} "))
    legend = "  ".join(f"{one.mark or marks.curve} {one.told}" for one in series)
    shown, columns, rows = _layout(len(functions), size.width, size.height - 1 - len(notes))
    if not shown:
        raise NoPicture(f"More room is needed for the curve of {functions[0]}.")
    left_out = functions[shown:]
    if left_out:
        notes = (*notes, f"not shown for want of room: {', '.join(left_out)}")
    rest = stacked_notes(notes, size.less(rows=1 + rows * LOWEST))
    room = size.height - 1 - len(rest)
    pitch, high = (size.width + GAP) // columns, room // rows
    plots = tuple(
        Placed(
            _plot(source, wish, name, facts),
            index % columns * pitch, index // columns * high, pitch - GAP, high,
        )
        for index, name in enumerate(functions[:shown])
    )  # fmt: skip
    return Drawing((*((),) * room, line((legend, Style.DIM)), *rest), plots)


def curve_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return where every curve runs, and where the node stands."""
    facts = facts_of(source, wish)
    low, high = source.apart(*(wish.interval() or _RANGE))
    words: list[str] = []
    for name in facts.functions:
        named = _series(source, wish, name, facts)
        words += plot_words(source, f"{name}, from {low} to {high}", named)
    return (*words, *_notes(source, wish, facts))


def _layout(count: int, width: int, height: int) -> tuple[int, int, int]:
    """Return how many plots are shown, in how many columns and rows."""
    most_columns = (width + GAP) // (NARROWEST + GAP)
    most = most_columns * (max(height, 0) // LOWEST)
    if most < 1:
        return 0, 0, 0
    shown = min(count, most)
    columns = max(1, min(shown, most_columns))
    rows = -(-shown // columns)
    return shown, -(-shown // rows), rows


def _node(source: Source, wish: PictureWish) -> tuple[Trace | None, str]:
    """Return the activation at the step, else the one asked for, else the first of its graph."""
    step, traces, wanted = source.step, source.traces, wish.option("node")
    if step is not None and wanted is None:
        trace = traces[step.scene]
        if step.node in activation_lines(trace.graph):
            return trace, step.node
        traces = (trace, *traces)
    for trace in traces:
        lines = activation_lines(trace.graph)
        if wanted in lines or (wanted is None and lines):
            return trace, str(wanted or lines[0])
    return None, ""


def _points(source: Source, trace: Trace, node: str, inside: Expr) -> tuple[Array, str]:
    """Return where the node stands on the horizontal axis, and what stands there."""
    with np.errstate(all="ignore"):
        operand = evaluate(inside, trace.values)
    axes = expression_axes(inside, trace.shapes, trace.axes)
    called = source.name(inside.name) if isinstance(inside, Name) else "the sum"
    return _followed(source, node, np.asarray(operand), axes), called


def _notes(source: Source, wish: PictureWish, facts: CurveFacts, mark: str = "") -> Iterator[str]:
    """Yield where the node stands, in numbers."""
    if not facts.points:
        return
    first = source.number(facts.points[0])
    if len(facts.functions) > 1:
        yield f"{mark}{facts.inside} = {first}"
        return
    at_first = np.array(facts.points[:1])
    height, slope = (float(part[0]) for part in value_and_slope(facts.functions[0], at_first))
    at = f" (first of {len(facts.points)})" if len(facts.points) > 1 else ""
    equals = "→" if source.chars.unicode else "->"
    steep = f", slope {source.number(slope)}" if wish.is_set("derivative", True) else ""
    yield f"{first} {equals} {source.number(height)}{steep}{at}"


def _followed(source: Source, node: str, operand: Array, axes: Axes) -> Array:
    """Return the cells of the operand that are marked: the opened one, or the example's."""
    step = source.step
    cell = source.cell if step is not None and step.node == node else None
    if cell is not None and len(cell) == operand.ndim:
        return np.atleast_1d(np.asarray(operand[cell]))
    if len(axes) == 1:
        operand = operand.take(min(source.example, operand.shape[axes[0]] - 1), axes[0])
    return operand.reshape(-1)[:_MOST_POINTS]


def value_and_slope(name: str, xs: Array) -> tuple[Array, Array]:
    """Return an operation's values and derivatives, as the table of operations defines them."""
    row = OPERATIONS[name]
    with np.errstate(all="ignore"):
        ys = apply(row, (xs,))
        slopes = evaluate(local_formula(row, 0), {"a": xs, "out": ys})
    return ys, np.broadcast_to(slopes, xs.shape)


def _series(source: Source, wish: PictureWish, name: str, facts: CurveFacts) -> list[Series]:
    """Return the curve, its slope where that is wished, and the points on it."""
    low, high = wish.interval() or _RANGE
    marks = marks_of(source.chars)
    xs = np.linspace(low, high, POINTS)
    ys, slopes = (tuple(part.tolist()) for part in value_and_slope(name, xs))
    across = tuple(xs.tolist())
    parts = [Series("", across, ys, Style.RUN_1, mark=marks.curve_mark, told="value")]
    if wish.is_set("derivative", True):
        parts.append(Series("", across, slopes, Style.RUN_2, mark=marks.beside, told="slope"))
    if facts.points:
        at = np.clip(facts.points, low, high)
        heights = tuple(value_and_slope(name, at)[0].tolist())
        points = tuple(at.tolist())
        parts.append(Series("", points, heights, Style.CURRENT, False, marks.here, told="now"))
    return parts


def _plot(source: Source, wish: PictureWish, name: str, facts: CurveFacts) -> Plot:
    low, high = wish.interval() or _RANGE
    limits = _height(np.concatenate(value_and_slope(name, np.linspace(low, high, POINTS))))
    series = tuple(_series(source, wish, name, facts))
    return Plot(name, series, x_range=(low, high), y_range=limits)


def _height(values: Array) -> tuple[float, float]:
    """Return the range of the vertical axis: the values and 0, out to the next round number.

    Nothing is left beyond, so that a curve that levels off at 0 or 1 does so beside the tick.
    """
    finite = np.append(values[np.isfinite(values)], 0.0)
    low, high = float(finite.min()), float(finite.max())
    if high == low:
        return -1.0, 1.0
    unit = 10.0 ** math.floor(math.log10(high - low)) / _PARTS
    return math.floor(low / unit) * unit, math.ceil(high / unit) * unit


PICTURE = PictureKind(curve_picture, curve_words, "activation")
