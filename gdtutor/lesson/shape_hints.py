"""What to do about operands that do not fit, where their shapes say what was most likely meant."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Name, Number, number_text
from gdtutor.engine.graph import Graph, Node
from gdtutor.engine.operations import OPERATIONS, Array, Kind
from gdtutor.engine.shapes import Shape, operation_shape

_SHOWN_CELLS = 4
"""Most cells of a vector that a hint writes as a column."""


def shape_hint(
    graph: Graph, given: Mapping[str, Shape], values: Mapping[str, Array], error: ShapeError
) -> str:
    """Return what to do about operands of a graph that do not fit, empty where nothing is likely.

    Args:
        graph: The graph.
        given: The shape of every leaf.
        values: The values of leaves that the lesson's file gives.
        error: What inferring the shapes has found.
    """
    shapes = dict(given)
    for node in graph.nodes:
        args = tuple(() if isinstance(arg, Number) else shapes[arg.name] for arg in node.args)
        here = graph.lines[node.line].name, node.column
        if here == (error.line, error.column) and _fails(node, args):
            return _hint(node, args, values)
        shapes[node.name] = operation_shape(OPERATIONS[node.op], args, node.attribute)
    return ""


def _fails(node: Node, args: tuple[Shape, ...]) -> bool:
    try:
        operation_shape(OPERATIONS[node.op], args, node.attribute)
    except ShapeError:
        return True
    return False


def _hint(node: Node, args: tuple[Shape, ...], values: Mapping[str, Array]) -> str:
    kind = OPERATIONS[node.op].kind
    if kind not in (Kind.ELEMENTWISE, Kind.MATMUL) or len(args) != 2:
        return ""
    left, right = args
    if kind is Kind.MATMUL:
        names = " @ ".join(arg.name for arg in node.args[::-1] if isinstance(arg, Name))
        turns = len(left) == len(right) == 2 and right[1] == left[0] and _named(names, node) != "@"
        return f"{names} fits; or perhaps one needs .T" if turns else ""
    if node.op == "mul" and left and right and left[-1] == right[0]:
        written = " @ ".join(arg.name for arg in node.args if isinstance(arg, Name))
        return f"* goes cell by cell; rows times columns is {_named(written, node)}"
    for arg, own, other in ((node.args[0], left, right), (node.args[1], right, left)):
        if len(own) == 1 and len(other) == 2 and own[0] == other[0]:
            return f"a column, one value for each row, is {_column(arg, values)}"
        if len(own) == len(other) == 2 and own == (other[1], 1):
            return f"a row, one value for each column, is {_row(arg, values)}"
    return ""


def _named(written: str, node: Node) -> str:
    """Return a product as it is written, `@` alone where an operand has no name of its own."""
    is_plain = all(isinstance(arg, Name) and "." not in arg.name for arg in node.args)
    return written if is_plain else "@"


def _row(arg: Name | Number, values: Mapping[str, Array]) -> str:
    value = values.get(arg.name) if isinstance(arg, Name) else None
    if not isinstance(arg, Name) or value is None:
        return "a matrix of one row, [[0.1, 0.2]]"
    cells = [number_text(float(cell)) for cell in value[:_SHOWN_CELLS, 0]]
    rest = ", …" if len(value) > _SHOWN_CELLS else ""
    return f"{arg.name} = [[{', '.join(cells)}{rest}]]"


def _column(arg: Name | Number, values: Mapping[str, Array]) -> str:
    value = values.get(arg.name) if isinstance(arg, Name) else None
    if not isinstance(arg, Name) or value is None:
        return "a matrix of one column, [[0.1], [0.2]]"
    cells = [f"[{number_text(float(cell))}]" for cell in value[:_SHOWN_CELLS]]
    rest = ", …" if len(value) > _SHOWN_CELLS else ""
    return f"{arg.name} = [{', '.join(cells)}{rest}]"
