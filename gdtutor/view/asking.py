"""A question in the node panel: what is asked, what was wrong with the answers, and the hints."""

from __future__ import annotations

import math
from itertools import chain

import numpy as np

from gdtutor.engine.cells import cell_name, counting
from gdtutor.lesson.conditions import Wanted
from gdtutor.lesson.model import Choice
from gdtutor.session.answers import FIGURES, read_sign
from gdtutor.session.challenge import Ask, Challenge, Tried
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.steps import Phase
from gdtutor.session.working import named_operands
from gdtutor.view import notation
from gdtutor.view.arrays import array_lines
from gdtutor.view.context import Context
from gdtutor.view.formula import Writer
from gdtutor.view.forward import definition_lines
from gdtutor.view.frame import Line, Lines, Size, Style
from gdtutor.view.hints import hint_lines
from gdtutor.view.lines import line, stacked, wrapped, wrapped_formula

SAYS = {
    Slip.SIGN: "The size is right, the sign is flipped.",
    Slip.NO_UPSTREAM: "That is the local gradient alone: the upstream factor is missing.",
    Slip.NO_LOCAL: "That is the upstream gradient alone: the local factor is missing.",
    Slip.NO_SHARE: "The factor {about} was forgotten.",
    Slip.NO_FACTOR: "The factor {about} was forgotten.",
    Slip.AT_OUTPUT: "The derivative was taken at the output {about}; it belongs at the input.",
    Slip.AT_INPUT: "{about} was put in where the output of the function belongs.",
    Slip.UPDATED: "That uses {about} after the update; this pass still has the old one.",
    Slip.ONE_PATH: "One path of the sum was forgotten, one over {about}.",
    Slip.ONE_EXAMPLE: "Example {about} was forgotten in the sum.",
    Slip.TRANSPOSED: "Rows and columns are exchanged: that is the transposed one.",
    Slip.ONE_TERM: "One term of the sum was forgotten.",
    Slip.FIRST_TERM: "Only the first product of the sum is there: the others belong to it.",
    Slip.TERM_SIGN: "One term of the sum has the wrong sign: a minus was dropped, or added.",
    Slip.NO_BIAS: "The bias {about} was forgotten.",
    Slip.NO_FUNCTION: "That is what goes into {about}; the function itself was left out.",
    Slip.UPHILL: "The step went uphill: the gradient is subtracted, not added.",
    Slip.NO_RATE: "The learning rate was forgotten.",
    Slip.NO_DECAY: "The weight decay was forgotten.",
    Slip.STEP_ALONE: "That is the step alone; the old value belongs to it.",
    Slip.GRADIENT_ALONE: "That is the gradient; the new value is the old one minus a step.",
    Slip.STALE: "That is the value before the update.",
    Slip.SHARE_TWICE: "The factor {about} was taken twice.",
    Slip.NO_SUM: "The sum was forgotten.",
    Slip.OVERWRITTEN: "Only the last one counts: = stands where += belongs.",
    Slip.FIRST_EXAMPLE: "Only the first example counts.",
    Slip.MEAN: "That is the mean; the sum belongs there.",
    Slip.ELEMENTWISE: "That multiplies cell by cell, *; the matrix product @ belongs there.",
    Slip.PART_OF_LOCAL: "One factor of the slope is missing: the local factor is not whole.",
    Slip.LOCAL_TWICE: "The local factor was taken twice.",
    Slip.OTHER_DERIVATIVE: "That is the derivative of {about}, another function.",
    Slip.OTHER_FUNCTION: "That is {about}, another function.",
    Slip.OTHER_VALUE: "{about} stands in the place of another value.",
    Slip.STALE_CACHE: "{about} is that of an earlier pass: the cache was not renewed.",
    Slip.BROADCAST: "NumPy has broadcast it along the wrong axis: the shape is not the right one.",
    Slip.LOST_AXIS: "An axis is gone: keepdims=True keeps it.",
    Slip.OTHER_AXIS: "The sum went over another axis than it should.",
    Slip.OTHER_RATE: "The step is {about} times the walk's.",
    Slip.NOT_RESET: "The gradient of the pass before is still in it: it begins at 0 in each pass.",
    Slip.RESET: "It is set to 0 again in every turn of the loop: it begins at 0 once, before it.",
    Slip.PRECISION: "Digits were lost: float32, or whole numbers, on the way.",
    Slip.EPSILON: "A small number, {about}, stands in it, and not in the walk.",
    Slip.IN_PLACE: "{about} was changed in place, and is no longer what it was given as.",
    Slip.NOT_FINITE: "It is not a finite number.",
    Slip.TYPED: "It stays the same from another start: the number was typed in.",
}
"""What is said about each slip."""

_ON_ONE_PATH = {
    Slip.NO_UPSTREAM: "On the path over {about} the upstream factor is missing.",
    Slip.NO_LOCAL: "On the path over {about} the local factor is missing.",
    Slip.PART_OF_LOCAL: "On the path over {about} one factor of the slope is missing.",
}
"""What is said where a slip is one of a path among others."""

MOST_FORMULAS = 3
"""Nodes that use a value up to which their formulas stand beside a question about its gradient."""
_WHICH = "Which one is right?"
_ASKED = {
    Ask.VALUE: (
        "What is {value}{called}{when}?",
        f"A number to {FIGURES} digits, or a calculation: 0.75*0.3",
    ),
    Ask.SIGN: ("What is the sign of {called}{when}?", "Answer + or - or 0"),
    Ask.SHAPE: ("What is the shape of {called}?", "Rows x columns, as 3x4"),
    Ask.NEXT: ("Which node comes next?", "Type the name of any node that is ready{typed}"),
    Ask.CHOICE: (_WHICH, "Answer with its number"),
    Ask.WHY: (_WHICH, "Answer with its number"),
    Ask.COMPARE: (_WHICH, "Answer with its number, or as it is written"),
}
"""What is asked where the author says nothing, and how it is answered."""


def asking_lines(context: Context, challenge: Challenge, width: int) -> Lines:
    """Return the question, what is said about the last answer, and the hints given so far."""
    wanted = wrapped(question_text(context, challenge), width, Style.CURRENT)
    _, counted = _place(context, challenge)
    told = _ASKED[challenge.ask][1].format(typed=_typed(context))
    hint = "; or ? for a hint" if challenge.has_hint else ""
    told = "Enter: back to the question" if context.is_left else f"{told}{hint}"
    how = wrapped(f"{told}.{counted}", width, Style.DIM)
    top = (*wanted, *_formulas(context, challenge, width), *_choices(context, challenge, width))
    if not challenge.tried and not challenge.hints_shown:
        return stacked([top, how])
    said = _feedback(context, challenge, challenge.tried[-1], width) if challenge.tried else ()
    # No blank lines: as much of it as can be has to show on a small terminal too.
    hints = (hint_rows(context, challenge, n, width) for n in range(challenge.hints_shown))
    return (*top, *said, *chain.from_iterable(hints), *how)


def with_operands(
    context: Context, lines: Lines, size: Size, *, is_alone: bool = False
) -> tuple[Lines, str]:
    """Return a question's lines, and below them, as far as there is room, the numbers of which its
    answer is made; and what the border says of matrices that have none.

    Args:
        context: The step.
        lines: Its lines.
        size: The panel's inside.
        is_alone: Whether no graph beside it shows plain numbers.
    """
    from gdtutor.view.values import cell_lines, cells_of, known_lines, left_out

    asked = context.challenge
    if asked is None or not asked.hides or asked.ask is Ask.SHAPE:
        return lines, ""
    if is_alone and not any(context.trace.shapes.values()):
        whole = stacked([lines, known_lines(context, size.width)])
        return (whole if len(whole) <= size.height else lines), ""
    found = cell_lines(context, lines, (size.width, size.height), cells_of(context))
    return found.lines, left_out(context, len(found.left))


def operand_lines(context: Context, width: int) -> Lines:
    """Return the matrices of which the answer to a question is made, as they are read aloud."""
    asked = context.challenge
    if asked is None or not asked.hides or asked.ask is Ask.SHAPE or context.graph.by_rows:
        return ()
    rows: list[Line] = []
    for phase, name, _ in named_operands(context.moment, asked.step):
        is_back = phase is Phase.BACKWARD
        array = context.known_gradient(name) if is_back else context.known_value(name)
        if array is None or array.size == 1 or phase is Phase.UPDATE:
            continue
        called = context.gradient_name(name) if is_back else context.name(name)
        rows.append(line(f"{called}, {notation.shape(array.shape, context.chars)}:"))
        rows += array_lines(context, array, width, counts=False, of=name)
    return tuple(rows)


def _typed(context: Context) -> str:
    """Return how a name is typed that is shown in other letters; empty where none is."""
    names = [one.name for one in context.graph.lines]
    typed = max(names, key=lambda name: len(name) - len(context.name(name)))
    return "" if context.name(typed) == typed else f", {context.name(typed)} as {typed}"


def question_text(context: Context, challenge: Challenge) -> str:
    """Return what is asked, as the learner reads it: in the author's words, or the program's."""
    if challenge.text:
        return notation.plain(challenge.text, context.chars)
    called = asked_name(context, challenge)
    when = " after the update" if challenge.step.phase is Phase.UPDATE else ""
    value = "the value of " * (challenge.step.phase is Phase.FORWARD)
    return _ASKED[challenge.ask][0].format(value=value, called=called, when=when)


def asked_name(context: Context, challenge: Challenge) -> str:
    """Return how the asked value is called: `dW₁[0,1]`, or `z for example 2`."""
    step = challenge.step
    called = context.name(step.node)
    if step.phase is Phase.BACKWARD:
        called = context.gradient_name(step.node)
    elif step.variable not in ("", "p"):
        called = f"{context.memory_name(step.variable, step.node)} of {called}"
    return called + _place(context, challenge)[0]


def _place(context: Context, challenge: Challenge) -> tuple[str, str]:
    """Return which of several numbers is asked for, and how these are counted."""
    cell = challenge.cell
    if challenge.ask not in (Ask.VALUE, Ask.SIGN) or not cell:
        return "", ""
    if context.graph.by_rows:
        return f" for example {cell[0]}", " Examples count from 0."
    if math.prod(context.trace.shapes.get(challenge.step.node, ())) == 1:
        return "", ""
    return cell_name("", cell), f" {counting(cell)}"


def _formulas(context: Context, challenge: Challenge, width: int) -> Lines:
    """Return the lesson's own formulas that an answer is worked out from, which are no secret: of
    the node on the way forward, of the nodes that use it on the way back.
    """
    node, phase = challenge.step.node, challenge.step.phase
    names = [node] if phase is Phase.FORWARD else []
    if phase is Phase.BACKWARD:
        names = list(dict.fromkeys(c.consumer for c in context.trace.contributions[node]))
    if not challenge.hides or len(names) > MOST_FORMULAS:
        return ()
    exprs = {name: context.node_expr(name) for name in names}
    written = [
        wrapped_formula(f"{context.name(name)} = ", context.writer().write(expr), width)
        for name, expr in exprs.items()
    ]
    defined = dict.fromkeys(definition_lines(context, expr, width) for expr in exprs.values())
    return tuple(row for lines in (*written, *defined) for row in lines)


def _choices(context: Context, challenge: Challenge, width: int) -> Lines:
    rows: list[Line] = []
    for number, choice in enumerate(challenge.choices, 1):
        head = f" {number}  "
        for index, row in enumerate(wrapped(choice_text(context, choice), width - 4)):
            rows.append(line((head if index == 0 else " " * 4, Style.KEY), *row))
    return tuple(rows)


def choice_text(context: Context, choice: Choice) -> str:
    """Return a choice as it is shown: words as they are, a value in symbols."""
    side = choice.side
    if side is None:
        return notation.plain(choice.text, context.chars)
    names = {stand_in: _wanted(context, wish) for stand_in, wish in side.wanted}
    return Writer(context.chars, lambda name: names[name]).write(side.expr)


def _wanted(context: Context, wish: Wanted) -> str:
    """Return how a value, a gradient or an updated parameter is called."""
    called = context.name(wish.name)
    if wish.about == "grad":
        called = context.gradient_name(wish.name)
    elif wish.about == "new":
        called = f"new {called}"
    return cell_name(called, wish.cell or ())


def _feedback(context: Context, challenge: Challenge, tried: Tried, width: int) -> Lines:
    said = [f"{tried.answer[:40]} is not it."]
    fits = [slip_text(fit, context.name(fit.about)) for fit in tried.fits]
    # Each slip gives that answer: which of them it was, nobody knows.
    said += [*fits[:1], *(f"Or: {text}" for text in fits[1:])]
    if tried.is_done:
        said.append("That node has been visited already.")
    elif tried.waits_for:
        said.append(f"It still waits for {context.name(tried.waits_for)}.")
    elif challenge.ask is Ask.VALUE and not tried.fits:
        said.append("No usual slip gives that number.")
    elif challenge.ask is Ask.SIGN and challenge.step.phase is Phase.BACKWARD:
        said.append(_about_sign(context, challenge, read_sign(tried.answer)))
    return tuple(row for text in said for row in wrapped(text, width, Style.ERROR))


def _about_sign(context: Context, challenge: Challenge, given: int) -> str:
    """Return what is wrong about the sign of a gradient."""
    if not given:
        return "It is 0 only where a factor is 0, or shares cancel."
    received = context.trace.contributions[challenge.step.node]
    if not received:
        return "The pass begins here: it changes as fast as itself."
    first = received[0]
    if len(received) > 1 or first.local is None or first.sums:
        return "Products add up here: the larger ones decide the sign."
    shape = np.shape(first.value)
    upstream, local = (
        np.sign(np.broadcast_to(factor, shape)[challenge.cell])
        for factor in (first.upstream, first.local)
    )
    if not upstream * local:
        return "One of its factors is 0."
    if given not in (upstream, local):
        return "Neither of its factors has that sign."
    alone, other = ("upstream", "local") if given == upstream else ("local", "upstream")
    return f"That is the sign of the {alone} gradient alone: the {other} one turns it."


def slip_text(fit: SlipMatch, about: str) -> str:
    """Return what is said about a slip; `about` is how the name that it is about is shown."""
    says = _ON_ONE_PATH.get(fit.slip) if fit.about else None
    return (says or SAYS[fit.slip]).format(about=about)


def hint_rows(context: Context, challenge: Challenge, stage: int, width: int) -> Lines:
    """Return one hint, stages counted from 0: the author's, then the program's."""
    if stage >= len(challenge.hints):
        return hint_lines(context, challenge, stage - len(challenge.hints), width)
    text = notation.plain(challenge.hints[stage], context.chars)
    return wrapped(text, width, Style.WARNING)
