"""Parameters and gradients as small heat maps: the sign and the size of every number by glyphs."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_scope import GRADIENT
from gdtutor.session.matrix_digits import largest_of
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.frame import Line, Segment, Size, Style
from gdtutor.view.lines import line, shortened, wrapped
from gdtutor.view.pictures.source import Drawing, PictureKind, Shown, Source, shown_value

SAME = 1e-9
"""Rows whose numbers differ by less, relative to the largest, count as equal."""
_GLYPHS = 3
"""Glyphs of the largest number."""
_NUMBER = 7
TOLD_COLUMNS = 12
"""Numbers of a row that are told at most."""


def weights_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return the parameters below each other; what does not fit is counted."""
    gradients = source.traces[-1].gradients
    scale = f"+++ large, + small, {source.chars.minus} negative"
    lines: list[Line] = list(wrapped(scale, size.width, Style.DIM))
    for name, shown in _chosen(source, wish).items():
        lines += _map(source, shown, gradients.get(name), size.width)
    if len(lines) > size.height:
        hidden = len(lines) - size.height + 1
        lines = [*lines[: max(size.height - 1, 0)], line((f"{hidden} more lines", Style.KEY))]
    return Drawing(tuple(lines[: size.height]))


def weights_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return every row of the weights, and which rows move together."""
    gradients = source.traces[-1].gradients
    words = []
    for name, shown in _chosen(source, wish).items():
        if shown.value is None:
            words.append(f"{shown.called}: {shown.why}")
            continue
        shape = notation.shape(np.shape(shown.value), source.chars)
        grid = np.atleast_2d(shown.value)
        largest = source.number(notation.raised(float(np.max(np.abs(grid))), 3), 3)
        called = f"{shown.called}, {shape}" if shape else shown.called
        words.append(f"{called}, no number larger than {largest}:")
        for number, row in enumerate(grid):
            told = ", ".join(source.number(float(value), 3) for value in row[:TOLD_COLUMNS])
            more = f", ({len(row) - TOLD_COLUMNS} left out)" if len(row) > TOLD_COLUMNS else ""
            words.append(f"  row {number}: {told}{more}")
        groups = equal_rows(grid, gradients.get(name)) if len(grid) > 1 else ()
        both = "equal, and so are their gradients" if name in gradients else "equal"
        words += [f"  rows {', '.join(map(str, rows))} are {both}" for rows in groups]
    return tuple(words)


def _chosen(source: Source, wish: PictureWish) -> dict[str, Shown]:
    """Return the parameters that are shown: those asked for, else the matrices."""
    own = {name: one.values[name] for one in source.traces for name in one.graph.parameters}
    own |= source.parameters
    asked = wish.texts("of")
    if not asked:
        matrices = [name for name, value in own.items() if np.ndim(value) == 2]
        wide = [name for name in matrices if own[name].shape[1] > 1]
        asked = tuple(wide or matrices or own)
    known = (name for name in asked if name in own or name.startswith(GRADIENT))
    shown = {name: shown_value(source, name) for name in known}
    return {name: replace(one, value=own.get(name, one.value)) for name, one in shown.items()}


def _map(source: Source, shown: Shown, gradient: Array | None, width: int) -> list[Line]:
    """Return one parameter: a heading, its rows, and which of them move together."""
    called, array = shown.called, shown.value
    if array is None:
        return list(wrapped(f"{called}: {shown.why}", width, Style.DIM))
    grid = np.atleast_2d(array)
    largest = largest_of(array)
    groups = equal_rows(grid, gradient) if len(grid) > 1 else ()
    marks = {row: "ABCDEFGH"[i % 8] for i, group in enumerate(groups) for row in group}
    room = width - 3 - (3 if groups else 0)
    with_numbers = room // grid.shape[1] >= _GLYPHS + 1 + _NUMBER
    cell = _GLYPHS + 1 + (_NUMBER if with_numbers else 0)
    columns = min(grid.shape[1], max(room // cell, 1))
    shape = notation.shape(np.shape(array), source.chars)
    size = f"+++ is {source.number(largest, 3)}"
    head = f"{called} {shape}, {size}" if shape else f"{called}, {size}"
    lines = [line((head, Style.PARAMETER))]
    for number, row in enumerate(grid):
        segments = [Segment(f"{number:>2} ", Style.DIM)]
        for value in row[:columns]:
            segments += _cell(source, float(value), largest, with_numbers)
        if columns < grid.shape[1]:
            segments.append(Segment(source.chars.ellipsis))
        if number in marks:
            segments.append(Segment(f"={marks[number]}", Style.WARNING))
        lines.append(tuple(segments))
    for i in range(len(groups)):
        both = "equal rows" if gradient is None else "equal rows, equal gradients"
        lines += wrapped(f"={'ABCDEFGH'[i % 8]} {both}", width, Style.WARNING)
    return lines


def _cell(source: Source, value: float, largest: float, with_number: bool) -> list[Segment]:
    sign = "+" if value >= 0 else source.chars.minus
    style = Style.POSITIVE if value >= 0 else Style.NEGATIVE
    if not np.isfinite(value):
        glyphs, style = "?", Style.ERROR
    elif value == 0:
        glyphs, style = "0", Style.DIM
    else:
        glyphs = sign * max(int(np.ceil(_GLYPHS * abs(value) / largest - 1e-9)), 1)
    segments = [Segment(glyphs.ljust(_GLYPHS + 1), style)]
    if with_number:
        text = source.number(value, 3)
        text = text if len(text) < _NUMBER else source.number(value, 1)
        segments.append(Segment(shortened(text, _NUMBER - 1, source.chars).ljust(_NUMBER)))
    return segments


def equal_rows(grid: Array, gradient: Array | None) -> tuple[tuple[int, ...], ...]:
    """Return the groups of rows that are equal within rounding, and whose gradients are too.

    Args:
        grid: Array of shape (rows, columns).
        gradient: The gradient, of the same shape; None where it is not known.
    """
    parts = [grid] if gradient is None else [grid, np.atleast_2d(gradient)]
    both, sizes = np.concatenate(parts, axis=1), [float(np.max(np.abs(part))) for part in parts]
    scale = np.repeat([size or 1.0 for size in sizes], grid.shape[1])
    groups: list[list[int]] = []
    for number, row in enumerate(both):
        for group in groups:
            if np.all(np.abs(row - both[group[0]]) <= SAME * scale):
                group.append(number)
                break
        else:
            groups.append([number])
    return tuple(tuple(group) for group in groups if len(group) > 1)


PICTURE = PictureKind(weights_picture, weights_words, "weights", has_below=True)
