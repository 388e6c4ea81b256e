"""A frame as rows of cells, with its plots laid over its lines."""

from __future__ import annotations

from gdtutor.paint.cells import Row, overlay, row_of
from gdtutor.view.frame import UNICODE, Chars, Frame, Line, Placed


class RowMaker:
    """Makes the rows of one frame after another; lines and plots that stay are made once."""

    def __init__(self, chars: Chars = UNICODE) -> None:
        self._chars = chars
        self._width = 0
        self._lines: dict[Line, Row] = {}
        self._plots: dict[Placed, tuple[Row, ...]] = {}

    def rows(self, frame: Frame) -> tuple[Row, ...]:
        """Return `frame.height` rows of `frame.width` cells, blank where the frame has no line."""
        known = self._lines if frame.width == self._width else {}
        lines = frame.lines[: frame.height] + ((),) * (frame.height - len(frame.lines))
        self._width = frame.width
        self._lines = {
            line: known.get(line) or row_of(line, frame.width, self._chars) for line in lines
        }
        self._plots = {
            placed: self._plots.get(placed) or self._plot_rows(placed) for placed in frame.plots
        }
        rows = [self._lines[line] for line in lines]
        for placed, patch in self._plots.items():
            for y, cells in enumerate(patch, placed.y):
                if 0 <= y < len(rows):
                    rows[y] = overlay(rows[y], placed.x, cells)
        return tuple(rows)

    def _plot_rows(self, placed: Placed) -> tuple[Row, ...]:
        # Imported with the first plot: only training and some pictures have one.
        from gdtutor.paint.plots import plot_rows

        rows = plot_rows(placed.plot, placed.width, placed.height, self._chars)
        return rows[: max(placed.height - placed.cut, 0)]
