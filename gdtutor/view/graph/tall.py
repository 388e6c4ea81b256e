"""The tall layout of a computation graph: leaves on the left, what is computed flows down.

First the rows, then their two columns of cells and the way of every edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import accumulate

from gdtutor.engine.graph import Edge
from gdtutor.values import Struct, field, replace
from gdtutor.view.graph.model import (
    Box,
    GraphPart,
    Layout,
    Stroke,
    Texts,
    leaves_by_consumer,
    make_layout,
    skeleton,
)
from gdtutor.view.graph.route import Channel, Point, route
from gdtutor.view.lines import width_of
from gdtutor.view.once import once

NUDGES = 4
"""Rows tried for a node and its leaves side by side before it moves below them."""


class _Rows(Struct):
    """The rows given so far."""

    leaf: dict[str, int] = field(default_factory=dict)
    computed: dict[str, int] = field(default_factory=dict)
    left_end: int = 0
    """First free row of the left column."""
    right_end: int = 0


def lay_out_tall(part: GraphPart, texts: Texts, *, width: int) -> Layout:
    """Place the computed nodes one below another and every leaf beside its first consumer.

    Args:
        part: What to draw.
        texts: Its nodes in words.
        width: Cells that the drawing may fill; the result is wider where it cannot be helped.
    """

    def flowing() -> Flow:
        spine = _spine(part, texts)
        rows = _rows(part, texts, spine)
        middle, gutter = _middle(part, rows), _gutter(spine, rows)
        return Flow(part, texts, spine, rows.leaf | rows.computed, middle, gutter)

    flow = once(("tall", *skeleton(part, texts)), flowing)
    return draw_flow(replace(flow, part=part, texts=texts), width)


def _middle(part: GraphPart, rows: _Rows) -> Channel:
    """Route the edges from the leaves to the computed nodes."""
    links = [((edge.source, 0), (edge.target, edge.occurrence)) for edge in part.leaf_edges]
    lefts = {(name, 0): row for name, row in rows.leaf.items()}
    rights = {(name, port): rows.computed[name] + port for _, (name, port) in links}
    return route(lefts, rights, links)


def _gutter(spine: Spine, rows: _Rows) -> Channel:
    """Route the edges that go around the right column."""
    outs = {(name, 0): rows.computed[name] + row for name, row in spine.exit_row.items()}
    backs = {
        (edge.target, row): rows.computed[edge.target] + row for edge, row in spine.landing.items()
    }
    links = [((edge.source, 0), (edge.target, row)) for edge, row in spine.landing.items()]
    return route(outs, backs, links, bent=True)


def _spine(part: GraphPart, texts: Texts) -> Spine:
    """Decide which edges between computed nodes go straight down and which go around."""
    computed = part.computed
    above = dict(zip(computed[1:], computed, strict=False))
    down: set[Edge] = set()
    landing: dict[Edge, int] = {}
    for name in computed:
        landed: dict[str, int] = {}
        fed_from_above = False
        for edge in part.operands[name]:
            if part.is_leaf(edge.source):
                continue
            if above.get(name) == edge.source and not fed_from_above:
                down.add(edge)
                fed_from_above = True
            else:
                landing[edge] = landed.get(edge.source, 0)
                landed[edge.source] = landing[edge] + 1
    landings = dict.fromkeys(computed, 0)
    for edge, row in landing.items():
        landings[edge.target] = max(landings[edge.target], row + 1)
    exit_row = {edge.source: landings[edge.source] for edge in landing}
    height = {
        name: max(
            texts.height[name], ports_from_leaves(part, name), landings[name] + (name in exit_row)
        )
        for name in computed
    }
    return Spine(frozenset(down), landing, exit_row, height)


def _rows(part: GraphPart, texts: Texts, spine: Spine) -> _Rows:
    rows = _Rows()
    for name in part.computed:
        _settle(part, texts, spine, rows, name)
    for leaf in leaves_by_consumer(part):
        if leaf not in rows.leaf:
            rows.leaf[leaf] = rows.left_end
            rows.left_end += texts.height[leaf]
    return rows


def _settle(part: GraphPart, texts: Texts, spine: Spine, rows: _Rows, name: str) -> None:
    """Place a computed node beside the middle one of the leaves that it is the first to use.

    Where strokes would get into each other's way, node and leaves move down; in the end the node
    stands below all leaves, where nothing is in the way.
    """
    used = dict.fromkeys(edge.source for edge in part.operands[name])
    group = [leaf for leaf in used if part.is_leaf(leaf) and leaf not in rows.leaf]
    rows.right_end += any(edge in spine.down for edge in part.operands[name])
    *offsets, total = accumulate((texts.height[leaf] for leaf in group), initial=0)
    middle = offsets[(len(offsets) - 1) // 2] if group else 0
    start = max(rows.left_end, rows.right_end - middle)
    row = start + middle if group else rows.right_end
    clear = max([rows.left_end, *(at + spine.height[n] for n, at in rows.computed.items())])
    tries = [(start + more, row + more) for more in range(NUDGES)]
    for start, row in (*tries, (clear, clear + total)):
        leaves = {leaf: start + offset for leaf, offset in zip(group, offsets, strict=True)}
        if not _collides(part, rows, name, row, leaves):
            break
    rows.leaf.update(leaves)
    rows.computed[name] = row
    rows.right_end = row + spine.height[name]
    if group:
        rows.left_end = start + total


def _collides(part: GraphPart, rows: _Rows, name: str, row: int, leaves: Mapping[str, int]) -> bool:
    """Whether a stroke from a leaf would share a row with an unrelated arriving one."""
    lefts = {at: leaf for leaf, at in (*rows.leaf.items(), *leaves.items())}
    targets = rows.computed | {name: row}
    uses = ((e.target, e.occurrence) for e in part.leaf_edges if e.target in targets)
    return any(
        targets[target] + port in lefts
        and not part.feeds(lefts[targets[target] + port], target, port)
        for target, port in uses
    )


class Spine(Struct, frozen=True):
    """Which way the edges between the computed nodes take."""

    down: frozenset[Edge]
    """Edges between neighbours: they go straight down."""
    landing: Mapping[Edge, int]
    """Every other edge goes around on the right and arrives in this row of its target, from 0."""
    exit_row: Mapping[str, int]
    """For a node with edges that go around, the row in which they leave it, from 0."""
    height: Mapping[str, int]
    """Rows of every computed node."""


class Flow(Struct, frozen=True):
    """A graph whose nodes have rows; leaves are the left column, computed nodes the right one."""

    part: GraphPart
    texts: Texts
    spine: Spine
    row: Mapping[str, int]
    """Row of every node's label."""
    middle: Channel
    """From the leaves to the computed nodes."""
    gutter: Channel
    """Around the computed nodes on the right."""


class _FlowRuler(Struct, frozen=True):
    """Where everything lies, in cells from the left."""

    head: int
    """The arrow heads before the right column."""
    labels: int
    """The labels of the right column."""
    left_xs: tuple[int, ...]
    """Tracks of the leaves' uprights, and so on."""
    right_xs: tuple[int, ...]
    out_xs: tuple[int, ...]
    back_xs: tuple[int, ...]
    width: int


def ports_from_leaves(part: GraphPart, name: str) -> int:
    """Return how many strokes arrive from the left at a computed node, one below another."""
    uses = [edge.occurrence for edge in part.operands[name] if part.is_leaf(edge.source)]
    return 1 + max(uses, default=-1)


def draw_flow(flow: Flow, width: int) -> Layout:
    """Set both columns, with wide tracks where the width allows them."""
    ruler = _ruler(flow, 2)
    is_tight = ruler.width > width
    if is_tight:
        ruler = _ruler(flow, 1)

    def place(name: str) -> Point:
        return 1 if flow.part.is_leaf(name) else ruler.labels, flow.row[name]

    lead = partial(_stroke, flow, ruler)
    layout = make_layout(flow.part, flow.texts, ruler.width, place, lead)
    return replace(layout, is_tight=is_tight)


def _ruler(flow: Flow, pitch: int) -> _FlowRuler:
    """Line up the columns with `pitch` cells from one track to the next."""
    room = flow.texts.room
    leaves = [room[node.id] for node in flow.part.nodes if flow.part.is_leaf(node.id)]
    computed = [room[name] for name in flow.part.computed]
    lefts, rights = flow.middle.left_tracks, flow.middle.right_tracks
    outs, backs = flow.gutter.left_tracks, flow.gutter.right_tracks
    dash = 1 + max(leaves) + 1
    head = dash + 1 + pitch * (lefts + rights)
    labels = head + 2
    end = labels + max(computed, default=0)
    gutter = end + 2
    return _FlowRuler(
        head,
        labels,
        left_xs=tuple(dash + 1 + pitch * track for track in range(lefts)),
        right_xs=tuple(head - pitch * (track + 1) for track in range(rights)),
        back_xs=tuple(gutter + pitch * track for track in range(backs)),
        out_xs=tuple(gutter + pitch * (backs + track) for track in range(outs)),
        width=(gutter + pitch * (outs + backs - 1) + 1 if outs + backs else end)
        if computed
        else dash - 1,
    )


def _stroke(flow: Flow, ruler: _FlowRuler, boxes: Mapping[str, Box], edge: Edge) -> Stroke:
    source, target = boxes[edge.source], boxes[edge.target]
    if edge in flow.spine.down:
        used = max(len(source.rows), ports_from_leaves(flow.part, edge.source))
        ends = (ruler.labels, source.y + used - 1), (ruler.labels, target.y - 1)
        return Stroke(edge, ends, "down")
    if edge in flow.spine.landing:
        return _around(flow, ruler, source, target, edge)
    link = ((edge.source, 0), (edge.target, edge.occurrence))
    points = (
        _after(source, 0),
        *flow.middle.corners(link, ruler.left_xs, ruler.right_xs),
        (ruler.head, target.y + edge.occurrence),
    )
    return Stroke(edge, points, "right")


def _around(flow: Flow, ruler: _FlowRuler, source: Box, target: Box, edge: Edge) -> Stroke:
    """Lead an edge through the gutter; below the text it starts at the foot of its source."""
    leaving, landing = flow.spine.exit_row[edge.source], flow.spine.landing[edge]
    foot = (source.x, source.y + len(source.rows) - 1)
    points: list[Point] = [foot] if leaving >= len(source.rows) else []
    link = ((edge.source, 0), (edge.target, landing))
    points += [
        _after(source, leaving),
        *flow.gutter.corners(link, ruler.out_xs, ruler.back_xs),
        _after(target, landing),
    ]
    return Stroke(edge, tuple(points), "left")


def _after(box: Box, row: int) -> Point:
    """Return the first cell of a stroke beside a row of a node, a blank after its text."""
    length = width_of(box.rows[row]) + 1 if row < len(box.rows) else 0
    return box.x + length, box.y + row
