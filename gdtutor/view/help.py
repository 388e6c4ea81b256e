"""The help screen: the keys of the screen behind it, and how to read the notation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from gdtutor.engine.operations import OPERANDS, OPERATIONS
from gdtutor.session.commands import commands_of
from gdtutor.session.navigation import said
from gdtutor.session.state import AroundKey, HelpLook, Screen, Session
from gdtutor.values import replace
from gdtutor.view.bottom import bottom_lines
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Area, Chars, Frame, Line, Lines, Size, Style
from gdtutor.view.glossary import HELPED
from gdtutor.view.lines import fitted, framed, line, text_of, wrapped
from gdtutor.view.notation import plain

TWO = 110
"""Cells of a terminal from which on the lines stand in two columns."""
APART = 3
"""Cells between them."""
_COUNTS = {
    Screen.STUDY: "5n goes on by five steps",
    Screen.TRAIN: "5n trains five epochs",
    Screen.PLAY: "5+ adds five neurons",
    Screen.LIBRARY: "5n goes five lessons down",
    Screen.HELP: "5↓ scrolls by five lines",
}
"""What a count does, by screen."""
_BESIDE = (
    "In a shell, gdtutor play opens a playground of networks, gdtutor practice asks exercises, and"
    " gdtutor progress lists what is remembered."
)


def help_frame(session: Session, area: Area) -> Frame:
    """Return the help screen."""
    width, chars = area.width, area.chars
    cells = _cells(width)
    lines = help_lines(session.behind, cells, chars, session.around.keys)
    first = _first_line(session, lines, area)
    if cells < width - 4:
        # What stands beside a line is as far on as the panel is high.
        high = area.height - 4
        beside = (*lines[high:], *((),) * max(2 * high - len(lines), 0))
        lines = tuple(
            (*fitted(row, cells + APART, chars), *other)
            for row, other in zip(lines, beside, strict=False)
        )
    panel = Panel("keys and notation", lines, first)
    return framed(area, (*boxed(panel, area.less(rows=2)), *bottom_lines(session, width, chars)))


def _cells(width: int) -> int:
    """Return the cells of a line; from twice the usual width on there are two columns."""
    return (width - 4 - APART) // 2 if width >= TWO else width - 4


def _first_line(session: Session, lines: Lines, size: Size) -> int:
    """Return the first line shown; a page leaves one line of the page before."""
    rows = (size.height - 4) * (2 if size.width >= TWO else 1)
    look = session.help
    first = look.scroll + look.pages * max(rows - 1, 1)
    if look.find:
        place = _place_of(look.find, lines, first)
        first = first if place is None else place
    return min(max(first, 0), max(len(lines) - rows, 0))


def settled_help(session: Session, area: Area) -> Session:
    """Return the session with Help scrolled no further than there are lines.

    Without it, keys pressed past the end would have to be taken back one by one.
    """
    lines = help_lines(session.behind, _cells(area.width), area.chars, session.around.keys)
    first, sought = _first_line(session, lines, area), session.help.find
    session = replace(session, help=HelpLook(first))
    if sought and _place_of(sought, lines, first) is None:
        return said(session, f"Nothing here says '{sought}'.")
    return session


def _place_of(sought: str, lines: Lines, behind: int) -> int | None:
    """Return the first line of the next entry that has a word, the one that explains it first; then
    from the top."""
    word, texts = sought.lower(), [text_of(row).lower() for row in lines]
    heads = {_head(texts, n) for n, text in enumerate(texts) if word in text}
    order = sorted(heads, key=lambda n: (n <= behind, n))
    # A line that begins with the word explains it.
    begun = (n for n in order if texts[n].strip().startswith(word))
    return next(begun, order[0] if order else None)


def _head(texts: Sequence[str], n: int) -> int:
    """Return where the entry of a line begins, whose further lines are indented."""
    while texts[n].startswith("    "):
        n -= 1
    return n


def help_lines(screen: Screen, width: int, chars: Chars, around: Sequence[AroundKey] = ()) -> Lines:
    """Return the keys of a screen, those around it, and the notation, for any width."""
    lines: list[Line] = [line((f"Keys of the {screen.value} screen", Style.TITLE))]
    commands = commands_of(screen)
    widest = max(len(command.shown(chars.unicode)) for command in commands)
    for command in commands:
        lines.extend(_entry(command.shown(chars.unicode), command.title, widest, width))
    lines += wrapped(f"Digits before a key are a count: {_COUNTS[screen]}.", width)
    if screen is Screen.LIBRARY:
        lines += wrapped(_BESIDE, width)
    if around:
        lines += [(), line(("Keys of the speaker", Style.TITLE))]
        for key in around:
            lines.extend(_entry(key.symbol, key.title, widest, width))
        lines += wrapped("While something is typed, these need Alt.", width)
    for title, entries in HELPED:
        lines += [(), line((title, Style.TITLE))]
        told: dict[str, str] = {}
        for sign, ascii_sign, text in entries:
            # Signs that are one in ASCII have one entry.
            name = sign if chars.unicode else ascii_sign
            told[name] = f"{told[name]}; or {text}" if name in told else text
        widest = max(map(len, told))
        for name, text in told.items():
            lines.extend(_entry(name, plain(text, chars), widest, width))
    return (*lines, (), line(("Operations", Style.TITLE)), *_operations(width))


def _entry(key: str, text: str, widest: int, width: int) -> list[Line]:
    rows = wrapped(text, max(width - widest - 3, 10))
    # A name that is wider than its column stands on a line of its own.
    rows = ((), *rows) if len(key) > widest else rows
    head = line((f" {key:<{widest}}  ", Style.KEY), *rows[0])
    return [head, *(line(" " * (widest + 3), *row) for row in rows[1:])]


def _operations(width: int) -> list[Line]:
    letters = {letter: letter for letter in OPERANDS}
    told = (row for row in OPERATIONS.values() if not row.internal)
    entries = (_entry(row.name, row.says.format(**letters), 12, width) for row in told)
    return list(chain.from_iterable(entries))
