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
from gdtutor.view.boxes import Panel, beside, more_text, window
from gdtutor.view.context import NO_BOUND, Context
from gdtutor.view.frame import Line, Lines, Style
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
LEAST_CELLS = 36
"""Cells beside the table from which on the cells of matrices stand there, not below it."""


def value_lines(context: Context, width: int, height: int | None = None) -> Panel:
    """Return one line for each given value and node, what is not known yet left open.

    In fewer lines than that needs they stand in columns beside each other, where all fit; else
    those around the current node, and the loss: the panel says how many are left out above, and a
    line before the loss how many below.
    """
    after = context.updated
    names, before, behind = _window(context)
    rows, titles = _rows(context, names)
    gradient = titles[3]
    if height is not None and len(rows) + 1 > height and not before and not behind:
        columns = _in_columns(context, rows, titles, width, height)
        if columns:
            return Panel("values", columns)
    widths = _widths(rows, titles)
    narrowing = (
        _without_old_gradients,
        _without_old(context),
        *((_without_gradients,) if after else ()),
    )
    for narrower in narrowing:
        if _total(widths) > width:
            rows = [narrower(row) for row in rows]
            titles[3] = gradient if narrower is not _without_gradients else ""
            widths = _widths(rows, titles)
    at = names.index(context.step.node) if context.step.node in names else 0
    ways = (_way(context),) * 2
    head, *lines = _table(context, rows, titles)
    if height is not None and len(lines) + 1 + bool(before) + bool(behind) > height:
        shown = max(height - 1, 2)
        start = max(min(at - (shown - 2) // 2, len(lines) - shown), 0)
        left = len(lines) - start - shown + behind
        if left:
            more = line((f" {left_out(context, left + 1)}", Style.DIM))
            return Panel("values", (head, *lines[start:][: shown - 2], more, lines[-1]),
                         cut=(before + start, 0), ways=ways)  # fmt: skip
        return Panel("values", (head, *lines[start:]), cut=(before + start, 0), ways=ways)
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
    rows, titles = _rows(context, names)
    is_whole = len(rows) < height or bool(_in_columns(context, rows, titles, width, height))
    return is_whole and not before and not behind


def _rows(context: Context, names: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Return the rows of names with all that is known of them, and their titles."""
    after = context.updated
    rows: list[Row] = [
        (
            context.name(name),
            summary(context, context.known_value(name)),
            _old_value(context, name),
            summary(context, context.known_gradient(name)),
            _old_gradient(context, name),
            summary(context, after.get(name)),
        )
        for name in names
    ]
    goes_back = context.lesson.scenes[context.step.scene].backward
    gradient = ("∇" if context.chars.unicode else "grad") * goes_back
    return rows, ["", "value", "", gradient, "", "new" if after else ""]


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


def _in_columns(
    context: Context, rows: Sequence[Row], titles: Sequence[str], width: int, height: int
) -> Lines:
    """Return all rows in as few columns beside each other as have room, nothing where none have.

    What is between their cells gives way first; then what an edit has changed, to a star, as in a
    narrow table.
    """
    no_old = _without_old(context)
    less = [_without_old_gradients, no_old]
    if context.updated:
        less += [_without_gradients, lambda row: _without_gradients(no_old(row))]
    for count in (2, 3):
        high = -(-len(rows) // count)
        if high >= height:
            continue
        parts = [rows[at : at + high] for at in range(0, len(rows), high)]
        for narrower, gap in product((lambda row: row, *less), ("  ", " ")):
            heads = [*titles[:3], "" if narrower in less[2:] else titles[3], *titles[4:]]
            tables = [_table(context, [narrower(r) for r in part], heads, gap) for part in parts]
            widths = [max(map(width_of, table)) + 1 for table in tables]
            widths[-1] -= 1
            if sum(widths) <= width:
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
    left: int
    """Matrices for which there is none."""


def values_panel(context: Context, width: int, height: int | None = None) -> Panel:
    """Return the table and the cells of its matrices: all of them, or what a panel has room for.

    A wide panel has the cells beside the table, a narrow one below it.
    """
    panel = value_lines(context, width, height)
    table, left = panel.lines, max(map(width_of, panel.lines)) + 1
    most = NO_BOUND if height is None else height
    if width - left < LEAST_CELLS:
        blocks = cell_lines(context, table, (width, most))
        rows = blocks.lines
    else:
        blocks = cell_lines(context, (), (width - left, most))
        rows = tuple(
            (*fitted(row, left, context.chars), *right)
            for row, right in zip_longest(table, blocks.lines, fillvalue=())
        )
    return replace(panel, lines=rows, note=left_out(context, blocks.left), unlisted=blocks.left)


def cell_lines(
    context: Context,
    above: Lines,
    size: tuple[int, int],
    last: int | None = None,
) -> Cells:
    """Return lines, and below them the cells of the matrices in the table as far as there is room,
    but for those that stand beside it: what the step computes and is computed from first, then all
    in the table's order, gradients with their values; what has room beside each other stands so.
    Blank lines between them give way.

    Args:
        context: The step.
        above: The lines.
        size: Cells of a line, and lines of all.
        last: Of all matrices so many last ones; None for all.
    """
    width, height = size
    step, forward, back = context.step, Phase.FORWARD, Phase.BACKWARD
    of_step = ((step.phase, step.node, ""), *named_operands(context.moment, step))
    in_table = product(_window(context)[0], (forward, back))
    known = {forward: context.known_value, back: context.known_gradient}
    signs = {forward: "", back: "∇" if context.chars.unicode else "grad "}
    first = ((name, phase) for phase, name, _ in of_step if name and phase in known)
    wanted = [
        (f"{signs[phase]}{context.name(name)}", name, array)
        for name, phase in dict.fromkeys((*first, *in_table))
        if (array := known[phase](name)) is not None and array.size != 1
        if not any(array is one for one in context.beside)
    ]
    wanted = wanted if last is None else wanted[len(wanted) - last :]

    @cache
    def block(place: int) -> tuple[Lines, int]:
        """Return the lines of a matrix, and the cells of the widest; few have room."""
        called, name, array = wanted[place]
        before = width_of(line(called)) + 3
        # A matrix leaves a cell of its room.
        most = width - before + 1
        key = context.trace, called, width, context.look.digits, context.look.example

        def cells_in(room: int) -> Lines:
            return once(
                (*key, context.is_late, context.chars, room),
                lambda: array_lines(context, array, room, max_rows=4, counts=False, of=name),
            )

        cells = cells_in(most)
        if context.challenge is not None and context.chars.ellipsis in text_of(cells[0]):
            # All of a row may be asked for: its name gives way to a line of its own.
            below = cells_in(width - 1)
            if context.chars.ellipsis not in text_of(below[0]):
                return (
                    line("  ", (called, Style.DIM)),
                    *(line("  ", *row) for row in below),
                ), width
        heads = (line("  ", (called, Style.DIM), " "), *[line(" " * before)] * len(cells))
        told = tuple((*head, *row) for head, row in zip(heads, cells, strict=False))
        return told, max(map(width_of, told))

    rows: list[Lines] = []
    place, free = 0, height - len(above)
    while place < len(wanted):
        end = place + 1
        while end < len(wanted) and sum(block(i)[1] for i in range(place, end + 1)) <= width:
            end += 1
        blocks = [block(i) for i in range(place, end)]
        high = max(len(told) for told, _ in blocks)
        if high > free:
            break
        row = [
            [fitted(part, wide, context.chars) for part in window(told, 0, high)]
            for told, wide in blocks
        ]
        rows.append(beside(*row))
        place, free = end, free - high
    close = tuple(chain.from_iterable(rows))
    ways = stacked((above, *rows)), stacked((above, close)), (*above, *close)
    lines = next((way for way in ways if len(way) <= height), above)
    return Cells(lines, len(wanted) - place)


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


def _without_old_gradients(row: tuple[str, ...]) -> tuple[str, ...]:
    """Leave old gradients out, and mark what changed by a star, as the graph does."""
    name, value, old, gradient, old_gradient, new = row
    return name, value, old, gradient + ("*" if old_gradient else ""), "", new


def _without_old(context: Context) -> Callable[[Row], Row]:
    """Mark what an edit has changed by a star alone; what it was before an update gives way."""
    star = "" if context.own is None else "*"

    def narrower(row: Row) -> Row:
        name, value, old, gradient, _, new = row
        return name, value + (star if old else ""), "", gradient, "", new

    return narrower


def _without_gradients(row: tuple[str, ...]) -> tuple[str, ...]:
    """Leave the gradients out where new values need the room; the graph shows them."""
    name, value, old, _, _, new = row
    return name, value, old, "", "", new


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
