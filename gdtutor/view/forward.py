"""The node panel on the way forward: the given values, and each node's formula with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import numpy as np

from gdtutor.engine.cells import largest_change
from gdtutor.engine.expression import Apply, Expr, Name, names_in, substitute
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import FUNCTIONS, OPERANDS, OPERATIONS, Array, Kind, parse_rule
from gdtutor.view.arrays import Computed, array_lines, fit_lines, result_lines
from gdtutor.view.context import Context
from gdtutor.view.equation import Equation, equation_lines
from gdtutor.view.frame import Line, Lines, Style
from gdtutor.view.lines import ROOM, fitting, line, stacked, width_of, wrapped_formula
from gdtutor.view.matrix import MAX_ROWS, MatrixLook, matrix_lines
from gdtutor.view.notation import exact
from gdtutor.view.notation import shape as shape_text
from gdtutor.view.origins import class_lines, origin_lines

_ROLES = (
    (Role.INPUT, "inputs", Style.INPUT),
    (Role.TARGET, "targets", Style.INPUT),
    (Role.PARAMETER, "parameters", Style.PARAMETER),
    (Role.CONSTANT, "constants", Style.INPUT),
)

FIRST, LAST = 6, 4
"""Matrices of a group that are named where there is no room for all."""
MANY = 5
"""Numbers of a group up to which each has a line of its own."""


def given_lines(context: Context, width: int) -> Lines:
    """Return every given value, in groups; small arrays stand side by side.

    Below them stands where they come from: how inputs were scaled, and parameters drawn.
    Where they would not fit the panel, columns of numbers lie down, marked as transposed; then
    an array shows its ends alone, and at last its shape.
    """
    if not context.chars.draws:
        return (*_given_alone(context, width), *origin_lines(context, width))
    whole, brief = (origin_lines(context, width, is_brief=is_brief) for is_brief in (False, True))
    tried = (_given(context, width, *shown) for shown in _GIVEN)
    return fitting(((given, below) for given in tried for below in (whole, brief)), ROOM)


class _Shown(Enum):
    """How much of a given array stands in the panel, the most first."""

    STANDING = "its rows"
    TURNED = "its rows, columns of numbers lying down"
    ENDS = "its first and last number"
    SHAPE = "its shape"
    FEW = "its shape, and of many matrices the first and the last ones"


_GIVEN = (
    (_Shown.STANDING, _Shown.STANDING),
    (_Shown.TURNED, _Shown.TURNED),
    (_Shown.TURNED, _Shown.ENDS),
    (_Shown.TURNED, _Shown.SHAPE),
    (_Shown.ENDS, _Shown.SHAPE),
    (_Shown.SHAPE, _Shown.FEW),
)
"""How the data and the parameters are shown, in the order in which that is tried."""


def _given(context: Context, width: int, data: _Shown, parameters: _Shown) -> Lines:
    """Return the given values; what matrices were stands in the title where that moves nothing."""
    of_role = {
        role: _blocks(context, names, style, width, parameters if role is Role.PARAMETER else data)
        for role, _, style in _ROLES
        if (names := [leaf.name for leaf in context.graph.leaves if leaf.role is role])
    }
    tried = (_in_groups(context, width, of_role, told=t) for t in _TOLD)
    plain = next(tried)
    if context.previous is None:
        return plain
    return next((one for one in tried if len(one) == len(plain) and one != plain), plain)


_TOLD = ("", "  changed most: {}", "  most: {}", " most: {}")
"""How the title of the parameters says what has changed most, in the order in which that is tried;
first that it does not."""


def _title(context: Context, title: str, names: list[str], told_as: str, width: int) -> Line:
    """Return the title of a group, with what the last update has changed of its matrices: of each
    where there is room, else of all the cell that has changed most.
    """
    matrices = [name for name in names if context.trace.values[name].ndim == 2]
    told = {name: was for name in matrices if (was := context.was(name, shows_both=False))}
    each = "".join(f"  {context.name(name)} {was}" for name, was in told.items())
    if not told or len(title) + len(each) <= width:
        return line((title, Style.DIM), (each, Style.CHANGED))
    before = context.previous.traces[context.step.scene].values if context.previous else {}
    most = max(told, key=lambda name: largest_change(before[name], context.trace.values[name])[1])
    said = f"{context.name(most)} {told[most][1:-1]}"
    text = told_as.format(said)
    fits = len(title) + len(text) <= width
    return line((title, Style.DIM), (text if fits else "", Style.CHANGED))


def _in_groups(
    context: Context, width: int, of_role: Mapping[Role, list[Lines]], *, told: str
) -> Lines:
    groups: list[Lines] = []
    for role, title, _ in _ROLES:
        if blocks := of_role.get(role):
            are_few = len(blocks) <= MANY and all(len(block) == 1 for block in blocks)
            listed = tuple(row for block in blocks for row in block) if are_few else ()
            if role is Role.CONSTANT and len(listed) == 1:
                groups.append((line((title, Style.DIM), *listed[0]),))
                continue
            is_told = told and role is Role.PARAMETER and not context.own
            changed = [leaf.name for leaf in context.graph.leaves if leaf.role is role and is_told]
            head = _title(context, title, changed, told, width)
            groups.append((head, *(listed or side_by_side(blocks, width))))
    are_arrays = any(context.shape(leaf.name) for leaf in context.graph.leaves)
    return side_by_side(groups, width) if are_arrays else tuple(row for g in groups for row in g)


def _blocks(
    context: Context, names: list[str], style: Style, width: int, shown: _Shown
) -> list[Lines]:
    """Return the given values of one group, each with its name."""
    are_matrices = all(len(context.shape(name)) == 2 for name in names)
    left_out = len(names) - FIRST - LAST
    if shown is not _Shown.FEW or left_out < 2 or not are_matrices:
        return [_block(context, name, style, width, shown) for name in names]
    ends = [_block(context, n, style, width, shown) for n in (*names[:FIRST], *names[-LAST:])]
    more = line((f" {context.chars.ellipsis} {left_out} more", Style.DIM))
    return [*ends[:FIRST], (more,), *ends[FIRST:]]


def _given_alone(context: Context, width: int) -> Lines:
    """Return every given value, each in lines of its own."""
    lines: list[Line] = []
    for role, title, style in _ROLES:
        names = [leaf.name for leaf in context.graph.leaves if leaf.role is role]
        lines += [line((title, Style.DIM))] if names else []
        for name in names:
            lines += _alone(context, name, style, width)
    return tuple(lines)


def _alone(context: Context, name: str, style: Style, width: int) -> Lines:
    """Return a given value: a number, a row of numbers, or a line for each row of a matrix."""
    value, label = context.trace.values[name], context.name(name)
    is_matrix = value.ndim == 2
    if not value.ndim or (is_matrix and value.shape[0] > 1 and np.all(value == value.flat[0])):
        return _block(context, name, style, width, _Shown.STANDING)
    said = f", {shape_text(value.shape, context.chars)}:" if is_matrix else ":"
    head = line(" ", (label, style), (said, Style.DIM))
    rows = matrix_lines(value, MatrixLook(width - 3, context.look.digits), context.chars)
    if len(rows) == 1 and width_of(head) + 1 + width_of(rows[0]) <= width:
        return ((*head, *line(" "), *rows[0]),)
    return (head, *(line("   ", *row) for row in rows))


def _block(context: Context, name: str, style: Style, width: int, how: _Shown) -> Lines:
    """Return a given value with its name before it."""
    value = context.trace.values[name]
    label = context.name(name)
    if value.ndim == 0:
        was = context.was(name)
        told = (f"  {was}" if was else "", Style.CHANGED)
        return (line(" ", (label, style), " = ", context.number(float(value)), told),)
    # A row over the examples of a scalar lesson is no matrix, so its length is not said.
    shape = shape_text(value.shape, context.chars) if value.ndim == 2 else ""
    if how in (_Shown.SHAPE, _Shown.FEW) and value.ndim == 2 and value.size > 1:
        return (line(" ", (label, style), (f" {shape}", Style.DIM)),)
    if value.ndim == 2 and value.shape[0] > 1 and np.all(value == value.flat[0]):
        every = f" {shape}, all {context.number(float(value.flat[0]))}"
        return (line(" ", (label, style), every),)
    if how is _Shown.ENDS and value.ndim == 2 and value.size > 1:
        return (line(" ", (label, style), (f" {shape}", Style.DIM), f"  {_ends(context, value)}"),)
    if how is _Shown.TURNED and value.ndim == 2 and value.shape[0] > 1 and value.shape[1] == 1:
        label, value = f"{label}{'ᵀ' if context.chars.unicode else '.T'}", value.T
        shape = shape_text(value.shape, context.chars)
    indent = max(len(label), len(shape)) if shape and value.shape[0] > 1 else 0
    said = f" {shape}" if shape and not indent else ""
    head = line(" ", (label.ljust(indent), style), (said, Style.DIM), " ")
    look = MatrixLook(width - width_of(head), context.look.digits, max_rows=3)
    cells = matrix_lines(value, look, context.chars)
    if not indent:
        return ((*head, *cells[0]),)
    below = [
        line((f" {shape.ljust(indent)} ", Style.DIM)),
        *[line(" " * (indent + 2))] * len(cells),
    ]
    return ((*head, *cells[0]), *((*b, *row) for b, row in zip(below, cells[1:], strict=False)))


def _ends(context: Context, value: Array) -> str:
    """Return the first and the last number of an array, with what is left out between them."""
    first, last = (context.number(float(number)) for number in (value.flat[0], value.flat[-1]))
    return f"{first} {context.chars.ellipsis} {last}" if value.size > 2 else f"{first} {last}"


def side_by_side(blocks: Sequence[Lines], width: int) -> Lines:
    """Return blocks in rows, as many beside each other as fit."""
    lines: list[Line] = []
    start, used = 0, 0
    for block in blocks:
        wide = max(width_of(row) for row in block)
        if used and used + 2 + wide > width:
            start, used = len(lines), 0
        lines.extend([()] * (start + len(block) - len(lines)))
        for row, content in enumerate(block, start):
            gap = used + (2 if used else 0) - width_of(lines[row])
            lines[row] = (*lines[row], *line(" " * gap), *content)
        used += wide + (2 if used else 0)
    return tuple(lines)


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
    told = Equation(called, expr, values, context.followed(value))
    lines = equation_lines(context, told, width)
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
    writer = context.writer()
    plain = type(writer)(context.chars, lambda name: name, number=exact)
    called = plain.write(Apply(expr.op, tuple(Name(name) for name in names), expr.attribute))
    renamed = {operand: Name(name) for operand, name in zip(OPERANDS, names, strict=False)}
    body = plain.write(
        substitute(parse_rule(operation.formula, operation.axis_of(expr.attribute)), renamed)
    )
    return wrapped_formula(f"{called} = ", body, width, Style.DIM)
