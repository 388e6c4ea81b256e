"""The words of a node on a drawing: label, value and gradient, and the room that they need."""

from __future__ import annotations

from collections.abc import Sequence

from gdtutor.engine.characters import cells, cut_short
from gdtutor.values import Struct
from gdtutor.view.frame import Chars, Line, Lines, Segment, Style
from gdtutor.view.graph.model import DrawNode, GraphPart, Texts, ports
from gdtutor.view.lines import width_of

NUMBER_ROOM = 6
"""Cells kept for a number, so that a drawing does not move when the number appears or grows."""
SHAPE_ROOM = 3
"""The same where values are shapes, as in `3×4`."""
LABEL_ROOM = 10
"""Cells left to a label where the whole one does not fit."""


class Wording(Struct, frozen=True):
    """How the nodes of one drawing are put into words."""

    chars: Chars
    number_room: int
    one_row: bool = False
    """The gradient stands beside the value, not below it."""
    shapes_in_row: bool = False
    """That of a matrix does, which is told by its shape alone."""
    short_labels: bool = False
    """Labels longer than `LABEL_ROOM` end in an ellipsis."""

    @property
    def nabla(self) -> str:
        """The sign before a gradient."""
        return "∇ " if self.chars.unicode else "g "

    def label(self, node: DrawNode) -> str:
        """The label with its mark, shortened where labels are."""
        label = node.label
        if self.short_labels:
            label = cut_short(label, LABEL_ROOM, self.chars.ellipsis)
        return label + node.mark

    def head(self, node: DrawNode) -> Line:
        """The label and, where there is one, the value."""
        star = "*" if node.changed else ""
        label = Segment(self.label(node), node.style)
        if node.value is None:
            return (label, Segment(star, Style.CHANGED)) if star else (label,)
        value = Segment(node.value + star, Style.CHANGED if star else Style.TEXT)
        return (label, Segment(" "), value)

    def gradient(self, node: DrawNode) -> Line:
        """The gradient behind its sign, or what it has made of the value; empty without one."""
        if node.gradient is None:
            # It has no room of its own: nodes would move where it is told no more.
            if not node.was:
                return ()
            has_room = len(node.was) <= max(self.head_room(node) - 1, self.gradient_room(node))
            return (Segment(node.was, Style.CHANGED),) if has_room else ()
        if node.updated:
            arrow = "→ " if self.chars.unicode else "> "
            return (Segment(arrow + node.updated, Style.UPDATE),)
        return (Segment(self.nabla + node.gradient, Style.BACKWARD),)

    @property
    def stub(self) -> Line:
        """What stands behind a node whose consumers are left out."""
        arrow = "─▶" if self.chars.unicode else "->"
        return (Segment(f" {arrow} {self.chars.ellipsis}", Style.DIM),)

    def head_room(self, node: DrawNode) -> int:
        """Cells to keep for label and value."""
        if node.style is Style.DIM:
            return len(node.label)
        label = self.label(node)
        value = 0 if node.value is None else 1 + cells(node.value)
        shown = cells(label) + value + node.changed
        later = self.head_room(node.later) if node.later else 0
        return max(shown, len(label) + 1 + self._number_room(node, node.value), later)

    def gradient_room(self, node: DrawNode) -> int:
        """Cells to keep for the gradient."""
        later = self.gradient_room(node.later) if node.later else 0
        room = max(self._number_room(node, text) for text in (node.gradient, node.updated))
        return max(len(self.nabla) + room, later)

    def _number_room(self, node: DrawNode, text: str | None) -> int:
        room = min(self.number_room, SHAPE_ROOM) if is_shape(node.value) else self.number_room
        return max(room, len(text or ""))


def is_shape(value: str | None) -> bool:
    """Whether a displayed value is the shape of an array, as `3×4`, `3x4` or `[4]`."""
    return value is not None and ("×" in value or "x" in value or "[" in value)


def number_room(nodes: Sequence[DrawNode]) -> int:
    """Cells to keep for a number that is not there yet."""
    shapes = any(is_shape(node.last.value) or "×" in node.label for node in nodes)
    return SHAPE_ROOM if shapes else NUMBER_ROOM


def write(part: GraphPart, wording: Wording) -> Texts:
    """Put every node into words."""
    # Only in one row does what stands behind the heads line up.
    starts = [wording.one_row and _widest_head(part, wording, leaves=k) + 2 for k in (False, True)]
    rows: dict[str, Lines] = {}
    height: dict[str, int] = {}
    room: dict[str, int] = {}
    for node in part.nodes:
        leaf = part.is_leaf(node.id)
        head, gradient = wording.head(node), wording.gradient(node)
        stub = wording.stub if node.id in part.leads_on else ()
        needs = wording.head_room(node)
        reached = expects_gradient(part, node)
        last = node.last
        shaped = wording.shapes_in_row and is_shape(last.gradient) and not last.updated
        if (wording.one_row or shaped) and ports(part, node.id) == 1:
            start = needs + 1 if shaped else starts[leaf]
            if gradient:
                head = (*head, Segment(" " * (start - width_of(head))), *gradient)
            if reached:
                needs = start + wording.gradient_room(node)
            rows[node.id], height[node.id] = ((*head, *stub),), 1
        else:
            indent = (Segment(" "),) if leaf and gradient else ()
            top = (*head, *stub)
            rows[node.id] = (top, (*indent, *gradient)) if gradient else (top,)
            height[node.id] = 2 if reached else 1
            if reached:
                needs = max(needs, int(leaf) + wording.gradient_room(node))
        room[node.id] = max(needs, *(width_of(line) for line in rows[node.id]))
    return Texts(rows, height, room)


def _widest_head(part: GraphPart, wording: Wording, *, leaves: bool) -> int:
    return max(
        (wording.head_room(node) for node in part.nodes if part.is_leaf(node.id) is leaves),
        default=0,
    )


def expects_gradient(part: GraphPart, node: DrawNode) -> bool:
    """Whether the backward pass has reached the node or usually will."""
    if node.gradient is not None or node.last.gradient is not None:
        return True
    return node.style is Style.PARAMETER or not part.is_leaf(node.id)
