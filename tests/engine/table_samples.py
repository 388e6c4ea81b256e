"""Operands for the rows of the operation table, and numeric derivatives that use no row's rule."""

import numpy as np

from gdtutor.engine.expression import Range
from gdtutor.engine.operations import (
    OPERANDS,
    OPERATIONS,
    Kind,
    apply,
    evaluate,
    local_formula,
    parse_rule,
    sum_to,
    vjp_formula,
)

PUBLIC = tuple(row.name for row in OPERATIONS.values() if not row.internal)

CLEARANCE = 1e-2
"""How far from a kink the operands are drawn."""


def signatures(op):
    """Return (shapes of the operands, axis) that an operation is tried on."""
    match op.kind:
        case Kind.ELEMENTWISE if op.operands == 1:
            return [(((),), None), (((3,),), None), (((2, 3),), None)]
        case Kind.ELEMENTWISE if op.operands == 3:
            threes = [((), (), ()), ((2, 3), (2, 3), (2, 3)), ((2, 3), (), ()), ((2, 1), (3,), ()),
                      ((), (2, 3), (1, 3))]  # fmt: skip
            return [(three, None) for three in threes]
        case Kind.ELEMENTWISE:
            pairs = [
                ((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((), (3,)), ((2, 3), ()), ((3,), (2, 3)),
                ((2, 1), (2, 3)), ((2, 3), (1, 3)), ((2, 1), (1, 3)), ((2, 1), (3,)), ((1,), (3,)),
            ]  # fmt: skip
            return [(pair, None) for pair in pairs]
        case Kind.MATMUL:
            pairs = [
                ((3,), (3,)),
                ((3,), (3, 2)),
                ((2, 3), (3,)),
                ((2, 3), (3, 2)),
                ((1, 3), (3, 1)),
            ]
            return [(pair, None) for pair in pairs]
        case Kind.OUTER:
            return [(((3,), (2,)), None)]
        case Kind.PICK:
            rows = (Range(1, None), Range(None, 2))
            return [(((2, 3),), (1,)), (((2, 3),), rows), (((2, 3),), (-1, 0)), (((3,),), rows[:1])]
        case Kind.RESHAPE:
            return [(((2, 3),), (3, 2)), (((2, 3),), (-1,)), (((),), (1, 1)), (((3,),), (3, -1))]
        case Kind.CONCAT:
            return [(((2, 3), (1, 3)), 0), (((2, 3), (2, 1)), 1), (((3,), (2,)), 0)]
        case Kind.EMBED:
            return [(((2, 3), (4,)), None), (((3, 2), (1, 2)), None), (((3, 1), ()), None)]
        case Kind.TRANSPOSE:
            return [(((),), None), (((3,),), None), (((2, 3),), None)]
        case Kind.REDUCTION:
            whole = [(((),), None), (((3,),), None), (((2, 3),), None)]
            return [*whole, (((3,),), 0), (((2, 3),), 0), (((2, 3),), 1)]
        case Kind.COLUMNS:
            whole = [(((3,),), None), (((3, 2),), None), (((1, 2),), None)]
            return [*whole, (((3, 2),), 0), (((3, 2),), 1)]
        case Kind.COLUMN_LOSS:
            return [(((3,), (3,)), None), *(((((3, 2),) * 2), axis) for axis in (None, 0, 1))]
    raise AssertionError(op.kind)


def draw(op, shapes, axis, seed):
    """Draw operands from the row's samples, away from where its derivative does not exist."""
    rng = np.random.default_rng(seed)
    while True:
        args = []
        for position, shape in enumerate(shapes):
            low, high = op.samples[min(position, len(op.samples) - 1)]
            args.append(rng.uniform(low, high, shape))
        if op.name == "embed":
            args[1] = np.floor(np.abs(args[1])) % len(args[0])
        if op.name == "where":
            args[0] = np.maximum(0, np.round(args[0]))
        if is_clear(op, args, axis):
            return tuple(args)


def is_clear(op, args, axis):
    """Say whether no small change of the operands crosses a kink."""
    if not op.kink:
        return True
    if "ties(" in op.kink:
        ordered = np.sort(args[0], axis=None)
        return bool(np.all(np.diff(ordered) > CLEARANCE))
    given = dict(zip(OPERANDS, args, strict=False)) | {"out": apply(op, tuple(args), axis)}
    apart = evaluate(parse_rule(op.kink, axis), given)
    # A single cell has no spread, and nothing moves it from there.
    is_held = (apart == 0) & (op.kind is Kind.REDUCTION and np.size(args[0]) == 1)
    return bool(np.all(is_held | (np.abs(apart) > CLEARANCE)))


def numeric_gradient(op, args, axis, position, upstream):
    """Return the central difference of sum(upstream * op(args)) for each cell of one operand."""
    step = 1e-6
    gradient = np.zeros(np.shape(args[position]))
    if op.is_held or (op.name == "embed" and position == 1):
        return gradient
    for cell in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = [np.array(arg) for arg in args]
            moved[position][cell] += sign * step
            ends.append(float(np.sum(upstream * apply(op, tuple(moved), axis))))
        gradient[cell] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def row_gradient(op, args, axis, position, upstream):
    """Return the gradient of one operand by the row's own text."""
    out = apply(op, args, axis)
    values = dict(zip(OPERANDS, args, strict=False)) | {"out": out, "g": upstream}
    if op.local:
        local = evaluate(local_formula(op, position, axis), values)
        whole = np.broadcast_to(
            upstream * local, np.broadcast_shapes(out.shape, args[position].shape)
        )
        return sum_to(whole, args[position])
    ranks = tuple(np.ndim(arg) for arg in args)
    return evaluate(vjp_formula(op, position, ranks, axis), values)
