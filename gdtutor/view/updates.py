"""The node panel of an update: the optimiser's line for a parameter, with numbers."""

from __future__ import annotations

from itertools import product

import numpy as np

from gdtutor.engine.cells import cell_name, is_changed, largest_change, open_cell
from gdtutor.engine.expression import Expr, names_in
from gdtutor.engine.operations import Array, parse_rule
from gdtutor.engine.shapes import expression_shape
from gdtutor.session.steps import Step
from gdtutor.session.working import update_operands
from gdtutor.training.optimisers import LETTERS, STATES, root_of
from gdtutor.values import Struct, replace
from gdtutor.view import notation
from gdtutor.view.arrays import array_lines
from gdtutor.view.context import Context
from gdtutor.view.equation import Equation, equation_lines
from gdtutor.view.formula import Writer
from gdtutor.view.frame import Lines, Style
from gdtutor.view.lines import fitting, line, stacked, wrapped, wrapped_formula
from gdtutor.view.matrix import MAX_ROWS

_ROWS = ((MAX_ROWS, 4), (5, 4), (4, 4), (4, 3), (3, 3))
"""Rows of a matrix after and before the update, the most first."""
_ROOT = "{} is how many times as steep the loss is after this step as before it"
"""What an implicit rule solves for."""


class OptimiserLine(Struct, frozen=True, eq=False):
    """One line of an optimiser, for one parameter."""

    writer: Writer
    called: str
    """What the line assigns, as it is shown."""
    expr: Expr
    values: dict[str, Array]
    """Everything that the formula uses, before the line."""
    before: Array
    after: Array
    formula: Lines
    """The line in symbols."""


def update_lines(context: Context, width: int) -> Lines:
    """Return an update step: the optimiser's line, the same with numbers, before and after."""
    update = optimiser_line(context, context.step, width)
    if update.after.ndim == 0:
        return _of_number(context, update, width)
    if context.look.cell is not None:
        return _opened(context, update, width)
    where, told = _where(context, update, width), _small_change(context, update)
    head = line(("before", Style.DIM), (told, Style.UPDATE))

    def arranged(rows: int, less: int) -> tuple[Lines, ...]:
        before = array_lines(context, update.before, width, max_rows=less)
        return update.formula, _rows(context, update.after, width, rows), (head, *before), where

    return fitting((arranged(*rows) for rows in _ROWS), context.room)


def optimiser_line(context: Context, step: Step, width: int) -> OptimiserLine:
    """Return the line of the optimiser that a step is about."""
    name, variable = step.node, step.variable
    lines = {key: (text, value) for key, text, value in context.moment.updates[name].lines}
    text, after = lines[variable]
    values = update_operands(context.moment, name, variable)
    called = context.name(name) if variable == "p" else context.memory_name(variable, name)
    expr = parse_rule(text)
    writer = _writer(context, name, values)
    formula = wrapped_formula(f"{called} {_arrow(context)} ", writer.write(expr), width)
    before = values.get(variable, np.zeros(()))
    return OptimiserLine(writer, called, expr, values, before, after, formula)


def _arrow(context: Context) -> str:
    return "←" if context.chars.unicode else "<-"


def _of_number(context: Context, update: OptimiserLine, width: int) -> Lines:
    numbers = {key: float(np.asarray(value)) for key, value in update.values.items()}
    equation = Equation(update.called, update.expr, numbers, float(update.after))
    result = equation_lines(context, equation, width, update.writer, symbols=False)
    before = line(
        ("before  ", Style.DIM),
        context.number(float(update.before)),
        (_small_change(context, update), Style.UPDATE),
    )
    return stacked([(*update.formula, *result), (before,), _where(context, update, width)])


def _small_change(context: Context, update: OptimiserLine) -> str:
    """Return by how much the cell that the line changes most does so, where old and new look alike;
    else nothing. With more digits both would need more room than the panel has.
    """
    if not is_changed(update.before, update.after):
        return ""
    cell, _ = largest_change(update.before, update.after)
    old, new = float(update.before[cell]), float(update.after[cell])
    if context.number(old) != context.number(new):
        return ""
    where = cell_name("most ", cell) if update.after.size > 1 else context.chars.becomes
    return f"  {where} by {notation.shown(new - old, context.look.digits, context.chars)}"


def _rows(context: Context, after: Array, width: int, most: int) -> Lines:
    return array_lines(context, after, width, max_rows=most, is_result=True)


def _opened(context: Context, update: OptimiserLine, width: int) -> Lines:
    """Return an update with a cell opened: the formula, the matrix, and the cell's own numbers."""
    cell = context.look.cell or ()

    def arranged(symbols: bool, rows: int) -> tuple[Lines, ...]:
        opened = update_of_cell(context, update, cell, width, symbols=symbols)
        return update.formula, _rows(context, update.after, width, rows), opened

    tried = product((True, False), (MAX_ROWS, 4, 3))
    return fitting((arranged(*way) for way in tried), context.room)


def update_of_cell(
    context: Context, update: OptimiserLine, cell: tuple[int, ...], width: int, *, symbols: bool
) -> Lines:
    """Return the numbers of one cell, the last line what they give."""
    shapes = {name: np.shape(value) for name, value in update.values.items()}
    opened = open_cell(update.expr, cell, shapes, update.values)
    called, result = cell_name(update.called, cell), float(update.after[cell])
    equation = Equation(called, opened.formula, opened.values, result, _arrow(context))
    scalars = replace(update.writer, is_array=lambda _: False)
    return equation_lines(context, equation, width, scalars, symbols=symbols)


def _writer(context: Context, name: str, values: dict[str, Array]) -> Writer:
    """Return the writer of an optimiser's line under the names of a parameter."""
    shapes = {key: np.shape(value) for key, value in values.items()}

    def leaf(text: str) -> str:
        stem, bracket, cell = text.partition("[")
        shown = {
            "p": context.name(name),
            "g": context.gradient_name(name),
            **(LETTERS if context.chars.unicode else {}),
            **{key: context.memory_name(key, name) for key in STATES},
        }.get(stem, stem)
        return shown + bracket + cell

    return Writer(
        context.chars, leaf, lambda expr: expression_shape(expr, shapes) != (), notation.exact
    )


def _where(context: Context, update: OptimiserLine, width: int) -> Lines:
    """Return the constants of the optimiser's line with their values."""
    used = dict.fromkeys(name.name for name in names_in(update.expr))
    parts = [
        f"{LETTERS.get(name, name) if context.chars.unicode else name} = "
        f"{context.number(float(update.values[name]))}{_old_rate(context, name)}"
        for name in used
        if name in LETTERS or name == "t"
    ]
    where = wrapped("where " + ", ".join(parts), width, Style.DIM) if parts else ()
    root = root_of(context.moment.settings)
    said = wrapped(_ROOT.format(root), width, Style.DIM) if root and root in used else ()
    return (*where, *said)


def _old_rate(context: Context, name: str) -> str:
    """Return the learning rate that a change has replaced, in parentheses."""
    own = context.own
    if own is None or name != "learning_rate" or own.learning_rate == context.moment.learning_rate:
        return ""
    return f" (own {context.number(own.learning_rate)})"
