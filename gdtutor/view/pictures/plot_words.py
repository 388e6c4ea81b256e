"""Curves and clouds of points in plain lines: the numbers that a plot is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gdtutor.view.frame import Line, Series, Size
from gdtutor.view.lines import text_of
from gdtutor.view.pictures.source import Source

TOLD = Size(74, 60)
"""The room of tables that are told."""
LISTED = 8
"""Points up to which each is told."""


def line_texts(rows: Sequence[Line]) -> tuple[str, ...]:
    """Return the words of lines, those without any left out."""
    return tuple(text for text in (text_of(row).rstrip() for row in rows) if text)


def plot_words(source: Source, head: str, parts: Sequence[Series]) -> Iterator[str]:
    """Yield a heading, and below it where each curve runs and where the points lie."""
    yield f"{head}:"
    for part in parts:
        said = _series_words(source, part)
        if said:
            yield f"  {part.told}: {said}"


def _series_words(source: Source, series: Series) -> str:
    """Return the ends and the extremes of a curve, or points; nothing where nothing is finite."""
    points = np.array([series.xs, series.ys], dtype=np.float64)
    points = points[:, np.isfinite(points).all(axis=0)]
    if not points.size:
        return ""
    xs, ys = points

    def number(value: float) -> str:
        return source.number(float(value), 3)

    if series.joined:
        low, high = int(np.argmin(ys)), int(np.argmax(ys))
        if ys[low] == ys[high]:
            return f"{number(ys[0])} everywhere"
        return (
            f"{number(ys[0])} at the left end, {number(ys[-1])} at the right; lowest "
            f"{number(ys[low])} at {number(xs[low])}, highest {number(ys[high])} at "
            f"{number(xs[high])}"
        )
    if len(xs) <= LISTED:
        return ", ".join(f"({number(x)}, {number(y)})" for x, y in points.T)
    across, up = (source.apart(ends.min(), ends.max()) for ends in (xs, ys))
    return "{} points, across from {} to {}, up from {} to {}".format(len(xs), *across, *up)
