"""Which axes of a value run over the examples of the batch, known from the graph alone.

They begin at the inputs and targets, go with the operations, and end where an operation gathers
the examples. Index j along such an axis is example j's: it changes with no other example, save
through values that gather them, such as the mean over the batch in a normalisation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Apply, Attribute, Expr, Name, Number, Range
from gdtutor.engine.graph import Graph, Leaf, Node, Role
from gdtutor.engine.operations import OPERATIONS, Array, Kind, Operation, broadcast_axes
from gdtutor.engine.shapes import Shape, Shapes, expression_shape, operation_shape
from gdtutor.values import Struct

Axes = tuple[int, ...]
"""Axes of one value that run over the examples, from 0: none for a parameter, one for what has a
value for each example, two where every example meets every example."""


def batch_axes(graph: Graph, shapes: Shapes) -> dict[str, Axes]:
    """Return the batch axes of every leaf and every elementary node, by name.

    Args:
        graph: The graph.
        shapes: The shape of every name, as `infer_shapes` returns them; where those of the last
            nodes are left out, they have no axes here either.
    """
    axes = {leaf.name: _given_axes(leaf, shapes[leaf.name]) for leaf in graph.leaves}
    for node in graph.nodes:
        if node.name not in shapes:
            break
        operation = OPERATIONS[node.op]
        axes[node.name] = _operation_axes(operation, _operands(node, shapes, axes), node.attribute)
    return axes


def _given_axes(leaf: Leaf, shape: Shape) -> Axes:
    """Return the axes of a leaf: data has its examples along the first axis or the last."""
    is_data = leaf.role in (Role.INPUT, Role.TARGET)
    return (0 if leaf.examples_first else len(shape) - 1,) if is_data and shape else ()


def expression_axes(expr: Expr, shapes: Shapes, axes: Mapping[str, Axes]) -> Axes:
    """Return the batch axes of a formula's value, from those of its names."""
    if isinstance(expr, Number):
        return ()
    if isinstance(expr, Name):
        return axes[expr.name]
    operands = tuple(
        _Operand(expression_shape(arg, shapes), expression_axes(arg, shapes, axes))
        for arg in expr.args
    )
    return _operation_axes(OPERATIONS[expr.op], operands, expr.attribute)


def summed_over(expr: Apply, shapes: Shapes, axes: Mapping[str, Axes]) -> str:
    """Return what a sum along a broadcast runs over: examples, where no other axis is summed.

    An axis of one place that is not the examples' adds nothing up.
    """
    wide, narrow = (expression_shape(arg, shapes) for arg in expr.args)
    examples = expression_axes(expr.args[0], shapes, axes)
    along = {a for a in broadcast_axes(wide, narrow) if a in examples or wide[a] > 1}
    if along and along.issubset(examples):
        return "examples"
    return ("rows", "columns")[along.pop()] if len(wide) == 2 and len(along) == 1 else "cells"


class _Operand(Struct, frozen=True):
    shape: Shape
    axes: Axes


def _operands(node: Node, shapes: Shapes, axes: Mapping[str, Axes]) -> tuple[_Operand, ...]:
    return tuple(
        _Operand((), ()) if isinstance(arg, Number) else _Operand(shapes[arg.name], axes[arg.name])
        for arg in node.args
    )


def _operation_axes(op: Operation, args: tuple[_Operand, ...], axis: Attribute) -> Axes:
    """Return the batch axes of one operation's result."""
    first = args[0]
    result = operation_shape(op, tuple(arg.shape for arg in args), axis)
    match op.kind:
        case Kind.ELEMENTWISE:
            return tuple(sorted({a for arg in args for a in _aligned(arg, result)}))
        case Kind.TRANSPOSE:
            return tuple(sorted(len(first.shape) - 1 - a for a in first.axes))
        case Kind.MATMUL:
            return _product_axes(first, args[1])
        case Kind.OUTER:
            return (*first.axes, *(a + len(first.shape) for a in args[1].axes))
        case Kind.REDUCTION:
            return () if axis is None else tuple(a for a in first.axes if a != axis)
        case Kind.COLUMNS | Kind.COLUMN_LOSS:
            # Cells down the rows are set against each other; where these are the examples,
            # what comes out of it is no longer one example's.
            gathered = 0 if axis is None else axis
            return tuple(sorted({a for arg in args for a in arg.axes if a != gathered}))
        case Kind.PICK:
            return _picked_axes(first, axis)
        case Kind.RESHAPE:
            return _reshaped_axes(first, result)
        case Kind.CONCAT:
            return tuple(sorted({a for arg in args for a in arg.axes if a != axis}))
        case Kind.EMBED:
            if op.name == "one_hot":
                return (0,) if first.axes else ()
            # Of rows that are examples themselves, each number may pick any.
            return (0,) if args[1].axes and not first.axes else ()
        case Kind.SPREAD | Kind.PART:
            return args[1].axes


def _aligned(operand: _Operand, result: Shape) -> Axes:
    """Return an operand's batch axes as axes of the result that it is broadcast to.

    An axis of length 1 that is stretched runs over something else in the result.
    """
    extra = len(result) - len(operand.shape)
    return tuple(a + extra for a in operand.axes if operand.shape[a] == result[a + extra])


def _picked_axes(operand: _Operand, index: Attribute) -> Axes:
    """Return the batch axes of picked cells: of a part of the examples none is left."""
    parts = index if isinstance(index, tuple) else ()
    found, place = [], 0
    for axis, length in enumerate(operand.shape):
        part = parts[axis] if axis < len(parts) else Range(None, None)
        if not isinstance(part, Range):
            continue
        if axis in operand.axes and range(length)[slice(*part)] == range(length):
            found.append(place)
        place += 1
    return tuple(found)


def _reshaped_axes(operand: _Operand, result: Shape) -> Axes:
    """Return the batch axes in another shape: where as many cells stand before and along one."""
    found = []
    for axis in operand.axes:
        before, length = math.prod(operand.shape[:axis]), operand.shape[axis]
        places = [
            place
            for place, n in enumerate(result)
            if n == length and math.prod(result[:place]) == before
        ]
        found += places[-1:] if axis else places[:1]
    return tuple(found)


def _product_axes(left: _Operand, right: _Operand) -> Axes:
    """Return the batch axes of a product: those that are not summed over."""
    inner = len(left.shape) - 1
    outer = [a for a in left.axes if a != inner]
    return (*outer, *(a - 1 + inner for a in right.axes if a != 0))


_LONGER = 7919
"""As many times the examples a graph is tried with: a prime, so that no length fits by chance."""


class Apart(Struct, frozen=True):
    """What it takes to compute values at a point that is none of the examples."""

    gathered: frozenset[str]
    """Nodes that bring the examples together, as a mean over them: the data's own values stand."""
    fault: str | None
    """The first node that has no value there, None where all have: it fits the examples alone, or
    examples meet each other in it."""


def apart(graph: Graph, shapes: Shapes, names: Iterable[str]) -> Apart:
    """Return what it takes to compute some values at points apart from the examples.

    Args:
        graph: The graph.
        shapes: The shape of every name, as `infer_shapes` returns them for the examples.
        names: The nodes whose values are wanted.
    """
    axes = batch_axes(graph, shapes)
    longer = _longer_shapes(graph, shapes, axes)
    gathered, faults, seen = set(), set(), set(graph.leaf_by_name)
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        node = graph.nodes[graph.node_by_name[name]]
        ends = not axes[name] and any(axes[one] for one in node.names)
        if ends and longer.get(name) == shapes[name]:
            gathered.add(name)
            continue
        if ends or len(axes[name]) > 1 or name not in longer:
            faults.add(name)
        pending += node.names
    first = next((node.name for node in graph.nodes if node.name in faults), None)
    return Apart(frozenset(gathered), first)


def fitting_this_size(graph: Graph, shapes: Shapes) -> str | None:
    """Return the first node that fits the examples' number and no other, None where all fit any."""
    longer = _longer_shapes(graph, shapes, batch_axes(graph, shapes))
    return next((node.name for node in graph.nodes if node.name not in longer), None)


def _longer_shapes(graph: Graph, shapes: Shapes, axes: Mapping[str, Axes]) -> dict[str, Shape]:
    """Return the shapes for many times as many examples, without what fits these alone."""
    longer = {
        leaf.name: tuple(
            n * _LONGER if i in axes[leaf.name] else n for i, n in enumerate(shapes[leaf.name])
        )
        for leaf in graph.leaves
    }
    for node in graph.nodes:
        operands = [() if isinstance(a, Number) else longer.get(a.name) for a in node.args]
        known = tuple(shape for shape in operands if shape is not None)
        if len(known) == len(operands):
            try:
                longer[node.name] = operation_shape(OPERATIONS[node.op], known, node.attribute)
            except ShapeError:
                continue
    return longer


def by_example(value: Array, axes: Axes, examples: int) -> Array | None:
    """Return a value with the examples as its last axis, of shape (values, examples).

    A value that is the same for every example is repeated.

    Returns:
        None where every example meets every example, so that no cell belongs to one of them.
    """
    if len(axes) > 1:
        return None
    if not axes:
        return np.repeat(np.reshape(value, (-1, 1)), examples, axis=1)
    return np.moveaxis(value, axes[0], -1).reshape(-1, value.shape[axes[0]])
