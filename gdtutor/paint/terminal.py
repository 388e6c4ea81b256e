"""Rows of cells as the bytes of a terminal: the changed spans alone, in the fewest codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from gdtutor.paint.cells import Row, changed_spans
from gdtutor.paint.colours import Colours, TextLook
from gdtutor.view.frame import Line, Segment
from gdtutor.view.lines import merged


class Codes(NamedTuple):
    """What a terminal has to be told for one style."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""


PLAIN = Codes()
ATTRIBUTES = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "reverse": "7"}
"""The code of each attribute."""
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


@lru_cache(256)
def codes_of(look: TextLook) -> Codes:
    """Return the codes of a look."""
    return Codes(
        frozenset(ATTRIBUTES[name] for name in look.attributes),
        _colour_code(look.foreground, 30),
        _colour_code(look.background, 40),
    )


def _colour_code(colour: str, base: int) -> str:
    """Return the code of a colour: `#rrggbb`, the number of a palette entry, or a name.

    Args:
        colour: The colour; empty for the terminal's own.
        base: 30 for text, 40 for what is behind it.
    """
    if not colour:
        return ""
    if colour.startswith("#"):
        return f"{base + 8};2;" + ";".join(str(int(colour[n : n + 2], 16)) for n in (1, 3, 5))
    if colour.isdigit():
        return f"{base + 8};5;{colour}"
    bright, _, name = colour.rpartition("_")
    return str(base + (60 if bright else 0) + _NAMES.index(name))


@lru_cache(1024)
def change_codes(old: Codes, new: Codes) -> str:
    """Return the shortest escape sequence from one style to another."""
    if old == new:
        return ""
    if new == PLAIN:
        return "\x1b[m"
    parts: list[str] = []
    dropped = (old.foreground and not new.foreground) or (old.background and not new.background)
    if dropped or old.attributes - new.attributes:
        parts.append("0")
        old = PLAIN
    parts += sorted(new.attributes - old.attributes)
    parts += [new.foreground] if new.foreground != old.foreground else []
    parts += [new.background] if new.background != old.background else []
    return f"\x1b[{';'.join(parts)}m"


Placed = tuple[int, int, Iterable[tuple[str, Codes]]]
"""Column, row, and the texts that stand there, each with its codes."""


def terminal_codes(pieces: Iterable[Placed]) -> str:
    """Return what paints the pieces, ending in plain style."""
    out: list[str] = []
    now = PLAIN
    for x, y, texts in pieces:
        out.append(f"\x1b[{y + 1};{x + 1}H")
        for text, codes in texts:
            out += (change_codes(now, codes), text)
            now = codes
    out.append(change_codes(now, PLAIN))
    return "".join(out)


def runs_of(row: Row, colours: Colours) -> Line:
    """Return cells as the fewest segments of one look.

    Blanks take the colour of the text before them, which costs no bytes.
    """
    runs: list[Segment] = []
    for text, style, _ in merged(row):
        if runs:
            last, look = runs[-1], colours.look(style)
            before = colours.look(last.style)
            if before == look or (not text.strip(" ") and _blank_alike(before, look)):
                runs[-1] = Segment(last.text + text, last.style)
                continue
        runs.append(Segment(text, style))
    return tuple(runs)


def _blank_alike(one: TextLook, other: TextLook) -> bool:
    """Tell whether a blank looks the same in both."""
    seen = {"underline", "reverse"}.intersection((*one.attributes, *other.attributes))
    return not seen and one.background == other.background


def changes_between(
    old: Sequence[Row], new: Sequence[Row], colours: Colours, *, below: int = 0
) -> str:
    """Return what changes one screen into another; all of it where their sizes differ.

    Args:
        old: The rows that stand on the terminal; none where that is not known.
        new: The rows that shall stand there.
        colours: How they are painted.
        below: How many rows of the terminal stand above them.
    """
    if [len(row) for row in old] != [len(row) for row in new]:
        spans: Iterator[tuple[int, int, Row]] = ((0, y, row) for y, row in enumerate(new, below))
    else:
        spans = (
            (start, y, after[start:end])
            for y, (before, after) in enumerate(zip(old, new, strict=True), below)
            if before is not after
            for start, end in changed_spans(before, after)
        )
    runs = ((x, y, runs_of(cells, colours)) for x, y, cells in spans)
    return terminal_codes(
        (x, y, [(text, codes_of(colours.look(style))) for text, style, _ in run])
        for x, y, run in runs
    )
