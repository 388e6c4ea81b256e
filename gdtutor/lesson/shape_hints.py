"""What to do about operands that do not fit, where their shapes say what was most likely meant."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from gdtutor.engine.batch_axis import batch_axes
from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Name, Number, number_text, to_text
from gdtutor.engine.graph import Graph, Node, Role
from gdtutor.engine.operations import OPERATIONS, Array, Arrays, Kind
from gdtutor.engine.shapes import Shape, Shapes, operation_shape, shape_text

_SHOWN_CELLS = 4
"""Most cells of a vector that a hint writes as a column."""


def shape_hint(graph: Graph, given: Shapes, values: Arrays, error: ShapeError) -> str:
    """Return what to do about operands of a graph that do not fit, empty where nothing is likely.

    Args:
        graph: The graph.
        given: The shape of every leaf.
        values: The values of leaves that the lesson's file gives.
        error: What inferring the shapes has found.
    """
    found = _failing(graph, given, error)
    if found is None:
        return ""
    node, args, shapes = found
    own = _kept_axis(graph, node) or _in_rows(graph, node, args)
    own = own or _beside_examples(graph, node, shapes, values)
    return own or _hint(node, args, values) or _turned(graph, node, args)


def one_class_too_many(
    graph: Graph, given: Shapes, labelled: Collection[str], error: ShapeError
) -> str:
    """Return the leaf of labels that would fit with one class fewer; empty where none would.

    Args:
        graph: The graph.
        given: The shape of every leaf.
        labelled: The leaves that are looked at.
        error: What inferring the shapes has found.
    """
    found = _failing(graph, given, error) if labelled else None
    node, args, _ = found or (None, (), {})
    for place, arg in enumerate(node.args if node else ()):
        if node is None or not isinstance(arg, Name) or arg.name not in labelled:
            continue
        axis = 1 if graph.leaf_by_name[arg.name].examples_first else 0
        fewer = tuple(size - (i == axis) for i, size in enumerate(args[place]))
        if not _fails(node, (*args[:place], fewer, *args[place + 1 :])):
            return arg.name
    return ""


def _failing(
    graph: Graph, given: Shapes, error: ShapeError
) -> tuple[Node, tuple[Shape, ...], dict[str, Shape]] | None:
    """Return the operation that an error is about, the shapes of its operands, and the shapes of
    every name before it."""
    shapes = dict(given)
    for node in graph.nodes:
        args = tuple(() if isinstance(arg, Number) else shapes[arg.name] for arg in node.args)
        here = graph.lines[node.line].name, node.column
        if here == (error.line, error.column) and _fails(node, args):
            return node, args, shapes
        shapes[node.name] = operation_shape(OPERATIONS[node.op], args, node.attribute)
    return None


def _fails(node: Node, args: tuple[Shape, ...]) -> bool:
    try:
        operation_shape(OPERATIONS[node.op], args, node.attribute)
    except ShapeError:
        return True
    return False


def _beside_examples(graph: Graph, node: Node, shapes: Shapes, values: Arrays) -> str:
    """Return which shape a parameter has beside a value of each example, as a bias has."""
    names = node.names
    if OPERATIONS[node.op].kind is not Kind.ELEMENTWISE or len(names) != 2:
        return ""
    axes = batch_axes(graph, shapes)
    for name, other in (names, names[::-1]):
        own, beside = shapes[name], shapes[other]
        is_given = name in graph.parameters or name in values
        is_vector = len(own) == 1 or (len(own) == 2 and 1 in own)
        if not is_given or not is_vector or len(beside) != 2 or len(axes[other]) != 1:
            continue
        axis = axes[other][0]
        examples, each = beside[axis], beside[1 - axis]
        wanted = (1, each) if axis == 0 else (each, 1)
        side = f"the {examples} of {shape_text(beside)} are the examples"
        if math.prod(own) == each:
            return f"{side}: {_row(name, values) if axis == 0 else _column(name, values)}"
        line = "column" if axis == 0 else "row"
        return f"{side}: {name} is {shape_text(wanted)}, one value for each {line}"
    return ""


def _kept_axis(graph: Graph, node: Node) -> str:
    """Return how an operand keeps the axis of which it picks one place."""
    for arg in node.args:
        of = graph.node_of(arg)
        is_factor = OPERATIONS[node.op].kind is Kind.MATMUL
        if is_factor and of and of.op == "pick" and isinstance(of.attribute, tuple):
            place, name = of.attribute[0], to_text(of.args[0])
            if isinstance(place, int) and place >= 0:
                way = f"{name}[{place}:{place + 1}] keeps it, {name}[t-1:t] in a repetition"
                return f"one place drops its axis: {way}"
    return ""


def _in_rows(graph: Graph, node: Node, args: tuple[Shape, ...]) -> str:
    """Return that examples as rows would fit, where data in columns meet weights from the left."""
    first, second = (
        graph.leaf_by_name.get(arg.name) if isinstance(arg, Name) else None
        for arg in (node.args * 2)[:2]
    )
    fits_turned = len(args[0]) == len(args[-1]) == 2 and args[-1][1] == args[0][1] != args[0][0]
    if node.op == "matmul" and first and second and second.examples_first and fits_turned:
        return f"examples are rows, so it is {second.name} @ {first.name}.T"
    if node.op != "matmul" or first is None or first.role is not Role.INPUT:
        return ""
    fits = not first.examples_first and len(args[0]) == 2 and args[0][0] == args[1][0]
    way = 'examples that are rows fit, with orientation = "rows"'
    return f"{way}; or perhaps one needs .T" if fits else ""


def _hint(node: Node, args: tuple[Shape, ...], values: Arrays) -> str:
    kind = OPERATIONS[node.op].kind
    if kind not in (Kind.ELEMENTWISE, Kind.MATMUL) or len(args) != 2:
        return ""
    left, right = args
    if kind is Kind.MATMUL:
        names = " @ ".join(node.names[::-1])
        turns = len(left) == len(right) == 2 and right[1] == left[0] and _named(names, node) != "@"
        return f"{names} fits; or perhaps one needs .T" if turns else ""
    if node.op == "mul" and left and right and left[-1] == right[0]:
        written = _named(" @ ".join(node.names), node)
        return f"* goes cell by cell; rows times columns is {written}"
    for arg, own, other in ((node.args[0], left, right), (node.args[1], right, left)):
        if len(own) == 1 and len(other) == 2 and own[0] == other[0]:
            return _column(_name(arg), values)
        if len(own) == len(other) == 2 and own == (other[1], 1):
            return _row(_name(arg), values)
    return ""


def _name(arg: Name | Number) -> str:
    return arg.name if isinstance(arg, Name) else ""


def _turned(graph: Graph, node: Node, args: tuple[Shape, ...]) -> str:
    """Return the one product that fits where one operand is turned, or is not any more."""
    if node.op != "matmul" or any(len(shape) != 2 for shape in args):
        return ""
    fitting = []
    for place in (0, 1):
        (rows, columns), written = args[place], list(node.names)
        of = graph.node_of(node.args[place]) if "." in written[place] else None
        is_turned = of is not None and of.op == "transpose"
        written[place] = to_text(of.args[0]) if of and is_turned else f"{written[place]}.T"
        meets = rows == args[1][0] if place == 0 else columns == args[0][1]
        if meets and "." not in written[place].removesuffix(".T"):
            fitting.append(" @ ".join(written))
    is_plain = len(fitting) == 1 and "." not in fitting[0].replace(".T", "")
    return f"{fitting[0]} fits" if is_plain else ""


def _named(written: str, node: Node) -> str:
    """Return a product as it is written, `@` alone where an operand has no name of its own."""
    is_plain = all(isinstance(arg, Name) and "." not in arg.name for arg in node.args)
    return written if is_plain else "@"


def _row(name: str, values: Arrays) -> str:
    if name not in values:
        return "a row, one value for each column, is a matrix of one row, [[0.1, 0.2]]"
    return f"a row, one value for each column, is {name} = [[{', '.join(_cells(values[name]))}]]"


def _column(name: str, values: Arrays) -> str:
    if name not in values:
        return "a column, one value for each row, is a matrix of one column, [[0.1], [0.2]]"
    cells = (cell if cell == "…" else f"[{cell}]" for cell in _cells(values[name]))
    return f"a column, one value for each row, is {name} = [{', '.join(cells)}]"


def _cells(value: Array) -> list[str]:
    shown = [number_text(float(cell)) for cell in np.ravel(value)[:_SHOWN_CELLS]]
    return [*shown, "…"] if value.size > _SHOWN_CELLS else shown
