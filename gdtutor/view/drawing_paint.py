"""From a layout to lines of cells: joints of strokes, arrow heads, texts, and the current node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import groupby, pairwise
from operator import or_

from gdtutor.view.drawing_model import Direction, DrawEdge, Layout, Stroke
from gdtutor.view.frame import Chars, Line, Segment, Style

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8

JOINTS = {
    LEFT: "─", RIGHT: "─", LEFT | RIGHT: "─",
    UP: "│", DOWN: "│", UP | DOWN: "│",
    RIGHT | DOWN: "┌", LEFT | DOWN: "┐", RIGHT | UP: "└", LEFT | UP: "┘",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤",
    LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    LEFT | RIGHT | UP | DOWN: "┼",
}  # fmt: skip
ASCII_STROKES = {"─": "-", "│": "|"}
"""Every other joint is a `+`."""
HEADS = {"right": "▶>", "left": "◀<", "down": "▼v"}
"""Arrow heads, in Unicode and in ASCII."""
MARKS = {
    Direction.FORWARD: "▶>",
    Direction.BACKWARD: "◀<",
    Direction.UPDATE: "●@",
    Direction.NONE: "›:",
}
"""What stands before the current node, in Unicode and in ASCII."""

Cell = tuple[str, Style]
Canvas = dict[int, dict[int, Cell]]
"""Cells by row and column."""


def paint(
    layout: Layout,
    top: int,
    bottom: int,
    *,
    current: str | None,
    direction: Direction,
    chars: Chars,
) -> tuple[Line, ...]:
    """Paint the rows from `top` to before `bottom`, without nodes that are not wholly inside."""
    canvas: Canvas = {row: {} for row in range(top, bottom)}
    _paint_strokes(canvas, layout.strokes, current, direction, chars)
    for box in layout.boxes:
        if not (top <= box.y and box.y + len(box.rows) <= bottom):
            continue
        here = box.node.id == current
        for row, line in enumerate(box.rows, start=box.y):
            x = box.x
            for index, segment in enumerate(line):
                marked = here and row == box.y and index == 0
                style = Style.CURRENT if marked else segment.style
                for char in segment.text:
                    if char != " ":
                        canvas[row][x] = char, style
                    x += 1
        if here:
            canvas[box.y][box.x - 1] = _pick(MARKS[direction], chars), Style.CURRENT
            before = canvas[box.y].get(box.x - 2)
            if direction is Direction.BACKWARD and before and before[0] in HEADS["right"]:
                # Two heads against each other cannot be read; the mark is the one that turns.
                canvas[box.y][box.x - 2] = "─" if chars.unicode else "-", before[1]
    return tuple(_line(canvas[row]) for row in range(top, bottom))


def _pick(pair: str, chars: Chars) -> str:
    return pair[0] if chars.unicode else pair[1]


def _paint_strokes(
    canvas: Canvas,
    strokes: Iterable[Stroke],
    current: str | None,
    direction: Direction,
    chars: Chars,
) -> None:
    cells: dict[tuple[int, int], dict[DrawEdge, int]] = {}
    heads: dict[tuple[int, int], list[Stroke]] = {}
    for stroke in strokes:
        for cell, bits in _cells(stroke):
            edges = cells.setdefault(cell, {})
            edges[stroke.edge] = edges.get(stroke.edge, 0) | bits
        heads.setdefault(stroke.points[-1], []).append(stroke)
    for (x, y), edges in cells.items():
        if y in canvas:
            shown = _on_top(edges)
            char = JOINTS[reduce(or_, shown.values())]
            canvas[y][x] = (
                char if chars.unicode else ASCII_STROKES.get(char, "+"),
                _style(shown, current, direction),
            )
    for (x, y), found in heads.items():
        if y in canvas:
            style = _style([stroke.edge for stroke in found], current, direction)
            canvas[y][x] = _pick(HEADS[found[0].head], chars), style


def _cells(stroke: Stroke) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield the cells of a stroke, each with the sides to which it runs."""
    for (x, y), (to_x, to_y) in pairwise(stroke.points):
        dx, dy = (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)
        ahead = RIGHT if dx > 0 else LEFT if dx < 0 else DOWN if dy > 0 else UP
        behind = {RIGHT: LEFT, LEFT: RIGHT, DOWN: UP, UP: DOWN}[ahead]
        while (x, y) != (to_x, to_y):
            yield (x, y), ahead
            x, y = x + dx, y + dy
            yield (x, y), behind


def _on_top(edges: dict[DrawEdge, int]) -> dict[DrawEdge, int]:
    """Return the edges that show in a cell.

    Where one turns, all are joined. Where they only cross, the upright ones show, so that a
    crossing never looks like a joint.
    """
    across, upright = LEFT | RIGHT, UP | DOWN
    if any(bits & across and bits & upright for bits in edges.values()):
        return edges
    return {edge: bits for edge, bits in edges.items() if bits & upright} or edges


def _style(edges: Iterable[DrawEdge], current: str | None, direction: Direction) -> Style:
    """Return the colour of a stroke: what the current step reads stands out."""
    if direction is Direction.FORWARD and any(edge.target == current for edge in edges):
        return Style.FORWARD
    if direction is Direction.BACKWARD and any(edge.source == current for edge in edges):
        return Style.BACKWARD
    return Style.BORDER


def _line(cells: dict[int, Cell]) -> Line:
    """Join cells into segments; blanks go with what stands before them."""
    if not cells:
        return ()
    blank = (" ", Style.TEXT)
    row = [cells.get(x, blank) for x in range(max(cells) + 1)]
    return tuple(
        Segment("".join(char for char, _ in run), style)
        for style, run in groupby(row, key=lambda cell: cell[1])
    )
