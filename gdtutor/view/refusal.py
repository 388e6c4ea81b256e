"""What is said at the foot of the screen, shown whole: complaints, messages and reports."""

from __future__ import annotations

from gdtutor.session.state import Prompt, Session, Walk
from gdtutor.view.bottom import fits_beside, input_line
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Area, Chars, Frame, Line, Lines, Style
from gdtutor.view.lines import fitted, line, width_of, wrapped

BOTTOM = 2
"""Lines at the foot of every screen: what is said or typed, and the keys."""


def with_refusal(frame: Frame, prompt: Prompt | None, chars: Chars) -> Frame:
    """Return the frame with the complaint below the input, where it does not fit beside it.

    The complaint takes the line of keys; where it needs more lines, the input moves up.
    """
    if prompt is None or not prompt.error or fits_beside(prompt, frame.width):
        return frame
    said = wrapped(prompt.error, frame.width - 2, Style.ERROR)[: frame.height - 1]
    rows = (input_line(prompt, frame.width), *(line(" ", *row) for row in said))
    shown = [fitted(row, frame.width, chars) for row in rows]
    return frame.covered(frame.height - len(shown), shown)


def with_message(frame: Frame, session: Session, chars: Chars) -> Frame:
    """Return the frame with the message above the line of keys, where it needs several lines."""
    said = line(" ", session.message)
    if session.prompt is not None or width_of(said) <= frame.width:
        return frame
    style = Style.ERROR if session.is_error else Style.GOOD
    rows = wrapped(session.message, frame.width - 2, style)[: frame.height - 1]
    shown = [fitted(line(" ", *row), frame.width, chars) for row in rows]
    return frame.covered(frame.height - 1 - len(shown), shown)


def with_reports(frame: Frame, session: Session, chars: Chars) -> Frame:
    """Return a frame with the reports in a box; what is above it is left to be read.

    The last two lines stay, since the keys that they name work and an open input is typed into.
    """
    reports = session.broken
    lines = _lines(reports, frame.width - 4, chars)
    most = frame.height // 3 if isinstance(session, Walk) else frame.height * 3 // 5
    height = min(len(lines) + 2, most)
    count = f"{len(reports)} problem{'' if len(reports) == 1 else 's'}"
    title = f"{count} in the saved file; above is the last good one"
    box = boxed(Panel(title, lines, is_focused=True), Area(frame.width, height, chars))
    return frame.covered(frame.height - BOTTOM - height, box)


def _lines(reports: tuple[str, ...], width: int, chars: Chars) -> Lines:
    lines: list[Line] = []
    for report in reports:
        head, *source = report.split("\n")
        lines.extend(wrapped(head, width, Style.ERROR))
        lines.extend(fitted(line((text, Style.FOCUS)), width, chars) for text in source)
    return tuple(lines)
