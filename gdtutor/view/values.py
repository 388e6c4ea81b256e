"""The table of all values: value, gradient, and after an update the new value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, product, zip_longest

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.places import nearest, places_of
from gdtutor.session.state import Tab
from gdtutor.session.steps import Phase
from gdtutor.session.working import named_operands
from gdtutor.values import Struct, replace
from gdtutor.view import notation
from gdtutor.view.arrays import array_lines
from gdtutor.view.boxes import Listed, Panel, beside, more_text, window
from gdtutor.view.context import NO_BOUND, Context
from gdtutor.view.frame import Line, Lines, Segment, Style
from gdtutor.view.graph.drawing import NEIGHBOURS
from gdtutor.view.graph.text import change_text, summary
from gdtutor.view.lines import fitted, line, stacked, text_of, width_of, wrapped
from gdtutor.view.once import once

MOST_ROWS = 80
"""Rows of the table of values; of a larger graph it shows those around the current node."""
ROWS_BEFORE = 5
"""Rows before the current one in a table that does not show all."""
Row = tuple[str, ...]
"""Name, value, what it was, gradient, what that was, and the new value."""
VALUE, OLD, GRADIENT, OLD_GRADIENT = 1, 2, 3, 4
"""Places in a row of what gives way where room is short."""
LEAST_ROWS = 4
"""Rows of a matrix that are shown, be there no room for the others."""
LEAST_CELLS = 36
"""Cells beside the table from which on the cells of matrices stand there, not below it."""


def value_lines(
    context: Context, width: int, height: int | None = None, *, goes_on: bool = False
) -> Panel:
    """Return one line for each given value and node, what is not known yet left open.

    In fewer lines than that needs they stand in columns beside each other, where all fit; else
    those around the current node, and the loss: the panel says how many are left out above, and a
    line before the loss how many below, where it does not go on elsewhere.
    """
    names, before, behind = _window(context)
    row_of = _reader(context)
    if height is not None and len(names) + 1 > height and not before and not behind:
        columns = _in_columns(context, names, row_of, (width, height))
        if columns:
            return Panel("values", columns)
    rows, titles = [row_of(name, context.look.digits) for name in names], _titles(context, names)
    widths = _widths(rows, titles)
    gradients = ((GRADIENT, OLD_GRADIENT),) if context.updated else ()
    for hidden in ((OLD_GRADIENT,), (OLD,), *gradients):
        if _total(widths) > width:
            rows = [_without(context, row, hidden) for row in rows]
            titles = _without(context, titles, hidden)
            widths = _widths(rows, titles)
    at = names.index(context.step.node) if context.step.node in names else 0
    ways = (_way(context),) * 2
    head, *lines = _with_old_loss(context, _table(context, rows, titles), rows[-1], width)
    if height is not None and len(lines) + 1 + bool(before) + bool(behind) > height:
        shown = max(height - 1, 2)
        start = max(min(at - (shown - 2) // 2, len(lines) - shown), 0)
        left = len(lines) - start - shown + behind
        kept = (*range(start, start + shown - 1), len(lines) - 1)
        rest = tuple(("", name) for n, name in enumerate(names) if n not in kept)
        if goes_on:
            return Panel("values", (head, *(lines[n] for n in kept)), unlisted=rest)
        rest = () if before or behind else rest
        if left:
            more = line((f" {left_out(context, left + 1)}", Style.DIM))
            return Panel("values", (head, *lines[start:][: shown - 2], more, lines[-1]),
                         cut=(before + start, 0), ways=ways, unlisted=rest)  # fmt: skip
        lines = lines[start:]
        return Panel("values", (head, *lines), cut=(before + start, 0), ways=ways, unlisted=rest)
    above, below = (
        (line((f"  {more_text(way, count, context.chars)}", Style.DIM)),) if count else ()
        for way, count in enumerate((before, behind))
    )
    return Panel("values", (head, *above, *lines, *below))


def table_height(context: Context) -> int:
    """Return how many lines the table takes where none of its rows gives way."""
    names, before, behind = _window(context)
    return 1 + len(names) + bool(before) + bool(behind)


def has_room(context: Context, width: int, height: int) -> bool:
    """Say whether the whole table of values has room, in columns beside each other if need be."""
    names, before, behind = _window(context)
    is_whole = len(names) < height or bool(
        _in_columns(context, names, _reader(context), (width, height))
    )
    return is_whole and not before and not behind


def _row(context: Context, name: str) -> Row:
    """Return all that is known of a name."""
    return (
        context.name(name),
        summary(context, context.known_value(name)),
        _old_value(context, name),
        summary(context, context.known_gradient(name)),
        _old_gradient(context, name),
        summary(context, context.updated.get(name)),
    )


def _titles(context: Context, names: Sequence[str]) -> Row:
    """Return the titles of what the iteration comes to of any of these names."""
    has = places_of(context.trace).reached.keys(), context.moment.updates.keys()
    goes_back, is_updated = (bool(found & {*names}) for found in has)
    gradient = ("∇" if context.chars.unicode else "grad") * goes_back
    return "", "value", "", gradient, "", "new" * (is_updated and bool(context.updated))


def _table(
    context: Context, rows: Sequence[Row], titles: Sequence[str], gap: str = "  "
) -> list[Line]:
    """Return rows under their titles, the current one marked, with a gap between their cells."""
    widths, pointer = _widths(rows, titles), context.chars.pointer
    current = context.name(context.step.node or context.look.given) or None
    lines = [line(("  " + _cells(tuple(titles), widths, gap), Style.DIM))]
    for row in rows:
        style, mark = (Style.CURRENT, pointer) if row[0] == current else (Style.TEXT, " ")
        lines.append(line((f"{mark} {_cells(row, widths, gap)}", style)))
    return lines


def _with_old_loss(context: Context, table: list[Line], last: Row, width: int) -> list[Line]:
    """Return a table whose last row, where it is the loss's and has lost it, ends in what the loss
    was, if that has room."""
    old = "" if context.own is not None else _old_value(context, context.root)
    if not old or last[2] or last[0] != context.name(context.root):
        return table
    told = (*table[-1], Segment(f"  ({last[0]} {old[1:]}", Style.CHANGED))
    return [*table[:-1], told] if width_of(told) <= width else table


RowReader = Callable[[str, int], Row]
"""Makes the row of a name at so many digits."""


def _reader(context: Context) -> RowReader:
    """Return what makes each row once."""
    told = cache(lambda digits: replace(context, look=replace(context.look, digits=digits)))
    return cache(lambda name, digits: _row(told(digits), name))


def _in_columns(
    context: Context, names: Sequence[str], row_of: RowReader, size: tuple[int, int], least: int = 2
) -> Lines:
    """Return the rows of all names in as few columns beside each other as have room, nothing where
    none have.

    What is between their cells gives way first; then what an edit has changed, to a star, as in a
    narrow table; then the title of the values and the last digit, as in the graph; at an update
    then the gradients beside names that none of it is for: the graph shows these.
    """
    no_old, lean = (OLD, OLD_GRADIENT), (OLD, GRADIENT, OLD_GRADIENT)
    all_digits, (width, height) = context.look.digits, size
    kept = product(((), (OLD_GRADIENT,), no_old), ("  ", " "))
    ways = [(all_digits, hidden, hidden, gap) for hidden, gap in kept]
    brief = (no_old, lean)[: 1 + bool(context.updated)]
    ways += [(max(all_digits - 1, 1), no_old, hidden, " ") for hidden in brief]
    for count in range(least, 4):
        high = -(-len(names) // count)
        if high >= height:
            continue
        for digits, of_new, of_old, gap in ways:
            tables = []
            for part in (names[at : at + high] for at in range(0, len(names), high)):
                titles = _titles(context, part)
                hidden = of_new if titles[-1] else of_old
                rows = [_without(context, row_of(name, digits), hidden) for name in part]
                untitled = hidden if digits == all_digits else (VALUE, *hidden)
                tables.append(_table(context, rows, _without(context, titles, untitled), gap))
            widths = [max(map(width_of, table)) + 1 for table in tables]
            widths[-1] -= 1
            if sum(widths) <= width:
                widths[-1] = width - sum(widths[:-1])
                tables[-1] = _with_old_loss(context, tables[-1], rows[-1], widths[-1])
                blocks = (
                    [fitted(row, cells, context.chars) for row in window(table, 0, high + 1)]
                    for table, cells in zip(tables, widths, strict=True)
                )
                return tuple(tuple(row) for row in beside(*blocks))
    return ()


def left_out(context: Context, count: int) -> str:
    """Count what has no room, with the keys that show it: beside an opening page, after the first
    step; what stands beside it of another scene, or beside a closing page, names none.
    """
    return f" {more_text(1, count, context.chars)}{_way(context)} " if count else ""


def _way(context: Context) -> str:
    """Return the keys that show all values, where some lead to them."""
    is_step, way = context.look.tab is Tab.NODE, notation.plain("→", context.chars)
    # While an answer is typed the walk's keys come behind Esc.
    leave = "Esc " * (context.challenge is not None and not context.is_left)
    return f": {leave}2Tab" if is_step else f": {way} 2Tab" if context.step.number == 1 else ""


class Cells(Struct, frozen=True):
    """The cells of matrices as far as there is room for them."""

    lines: Lines
    left: tuple[Listed, ...]
    """What there is none for."""


def values_panel(
    context: Context, width: int, height: int, *, scrolls: bool = False, goes_on: bool = False
) -> Panel:
    """Return the table and the cells of its matrices: as many as a panel has room for, or all where
    it scrolls; a table that goes on elsewhere says nothing of rows that it has no room for.

    A wide panel has the cells beside the table, a narrow one below it.
    """
    panel = value_lines(context, width, None if scrolls else height, goes_on=goes_on)
    table, left = panel.lines, max(map(width_of, panel.lines)) + 1
    is_below, wanted = width - left < LEAST_CELLS, cells_of(context)
    above, cells = (table, width) if is_below else ((), width - left)
    blocks = cell_lines(context, above, (cells, NO_BOUND if scrolls else height), wanted, height)
    rows = blocks.lines
    if not is_below:
        rows = tuple(
            (*fitted(row, left, context.chars), *right)
            for row, right in zip_longest(table, blocks.lines, fillvalue=())
        )
    unlisted = (*panel.unlisted, *blocks.left)
    return replace(panel, lines=rows, note=left_out(context, len(blocks.left)), unlisted=unlisted)


def continued(context: Context, wanted: Sequence[Listed], width: int, height: int) -> Cells:
    """Return as much as has room of what a list has none for: rows of the table, in columns beside
    each other, then cells of matrices."""
    names = [name for phase, name in wanted if not phase]
    cells = [one for one in wanted if one[0]]
    row_of = _reader(context)
    for count in range(len(names), 0, -1):
        above = _in_columns(context, names[:count], row_of, (width, height), least=1)
        if above:
            found = cell_lines(context, above, (width, height), cells)
            return replace(found, left=(*(("", name) for name in names[count:]), *found.left))
    found = cell_lines(context, (), (width, height), cells)
    return replace(found, left=(*(("", name) for name in names), *found.left))


def cells_of(context: Context) -> list[Listed]:
    """Return the matrices whose cells are listed, but for those that stand beside: what the step
    computes and is computed from first, then all in the table's order, gradients with their values.
    """
    phases = Phase.FORWARD.value, Phase.BACKWARD.value
    in_table = ((phase, name) for name, phase in product(_window(context)[0], phases))
    first = (one for one in of_step(context) if one[0] in phases)
    return [
        one
        for one in dict.fromkeys((*first, *in_table))
        if (array := _known(context, *one)).size > 1
        if not any(array is other for other in context.beside)
    ]


def cell_lines(
    context: Context,
    above: Lines,
    size: tuple[int, int],
    wanted: Sequence[Listed],
    most_rows: int | None = None,
) -> Cells:
    """Return lines, and below them the cells of as many matrices as have room, those first that are
    wanted first; what has room beside each other stands so. Rows are left out of none where that
    makes no room for another, and blank lines between them give way.
    """
    _, height = size
    high = height if most_rows is None else most_rows
    counts = {min(len(np.atleast_2d(_known(context, *one))), high) for one in wanted}
    tried = sorted({LEAST_ROWS, *(n for n in counts if n > LEAST_ROWS)})
    found = [_packed(context, wanted, size, len(above), rows) for rows in tried]
    rows, left = next(one for one in reversed(found) if len(one[1]) <= len(found[0][1]))
    close = tuple(chain.from_iterable(rows))
    ways = stacked((above, *rows)), stacked((above, close)), (*above, *close)
    lines = next((way for way in ways if len(way) <= height), above)
    return Cells(lines, left)


def _packed(
    context: Context, wanted: Sequence[Listed], size: tuple[int, int], above: int, most_rows: int
) -> tuple[list[Lines], tuple[Listed, ...]]:
    """Return rows of matrices beside each other, each of at most so many rows, and what is left."""
    width, free = size[0], size[1] - above
    rows, left, waiting = list[Lines](), list[Listed](), list(wanted)
    while waiting:
        row, room = list[Lines](), width
        while waiting:
            ways = _block(context, waiting[0], width, most_rows)
            told = next((way for way in ways if len(way) <= free), ways[-1])
            if len(told) <= free and (wide := max(map(width_of, told))) <= room:
                row.append(tuple(fitted(part, wide, context.chars) for part in told))
                room -= wide
            elif row and len(told) <= free:
                break
            else:
                left.append(waiting[0])
            del waiting[0]
        if row:
            high = max(map(len, row))
            padded = ([*one, *(line(" " * width_of(one[0])),) * (high - len(one))] for one in row)
            rows.append(beside(*padded))
            free -= high
    return rows, tuple(left)


def _block(context: Context, wanted: Listed, width: int, most_rows: int) -> tuple[Lines, ...]:
    """Return the lines of a matrix behind its name; before that, where fewer cells are left out
    then, below it.
    """
    phase, name = wanted
    back = "∇" if context.chars.unicode else "grad "
    called = f"{back if phase == Phase.BACKWARD.value else ''}{context.name(name)}"
    array, before = _known(context, phase, name), width_of(line(called)) + 3

    def cells(before: int) -> Lines:
        # A matrix leaves a cell of its room.
        most = width - before + 1
        return array_lines(context, array, most, max_rows=most_rows, counts=False, of=name)

    def told() -> tuple[Lines, ...]:
        whole, beside = cells(1), cells(before)
        heads = (line("  ", (called, Style.DIM), " "), *[line(" " * before)] * len(beside))
        behind = tuple((*head, *row) for head, row in zip(heads, beside, strict=False))
        below = (line("  ", (called, Style.DIM)), *(line(" ", *row) for row in whole))
        cut = [max(text_of(row).count(context.chars.ellipsis) for row in way)
               for way in (whole, beside)]  # fmt: skip
        return (below, behind) if cut[0] < cut[1] else (behind,)

    key = context.trace, called, width, most_rows, context.look.digits, context.look.example
    return once((*key, context.is_late, context.chars), told)


def of_step(context: Context) -> list[Listed]:
    """Return what a step with a node computes, and what it is computed from."""
    step = context.step
    own = [(step.phase, step.node, "")] if step.node else []
    return [(phase.value, name) for phase, name, _ in (*own, *named_operands(context.moment, step))]


def _known(context: Context, phase: str, name: str) -> Array:
    """Return a value, or a gradient going back; of what is not known yet, an array of no cells."""
    is_back = phase == Phase.BACKWARD.value
    known = context.known_gradient if is_back else context.known_value
    array = known(name)
    return np.zeros(0) if array is None else array


def _window(context: Context) -> tuple[tuple[str, ...], int, int]:
    """Return the names in the table, and how many are left out before and behind them.

    A long table begins a few rows before the current one.
    """
    places = places_of(context.trace)
    names = places.names
    if len(names) <= MOST_ROWS:
        return names, 0, 0
    start = max(places.place.get(context.step.node, 0) - ROWS_BEFORE, 0)
    shown = names[start : start + MOST_ROWS]
    return shown, start, len(names) - start - len(shown)


def _widths(rows: Sequence[tuple[str, ...]], titles: Sequence[str]) -> list[int]:
    return [max([len(row[i]) for row in rows] + [len(titles[i])]) for i in range(len(titles))]


def _total(widths: Sequence[int]) -> int:
    return 2 + sum(widths) + 2 * (sum(1 for width in widths if width) - 1)


def _without(context: Context, row: Row, hidden: tuple[int, ...]) -> Row:
    """Leave parts of a row out; what an edit has changed keeps a star, as in the graph."""
    star = "" if context.own is None else "*"
    changed = [n - 1 for n in (OLD, OLD_GRADIENT) if n in hidden and row[n]]
    return tuple("" if n in hidden else text + star * (n in changed) for n, text in enumerate(row))


def _old_value(context: Context, name: str) -> str:
    """Return `(own 0.5)` for what was changed; `(was 0.5)` for what the last update has changed:
    the parameters where an iteration begins, then the step's own value, and the loss always.
    """
    now, step = context.known_value(name), context.step
    if context.own is not None:
        return _changed(context, now, context.own.traces[step.scene].values.get(name))
    is_new = name == step.node if step.phase is Phase.FORWARD else step.phase is Phase.GIVEN
    shows_old = now is not None and (is_new or name == context.root)
    return context.was(name) if shows_old else ""


def _old_gradient(context: Context, name: str) -> str:
    """Return `(own 0.5)` for a gradient that a change has made another."""
    if context.own is None:
        return ""
    old = context.own.traces[context.step.scene].gradients.get(name)
    return _changed(context, context.known_gradient(name), old)


def _changed(context: Context, now: Array | None, own: Array | None) -> str:
    if now is None or own is None or np.array_equal(now, own, equal_nan=True):
        return ""
    old = summary(context, own)
    return "changed" if old == summary(context, now) else f"(own {old})"


def _cells(cells: tuple[str, ...], widths: list[int], gap: str) -> str:
    padded = [cells[0].ljust(widths[0])]
    padded += [
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True) if width
    ]
    return gap.join(padded).rstrip()


def known_lines(context: Context, width: int) -> Lines:
    """Return what the graph shows beside its nodes, as prose: values, gradients, new values.

    What a change has made another has its old value behind it, as in the table.
    """
    after, places = context.updated, places_of(context.trace)
    names = places.names
    if len(names) > MOST_ROWS:
        names = nearest(places, context.step.node or names[0], NEIGHBOURS[0])

    def change(context: Context, name: str) -> str:
        if not _is_shape(context, after[name]):
            return ""
        pair = context.trace.values[name], after[name]
        return ": ".join(change_text(context, *pair, is_wide=is_wide) for is_wide in (False, True))

    lines: list[Line] = []
    for title, known, old in (
        ("values", context.known_value, _old_value),
        ("gradients", context.known_gradient, _old_gradient),
        ("new", after.get, change),
    ):
        found = [(name, array) for name in names if (array := known(name)) is not None]
        words = ", ".join(_fact(context, name, array, old(context, name)) for name, array in found)
        lines.extend(wrapped(f"{title}: {words}", width, Style.DIM) if found else ())
    return tuple(lines)


def _fact(context: Context, name: str, array: Array, old: str) -> str:
    """Return `w₁=0.1`, or `W₁(3×2)` for a matrix, and what it was where a change has changed it."""
    text = summary(context, array)
    fact = f"{context.name(name)}{f'({text})' if _is_shape(context, array) else f'={text}'}"
    return f"{fact} {old}" if old else fact


def _is_shape(context: Context, array: Array) -> bool:
    return array.size != 1 and not (context.graph.by_rows and array.ndim == 1)
