"""Lines as rows of terminal cells: cleaned, cut to a width, overlaid and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gdtutor.engine.characters import cells
from gdtutor.view.frame import Chars, Line, Style
from gdtutor.view.notation import base_letter

GAP = 6
"""Unchanged cells between two changed spans that cost less to send than to move the cursor over."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_JOINERS = re.compile("[\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]")
_NOT_ASCII = re.compile(r"[^\x20-\x7e]")


class Cell(NamedTuple):
    """One cell of the terminal."""

    text: str
    """A character with its combining marks; empty in the right half of a wide character."""
    style: Style


Row = tuple[Cell, ...]
"""The cells of one row, left to right."""


def clean(text: str, chars: Chars) -> str:
    """Return `text` with nothing in it that a terminal would act on.

    The loader of lessons does the same; this is the last gate before the terminal. Control
    characters become their pictures, other unsafe ones U+FFFD; what changes the width of its
    neighbours is left out. Without `chars.unicode` an accented letter becomes its base letter and
    everything else outside ASCII a question mark.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _JOINERS.sub("", _UNSAFE.sub(_picture, text))
    return text if chars.unicode else _NOT_ASCII.sub(lambda match: base_letter(match.group()), text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def row_of(line: Line, width: int, chars: Chars) -> Row:
    """Return `line` as exactly `width` cells: cut on the right, or padded with blanks."""
    row: list[Cell] = []
    for text, style, _ in line:
        for character in clean(text, chars):
            made = cells_of(character, style)
            if made:
                row += made
            elif row:
                row[-1] = Cell(row[-1].text + character, row[-1].style)
    if len(row) > width:
        halved = row[width].text == ""
        del row[width:]
        if halved and row:
            row[-1] = Cell(" ", row[-1].style)
    return (*row, *(Cell(" ", Style.TEXT),) * (width - len(row)))


@lru_cache(8192)
def cells_of(character: str, style: Style) -> tuple[Cell, ...]:
    """Return the cells of one character: one, two where it is wide, none where it only combines."""
    size = cells(character)
    wide = (Cell("", style),) if size == 2 else ()
    return (Cell(character, style), *wide) if size else ()


def overlay(row: Row, x: int, patch: Row) -> Row:
    """Return `row` with `patch` laid over it from cell `x`; what would stick out is cut."""
    left, right = max(x, 0), min(x + len(patch), len(row))
    if left >= right:
        return row
    before, after = list(row[:left]), list(row[right:])
    if before and row[left].text == "":
        before[-1] = Cell(" ", before[-1].style)
    if after and after[0].text == "":
        after[0] = Cell(" ", after[0].style)
    return (*before, *patch[left - x : right - x], *after)


def changed_spans(old: Row, new: Row) -> Iterator[tuple[int, int]]:
    """Yield the half-open column spans in which two rows of one width differ.

    Spans closer than `GAP` are joined, and a span never begins or ends inside a wide character.
    """
    start = end = -1
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before is after or before == after:
            continue
        if start >= 0 and x - end > GAP:
            yield _whole_characters(old, new, start, end)
            start = -1
        if start < 0:
            start = x
        end = x + 1
    if start >= 0:
        yield _whole_characters(old, new, start, end)


def _whole_characters(old: Row, new: Row, start: int, end: int) -> tuple[int, int]:
    while start > 0 and "" in (old[start].text, new[start].text):
        start -= 1
    while end < len(new) and "" in (old[end].text, new[end].text):
        end += 1
    return start, end
