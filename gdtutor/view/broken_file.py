"""The reports about a saved file that cannot be used, over the last lesson that could."""

from __future__ import annotations

from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Chars, Frame, Line, Style
from gdtutor.view.lines import fitted, line, wrapped


def with_reports(frame: Frame, reports: tuple[str, ...], chars: Chars) -> Frame:
    """Return a frame with the reports in a box at its bottom, what is above it left to be read."""
    lines = _lines(reports, frame.width - 4, chars)
    height = min(len(lines) + 2, frame.height * 3 // 5)
    count = f"{len(reports)} problem{'' if len(reports) == 1 else 's'}"
    title = f"{count} in the saved file; above is the last good one"
    box = boxed(Panel(title, lines, is_focused=True), frame.width, height, chars)
    return frame.covered(frame.height - height, box)


def _lines(reports: tuple[str, ...], width: int, chars: Chars) -> tuple[Line, ...]:
    lines: list[Line] = []
    for report in reports:
        head, *source = report.split("\n")
        lines.extend(wrapped(head, width, Style.ERROR))
        lines.extend(fitted(line((text, Style.FOCUS)), width, chars) for text in source)
    return tuple(lines)
