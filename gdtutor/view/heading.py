"""The first line of a lesson's screens: its title, where we are, and how many steps there are."""

from __future__ import annotations

from gdtutor.view import notation
from gdtutor.view.frame import Chars, Line, Segment, Style
from gdtutor.view.lines import line, shortened, width_of

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
