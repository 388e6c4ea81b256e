"""What is said at the foot of the screen, shown whole: complaints, messages and reports."""

from __future__ import annotations

from collections.abc import Sequence

from gdtutor.session.state import Prompt, Session, Walk
from gdtutor.view.bottom import fits_beside, input_line, is_compact
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Area, Chars, Frame, Line, Lines, Style
from gdtutor.view.lines import fitted, line, text_of, width_of, wrapped

BOTTOM = 2
"""Lines at the foot of every screen: what is said or typed, and the keys."""
NOTE = 3
"""Lines of the note of a small screen, above the keys."""


def with_refusal(frame: Frame, prompt: Prompt | None, chars: Chars, *, keys: int = 1) -> Frame:
    """Return the frame with the complaint below the input, where it does not fit beside it; the
    input moves up for it.

    Args:
        frame: The frame.
        prompt: The input; None where there is none.
        chars: The characters to draw with.
        keys: Lines of keys below the input, which stay.
    """
    if prompt is None or not prompt.error or fits_beside(prompt, frame.width):
        return frame
    said = wrapped(prompt.error, frame.width - 2, Style.ERROR)[: frame.height - 1 - keys]
    rows = (input_line(prompt, frame.width), *(line(" ", *row) for row in said))
    return _over(frame, rows, keys, chars)


def with_message(frame: Frame, session: Session, chars: Chars) -> Frame:
    """Return the frame with the message whole above its lines of keys, which stay named.

    A small terminal has no other row to spare than that of the further keys.
    """
    if session.prompt is not None or not session.message.strip():
        return frame
    texts = [text_of(row).strip() for row in frame.lines[::-1]]
    keys = sum(1 for text in texts[:BOTTOM] if text)
    if is_compact(frame.size):
        keys = 1
    elif width_of(line(" ", session.message)) <= frame.width and "" in texts[keys : keys + NOTE]:
        # A line of the note, as what explains a sign, gives way last.
        keys = texts.index("", keys)
    # What says how many lines a panel hides stays to be read.
    above = frame.lines[frame.height - keys - 1]
    marks = tuple(part for part in above if any(part.hides))
    style = Style.ERROR if session.is_error else Style.GOOD
    room = frame.width - 2 - width_of(marks)
    *rows, last = (line(" ", *row) for row in wrapped(session.message, room, style))
    rows = [*rows, (*fitted(last, frame.width - width_of(marks), chars), *marks)]
    return _over(frame, rows[-(frame.height - keys) :], keys, chars)


def _over(frame: Frame, rows: Sequence[Line], below: int, chars: Chars) -> Frame:
    """Return the frame with rows laid over it, so many lines above its end."""
    shown = [fitted(row, frame.width, chars) for row in rows]
    return frame.covered(frame.height - below - len(shown), shown)


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
