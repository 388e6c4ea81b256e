"""NumPy that computes a step: its line for the bottom of its panel, and the iteration's program."""

from __future__ import annotations

import re
from functools import partial
from itertools import accumulate

from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.numpy_text import NumpyWriter, plain_name
from gdtutor.engine.operations import parse_rule
from gdtutor.session.steps import Phase, Step
from gdtutor.values import replace
from gdtutor.view.boxes import Panel
from gdtutor.view.context import Context
from gdtutor.view.frame import Line, Lines, Size, Style
from gdtutor.view.lines import cut, line, text_of, wrapped, wrapped_formula

_LABEL = "NumPy  "
_CALLED = re.compile(r"(?<![\w.])([a-z]\w*)\(")
LEAST_WIDTH = 36
"""Cells of a panel below which the line is left out."""
_INDENT = 4
"""Cells before the lines that go on with a statement, which no other statement begins with."""
_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}
MOST_LINES = 4
"""Lines that an assignment may take."""


def with_numpy_line(context: Context, lines: Lines, size: Size) -> Lines:
    """Return a panel's lines with the step's NumPy at the bottom, where there is room for it.

    Empty lines of the panel give way to it, the upper ones first. It would answer a question, and
    beside a proof or a wrong sum there is none.
    """
    if context.challenge is not None or context.look.proof or context.look.mistakes:
        return lines
    texts = dict.fromkeys(numpy_text(context, is_inline) for is_inline in (True, False))
    for text in texts if size.width >= LEAST_WIDTH else ():
        shown = _statement(_LABEL, text, size.width, Style.DIM)
        above = _closed_up(lines, size.height - len(shown))
        if text and len(shown) <= MOST_LINES and above is not None:
            return (*above, *((),) * (size.height - len(above) - len(shown)), *shown)
    return lines


def _statement(head: str, text: str, width: int, style: Style) -> Lines:
    """Return an assignment that is one statement of Python where it takes several lines as well:
    broken inside of its own parentheses, else in some around it, its remark on a line of its own.
    """
    if len(head) + len(text) <= width:
        return (line(head, (text, style)),)
    code, _, remark = text.partition("  # ")
    indent = " " * (_INDENT - len(head))
    rows = wrapped_formula(head, code, width - len(indent), style)
    if not _goes_on(rows):
        filled = wrapped(code, width - len(head) - len(indent), style)
        rows = tuple(line(" " * len(head) if n else head, *row) for n, row in enumerate(filled))
    if not _goes_on(rows):
        name, _, value = code.partition(" = ")
        rows = wrapped_formula(head, f"{name} = ({value})", width - len(indent), style)
    below = wrapped_formula(f"{' ' * len(head)}# ", remark, width, style) if remark else ()
    return (*rows[:1], *(line(indent, *row) for row in rows[1:]), *below)


def _goes_on(rows: Lines) -> bool:
    """Say whether every line but the last leaves a bracket open."""
    opened = (sum(_DEPTH.get(c, 0) for c in text_of(row)) for row in rows[:-1])
    return all(accumulate(opened))


def _closed_up(lines: Lines, height: int) -> Lines | None:
    """Return lines without as many empty ones as keep them from fitting, None where all are few.

    One more goes where it can, to stand before what follows.
    """
    empty = [number for number, content in enumerate(lines) if not content]
    excess = len(lines) - height
    if excess > len(empty):
        return None
    dropped = set(empty[: max(excess + 1, 0)])
    return tuple(content for number, content in enumerate(lines) if number not in dropped)


def numpy_text(context: Context, is_inline: bool) -> str:
    """Return the step as an assignment of NumPy; empty where it computes nothing.

    An operation that NumPy lacks is written out, or called by its name. That has a remark, since
    only the script of the export defines it.
    """
    text = _assignment(context, is_inline)
    own = dict.fromkeys(_CALLED.findall(text))
    return f"{text}  # {', '.join(own)}: see gdtutor export" if own else text


def _assignment(context: Context, is_inline: bool) -> str:
    node = context.step.node
    match context.step.phase:
        case Phase.GIVEN:
            return ""
        case Phase.FORWARD:
            writer = NumpyWriter(shapes=context.shapes, is_inline=is_inline)
            return f"{plain_name(node)} = {writer.write(context.node_expr(node))}"
        case Phase.BACKWARD:
            return f"{plain_name(f'd{node}')} = {_gradient(context, node, is_inline)}"
        case Phase.UPDATE:
            return _update(context, is_inline)


def _gradient(context: Context, node: str, is_inline: bool) -> str:
    """Return the sum of what arrives at a node; the way back begins with 1."""
    shares = []
    for c in context.trace.contributions[node]:
        shapes = {**context.trace.shapes, UPSTREAM: c.upstream.shape}
        upstream = partial(_named, c.consumer)
        shares.append(NumpyWriter(upstream, shapes, is_inline).write(c.rule))
    return " + ".join(shares) or "1.0"


def _named(consumer: str, name: str) -> str:
    return plain_name(f"d{consumer}" if name == UPSTREAM else name)


def _update(context: Context, is_inline: bool) -> str:
    name, variable = context.step.node, context.step.variable
    expr = parse_rule(context.moment.updates[name].formulas[variable])
    states = context.moment.state.optimizer.get(name, {})

    def called(part: str) -> str:
        own = {"p": name, "g": f"d{name}"} | {state: f"{name}_{state}" for state in states}
        return plain_name(own.get(part, part))

    return f"{called(variable)} = {NumpyWriter(called, is_inline=is_inline).write(expr)}"


def code_steps(context: Context) -> list[Step]:
    """Return the steps that have a line in the iteration's program."""
    return [s for s in context.moment.steps if s.scene == context.step.scene and s.node]


def code_panel(context: Context, steps: list[Step], size: Size) -> Panel:
    """Return as many lines of a program of steps as have room, those around the present step.

    What is done is written plainly, what is still to come is dim; a question about the present
    step has only the lines before it.
    """
    width, height = size.width, size.height
    here = sum(step.number < context.step.number for step in steps)
    steps = steps if context.challenge is None else steps[:here]

    def told(one: Step, is_inline: bool) -> tuple[str, str, Style]:
        at = replace(context, step=one, challenge=None)
        return _code(context, at, numpy_text(at, is_inline))

    def whole(one: Step, is_inline: bool) -> Lines:
        head, text, style = told(one, is_inline)
        return _statement(head, text, width, style)

    ways = [whole(one, way) for one in steps[here : here + 1] for way in (True, False)]
    present = min(ways, key=len, default=())
    present = present if len(present) <= height else ()
    most = height - max(len(present) - 1, 0)
    first = max(min(here - most // 2, len(steps) - most), 0)
    near = steps[first : first + most]
    rows = list[Line]()
    # An operation that NumPy lacks is called by its name in every line, or in none.
    for is_inline in (True, False):
        rows = [row for one in near for row in whole(one, is_inline)]
        if len(rows) <= height:
            break
    else:
        end = context.chars.ellipsis
        rows = []
        for one in near:
            head, text, style = told(one, False)
            is_present = style is Style.CURRENT and present
            rows += present if is_present else (cut(line(head, (text, style)), width, end),)
    # The program goes along with the walk.
    keys = (": ←", ": →") if context.chars.unicode else (": <-", ": ->")
    return Panel("NumPy", tuple(rows), cut=(first, len(steps) - first - len(near)), ways=keys)


def _code(context: Context, at: Context, text: str) -> tuple[str, str, Style]:
    """Return what stands before a line of the program, the line, and its style."""
    done = at.step.number - context.step.number
    style = Style.TEXT if done < 0 else Style.DIM if done else Style.CURRENT
    return f"{' ' if done else context.chars.pointer} ", text, style
