"""The program's own hints: first the formula in symbols, then with the shown numbers in it."""

from __future__ import annotations

from gdtutor.engine.cells import cell_name, open_cell
from gdtutor.engine.expression import names_in
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.arrays import Computed, array_lines
from gdtutor.view.context import Context
from gdtutor.view.contribution import partial_name, product_of, sum_sign
from gdtutor.view.equation import Equation, equation_lines
from gdtutor.view.frame import Line, Lines, Style
from gdtutor.view.lines import line, wrapped, wrapped_formula
from gdtutor.view.updates import optimiser_line, update_of_cell

_WORDS = {
    Ask.SIGN: "A product is negative where exactly one of its factors is.",
    Ask.SHAPE: "Rows come from the left factor of a product, columns from the right one. "
    "Cell by cell, the shape stays.",
}
_READY = {
    Phase.FORWARD: "A node is ready when everything in its formula has a value.",
    Phase.BACKWARD: "A node is ready when every node that uses it has its gradient.",
    Phase.UPDATE: "Every parameter has its gradient, so each of them is ready.",
    Phase.GIVEN: "",
}


def hint_lines(context: Context, challenge: Challenge, stage: int, width: int) -> Lines:
    """Return one of the program's own hints, stages counted from 0."""
    if challenge.ask is Ask.NEXT:
        return wrapped(_READY[challenge.step.phase], width, Style.WARNING)
    if challenge.ask is not Ask.VALUE:
        return wrapped(_WORDS[challenge.ask], width, Style.WARNING)
    phases = {Phase.FORWARD: _forward, Phase.BACKWARD: _backward}
    hint = phases.get(challenge.step.phase, _update)
    return hint(context, challenge, width, with_numbers=stage > 0)


def _forward(context: Context, challenge: Challenge, width: int, *, with_numbers: bool) -> Lines:
    node = challenge.step.node
    expr = context.node_expr(node)
    if not with_numbers:
        used = dict.fromkeys(n.name for n in names_in(expr))
        names = " and ".join(context.name(name) for name in used)
        return wrapped(f"Read {names} off the graph and put them in.", width, Style.WARNING)
    computed = Computed(context.name(node), expr, context.trace.values[node])
    return _filled_in(context, computed, challenge, width)


def _filled_in(context: Context, computed: Computed, challenge: Challenge, width: int) -> Lines:
    """Return a formula for the asked cell with its numbers, the result left out."""
    left, expr = computed.called, computed.formula
    if context.graph.by_rows and computed.value.ndim:
        names = [n.name for n in names_in(expr)]
        values = {name: context.followed(context.trace.values[name]) for name in names}
        return equation_lines(context, Equation(left, expr, values), width)[:-1]
    opened = open_cell(expr, challenge.cell, context.shapes, context.arrays)
    equation = Equation(cell_name(left, challenge.cell), opened.formula, opened.values)
    return equation_lines(context, equation, width)[:-1]


def _backward(context: Context, challenge: Challenge, width: int, *, with_numbers: bool) -> Lines:
    """Return upstream × local of every use, in symbols or in numbers."""
    called = context.gradient_name(challenge.step.node)
    is_one = context.graph.by_rows or not any(context.trace.shapes.values())
    lines: list[Line] = []
    for c in context.trace.contributions[challenge.step.node]:
        inner = replace(context, upstream=(c.consumer, c.upstream))
        head = " " * (len(called) + 1) + "+ " if lines else f"{called} = "
        if c.local is None or not is_one:
            if with_numbers:
                lines += _filled_in(inner, Computed(called, c.rule, c.value), challenge, width)
            else:
                lines += wrapped_formula(head, inner.writer().write(c.rule), width)
            continue
        product = product_of(inner, c)
        if not with_numbers:
            over = f"{sum_sign(inner)} " if c.sums else ""
            lines += wrapped_formula(head, f"{over}{product.symbols}", width)
        elif c.sums:
            arrays = (
                (inner.gradient_name(c.consumer), c.upstream),
                (partial_name(inner, c), c.local),
            )
            for name, array in arrays:
                lines += line((name, Style.DIM)), *array_lines(inner, array, width, of=c.consumer)
        else:
            lines += wrapped_formula(head, product.numbers, width)
    return tuple(lines)


def _update(context: Context, challenge: Challenge, width: int, *, with_numbers: bool) -> Lines:
    update = optimiser_line(context, challenge.step, width)
    if not with_numbers:
        return update.formula
    return update_of_cell(context, update, challenge.cell, width, symbols=False)[:-1]
