"""The node panel on the way forward: each node's formula with numbers."""

from __future__ import annotations

from gdtutor.engine.expression import Apply, Expr, Name, names_in, substitute
from gdtutor.engine.operations import FUNCTIONS, OPERANDS, OPERATIONS, Kind, parse_rule
from gdtutor.view.arrays import Computed, array_lines, fit_lines, result_lines
from gdtutor.view.context import Context
from gdtutor.view.equation import Equation, equation_lines
from gdtutor.view.formula import Writer
from gdtutor.view.frame import Lines, Style
from gdtutor.view.lines import fitting, line, stacked, wrapped_formula
from gdtutor.view.matrix import MAX_ROWS
from gdtutor.view.notation import exact
from gdtutor.view.origins import class_lines


def forward_lines(context: Context, width: int, below: Lines) -> Lines:
    """Return a forward step: formula, numbers, result; for arrays the shapes and the cells.

    Args:
        context: The step.
        width: Cells of a line.
        below: Lines that stand at the end of the panel.
    """
    node = context.step.node
    expr = context.node_expr(node)
    value = context.trace.values[node]
    names = [name.name for name in names_in(expr)]
    rows = context.graph.by_rows and any(context.shape(name) for name in names)
    gathers = isinstance(expr, Apply) and OPERATIONS[expr.op].kind is not Kind.ELEMENTWISE
    if rows and not gathers:
        return stacked([_example_of_rows(context, expr, width), below])
    called = context.name(node)
    if not any(context.shape(name) for name in names):
        values = {name: float(context.trace.values[name]) for name in names}
        lines = equation_lines(context, Equation(called, expr, values, float(value)), width)
        return stacked([lines, definition_lines(context, expr, width), below])
    computed = Computed(called, expr, value)
    symbols = wrapped_formula(f"{called} = ", context.writer().write(expr), width)
    formula = (*symbols, *fit_lines(context, expr, value.shape, width))
    definition, classes = definition_lines(context, expr, width), class_lines(context, node, width)
    rest = [part for part in (definition, classes, below) if part]
    if value.ndim and context.look.cell is None:
        results = [
            array_lines(context, value, width, max_rows=rows, is_result=True)
            for rows in (MAX_ROWS, 4, 3)
        ]
    else:
        taken = sum(len(part) + 1 for part in (formula, *rest))
        results = [result_lines(context, computed, width, context.room - taken)]
    bare = results[-1]
    if value.ndim and context.look.cell is not None:
        bare = result_lines(context, computed, width, context.room - len(symbols))
    # Why the shapes fit, and what the operation is, give way to the numbers.
    folded = [(formula, bare, classes, below), (formula, bare, below), (symbols, bare, below)]
    return fitting([*((formula, result, *rest) for result in results), *folded], context.room)


def _example_of_rows(context: Context, expr: Expr, width: int) -> Lines:
    """Return the followed example's numbers, then the row over the batch."""
    node = context.step.node
    value = context.trace.values[node]
    values = {n.name: context.followed(context.trace.values[n.name]) for n in names_in(expr)}
    called = context.name(node)
    equation = Equation(called, expr, values, context.followed(value))
    lines = equation_lines(context, equation, width)
    title = line((f"example {context.look.example}, and all of the batch:", Style.DIM))
    rows = (title, *array_lines(context, value, width))
    return stacked([lines, rows, definition_lines(context, expr, width)])


def definition_lines(context: Context, expr: Expr, width: int) -> Lines:
    """Return the definition of an operation that has a name rather than a sign."""
    if not isinstance(expr, Apply) or expr.op not in FUNCTIONS:
        return ()
    operation = OPERATIONS[expr.op]
    if not operation.formula or expr.op in ("identity", "square"):
        return ()
    names = ("z", "y")[: operation.operands] if operation.operands < 3 else ("z", "a", "b")
    plain = Writer(context.chars, lambda name: name, number=exact)
    called = plain.write(Apply(expr.op, tuple(Name(name) for name in names), expr.attribute))
    renamed = {operand: Name(name) for operand, name in zip(OPERANDS, names, strict=False)}
    body = plain.write(
        substitute(parse_rule(operation.formula, operation.axis_of(expr.attribute)), renamed)
    )
    return wrapped_formula(f"{called} = ", body, width, Style.DIM)
