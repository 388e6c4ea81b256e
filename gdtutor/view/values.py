"""The table of all values: value, gradient, and after an update the new value."""

from __future__ import annotations

from gdtutor.engine.operations import Array
from gdtutor.session.state import Session
from gdtutor.session.steps import Phase
from gdtutor.view.context import Context
from gdtutor.view.frame import Line, Style
from gdtutor.view.graph_panel import known_values, reached_gradients
from gdtutor.view.lines import line
from gdtutor.view.notation import shape as shape_text


def value_lines(session: Session, context: Context, width: int) -> tuple[Line, ...]:
    """Return one line for each given value and node, what is not known yet left open."""
    known, reached = known_values(context), reached_gradients(context)
    after = _updated(context)
    names = [leaf.name for leaf in context.graph.leaves]
    names += [visible.name for visible in context.trace.visible]
    rows = [
        (
            context.name(name),
            _short(context, context.trace.values[name]) if name in known else "",
            _short(context, context.trace.gradients[name]) if name in reached else "",
            _short(context, after[name]) if name in after else "",
        )
        for name in names
    ]
    gradient = "∇" if context.chars.unicode else "grad"
    titles = ("", "value", gradient, "new" if after else "")
    widths = [max([len(row[i]) for row in rows] + [len(titles[i])]) for i in range(4)]
    arrow = "▸" if context.chars.unicode else ">"
    lines = [line(("  " + _cells(titles, widths), Style.DIM))]
    for name, row in zip(names, rows, strict=True):
        is_current = name == context.step.node
        text = _cells(row, widths)
        mark = f"{arrow} " if is_current else "  "
        lines.append(line((mark + text, Style.CURRENT if is_current else Style.TEXT)))
    return tuple(lines)


def _cells(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [cells[0].ljust(widths[0])]
    padded += [
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True) if width
    ]
    return "  ".join(padded).rstrip()


def _updated(context: Context) -> dict[str, Array]:
    """Return the parameters that have been updated at this step."""
    if context.step.phase is not Phase.UPDATE:
        return {}
    done = [
        step.node
        for step in context.moment.steps[: context.step.number]
        if step.phase is Phase.UPDATE and step.variable == "p"
    ]
    return {name: context.moment.updates[name].p for name in done}


def _short(context: Context, array: Array) -> str:
    if array.ndim == 0 or (context.graph.by_rows and array.ndim == 1):
        return context.number(context.followed(array))
    if array.size == 1:
        return context.number(float(array.reshape(())))
    return shape_text(array.shape, context.chars)
