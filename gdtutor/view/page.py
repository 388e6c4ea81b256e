"""The first line of a lesson's screens: its title, where we are, and how many steps there are; and
pages: of prose that fills the rest, and what stands there while the program is still opening."""

from __future__ import annotations

from gdtutor.session.catalogue import Library
from gdtutor.view import notation
from gdtutor.view.boxes import Panel, boxed, is_too_small, too_small_frame, window
from gdtutor.view.frame import Area, Chars, Frame, Line, Lines, Segment, Size, Style
from gdtutor.view.library_lines import library_lines
from gdtutor.view.lines import framed, line, shortened, width_of
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


def page_lines(markdown: str, scroll: int, area: Area, pinned: Lines = ()) -> Lines:
    """Return as many lines as the area has, with the prose in a box, from line `scroll` on, above
    lines that do not scroll with it.

    A page that is a few lines too long is set closer: without its heading, for which there is the
    first line of the screen, and in the end without the box.
    """
    width, height, chars = area.width, area.height - len(pinned), area.chars
    text = prose_lines(markdown, prose_width(width), chars)
    heading, _, rest = markdown.lstrip().partition("\n")
    if len(text) > height - 2 and heading.startswith("# "):
        text = prose_lines(rest, prose_width(width), chars)
        open_text = prose_lines(rest, min(width - 2, WIDEST + 2), chars)
        if len(text) > height - 2 and len(open_text) <= height:
            rows = (*window(open_text, 0, height), *pinned)
            return tuple(line(" ", *row) for row in rows)
        if len(text) > height - 2:
            text = prose_lines(markdown, prose_width(width), chars)
    return boxed(Panel("", text, scroll, pinned=pinned), area)


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


def lesson_cover(number: str, title: str, prose: str, area: Area) -> Frame:
    """Return a lesson's opening page before its graph is read; its keys and steps come with it.

    Without prose only the title stands there: the lesson opens somewhere else.
    """
    if is_too_small(area.width, area.height):
        return too_small_frame(area.width, area.height)
    place = OPENING if prose else ()
    heading = heading_line(title_of(number, title, area.chars), place, (), area.width, area.chars)
    body = area.less(rows=3)
    if prose and is_large(area):
        # What stands beside the page comes with the walk.
        text = prose_lines(prose, prose_width(PAGE), area.chars)
        high = min(len(text) + 2, body.height)
        page = boxed(Panel("", text, 0, True), Area(PAGE, high, area.chars))
    else:
        page = page_lines(prose, 0, body)
    rows = (heading, *page, *((),) * (body.height - len(page)))
    return _cover(rows, area)


def library_cover(library: Library, area: Area) -> Frame:
    """Return the library before its lessons are checked."""
    if is_too_small(area.width, area.height):
        return too_small_frame(area.width, area.height)
    return _cover(library_lines(library, "", area.less(rows=2)), area)


def _cover(lines: Lines, area: Area) -> Frame:
    return framed(area, (*lines, (), line((f" opening{area.chars.ellipsis}", Style.DIM))))
