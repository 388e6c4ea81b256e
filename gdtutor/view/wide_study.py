"""The Study screen on a large terminal: which panels stand in which column, at a step and on the
pages before the walk and behind it.
"""

from __future__ import annotations

from functools import cache

from gdtutor.session.state import Walk
from gdtutor.values import Struct, replace
from gdtutor.view.boxes import Panel, beside, window
from gdtutor.view.closing import result_text
from gdtutor.view.columns import (
    annexed,
    column_block,
    explaining,
    filled,
    joined,
    shared,
    with_more,
)
from gdtutor.view.context import NO_BOUND, Context
from gdtutor.view.figures import Figure, moved
from gdtutor.view.frame import Area, Block, Holds, Lines
from gdtutor.view.lines import found_in
from gdtutor.view.numpy_line import with_numpy_line
from gdtutor.view.page import PAGE, WIDEST, prose_width
from gdtutor.view.prose import prose_lines
from gdtutor.view.split import BORDER, FRAME, has_table, lines_above, node_cells, widths_for
from gdtutor.view.wide_panels import (
    LEAST,
    LEAST_PICTURE,
    Column,
    PanelNeed,
    cells_needs,
    code_need,
    graph_need,
    picture_need,
    step_needs,
    table_need,
    tasks_need,
    values_need,
    whole_graph,
    with_numpy,
)

SPARE = 3
"""Cells that numbers of the table may take beyond those by which it is measured."""
CLOSING = WIDEST + 6
"""Cells of a closing page that has more beside it."""


class WideRoom(Struct, frozen=True, eq=False):
    """What the panels of a step are placed by."""

    session: Walk
    context: Context
    areas: tuple[Area, Area, Area]
    """Those of the columns: of the graph, of the step, and of the values, which may be 0 wide."""
    is_above: bool
    """Whether the graph lies above the first two."""
    picture: PanelNeed | None
    """The picture, with the lines that it has below such a graph."""

    def free(self, column: Column) -> int:
        """Return the lines of one of the first two columns that no panel in it needs."""
        return self.areas[0].height - sum(one.lines for one in column)

    def has_table(self, at: int, lines: int, *, spare: int = 0) -> bool:
        """Say whether a column has room for the whole table in so many lines, its border included,
        with cells to spare.
        """
        size = self.areas[at].width - FRAME - spare, lines - BORDER
        return has_table(self.session, self.context, *size)


def wide_panels(session: Walk, context: Context, title: str, area: Area) -> Block:
    """Return the panels of a large terminal, the node's under a title, and a picture's plots.

    The first column has the graph, where that does not lie above it, and the picture, the second
    the step and its note. Where the table of values has no column of its own, it shares one of
    these with the program.
    """
    widths = widths_for(area.width)
    both = widths.graph + widths.node
    cells = node_cells(session, context, widths, area.height - BORDER)
    widths = replace(widths, graph=both - cells, node=cells)
    picture = picture_need(session, context)
    least = LEAST_PICTURE if picture or not widths.values else 0
    above, kept = lines_above(session, context, widths, area.height, least)
    if picture is not None:
        picture = replace(picture, lines=kept)
    upper = area.wide(both).high(above) if above else area.wide(widths.graph)
    below = area.high(area.height - above)
    areas = below.wide(widths.graph), below.wide(widths.node), area.wide(widths.values)
    graph = [graph_need(session, context, upper, None if above else picture)]
    left = [*([] if above else graph), *([] if picture is None else [picture])]
    step = step_needs(session, context, title, areas[1])
    context = _beside(context, step, areas[1])
    room = WideRoom(session, context, areas, above > 0, picture)
    columns = _in_three(room, left, step) if widths.values else _in_two(room, left, step, kept)
    columns, rest = filled(session, context, columns, areas)
    drawn = column_block(graph, upper)[0] if above else ()
    columns = with_more(context, columns, areas, drawn)
    left, step, *values = annexed(columns, areas, rest)
    lower, plots = joined(
        (column_block(left, areas[0]), widths.graph), (column_block(step, areas[1]), widths.node)
    )
    aside = [column_block(one, areas[2])[0] for one in values]
    return beside((*drawn, *lower), *aside), moved(plots, 0, above)


def _beside(context: Context, step: Column, area: Area) -> Context:
    """Return the context with the arrays that the node panel shows, which no list repeats."""
    (node, high), *_ = shared(step, area.height)
    told = node.make(area.high(high).inside).panel
    held = found_in(window(told.lines, told.scroll, high - BORDER), Holds)
    return replace(context, beside=tuple(one.array for one in held))


def _in_two(room: WideRoom, left: Column, step: Column, kept: int) -> list[Column]:
    """Return two columns with the table of values and the program, which stands where it is whole,
    else cut, else as the step's one line; it has so many lines above the table, below a graph that
    lies above both.
    """
    context, is_free = room.context, room.picture is None
    table, code = values_need(context), code_need(context)
    if not _is_left(room, left, step):
        # The program is whole as well where the table gives lines away.
        short = code.lines - room.free([*step, table])
        if short > 0 and room.has_table(1, table.lines - short):
            table = replace(table, lines=table.lines - short)
        return [left, _with_program(room, [*step, table], code)]
    table = replace(table, has_more=True)
    right, below = room.free(step), [*left, table]
    if is_free and right < code.lines <= room.free(below):
        return [[*below, code], step]
    if is_free and right < code.lines <= room.free(left) and room.has_table(1, right):
        return [[*left, code], [*step, table]]
    told = _with_program(room, step, code)
    if is_free and room.is_above and len(told) == len(step):
        return [[replace(code, lines=kept), *below], step]
    return [below, told]


def _is_left(room: WideRoom, left: Column, step: Column) -> bool:
    """Say whether the table stands in the column of the graph: where no picture fills that, or no
    picture was asked for, below which it has room, and does not below the note."""
    if room.is_above or room.picture is None:
        return True
    if room.context.look.figure is not None:
        return False
    here, below_note = (
        room.has_table(at, room.free(column), spare=SPARE) for at, column in enumerate((left, step))
    )
    return here and not below_note


def _in_three(room: WideRoom, left: Column, step: Column) -> list[Column]:
    """Return three columns with the table of values and the program: each where it is whole, the
    table in the third if it can."""
    context = room.context
    table, code, cells = values_need(context), code_need(context), cells_needs(context)
    columns = [left, _with_program(room, step, code), [table]]
    if not left:
        columns = [[code], step, [table]]
    elif room.free(step) < code.lines and room.has_table(1, room.free(step)):
        whole = code_need(replace(context, challenge=None)).make(room.areas[2].inside).panel
        if whole.cut == (0, 0):
            code = replace(code, lines=len(whole.lines) + BORDER)
            columns = [left, [*step, table_need(context)], [code, *cells]]
    if not room.is_above and room.picture is None:
        # Cells of matrices for which the values have no room stand below the tasks.
        columns[0] = [replace(left[0], has_more=not cells)]
    return columns


def _with_program(room: WideRoom, step: Column, code: PanelNeed) -> Column:
    """Return the column of the step with the program below, where that has room for most of it;
    else with the step's line of it, in the panel of the node or of the note."""
    if room.free(step) >= max(LEAST, code.lines // 2):
        return [*step, code]
    context, area = room.context, room.areas[1]
    (node, height), *_ = shared(step, area.height)
    inside = area.high(height).inside
    lines = node.make(inside).panel.lines
    at = int(with_numpy_line(context, lines, inside) == lines)
    return [*step[:at], with_numpy(context, step[at]), *step[at + 1 :]]


def opening_panels(session: Walk, context: Context, prose: str, area: Area) -> Block:
    """Return the opening page of a large terminal: its text with the lesson's tasks and program,
    and beside it what there is at the first step, at which the session stands.
    """
    text, scroll = prose_lines(prose, prose_width(PAGE), context.chars), session.look.scroll
    values = widths_for(area.width).values
    middle = area.width - PAGE - values
    picture = picture_need(session, context)
    left = [
        PanelNeed(len(text) + BORDER, 3, 0, lambda _: Figure(Panel("", text, scroll, True))),
        tasks_need(session, context, area.wide(PAGE)),
    ]
    begun = {step.scene: step for step in reversed(context.moment.steps)}
    scenes = [replace(context, step=begun[scene]) for scene in sorted(begun)]
    first, *others = map(values_need, scenes)
    tables = _numbered([first, *(_scrolled(one, scroll) for one in others)])
    codes = _numbered([_scrolled(code_need(one, is_met=False), scroll) for one in scenes])
    beside_text = [graph_need(session, context, area.wide(middle), picture)]
    if picture is None and len(scenes) > 1:
        beside_text = _numbered([whole_graph(one, area.wide(middle)) for one in scenes])
        tables[0] = replace(tables[0], least=tables[0].lines)
    if picture is None and values:
        beside_text += codes
    else:
        left += codes
        beside_text.append(tables[0] if picture is None else picture)
    tables = _with_cells(tables, area.wide(values)) if values else []
    return _page(context, [(left, PAGE), (beside_text, middle), (tables, values)], area)


def closing_panels(session: Walk, context: Context, text: Lines, scroll: int, area: Area) -> Block:
    """Return the closing page of a large terminal: beside it what the walk has come to, of each of
    several graphs where no picture takes their room.
    """
    values = widths_for(area.width).values
    middle = area.width - CLOSING - values
    picture, table = picture_need(session, context), _scrolled(values_need(context), scroll)
    changed = result_text(context, CLOSING - 6)
    note = f" {changed} " if changed else ""
    shown = Panel("", text, scroll, True, note)
    page = PanelNeed(len(text) + BORDER, 3, 0, lambda _: Figure(shown))
    is_graph = picture is None or values
    beside_text = [graph_need(session, context, area.wide(middle), picture)] if is_graph else []
    beside_text += [] if values else [table]
    beside_text += [] if picture is None else [replace(picture, keeps=LEAST_PICTURE)]
    codes, tables = [_scrolled(code_need(context), scroll)], [table]
    done = {step.scene: step for step in context.moment.steps[: context.step.number]}
    if picture is None and values and len(done) > 1:
        over = [replace(context, step=done[scene]) for scene in sorted(done)[:-1]]
        graphs = [whole_graph(one, area.wide(middle)) for one in over]
        beside_text = _last_kept([*graphs, *beside_text])
        tables = _last_kept([*(_scrolled(values_need(one), scroll) for one in over), table])
        codes = _last_kept([*(_scrolled(code_need(one), scroll) for one in over), *codes])
    tables = _with_cells(tables, area.wide(values)) if values else []
    columns = [([page, *codes], CLOSING), (beside_text, middle), (tables, values)]
    return _page(context, columns, area)


def _page(context: Context, columns: list[tuple[list[PanelNeed], int]], area: Area) -> Block:
    """Return a page and what stands beside it, in columns of so many cells each, the signs of which
    are explained where there is room: in the middle, or else below the page.
    """
    (left, page), (middle, cells), _ = columns
    drawn = [row for one, wide in columns if wide for row in column_block(one, area.wide(wide))[0]]
    middle = explaining(context, middle, tuple(drawn), area.wide(cells))
    drawn += column_block(middle, area.wide(cells))[0]
    left = explaining(context, left, tuple(drawn), area.wide(page))
    shown = [one for one in ((left, page), (middle, cells), columns[2]) if one[1]]
    return joined(*((column_block(wanted, area.wide(wide)), wide) for wanted, wide in shown))


def _scrolled(one: PanelNeed, scroll: int) -> PanelNeed:
    """Return a panel beside a page, to which no key leads, scrolled with it where it is cut."""

    @cache
    def draw(inside: Area) -> Figure:
        figure = one.draw(inside)
        if figure.panel.cut == (0, 0) and not figure.panel.unlisted:
            return figure
        whole = one.draw(inside.high(NO_BOUND)).panel
        return replace(figure, panel=replace(whole, scroll=scroll))

    return replace(one, draw=draw)


def _numbered(needs: list[PanelNeed]) -> list[PanelNeed]:
    """Return panels of one kind, each with its number where there are several."""
    counts = (f" {n}/{len(needs)}" for n in range(1, len(needs) + 1)) if needs[1:] else [""]
    return [replace(need, number=count) for need, count in zip(needs, counts, strict=True)]


def _last_kept(needs: list[PanelNeed]) -> list[PanelNeed]:
    """Return numbered panels of one kind, of which the last has its room before the others."""
    *others, last = _numbered(needs)
    whole = (replace(one, least=one.lines) for one in others)
    return [*whole, replace(last, keeps=last.lines)]


def _with_cells(tables: list[PanelNeed], area: Area) -> list[PanelNeed]:
    """Return tables below each other, each with lines for the cells of its matrices, the upper ones
    first, where none of their own lines has to give way.
    """
    if sum(one.lines for one in tables) > area.height:
        return tables
    high = (len(one.make(area.high(NO_BOUND).inside).panel.lines) + BORDER for one in tables)
    return [replace(one, lines=n, keeps=one.lines) for one, n in zip(tables, high, strict=True)]
