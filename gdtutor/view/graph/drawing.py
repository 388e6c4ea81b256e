"""The drawing of a computation graph in box characters, fitted to a panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gdtutor.engine.graph import Edge
from gdtutor.session.steps import Phase
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Area, Chars, Line, Lines, Segment, Style
from gdtutor.view.graph.model import (
    DrawNode,
    DrawSheet,
    GraphPart,
    Layout,
    make_part,
    neighbourhood,
)
from gdtutor.view.graph.paint import paint
from gdtutor.view.graph.tall import lay_out_tall
from gdtutor.view.graph.text import Wording, number_room, write
from gdtutor.view.graph.wide import lay_out_wide
from gdtutor.view.lines import cut

SIGN_CELLS = 120
"""Cells that explanations of the signs of a step take at the most, below the drawing."""
WIDE = 60
"""Cells of a drawing from which its columns stand still through an iteration, and an update says
which cell of a matrix it has changed most, where there is room for that."""
WHOLE = 40
"""Nodes up to which a graph is drawn whole, in pages where it is too tall."""


class GraphDrawing(Struct, frozen=True):
    """A drawing, line by line."""

    lines: Lines
    places: tuple[tuple[str, int], ...] = ()
    """Each node with its row in the layout, which may be longer than what is drawn."""
    rows: int = 0
    """Rows that the whole graph takes; all there are where it is drawn in part."""
    is_whole: bool = True
    """Whether every node of the graph is on it."""
    is_across: bool = False
    """Whether it goes from left to right."""
    columns: int = 0
    """Cells that the whole graph takes."""
    is_tight: bool = False
    """Whether its strokes stand closer than they are read best."""

    def centred(self, area: Area) -> Lines:
        """Return it in the middle of an area, in as many lines as that has.

        Below it there is room for signs first. What would not stand still stays at the edge.
        """
        width, spare = area.width, area.height - self.rows
        above = max(0, min(spare // 2, spare + -SIGN_CELLS // width)) * self.is_whole
        stands_still = self.is_across or (self.is_whole and width >= WIDE)
        left = Segment(" " * ((width - self.columns + 1) // 2 * stands_still))
        # What the loss was may stand in the row below.
        lines = tuple((left, *row) if row else row for row in self.lines[: self.rows + 1])
        return (*((),) * above, *lines, *((),) * (spare - above))[: area.height]


TORN = 2
"""Lines of a page that are left blank for what would be torn there."""
NEIGHBOURS = (24, 16, 12, 8, 5, 3, 1)
"""Nodes that are tried around the current one where the whole graph is too large."""


def draw_graph(
    nodes: Sequence[DrawNode], edges: Sequence[Edge], sheet: DrawSheet, total: int | None = None
) -> GraphDrawing:
    """Draw a graph in exactly as many lines as a sheet has, of at most so many cells.

    The layout is the first that fits: layers from left to right; leaves on the left and the
    computed nodes flowing down; the same with the gradients beside the values, or with those of
    matrices alone; the last one in pages. Where none is narrow enough, or the graph is large, only
    the neighbourhood of the current node is drawn, in the end the node alone. A note with an
    ellipsis counts the nodes that are not shown.

    Args:
        nodes: In topological order.
        edges: Those of one target in the order of its formula.
        sheet: What it is drawn on; without `unicode` all that is added is ASCII, and labels are
            passed in converted.
        total: Nodes of the whole graph, where `nodes` is only what lies around the current one.

    Raises:
        KeyError: The current node or an end of an edge is not among the nodes.
    """
    if sheet.height < 1 or sheet.width < 1 or not nodes:
        return GraphDrawing(((),) * max(0, sheet.height))
    total = len(nodes) if total is None else total
    layout, shown = _choose(nodes, edges, sheet, is_whole=total <= WHOLE)
    lines = _page(layout, total - shown, sheet)
    rows = sheet.height if total > shown else min(layout.height, sheet.height)
    is_whole = total == shown and layout.height <= sheet.height
    places = tuple((b.node.id, b.y) for b in layout.boxes)
    is_across = is_whole and layout.is_across
    return GraphDrawing(lines, places, rows, is_whole, is_across, layout.width, layout.is_tight)


def _choose(
    nodes: Sequence[DrawNode], edges: Sequence[Edge], sheet: DrawSheet, *, is_whole: bool
) -> tuple[Layout, int]:
    """Return a layout that fits and the number of nodes that it shows."""
    whole = make_part(nodes, edges)
    start = nodes[0 if sheet.current is None else whole.place[sheet.current]].id
    if is_whole:
        layout = next(_fitting(whole, sheet, paged=True), None)
        if layout is not None:
            return layout, len(nodes)
    # A line is left for the note on what is not shown.
    noted = replace(sheet, height=sheet.height - 1)
    for paged in (False, True):
        for limit in NEIGHBOURS:
            part = neighbourhood(whole, start, min(limit, len(nodes)), sheet.chars.ellipsis)
            layout = next(_fitting(part, noted, paged=paged), None)
            if layout is not None:
                return layout, sum(node.style is not Style.DIM for node in part.nodes)
    part = make_part([node for node in nodes if node.id == start], [])
    words = write(part, _wordings(part, sheet.chars)[-1])
    return lay_out_tall(part, words, width=sheet.width), 1


def _wordings(part: GraphPart, chars: Chars) -> tuple[Wording, ...]:
    room = number_room(part.nodes)
    return (
        Wording(chars, room),
        Wording(chars, room, one_row=True),
        Wording(chars, room, shapes_in_row=True),
        Wording(chars, room, short_labels=True),
    )


def _fitting(part: GraphPart, sheet: DrawSheet, *, paged: bool) -> Iterator[Layout]:
    """Yield the layouts that fit, the most readable one first."""
    width, height = sheet.width, sheet.height
    two_rows, *others = _wordings(part, sheet.chars)
    texts = write(part, two_rows)
    for gap in (1, 0):
        layout = lay_out_wide(part, texts, width=width, gap=gap)
        if layout.width > width:
            break
        if layout.height <= height:
            yield layout
    if len(part.computed) > height and not paged:
        # Below one another they take a row each at least.
        return
    narrow: list[Layout] = []
    for wording in (two_rows, *others):
        texts = texts if wording is two_rows else write(part, wording)
        layout = lay_out_tall(part, texts, width=width)
        if layout.width <= width:
            narrow.append(layout)
            if layout.height <= height:
                yield layout
    if paged:
        yield from sorted(narrow, key=lambda layout: layout.height)


def _page(layout: Layout, hidden: int, sheet: DrawSheet) -> Lines:
    """Paint the page of a layout on which the current node stands, with notes on what is not."""
    height = sheet.height
    room = height - (hidden > 0)
    if layout.height <= room:
        top, bottom = 0, min(layout.height + 1, room)
    else:
        top, bottom = _window(layout, sheet.current, height)
    lines = paint(layout, top, bottom, sheet)
    lines = lines if any(lines[layout.height :]) else lines[: layout.height]
    ellipsis = sheet.chars.ellipsis
    above = sum(box.y < top for box in layout.boxes)
    below = sum(box.y >= top and box.y + len(box.rows) > bottom for box in layout.boxes)
    before = (_note(ellipsis, above, f" above{sheet.rest}"),) if above else ()
    computed = [box for box in layout.boxes if box.node.style is Style.TEXT] or layout.boxes
    end = max(computed, key=lambda box: box.y)
    is_known = sheet.phase is not Phase.FORWARD and end.node.value is not None
    told = "" if above else sheet.rest
    if is_known and below and end.y + len(end.rows) > bottom:
        # The way back begins at the end, so that its value stays in sight.
        told = f" to {end.node.label} {end.node.value}{'*' * end.node.changed}{told}"
    after = (_note(ellipsis, hidden + below, told),) if hidden + below else ()
    whole = (*before, *lines, *after)
    blank = ((),) * (height - len(whole))
    return tuple(cut(line, sheet.width, ellipsis) for line in (*whole, *blank)[:height])


def _note(ellipsis: str, nodes: int, where: str) -> Line:
    count = f"{nodes:,}".replace(",", " ")
    return (Segment(f" {ellipsis} {count} more node{'s' * (nodes != 1)}{where}", Style.DIM),)


def _window(layout: Layout, current: str | None, height: int) -> tuple[int, int]:
    """Return the first row of the page of the current node, and the row after its last.

    Pages overlap, so that a node shows what is around it, and stay while the walk goes on in them.
    A page leaves a line for every note: one on the first and the last page, two between. Its edges
    run neither through a node nor, where that leaves nearly all of it, between a node and the arrow
    head above it.
    """
    box = next((box for box in layout.boxes if box.node.id == current), layout.boxes[0])
    end = box.y + len(box.rows)
    rows = max(1, height - 2)
    if end <= height - 1:
        top, bottom = 0, max(1, height - 1)
    else:
        stride = max(1, rows - max(3, rows // 3))
        top = -(-(end - rows) // stride) * stride
        bottom = top + rows
        if bottom >= layout.height:
            top, bottom = layout.height - rows - 1, layout.height
    inside = {at for box in layout.boxes for at in range(box.y + 1, box.y + len(box.rows))}
    below = {stroke.points[-1][1] + 1 for stroke in layout.strokes if stroke.head == "down"}
    for torn in (inside | below, inside):
        first, last = top, bottom
        while first in torn and first < box.y:
            first += 1
        while last in torn and last > end:
            last -= 1
        if bottom - top - (last - first) <= TORN:
            break
    return first, last
