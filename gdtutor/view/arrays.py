"""Arrays in a step: their cells, why their shapes fit, and one cell opened."""

from __future__ import annotations

from functools import cache, partial

from gdtutor.engine.cells import MAX_TERMS, cell_name, open_cell
from gdtutor.engine.expression import WHOLE, Apply, Expr, Name
from gdtutor.engine.operations import OPERATIONS, Array, Kind
from gdtutor.engine.shapes import Shape
from gdtutor.values import Struct
from gdtutor.view.context import Context
from gdtutor.view.equation import Equation, equation_lines
from gdtutor.view.formula import Writer
from gdtutor.view.frame import Lines, Style
from gdtutor.view.lines import fitting, line, wrapped, wrapped_formula
from gdtutor.view.matrix import MAX_ROWS, MatrixLook, matrix_height, matrix_lines
from gdtutor.view.notation import exact
from gdtutor.view.notation import shape as shape_text

_CELL_ROOM = 9
"""Lines that one cell's sum may take, in symbols and in numbers together."""


class _ShapeWriter(Writer, frozen=True):
    """Writes the shapes of arrays in the place of their names, that of `X.T` turned."""

    def _call(self, expr: Apply) -> tuple[str, int]:
        if expr.op == "transpose" and isinstance(expr.args[0], Name):
            return self._named(f"{expr.args[0].name}.T"), WHOLE
        return super()._call(expr)


class Computed(Struct, frozen=True, eq=False):
    """A value with the formula that it comes from."""

    called: str
    formula: Expr
    value: Array


def array_lines(
    context: Context,
    value: Array,
    width: int,
    *,
    max_rows: int = MAX_ROWS,
    is_result: bool = False,
    counts: bool = True,
    of: str = "",
    like: Array | None = None,
) -> Lines:
    """Return an array's cells, the followed example marked, in the result the opened cell too.

    Args:
        context: The step.
        value: The array.
        width: Cells of a line.
        max_rows: Rows shown at most.
        is_result: Whether a cell of it may be opened.
        counts: Whether a line above counts the examples.
        of: The name whose axes it has, the step's own where not said.
        like: The array in whose power of ten it is shown, its own where not said.
    """
    if value.ndim == 0:
        return (line("  ", context.number(float(value))),)
    axes = context.trace.axes.get(of or context.step.node, ())
    axis, example = context.followed_place(axes) or (0, None)
    is_last = axis == value.ndim - 1
    look = MatrixLook(
        width,
        context.look.digits,
        example if is_last else None,
        context.look.cell if is_result else None,
        max_rows,
        counts,
        row=None if is_last else example,
        rounded=context.rounded(value),
        like=like,
    )
    if context.is_measured and context.chars.draws:
        return ((),) * matrix_height(value, look)
    return matrix_lines(value, look, context.chars)


_WHOLE_SUMS, _BARE_SUM = ((MAX_TERMS, True), (4, True), (3, True)), (3, False)
"""How many terms of a cell's sum are told, and whether its symbols are, shorter and shorter: where
they alone would fill the panel, the formula over whole arrays stands above."""


def _cell_sum(context: Context, computed: Computed, width: int, most: int, symbols: bool) -> Lines:
    """Return the opened cell's scalar formula, in symbols and in numbers."""
    cell = () if computed.value.ndim == 0 else context.look.cell or ()
    opened = open_cell(computed.formula, cell, context.shapes, context.arrays, most)
    result = float(computed.value[cell])
    equation = Equation(cell_name(computed.called, cell), opened.formula, opened.values, result)
    return equation_lines(context, equation, width, symbols=symbols)


def result_lines(context: Context, computed: Computed, width: int, room: int) -> Lines:
    """Return the result of an array formula: its cells, and the opened one below.

    Args:
        context: The step.
        computed: The result.
        width: Cells of a line.
        room: Lines that the cells and the opened one may take together, where that is possible:
            the sum leaves out terms, then the matrix rows, then the sum its symbols.
    """
    value = computed.value
    sum_of = cache(partial(_cell_sum, context, computed, width))
    if value.ndim == 0:
        # A sum of long terms leaves out more of them, and at last its symbols.
        return fitting(((sum_of(*told),) for told in (*_WHOLE_SUMS, _BARE_SUM)), _CELL_ROOM)
    if context.look.cell is None:
        return array_lines(context, value, width, is_result=True)
    arrangements = (
        (array_lines(context, value, width, max_rows=rows, is_result=True), sum_of(*told))
        for sums in (_WHOLE_SUMS, (_BARE_SUM,))
        for rows in (MAX_ROWS, 4, 3)
        for told in sums
    )
    return fitting(arrangements, room)


def fit_lines(context: Context, expr: Expr, target: Shape, width: int, of: str = "") -> Lines:
    """Return the line that says why the shapes fit: `(3×4)·(4×2) → (3×2)`.

    Args:
        context: The step.
        expr: The formula.
        target: The shape of its value.
        of: What has that shape, said at the end.
        width: Cells of a line.
    """
    shown = f"({shape_text(target, context.chars)})" if target else "one number"
    if not mixes_shapes(expr):
        return wrapped(f"cell by cell, {shown}{of}", width, Style.DIM) if target else ()
    arrow = "→" if context.chars.unicode else "->"
    shapes = context.shapes

    def leaf(name: str) -> str:
        shape = shapes[name] if name in shapes else shapes[name.removesuffix(".T")][::-1]
        return f"({shape_text(shape, context.chars)})" if shape else context.name(name)

    writer = _ShapeWriter(context.chars, leaf, number=exact, summed=context.summed)
    text = f"{writer.write(expr)} {arrow} {shown}{of}"
    return wrapped_formula("", text, width, Style.DIM)


def mixes_shapes(expr: Expr) -> bool:
    """Say whether a formula has an operation that is not elementwise."""
    if not isinstance(expr, Apply):
        return False
    is_mixing = OPERATIONS[expr.op].kind is not Kind.ELEMENTWISE
    return is_mixing or any(mixes_shapes(arg) for arg in expr.args)
