"""The one widget of every screen: paints frames and sends only what changed."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment as RichSegment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from gdtutor.paint.cells import Row, changed_spans
from gdtutor.paint.colours import Colours
from gdtutor.paint.rows import RowMaker
from gdtutor.paint.terminal import runs_of
from gdtutor.ui.spans import rich_style
from gdtutor.view.frame import UNICODE, Chars, Frame, Style


class Canvas(Widget, can_focus=False):
    """Shows the frame it was given last.

    Frames come at the size of the canvas; one of another size, as for a moment after a resize, is
    cut or padded.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "Canvas { width: 100%; height: 100%; }"

    def __init__(
        self,
        colours: Colours,
        chars: Chars = UNICODE,
        *,
        painted: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._painted = painted
        self._colours = colours
        self._plain = rich_style(colours.look(Style.TEXT))
        self._maker = RowMaker(chars)
        self._rows: tuple[Row, ...] = ()
        self._strips: dict[int, Strip] = {}
        """Of the rows, by where they stand."""

    def show(self, frame: Frame) -> None:
        """Paint what differs from the last frame, or all of it when the size changed.

        `painted` is called when that is done, at once where nothing differs.
        """
        before, self._rows = self._rows, self._maker.rows(frame)
        strips, stays = self._strips, zip(before, self._rows, strict=False)
        self._strips = {y: strips[y] for y, (a, b) in enumerate(stays) if a is b and y in strips}
        if [len(row) for row in before] != [len(row) for row in self._rows]:
            self.refresh()
            return
        regions = [
            Region(start, y, end - start, 1)
            for y, (old, new) in enumerate(zip(before, self._rows, strict=True))
            if old is not new
            for start, end in changed_spans(old, new)
        ]
        if regions:
            self.refresh(*regions)
        else:
            self._painted()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of a part of the canvas (Textual calls it)."""
        strips = super().render_lines(crop)
        self._painted()
        return strips

    def render_line(self, y: int) -> Strip:
        """Return row `y` of the canvas (Textual calls it)."""
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, self._plain)
        if y not in self._strips:
            self._strips[y] = strip_of(self._rows[y], self._colours)
        return self._strips[y].crop_extend(0, width, self._plain)


def strip_of(row: Row, colours: Colours) -> Strip:
    """Return the row in its colours."""
    segments = (
        RichSegment(text, rich_style(colours.look(style)))
        for text, style, _ in runs_of(row, colours)
    )
    return Strip(segments, len(row))
