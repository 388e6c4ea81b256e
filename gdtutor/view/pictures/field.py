"""A rectangle of characters with numbered axes: what contours and boundaries are painted on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.characters import cells as text_cells
from gdtutor.engine.operations import Array
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Chars, Lines, Mark, Style
from gdtutor.view.lines import line, merged, shortened
from gdtutor.view.notation import shown

LABELS = 6
"""Cells left of the field: the numbers of the vertical axis and the axis itself."""
BELOW = 1
"""Lines below the field: the numbers and the name of the horizontal axis."""
LEAST_ROWS = 6
"""Rows below which a plane is not drawn to scale."""
MOST_STRETCHED = 3.0
"""How many times as wide as high a plane is drawn to scale at the most."""


class Axis(Struct, frozen=True):
    """One axis: its name and what lies at its ends."""

    name: str
    low: float
    high: float

    def cell(self, value: float, cells: int) -> int | None:
        """Return the cell, from the low end, that a value lies in; None outside the axis."""
        if not self.low <= value <= self.high:
            return None
        return min(int((value - self.low) / (self.high - self.low) * cells), cells - 1)


class Grid(Struct, frozen=True):
    """A part of the plane in cells."""

    x: Axis
    y: Axis
    columns: int
    rows: int

    def to_scale(self) -> Grid:
        """Return a plane whose units are as long across as upright, in the room of this one.

        A cell is twice as high as wide. Where the inputs have other units, neither is longer.
        """
        ratio = (self.x.high - self.x.low) / (self.y.high - self.y.low)
        if not 1 / MOST_STRETCHED <= ratio <= MOST_STRETCHED:
            return self
        columns = min(self.columns, round(2 * self.rows * ratio))
        rows = min(self.rows, round(columns / (2 * ratio)))
        # A small plane needs all of its room to be read.
        return replace(self, columns=columns, rows=rows) if rows >= LEAST_ROWS else self

    def points(self, *, at_corners: bool = False) -> Array:
        """Return the middle of every cell, or every corner of the cells, row by row from the top.

        Returns:
            Array of shape (points, 2).
        """
        columns, rows = self.columns + at_corners, self.rows + at_corners
        shift = 0.0 if at_corners else 0.5
        xs = self.x.low + (np.arange(columns) + shift) / self.columns * (self.x.high - self.x.low)
        ys = self.y.high - (np.arange(rows) + shift) / self.rows * (self.y.high - self.y.low)
        return np.stack([np.tile(xs, rows), np.repeat(ys, columns)], axis=1)


class Field:
    """A field of characters; row 0 is the top, later marks cover earlier ones."""

    def __init__(self, grid: Grid) -> None:
        self.x, self.y, self.columns, self.rows = grid.x, grid.y, grid.columns, grid.rows
        self._marks = [[(" ", Style.TEXT)] * grid.columns for _ in range(grid.rows)]

    def put(self, row: int, column: int, mark: Mark) -> None:
        """Write one character."""
        self._marks[row][column] = mark

    def place(self, x: float, y: float) -> tuple[int, int] | None:
        """Return row and column of a point, None outside the field and where it is no number."""
        column, up = self.x.cell(x, self.columns), self.y.cell(y, self.rows)
        return None if column is None or up is None else (self.rows - 1 - up, column)

    def mark(self, x: float, y: float, mark: Mark) -> None:
        """Write one character at a point, where that lies in the field."""
        if (place := self.place(x, y)) is not None:
            self.put(*place, mark)

    def fill(self, where: NDArray[Any], mark: Mark) -> None:
        """Write one character into some cells, of shape (rows, columns)."""
        for row, column in np.argwhere(where).tolist():
            self.put(row, column, mark)

    @property
    def signs(self) -> frozenset[str]:
        """The characters that are drawn."""
        return frozenset(sign for row in self._marks for sign, _ in row)

    def lines(self, chars: Chars) -> Lines:
        """Return the field with its axes: `rows` + 1 lines."""
        edge = "│" if chars.unicode else "|"
        lines = []
        for number, row in enumerate(self._marks):
            label = ""
            if number == 0:
                label = short(self.y.high, chars)
            elif number == self.rows - 1:
                label = short(self.y.low, chars)
            elif number == (self.rows - 1) // 2 and text_cells(self.y.name) < LABELS:
                label = self.y.name
            left = " " * (LABELS - 1 - text_cells(label)) + label + edge
            lines.append(merged([(left, Style.DIM), *row]))
        return (*lines, line((self._below(chars), Style.DIM)))

    @property
    def upright(self) -> str:
        """The name of the vertical axis where it does not stand there, with blanks behind it."""
        has_room = text_cells(self.y.name) < LABELS and self.rows > 2
        return "" if has_room else f"{self.y.name}  "

    def _below(self, chars: Chars) -> str:
        """Return the ends and the name of the horizontal axis.

        Below a narrow field the low end stands further left, so that neither number is cut.
        """
        low, high = short(self.x.low, chars), short(self.x.high, chars)
        room = self.columns - len(low) - len(high)
        name = self.x.name if len(self.x.name) <= room - 2 else ""
        indent = LABELS + min(room - 1, 0)
        return " " * indent + low + name.center(max(room, 1)) + high


def short(value: float, chars: Chars) -> str:
    """Return a number of an axis in at most five cells; one that needs more is cut with a mark."""
    for digits in (3, 2, 1):
        text = shown(value, digits, chars)
        if len(text) < LABELS:
            return text
    return shortened(text, LABELS - 1, chars)
