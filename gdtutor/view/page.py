"""A page of prose that fills the screen."""

from __future__ import annotations

from gdtutor.view.boxes import Panel, boxed, window
from gdtutor.view.frame import Area, Lines, Size
from gdtutor.view.lines import line
from gdtutor.view.prose import prose_lines

WIDEST = 76
"""Cells of the longest line of prose: longer ones are hard to follow."""
PAGE = 80
"""Cells of a page that has more beside it."""
LARGE = (110, 30)
"""Cells and lines of a terminal from which on it has."""


def is_large(size: Size) -> bool:
    """Say whether there is room for more beside a page, or a graph, than one panel."""
    return size.width >= LARGE[0] and size.height >= LARGE[1]


def prose_width(width: int) -> int:
    """Return the cells of a line of prose on a page of so many cells."""
    return min(width - 6, WIDEST)


def page_lines(markdown: str, scroll: int, area: Area) -> Lines:
    """Return as many lines as the area has, with the prose in a box, from line `scroll` on.

    A page that is a few lines too long is set closer: without its heading, for which there is the
    first line of the screen, and in the end without the box; not for a message that comes and goes.
    """
    width, height, chars = area.width, area.height, area.chars
    text = prose_lines(markdown, prose_width(width), chars)
    heading, _, rest = markdown.lstrip().partition("\n")
    if len(text) > height - 2 and heading.startswith("# ") and not area.taken:
        text = prose_lines(rest, prose_width(width), chars)
        open_text = prose_lines(rest, min(width - 2, WIDEST + 2), chars)
        if len(text) > height - 2 and len(open_text) <= height:
            return tuple(line(" ", *row) for row in window(open_text, 0, height))
        if len(text) > height - 2:
            text = prose_lines(markdown, prose_width(width), chars)
    return boxed(Panel("", text, scroll), area)
