"""The wide layout of a computation graph: layers from left to right.

First the layers and rows, then the columns of cells and the way of every edge through them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate

from gdtutor.engine.graph import Edge
from gdtutor.values import Struct, replace
from gdtutor.view.graph.model import (
    Box,
    GraphPart,
    Layout,
    Stroke,
    Texts,
    leaves_by_consumer,
    make_layout,
    ports,
    skeleton,
)
from gdtutor.view.graph.route import LANE, Channel, Link, Point, Terminal, route
from gdtutor.view.lines import width_of
from gdtutor.view.once import once

LEAF_WEIGHT = 0.01
"""How firmly a leaf stands in its row, against 1 for a computed node: a chain runs straight."""


def lay_out_wide(part: GraphPart, texts: Texts, *, width: int, gap: int) -> Layout:
    """Place the nodes in layers by the longest path to them.

    A leaf stands right before its first consumer. An edge over several layers runs in a lane of
    its own through those between.

    Args:
        part: What to draw.
        texts: Its nodes in words.
        width: Cells that the drawing may fill; the result is wider where it cannot be helped.
        gap: Blank rows around a computed node in its layer.
    """

    def layered() -> LayeredGraph:
        layer = _layers(part)
        placed: list[Rows] = []
        for entries in _entries(part, layer):
            placed.append(_place(part, texts, placed[-1] if placed else {}, entries, gap))
        top = min(row for column in placed for row in column.values())
        rows = tuple({entry: row - top for entry, row in column.items()} for column in placed)
        channels = tuple(_channel(part, layer, index, rows) for index in range(len(rows) - 1))
        return LayeredGraph(part, texts, layer, rows, channels)

    grid = once(("wide", gap, *skeleton(part, texts)), layered)
    return replace(draw_columns(replace(grid, part=part, texts=texts), width), is_across=True)


def _layers(part: GraphPart) -> dict[str, int]:
    layer: dict[str, int] = {}
    for node in part.nodes:
        operands = part.operands[node.id]
        layer[node.id] = 1 + max((layer[edge.source] for edge in operands), default=-1)
    for node in part.nodes:
        if part.is_leaf(node.id) and part.consumers[node.id]:
            layer[node.id] = min(layer[edge.target] for edge in part.consumers[node.id]) - 1
    return layer


def _entries(part: GraphPart, layer: Mapping[str, int]) -> list[list[Terminal]]:
    """Return what stands in every layer: computed nodes and their lanes, then the leaves."""
    columns: list[list[Terminal]] = [[] for _ in range(1 + max(layer.values()))]
    for name in (*part.computed, *leaves_by_consumer(part)):
        columns[layer[name]].append((name, 0))
        last = max((layer[edge.target] for edge in part.consumers[name]), default=0)
        for between in range(layer[name] + 1, last):
            columns[between].append((name, LANE))
    return columns


def _place(
    part: GraphPart, texts: Texts, before: Rows, entries: Iterable[Terminal], gap: int
) -> dict[Terminal, int]:
    """Give every entry of a layer a row near what feeds it."""
    wishes = _wishes(part, before, entries)
    order = sorted(wishes, key=lambda entry: wishes[entry])
    offsets = [0]
    for entry, following in itertools.pairwise(order):
        name, port = entry
        height = 1 if port == LANE else max(texts.height[name], ports(part, name))
        apart = LANE not in (port, following[1]) and not (
            part.is_leaf(name) and part.is_leaf(following[0])
        )
        offsets.append(offsets[-1] + height + (gap if apart else 0))
    wanted = [wishes[entry] - offset for entry, offset in zip(order, offsets, strict=True)]
    rows: dict[Terminal, int] = {}
    weights = [LEAF_WEIGHT if part.is_leaf(name) else 1.0 for name, _ in order]
    places = [round(place) for place in monotone(wanted, weights)]
    pushed = places[0]
    for entry, place, offset in zip(order, places, offsets, strict=True):
        pushed = max(place, pushed)
        while _collides(part, before, entry, pushed + offset):
            pushed += 1
        rows[entry] = pushed + offset
    return rows


def _wishes(part: GraphPart, before: Rows, entries: Iterable[Terminal]) -> dict[Terminal, float]:
    """Return the row in which every entry would like to stand.

    That is beside a computed operand, so that a chain runs straight; beside the middle one of
    several operands; and for a leaf just below the node with which it is combined.
    """
    wishes: dict[Terminal, float] = {}
    for entry in entries:
        name, port = entry
        if port != LANE and part.is_leaf(name):
            found = [wishes[other] for other in _companions(part, name) if other in wishes]
            lowest = max(found or wishes.values(), default=0.0)
            wishes[entry] = lowest + (0.25 if before else 0.0)
            continue
        sources = list(dict.fromkeys(edge.source for edge in part.operands[name]))
        chain = [source for source in sources if not part.is_leaf(source)] or sources
        beside = [name] if port == LANE else chain
        feeding = [(source, kind) for source in beside for kind in (0, LANE)]
        rows = sorted(before[left] for left in feeding if left in before)
        wishes[entry] = float(rows[(len(rows) - 1) // 2])
    return wishes


def _companions(part: GraphPart, leaf: str) -> list[Terminal]:
    """Return the computed nodes with which a leaf is combined where it is first used."""
    used = part.consumers[leaf][:1]
    sources = [edge.source for first in used for edge in part.operands[first.target]]
    return [(name, kind) for name in sources if not part.is_leaf(name) for kind in (0, LANE)]


def _collides(part: GraphPart, before: Rows, entry: Terminal, row: int) -> bool:
    """Whether an arriving stroke would share a row with an unrelated leaving one."""
    name, port = entry
    if port != LANE and part.is_leaf(name):
        return False
    leaving = [(left, at) for (left, _), at in before.items() if part.consumers[left]]
    if port == LANE:
        return any(at == row and left != name for left, at in leaving)
    return any(
        at == row + index and not part.feeds(left, name, index)
        for left, at in leaving
        for index in range(ports(part, name))
    )


def monotone(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the non-decreasing sequence nearest to the wanted one in the weighted squares.

    Source: the pool-adjacent-violators algorithm (Ayer et al. 1955).
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        mean, total, size = value, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, others, members = blocks.pop()
            mean = (mean * total + other * others) / (total + others)
            total, size = total + others, size + members
        blocks.append((mean, total, size))
    return [mean for mean, _, size in blocks for _ in range(size)]


def _channel(
    part: GraphPart, layer: Mapping[str, int], index: int, rows: Sequence[Rows]
) -> Channel:
    """Route what goes from one layer to the next."""
    lefts, entries = rows[index], rows[index + 1]
    links: list[Link] = []
    for left in lefts:
        for edge in part.consumers[left[0]]:
            if layer[edge.target] == index + 1:
                links.append((left, (edge.target, edge.occurrence)))
            elif layer[edge.target] > index + 1:
                links.append((left, (left[0], LANE)))
    rights = {
        (name, port): entries[name, LANE] if port == LANE else entries[name, 0] + port
        for _, (name, port) in links
    }
    return route(lefts, rights, links)


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
