"""The node panel of an update: the optimiser's line for a parameter, with numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdtutor.engine.expression import Expr, names_in
from gdtutor.engine.operations import Array, parse_rule
from gdtutor.engine.shapes import expression_shape
from gdtutor.session.operands import update_operands
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.view.arrays import array_lines
from gdtutor.view.cells import cell_name, open_cell
from gdtutor.view.context import Context
from gdtutor.view.equation import equation_with
from gdtutor.view.formula import Writer
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import line, stacked, wrapped, wrapped_formula

_GREEK = {
    "learning_rate": "α", "beta": "β", "beta1": "β₁", "beta2": "β₂", "rho": "ρ", "epsilon": "ε",
}  # fmt: skip


_ROOT = "{} is how many times as steep the loss is after this step as before it"
"""What an implicit rule solves for."""


def update_lines(context: Context, width: int) -> tuple[Line, ...]:
    """Return an update step: the optimiser's line, the same with numbers, before and after."""
    name, variable = context.step.node, context.step.variable
    lines = {key: (text, value) for key, text, value in context.moment.updates[name].lines}
    text, after = lines[variable]
    values = update_operands(context.moment, name, variable)
    before = values.get(variable, np.zeros(()))
    called = _called(context, name, variable)
    expr = parse_rule(text)
    writer = update_writer(context, name, values)
    arrow = "←" if context.chars.unicode else "<-"
    formula = wrapped_formula(f"{called} {arrow} ", writer.write(expr), width)
    if after.ndim == 0:
        numbers = {key: float(np.asarray(value)) for key, value in values.items()}
        result = equation_with(
            context, writer, called, expr, numbers, float(after), width, symbols=False
        )
    else:
        result = _array_result(context, writer, called, expr, values, after, width)
    if context.look.cell is not None:
        return stacked([formula, result])
    return stacked(
        [
            (*formula, *(result if after.ndim == 0 else ())),
            result if after.ndim else (),
            _before(context, before, width),
            _where(context, expr, values, width),
        ]
    )


def _called(context: Context, name: str, variable: str) -> str:
    return context.name(name) if variable == "p" else context.name(variable)


def update_writer(context: Context, name: str, values: dict[str, Array]) -> Writer:
    """Return the writer of an optimiser's line under the names of a parameter."""
    shapes = {key: np.shape(value) for key, value in values.items()}

    def leaf(text: str) -> str:
        stem, bracket, cell = text.partition("[")
        shown = {
            "p": context.name(name),
            "g": context.gradient_name(name),
            **(_GREEK if context.chars.unicode else {}),
        }.get(stem, context.name(stem))
        return shown + bracket + cell

    return Writer(
        context.chars,
        leaf,
        lambda expr: expression_shape(expr, shapes) != (),
        context.number_in_formula,
    )


def _array_result(
    context: Context,
    writer: Writer,
    called: str,
    expr: Expr,
    values: dict[str, Array],
    after: Array,
    width: int,
) -> tuple[Line, ...]:
    rows = array_lines(context, after, width, is_result=True)
    cell = context.look.cell
    if cell is None:
        return rows
    opened = open_cell(expr, cell, {k: np.shape(v) for k, v in values.items()}, values)
    scalars = replace(writer, is_array=lambda _: False)
    result = equation_with(
        context, scalars, cell_name(called, cell), opened.formula, opened.values,
        float(after[cell]), width,
    )  # fmt: skip
    return (*rows, (), *result)


def _before(context: Context, before: Array, width: int) -> tuple[Line, ...]:
    if before.ndim == 0:
        return (line(("before  ", Style.DIM), context.number(float(before))),)
    return (line(("before", Style.DIM)), *array_lines(context, before, width, max_rows=4))


def _where(context: Context, expr: Expr, values: dict[str, Array], width: int) -> tuple[Line, ...]:
    """Return the constants of the optimiser's line with their values."""
    used = dict.fromkeys(name.name for name in names_in(expr))
    parts = [
        f"{_GREEK.get(name, name) if context.chars.unicode else name} = "
        f"{context.number(float(values[name]))}{_old_rate(context, name)}"
        for name in used
        if name in _GREEK or name == "t"
    ]
    where = wrapped("where " + ", ".join(parts), width, Style.DIM) if parts else ()
    root = OPTIMISERS[context.moment.settings.optimizer].solves if context.moment.settings else ""
    said = wrapped(_ROOT.format(root), width, Style.DIM) if root and root in used else ()
    return (*where, *said)


def _old_rate(context: Context, name: str) -> str:
    """Return the learning rate that a change has replaced, in parentheses."""
    own = context.own
    if own is None or name != "learning_rate" or own.learning_rate == context.moment.learning_rate:
        return ""
    return f" (was {context.number(own.learning_rate)})"
