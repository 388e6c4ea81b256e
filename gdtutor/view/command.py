"""The command line that opens a screen, shown at its foot so that it can be copied."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from gdtutor.lesson.characters import pictured
from gdtutor.view.frame import Chars, Frame, Line, Style
from gdtutor.view.lines import fitted, line

TITLE = "The command that opens this screen:"


def with_command(frame: Frame, command: str, chars: Chars) -> Frame:
    """Return the frame with a command above its last line, in as many lines as it takes."""
    rows = command_lines(command, frame.width)
    first = max(frame.height - 1 - len(rows), 0)
    shown = [fitted(row, frame.width, chars) for row in rows][: frame.height - 1]
    lines = (*frame.lines[:first], *shown, *frame.lines[first + len(shown) :])
    plots = tuple(plot for plot in frame.plots if plot.y + plot.height <= first)
    return Frame(frame.width, frame.height, lines, plots)


def command_lines(command: str, width: int) -> tuple[Line, ...]:
    """Return a command in lines; where it is broken, a shell reads the lines as one."""
    text = pictured(command)
    if len(text) + 2 <= width:
        return (line(" ", (text, Style.GOOD)),)
    rows = _broken([shlex.quote(word) for word in shlex.split(text)], width)
    return (line(" ", (TITLE, Style.DIM)), *(line((row, Style.GOOD)) for row in rows))


def _broken(words: Sequence[str], width: int) -> list[str]:
    """Break between words, an option staying with its value; a longer word within itself."""
    rows: list[str] = [""]
    for part in _pairs(words):
        joined = f"{rows[-1]} {part}" if rows[-1] else part
        if len(joined) + 2 <= width:
            rows[-1] = joined
            continue
        if rows[-1]:
            rows[-1] += " \\"
            rows.append("")
        while len(part) + 2 > width:
            rows[-1] = part[: width - 1] + "\\"
            part = part[width - 1 :]
            rows.append("")
        rows[-1] = part
    return rows


def _pairs(words: Sequence[str]) -> list[str]:
    parts: list[str] = []
    for word in words:
        if parts and parts[-1].startswith("--") and " " not in parts[-1]:
            parts[-1] = f"{parts[-1]} {word}"
        else:
            parts.append(word)
    return parts
