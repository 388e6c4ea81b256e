"""The walk on a large terminal: columns of panels that share their height by need."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.session.state import Session, Walk
from gdtutor.values import Struct, replace
from gdtutor.view.boxes import Panel, beside, boxed
from gdtutor.view.context import Context
from gdtutor.view.explain import met_lines, node_lines, note_lines
from gdtutor.view.figures import Figure, moved, walk_figure
from gdtutor.view.frame import Line, Placed
from gdtutor.view.graph.panel import graph_lines
from gdtutor.view.numpy_line import code_lines, with_numpy_line
from gdtutor.view.values import value_lines, values_panel
from gdtutor.view.whatif import marked_names

THREE = 160
"""Cells of a line from which the table of values has a column of its own."""
LEAST_PICTURE = 12
"""Lines below which a picture is left out, its border included."""
LEAST = 5
"""Lines below which a panel that fills up a column is left out, its border included."""
STEP = 4
"""The node panel is so many lines high or a multiple of it: it would jump with every step else."""
MOST_KEPT = 9
"""Lines that a long node panel leaves to the note, its border included."""
BORDER = 2


class Widths(Struct, frozen=True):
    """Cells of the columns, the borders of their panels included."""

    graph: int
    node: int
    values: int
    """0 where the table of values shares another column."""


def widths_for(width: int) -> Widths:
    """Share out the cells of a line; graph and node have no less room than at 80 columns."""
    node = min(width * 9 // 20, 66)
    values = 44 if width >= THREE else 0
    return Widths(width - node - values, node, values)


class PanelNeed(Struct, frozen=True, eq=False):
    """A panel of a column before its height is known."""

    lines: int
    """Lines that it needs, its border included."""
    least: int
    """Lines below which it is left out."""
    keeps: int
    """Lines that those above it leave to it."""
    make: Callable[[int], Figure]
    """Makes the panel in so many lines, its border included."""


def wide_panels(
    session: Walk, context: Context, title: str, width: int, height: int
) -> tuple[tuple[Line, ...], tuple[Placed, ...]]:
    """Return the panels of a large terminal, with the plots of a picture among them.

    Args:
        session: The session.
        context: The step.
        title: The title of the node panel.
        width: Cells.
        height: Lines.
    """
    widths = widths_for(width)
    picture = _picture(session, context, widths.graph)
    values = _values(session, context)
    graph = [_graph(context, widths.graph, height, picture)]
    # A picture below the graph would jump where the signs stood between them.
    note = _note(session, context, widths.node, tells_signs=picture is not None)
    node = [_node(session, context, title, widths.node), note]
    if picture is not None:
        graph.append(picture)
    beside_step = node
    if not widths.values and picture is None:
        graph.append(values(widths.graph))
    elif not widths.values:
        beside_step = [*node, values(widths.node)]
    # The program fills up the column of the step; where it has no room, its one line is there.
    code = _code(context, widths.node)
    if code.lines and sum(one.lines for one in beside_step) + LEAST <= height:
        beside_step = [*beside_step, code]
    else:
        beside_step[0] = _with_numpy(context, beside_step[0], widths.node)
    columns = [(graph, widths.graph), (beside_step, widths.node)]
    if widths.values:
        columns.append(([values(widths.values)], widths.values))
    blocks: list[tuple[Line, ...]] = []
    plots: list[Placed] = []
    left = 0
    for wanted, cells in columns:
        block, placed = _column(wanted, cells, height, context)
        blocks.append(block)
        plots += moved(placed, left, 0)
        left += cells
    return beside(*blocks), tuple(plots)


def _column(
    wanted: list[PanelNeed], width: int, height: int, context: Context
) -> tuple[tuple[Line, ...], tuple[Placed, ...]]:
    """Return panels below each other in exactly `height` lines.

    Each has what it needs, the upper ones first; one for which too little stays is left out. What
    is left over goes to the last.
    """
    shown: list[tuple[PanelNeed, int]] = []
    room = height
    for number, one in enumerate(wanted):
        kept = sum(later.keeps for later in wanted[number + 1 :])
        given = min(one.lines, room - kept)
        if given >= one.least:
            shown.append((one, given))
            room -= given
    lines: list[Line] = []
    plots: list[Placed] = []
    for number, (one, given) in enumerate(shown, 1):
        high = given + (room if number == len(shown) else 0)
        figure = one.make(high)
        plots += moved(figure.plots, 2, len(lines) + 1)
        lines += boxed(figure.panel, width, high, context.chars)
    return tuple(lines), tuple(plots)


def _graph(context: Context, width: int, height: int, picture: PanelNeed | None) -> PanelNeed:
    """Return the graph in the first layout that fits, which leaves room for a picture if it can."""
    rooms = [height - LEAST_PICTURE, height] if picture is not None else [height]
    drawn: tuple[Line, ...] = ()
    for room in rooms:
        drawn = graph_lines(context, width - 4, room - BORDER, marked_names(context))
        high = max(
            (n for n, row in enumerate(drawn, 1) if any(s.text.strip() for s in row)), default=1
        )
        if high < room - BORDER:
            break
    lines = drawn[:high]
    if picture is None and (told := met_lines(context, width - 4)):
        lines = (*lines, (), *told) if high + len(told) + LEAST < height else lines
    return PanelNeed(len(lines) + BORDER, 3, 0, lambda _: Figure(Panel("graph", lines)))


def _picture(session: Walk, context: Context, width: int) -> PanelNeed | None:
    """Return the lesson's picture, None where it offers none now."""
    size = width - 4, LEAST_PICTURE - BORDER
    if walk_figure(session, *size, context.chars, always=True) is None:
        return None

    def make(height: int) -> Figure:
        figure = walk_figure(session, size[0], height - BORDER, context.chars, always=True)
        return figure or Figure(Panel("", ()))

    return PanelNeed(LEAST_PICTURE, LEAST_PICTURE, 0, make)


def _node(session: Session, context: Context, title: str, width: int) -> PanelNeed:
    lines = node_lines(context, width - 4)
    need = -(-(len(lines) + BORDER) // STEP) * STEP
    return PanelNeed(need, 3, 0, lambda _: Figure(Panel(title, lines, session.look.scroll, True)))


def _with_numpy(context: Context, node: PanelNeed, width: int) -> PanelNeed:
    """Return the node panel with the step's line of NumPy at its bottom, where it has room."""
    look = context.look
    if context.challenge is not None or look.proof or look.mistakes:
        return node

    def make(height: int) -> Figure:
        panel = node.make(height).panel
        lines = with_numpy_line(context, panel.lines, width - 4, height - BORDER)
        return Figure(replace(panel, lines=lines))

    return replace(node, make=make)


def _note(session: Walk, context: Context, width: int, *, tells_signs: bool) -> PanelNeed:
    lines = note_lines(session, context, width - 4)
    kept = min(len(lines) + BORDER, MOST_KEPT) if lines else 0
    if tells_signs and (told := met_lines(context, width - 4)):
        lines = (*lines, (), *told)
    need = len(lines) + BORDER if lines else 0
    return PanelNeed(need, 3, kept, lambda _: Figure(Panel("note", lines, session.look.scroll)))


def _values(session: Session, context: Context) -> Callable[[int], PanelNeed]:
    def of(width: int) -> PanelNeed:
        def make(height: int) -> Figure:
            room = height - BORDER
            return Figure(Panel("values", values_panel(session, context, width - 4, room)))

        need = len(value_lines(session, context, width - 4)) + BORDER
        return PanelNeed(need, LEAST, 0, make)

    return of


def _code(context: Context, width: int) -> PanelNeed:
    """Return the iteration as a program; it would answer a question about the next node."""
    steps = [s for s in context.moment.steps if s.scene == context.step.scene and s.node]
    need = 0 if context.challenge is not None else len(steps) + BORDER

    def make(height: int) -> Figure:
        return Figure(Panel("NumPy", code_lines(context, width - 4, height - BORDER)))

    return PanelNeed(need, LEAST, 0, make)
