"""A matrix as lines of text, elided in the middle, never cut: in brackets, or row by row."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.matrix_digits import common_exponent, shared_exponent
from gdtutor.session.rounded import Cells
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Chars, Holds, Line, Lines, Segment, Style
from gdtutor.view.lines import line, wrapped
from gdtutor.view.notation import about_zero, cell_number, power_of_ten

MAX_ROWS = 6
"""Rows shown at most; longer matrices are elided in the middle."""
ROWS_ALONE, COLUMNS_ALONE = 10, 12
"""Rows and columns shown at most where each row is a line that is read alone."""
NOTATION_WIDTH = 38
"""Cells of the node panel at 80 columns; how a matrix is written is decided for it."""


class MatrixLook(Struct, frozen=True):
    """What of a matrix is marked, and the room there is."""

    width: int
    """Cells of the terminal in a line."""
    digits: int
    column: int | None = None
    """Column of the example that is followed."""
    cell: tuple[int, ...] | None = None
    """The opened cell."""
    max_rows: int = MAX_ROWS
    counts: bool = True
    """Whether the examples are counted: columns in a line above, rows before each."""
    row: int | None = None
    """Row of the example that is followed."""
    rounded: Cells | None = None
    """Cells that are 0 but for their rounding, which are shown as ≈0; none where None."""
    like: Array | None = None
    """The array beside which it is to be read, in whose power of ten it is shown."""


def matrix_lines(array: Array, look: MatrixLook, chars: Chars) -> Lines:
    """Return a vector or matrix as lines no wider than the look allows."""
    grid = np.atleast_2d(np.asarray(array))
    if look.rounded is not None:
        # So small beside the others, it takes no part in their power of ten.
        rounded = np.atleast_2d(look.rounded) if look.rounded.any() else None
        look = replace(look, rounded=rounded)
        grid = grid if rounded is None else np.where(rounded, 0.0, grid)
    if not chars.draws:
        return _rows_alone(grid, _exponent(grid, look, chars), look, chars)
    margin = len(str(len(grid) - 1)) + 1 if _counts_rows(grid, look) else 0
    look = replace(look, width=look.width - margin)
    exponent = _exponent(grid, look, chars)
    rows = _window(grid.shape[0], look.max_rows, _kept_row(look))
    columns, texts = _fitting_columns(grid, rows, exponent, look, chars)
    widths = [_column_width(column, rows, texts, look, chars) for column in columns]
    lines = []
    if look.column is not None and _has_heading(grid.shape[1], look):
        lines.append(_heading(columns, widths, look.column, exponent, chars))
        exponent = 0
    whole = None if None in (*rows, *columns) else Holds(array)
    for position, row in enumerate(rows):
        left, right = _brackets(position, len(rows), chars)
        opening = Segment(left, Style.DIM, None if position else whole)
        segments = [*_row_number(row, margin, look, chars), opening, Segment(" ")]
        for column, width in zip(columns, widths, strict=True):
            if row is None or column is None:
                cell = Segment(chars.ellipsis[:width].rjust(width), Style.DIM)
            else:
                cell = _cell(texts[row, column].rjust(width), (row, column), look, grid.shape)
            if cell.style is Style.CURRENT:
                # The mark of the opened cell takes the blank before its number.
                number = cell.text.lstrip()
                blank = Segment(" " * (width - len(number)))
                segments[-1:] = [
                    blank,
                    Segment(f"{chars.pointer}{number}", Style.CURRENT),
                    Segment(" "),
                ]
            else:
                segments += [cell, Segment(" ")]
        segments.append(Segment(right, Style.DIM))
        if exponent and position == len(rows) // 2:
            segments.append(Segment(" " + power_of_ten(exponent, chars), Style.DIM))
        lines.append(tuple(segments))
    return tuple(lines)


def matrix_height(array: Array, look: MatrixLook) -> int:
    """Return how many lines a matrix takes, whatever its numbers are."""
    rows, columns = np.atleast_2d(array).shape
    return len(_window(rows, look.max_rows, _kept_row(look))) + _has_heading(columns, look)


def _has_heading(columns: int, look: MatrixLook) -> bool:
    return look.counts and look.column is not None and columns > 1


def _counts_rows(grid: Array, look: MatrixLook) -> bool:
    return look.counts and look.row is not None and len(grid) > 1


def _kept_row(look: MatrixLook) -> int | None:
    """Return the row that is shown whatever is left out: the opened cell's, or the example's."""
    return look.cell[0] if look.cell and len(look.cell) == 2 else look.row


def _row_number(row: int | None, margin: int, look: MatrixLook, chars: Chars) -> Line:
    """Return the number of an example that is a row, marked where it is followed."""
    if not margin:
        return ()
    if row is not None and row == look.row:
        return (Segment(f"{row}{chars.pointer}".rjust(margin), Style.FOCUS),)
    return (Segment(("" if row is None else f"{row} ").rjust(margin), Style.DIM),)


def _rows_alone(grid: Array, exponent: int, look: MatrixLook, chars: Chars) -> Lines:
    """Return a line for each row, with its number where there are several: `row 0: 0.5, 1`."""
    lines: list[Line] = []
    if look.counts and look.column is not None and grid.shape[1] > 1:
        last = grid.shape[1] - 1
        lines.append(line((f"columns: examples 0 to {last}; followed: {look.column}", Style.DIM)))
    if _counts_rows(grid, look):
        last = len(grid) - 1
        lines.append(line((f"rows: examples 0 to {last}; followed: {look.row}", Style.DIM)))
    if exponent:
        lines.append(line((f"every number {power_of_ten(exponent, chars)}", Style.DIM)))
    rows = _window(grid.shape[0], max(look.max_rows, ROWS_ALONE), _kept_row(look))
    columns = _window(grid.shape[1], COLUMNS_ALONE, look.cell[-1] if look.cell else look.column)
    for row, rows_out in zip(rows, _left_out(rows, grid.shape[0]), strict=True):
        if row is None:
            lines.append(line((f"{rows_out} rows left out", Style.DIM)))
            continue
        cells = [
            f"({out} left out)" if column is None
            else _alone(_cell_text(grid, (row, column), exponent, look, chars), (row, column), look)
            for column, out in zip(columns, _left_out(columns, grid.shape[1]), strict=True)
        ]  # fmt: skip
        number = f"row {row}: " if len(grid) > 1 else ""
        lines.extend(wrapped(number + ", ".join(cells), max(look.width, 1)))
    return tuple(lines)


def _cell_text(
    grid: Array, cell: tuple[int, int], exponent: int, look: MatrixLook, chars: Chars
) -> str:
    if look.rounded is not None and look.rounded[cell]:
        return about_zero(chars)
    return cell_number(float(grid[cell]), exponent, look.digits, chars)


def _left_out(window: list[int | None], length: int) -> list[int]:
    """Return for each place of a window how many are left out there."""
    ends = [-1, *[index for index in window if index is not None], length]
    counts, at = [], 0
    for index in window:
        counts.append(0 if index is not None else ends[at + 1] - ends[at] - 1)
        at += index is not None
    return counts


def _alone(text: str, place: tuple[int, int], look: MatrixLook) -> str:
    """Return a cell, in brackets where it is the opened one."""
    is_open = look.cell is not None and look.cell == place[-len(look.cell) :]
    return f"[{text}]" if is_open else text


def _exponent(grid: Array, look: MatrixLook, chars: Chars) -> int:
    """Return the power of ten that the matrix is shown in.

    One power for the whole matrix may make every column fit. That is asked at `NOTATION_WIDTH`, so
    that a number is written alike on screens of all sizes and in the transcript, with or without
    the numbers of the examples.
    """
    if look.like is not None:
        grid = np.atleast_2d(look.like)
    rows = _window(grid.shape[0], look.max_rows, None)
    width = min(look.width, NOTATION_WIDTH)
    narrow = replace(look, width=width, counts=False, column=None, cell=None)

    def columns(exponent: int) -> int:
        return len(_fitting_columns(grid, rows, exponent, narrow, chars)[0])

    exponent, power = common_exponent(grid, look.digits), shared_exponent(grid)
    if not power or columns(exponent) == grid.shape[1]:
        return exponent
    # Where cells differ much a smaller power saves the zeros before the small ones.
    return max(exponent, power, power - 1, power - 2, key=columns)


def _window(length: int, most: int, keep: int | None) -> list[int | None]:
    """Return the indices shown, None where some are left out."""
    if length <= most:
        return list(range(length))
    head = max((most - 1) // 2, 1)
    tail = max(most - 1 - head, 1)
    shown = {*range(head), *range(length - tail, length)}
    if keep is not None and keep not in shown:
        shown = {0, keep, length - 1} if most >= 5 else {keep}
    return _gapped(shown, length)


def _gapped(shown: Iterable[int], length: int) -> list[int | None]:
    """Return indices in order, None wherever some are left out."""
    result: list[int | None] = []
    for before, index in pairwise((-1, *sorted(shown), length)):
        result += [index] if index == before + 1 else [None, index]
    return result[:-1]


def _one_of(length: int, keep: int | None) -> list[int | None]:
    """Return the one index that is shown where three have no room, None for those left out."""
    return _gapped(range(length) if length <= 2 else {keep or 0}, length)


def _fitting_columns(
    grid: Array, rows: list[int | None], exponent: int, look: MatrixLook, chars: Chars
) -> tuple[list[int | None], dict[tuple[int, int], str]]:
    power = len(power_of_ten(exponent, chars)) + 1 if exponent else 0
    keep = look.cell[-1] if look.cell else look.column
    # The power stands in the heading, which has no brackets, where there is one.
    room = look.width - (max(4, 2 + power) if _has_heading(grid.shape[1], look) else 4 + power)
    texts: dict[tuple[int, int], str] = {}
    widths: dict[int | None, int] = {}
    # A column and the blank behind it take two cells at least.
    for most in range(max(1, min(grid.shape[1], room // 2)), 0, -1):
        columns = _window(grid.shape[1], most, keep) if most > 2 else _one_of(grid.shape[1], keep)
        for column in columns:
            if column in widths:
                continue
            if column is not None:
                for row in rows:
                    if row is not None:
                        place = row, column
                        texts[place] = _cell_text(grid, place, exponent, look, chars)
            widths[column] = _column_width(column, rows, texts, look, chars)
        if sum(widths[column] for column in columns) + len(columns) <= room:
            break
    return columns, texts


def _heading(
    columns: list[int | None], widths: list[int], followed: int, exponent: int, chars: Chars
) -> Line:
    segments = [Segment("  ")]
    for column, width in zip(columns, widths, strict=True):
        label = "" if column is None else str(column)
        if column == followed:
            mark = "▾" if chars.unicode else "v"
            segments.append(Segment(f"{label}{mark}".rjust(width), Style.FOCUS))
        else:
            segments.append(Segment(label.rjust(width), Style.DIM))
        segments.append(Segment(" "))
    if exponent:
        segments.append(Segment(" " + power_of_ten(exponent, chars), Style.DIM))
    return tuple(segments)


def _column_width(
    column: int | None, rows: list[int | None], texts: dict[tuple[int, int], str],
    look: MatrixLook, chars: Chars,
) -> int:  # fmt: skip
    """Return the cells that a column fills, with its number above where columns are numbered."""
    if column is None:
        return len(chars.ellipsis)
    width = max((len(texts[r, column]) for r in rows if r is not None), default=1)
    if not look.counts or look.column is None:
        return width
    return max(width, len(str(column)) + (column == look.column))


def _cell(text: str, place: tuple[int, int], look: MatrixLook, shape: tuple[int, ...]) -> Segment:
    if look.cell is not None:
        at = place if len(look.cell) == 2 else place[1:]
        return Segment(text, Style.CURRENT if look.cell == at else Style.TEXT)
    if (place[1] == look.column and shape[1] > 1) or (place[0] == look.row and shape[0] > 1):
        return Segment(text, Style.FOCUS)
    return Segment(text)


def _brackets(position: int, count: int, chars: Chars) -> tuple[str, str]:
    if not chars.unicode or count == 1:
        return "[", "]"
    if position == 0:
        return "⎡", "⎤"
    return ("⎣", "⎦") if position == count - 1 else ("⎢", "⎥")
