"""What is said at the foot of the screen, shown whole: complaints, messages and reports, and the
command line that opens the screen, so that it can be copied."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from gdtutor.engine.characters import cells, shell_line, shell_word
from gdtutor.session.state import Prompt, Session, Walk
from gdtutor.values import replace
from gdtutor.view.bottom import fits_beside, input_line
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Area, Chars, Frame, Hides, Line, Lines, Segment, Style
from gdtutor.view.lines import fitted, line, text_of, width_of, wrapped

BOTTOM = 2
"""Lines at the foot of every screen: the keys, and what is said or typed."""


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
    shown = [fitted(row, frame.width, chars) for row in rows]
    return frame.covered(frame.height - keys - len(shown), shown)


def with_message(frame: Frame, session: Session, chars: Chars) -> Frame:
    """Return the frame with the message whole below its line of keys, so that no panel moves.

    It stands over the further keys, which are back with the next key. The line of keys goes up for
    a longer one, over what is above it.
    """
    if session.prompt is not None or not session.message.strip():
        return frame
    at = frame.height - BOTTOM
    keys = frame.lines[at : at + 1] if text_of(frame.lines[at]).strip() else ()
    style = Style.ERROR if session.is_error else Style.GOOD
    rows = _message_rows(session.message, style, frame.width, ())
    covered = frame.lines[max(frame.height - len(keys) - len(rows), 0) : at]
    # What says how many lines a panel hides stays to be read.
    marks = tuple(part for row in covered for part in row if isinstance(part.found_as, Hides))
    rows = _message_rows(session.message, style, frame.width, marks)[-(frame.height - len(keys)) :]
    shown = (*keys, *(fitted(row, frame.width, chars) for row in rows))
    return frame.covered(frame.height - len(shown), shown)


def _message_rows(message: str, style: Style, width: int, marks: Line) -> list[Line]:
    """Return the rows of a message, the last of which ends in marks."""
    room = width - width_of(marks)
    *rows, last = (line(" ", *row) for row in wrapped(message, room - 2, style))
    return [*rows, (*last, Segment(" " * (room - width_of(last))), *marks)]


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


TITLE = "The command that opens this screen, copied where the terminal lets it be:"


def with_command(frame: Frame, command: str, chars: Chars) -> Frame:
    """Return the frame with a command in its last line; one of several lines stands above the keys,
    or above the lower border of the panels where it would cover that.
    """
    rows = command_lines(command, frame.width)
    last, corner = frame.height - BOTTOM * (len(rows) > 1), "╰" if chars.unicode else "+"
    edge = next((n for n in range(last - 1, 0, -1) if text_of(frame.lines[n])[:1] == corner), last)
    first = max((edge if last - len(rows) <= edge else last) - len(rows), 0)
    shown = [fitted(row, frame.width, chars) for row in rows][: frame.height - 1]
    cut = (replace(one, cut=max(one.y + one.height - first, 0)) for one in frame.plots)
    return replace(frame.covered(first, shown), plots=tuple(cut))


def command_lines(command: str, width: int) -> Lines:
    """Return a command in lines; where it is broken, a shell reads the lines as one."""
    text = shell_line(command)
    if cells(text) + 2 <= width:
        return (line(" ", (text, Style.GOOD)),)
    rows = _broken(shlex.split(command), width)
    return (line(" ", (TITLE, Style.DIM)), *(line((row, Style.GOOD)) for row in rows))


def _broken(words: Sequence[str], width: int) -> list[str]:
    """Break between words, an option staying with its value; a longer word within itself."""
    rows: list[str] = [""]
    for part in _pairs(words):
        quoted = " ".join(map(shell_word, part))
        joined = f"{rows[-1]} {quoted}" if rows[-1] else quoted
        if cells(joined) + 2 <= width:
            rows[-1] = joined
            continue
        if rows[-1]:
            rows[-1] += " \\"
            rows.append("")
        if cells(quoted) + 2 > width:
            rows[-1:] = _pieces(part, width)
        else:
            rows[-1] = quoted
    return rows


def _pieces(part: Sequence[str], width: int) -> list[str]:
    """Return words in rows that a shell joins again; each piece of a word is quoted by itself."""
    start = "".join(f"{shell_word(word)} " for word in part[:-1])
    rows, rest = [], part[-1]
    while rest:
        most = next(
            n for n in range(len(rest), 0, -1)
            if n == 1 or cells(start + shell_word(rest[:n])) + 2 <= width
        )  # fmt: skip
        rows.append(start + shell_word(rest[:most]))
        start, rest = "", rest[most:]
    return [*(f"{row}\\" for row in rows[:-1]), rows[-1]]


def _pairs(words: Sequence[str]) -> list[list[str]]:
    """Return the words, each option together with its value."""
    parts: list[list[str]] = []
    for word in words:
        if parts and parts[-1][-1].startswith("--") and len(parts[-1]) == 1:
            parts[-1].append(word)
        else:
            parts.append([word])
    return parts
