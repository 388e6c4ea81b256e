"""The first line of a lesson's screens: its title, where we are, and how many steps there are; and
a page of prose that fills the rest."""

from __future__ import annotations

from gdtutor.view import notation
from gdtutor.view.boxes import Panel, boxed, window
from gdtutor.view.frame import Area, Chars, Line, Lines, Segment, Size, Style
from gdtutor.view.lines import line, shortened, width_of
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
    first line of the screen, and in the end without the box.
    """
    width, height, chars = area.width, area.height, area.chars
    text = prose_lines(markdown, prose_width(width), chars)
    heading, _, rest = markdown.lstrip().partition("\n")
    if len(text) > height - 2 and heading.startswith("# "):
        text = prose_lines(rest, prose_width(width), chars)
        open_text = prose_lines(rest, min(width - 2, WIDEST + 2), chars)
        if len(text) > height - 2 and len(open_text) <= height:
            return tuple(line(" ", *row) for row in window(open_text, 0, height))
        if len(text) > height - 2:
            text = prose_lines(markdown, prose_width(width), chars)
    return boxed(Panel("", text, scroll), area)


OPENING: Line = (Segment("opening page", Style.DIM),)
"""Where we are before the first step."""


def title_of(number: str, title: str, chars: Chars) -> str:
    """Return what a lesson is called."""
    return notation.plain(f"{number} {title}".strip(), chars)


def heading_line(title: str, place: Line, count: Line, width: int, chars: Chars) -> Line:
    """Return a line of `width` cells; the title gives way, then the place."""
    while place and width_of(place) + width_of(count) + 4 > width:
        # Which step it is says more than which iteration.
        place = place[2:]
    room = width - width_of(place) - width_of(count) - 6
    left = line(" ", (shortened(title, room, chars) if room > 2 else "", Style.TITLE))
    gap = width - width_of(left) - width_of(place) - width_of(count) - 1
    before = max(gap * 2 // 3, 1)
    middle = Segment(" " * before)
    return (*left, middle, *place, Segment(" " * max(gap - before, 1)), *count, Segment(" "))
