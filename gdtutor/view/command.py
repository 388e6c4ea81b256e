"""The command line that opens a screen, shown at its foot so that it can be copied."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from gdtutor.engine.characters import cells, shell_line, shell_word
from gdtutor.view.frame import Chars, Frame, Lines, Style
from gdtutor.view.lines import fitted, line

TITLE = "The command that opens this screen, copied where the terminal lets it be:"


def with_command(frame: Frame, command: str, chars: Chars) -> Frame:
    """Return the frame with a command above its last line, in as many lines as it takes."""
    rows = command_lines(command, frame.width)
    first = max(frame.height - 1 - len(rows), 0)
    shown = [fitted(row, frame.width, chars) for row in rows][: frame.height - 1]
    return frame.covered(first, shown)


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
