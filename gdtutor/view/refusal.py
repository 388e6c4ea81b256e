"""What the program says at the foot of the screen, shown whole: complaints and messages."""

from __future__ import annotations

from gdtutor.session.state import Prompt, Session
from gdtutor.view.frame import Chars, Frame, Style
from gdtutor.view.header import fits_beside, input_line
from gdtutor.view.lines import fitted, line, width_of, wrapped


def with_refusal(frame: Frame, prompt: Prompt | None, chars: Chars) -> Frame:
    """Return the frame with the complaint below the input, where it does not fit beside it.

    The complaint takes the line of keys; where it needs more lines, the input moves up.
    """
    if prompt is None or not prompt.error or fits_beside(prompt, frame.width):
        return frame
    said = wrapped(prompt.error, frame.width - 2, Style.ERROR)[: frame.height - 1]
    rows = (input_line(prompt, frame.width), *(line(" ", *row) for row in said))
    shown = [fitted(row, frame.width, chars) for row in rows]
    return frame.covered(frame.height - len(shown), shown)


def with_message(frame: Frame, session: Session, chars: Chars) -> Frame:
    """Return the frame with the message above the line of keys, where it needs several lines."""
    said = line(" ", session.message)
    if session.prompt is not None or width_of(said) <= frame.width:
        return frame
    style = Style.ERROR if session.is_error else Style.GOOD
    rows = wrapped(session.message, frame.width - 2, style)[: frame.height - 1]
    shown = [fitted(line(" ", *row), frame.width, chars) for row in rows]
    return frame.covered(frame.height - 1 - len(shown), shown)
