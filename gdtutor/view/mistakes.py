"""The wrong sums beside the right one: `=` in place of `+=`, and a node visited too early."""

from __future__ import annotations

from gdtutor.engine.mistakes import overwritten, too_early
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Contribution
from gdtutor.view.arrays import array_lines
from gdtutor.view.context import Context
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import fitting, line, wrapped


def mistake_lines(context: Context, width: int) -> tuple[Line, ...]:
    """Return the right gradient of a backward step, and what two common slips would give."""
    node = context.step.node
    received = context.trace.contributions[node]
    replaced, early = overwritten(context.trace, node), too_early(received)
    if replaced is None:
        return ()
    blocks = [
        _block(context, "all shares added", context.trace.gradients[node], "", width),
        _block(context, "with = in place of +=", replaced, _left(context, received), width),
    ]
    if early is not None:
        first = context.name(received[0].consumer)
        why = f"only the share from {first} is there by then"
        blocks.append(_block(context, f"visited right after {first}", early, why, width))
    elif len(received) > 1:
        one = context.name(received[0].consumer)
        why = f"Too early it cannot be visited: {one} delivers all its shares at once."
        blocks.append(wrapped(why, width, Style.DIM))
    return fitting([blocks], context.room)


def _block(context: Context, title: str, value: Array, why: str, width: int) -> tuple[Line, ...]:
    called = context.gradient_name(context.step.node)
    head = line((title, Style.BACKWARD))
    reason = wrapped(why, width, Style.DIM) if why else ()
    style = Style.TEXT if why else Style.CURRENT
    if value.size == 1:
        shown = context.number(float(value.reshape(())))
        return (head, line(f"{called} = ", (shown, style)), *reason)
    return (head, line(f"{called} ="), *array_lines(context, value, width, max_rows=3), *reason)


def _left(context: Context, received: tuple[Contribution, ...]) -> str:
    """Return which share survives when each replaces the one before."""
    if len(received) == 1:
        return "only the share of the last example is left"
    last = received[-1]
    of_same = [c for c in received if c.consumer == last.consumer]
    which = f", use {last.occurrence + 1}," if len(of_same) > 1 else ""
    return f"only the share from {context.name(last.consumer)}{which} is left"
