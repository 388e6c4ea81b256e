"""The words of a node on a drawing: label, value and gradient, and the room that they need."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gdtutor.engine.cells import cell_name, largest_change
from gdtutor.engine.characters import cells, cut_short
from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shape
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Chars, Line, Lines, Segment, Style
from gdtutor.view.graph.model import DrawNode, GraphPart, Texts, ports
from gdtutor.view.lines import text_of, width_of

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
            return (Segment(self.chars.becomes.ljust(2) + node.updated, Style.UPDATE),)
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
        if node.later and not node.gradient and not node.later.gradient:
            return 0
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
            # A matrix has its value and its mark where it has a gradient.
            start = width_of(head) + 1 if shaped else starts[leaf]
            if gradient:
                head = (*head, Segment(" " * (start - width_of(head))), *gradient)
            if reached:
                needs = (needs + 1 if shaped else start) + wording.gradient_room(node)
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


def change_text(context: Context, before: Array, after: Array, *, is_wide: bool) -> str:
    """Return by how much an update has changed a matrix at the most; in a wide drawing where."""
    cell, size = largest_change(before, after)
    if is_wide:
        pair = float(before[cell]), float(after[cell])
        old, new = notation.apart(pair, context.look.digits, context.chars)
        return f"most {cell_name('', cell)} {old} {context.chars.becomes} {new}"
    least = "≤" if context.chars.unicode else "<="
    return f"by {least}{context.number(notation.raised(size, context.look.digits))}"


def change_room(context: Context, name: str, room: int, *, is_wide: bool) -> int:
    """Return the cells of what an update says, with so many for each number."""
    shape = context.shapes[name]
    if shape == ():
        return room
    if not is_wide or not shape_text(context, shape):
        return len("by ≤") + room
    last = cell_name("most ", tuple(n - 1 for n in shape))
    return len(f"{last}  {context.chars.becomes} ") + 2 * room


def summary(context: Context, array: Array | None) -> str:
    """Return a number, a scalar lesson's followed example, or a matrix's shape; empty for None."""
    if array is None:
        return ""
    shape = shape_text(context, array.shape)
    if shape:
        return shape
    is_row = context.graph.by_rows and array.ndim == 1
    return context.number(context.followed(array) if is_row else array.item())


def shape_text(context: Context, shape: Shape) -> str:
    """Return the shape of what is not shown as one number."""
    is_number = math.prod(shape) == 1 or (context.graph.by_rows and len(shape) == 1)
    return "" if is_number else notation.shape(shape, context.chars)


def loss_note(context: Context, lines: Lines) -> str:
    """Return the loss with what it was, or is without the changes; nothing where lines say that."""
    loss = context.known_value(context.root)
    was = "" if loss is None else context.was(context.root)
    if not was or any(was in text_of(row) for row in lines):
        return ""
    return f" {context.name(context.root)} {summary(context, loss)} {was} "
