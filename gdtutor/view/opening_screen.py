"""What the screen shows while the program is still opening: the first page, without its walk."""

from __future__ import annotations

from gdtutor.session.catalogue import Library
from gdtutor.view.boxes import Panel, boxed, is_too_small, too_small_frame
from gdtutor.view.frame import Area, Frame, Lines, Style
from gdtutor.view.library_lines import library_lines
from gdtutor.view.lines import framed, line
from gdtutor.view.page import (
    OPENING,
    PAGE,
    heading_line,
    is_large,
    page_lines,
    prose_width,
    title_of,
)
from gdtutor.view.prose import prose_lines


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
    return _frame(rows, area)


def library_cover(library: Library, area: Area) -> Frame:
    """Return the library before its lessons are checked."""
    if is_too_small(area.width, area.height):
        return too_small_frame(area.width, area.height)
    return _frame(library_lines(library, "", area.less(rows=2)), area)


def _frame(lines: Lines, area: Area) -> Frame:
    return framed(area, (*lines, (), line((f" opening{area.chars.ellipsis}", Style.DIM))))
