"""Panels below each other, in columns that share their height by need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate, chain, groupby

from gdtutor.session.state import Walk
from gdtutor.values import replace
from gdtutor.view.boxes import Listed, Panel, beside, boxed, window
from gdtutor.view.context import Context
from gdtutor.view.explain import explained_signs, has_signs, met_lines, met_signs
from gdtutor.view.figures import moved
from gdtutor.view.frame import Area, Block, Line, Lines, Placed
from gdtutor.view.lines import text_of
from gdtutor.view.split import MEASURED, at_end
from gdtutor.view.values import continued, left_out, of_step
from gdtutor.view.wide_panels import (
    SIGNS,
    Column,
    PanelNeed,
    before_need,
    other_graph,
    tasks_need,
)

Needed = Callable[[Area], PanelNeed]
"""Makes a panel of so many cells."""


def joined(*columns: tuple[Block, int]) -> Block:
    """Return blocks of so many cells each side by side."""
    lefts = accumulate((cells for _, cells in columns), initial=0)
    plots = [moved(placed, left, 0) for ((_, placed), _), left in zip(columns, lefts, strict=False)]
    return beside(*(rows for (rows, _), _ in columns)), tuple(chain.from_iterable(plots))


def column_block(wanted: Column, area: Area) -> Block:
    """Return panels below each other in exactly as many lines as the area has.

    Each has what it needs, the upper ones first; one for which too little stays is left out.
    """
    lines: list[Line] = []
    plots: list[Placed] = []
    for one, height in shared(wanted, area.height):
        own = area.high(height)
        figure = one.make(own.inside)
        plots += moved(figure.plots, 2, len(lines) + 1)
        panel = replace(figure.panel, title=figure.panel.title + one.number)
        lines += boxed(panel, own)
    return tuple(lines), tuple(plots)


def shared(wanted: Column, room: int) -> list[tuple[PanelNeed, int]]:
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


def filled(
    session: Walk, context: Context, columns: list[Column], areas: tuple[Area, ...]
) -> tuple[list[Column], list[tuple[Needed, int]]]:
    """Return columns with what a key would lead to: the lesson's other graphs, the step before, and
    its tasks, each below the first column that then tells all else at every step, too.

    What of the last two finds none comes with the first of the panels that may have it in their
    blank lines, as `annexed` counts them: tasks stand still, so that none of the step's has them.
    """
    is_measured, whole = len(context.moment.steps) <= MEASURED, columns
    if is_measured:
        end, places = at_end(session, context), zip(columns, areas, strict=False)
        whole = [[one.whole(end, area) for one in column] for column, area in places]
    free = [area.height - sum(one.lines for one in column)
            # A picture takes all that is left.
            if not any(one.is_elastic for one in column) else 0
            for column, area in zip(whole, areas, strict=False)]  # fmt: skip
    here, count = context.step.scene, len(session.lesson.scenes)
    before, tasks = (partial(make, session, context) for make in (before_need, tasks_need))
    others = (partial(other_graph, session, context, n) for n in range(count) if n != here)
    wanted: list[tuple[Needed, tuple[int, ...]]] = [(graph, (0, 1)) for graph in others]
    wanted += [(before, (1, 0)), (tasks, (0, 1))]
    if not is_measured or min(free) < 0:
        # Lists go on in the lines that are left.
        wanted = [(tasks, (0,))] if columns[2:] else []
    # Lines beside the step explain signs.
    free[1] -= SIGNS
    below, placed = [list[PanelNeed]() for _ in columns], list[Needed]()
    for make, ways in wanted:
        for at in ways:
            one = make(areas[at])
            if one.least <= one.lines <= free[at]:
                free[at] -= one.lines
                below[at].append(one)
                placed.append(make)
                break
    told = [[*own, *more] if more else column
            for column, own, more in zip(columns, whole, below, strict=True)]  # fmt: skip
    if any(one.number for one in chain(*below)):
        number = f" {here + 1}/{count}"
        told[0] = [replace(one, number=number) if one.is_drawn else one for one in told[0]]
    left: list[tuple[Needed, int]] = [(tasks, 2), *[(before, 0)] * is_measured]
    return told, [one for one in left if one[0] not in placed]


def annexed(
    columns: list[Column], areas: tuple[Area, ...], wanted: list[tuple[Needed, int]]
) -> list[Column]:
    """Return columns with as much of what is wanted as has room in the blank lines of a panel: of
    those in the column of the step first, from so many on."""
    first, step, *others = (
        [(one, area.high(height)) for one, height in shared(column, area.height)]
        for column, area in zip(columns, areas, strict=False)
    )
    shown, ways = [*step, *first, *chain.from_iterable(others)], dict[int, PanelNeed]()
    for make, start in wanted:
        for one, area in shown[start:]:
            if one.annex is None and id(one) not in ways:
                room = _spare(one, area.inside) - 1
                told = make(area).draw(area.inside.high(room)).panel if room > 0 else None
                if told and 0 < len(told.lines) <= room:
                    ways[id(one)] = replace(one, annex=told)
                    break
    return [[ways.get(id(one), one) for one in column] for column in columns]


def explaining(
    context: Context,
    column: Column,
    drawn: Lines,
    area: Area,
    is_left: Callable[[Column], bool] = bool,
) -> Column:
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
    shown, above = shared(column, area.height), explained_signs(drawn)
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


def _tells_same(one: PanelNeed, inside: Area, rows: int) -> bool:
    """Say whether the lines of a panel, shown or not, are the same in so many rows less, but for
    blank ones."""
    before, after = (one.make(room).panel for room in (inside, inside.less(rows=rows)))
    told = (
        [text_of(row) for row in panel.lines if text_of(row).strip()] for panel in (before, after)
    )
    return before.cut == after.cut and next(told) == next(told)


def continuing(
    context: Context, columns: list[tuple[Column, Area]]
) -> tuple[list[Column], tuple[Listed, ...]]:
    """Return columns with what a list has no room for below panels with blank lines, and what finds
    none there: below those that are alike at every step first, then those of the step, a picture
    last, which training may change. Each lower border says where it goes on.
    """
    plain = [column for column, _ in columns]
    shown = [(one, area.high(height).inside) for column, area in columns
             for one, height in shared(column, area.height)]  # fmt: skip
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


def with_more(
    context: Context, columns: list[Column], areas: tuple[Area, Area, Area], above: Lines
) -> list[Column]:
    """Return columns whose blank lines explain the signs met here, and go on with what a list has
    no room for."""
    left, step, *values = zip(columns, areas, strict=False)
    others = [left, *values]
    if met_signs(context):
        operands = {*of_step(context)}

        def missing(column: Column) -> int:
            """Count what the step is computed from that has no room."""
            _, without = continuing(context, [(column, areas[1]), *others])
            return len(operands & {*without})

        drawn, most = (*above, *column_block(*left)[0]), missing(step[0])
        told = explaining(context, step[0], drawn, areas[1], lambda one: missing(one) <= most)
        step = told, areas[1]
    (told, first, *last), _ = continuing(context, [step, *others])
    return [first, told, *last]
