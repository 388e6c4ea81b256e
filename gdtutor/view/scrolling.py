"""Scrolling that stops at the end of the text: keys past it need not be taken back one by one."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.session.state import AT_TASKS, Screen, Session
from gdtutor.values import replace
from gdtutor.view.closing import closing_scroll
from gdtutor.view.frame import Chars, Line
from gdtutor.view.help import settled_help
from gdtutor.view.screen import frame_of
from gdtutor.view.too_small import is_too_small


def settled(session: Session, width: int, height: int, chars: Chars) -> Session:
    """Return the session scrolled no further than its text goes at this size."""

    def lines(scrolled: Session) -> tuple[Line, ...]:
        return frame_of(scrolled, width, height, chars).lines

    def walk(scroll: int) -> Session:
        return replace(session, look=replace(session.look, scroll=scroll))

    def training(scroll: int) -> Session:
        return replace(session, train_look=replace(session.train_look, scroll=scroll))

    if is_too_small(width, height):
        return session
    if session.look.scroll == AT_TASKS:
        session = walk(closing_scroll(session, width, chars))
    match session.screen:
        case Screen.HELP:
            return settled_help(session, width, height, chars)
        case Screen.STUDY if session.look.scroll:
            return walk(_least(session.look.scroll, lambda scroll: lines(walk(scroll))))
        case Screen.TRAIN if session.train_look.scroll:
            return training(
                _least(session.train_look.scroll, lambda scroll: lines(training(scroll)))
            )
        case _:
            return session


def _least(scroll: int, lines: Callable[[int], tuple[Line, ...]]) -> int:
    """Return the least scroll that shows the same; only for one that is not 0.

    How many lines there are to scroll is known only where they are laid out; what is laid out says
    how many it hides, so that two scrolls look the same only past the end.
    """
    shown = lines(scroll)
    if lines(scroll - 1) != shown:
        return scroll
    least, most = 0, scroll
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if lines(middle) == shown else (middle + 1, most)
    return least
