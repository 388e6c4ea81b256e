"""The graph panel: the computation graph with what is known at this step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial

from gdtutor.engine.cells import is_changed
from gdtutor.engine.graph import Edge, Role
from gdtutor.engine.operations import Array
from gdtutor.engine.places import Places, nearest, places_of
from gdtutor.lesson.repetition import Repeated, chosen_count
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.state import Tab
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.context import Context
from gdtutor.view.diagnosis import asleep_marks, widest_marks
from gdtutor.view.frame import Style
from gdtutor.view.graph.drawing import NEIGHBOURS, WHOLE, WIDE, GraphDrawing, draw_graph
from gdtutor.view.graph.model import DrawNode, DrawSheet
from gdtutor.view.graph.text import change_room, change_text, is_shape, shape_text, summary
from gdtutor.view.once import once

SIGNED, LONGEST = 3, 6
"""Cells of a number beside its digits: of most, and of nearly all."""

_drawn = lru_cache(maxsize=32)(draw_graph)
"""The last drawings are kept: the tabs of a step, and what is asked there, show the same graph."""


def graph_drawing(
    context: Context,
    width: int,
    height: int,
    changed: frozenset[str] = frozenset(),
    make_node: Callable[[str], DrawNode] | None = None,
) -> GraphDrawing:
    """Draw the graph: values on computed nodes, gradients on reached ones, the current one marked.

    Its nodes stand at the same places at every step of an iteration; in a narrow drawing only at
    those of a phase, where a phase alone leaves out no node.

    Args:
        context: The step.
        width: Cells of a line.
        height: Lines.
        changed: Names whose value a what-if has changed.
        make_node: Makes the node of a name, where it is not to show values and gradients.
    """
    places = places_of(context.trace)
    names, total = places.used, len(places.used)
    boxes = _boxes(context, names)
    if boxes:
        names = tuple(dict.fromkeys(boxes[name].id if name in boxes else name for name in names))
        edges, total = _around_boxes(context, boxes), len(names)
    elif len(names) > WHOLE:
        names, edges = _around(places, context.step.node or names[0])
    else:
        edges = tuple(edge for node in context.trace.visible for edge in node.edges)

    step = context.step
    rest = ": Tab" if make_node is None and context.look.tab is Tab.NODE else ""
    sheet = DrawSheet(
        width, height, context.chars, current=step.node or None, phase=step.phase, rest=rest
    )
    if make_node is not None:
        return _drawn(tuple(map(make_node, names)), edges, sheet, total)

    def drawn(room: int, is_other: bool, *, is_blank: bool = False) -> GraphDrawing:
        """Draw it with so many cells for a number; the other way a wide drawing tells which cell an
        update changes most, and a narrow one keeps room for what a phase alone tells.
        """
        ways = (is_other and width >= WIDE, is_other and width < WIDE)
        make = _lasting(context, changed, room, *ways)
        nodes = tuple(boxes.get(name) or make(name) for name in names)
        if is_blank:
            nodes = tuple(node.unknown for node in nodes)
        return _drawn(nodes, edges, sheet, total)

    digits = context.look.digits
    least = min(digits, context.lesson.digits or DEFAULT_DIGITS) + SIGNED
    if total > WHOLE:
        return drawn(least, is_other=False)
    by_phase = step.phase if width < WIDE else None
    at = context.moment, digits, context.look.example, step.scene, by_phase, context.chars
    key = ("numbers", *at, names, tuple(boxes.values()), changed, width, height)
    blank = partial(drawn, is_blank=True)
    return drawn(*once(key, lambda: _fitting(blank, least, digits + LONGEST, width)))


def _fitting(
    drawn: Callable[[int, bool], GraphDrawing], least: int, most: int, width: int
) -> tuple[int, bool]:
    """Return the cells of a number with which a graph is drawn, and whether the other way.

    They are the most with which no node stands in another row. In a narrow drawing one fewer than
    the least leaves out no node where that would; a wide one tells of a cell with a blank beside it
    and no stroke nearer than is read best. None of it depends on a number that is computed.
    """
    if width < WIDE:
        ways = [(room, is_other) for room in (least, least - 1) for is_other in (False, True)]
        is_whole = next((way for way in ways if drawn(*way).is_whole), None)
        way = is_whole or max(ways, key=lambda way: len(drawn(*way).places))
    else:
        one, other = drawn(least, False), drawn(least, True)
        has_room = other.columns < width and not other.is_tight
        way = least, has_room and other.places == one.places
    found = drawn(*way)
    for room in range(most, least, -1):
        more = drawn(room, way[1])
        if more.places == found.places and more.is_tight == found.is_tight:
            return room, way[1]
    return way


def _boxes(context: Context, names: tuple[str, ...]) -> dict[str, DrawNode]:
    """Return the node that is drawn in place of each one at another count of a folded repetition.

    Its lines before the count are one node, and so are those behind it: what is computed one
    after the other depends on nothing between.
    """
    lines = context.lesson.scenes[context.step.scene].repeated
    chosen = chosen_count(lines, context.step.node, context.look.folded)
    runs: list[list[tuple[str, Repeated]]] = [[]]
    for name in names if chosen is not None else ():
        line = lines.get(name.partition(".")[0])
        if line is None or chosen is None or line.nearest(chosen) == line.count:
            runs.append([])
            continue
        before = runs[-1][-1][1] if runs[-1] else line
        if before.counter != line.counter or before.count > line.count:
            runs.append([])
        runs[-1].append((name, line))
    found: dict[str, DrawNode] = {}
    for run in filter(None, runs):
        (start, first), last = run[0], run[-1][1]
        to = f" {context.chars.ellipsis} {last.count}" if last.count > first.count else ""
        node = DrawNode(start, f"{first.counter} = {first.count}{to}", None, None, Style.TEXT)
        found |= dict.fromkeys((name for name, _ in run), node)
    return found


def _around_boxes(context: Context, boxes: Mapping[str, DrawNode]) -> tuple[Edge, ...]:
    """Return the edges between what is drawn; several into or out of a box are one."""
    found = []
    for edge in (edge for node in context.trace.visible for edge in node.edges):
        source, target = (boxes[n].id if n in boxes else n for n in (edge.source, edge.target))
        count = 0 if source in boxes or target in boxes else edge.occurrence
        found += [Edge(source, target, count, ())] * (source != target)
    return tuple(dict.fromkeys(found))


def _around(places: Places, start: str) -> tuple[tuple[str, ...], tuple[Edge, ...]]:
    """Return as much of a large graph as can be drawn: names around one, and one edge further."""
    most = NEIGHBOURS[0]
    near = nearest(places, start, most)
    edges = {edge: None for name in near for edge in places.operands(name)}
    edges |= {edge: None for name in near for edge in places.consumers.get(name, ())[:most]}
    ordered = sorted(edges, key=lambda edge: places.place[edge.target])
    names = {start, *near, *(end for edge in ordered for end in (edge.source, edge.target))}
    return tuple(sorted(names, key=places.place.__getitem__)), tuple(ordered)


def leaf_style(context: Context, name: str) -> Style:
    """Return the colour of a label."""
    role = context.role(name)
    given = Style.PARAMETER if role is Role.PARAMETER else Style.INPUT
    return Style.TEXT if role is None else given


def _lasting(
    context: Context, changed: frozenset[str], room: int, is_wide: bool, by_phase: bool
) -> Callable[[str], DrawNode]:
    """Return what makes the node of a name, with the room that it needs to the iteration's end, or
    to the end of the phase.
    """
    made = _making(context, changed, room, is_wide=is_wide)
    steps = [step for step in context.moment.steps if step.scene == context.step.scene]
    phase = Phase.FORWARD if context.step.phase is Phase.GIVEN else context.step.phase
    has_update = steps[-1].phase is Phase.UPDATE and (not by_phase or phase is Phase.UPDATE)
    kept = (s for s in reversed(steps) if (s.phase is phase if by_phase else not s.variable))
    last = replace(context, step=next(kept, context.step), challenge=None)
    marks = widest_marks(context)

    def lasting(name: str) -> DrawNode:
        now, style = made(name), leaf_style(context, name)
        shape = shape_text(context, context.shapes[name])
        number, updated = shape or "0" * room, ""
        # What is neither computed nor updated is known.
        is_known = style is Style.INPUT
        gradient = number if last.knows_gradient(name) else None
        if has_update and gradient and style is Style.PARAMETER:
            updated = "0" * change_room(context, name, room, is_wide=is_wide)
        # The mark of a matrix has no room before: it would take that of its largest change.
        mark = "" if shape else marks.get(name, "")
        plain = DrawNode(name, now.label, None, None, style, mark=mark)
        value = now.value if is_known else number
        later = replace(plain, value=value, gradient=gradient, updated=updated)
        return replace(now, later=later)

    return lasting


def _making(
    context: Context, changed: frozenset[str], room: int, *, is_wide: bool
) -> Callable[[str], DrawNode]:
    """Return what makes the node of a name, with what is known of it at the step; a number has as
    many of its digits as have room.
    """

    @cache
    def marks() -> Mapping[str, str]:
        found = asleep_marks(context)
        # A mark says how a gradient will turn out.
        return {n: " " * len(m) for n, m in found.items()} if context.hides_result else found

    def fitted(write: Callable[[Context], str], room: int) -> str:
        text, look = write(context), context.look
        for digits in range(look.digits - 1, 0, -1):
            if len(text) <= room:
                break
            text = write(replace(context, look=replace(look, digits=digits)))
        return text

    def told(array: Array | None, room: int) -> str:
        return fitted(lambda at: summary(at, array), room)

    def change(name: str, after: Array, value: str) -> str:
        """Return what an update has made of a value, or by how much it has changed it where both
        look alike.
        """
        before, updated = context.trace.values[name], told(after, room)
        if is_shape(updated):
            for by_cell in dict.fromkeys((is_wide, False)):
                most = change_room(context, name, room, is_wide=by_cell)
                by = fitted(partial(change_text, before=before, after=after, is_wide=by_cell), most)
                if len(by) <= most:
                    return by
        elif updated == value and is_changed(before, after):
            most = change_room(context, name, room, is_wide=False)
            by = fitted(lambda at: f"by {at.number((after - before).item())}", most)
            return by if len(by) <= most else updated
        return updated

    def made(name: str) -> DrawNode:
        is_starred = name in context.changed_gradients
        value = told(context.known_value(name), room - (name in changed))
        gradient = told(context.known_gradient(name), room - is_starred)
        mark = marks().get(name, "") if value and context.role(name) is None else ""
        after = context.updated.get(name)
        updated = "" if after is None else change(name, after, value)
        style, called = leaf_style(context, name), context.name(name)
        is_new = context.step.phase is Phase.GIVEN and context.own is None
        is_told = value and not is_shape(value) and (is_new or name == context.root)
        was = context.was(name) if is_told else ""
        gradient += "*" * (is_starred and gradient != "")
        return DrawNode(
            name, called, value or None, gradient or None, style, name in changed, mark, updated,
            was,
        )  # fmt: skip

    return made
