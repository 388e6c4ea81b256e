"""From a layout to lines of cells: joints of strokes, arrow heads, texts, and the current node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import pairwise
from operator import or_

from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.frame import Chars, Line, Lines, Mark, Style
from gdtutor.view.graph.model import Box, DrawSheet, Layout, Stroke
from gdtutor.view.lines import merged, text_of

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8
SIDES = {(-1, 0): LEFT, (1, 0): RIGHT, (0, -1): UP, (0, 1): DOWN}

JOINTS = {
    LEFT: "─", RIGHT: "─", LEFT | RIGHT: "─",
    UP: "│", DOWN: "│", UP | DOWN: "│",
    RIGHT | DOWN: "┌", LEFT | DOWN: "┐", RIGHT | UP: "└", LEFT | UP: "┘",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤",
    LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    LEFT | RIGHT | UP | DOWN: "•",
}  # fmt: skip
"""Where strokes join on all four sides stands a dot, as in a circuit: a cross is read as two
strokes that only meet."""
ASCII_STROKES = {"─": "-", "│": "|", "•": "o"}
"""Every other joint is a `+`."""
HEADS = {"right": "▶>", "left": "◀<", "down": "▼v", "up": "▲^"}
"""Arrow heads, in Unicode and in ASCII."""
_TOWARDS = {(-1, 0): "left", (1, 0): "right", (0, -1): "up", (0, 1): "down"}
OPPOSITE = {"right": "left", "left": "right", "down": "up", "up": "down"}
MARKS = {Phase.GIVEN: "›:", Phase.FORWARD: "▶>", Phase.BACKWARD: "◀<", Phase.UPDATE: "●="}
"""What stands before the current node, in Unicode and in ASCII."""

Point = tuple[int, int]
Pass = tuple[bool, int]
"""Whether an edge stands out, and the sides of a cell to which it runs."""
Canvas = dict[int, dict[int, Mark]]
"""Cells by row and column."""


def paint(layout: Layout, top: int, bottom: int, sheet: DrawSheet) -> Lines:
    """Paint the rows from `top` to before `bottom`, without nodes that are not wholly inside."""
    canvas: Canvas = {row: {} for row in range(top, bottom)}
    phase, chars, strokes = sheet.phase, sheet.chars, layout.strokes
    if phase is Phase.BACKWARD:
        # A question hides the gradient of the current node, which is reached all the same.
        below = {
            b.node.id: b.y + len(b.rows)
            for b in layout.boxes
            if b.node.gradient is not None or b.node.id == sheet.current
        }
        begun = {s.points[-1] for s in strokes if s.edge.source in below}
        strokes = tuple(
            _back(s, below[s.edge.source])
            if s.edge.source in below
            # Where gradients go back a line has no head at its upper end.
            else replace(s, head="" if s.points[-1] in begun else s.head)
            for s in strokes
        )
    _paint_strokes(canvas, strokes, sheet)
    for box in layout.boxes:
        if not (top <= box.y and box.y + len(box.rows) <= bottom):
            continue
        here = box.node.id == sheet.current
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
            canvas[box.y][box.x - 1] = _pick(MARKS[phase], chars), Style.CURRENT
            before = canvas[box.y].get(box.x - 2)
            if phase is Phase.BACKWARD and before and before[0] in f"{HEADS['right']}─-":
                # The mark is no head of the line that comes from the left.
                del canvas[box.y][box.x - 2]
    for box in layout.boxes:
        _paint_was(canvas, box, (sheet.width + layout.width) // 2)
    return tuple(_line(canvas[row]) for row in range(top, bottom))


def _paint_was(canvas: Canvas, box: Box, end: int) -> None:
    """Paint what a value was where its text has not told it: behind it, or else in the row below,
    where cells are blank there, before the end of the centred drawing."""
    was, rows = box.node.was, tuple(map(text_of, box.rows))
    if not was or was in "".join(rows):
        return
    below = box.y + len(rows)
    behind = len(rows[0]) + 1 if len(rows) > 1 or not box.node.gradient else end
    for x, y in ((box.x + behind, box.y), (box.x, below), (end - len(was), below)):
        near = {*range(x - 1, x + len(was) + 1)}
        if y in canvas and x + len(was) <= end and not near & canvas[y].keys():
            canvas[y] |= {at: (char, Style.CHANGED) for at, char in enumerate(was, x)}
            return


def _back(stroke: Stroke, below: int) -> Stroke:
    """Return the stroke of a gradient, which goes from the consumer to what it has used.

    Args:
        stroke: The stroke of the value, which went the other way.
        below: The first row below what it has used; a stroke that leaves downward begins behind
            its text.
    """
    (x, y), (to_x, to_y) = stroke.points[0], stroke.points[1]
    dx, dy = (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)
    onward = _TOWARDS.get((dx, dy), stroke.head)
    if onward == "down":
        y = min(max(y, below), to_y)
    points = ((x, y), *stroke.points[1:])
    if stroke.head == "up":
        # It leaves the text that it would have come to.
        points = (*points, (points[-1][0], points[-1][1] - 1))
    return replace(stroke, points=points[::-1], head=OPPOSITE[onward])


def _pick(pair: str, chars: Chars) -> str:
    return pair[0] if chars.unicode else pair[1]


def _paint_strokes(canvas: Canvas, strokes: Iterable[Stroke], sheet: DrawSheet) -> None:
    passes: dict[Point, list[Pass]] = {}
    heads: dict[Point, list[Pass]] = {}
    glyphs: dict[Point, str] = {}
    lit = {Phase.FORWARD: Style.FORWARD, Phase.BACKWARD: Style.BACKWARD}.get(sheet.phase)
    for stroke in strokes:
        # What the current step reads stands out.
        end = stroke.edge.target if sheet.phase is Phase.FORWARD else stroke.edge.source
        is_lit = lit is not None and end == sheet.current
        for cell, sides in _walk(stroke.points):
            if cell[1] in canvas:
                passes.setdefault(cell, []).append((is_lit, sides))
        if stroke.head:
            heads.setdefault(stroke.points[-1], []).append((is_lit, 0))
            glyphs[stroke.points[-1]] = _pick(HEADS[stroke.head], sheet.chars)
    for (x, y), found in passes.items():
        shown = heads.get((x, y)) or (_on_top(found) if found[1:] else found)
        joint = JOINTS.get(reduce(or_, [sides for _, sides in shown]), "")
        style = lit if lit and any(is_lit for is_lit, _ in shown) else Style.BORDER
        drawn = joint if sheet.chars.unicode else ASCII_STROKES.get(joint, "+")
        canvas[y][x] = glyphs.get((x, y), drawn), style


def _walk(points: Iterable[Point]) -> Iterator[tuple[Point, int]]:
    """Yield the cells of a stroke in order, each with the sides to which it runs."""
    sides = 0
    x = y = 0
    for (x, y), (to_x, to_y) in pairwise(points):
        dx, dy = (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)
        while (x, y) != (to_x, to_y):
            yield (x, y), sides | SIDES[dx, dy]
            sides = SIDES[-dx, -dy]
            x, y = x + dx, y + dy
    yield (x, y), sides


def _on_top(found: list[Pass]) -> list[Pass]:
    """Return the strokes that show in a cell.

    Where one turns, all are joined. Where they only cross, the upright ones show, so that a
    crossing never looks like a joint.
    """
    across, upright = LEFT | RIGHT, UP | DOWN
    if any(sides & across and sides & upright for _, sides in found):
        return found
    return [one for one in found if one[1] & upright] or found


def _line(cells: dict[int, Mark]) -> Line:
    """Join cells into segments; blanks go with what stands before them."""
    if not cells:
        return ()
    blank = (" ", Style.TEXT)
    return merged(cells.get(x, blank) for x in range(max(cells) + 1))
