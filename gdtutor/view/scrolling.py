"""Scrolling that stops at the end of the text: keys past it need not be taken back one by one."""

from __future__ import annotations

from gdtutor.session.state import Screen, Session
from gdtutor.values import replace
from gdtutor.view.frame import Chars, Line
from gdtutor.view.help import settled_help
from gdtutor.view.screen import frame_of


def settled(session: Session, width: int, height: int, chars: Chars) -> Session:
    """Return the session scrolled no further than its text goes at this size."""
    match session.screen:
        case Screen.HELP:
            return settled_help(session, width, height, chars)
        case Screen.STUDY if session.look.scroll:
            return _settled_walk(session, width, height, chars)
        case _:
            return session


def _settled_walk(session: Session, width: int, height: int, chars: Chars) -> Session:
    """Return the least scroll that shows the same.

    How many lines there are to scroll is known only where they are laid out; what is laid out says
    how many it hides, so that two scrolls look the same only past the end.
    """

    def lines(scroll: int) -> tuple[Line, ...]:
        look = replace(session.look, scroll=scroll)
        return frame_of(replace(session, look=look), width, height, chars).lines

    least, most = 0, session.look.scroll
    shown = lines(most)
    if lines(most - 1) != shown:
        return session
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if lines(middle) == shown else (middle + 1, most)
    return replace(session, look=replace(session.look, scroll=least))
