"""Small tools for lines of segments: measuring, wrapping, padding, joining."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import add, itemgetter
from typing import TypeVar

from gdtutor.engine.characters import cells, cut_behind_word, cut_short, taken
from gdtutor.view.frame import Area, Chars, Frame, Line, Lines, Mark, Placed, Segment, Style

F = TypeVar("F")

ROOM = 15
"""Lines of the node panel at 80×24, which a step fits where it can."""


def line(*parts: str | Segment | tuple[str, Style]) -> Line:
    """Return a line of texts and (text, style) pairs, empty parts left out."""
    segments = [
        part if isinstance(part, Segment)
        else Segment(part) if isinstance(part, str)
        else Segment(*part)
        for part in parts
    ]  # fmt: skip
    return tuple([segment for segment in segments if segment.text])


def found_in(rows: Sequence[Line], kind: type[F]) -> list[F]:
    """Return what segments of rows are found as, of one kind."""
    return [part.found_as for row in rows for part in row if isinstance(part.found_as, kind)]


def width_of(content: Line) -> int:
    """Return how many cells a line fills."""
    return cells(text_of(content))


def merged(marks: Iterable[Mark]) -> Line:
    """Return a line of marks, neighbours of one style joined."""
    return tuple(
        Segment("".join([text for text, _ in run]), style)
        for style, run in groupby(marks, key=itemgetter(1))
    )


def text_of(content: Line) -> str:
    """Return a line's plain text."""
    return "".join([segment.text for segment in content])


def fitted(content: Line, width: int, chars: Chars) -> Line:
    """Return the line padded or cut to exactly this width; a cut is shown by an ellipsis."""
    shown, filled = content, width_of(content)
    if filled > width:
        # A wide character that is cut in its middle leaves a cell.
        shown = cut(content, width, chars.cut_mark)
        filled = width_of(shown)
    missing = width - filled
    return (*shown, Segment(" " * missing, Style.TEXT)) if missing > 0 else shown


def framed(area: Area, rows: Sequence[Line], plots: tuple[Placed, ...] = ()) -> Frame:
    """Return a screen of rows, each exactly as wide; those below its last line are left out."""
    shown = (fitted(row, area.width, area.chars) for row in rows[: area.height])
    return Frame(area.width, area.height, tuple(shown), plots)


def cut(content: Line, width: int, ellipsis: str) -> Line:
    """Return a line of at most `width` cells; one that is cut ends in an ellipsis."""
    whole = text_of(content)
    short = cut_short(whole, width, ellipsis)
    if short == whole:
        return content
    left = max(len(short) - len(ellipsis), 0)
    kept: list[Segment] = []
    for segment in content:
        kept.append(Segment(segment.text[:left], segment.style))
        left -= len(kept[-1].text)
    kept.append(Segment(short[sum(len(segment.text) for segment in kept) :], Style.DIM))
    return tuple(segment for segment in kept if segment.text)


def shortened(text: str, width: int, chars: Chars) -> str:
    """Return a text of at most this many cells, cut behind a word with the screen's mark."""
    return cut_behind_word(text, width, chars.cut_mark)


SHORTEST_BAR = 4
"""Cells of a progress bar, below which there is none."""


def progress_bar(
    share: float, facts: Sequence[str], width: int, chars: Chars, wrong: str = ""
) -> Line:
    """Return a bar, how much is done in percent, and a fact, in at most `width` cells.

    Args:
        share: How much is done, 1 for all; of what went wrong, how much was done before.
        facts: What is said behind it, in fewer and fewer words. The bar gives way before the last
            one does.
        width: Cells of the line.
        chars: The characters to draw with.
        wrong: The word for what went wrong, said in place of the percent.
    """
    # Rounded down, so that 100% means that all is done; 29 of 100 are 28.999999999999996 %.
    head = f" {wrong}" if wrong else f" {int(min(share, 1.0) * 100 + 1e-9):3}%"
    for fact in facts[:-1]:
        tail = f"{head}  {fact}"
        if cells(tail) + SHORTEST_BAR + 2 <= width:
            break
    else:
        fitting = (f"{head} {fact}" for fact in facts if cells(head) + cells(fact) < width)
        return line(next(fitting, head if len(head) <= width else head.strip()[: max(width, 0)]))
    room = width - cells(tail) - 2
    filled = int(room * min(share, 1.0))
    full, empty = ("█", "░") if chars.unicode else ("#", ".")
    style = Style.WARNING if wrong else Style.TEXT
    rest = (empty * (room - filled), Style.DIM)
    return line(" ", (full * filled, Style.GOOD), rest, (tail, style))


_GRADIENT = re.compile(r"\bd \w[\w.]*/d \w[\w.]*")
"""The name of a gradient in ASCII, d L/d w1: one word, for all its blanks."""
_SHAPE = re.compile(r"\b\d+ [×x] \d+\b|\b\d+ digits\)")
"""A shape, 3 × 4, or how long a number is."""
_BLANKS = re.compile(r"[ \t\n]+")


def joined(text: str) -> str:
    """Return a text with no-break spaces in names and shapes that stay on one line."""
    for whole in (_GRADIENT, _SHAPE):
        text = whole.sub(lambda name: name.group().replace(" ", "\u00a0"), text)
    return text


def wrapped(text: str, width: int, style: Style = Style.TEXT) -> Lines:
    """Break prose at blanks; words longer than a line are broken within.

    A line holds one character at least, whatever the width.
    """
    return tuple((Segment(row, style),) for row in broken(joined(text).strip(), max(width, 1)))


def broken(text: str, width: int) -> Iterator[str]:
    """Yield a text in lines, broken at blanks that are no no-break spaces, which become blanks."""
    current = ""
    for part in _BLANKS.split(text):
        word = part.replace("\u00a0", " ")
        while cells(word) > width:
            if current:
                yield current
                current = ""
            start = taken(word, width) or word[0]
            yield start
            word = word[len(start) :]
        if not current:
            current = word
        elif cells(current) + 1 + cells(word) <= width:
            current += f" {word}"
        else:
            yield current
            current = word
    if current:
        yield current


_BREAKS = (" + ", " − ", " - ", " × ", " · ", " @ ", " ⊙ ", " = ", " ≈ ", " → ", " -> ", ", ")
_TIGHT_BREAKS = ("·", "*", "/")
_BEFORE_STROKE, _AFTER_STROKE = re.compile(r"(\bd |∂)\w[\w.]*$"), re.compile(r"/(d |∂)\w")
"""What stands before and after the stroke of ∂L/∂w, in ASCII d L/d w."""


def wrapped_formula(head: str, body: str, width: int, style: Style = Style.TEXT) -> Lines:
    """Break a formula before an operator; continuations are indented below the head's end."""
    indent = min(len(head), max(width // 3, 1))
    lines: list[Line] = []
    rest, prefix = body, head
    while len(prefix) + len(rest) > width:
        at = _break_point(rest, width - len(prefix))
        lines.append(line(prefix, (rest[:at].rstrip(), style)))
        rest = rest[at:].lstrip()
        prefix = " " * indent
    lines.append(line(prefix, (rest, style)))
    return tuple(lines)


def _break_point(text: str, room: int) -> int:
    """Return where to break: before an operator that fits, outside parentheses where possible."""
    room = max(room, 1)
    found = [
        (_depth(text, at), sign in _TIGHT_BREAKS, -at)
        for sign in (*_BREAKS, *_TIGHT_BREAKS)
        for at in _places(text, sign, room)
    ]
    if found:
        at = -min(found)[2]
        return at + (text[at] == ",")
    names = [match.span() for match in _GRADIENT.finditer(text)]
    blanks = [
        at
        for at in range(1, room)
        if text[at] == " " and not any(start < at < end for start, end in names)
    ]
    return blanks[-1] if blanks else room


def _places(text: str, sign: str, room: int) -> Iterator[int]:
    """Yield where a sign begins, neither at the start nor beyond the room, nor in ∂L/∂w."""
    at = text.find(sign, max(room // 4, 1))
    while 0 <= at < room:
        # Half of ** is no product.
        is_half = sign == "*" and "**" in text[at - 1 : at + 2]
        if not is_half and not (sign == "/" and _is_in_gradient(text, at)):
            yield at
        at = text.find(sign, at + 1)


def _is_in_gradient(text: str, at: int) -> bool:
    """Say whether a stroke stands in the name of a gradient, which is read as one word."""
    return bool(_BEFORE_STROKE.search(text, 0, at) and _AFTER_STROKE.match(text, at))


def _depth(text: str, at: int) -> int:
    before = text[:at]
    return sum(before.count(c) for c in "([") - sum(before.count(c) for c in ")]")


def column_texts(rows: Sequence[Sequence[str]], gap: str) -> list[str]:
    """Return rows of cells as texts of one width: each column flush right and as wide as it is."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    gaps = [[" " * (w - cells(t)) for t, w in zip(row, widths, strict=True)] for row in rows]
    return [gap.join(map(add, *pair)) for pair in zip(gaps, rows, strict=True)]


def first_that_fits(words: tuple[str, ...], width: int) -> str:
    """Return the first of several wordings that has room, the last one where none has."""
    return next((text for text in words if cells(text) <= width), words[-1])


def stacked(parts: Iterable[Sequence[Line]]) -> Lines:
    """Return blocks of lines below each other, empty ones left out, a blank line between."""
    return tuple(row for part in parts if part for row in ((), *part))[1:]


def fitting(arrangements: Iterable[Sequence[Sequence[Line]]], height: int) -> Lines:
    """Return the first arrangement of blocks that fits a height, the last where none does.

    Each is tried with blank lines between its blocks, then without.
    """
    lines: Lines = ()
    for parts in arrangements:
        for lines in (stacked(parts), tuple(content for part in parts for content in part)):
            if len(lines) <= height:
                return lines
    return lines
