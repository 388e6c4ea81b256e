"""The iteration as a program in NumPy, the line of the present step marked, as in a debugger."""

from __future__ import annotations

from gdtutor.session.steps import Step
from gdtutor.values import replace
from gdtutor.view.context import Context
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import cut, line
from gdtutor.view.numpy_line import numpy_text


def code_lines(context: Context, width: int, height: int) -> tuple[Line, ...]:
    """Return as many lines of the iteration's program as have room, those around the present step.

    What is done is written plainly, what is still to come is dim.
    """
    steps = [s for s in context.moment.steps if s.scene == context.step.scene and s.node]
    here = sum(step.number < context.step.number for step in steps)
    first = max(min(here - height // 2, len(steps) - height), 0)
    return tuple(_code(context, step, width) for step in steps[first : first + height])


def _code(context: Context, step: Step, width: int) -> Line:
    is_here = step.number == context.step.number
    mark = "▸" if context.chars.unicode else ">"
    text = numpy_text(replace(context, step=step, challenge=None), width - 2)
    style = Style.TEXT if step.number < context.step.number else Style.DIM
    whole = line((f"{mark if is_here else ' '} {text}", Style.CURRENT if is_here else style))
    return cut(whole, width, context.chars.ellipsis)
