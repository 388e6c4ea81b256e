"""From layers and rows to cells: the columns of a wide drawing and the way of every edge."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import accumulate

from gdtutor.engine.graph import Edge
from gdtutor.values import Struct, replace
from gdtutor.view.graph.model import Box, GraphPart, Layout, Stroke, Texts, make_layout
from gdtutor.view.graph.route import LANE, Channel, Point, Terminal
from gdtutor.view.lines import width_of

MARGIN = 1
"""Cells between an arrow head and a label, for the mark of the current node."""
SLACK = 3
"""Cells by which a channel may be stretched where the drawing has room."""
AROUND = 4
"""Cells on both sides together that stay blank before a channel is stretched."""

Rows = Mapping[Terminal, int]
"""The row of every entry of a layer: nodes (port 0) and lanes of edges that pass it."""


class LayeredGraph(Struct, frozen=True):
    """A graph whose nodes have layers and rows; the columns of cells are still open."""

    part: GraphPart
    texts: Texts
    layer: Mapping[str, int]
    rows: tuple[Rows, ...]
    """Per layer."""
    channels: tuple[Channel, ...]
    """Between the layers, one fewer."""


class _ColumnRuler(Struct, frozen=True):
    """Where layers and channels lie, in cells from the left."""

    labels: tuple[int, ...]
    """Column of the labels of every layer."""
    starts: tuple[int, ...]
    """Column of the first dash of every channel after the widest text."""
    pitch: int
    """Cells from one track to the next."""
    width: int

    def head(self, index: int) -> int:
        """Return the column of the arrow heads at the end of a channel."""
        return self.labels[index + 1] - MARGIN - 1


def draw_columns(grid: LayeredGraph, width: int) -> Layout:
    """Spread the layers over the width and lead every edge through channels and lanes."""
    ruler = _ruler(grid, width)

    def place(name: str) -> Point:
        layer = grid.layer[name]
        return ruler.labels[layer], grid.rows[layer][name, 0]

    lead = partial(_stroke, grid, ruler)
    layout = make_layout(grid.part, grid.texts, ruler.width, place, lead)
    return replace(layout, is_tight=ruler.pitch == 1)


def _ruler(grid: LayeredGraph, width: int) -> _ColumnRuler:
    rooms = [
        max((grid.texts.room[name] for name, port in column if port != LANE), default=0)
        for column in grid.rows
    ]
    ruler = _measure(grid, rooms, pitch=2, slack=0)
    pitch = 2 if ruler.width <= width else 1
    spare = (width - AROUND - ruler.width) // max(1, len(grid.channels))
    return _measure(grid, rooms, pitch=pitch, slack=max(0, min(SLACK, spare)))


def _measure(grid: LayeredGraph, rooms: list[int], *, pitch: int, slack: int) -> _ColumnRuler:
    """Line up blank, dash, tracks, arrow head and margin behind every layer but the last."""
    tracks = [channel.left_tracks + channel.right_tracks for channel in grid.channels]
    steps = [
        room + 3 + pitch * count + slack + MARGIN
        for room, count in zip(rooms, tracks, strict=False)
    ]
    labels = tuple(accumulate(steps, initial=MARGIN))
    starts = tuple(label + room + 1 for label, room in zip(labels, rooms, strict=True))
    return _ColumnRuler(labels, starts, pitch, labels[-1] + rooms[-1])


def _stroke(
    grid: LayeredGraph, ruler: _ColumnRuler, boxes: Mapping[str, Box], edge: Edge
) -> Stroke:
    """Lead one edge from the end of its source's text to the label of its target."""
    source = boxes[edge.source]
    first, last = grid.layer[edge.source], grid.layer[edge.target]
    points: list[Point] = [(source.x + width_of(source.rows[0]) + 1, source.y)]
    left: Terminal = (edge.source, 0)
    for index in range(first, last):
        channel = grid.channels[index]
        arrives = index == last - 1
        right: Terminal = (edge.target, edge.occurrence) if arrives else (edge.source, LANE)
        start, head = ruler.starts[index], ruler.head(index)
        left_xs = [start + 1 + ruler.pitch * track for track in range(channel.left_tracks)]
        right_xs = [head - ruler.pitch * (track + 1) for track in range(channel.right_tracks)]
        points += channel.corners((left, right), left_xs, right_xs)
        left = right
    head = ruler.head(last - 1)
    points.append((head, grid.rows[last][edge.target, 0] + edge.occurrence))
    return Stroke(edge, tuple(points), "right")
