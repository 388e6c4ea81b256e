"""The cells of a value counted by their size, as rows of bars."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.view.frame import Line, Size, Style
from gdtutor.view.lines import line, wrapped
from gdtutor.view.pictures.source import Drawing, PictureKind, Shown, Source, shown_value

BINS = 10
"""Stretches of equal length between the smallest and the largest cell."""


def histogram_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return a bar for each stretch of sizes, as long as cells are in it."""
    lines: list[Line] = []
    for heading, counts, edges in _tallied(source, wish):
        lines += wrapped(heading, size.width, Style.PARAMETER)
        if not counts.size:
            continue
        edge_texts = [source.number(float(edge), 3) for edge in edges[:-1]]
        # A stretch is named by where it begins.
        labels = [f"from {edge_texts[0]}", *edge_texts[1:]]
        wide, most = max(map(len, labels)), int(counts.max())
        room = max(size.width - wide - len(str(most)) - 4, 1)
        for label, count in zip(labels, counts, strict=True):
            bar = ("█" if source.chars.unicode else "#") * int(np.ceil(room * count / most))
            lines.append(
                line(f"{label:>{wide}} ", (bar, Style.RUN_1), f" {count}" if count else "")
            )
    return Drawing(tuple(lines[: size.height]))


def histogram_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return how many cells lie in each stretch."""
    words: list[str] = []
    for heading, counts, edges in _tallied(source, wish):
        words.append(heading)
        for low, high, count in zip(edges, edges[1:], counts, strict=False):
            start, end = source.apart(low, high)
            ends = f"from {start} to {end}" if low < high else f"all of them {start}"
            words.append(f"  {ends}: {count}")
    return tuple(words)


def _tallied(source: Source, wish: PictureWish) -> Iterator[tuple[str, Array, Array]]:
    """Yield the heading of each value, how many cells lie in each stretch, where these end."""
    for written in wish.texts("of"):
        shown = shown_value(source, written)
        finite = np.empty(0) if shown.value is None else shown.value[np.isfinite(shown.value)]
        yield _heading(source, shown, finite), *_counted(finite, wish.whole("bins", BINS))


def _heading(source: Source, shown: Shown, finite: Array) -> str:
    if shown.value is None:
        return f"{shown.called}: {shown.why}"
    left_out = shown.value.size - finite.size
    more = f", {left_out} not finite" if left_out else ""
    if not finite.size:
        return f"{shown.called}, {shown.value.size} cells{more}"
    mean = source.number(float(finite.mean()), 3)
    return f"{shown.called}, {shown.value.size} cells{more}, mean {mean}"


def _counted(finite: Array, bins: int) -> tuple[Array, Array]:
    """Return how many cells lie in each stretch, and where these end; without any, none."""
    if not finite.size:
        return np.empty(0), np.empty(0)
    low, high = float(finite.min()), float(finite.max())
    if not np.isfinite(high - low) or np.nextafter(low, high) >= high:
        return np.array([finite.size]), np.array([low, high])
    counts, edges = np.histogram(finite, bins=bins)
    return counts, edges


PICTURE = PictureKind(histogram_picture, histogram_words, "how large")
