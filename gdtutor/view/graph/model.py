"""What a graph is drawn from, what a layout of it is, and the part of a large one that is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from gdtutor.engine.graph import Edge
from gdtutor.engine.places import around
from gdtutor.session.steps import Phase
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Area, Lines, Style


class DrawNode(Struct, frozen=True):
    """One node of the graph, in words."""

    id: str
    """Unique among the nodes of one drawing."""
    label: str
    """As displayed: `w₁`, `ŷ`, `W₁ 3×2`."""
    value: str | None
    """As displayed; None while it is not computed."""
    gradient: str | None
    """As displayed; None while the backward pass has not reached the node."""
    style: Style
    """Colour of the label: INPUT, PARAMETER or TEXT."""
    changed: bool = False
    """The learner changed the value; it carries a `*`."""
    mark: str = ""
    """A glyph right after the label, as for a saturated unit."""
    updated: str = ""
    """What the update has made of the value; it stands in place of the gradient."""
    was: str = ""
    """What the value was before the last update; it stands there until there is a gradient."""
    later: DrawNode | None = None
    """The same node where the iteration ends: the drawing keeps room for it, and stands still."""

    @property
    def last(self) -> DrawNode:
        """The node as the iteration leaves it."""
        return self.later or self

    @property
    def unknown(self) -> DrawNode:
        """The node with its room, before anything is known of it."""
        return DrawNode(self.id, self.label, None, None, self.style, later=self.later)


class DrawSheet(Area, frozen=True):
    """Where a graph is drawn, and from where it is looked at."""

    current: str | None = None
    """The node that is marked and kept in view."""
    phase: Phase = Phase.GIVEN
    """The glyph of the mark, and which strokes stand out: those that arrive at the current node
    going forward, those that leave it going backward."""
    rest: str = ""
    """What is said behind a count of nodes that are left out."""


class GraphPart(Struct, frozen=True):
    """A graph, or the part of one that is drawn: its edges are found by either end."""

    nodes: tuple[DrawNode, ...]
    """In topological order."""
    place: Mapping[str, int]
    """Where a node stands in `nodes`."""
    operands: Mapping[str, Sequence[Edge]]
    """Every node's incoming edges in the order of its formula."""
    consumers: Mapping[str, Sequence[Edge]]
    """Every node's outgoing edges in topological order of the consumers."""
    leads_on: frozenset[str]
    """Nodes that have consumers, all of them left out."""

    def is_leaf(self, node: str) -> bool:
        """Whether no drawn edge arrives at the node."""
        return not self.operands[node]

    @property
    def computed(self) -> tuple[str, ...]:
        """The nodes at which edges arrive, in topological order."""
        return tuple(node.id for node in self.nodes if self.operands[node.id])

    @property
    def edges(self) -> Iterator[Edge]:
        """Every edge, those of one target together."""
        return (edge for node in self.nodes for edge in self.operands[node.id])

    @property
    def leaf_edges(self) -> Iterator[Edge]:
        """The edges that leave leaves."""
        return (edge for edge in self.edges if self.is_leaf(edge.source))

    def feeds(self, source: str, target: str, port: int) -> bool:
        """Whether a stroke from one node arrives at another, so many rows below its label."""
        return any(e.source == source and e.occurrence == port for e in self.operands[target])


def make_part(
    nodes: Sequence[DrawNode], edges: Sequence[Edge], leads_on: frozenset[str] = frozenset()
) -> GraphPart:
    """Index the edges by both ends, in one pass.

    Raises:
        KeyError: An end of an edge is not among the nodes.
    """
    operands: dict[str, list[Edge]] = {node.id: [] for node in nodes}
    consumers: dict[str, list[Edge]] = {node.id: [] for node in nodes}
    for edge in edges:
        operands[edge.target].append(edge)
        consumers[edge.source].append(edge)
    place = {node.id: at for at, node in enumerate(nodes)}
    for found in consumers.values():
        if len(found) > 1:
            found.sort(key=lambda edge: place[edge.target])
    return GraphPart(tuple(nodes), place, operands, consumers, leads_on)


def leaves_by_consumer(part: GraphPart) -> tuple[str, ...]:
    """Return the leaves in the order in which the formulas first use them, unused ones last."""
    used = (edge.source for edge in part.leaf_edges)
    leaves = (node.id for node in part.nodes if part.is_leaf(node.id))
    return tuple(dict.fromkeys((*used, *leaves)))


def ports(part: GraphPart, node: str) -> int:
    """Return how many strokes arrive at a node one below another: 2 for `a*a`."""
    return 1 + max((edge.occurrence for edge in part.operands[node]), default=0)


class Box(Struct, frozen=True):
    """The text of one node with its place on the drawing."""

    node: DrawNode
    x: int
    """Column of the label; the mark of the current node stands one cell before it."""
    y: int
    """Row of the label."""
    rows: Lines
    """The text, row by row, from `x`."""


class Stroke(Struct, frozen=True):
    """The way of one edge: corners joined by horizontal and vertical strokes."""

    edge: Edge
    points: tuple[tuple[int, int], ...]
    """(column, row) of the first cell, of the corners, and of the arrow head."""
    head: str
    """The arrow head: `right`, `left`, `down` or `up`."""


class Texts(Struct, frozen=True):
    """The rows of every node of one column group, and the widths to keep for them."""

    rows: dict[str, Lines]
    height: dict[str, int]
    """Rows to keep for a node, gradients to come included."""
    room: dict[str, int]
    """Cells to keep for the widest row of a node."""


class Layout(Struct, frozen=True):
    """Boxes and strokes with the size that they need, in cells."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    strokes: tuple[Stroke, ...]
    is_across: bool = False
    """Whether it goes from left to right."""
    is_tight: bool = False
    """Whether its strokes stand closer than they are read best."""


def skeleton(part: GraphPart, texts: Texts) -> tuple[object, ...]:
    """Return what a layout depends on but for cells: names, edges and rows, which nodes have alike
    at all steps of a walk.
    """
    return tuple(part.place), tuple(part.edges), tuple(texts.height.values())


def make_layout(
    part: GraphPart,
    texts: Texts,
    width: int,
    place: Callable[[str], tuple[int, int]],
    lead: Callable[[Mapping[str, Box], Edge], Stroke],
) -> Layout:
    """Put every node into its box, and lead every edge from box to box.

    Args:
        part: What is drawn.
        texts: Its nodes in words.
        width: Cells of the layout.
        place: Column and row of a node's label.
        lead: The way of an edge between boxes.
    """
    boxes = {node.id: Box(node, *place(node.id), texts.rows[node.id]) for node in part.nodes}
    strokes = [lead(boxes, edge) for edge in part.edges]
    # Where strokes leave a node downward, or come to its foot, nothing more is led there.
    feet = {s.edge.source for s in strokes if s.points[0][0] == boxes[s.edge.source].x}
    feet |= {s.edge.target for s in strokes if s.points[-1][0] == boxes[s.edge.target].x}
    for at, stroke in enumerate(strokes):
        box = boxes[stroke.edge.target]
        if stroke.edge.target not in feet and stroke.points[-1][1] >= box.y + len(box.rows):
            # It would end beside nothing: the second of `a*a`, while there is no gradient, and the
            # third of `a*a*a`, which stands below it.
            up = (box.x, stroke.points[-1][1])
            strokes[at] = replace(stroke, points=(*stroke.points[:-1], up), head="up")
    bottoms = [box.y + texts.height[name] for name, box in boxes.items()]
    bottoms += [1 + row for stroke in strokes for _, row in stroke.points]
    return Layout(width, max(0, *bottoms), tuple(boxes.values()), tuple(strokes))


def neighbourhood(whole: GraphPart, start: str, limit: int, ellipsis: str) -> GraphPart:
    """Return at most `limit` nodes around one.

    A node some of whose operands are left out gets a leaf that is only an ellipsis.
    """
    found = around(start, limit, lambda name: (whole.operands[name], whole.consumers[name]))
    nodes: list[DrawNode] = []
    edges: list[Edge] = []
    leads_on: set[str] = set()
    for name in sorted(found, key=whole.place.__getitem__):
        inside = [edge for edge in whole.operands[name] if edge.source in found]
        if len(inside) < len(whole.operands[name]):
            stub = f"{ellipsis} {name}"
            nodes.append(DrawNode(stub, ellipsis, None, None, Style.DIM))
            edges.append(Edge(stub, name, 0, ()))
        nodes.append(whole.nodes[whole.place[name]])
        edges.extend(inside)
        consumers = whole.consumers[name]
        if consumers and not any(edge.target in found for edge in consumers):
            leads_on.add(name)
    return make_part(nodes, edges, frozenset(leads_on))
