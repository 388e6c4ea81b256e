"""One node's value for many settings at once, as pictures need it: a forward pass over a family.

Every value gets a leading axis for the members of the family, of length 1 where all members agree.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdtutor.engine.expression import Attribute, Expr, Name, Number
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import (
    OPERANDS,
    OPERATIONS,
    Array,
    Arrays,
    Kind,
    Operation,
    apply,
    body_of,
)


def forward_family(graph: Graph, given: Arrays, varied: Arrays, wanted: str) -> Array:
    """Return the value of a node for every member of a family.

    Args:
        graph: The graph.
        given: The value of every leaf, the same for all members unless it is varied.
        varied: Leaves or lines with the values they have instead, of shape (members, *shape);
            what a varied line is computed from has no effect.
        wanted: The node or leaf.

    Returns:
        Array of shape (members, *shape); values that are not finite are values like any other.
    """
    members = max((len(values) for values in varied.values()), default=1)
    values = {name: np.asarray(value)[None] for name, value in given.items()}
    values |= {name: np.asarray(value) for name, value in varied.items()}
    with np.errstate(all="ignore"):
        for node in graph.nodes_behind([wanted], varied):
            args = tuple(_operand(arg, values) for arg in node.args)
            values[node.name] = _apply(OPERATIONS[node.op], args, node.attribute)
    result = values[wanted]
    return np.broadcast_to(result, (members, *result.shape[1:]))


def _operand(arg: Name | Number, values: Arrays) -> Array:
    return np.full(1, arg.value) if isinstance(arg, Number) else values[arg.name]


def _apply(op: Operation, args: tuple[Array, ...], axis: Attribute) -> Array:
    match op.kind:
        case Kind.MATMUL:
            return _matmul(args[0], args[1])
        case Kind.TRANSPOSE:
            return np.swapaxes(args[0], 1, 2) if args[0].ndim == 3 else args[0]
        case Kind.REDUCTION if op.function is not None:
            return _reduced(op.function, args[0], axis)
        case Kind.CONCAT | Kind.PICK | Kind.RESHAPE | Kind.PART | Kind.OUTER | Kind.EMBED if (
            op.function
        ):
            return _member_by_member(op, args, axis)
        case Kind.ELEMENTWISE if op.function is not None:
            return np.asarray(op.function(*_aligned(args)), dtype=np.float64)
    return _evaluated(body_of(op, axis), dict(zip(OPERANDS, args, strict=False)))


def _member_by_member(op: Operation, args: tuple[Array, ...], axis: Attribute) -> Array:
    members = max(len(arg) for arg in args)
    wide = [np.broadcast_to(arg, (members, *arg.shape[1:])) for arg in args]
    return np.stack([apply(op, tuple(parts), axis) for parts in zip(*wide, strict=True)])


def _evaluated(expr: Expr, values: Arrays) -> Array:
    if isinstance(expr, Number | Name):
        return _operand(expr, values)
    args = tuple(_evaluated(arg, values) for arg in expr.args)
    return _apply(OPERATIONS[expr.op], args, expr.attribute)


def _aligned(args: tuple[Array, ...]) -> tuple[Array, ...]:
    """Give the operands equally many axes; new ones come behind the members'."""
    rank = max(arg.ndim for arg in args)
    return tuple(
        arg.reshape(arg.shape[0], *(1,) * (rank - arg.ndim), *arg.shape[1:]) for arg in args
    )


def _reduced(function: Callable[..., Array], arg: Array, axis: Attribute) -> Array:
    if not isinstance(axis, int):
        flat = arg.reshape(arg.shape[0], -1)
        return np.asarray(function(flat, 1), dtype=np.float64).reshape(arg.shape[0])
    return np.asarray(function(arg, axis + 1), dtype=np.float64)


def _matmul(left: Array, right: Array) -> Array:
    """Multiply member by member; vectors have one axis behind the members'."""
    match left.ndim, right.ndim:
        case 3, 3:
            product = np.matmul(left, right)
        case 2, 3:
            product = np.matmul(left[:, None, :], right)[:, 0, :]
        case 3, 2:
            product = np.matmul(left, right[:, :, None])[:, :, 0]
        case _:
            product = np.sum(left * right, axis=-1)
    return np.asarray(product)
