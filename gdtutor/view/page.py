"""A page of prose that fills the screen."""

from __future__ import annotations

from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Chars, Line
from gdtutor.view.prose import prose_lines

WIDEST = 76
"""Cells of the longest line of prose: longer ones are hard to follow."""


def prose_width(width: int) -> int:
    """Return the cells of a line of prose on a page of so many cells."""
    return min(width - 6, WIDEST)


def page_lines(
    markdown: str, scroll: int, width: int, height: int, chars: Chars
) -> tuple[Line, ...]:
    """Return exactly `height` lines with the prose in a box, from line `scroll` on."""
    text = prose_lines(markdown, prose_width(width), chars)
    return boxed(Panel("", text, scroll), width, height, chars)
