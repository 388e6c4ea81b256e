"""The walk on a large terminal: columns of panels that share their height by need."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import accumulate, chain, groupby

import numpy as np

from gdtutor.engine.places import places_of
from gdtutor.session.state import Tab, Walk
from gdtutor.session.steps import Phase
from gdtutor.session.tasks import open_tasks
from gdtutor.values import Struct, replace
from gdtutor.view.boxes import Listed, Panel, beside, boxed, window
from gdtutor.view.context import NO_BOUND, Context
from gdtutor.view.explain import (
    explained_signs,
    has_signs,
    met_lines,
    met_signs,
    node_lines,
    note_lines,
    with_signs,
)
from gdtutor.view.figures import Figure, moved, number_of, timing_words, walk_figure
from gdtutor.view.frame import Area, Block, Holds, Line, Lines, Placed, Style
from gdtutor.view.graph.drawing import WHOLE
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.lines import found_in, line, text_of
from gdtutor.view.numpy_line import code_panel, code_steps, with_numpy_line
from gdtutor.view.page import PAGE, WIDEST, prose_width
from gdtutor.view.prose import prose_lines
from gdtutor.view.split import (
    BORDER,
    FRAME,
    MEASURED,
    has_table,
    lines_above,
    most_asked,
    most_lines,
    node_cells,
    widths_for,
)
from gdtutor.view.values import (
    cell_lines,
    cells_of,
    continued,
    left_out,
    of_step,
    table_height,
    value_lines,
    values_panel,
)
from gdtutor.view.whatif import marked_names

LEAST_PICTURE = 12
"""Lines below which a picture is left out, its border included."""
HIGH_PICTURE = 18
"""Lines above which a picture makes room for what explains signs, its border included."""
LEAST = 5
"""Lines below which a panel that fills up a column is left out, its border included."""
SIGNS = 3
"""Lines below the graph in which signs are explained."""
SPARE = 3
"""Cells that numbers of the table may take beyond those by which it is measured."""
MOST_KEPT = 9
"""Lines that a long node panel leaves to the note, its border included."""
CLOSING = WIDEST + 6
"""Cells of a closing page that has more beside it."""


class PanelNeed(Struct, frozen=True, eq=False):
    """A panel of a column before its height is known."""

    lines: int
    """Lines that it needs, its border included."""
    least: int
    """Lines below which it is left out."""
    keeps: int
    """Lines that those above it leave to it."""
    draw: Callable[..., Figure]
    """Makes the panel of what is inside its border."""
    pinned: Lines = ()
    """What stands at its bottom besides."""
    annex: Panel | None = None
    """What shares its lower border, in lines of its own."""
    note: str = ""
    """What its lower border says of where it goes on."""
    number: str = ""
    """What stands behind its title."""
    is_drawn: bool = False
    """Whether blank lines are part of what it draws."""
    is_elastic: bool = False
    """Whether all of it is told in fewer lines as well."""
    has_more: bool = False
    """Whether it tells more in more lines than it needs."""
    is_list: bool = False
    """Whether it lists the cells of matrices."""
    goes_on: Callable[..., Figure] | None = None
    """Makes it where what it has no room for stands elsewhere."""

    @property
    def below(self) -> int:
        """Lines that are pinned to its bottom and stand below that."""
        return len(self.pinned) + (0 if self.annex is None else len(self.annex.lines) + 1)

    def make(self, inside: Area) -> Figure:
        """Return the panel with what is pinned to its bottom and what stands below that."""
        figure = self.draw(inside.less(rows=min(self.below, inside.height)))
        note = self.note or figure.panel.note
        panel = replace(figure.panel, pinned=self.pinned, annex=self.annex, note=note)
        return replace(figure, panel=panel)


def wide_panels(session: Walk, context: Context, title: str, area: Area) -> Block:
    """Return the panels of a large terminal, the node's under a title, and a picture's plots."""
    widths = widths_for(area.width)
    both = widths.graph + widths.node
    cells = node_cells(session, context, widths, area.height - BORDER)
    widths = replace(widths, graph=both - cells, node=cells)
    picture = _picture(session, context)
    least = LEAST_PICTURE if picture or not widths.values else 0
    above, kept = lines_above(session, context, widths, area.height, least)
    below = area.high(area.height - above)
    place = area.wide(both).high(above) if above else area.wide(widths.graph)
    graph = _graph(session, context, place, None if above else picture)
    left = [] if above else [graph]
    if picture is not None:
        left.append(replace(picture, lines=kept))
    beside_step = _step(session, context, title, below.wide(widths.node))
    (node, high), *_ = _shared(beside_step, below.height)
    told = node.make(area.high(high).inside).panel
    held = found_in(window(told.lines, told.scroll, high - BORDER), Holds)
    context = replace(context, beside=tuple(one.array for one in held))
    is_left = bool(above) or picture is None
    if not is_left and not widths.values and context.look.figure is None:
        # Below the least picture, where the step leaves the table too few lines.
        rooms = (
            (cells - FRAME - SPARE, below.height - sum(one.lines for one in column) - BORDER)
            for cells, column in ((widths.node, beside_step), (widths.graph, left))
        )
        is_left = [has_table(session, context, *room) for room in rooms] == [False, True]
    code, table = _code(context), replace(_values(context), has_more=is_left)
    if not widths.values:
        (left if is_left else beside_step).append(table)
    spare, right = (below.height - sum(p.lines for p in one) for one in (left, beside_step))
    is_free = picture is None and not widths.values

    def is_whole(lines: int) -> bool:
        """Say whether the table has room whole in so many lines of the step's column."""
        return has_table(session, context, widths.node - FRAME, lines - BORDER)

    short = code.lines - right
    if table in beside_step and short > 0 and is_whole(table.lines - short):
        # The program is whole as well where the table gives lines away.
        beside_step[-1], right = replace(table, lines=table.lines - short), code.lines
    # The program fills up the column of the step, or another where it stands whole in that alone,
    # in the table's place if need be; where it has no room, its one line is there.
    aside = [table]
    if left and widths.values and short > 0 and is_whole(right):
        whole = _code(replace(context, challenge=None)).make(area.wide(widths.values).inside).panel
        if whole.cut == (0, 0):
            aside = [replace(code, lines=len(whole.lines) + BORDER), *_cells(context)]
    if table not in aside:
        beside_step.append(replace(table, draw=partial(_table, context), is_list=False))
    elif is_free and max(spare, right) < code.lines <= spare + table.lines and is_whole(right):
        left[-1] = code
        beside_step.append(table)
    elif not left or (is_free and right < code.lines <= spare):
        left.append(code)
    elif right >= max(LEAST, code.lines // 2):
        beside_step.append(code)
    elif above and is_free:
        left.insert(0, replace(code, lines=kept))
    else:
        at = _numpy_at(context, beside_step, below.wide(widths.node))
        beside_step[at] = _with_numpy(context, beside_step[at])
    upper = _column([graph], place)[0] if above else ()
    left_area, node_area = below.wide(widths.graph), below.wide(widths.node)
    tasks = _tasks(session, context, left_area)
    if widths.values and left == [graph] and graph.lines + tasks.lines <= below.height:
        # Cells of matrices for which the values have no room stand below the tasks.
        graph = replace(graph, has_more=not _cells(context))
        left = [graph, tasks]
    others = [(left, left_area), (aside, area.wide(widths.values))][: 1 + bool(widths.values)]
    if met_signs(context):
        operands = {*of_step(context)}

        def missing(column: list[PanelNeed]) -> int:
            """Count what the step is computed from that has no room."""
            _, without = _continued(context, [(column, node_area), *others])
            return len(operands & {*without})

        drawn, most = (*upper, *_column(left, left_area)[0]), missing(beside_step)
        beside_step = _explaining(
            context, beside_step, drawn, node_area, lambda column: missing(column) <= most
        )
    (beside_step, left, *last), _ = _continued(context, [(beside_step, node_area), *others])
    lower, plots = _joined(
        (_column(left, left_area), widths.graph),
        (_column(beside_step, node_area), widths.node),
    )
    values = [_column(one, area.wide(widths.values))[0] for one in last]
    return beside((*upper, *lower), *values), moved(plots, 0, above)


def opening_panels(session: Walk, context: Context, prose: str, area: Area) -> Block:
    """Return the opening page of a large terminal: its text with the lesson's tasks and program,
    and beside it what there is at the first step, at which the session stands.
    """
    text, scroll = prose_lines(prose, prose_width(PAGE), context.chars), session.look.scroll
    values = widths_for(area.width).values
    middle = area.width - PAGE - values
    picture = _picture(session, context)
    left = [
        PanelNeed(len(text) + BORDER, 3, 0, lambda _: Figure(Panel("", text, scroll, True))),
        _tasks(session, context, area.wide(PAGE)),
    ]
    begun = {step.scene: step for step in reversed(context.moment.steps)}
    scenes = [replace(context, step=begun[scene]) for scene in sorted(begun)]
    first, *others = map(_values, scenes)
    tables = _numbered([first, *(_scrolled(one, scroll) for one in others)])
    codes = _numbered([_scrolled(_code(one, is_met=False), scroll) for one in scenes])
    beside_text = [_graph(session, context, area.wide(middle), picture)]
    if picture is None and len(scenes) > 1:
        beside_text = _numbered([_whole_graph(one, area.wide(middle)) for one in scenes])
        tables[0] = replace(tables[0], least=tables[0].lines)
    if picture is None and values:
        beside_text += codes
    else:
        left += codes
        beside_text.append(tables[0] if picture is None else picture)
    tables = _with_cells(tables, area.wide(values)) if values else []
    return _page(context, [(left, PAGE), (beside_text, middle), (tables, values)], area)


def _page(context: Context, columns: list[tuple[list[PanelNeed], int]], area: Area) -> Block:
    """Return a page and what stands beside it, in columns of so many cells each, the signs of which
    are explained where there is room: in the middle, or else below the page.
    """
    (left, page), (middle, cells), _ = columns
    drawn = [row for one, wide in columns if wide for row in _column(one, area.wide(wide))[0]]
    middle = _explaining(context, middle, tuple(drawn), area.wide(cells))
    drawn += _column(middle, area.wide(cells))[0]
    left = _explaining(context, left, tuple(drawn), area.wide(page))
    shown = [one for one in ((left, page), (middle, cells), columns[2]) if one[1]]
    return _joined(*((_column(wanted, area.wide(wide)), wide) for wanted, wide in shown))


def _with_cells(tables: list[PanelNeed], area: Area) -> list[PanelNeed]:
    """Return tables below each other, each with lines for the cells of its matrices, the upper ones
    first, where none of their own lines has to give way.
    """
    if sum(one.lines for one in tables) > area.height:
        return tables
    high = (len(one.make(area.high(NO_BOUND).inside).panel.lines) + BORDER for one in tables)
    return [replace(one, lines=n, keeps=one.lines) for one, n in zip(tables, high, strict=True)]


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


def _tasks(session: Walk, context: Context, area: Area) -> PanelNeed:
    """Return the lesson's tasks, those that are done with a mark."""
    waiting, scroll = {task.id for task in open_tasks(session)}, session.look.scroll
    listed = (f"{'○' if t.id in waiting else '✓'} {t.text}" for t in session.lesson.tasks)
    lines = prose_lines("\n\n".join(listed), area.inside.width, context.chars)
    return PanelNeed(len(lines) + BORDER, LEAST, 0, lambda _: Figure(Panel("tasks", lines, scroll)))


def closing_panels(session: Walk, context: Context, text: Lines, scroll: int, area: Area) -> Block:
    """Return the closing page of a large terminal: beside it what the walk has come to, of each of
    several graphs where no picture takes their room.
    """
    values = widths_for(area.width).values
    middle = area.width - CLOSING - values
    picture, table = _picture(session, context), _scrolled(_values(context), scroll)
    page = PanelNeed(len(text) + BORDER, 3, 0, lambda _: Figure(Panel("", text, scroll, True)))
    is_graph = picture is None or values
    beside_text = [_graph(session, context, area.wide(middle), picture)] if is_graph else []
    beside_text += [] if values else [table]
    beside_text += [] if picture is None else [replace(picture, keeps=LEAST_PICTURE)]
    codes, tables = [_scrolled(_code(context), scroll)], [table]
    done = {step.scene: step for step in context.moment.steps[: context.step.number]}
    if picture is None and values and len(done) > 1:
        over = [replace(context, step=done[scene]) for scene in sorted(done)[:-1]]
        graphs = [_whole_graph(one, area.wide(middle)) for one in over]
        beside_text = _last_kept([*graphs, *beside_text])
        tables = _last_kept([*(_scrolled(_values(one), scroll) for one in over), table])
        codes = _last_kept([*(_scrolled(_code(one), scroll) for one in over), *codes])
    tables = _with_cells(tables, area.wide(values)) if values else []
    columns = [([page, *codes], CLOSING), (beside_text, middle), (tables, values)]
    return _page(context, columns, area)


def _last_kept(needs: list[PanelNeed]) -> list[PanelNeed]:
    """Return numbered panels of one kind, of which the last has its room before the others."""
    *others, last = _numbered(needs)
    whole = (replace(one, least=one.lines) for one in others)
    return [*whole, replace(last, keeps=last.lines)]


def _whole_graph(context: Context, area: Area) -> PanelNeed:
    """Return a graph before the walk begins, where it has room whole."""
    drawing = graph_drawing(context, area.inside.width, area.inside.height)
    high = drawing.rows + BORDER
    return PanelNeed(high, high, 0, lambda room: Figure(Panel("graph", drawing.centred(room))))


def _numbered(needs: list[PanelNeed]) -> list[PanelNeed]:
    """Return panels of one kind, each with its number where there are several."""
    counts = (f" {n}/{len(needs)}" for n in range(1, len(needs) + 1)) if needs[1:] else [""]
    return [replace(need, number=count) for need, count in zip(needs, counts, strict=True)]


def _joined(*columns: tuple[Block, int]) -> Block:
    """Return blocks of so many cells each side by side."""
    lefts = accumulate((cells for _, cells in columns), initial=0)
    plots = [moved(placed, left, 0) for ((_, placed), _), left in zip(columns, lefts, strict=False)]
    return beside(*(rows for (rows, _), _ in columns)), tuple(chain.from_iterable(plots))


def _column(wanted: list[PanelNeed], area: Area) -> Block:
    """Return panels below each other in exactly as many lines as the area has.

    Each has what it needs, the upper ones first; one for which too little stays is left out.
    """
    lines: list[Line] = []
    plots: list[Placed] = []
    for one, height in _shared(wanted, area.height):
        own = area.high(height)
        figure = one.make(own.inside)
        plots += moved(figure.plots, 2, len(lines) + 1)
        panel = replace(figure.panel, title=figure.panel.title + one.number)
        lines += boxed(panel, own)
    return tuple(lines), tuple(plots)


def _shared(wanted: list[PanelNeed], room: int) -> list[tuple[PanelNeed, int]]:
    """Return those of a column that have room, with their lines; what is left over has the last
    that tells more then, or the last of all.
    """
    shown: list[tuple[PanelNeed, int]] = []
    for number, one in enumerate(wanted):
        kept = sum(later.keeps for later in wanted[number + 1 :])
        given = min(one.lines, room - kept)
        if given >= one.least:
            shown.append((one, given))
            room -= given
    if shown:
        last = len(shown) - 1
        at = next((n for n in range(last, -1, -1) if shown[n][0].has_more), last)
        shown[at] = shown[at][0], shown[at][1] + room
    return shown


def _tells_same(one: PanelNeed, inside: Area, rows: int) -> bool:
    """Say whether the lines of a panel, shown or not, are the same in so many rows less, but for
    blank ones."""
    before, after = (one.make(room).panel for room in (inside, inside.less(rows=rows)))
    told = (
        [text_of(row) for row in panel.lines if text_of(row).strip()] for panel in (before, after)
    )
    return before.cut == after.cut and next(told) == next(told)


def _graph(session: Walk, context: Context, area: Area, picture: PanelNeed | None) -> PanelNeed:
    """Return the graph in the first layout that fits, which leaves room for a picture if it can,
    and blank lines for signs that the walk meets, where that takes none that a picture needs. Its
    border names the key that times a picture.
    """
    width, height = area.inside.width, area.height
    rooms = [height - LEAST_PICTURE, height] if picture is not None else [height]
    if len(places_of(context.trace).used) > WHOLE or (picture is not None and context.look.figure):
        # What lies around a node is drawn in as many lines at every one; a picture that was asked
        # for has its room.
        rooms = [height - LEAST_PICTURE]
    for room in rooms:
        drawing = graph_drawing(context, width, room - BORDER, marked_names(context))
        if drawing.rows < room - BORDER:
            break
    # A page has its signs explained before the walk goes on.
    high = HIGH_PICTURE if context.look.tab is Tab.NODE else LEAST_PICTURE
    kept = LEAST if picture is None else high
    below = SIGNS if drawing.rows + SIGNS + BORDER + kept <= height else 0

    @cache
    def make(inside: Area) -> Figure:
        lines = drawing.centred(inside)[: inside.height]
        near = (inside.height + drawing.rows) // 2 + SIGNS
        shown = with_signs(context, lines[:near], inside.width)
        note = timing_words(session, context.chars, inside.width)
        return Figure(Panel("graph", (*shown, *lines[near:]), note=note))

    return PanelNeed(drawing.rows + below + BORDER, 3, 0, make, is_drawn=True)


def _explaining(
    context: Context,
    column: list[PanelNeed],
    drawn: Lines,
    area: Area,
    is_left: Callable[[list[PanelNeed]], bool] = bool,
) -> list[PanelNeed]:
    """Return a column whose panels explain the signs that what is drawn does not, in their blank
    lines: the second, the first, then the others. A sign that finds none is explained later.

    Args:
        context: The step.
        column: The panels.
        drawn: What stands on the screen.
        area: That of the column.
        is_left: Says whether a column leaves the room that comes first to what is left out.
    """
    if has_signs(context, drawn):
        return column
    shown, above = _shared(column, area.height), explained_signs(drawn)
    for one, height in (*shown[1::-1], *shown[2:]):
        inside, at = area.high(height).inside, column.index(one)
        wanted = len(met_lines(context, inside.width, inside.height, above))
        for rows in range(wanted, 0, -1):
            told = met_lines(context, inside.width, rows, above)
            explaining = [*column[:at], replace(one, pinned=told), *column[at + 1 :]]
            figure = one.make(inside.less(rows=rows))
            is_whole = not figure.plots and len(figure.panel.lines) <= inside.height - rows
            if is_whole and _tells_same(one, inside, rows) and is_left(explaining):
                column, above = explaining, above | explained_signs(told)
                break
    return column


def _continued(
    context: Context, columns: list[tuple[list[PanelNeed], Area]]
) -> tuple[list[list[PanelNeed]], tuple[Listed, ...]]:
    """Return columns with what a list has no room for below panels with blank lines, and what finds
    none there: below those that are alike at every step first, then those of the step, a picture
    last, which training may change. Each lower border says where it goes on.
    """
    plain = [column for column, _ in columns]
    shown = [(one, area.high(height).inside) for column, area in columns
             for one, height in _shared(column, area.height)]  # fmt: skip
    lists = ((one, one.make(inside).panel) for one, inside in shown if one.is_list)
    found = next((found for found in lists if found[1].unlisted), None)
    if found is None:
        return plain, ()
    last, listing = found
    left, ways = listing.unlisted, {id(last): replace(last, draw=last.goes_on or last.draw)}
    for one, inside in sorted((*shown[2:], *shown[:2]), key=lambda it: it[0].is_elastic):
        if not left or one.is_list:
            continue
        rest = continued(context, left, inside.width, _spare(one, inside) - 1)
        if len(rest.left) < len(left):
            title = "the picture" if one.is_elastic else one.make(inside).panel.title
            ways[id(last)] = _noted(ways[id(last)], f" goes on under {title} ")
            note = left_out(context, len(rest.left))
            more = Panel(f"{listing.title}, continued", rest.lines, note=note)
            ways[id(one)] = replace(one, annex=more)
            last, left = one, rest.left
    if left == listing.unlisted:
        return plain, left
    return [[ways.get(id(one), one) for one in column] for column in plain], left


def _noted(one: PanelNeed, note: str) -> PanelNeed:
    """Return a panel with a note in the last of its lower borders."""
    if one.annex is None:
        return replace(one, note=note)
    return replace(one, annex=replace(one.annex, note=note))


def _spare(one: PanelNeed, inside: Area) -> int:
    """Return how many blank lines a panel has below each other, all but one of those before what it
    ends with where that explains no signs; none where they are part of what it draws.
    """
    figure = one.make(inside)
    if one.is_drawn or figure.plots:
        return 0
    panel = figure.panel
    rows = window(panel.lines, 0, inside.height - len(panel.pinned))
    blank = [text_of(row).strip() == "" for row in rows]
    runs = [len([*run]) for is_blank, run in groupby(blank) if is_blank]
    return max(
        [run - (not panel.pinned) for run in runs] + [runs[-1] if blank[-1:] == [True] else 0]
    )


def _picture(session: Walk, context: Context) -> PanelNeed | None:
    """Return the lesson's picture, None where it offers none now.

    It keeps its place while a question is open, which it may answer.
    """
    if not number_of(replace(session, challenge=None), context.chars, always=True):
        return None

    @cache
    def make(inside: Area) -> Figure:
        figure = walk_figure(session, inside, always=True)
        return figure or Figure(Panel("picture", _later("picture")))

    return PanelNeed(LEAST_PICTURE, LEAST_PICTURE, 0, make, is_elastic=True)


def _later(what: str) -> Lines:
    return (line((f"The {what} comes with the answer.", Style.DIM)),)


def _step(session: Walk, context: Context, title: str, area: Area) -> list[PanelNeed]:
    """Return the panels of the step and of its note, as high at every step of the iteration.

    One step may take more: where a cell, a proof, or more digits are open.
    """
    width = area.inside.width
    lines = node_lines(context, width)
    note = _later("note") if context.challenge else note_lines(session, context, width)
    if len(context.moment.steps) > MEASURED:
        most, longest = area.height // 2, MOST_KEPT - BORDER
    else:
        most, longest = most_lines(session, context, width)
        most = max(most, most_asked(session, context, width), len(lines))
        longest = max(longest, len(note))
    scroll, kept = session.look.scroll, min(longest + BORDER, MOST_KEPT)
    return [
        PanelNeed(most + BORDER, 3, 0, lambda _: Figure(Panel(title, lines, scroll, True))),
        PanelNeed(longest + BORDER, 3, kept, lambda _: Figure(Panel("note", note, scroll))),
    ]


def _numpy_at(context: Context, column: list[PanelNeed], area: Area) -> int:
    """Return which panel of a step's column has room for its line of NumPy: the node's, if it has,
    else the note's.
    """
    (node, height), *_ = _shared(column, area.height)
    inside = area.high(height).inside
    lines = node.make(inside).panel.lines
    return int(with_numpy_line(context, lines, inside) == lines)


def _with_numpy(context: Context, node: PanelNeed) -> PanelNeed:
    """Return a panel with the step's line of NumPy at its bottom, where it has room."""

    @cache
    def draw(inside: Area) -> Figure:
        panel = node.draw(inside).panel
        return Figure(replace(panel, lines=with_numpy_line(context, panel.lines, inside)))

    return replace(node, draw=draw)


def _values(context: Context) -> PanelNeed:
    def draw(goes_on: bool, inside: Area) -> Figure:
        return Figure(values_panel(context, inside.width, inside.height, goes_on=goes_on))

    alone, begun = (cache(partial(draw, goes_on)) for goes_on in (False, True))
    lines = table_height(context) + BORDER
    return PanelNeed(lines, LEAST, 0, alone, is_list=True, goes_on=begun)


def _table(context: Context, inside: Area) -> Figure:
    return Figure(value_lines(context, inside.width, inside.height))


def _cells(context: Context) -> list[PanelNeed]:
    """Return the panel of the cells of matrices, where there is one."""
    is_any = any(np.prod(shape) > 1 for shape in context.trace.shapes.values())

    @cache
    def draw(inside: Area) -> Figure:
        cells = cell_lines(context, (), (inside.width, inside.height), cells_of(context))
        note = left_out(context, len(cells.left))
        return Figure(Panel("cells", cells.lines, note=note, unlisted=cells.left))

    return [PanelNeed(LEAST, LEAST, 0, draw, is_list=True)] * is_any


def _code(context: Context, *, is_met: bool = True) -> PanelNeed:
    """Return the iteration as a program; before gradients are met, its forward pass."""
    steps = [s for s in code_steps(context) if is_met or s.phase is Phase.FORWARD]
    lines = len(steps) + BORDER
    draw = cache(lambda inside: Figure(code_panel(context, steps, inside)))
    return PanelNeed(lines, min(LEAST, lines), 0, draw)
