"""The Study screen: where we are, the graph, the current node, and what it means."""

from __future__ import annotations

from gdtutor.engine.characters import cells
from gdtutor.session.figures import offered_figures
from gdtutor.session.navigation import with_keys
from gdtutor.session.state import Look, Tab, Walk
from gdtutor.session.steps import Phase
from gdtutor.values import Struct, replace
from gdtutor.view.bottom import bottom_lines, is_compact
from gdtutor.view.boxes import Panel, beside, boxed, hidden, hidden_around, window
from gdtutor.view.context import Context
from gdtutor.view.diagnosis import short_diagnosis
from gdtutor.view.explain import (
    EDGES,
    context_of,
    explained_signs,
    met_lines,
    node_lines,
    note_lines,
    with_signs,
)
from gdtutor.view.figures import Figure, moved, walk_figure
from gdtutor.view.frame import (
    Area,
    Block,
    Chars,
    Depicts,
    Explains,
    Frame,
    Line,
    Lines,
    Placed,
    Size,
    Style,
)
from gdtutor.view.header import header_line, passed_over
from gdtutor.view.lines import cut, fitted, found_in, framed, line, text_of, width_of
from gdtutor.view.page import is_large, page_lines, prose_width
from gdtutor.view.prose import prose_lines

NOTE = 6
"""Lines of the note of a high terminal, where it has no panel."""


class Room(Struct, frozen=True):
    """How the cells of a Study screen are shared out."""

    graph: int
    """Cells of the graph panel, its border included."""
    node: int
    values: int
    """Cells of the panel of values; 0 where it is not shown."""
    body: int
    """Lines of the panels, their borders included."""
    note: int
    """Lines of the note below the panels; 0 where it has a panel."""

    @property
    def node_width(self) -> int:
        """Cells of a line inside the node panel."""
        return self.node - 4

    @property
    def node_height(self) -> int:
        """Lines inside the node panel."""
        return self.body - 2


def room_for(width: int, height: int) -> Room:
    """Share out a screen that is not compact."""
    if is_large(Size(width, height)):
        from gdtutor.view.split import widths_for

        widths = widths_for(width)
        values = widths.values or widths.node
        return Room(widths.graph, widths.node, values, height - 3, 0)
    note = 4 if height < 30 else NOTE
    graph = 38 + max(width - 80, 0) // 2
    return Room(graph, width - graph, 0, height - note - 3, note)


def study_frame(session: Walk, area: Area) -> Frame:
    """Return the Study screen."""
    width, chars = area.width, area.chars
    context = context_of(session, chars)
    header = header_line(session, context, width, chars)
    plots: tuple[Placed, ...] = ()
    # The opening page has no step.
    prose, look = None if session.step else session.lesson.prose, session.look
    if look.is_closing:
        # What the opening page does not need is imported when it comes: that shows sooner.
        from gdtutor.view.closing import (
            closing_prose,
            closing_scroll,
            closing_step,
            result_text,
            ways_on,
        )

        scroll = closing_scroll(session, width, chars)
        # Beside the page stand panels that Tab does not lead to.
        plain = Look(digits=look.digits, example=look.example, figure=look.figure, tab=Tab.VALUES)
        plain = replace(plain, met=look.met)
        last = replace(session, step=closing_step(session, width), look=plain)
        ended, text = context_of(last, chars), closing_prose(session)
        changed = "" if ended is None else result_text(ended, width - 4)
        if ended is not None and is_large(area):
            from gdtutor.view.wide_study import closing_panels

            prose_text = prose_lines(text, prose_width(width), chars)
            page, plots = closing_panels(last, ended, prose_text, scroll, area.less(rows=4))
        else:
            pinned = (line((changed, Style.CHANGED)),) * bool(changed)
            page = page_lines(text, scroll, area.less(rows=4), pinned)
        around = hidden_around(page)
        hides_more = around is not None and around[1] > 0
        below = ways_on(session, width, chars, hides_more=hides_more)
        if changed and hides_more and is_large(area):
            below = line(" ", (changed, Style.CHANGED))
        body = (*page, below)
    elif prose is not None or context is None:
        # Beside the page stand panels that Tab does not lead to.
        first = replace(session, step=1, look=replace(session.look, tab=Tab.VALUES))
        begun = context_of(first, chars)
        if begun is not None and is_large(area):
            from gdtutor.view.wide_study import opening_panels

            body, plots = opening_panels(first, begun, prose or "", area.less(rows=3))
        else:
            body = page_lines(prose or "", session.look.scroll, area.less(rows=3))
    elif is_compact(area):
        body, plots = _compact(session, context, area.less(rows=3))
    else:
        body, plots = _panels(session, context, area)
    told, passed = _trouble(session, width, chars), passed_over(session)
    if passed and context is not None and passed not in text_of(header) and not told:
        left_out = [session.moment.steps[number - 1] for number in session.passed]
        # The one that most lessons pass over is the same in all of them.
        is_first = [(s.phase, s.node) for s in left_out] == [(Phase.BACKWARD, context.root)]
        what = f", {context.gradient_name(context.root)} = 1 as ever" if is_first else ""
        ways = "; : goes there by its number.", "; : goes there.", "."
        said = (f" The lesson passes over {passed}{what}{way}" for way in ways)
        brief = f" {passed.capitalize()} passed over; : goes there."
        told = line((next((one for one in said if cells(one) <= width), brief), Style.DIM))
    bottom = bottom_lines(session, width, chars, trouble=told, above=body)
    return framed(area, (header, *body, *bottom), moved(plots, 0, 1))


def pictured(session: Walk, frame: Frame) -> int:
    """Return the picture that a large screen shows beside the graph, from 1; 0 where none does."""
    is_node = is_large(frame.size) and session.look.tab is Tab.NODE
    if not is_node or session.look.is_closing or not session.step:
        return 0
    return next((found.picture for found in found_in(frame.lines, Depicts)), 0)


def _trouble(session: Walk, width: int, chars: Chars) -> Line:
    """Return what is wrong with the trained run, where the walk has come to it."""
    found, moment = session.train.snapshot.diagnosis, session.moment
    if session.challenge is not None:
        # What ails a run may be the answer.
        return ()
    if found is None or moment.iteration < found.iteration:
        return ()
    return line(" ", (short_diagnosis(session, width - 1, chars), Style.WARNING))


def _panels(session: Walk, context: Context, area: Area) -> Block:
    """Return the panels side by side and the note, with the plots of a picture among them."""
    from gdtutor.view.numpy_line import with_numpy_line
    from gdtutor.view.split import Widths, node_cells

    width, room = area.width, room_for(area.width, area.height)
    if not is_large(area):
        usual = Widths(width - room.node, room.node, 0)
        cells = node_cells(session, context, usual, room.body - 2)
        room = replace(room, graph=width - cells, node=cells)
    if session.look.tab is Tab.NODE and is_large(area):
        from gdtutor.view.wide_study import wide_panels

        return wide_panels(session, context, _node_title(context), area.high(room.body))
    if session.look.tab is not Tab.NODE:
        note = 0 if session.look.tab is Tab.NOTE else room.note or NOTE
        whole = area.high(room.body + room.note - note)
        figure = _tab(session, context, session.look.tab, whole.inside)
        below = _note(session, context, width, note, explained_signs(figure.panel.lines))
        told = [row for row in below if not found_in([row], Explains)]
        written = (n for n, row in enumerate(told, 1) if text_of(row).strip())
        blank = len(told) - max(written, default=0)
        if blank and (figure.panel.is_part or len(figure.panel.lines) > whole.inside.height):
            whole, note = whole.high(whole.height + blank), note - blank
            figure = _tab(session, context, session.look.tab, whole.inside)
            below = _note(session, context, width, note, explained_signs(figure.panel.lines))
        body = boxed(replace(figure.panel, is_focused=True), whole)
        return (*body, *below), moved(figure.plots, 2, 1)
    left, right = (area.high(room.body).wide(cells) for cells in (room.graph, room.node))
    figure = _left(session, context, left.inside)
    plots = moved(figure.plots, 2, 1)
    node, more = _node(context, right.inside)
    node = with_numpy_line(context, node, right.inside)
    panel = Panel(_node_title(context), node, session.look.scroll, True, note=more)
    below = _note(session, context, width, room.note, explained_signs(figure.panel.lines))
    return (*beside(boxed(figure.panel, left), boxed(panel, right)), *below), plots


def _node(context: Context, size: Size, *, is_alone: bool = False) -> tuple[Lines, str]:
    """Return the node's lines, of a question with the numbers that it needs, and what the border
    says of them."""
    lines = node_lines(context, size.width)
    if context.challenge is None:
        return lines, ""
    from gdtutor.view.asking import with_operands

    return with_operands(context, lines, size, is_alone=is_alone)


def _graph(session: Walk, context: Context, area: Area) -> Figure:
    from gdtutor.view.graph.panel import graph_drawing
    from gdtutor.view.whatif import marked_names

    count = len(offered_figures(session))
    more = f", `f`: {count} picture{'s' if count > 1 else ''}" if count else ""
    drawing = graph_drawing(context, area.width, area.height, marked_names(context))
    lines = with_signs(context, drawing.centred(area), area.width)
    title = with_keys(f"graph{more}", session.moment)
    return Figure(Panel(title, lines, is_part=not drawing.is_whole))


def _left(session: Walk, context: Context, area: Area) -> Figure:
    """Return the graph, or the picture that stands in its place; what the loss was is said below
    where no line of it does.
    """
    from gdtutor.view.graph.text import loss_note

    figure = walk_figure(session, area) or _graph(session, context, area)
    note = loss_note(context, figure.panel.lines) if figure.panel.cut == (0, 0) else ""
    return replace(figure, panel=replace(figure.panel, note=note)) if note else figure


def _tab(session: Walk, context: Context, tab: Tab, area: Area) -> Figure:
    """Return one panel where it has the whole width."""
    match tab:
        case Tab.GRAPH:
            return _left(session, context, area)
        case Tab.NODE:
            lines, _ = _node(context, area, is_alone=True)
        case Tab.VALUES:
            from gdtutor.view.values import values_panel

            panel = values_panel(context, area.width, area.height, scrolls=True)
            return Figure(replace(panel, scroll=session.look.scroll))
        case Tab.NOTE:
            lines = note_lines(session, context, area.width)
    return Figure(Panel(_TABS[tab], lines, session.look.scroll))


def _node_title(context: Context) -> str:
    return context.name(context.step.node) or "given values"


def _note(session: Walk, context: Context, width: int, height: int, above: frozenset[str]) -> Lines:
    """Return the note's lines, the last of which says how to read on where it is longer, and below
    them what explains signs that are not explained above.
    """
    if not height:
        return ()
    lines = note_lines(session, context, width - 3)
    told = met_lines(context, width - 3, height - 1, above)
    if len(lines) + len(told) > height:
        # Lines of the graph are explained in what the note leaves.
        told = met_lines(context, width - 3, height - 1, above | {*EDGES})
    rows = height - len(told)
    shown = window(lines, session.look.scroll, rows)
    more = hidden(lines, session.look.scroll, rows, context.chars)
    indented = [line(" ", *content) for content in shown]
    if more.text:
        padded = fitted(indented[-1], width - len(more.text) - 1, context.chars)
        indented[-1] = (*padded, more)
    return (*indented, *(line(" ", *content) for content in told))


_TABS = {Tab.NODE: "node", Tab.GRAPH: "graph", Tab.VALUES: "values", Tab.NOTE: "note"}


def _compact(session: Walk, context: Context, area: Area) -> Block:
    """Return one panel under a line of tabs."""
    tab, rows, chars = session.look.tab, area.height - 1, area.chars
    figure = _tab(session, context, tab, area.less(1, 1))
    lines, scroll = figure.panel.lines, figure.panel.scroll
    if tab is Tab.NODE and session.look.cell is not None:
        # Arrows go from cell to cell and scroll nothing: the cell's sum stands at the end.
        scroll = len(lines)
    more = hidden(lines, scroll, rows, chars)
    heading = (*_tab_names(tab, area.width - len(more.text), chars), *line(more))
    return (heading, *window(lines, scroll, rows)), moved(figure.plots, 0, 1)


def _tab_names(tab: Tab, width: int, chars: Chars) -> Line:
    """Return the names of the panels, which give way to the note behind them."""
    for gap in (" ", ""):
        names = line(
            *(
                (f"[{name}]{gap}", Style.CURRENT) if key is tab else (f" {name} {gap}", Style.DIM)
                for key, name in _TABS.items()
            )
        )
        if width_of(names) <= width:
            break
    return cut(names, width, chars.cut_mark)
