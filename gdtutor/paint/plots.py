"""Plots as lines of text; the only module that knows plotext."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from math import isfinite, log10
from threading import Lock

import numpy as np

from gdtutor.engine.characters import cells
from gdtutor.engine.operations import Array
from gdtutor.paint.cells import Row, row_of
from gdtutor.paint.ticks import AxisTick, Scale, axis_of, has_length, labelled_axis, log_axis
from gdtutor.values import Struct, replace
from gdtutor.view.curve import thin
from gdtutor.view.frame import LARGEST, UNICODE, Chars, Lines, Plot, Segment, Series, Style
from gdtutor.view.lines import shortened, text_of
from gdtutor.view.marks import marks_of

SMALLEST = (10, 3)
"""Columns and rows below which there is no room for axes."""

BELOW = 2
"""Rows of a plot's body below what is drawn: the horizontal axis and its numbers."""

APART = 9
"""Cells along a thin curve from one of its marks to the next."""

_PLOTEXT = Lock()
"""plotext keeps one figure for the whole process."""

_BRAILLE, _BRAILLE_LEGEND = "braille", "⠶"
_DOTS = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
"""What each dot of a Braille character adds to its code, by column, then from below."""
_TO_ASCII, _TO_UNICODE = str.maketrans("│─┌┐└┘├┤┬┴┼•", "|-+++++++++*"), str.maketrans("-", "−")

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_FIRST_CODE = 100
_STYLES = tuple(Style)
"""Style number n is painted in palette entry `_FIRST_CODE` + n, and read back from it."""


FINE = 2, 4
"""Dots of a Braille character across and up."""
LINES, MARKS, CURVES, OVER = range(4)
"""The order in which is drawn: thin lines, their marks, the others, marks that lie on all."""


class _Curve(Struct, frozen=True, eq=False):
    """A series made ready: finite points on the axes, thinned."""

    xs: Array
    ys: Array
    style: Style
    joined: bool
    mark: str
    layer: int = CURVES
    is_beside_dots: bool = False
    """Whether it is thin beside a curve of dots: its points take the cells that dots would."""


MAX_LABEL, LEAST_LABEL = 60, 8
"""Longest label of a series, in cells, and the shortest that a longer one is cut to."""
LEGEND = 5
"""Rows of a plot for each of its legend."""


def plot_rows(plot: Plot, width: int, height: int, chars: Chars) -> tuple[Row, ...]:
    """Return the plot as exactly `height` rows of `width` cells, whatever the data and the size.

    The first line holds the title and the legend, which has lines of its own where that is too
    short. Values that are not finite are left out, as are those ≤ 0 on a log axis; without any
    value left a sentence says so. Safe to call from any thread.
    """
    heading = _heading(plot, width, height, chars)[: height if width > 0 else 0]
    rows = [row_of(line, width, chars) for line in heading]
    room = height - len(rows)
    label_row = bool(plot.x_label) and room > 6
    if width >= SMALLEST[0] and room >= SMALLEST[1]:
        rows += _body(plot, width, room - label_row, chars)
        if label_row:
            label = plot.x_label.rjust(width - 1)
            rows.append(row_of((Segment(label, Style.DIM),), width, chars))
    rows += [row_of((), width, chars)] * (height - len(rows))
    return tuple(rows)


def _heading(plot: Plot, width: int, height: int, chars: Chars) -> Lines:
    """Return the name of the y axis and the title, and each labelled series after its mark."""
    of_y = f"{plot.y_label} (log)".strip() if plot.log_y else plot.y_label
    parts = ((of_y, Style.DIM), (plot.title, Style.TITLE))
    title = tuple(Segment(f"{text}  ", style) for text, style in parts if text)
    legend = _legend(plot, width, max(height // LEGEND, 1), chars)
    both = (*title, *chain.from_iterable(legend))
    fits = cells(text_of(both).rstrip()) <= width
    return (both,) if fits or not legend else (title, *legend)


def _legend(plot: Plot, width: int, most: int, chars: Chars) -> Lines:
    """Return each labelled series after its mark, in so many lines at the most; the longest labels
    give way, cut with a mark.

    Labels that are cut to the same few letters name nothing. Where not all have room, the last ones
    are counted.
    """
    named = [
        (series, _BRAILLE_LEGEND if mark == _BRAILLE else mark)
        for series, mark in zip(plot.series, _marks(plot.series, chars), strict=True)
        if series.label
    ]
    names = {series.label for series, _ in named}

    def entries(room: int) -> list[Segment]:
        return [Segment(f"{glyph} {shortened(one.label, room, chars)}  ", one.style)
                for one, glyph in named]  # fmt: skip

    rooms = range(min(MAX_LABEL, max(width - 2, LEAST_LABEL)), LEAST_LABEL - 1, -1)
    told = [r for r in rooms if len({shortened(name, r, chars) for name in names}) == len(names)]
    for room in told:
        lines = _filled(entries(room), width)
        if len(lines) <= most:
            return lines
    shown = entries(told[-1] if told else MAX_LABEL)
    for count in range(len(named), -1, -1):
        more = Segment(f"+{len(named) - count} more  ", Style.DIM)
        lines = _filled([*shown[:count], more], width)
        if len(lines) <= most:
            break
    return lines


def _filled(entries: list[Segment], width: int) -> Lines:
    """Return the entries of a legend in as few lines as hold them."""
    lines: list[list[Segment]] = []
    room = 0
    for entry in entries:
        filled = cells(entry.text)
        if not lines or filled - 2 > room:
            lines.append([])
            room = width
        lines[-1].append(entry)
        room -= filled
    return tuple(map(tuple, lines))


def _marks(series: tuple[Series, ...], chars: Chars) -> tuple[str, ...]:
    """Return a marker for each series, different ones as long as they last.

    One curve alone may be of Braille dots, since two of them look the same.
    """
    own = {one.mark for one in series if _can_show(one.mark, chars)}
    known = marks_of(replace(chars, braille=False))
    table = known.curve + known.paths
    free = [mark for mark in table if mark not in own] or list(table)
    if chars.braille and chars.unicode:
        free.insert(0, _BRAILLE)
    marks: list[str] = []
    for one in series:
        if _can_show(one.mark, chars):
            marks.append(one.mark)
            continue
        unused = [m for m in free if m not in marks and (one.joined or m != _BRAILLE)]
        marks.append(unused[0] if unused else free[-1])
    return tuple(marks)


def _can_show(mark: str, chars: Chars) -> bool:
    """Tell whether each character of `mark` is one visible cell in this character set."""
    row = row_of((Segment(mark),), len(mark) + 1, chars)
    return bool(mark) and " " not in mark and [cell.text for cell in row] == [*mark, " "]


def _body(plot: Plot, width: int, height: int, chars: Chars) -> list[Row]:
    """Return the axes and what is drawn between them."""
    x_range = _span_of(plot.x_range)
    y_range = plot.y_range
    if plot.log_y and y_range is not None:
        y_range = (log10(y_range[0]), log10(y_range[1])) if min(y_range) > 0 else None
    y_range = _span_of(y_range)
    marks = _marks(plot.series, chars)
    curves = [
        _curve(series, mark, plot.log_y, x_range, (width, height))
        for series, mark in zip(plot.series, marks, strict=True)
    ]
    if plot.on_top is not None:
        curves.append(curves.pop(plot.on_top))
    has_dots = any(curve.mark == _BRAILLE for curve in curves)
    curves = [
        replace(one, is_beside_dots=has_dots and one.layer == LINES)
        for one in curves
        if one.xs.size
    ]
    if not curves:
        sentence = plot.empty.center(width)
        blank = row_of((), width, chars)
        middle = row_of((Segment(sentence, Style.DIM),), width, chars)
        return [middle if n == height // 2 else blank for n in range(height)]
    # An axis that counts begins at 0.
    counted = [np.array([0.0, 1.0])] * plot.x_integer
    x_low, x_high = x_range or _extent([*counted, *(curve.xs for curve in curves)])
    y_low, y_high = y_range or _extent([curve.ys for curve in curves])
    most = max(2, (height + 1) // 3, min(3, height - BELOW))
    y_axis = (log_axis if plot.log_y else axis_of)((y_low, y_high), height - BELOW, most)
    room = width - 1 - max((len(tick.label) for tick in y_axis.ticks), default=0)
    x_axis = labelled_axis(x_low, x_high, room, plot.x_integer)
    axes, layers = (x_axis, y_axis), [one for one in curves if one.layer != LINES]
    if thin := [(place, one) for place, one in enumerate(curves) if one.layer == LINES]:
        covered = {at: True for one in layers for at in _cells_along(one, axes)}
        for place, one in thin:
            layers += _thin_parts(one, axes, place, chars, covered)
    # Dots first, else they cover the marks of curves that run beside them.
    layers.sort(key=lambda part: part.layer)
    text = _drawn(layers, axes, plot.cursor, (width, height))
    rows = [_row(line, width, chars) for line in text.rstrip("\n").split("\n")]
    return rows[:height]


def _span_of(limits: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return a range that can be drawn, or None for one that cannot."""
    if limits is None or not all(isfinite(limit) for limit in limits):
        return None
    low, high = (min(max(limit, -LARGEST), LARGEST) for limit in limits)
    return (low, high) if has_length(low, high) else None


def _extent(values: list[Array]) -> tuple[float, float]:
    """Return the range of the values, opened where they are all but the same."""
    low, high = (float(end([end(array) for array in values])) for end in (min, max))
    if has_length(low, high):
        return low, high
    size = max(abs(low), abs(high))
    margin = size / 10 if size > 1e-270 else 1.0
    return low - margin, high + margin


def _curve(
    series: Series,
    mark: str,
    log_y: bool,
    x_range: tuple[float, float] | None,
    size: tuple[int, int],
) -> _Curve:
    """Return the points of a series that can be drawn, with the logarithms of y on a log axis."""
    points = min(len(series.xs), len(series.ys))
    xs = np.asarray(series.xs[:points], dtype=np.float64)
    ys = np.asarray(series.ys[:points], dtype=np.float64)
    keep = np.isfinite(xs) & np.isfinite(ys)
    if log_y:
        keep &= ys > 0
    if x_range is not None:
        keep &= (xs >= x_range[0]) & (xs <= x_range[1])
    xs = np.clip(xs[keep], -LARGEST, LARGEST)
    ys = np.clip(ys[keep], -LARGEST, LARGEST)
    ys = np.log10(ys) if log_y else ys
    xs, ys = thin(xs, ys, size[0]) if series.joined else _one_per_cell(xs, ys, size)
    if xs.size == 1 and mark == _BRAILLE:
        mark = marks_of(replace(UNICODE, braille=False)).curve  # one Braille dot is easily missed
    return _Curve(xs, ys, series.style, series.joined, mark, LINES if series.thin else CURVES)


def _way(curve: _Curve, axes: tuple[Scale, Scale]) -> tuple[_Curve, Array]:
    """Return what of a curve lies within the axes, and the cells that lead to each point of it."""
    inside = (curve.ys >= axes[1].low) & (curve.ys <= axes[1].high)
    curve = replace(curve, xs=curve.xs[inside], ys=curve.ys[inside])
    across, up = (
        np.diff(values) / (axis.high - axis.low) * axis.cells
        for values, axis in zip((curve.xs, curve.ys), axes, strict=True)
    )
    return curve, np.append(0.0, np.cumsum(np.hypot(across, up)))[: curve.xs.size]


def _at(curve: _Curve, way: Array, places: Array) -> _Curve:
    """Return the points of a curve at some places of its way."""
    if way.size:
        xs, ys = (np.interp(places, way, values) for values in (curve.xs, curve.ys))
        curve = replace(curve, xs=xs, ys=ys)
    return replace(curve, joined=False)


def _dots_of(curve: _Curve) -> tuple[int, int]:
    """Return how many dots a cell has across and up."""
    return FINE if curve.mark == _BRAILLE else (1, 1)


def _dots_along(curve: _Curve, axes: tuple[Scale, Scale]) -> list[tuple[int, int]]:
    """Return the dots that a curve covers in turn, column and line, as plotext finds them: points
    are rounded to dots, and lines lead from dot to dot.
    """
    drawn = zip(_drawable(curve, axes), axes, _dots_of(curve), strict=True)
    places = [_places_of(values, axis, per_cell) for values, axis, per_cell in drawn]
    if curve.joined:
        steps = np.abs([np.diff(ends) for ends in places]).max(axis=0)
        way = np.append(0.0, np.cumsum(steps))
        places = [np.interp(np.arange(way[-1] + 1), way, ends) for ends in places]
    columns, lines = (ends.astype(int).tolist() for ends in places)
    return list(zip(columns, lines, strict=True))


def _places_of(values: Array, axis: Scale, per_cell: int) -> Array:
    """Return the dots that values are rounded to, of so many to a cell."""
    share = (values - axis.low) / (axis.high - axis.low)
    return np.floor((0.5 + (per_cell * axis.cells - 1) * share).round(8))


def _middles_of(places: Array, axis: Scale) -> Array:
    """Return the values in the middles of cells."""
    return axis.low + places / max(axis.cells - 1, 1) * (axis.high - axis.low)


def _cells_along(curve: _Curve, axes: tuple[Scale, Scale]) -> list[tuple[int, int]]:
    """Return the cells that a curve covers in turn, column and line."""
    across, up = _dots_of(curve)
    return [(column // across, line // up) for column, line in _dots_along(curve, axes)]


def _in_braille(curve: _Curve, axes: tuple[Scale, Scale]) -> tuple[list[Array], list[str]]:
    """Return the cells of a curve of dots, where their middles lie on the axes, and the character
    of each: plotext finds the same, and takes several times as long.
    """
    codes: dict[tuple[int, int], int] = {}
    for column, line in _dots_along(curve, axes):
        at = column // 2, line // 4
        codes[at] = codes.get(at, 0x2800) | _DOTS[column % 2][line % 4]
    places = zip(zip(*codes, strict=True), axes, strict=True)
    middles = [_middles_of(np.array(cells), axis) for cells, axis in places]
    return middles, list(map(chr, codes.values()))


def _drawable(curve: _Curve, axes: tuple[Scale, Scale]) -> tuple[Array, Array]:
    """Return the points of a curve no farther outside of the axes than may be drawn.

    The axis may end within a cell of the first and the last point. Upwards a curve may run beyond
    it for two heights: plotext rasterises all of it.
    """
    x_axis, y_axis = axes
    height = y_axis.high - y_axis.low
    ys = curve.ys.clip(y_axis.low - 2 * height, y_axis.high + 2 * height)
    xs = curve.xs.clip(x_axis.low, x_axis.high)
    if not curve.is_beside_dots or curve.mark == _BRAILLE:
        return xs, ys
    # Equal curves lie in the same cells, though one has several dots to a cell.
    across, up = (
        _middles_of(_places_of(values, axis, dots) // dots, axis)
        for values, axis, dots in zip((xs, ys), axes, FINE, strict=True)
    )
    return across, up


def _thin_parts(
    curve: _Curve,
    axes: tuple[Scale, Scale],
    place: int,
    chars: Chars,
    covered: dict[tuple[int, int], bool],
) -> tuple[_Curve, ...]:
    """Return a thin curve as a line of dots, and its mark every so many cells along it, the second
    character of one that has two a cell behind the first.

    The marks of each curve begin elsewhere, so that curves that run together show theirs in turn.
    They stand where nothing covers them; a curve that lies under others altogether has one on top,
    where that covers no other mark.

    Args:
        curve: The curve.
        axes: Across and up.
        place: Its place among all curves.
        chars: The characters to draw with.
        covered: The cells that others cover, and whether a mark may lie on top there; those of the
            marks are added.
    """
    whole, way = _way(curve, axes)
    end = float(way[-1]) if way.size else 0.0
    regular = np.arange(3 + 4 * place % APART, end, APART) if end > APART else np.array([end / 2])
    anywhere, behind = np.arange(0.0, end, 1.0), range(len(curve.mark))
    free, layer = regular[:0], MARKS
    ways = (regular, len(regular), MARKS), (anywhere, 1, MARKS), (anywhere, 1, OVER)
    for wanted, most, layer in ways:
        touched = [_cells_along(_at(whole, way, wanted + by), axes) for by in behind]
        kept = [
            all(at not in covered or (layer == OVER and covered[at]) for at in cells_of)
            for cells_of in zip(*touched, strict=True)
        ]
        if any(kept):
            free = wanted[: len(kept)][kept][:most]
            break
    dots = replace(curve, mark="·" if chars.unicode else ".")
    marks = [
        replace(_at(whole, way, free + by), mark=mark, joined=False, layer=layer)
        for by, mark in zip(behind, curve.mark, strict=True)
    ]
    for one in marks:
        covered.update(dict.fromkeys(_cells_along(one, axes), False))
    return dots, *marks


def _one_per_cell(xs: Array, ys: Array, size: tuple[int, int]) -> tuple[Array, Array]:
    """Return a cloud with one point for each half cell that it touches."""
    if xs.size <= size[0] * size[1]:
        return xs, ys
    scaled = [
        np.floor((values - values.min()) / (float(np.ptp(values)) or 1.0) * 2 * cells)
        for values, cells in ((xs, size[0]), (ys, size[1]))
    ]
    kept = np.sort(np.unique(np.stack(scaled), axis=1, return_index=True)[1])
    return xs[kept], ys[kept]


def _drawn(
    curves: list[_Curve], axes: tuple[Scale, Scale], cursor: float | None, size: tuple[int, int]
) -> str:
    """Return plotext's picture with its colour codes."""
    import plotext

    x_axis, y_axis = axes
    with _PLOTEXT:
        # Its own goes through a set: of labels that have no room beside each other it showed any.
        plotext._utility.no_duplicates = _each_once
        plotext.clear_data()
        plotext.limit_size(False, False)
        plotext.plot_size(*size)
        plotext.theme("clear")
        plotext.axes_color("default")
        plotext.canvas_color("default")
        plotext.ticks_color(_code(Style.BORDER))
        plotext.xaxes(True, False)
        plotext.yaxes(True, False)
        plotext.xlim(x_axis.low, x_axis.high)
        plotext.ylim(y_axis.low, y_axis.high)
        plotext.xticks(*_columns(x_axis.ticks))
        plotext.yticks(*_columns(y_axis.ticks))
        if cursor is not None and x_axis.low <= cursor <= x_axis.high:
            plotext.vline(cursor, _code(Style.FOCUS))
        for curve in curves:
            is_dotted = curve.mark == _BRAILLE
            places, marks = (
                _in_braille(curve, axes) if is_dotted else (_drawable(curve, axes), curve.mark)
            )
            draw = plotext.plot if curve.joined and not is_dotted else plotext.scatter
            xs, ys = (values.tolist() for values in places)
            draw(xs, ys, marker=marks, color=_code(curve.style))
        return str(plotext.build())


def _each_once(values: Iterable[object]) -> list[object]:
    """Return values without duplicates, in their order."""
    return list(dict.fromkeys(values))


def _columns(ticks: tuple[AxisTick, ...]) -> tuple[list[float], list[str]]:
    return [tick.at for tick in ticks], [tick.label for tick in ticks]


def _code(style: Style) -> int:
    return _FIRST_CODE + _STYLES.index(style)


def _row(text: str, width: int, chars: Chars) -> Row:
    """Return one line of plotext's picture as cells, its colours turned back into styles."""
    segments: list[Segment] = []
    style, table = Style.TEXT, _TO_UNICODE if chars.unicode else _TO_ASCII
    for index, piece in enumerate(_SGR.split(text)):
        if index % 2:
            _, is_palette, code = piece.partition("38;5;")
            style = _STYLES[int(code) - _FIRST_CODE] if is_palette else Style.TEXT
        elif piece:
            segments.append(Segment(piece.translate(table), style))
    return row_of(tuple(segments), width, chars)
