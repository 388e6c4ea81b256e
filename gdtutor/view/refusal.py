"""The complaint about what was typed, shown whole at the foot of the screen."""

from __future__ import annotations

from gdtutor.session.state import Prompt
from gdtutor.view.frame import Chars, Frame, Style
from gdtutor.view.header import fits_beside, input_line
from gdtutor.view.lines import fitted, line, wrapped


def with_refusal(frame: Frame, prompt: Prompt | None, chars: Chars) -> Frame:
    """Return the frame with the complaint below the input, where it does not fit beside it.

    The complaint takes the line of keys; where it needs more lines, the input moves up.
    """
    if prompt is None or not prompt.error or fits_beside(prompt, frame.width):
        return frame
    said = wrapped(prompt.error, frame.width - 2, Style.ERROR)[: frame.height - 1]
    rows = (input_line(prompt), *(line(" ", *row) for row in said))
    shown = [fitted(row, frame.width, chars) for row in rows]
    return frame.covered(frame.height - len(shown), shown)
