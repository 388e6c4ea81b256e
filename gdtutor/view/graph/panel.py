"""The graph panel: the computation graph with what is known at this step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from gdtutor.engine.cells import cell_name, is_changed, largest_change
from gdtutor.engine.graph import Edge, Role
from gdtutor.engine.operations import Array
from gdtutor.engine.places import Places, nearest, places_of
from gdtutor.lesson.repetition import Repeated, chosen_count
from gdtutor.session.digits import DEFAULT_DIGITS, rounded_to
from gdtutor.session.state import Tab
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.diagnosis import asleep_marks
from gdtutor.view.frame import Style
from gdtutor.view.graph.columns import AROUND
from gdtutor.view.graph.drawing import NEIGHBOURS, WHOLE, WIDE, GraphDrawing, draw_graph
from gdtutor.view.graph.model import DrawNode, DrawSheet
from gdtutor.view.graph.text import NUMBER_ROOM, is_shape
from gdtutor.view.once import once

CHANGED, SMALL_CHANGE = "by ≤0.1234", "by ≤0.0001234"
"""How an update of a matrix is told in the least room, and how a small one is."""
HIDDEN = "−0.1234"
"""A number whose room is kept for one that is not to be known yet."""

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
        width,
        height,
        context.chars,
        current=step.node or None,
        phase=step.phase,
        rest=rest,
    )

    @cache
    def drawn(digits: int, is_other: bool = False) -> GraphDrawing:
        """Draw it; the other way a wide drawing tells which cell an update changes most, and a
        narrow one keeps room for what a phase alone tells.
        """
        at = replace(context, look=replace(context.look, digits=digits))
        ways = (is_other and width >= WIDE, is_other and width < WIDE)
        make = make_node or _lasting(at, changed, width, *ways)
        nodes = tuple(boxes.get(name) or make(name) for name in names)
        return _drawn(nodes, edges, sheet, total)

    def is_better() -> bool:
        """Say whether a phase alone leaves out no node where the whole iteration does; whether the
        cell can be told with a blank on each side, no stroke nearer and no node in another row.
        """
        one, other = drawn(fewest), drawn(fewest, True)
        if width < WIDE:
            return other.is_whole and not one.is_whole
        has_room = other.columns <= width - AROUND // 2 and not other.is_tight
        return has_room and other.places == one.places

    digits = context.look.digits
    fewest = min(digits, context.lesson.digits or DEFAULT_DIGITS)
    is_other = False
    # The cell is told only where that changes no row, which is all that is measured.
    may_show_cell = width < WIDE or not context.is_measured
    if make_node is None and len(names) <= WHOLE and may_show_cell:
        at = context.moment, context.own, context.look, step.scene, step.phase, context.chars
        # An update, and what a question hides, take room that is not known before. Else it is the
        # same at all steps of a phase: a drawing takes a millisecond.
        is_known = context.challenge is None and (step.phase is not Phase.UPDATE or width >= WIDE)
        key = (*at, names, changed, width, height)
        is_other = once(key, is_better) if is_known else is_better()
    least = drawn(fewest, is_other) if is_other else drawn(fewest)
    # More digits than there is room for would move the nodes, or leave some out.
    more = (drawn(n, is_other) for n in range(digits, fewest, -1))
    return next((one for one in more if one.places == least.places), least)


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
    context: Context, changed: frozenset[str], width: int, is_wide: bool, by_phase: bool
) -> Callable[[str], DrawNode]:
    """Return what makes the node of a name, with the room that it needs to the iteration's end, or
    to the end of the phase.
    """
    scene, made = context.step.scene, _making(context, changed, is_wide=is_wide)
    if len(context.graph.nodes) > WHOLE:
        return made
    steps = [step for step in context.moment.steps if step.scene == scene]
    phase = Phase.FORWARD if context.step.phase is Phase.GIVEN else context.step.phase
    # An update is worked out where it is shown; what it says has a known width.
    has_update = steps[-1].phase is Phase.UPDATE and not by_phase
    kept = (s for s in reversed(steps) if (s.phase is phase if by_phase else not s.variable))
    end = next(kept, context.step)
    last = _making(replace(context, step=end, challenge=None), changed, is_wide=False)

    def lasting(name: str) -> DrawNode:
        now, later = made(name), last(name)
        is_array = bool(later.gradient and context.shapes[name])
        if has_update and later.style is Style.PARAMETER and is_array:
            is_most = is_wide and is_shape(later.gradient)
            room = _most_room(context, name) if is_most else SMALL_CHANGE
            later = replace(later, updated=room if width >= WIDE else CHANGED)
        elif has_update and later.gradient and later.style is Style.PARAMETER and width >= WIDE:
            later = replace(later, updated="0" * (context.look.digits + 5))
        if context.challenge is not None:
            # The room of a number would tell its sign.
            value, gradient = _masked(now.value, later.value), _masked(now.gradient, later.gradient)
            later = replace(now, value=value, gradient=gradient, updated=later.updated)
        return replace(now, later=later)

    return lasting


def _masked(now: str | None, later: str | None) -> str | None:
    return later if now or is_shape(later) else later and HIDDEN


def _making(
    context: Context, changed: frozenset[str], *, is_wide: bool
) -> Callable[[str], DrawNode]:
    """Return what makes the node of a name, with what is known of it at the step."""
    # A mark says how a gradient will turn out.
    marks = {} if context.hides_result else asleep_marks(context)

    def made(name: str) -> DrawNode:
        value = summary(context, context.known_value(name))
        gradient = summary(context, context.known_gradient(name))
        if gradient and name in context.changed_gradients:
            gradient += "*"
        mark = marks.get(name, "") if value else ""
        after = context.updated.get(name)
        updated, before = summary(context, after), context.trace.values[name]
        if after is not None and is_shape(updated):
            most = change_text(context, before, after, is_wide=True)
            has_room = is_wide and len(most) <= len(_most_room(context, name))
            updated = most if has_room else change_text(context, before, after, is_wide=False)
        elif after is not None and updated == value and is_changed(before, after):
            # Where old and new look alike the change stands there, if nothing moves for it.
            change = (after - before).item()
            digit, power = rounded_to(change, 1).split("e")
            short = f"by {digit}e{int(power)}".replace("-", context.chars.minus)
            room = max(len(gradient), len(SMALL_CHANGE) if before.ndim else NUMBER_ROOM)
            ways = (f"by {context.number(change)}", short, updated)
            updated = next((by for by in ways if len(by) <= room), updated)
        style, called = leaf_style(context, name), context.name(name)
        is_new = context.step.phase is Phase.GIVEN and context.own is None and value
        was = context.was(name) if is_new and not is_shape(value) else ""
        return DrawNode(
            name, called, value or None, gradient or None, style, name in changed, mark, updated,
            was,
        )  # fmt: skip

    return made


def change_text(context: Context, before: Array, after: Array, *, is_wide: bool) -> str:
    """Return by how much an update has changed a matrix at the most; in a wide drawing where."""
    cell, size = largest_change(before, after)
    if is_wide:
        pair = float(before[cell]), float(after[cell])
        old, new = notation.apart(pair, context.look.digits, context.chars)
        arrow = "→" if context.chars.unicode else ">"
        return f"most {cell_name('', cell)} {old} {arrow} {new}"
    least = "≤" if context.chars.unicode else "<="
    return f"by {least}{context.number(size)}"


def _most_room(context: Context, name: str) -> str:
    """Return what is as long as most of what an update says of the cell it changes most."""
    last = cell_name("", tuple(n - 1 for n in context.shapes[name]))
    return f"most {last}  → {'0' * 2 * (context.look.digits + 3)}"


def summary(context: Context, array: Array | None) -> str:
    """Return a number, a scalar lesson's followed example, or a matrix's shape; empty for None."""
    if array is None:
        return ""
    if array.ndim == 0 or (context.graph.by_rows and array.ndim == 1):
        return context.number(context.followed(array))
    if array.size == 1:
        return context.number(float(array.reshape(())))
    return notation.shape(array.shape, context.chars)
