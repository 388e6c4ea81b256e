"""What the screen shows while the program is still opening: the first page, without its walk."""

from __future__ import annotations

from gdtutor.session.catalogue import Library
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Chars, Frame, Lines, Style
from gdtutor.view.heading import OPENING, heading_line, title_of
from gdtutor.view.library_lines import library_lines
from gdtutor.view.lines import fitted, line
from gdtutor.view.page import LARGE, PAGE, page_lines, prose_width
from gdtutor.view.prose import prose_lines
from gdtutor.view.too_small import is_too_small, too_small_frame


def lesson_cover(
    number: str, title: str, prose: str, width: int, height: int, chars: Chars
) -> Frame:
    """Return a lesson's opening page before its graph is read; its keys and steps come with it.

    Without prose only the title stands there: the lesson opens somewhere else.
    """
    if is_too_small(width, height):
        return too_small_frame(width, height)
    place = OPENING if prose else ()
    heading = heading_line(title_of(number, title, chars), place, (), width, chars)
    if prose and width >= LARGE[0] and height >= LARGE[1]:
        # What stands beside the page comes with the walk.
        text = prose_lines(prose, prose_width(PAGE), chars)
        page = boxed(Panel("", text, 0, True), PAGE, min(len(text) + 2, height - 3), chars)
    else:
        page = page_lines(prose, 0, width, height - 3, chars)
    rows = (heading, *page, *((),) * (height - 3 - len(page)))
    return _frame(rows, width, height, chars)


def library_cover(library: Library, width: int, height: int, chars: Chars) -> Frame:
    """Return the library before its lessons are checked."""
    if is_too_small(width, height):
        return too_small_frame(width, height)
    return _frame(library_lines(library, "", width, height - 2, chars), width, height, chars)


def _frame(lines: Lines, width: int, height: int, chars: Chars) -> Frame:
    says = line((f" opening{chars.ellipsis}", Style.DIM))
    return Frame(
        width, height, tuple(fitted(content, width, chars) for content in (*lines, (), says))
    )
