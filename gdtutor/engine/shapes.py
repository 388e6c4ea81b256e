"""Shapes are inferred for a whole graph before any number is computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Attribute, Expr, Name, Number, Range, index_text
from gdtutor.engine.graph import Graph, Node
from gdtutor.engine.operations import OPERATIONS, Kind, Operation

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]
"""The shapes of arrays by their names."""

MAX_CELLS = 1_000_000
"""Most cells of one array of a graph (8 MB of float64)."""


def infer_shapes(graph: Graph, given: Shapes) -> dict[str, Shape]:
    """Return the shape of every leaf and every elementary node, by name.

    Raises:
        ShapeError: With the line and column, where operands do not fit.
    """
    shapes: dict[str, Shape] = dict(given)
    for name, shape in shapes.items():
        _check_given(name, shape)
    for node in graph.nodes:
        shapes[node.name] = _node_shape(graph, node, shapes)
    return shapes


def expression_shape(expr: Expr, shapes: Shapes) -> Shape:
    """Return the shape of a rule's value; ShapeError where operands do not fit."""
    if isinstance(expr, Number):
        return ()
    if isinstance(expr, Name):
        return shapes[expr.name]
    args = tuple(expression_shape(arg, shapes) for arg in expr.args)
    return operation_shape(OPERATIONS[expr.op], args, expr.attribute)


def shape_text(shape: Shape) -> str:
    """Return a shape as it is shown: `3×4`, `4`, or `a number`."""
    return "×".join(str(n) for n in shape) if shape else "a number"


def has_cell(shape: Shape, cell: tuple[int, ...]) -> bool:
    """Say whether an array of a shape has a cell, counted from 0 along every axis."""
    return len(cell) == len(shape) and all(0 <= i < n for i, n in zip(cell, shape, strict=True))


def _check_given(name: str, shape: Shape) -> None:
    cells = math.prod(shape)
    if len(shape) > 2 or not 0 < cells <= MAX_CELLS:
        what = f"{name} has the shape {shape_text(shape)}"
        hint = f"a value is a number, a vector or a matrix, with 1 to {MAX_CELLS:,} cells"
        raise ShapeError(what, hint, code="bound")


def _node_shape(graph: Graph, node: Node, shapes: Shapes) -> Shape:
    args = tuple(() if isinstance(a, Number) else shapes[a.name] for a in node.args)
    try:
        shape = operation_shape(OPERATIONS[node.op], args, node.attribute)
    except ShapeError as error:
        line = graph.lines[node.line]
        raise ShapeError(error.what, error.hint, line=line.name, column=node.column) from None
    if math.prod(shape) > MAX_CELLS:
        what = f"{node.name} would have the shape {shape_text(shape)}"
        hint, name = f"an array may have at most {MAX_CELLS:,} cells", graph.lines[node.line].name
        raise ShapeError(what, hint, line=name, column=node.column, code="bound")
    return shape


def operation_shape(op: Operation, args: tuple[Shape, ...], axis: Attribute = None) -> Shape:
    """Return the shape of one operation's result; ShapeError where operands do not fit."""
    return _SHAPES[op.kind](op, axis, *args)


def _broadcast(op: Operation, args: tuple[Shape, ...]) -> Shape:
    if args.count(args[0]) == len(args):
        # Most are, in a lesson of a thousand lines, and NumPy takes long over it.
        return args[0]
    try:
        return np.broadcast_shapes(*args)
    except ValueError:
        # Where all cannot meet, two of them cannot.
        first, second = next(pair for pair in combinations(args, 2) if not _meet(*pair))
        what = f"{op.name} cannot bring {shape_text(first)} and {shape_text(second)} together"
        hint = "along every axis the lengths must be equal, or one of them 1"
        raise ShapeError(what, hint) from None


def _meet(left: Shape, right: Shape) -> bool:
    """Say whether two shapes are of one length along every axis, or one of them 1."""
    lengths = zip(reversed(left), reversed(right), strict=False)
    return all(a == b or 1 in (a, b) for a, b in lengths)


def _matmul(left: Shape, right: Shape) -> Shape:
    if not left or not right:
        raise ShapeError("@ multiplies matrices, and here is a plain number", "use * instead")
    if left[-1] != right[0]:
        meet = f"{left[-1]} columns meet {right[0]} rows"
        what = f"({shape_text(left)})·({shape_text(right)}) does not fit: {meet}"
        raise ShapeError(what, "the inner two must be equal; perhaps one needs .T")
    return left[:-1] + right[1:]


def _outer(left: Shape, right: Shape) -> Shape:
    if len(left) != 1 or len(right) != 1:
        what = f"outer of {shape_text(left)} and {shape_text(right)}"
        raise ShapeError(what, "it takes two vectors; of columns it is a @ b.T")
    return left + right


def _picked(shape: Shape, index: Attribute) -> Shape:
    parts = index if isinstance(index, tuple) else ()
    if len(parts) > len(shape):
        what = f"{index_text(index)} of an array with the shape {shape_text(shape)}"
        hint = f"it has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
        raise ShapeError(what, hint)
    found: list[int] = []
    for axis, length in enumerate(shape):
        part = parts[axis] if axis < len(parts) else Range(None, None)
        if isinstance(part, Range):
            found.append(_length_of(part, axis, length))
        elif not -length <= part < length:
            what = f"{part} of {length} along axis {axis}"
            raise ShapeError(what, f"the {length} cells there are numbered from 0 to {length - 1}")
    return tuple(found)


def _length_of(part: Range, axis: int, length: int) -> int:
    """Return how many cells of an axis a range picks; it must lie within, and not be empty."""
    start, stop, _ = slice(*part).indices(length)
    is_within = all(n is None or -length <= n <= length for n in part)
    if not is_within or stop <= start:
        hint = f"cells are numbered from 0 to {length - 1}, and a range ends before its last number"
        raise ShapeError(f"{index_text((part,))[1:-1]} of {length} along axis {axis}", hint)
    return stop - start


def _reshaped(shape: Shape, lengths: Attribute) -> Shape:
    wanted = lengths if isinstance(lengths, tuple) else ()
    plain = tuple(n for n in wanted if isinstance(n, int))
    cells, known = math.prod(shape), math.prod(n for n in plain if n > 0)
    free = plain.count(-1)
    fits = cells == known if not free else free == 1 and cells % known == 0
    if not fits:
        told = "×".join("?" if n == -1 else str(n) for n in plain)
        hint = f"{cells} cells do not fill it: the product of the lengths must be {cells}"
        raise ShapeError(f"reshape of {shape_text(shape)} to {told}", hint)
    return tuple(cells // known if n == -1 else n for n in plain)


def _joined(left: Shape, right: Shape, axis: Attribute) -> Shape:
    along = axis if isinstance(axis, int) else 0
    rest = [tuple(n for i, n in enumerate(shape) if i != along) for shape in (left, right)]
    if along >= len(left) or len(left) != len(right) or rest[0] != rest[1]:
        what = f"concat cannot join {shape_text(left)} and {shape_text(right)} along axis {along}"
        raise ShapeError(what, "along every other axis they must be equally long")
    return tuple(n + right[i] if i == along else n for i, n in enumerate(left))


def _embedded(op: Operation, first: Shape, second: Shape) -> Shape:
    numbers, table = (first, second) if op.name == "one_hot" else (second, first)
    if op.name != "one_hot" and len(table) != 2:
        what = f"embed picks rows of {shape_text(table)}"
        raise ShapeError(what, "the first operand is a matrix with a row each")
    count = math.prod(numbers)
    if count != max(numbers, default=1):
        what = f"embed by numbers of the shape {shape_text(numbers)}"
        hint = "they stand in one row or column"
        raise ShapeError(what, hint)
    return (count, table[0]) if op.name == "one_hot" else (count, table[1])


def _reduced(op: Operation, shape: Shape, axis: Attribute) -> Shape:
    if not isinstance(axis, int):
        return ()
    if axis >= len(shape):
        what = f"{op.name} along axis {axis} of an array with the shape {shape_text(shape)}"
        raise ShapeError(what, "it has no such axis")
    return tuple(1 if i == axis else n for i, n in enumerate(shape))


def _columns(op: Operation, shape: Shape, axis: Attribute) -> Shape:
    if not shape:
        raise ShapeError(f"{op.name} of a plain number", "it needs a column of several cells")
    _reduced(op, shape, axis)
    return shape


def _column_loss(op: Operation, left: Shape, right: Shape, axis: Attribute) -> Shape:
    _columns(op, left, axis)
    if left != right:
        what = f"{op.name} compares {shape_text(left)} with {shape_text(right)}"
        raise ShapeError(what, "prediction and target need the same shape")
    return _reduced(op, left, axis)


def _cut(axis: Attribute, of: Shape, like: Shape) -> Shape:
    return tuple(like[i] if i == axis else n for i, n in enumerate(of))


_SHAPES: Mapping[Kind, Callable[..., Shape]] = {
    Kind.ELEMENTWISE: lambda op, axis, *args: _broadcast(op, args),
    Kind.MATMUL: lambda op, axis, left, right: _matmul(left, right),
    Kind.OUTER: lambda op, axis, left, right: _outer(left, right),
    Kind.TRANSPOSE: lambda op, axis, of: of[::-1],
    Kind.REDUCTION: lambda op, axis, of: _reduced(op, of, axis),
    Kind.COLUMNS: lambda op, axis, of: of if op.internal else _columns(op, of, op.axis_of(axis)),
    Kind.COLUMN_LOSS: lambda op, axis, left, right: _column_loss(op, left, right, op.axis_of(axis)),
    Kind.PICK: lambda op, index, of: _picked(of, index),
    Kind.RESHAPE: lambda op, lengths, of: _reshaped(of, lengths),
    Kind.CONCAT: lambda op, axis, left, right: _joined(left, right, axis),
    Kind.EMBED: lambda op, axis, first, second: _embedded(op, first, second),
    Kind.PART: lambda op, axis, of, like: _cut(axis, of, like) if op.takes_axis else like,
    Kind.SPREAD: lambda op, axis, of, like: like,
}
"""The shape of an operation's result, by its kind: of the row, what it fixes, and its operands."""
