"""The node panel on the way forward: the given values, and each node's formula with numbers."""

from __future__ import annotations

from gdtutor.engine.expression import Apply, Expr, Name, names_in, substitute
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import FUNCTIONS, OPERATIONS, Kind, parse_formula
from gdtutor.view.arrays import array_lines, fit_lines, result_lines
from gdtutor.view.context import Context
from gdtutor.view.equation import equation
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import line, stacked, width_of, wrapped_formula
from gdtutor.view.matrix import MatrixLook, matrix_lines
from gdtutor.view.notation import shape as shape_text

_ROLES = (
    (Role.INPUT, "inputs", Style.INPUT),
    (Role.TARGET, "targets", Style.INPUT),
    (Role.PARAMETER, "parameters", Style.PARAMETER),
    (Role.CONSTANT, "constants", Style.INPUT),
)


def given_lines(context: Context, width: int) -> tuple[Line, ...]:
    """Return every given value, in groups."""
    lines: list[Line] = []
    for role, title, style in _ROLES:
        leaves = [leaf.name for leaf in context.graph.leaves if leaf.role is role]
        if leaves:
            lines.append(line((title, Style.DIM)))
        for name in leaves:
            lines.extend(_valued(context, name, style, width))
    return tuple(lines)


def _valued(context: Context, name: str, style: Style, width: int) -> tuple[Line, ...]:
    value = context.trace.values[name]
    label = context.name(name)
    if value.ndim == 0:
        return (line("  ", (label, style), " = ", context.number(float(value))),)
    if context.graph.by_rows and value.ndim == 1:
        # One value for each example: the row alone, so that all of them are seen at once.
        look = MatrixLook(width - width_of(line(label)) - 4, context.look.digits)
        return (line("  ", (label, style), "  ", *matrix_lines(value, look, context.chars)[0]),)
    title = line((label, style), (f" {shape_text(value.shape, context.chars)}", Style.DIM))
    cells = array_lines(context, value, width, max_rows=3)
    if len(cells) == 1 and width_of(title) + 2 + width_of(cells[0]) <= width:
        return ((*title, *line("  "), *cells[0]),)
    return (title, *cells)


def forward_lines(context: Context, width: int) -> tuple[Line, ...]:
    """Return a forward step: formula, numbers, result; for arrays the shapes and the cells."""
    node = context.step.node
    expr = context.node_expr(node)
    value = context.trace.values[node]
    names = [name.name for name in names_in(expr)]
    rows = context.graph.by_rows and any(context.shape(name) for name in names)
    if rows and not _gathers(expr):
        return _example_of_rows(context, expr, width)
    called = context.name(node)
    if not any(context.shape(name) for name in names):
        values = {name: float(context.trace.values[name]) for name in names}
        lines = equation(context, called, expr, values, float(value), width)
        return stacked([lines, definition_lines(context, expr, width)])
    formula = (
        *wrapped_formula(f"{called} = ", context.writer().write(expr), width),
        *fit_lines(context, expr, value.shape, width),
    )
    result = result_lines(context, called, expr, value, width)
    return stacked([formula, result, definition_lines(context, expr, width)])


def _gathers(expr: Expr) -> bool:
    return isinstance(expr, Apply) and OPERATIONS[expr.op].kind is not Kind.ELEMENTWISE


def _example_of_rows(context: Context, expr: Expr, width: int) -> tuple[Line, ...]:
    """Return the followed example's numbers, then the row over the batch."""
    node = context.step.node
    value = context.trace.values[node]
    values = {n.name: context.followed(context.trace.values[n.name]) for n in names_in(expr)}
    called = context.name(node)
    lines = equation(context, called, expr, values, context.followed(value), width)
    title = line((f"example {context.look.example}, and all of the batch:", Style.DIM))
    rows = (title, *array_lines(context, value, width))
    return stacked([lines, rows, definition_lines(context, expr, width)])


def definition_lines(context: Context, expr: Expr, width: int) -> tuple[Line, ...]:
    """Return the definition of an operation that has a name rather than a sign."""
    if not isinstance(expr, Apply) or expr.op not in FUNCTIONS:
        return ()
    operation = OPERATIONS[expr.op]
    if not operation.formula or expr.op in ("identity", "square"):
        return ()
    names = ("z", "y")[: operation.operands]
    writer = context.writer()
    plain = type(writer)(context.chars, lambda name: name, number=context.number_in_formula)
    called = plain.write(Apply(expr.op, tuple(Name(name) for name in names), expr.axis))
    renamed = {"a": Name("z"), "b": Name("y")}
    body = plain.write(substitute(parse_formula(operation.formula), renamed))
    return wrapped_formula(f"{called} = ", body, width, Style.DIM)
