"""A reader who knows only the characters finds in a picture the edges of the graph, no others."""

from collections import Counter

import pytest
from drawing_graphs import Graph, graphs
from hypothesis import given, settings

from gdtutor.view.frame import UNICODE
from gdtutor.view.graph.model import (
    Box,
    DrawSheet,
    GraphPart,
    Layout,
    Stroke,
    make_part,
)
from gdtutor.view.graph.paint import paint
from gdtutor.view.graph.tall import lay_out_tall
from gdtutor.view.graph.text import Wording, write
from gdtutor.view.graph.wide import lay_out_wide
from tests.tries import tries

LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)
ARMS = {
    "─": {LEFT, RIGHT},
    "│": {UP, DOWN},
    "┌": {RIGHT, DOWN},
    "┐": {LEFT, DOWN},
    "└": {RIGHT, UP},
    "┘": {LEFT, UP},
    "├": {UP, DOWN, RIGHT},
    "┤": {UP, DOWN, LEFT},
    "┬": {LEFT, RIGHT, DOWN},
    "┴": {LEFT, RIGHT, UP},
    "•": {LEFT, RIGHT, UP, DOWN},
}
HEADS = {"right": "▶", "left": "◀"}
Place = tuple[int, int]


def cells_of(layout: Layout) -> dict[Place, str]:
    lines = paint(layout, 0, layout.height, DrawSheet(layout.width, layout.height, UNICODE))
    texts = ["".join(segment.text for segment in line) for line in lines]
    return {(x, y): char for y, text in enumerate(texts) for x, char in enumerate(text)}


def follow(cells: dict[Place, str], start: Place, onward: Place, head: str) -> set[Place]:
    """Return the arrow heads that a reader reaches who starts to the right.

    After the first turn the reader goes up, down and `onward`, never back; crossing strokes are
    passed straight on.
    """
    reached: set[Place] = set()
    seen: set[tuple[Place, Place, bool]] = set()
    pending = [(start, RIGHT, False)]
    while pending:
        place, way, turned = pending.pop()
        if (place, way, turned) in seen:
            continue
        seen.add((place, way, turned))
        char = cells.get(place, " ")
        if char in (head, "▲") and way == onward:
            # Strokes from the left may turn up into their node.
            reached.add(place)
        if char not in ARMS:
            continue
        back = (-way[0], -way[1])
        ways = [way] if back not in ARMS[char] else [arm for arm in ARMS[char] if arm != back]
        for arm in ways:
            if (arm == way and not turned) or arm in (UP, DOWN, onward):
                after = (place[0] + arm[0], place[1] + arm[1])
                pending.append((after, arm, turned or arm != way))
    return reached


def edges_read(layout: Layout, cells: dict[Place, str]) -> Counter[tuple[str, str]]:
    """Read every stroke from where it leaves its node to the arrow heads."""
    strokes = [stroke for stroke in layout.strokes if stroke.head != "down"]
    target = {stroke.points[-1]: stroke.edge.target for stroke in strokes}
    boxes = {box.node.id: box for box in layout.boxes}
    found: Counter[tuple[str, str]] = Counter()
    for name, start, head in sorted({way_out(stroke, boxes) for stroke in strokes}):
        for place in follow(cells, start, RIGHT if head == "right" else LEFT, HEADS[head]):
            found[name, target[place]] += 1
    return found


def way_out(stroke: Stroke, boxes: dict[str, Box]) -> tuple[str, Place, str]:
    """Return the source of a stroke, its first cell beside the text, and its kind of head; one that
    turns up at its end comes from the left."""
    box = boxes[stroke.edge.source]
    is_foot = stroke.points[0] == (box.x, box.y + len(box.rows) - 1)
    return (
        stroke.edge.source,
        stroke.points[1 if is_foot else 0],
        stroke.head.replace("up", "right"),
    )


def edges_drawn(layout: Layout) -> Counter[tuple[str, str]]:
    return Counter(
        (stroke.edge.source, stroke.edge.target)
        for stroke in layout.strokes
        if stroke.head != "down"
    )


def ends_at_its_target(stroke: Stroke, boxes: dict[str, Box]) -> bool:
    box, (x, y) = boxes[stroke.edge.target], stroke.points[-1]
    if stroke.head == "down":
        return (x, y) == (box.x, box.y - 1)
    if stroke.head == "up":
        return x == box.x and len(box.rows) <= y - box.y <= 3
    return 0 <= y - box.y <= 3 and (x < box.x if stroke.head == "right" else x >= box.x)


def laid_out(part: GraphPart) -> list[Layout]:
    two_rows, one_row = Wording(UNICODE, 6), Wording(UNICODE, 6, one_row=True)
    return [
        lay_out_wide(part, write(part, two_rows), width=400, gap=1),
        lay_out_wide(part, write(part, two_rows), width=400, gap=0),
        lay_out_tall(part, write(part, two_rows), width=400),
        lay_out_tall(part, write(part, two_rows), width=1),
        lay_out_tall(part, write(part, one_row), width=400),
    ]


@pytest.mark.slow
@settings(deadline=None, max_examples=tries(50))
@given(graphs())
def test_a_reader_of_the_strokes_finds_the_edges_and_no_others(graph: Graph) -> None:
    """Each edge is drawn once and ends at its target; strokes and nodes never cover each other."""
    for layout in laid_out(make_part(*graph)):
        cells, boxes = cells_of(layout), {box.node.id: box for box in layout.boxes}
        assert edges_read(layout, cells) == edges_drawn(layout)
        assert Counter(stroke.edge for stroke in layout.strokes) == Counter(graph[1])
        assert all(ends_at_its_target(stroke, boxes) for stroke in layout.strokes)
        for box in layout.boxes:
            for row, line in enumerate(box.rows, start=box.y):
                text = "".join(segment.text for segment in line)
                assert text == "".join(cells.get((box.x + x, row), " ") for x in range(len(text)))
        assert all(cells[stroke.points[-1]] in "▶◀▼▲" for stroke in layout.strokes)
