"""A picture in plain lines, for where it cannot be drawn: what its plots and its words hold.

Every kind can be told from what it draws; those that paint with characters tell it themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

from gdtutor.lesson.model import PictureWish
from gdtutor.view.frame import Line, Plot, Series, Style
from gdtutor.view.lines import text_of
from gdtutor.view.pictures import draw
from gdtutor.view.pictures.curve import marks_of
from gdtutor.view.pictures.source import Source
from gdtutor.view.pictures.told_cost import contour_words, slice_words
from gdtutor.view.pictures.told_plane import boundary_words
from gdtutor.view.pictures.told_tables import seeds_words, weights_words

WIDTH, HEIGHT = 74, 60
"""The size in which a picture is drawn to be told."""
LISTED = 8
"""Points up to which each is told."""

TOLD: Mapping[str, Callable[[Source, PictureWish], tuple[str, ...]]] = {
    "slice": slice_words,
    "contour": contour_words,
    "boundary": boundary_words,
    "weights": weights_words,
    "seeds": seeds_words,
}
"""Kinds that say more than what can be read off their drawing."""

_STYLES = {
    Style.CURRENT: "now", Style.UPDATE: "after the update", Style.BACKWARD: "tangent",
}  # fmt: skip
"""What a point or a line is, where its style says so in every picture."""
_RUNS = (Style.RUN_1, Style.RUN_2, Style.RUN_3, Style.RUN_4)
_GLYPHS = re.compile(r"[#.█░▒·]+")


def told(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return what a picture shows, a fact a line, with nothing drawn."""
    own = TOLD.get(wish.kind)
    return _of_drawing(source, wish) if own is None else own(source, wish)


def _of_drawing(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Tell the plots of a drawing as numbers, and keep those of its lines that are words."""
    drawing = draw(source, wish, WIDTH, HEIGHT)
    rows = [row for row in drawing.lines if not _is_drawn(row)]
    texts = [text for text in (text_of(row).rstrip() for row in rows) if text]
    plots = [placed.plot for placed in drawing.plots]
    facts = [fact for plot in plots for fact in _plot_facts(source, plot, texts)]
    marks = _marks(source, plots)
    words = [_unmarked(text, marks) for text in texts if not _is_legend(text, marks)]
    return (*facts, *words)


def _is_drawn(row: Line) -> bool:
    """Say whether a line holds a bar, or signs that stand for something."""
    return any(s.style in _RUNS and _GLYPHS.fullmatch(s.text.strip()) for s in row)


def _marks(source: Source, plots: list[Plot]) -> frozenset[str]:
    """Return the characters that points and curves are drawn with; nothing where nothing is."""
    if not plots:
        return frozenset()
    own = {series.mark for plot in plots for series in plot.series}
    marks = marks_of(source.chars)
    usual = {marks.curve, marks.beside, marks.here, marks.after, marks.earlier}
    return frozenset((own | usual) - {""})


def _parts(text: str) -> list[str]:
    return re.split(r"  +|, ", text.strip())


def _begins(part: str, marks: frozenset[str]) -> bool:
    return part.partition(" ")[0] in marks


def _is_legend(text: str, marks: frozenset[str]) -> bool:
    """Say whether a line does nothing but explain marks."""
    parts = _parts(text)
    return len(parts) > 1 and all(_begins(part, marks) for part in parts)


def _unmarked(text: str, marks: frozenset[str]) -> str:
    return text.partition(" ")[2] if _begins(text, marks) else text


def _plot_facts(source: Source, plot: Plot, texts: list[str]) -> list[str]:
    """Return the axes of a plot, and each of its curves and clouds of points."""
    xs = np.concatenate([np.asarray(series.xs) for series in plot.series] or [np.empty(0)])
    finite = xs[np.isfinite(xs)]
    title = re.sub(r" *→$", " across", plot.title.replace("↑", "up")).replace("→", "to")
    head = " ".join(title.split())
    limits = plot.x_range or ((float(finite.min()), float(finite.max())) if len(finite) else None)
    if limits is not None:
        low, high = (source.number(limit, 3) for limit in limits)
        head += f", from {low} to {high}"
    facts = [_series_fact(source, series, texts) for series in plot.series]
    return [f"{head}:", *(f"  {fact}" for fact in facts if fact)]


def _series_fact(source: Source, series: Series, texts: list[str]) -> str:
    points = np.array([series.xs, series.ys], dtype=np.float64)
    points = points[:, np.isfinite(points).all(axis=0)]
    if not points.size or series.style is Style.BACKWARD:
        return ""
    xs, ys = points

    def number(value: float) -> str:
        return source.number(float(value), 3)

    called = _called(source, series, texts)
    if series.joined:
        low, high = int(np.argmin(ys)), int(np.argmax(ys))
        if ys[low] == ys[high]:
            return f"{called}: {number(ys[0])} everywhere"
        return (
            f"{called}: {number(ys[0])} at the left end, {number(ys[-1])} at the right; lowest "
            f"{number(ys[low])} at {number(xs[low])}, highest {number(ys[high])} at "
            f"{number(xs[high])}"
        )
    if len(xs) <= LISTED:
        listed = ", ".join(f"({number(x)}, {number(y)})" for x, y in points.T)
        return f"{called}: {listed}"
    return (
        f"{called}: {len(xs)} points, across from {number(xs.min())} to {number(xs.max())}, up "
        f"from {number(ys.min())} to {number(ys.max())}"
    )


def _called(source: Source, series: Series, texts: list[str]) -> str:
    """Return what a series is: what its style says, its label, or its word in the legend."""
    mark = series.mark or marks_of(source.chars).curve
    found = (part.partition(" ") for text in texts for part in _parts(text))
    legend = next((word for glyph, _, word in found if glyph == mark and word), "")
    usual = "curve" if series.joined else "points"
    return _STYLES.get(series.style, "") or series.label or legend or usual
