"""From rows to cells: the two columns of a tall drawing and the way of every edge."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from gdtutor.engine.graph import Edge
from gdtutor.values import Struct, replace
from gdtutor.view.graph.model import Box, GraphPart, Layout, Stroke, Texts, make_layout
from gdtutor.view.graph.route import Channel, Point
from gdtutor.view.lines import width_of


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
