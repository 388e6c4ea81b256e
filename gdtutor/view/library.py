"""The library screen."""

from __future__ import annotations

from gdtutor.session.state import Session
from gdtutor.view.frame import Chars, Frame
from gdtutor.view.header import prompt_line
from gdtutor.view.lines import fitted
from gdtutor.view.shelf import library_lines
from gdtutor.view.study import footer


def library_frame(session: Session, width: int, height: int, chars: Chars) -> Frame:
    """Return the library screen."""
    bottom = (prompt_line(session, width, chars), footer(session, width, chars))
    lines = (*library_lines(session.library, session.saving, width, height - 2, chars), *bottom)
    return Frame(width, height, tuple(fitted(row, width, chars) for row in lines))
