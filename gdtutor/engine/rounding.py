"""How large the rounding errors of computed values may be: what is smaller is 0 but for them.

Every value carries a bound of its error, to first order (a running error analysis: Higham 2002,
*Accuracy and Stability of Numerical Algorithms*, section 3.3). What the operands may be off by
counts as the local gradients say, and the operation rounds its result once more. Where terms
cancel, their errors stay: the difference of equal sums is as uncertain as the sums are, while a
product of a small number by a small number is small and known well.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.expression import Attribute, Expr, Name, Number
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import (
    OPERANDS,
    OPERATIONS,
    Array,
    Arrays,
    Kind,
    Operation,
    apply,
    definition,
    evaluate,
    local_formula,
    parse_rule,
    sum_to,
)
from gdtutor.engine.trace import Contribution, Trace
from gdtutor.values import Struct

_UNIT = float(np.finfo(np.float64).eps) / 2
"""What one rounding may be off by, relative to its result: half a unit in the last place."""
_Known = tuple[Array, Array]
"""A value, and what it may be off by."""


class RoundingErrors(Struct, frozen=True, eq=False):
    """Bounds of the rounding errors in a trace, each of its value's shape."""

    values: Arrays
    """Of every leaf and elementary node; 0 for what is given."""
    gradients: Arrays
    """Of every gradient of the trace."""
    shares: Mapping[str, tuple[Array, ...]]
    """Of what the uses of each node send back, in order of arrival."""
    locals: Mapping[str, tuple[Array | None, ...]]
    """Of their local gradients, None where only a rule exists."""


def rounding_of(trace: Trace) -> RoundingErrors:
    """Return the bounds of a trace; what is not finite has no rounding error."""
    with np.errstate(all="ignore"):
        known = {leaf.name: _given(trace.values[leaf.name]) for leaf in trace.graph.leaves}
        for node in trace.graph.nodes:
            args = tuple(_known(arg, known) for arg in node.args)
            value, row = trace.values[node.name], OPERATIONS[node.op]
            known[node.name] = value, error_of(row, node.attribute, args, value)
        gradients: dict[str, Array] = {}
        shares: dict[str, tuple[Array, ...]] = {}
        locals_: dict[str, tuple[Array | None, ...]] = {}
        for name in trace.backward_order:
            received = trace.contributions[name]
            sent = tuple(_share_error(c, known, gradients[c.consumer]) for c in received)
            added = (len(received) - 1) * _UNIT * sum(np.abs(c.value) for c in received)
            shares[name], gradients[name] = sent, np.zeros(trace.shapes[name]) + sum(sent) + added
            locals_[name] = tuple(_local_error(c, known) for c in received)
        given = trace.graph.leaf_by_name
        values = {n: np.zeros_like(e) if n in given else e for n, (_, e) in known.items()}
        return RoundingErrors(values, gradients, shares, locals_)


def is_rounding(value: Array, bound: Array) -> NDArray[np.bool_]:
    """Return where a value is 0 but for its own rounding; an exact 0 is no such value.

    Where the bound itself has overflowed it says nothing.
    """
    return np.asarray((value != 0) & (np.abs(value) <= bound) & np.isfinite(bound))


def _given(value: Array) -> _Known:
    """Return a number as it is written, in decimals, which only whole ones survive unchanged."""
    return value, np.where(value == np.rint(value), 0.0, _UNIT * np.abs(value))


def _share_error(c: Contribution, known: dict[str, _Known], upstream: Array) -> Array:
    sent = {UPSTREAM: (c.upstream, upstream)}
    _, error = _known(c.computed, ChainMap(sent, known))
    return np.broadcast_to(error, c.value.shape)


def _local_error(c: Contribution, known: Mapping[str, _Known]) -> Array | None:
    if c.local_formula is None or c.local is None:
        return None
    return np.broadcast_to(_known(c.local_formula, known)[1], c.local.shape)


def _known(expr: Expr, known: Mapping[str, _Known]) -> _Known:
    """Return what a formula gives, and what that may be off by."""
    if isinstance(expr, Number):
        return _given(np.asarray(expr.value))
    if isinstance(expr, Name):
        return known[expr.name]
    row, args = OPERATIONS[expr.op], tuple(_known(arg, known) for arg in expr.args)
    out = apply(row, tuple(value for value, _ in args), expr.attribute)
    return out, error_of(row, expr.attribute, args, out)


def error_of(row: Operation, attribute: Attribute, args: tuple[_Known, ...], out: Array) -> Array:
    """Return what the result of one operation may be off by.

    Args:
        row: The operation.
        attribute: What its call fixes.
        args: For each operand its value and what that may be off by, of one shape.
        out: The result.
    """
    body = definition(row, attribute)
    if body is not None:
        _, error = _known(body, dict(zip(OPERANDS, args, strict=False)))
    else:
        error = _brought(row, attribute, args, out) + _own(row, attribute, args, out)
    if np.broadcast_shapes(error.shape, out.shape) != out.shape:
        # A reduction whose slope is one number for all its cells.
        error = sum_to(error, out)
    return np.where(np.isfinite(out) & ~((out == 0) & row.zero_is_exact), error, 0.0)


def _brought(row: Operation, attribute: Attribute, args: tuple[_Known, ...], out: Array) -> Array:
    """Return what the operands' errors make of the result."""
    errors = tuple(error for _, error in args)
    if row.is_arrangement:
        return apply(row, errors, attribute)
    known = {"out": out}
    for letter, (value, error) in zip(OPERANDS, args, strict=False):
        known |= {letter: value, f"d{letter}": error}
    if row.errors:
        return evaluate(parse_rule(row.errors, row.axis_of(attribute)), known)
    total = np.zeros(out.shape)
    if not row.local:
        return total + np.inf if any(map(np.any, errors)) else total
    for place, error in enumerate(errors):
        slope = evaluate(local_formula(row, place, attribute), known)
        total = total + np.where(error == 0, 0.0, error * np.abs(slope))
    return total


def _own(row: Operation, attribute: Attribute, args: tuple[_Known, ...], out: Array) -> Array:
    """Return what the operation itself may be off by."""
    if not row.adds_up:
        return np.asarray(row.rounds * _UNIT * np.abs(out))
    a = args[0][0]
    terms = a.shape[-1] if row.kind is Kind.MATMUL else a.size // max(out.size, 1)
    sizes = apply(row, tuple(np.abs(value) for value, _ in args), attribute)
    return np.asarray(terms * row.rounds * _UNIT * sizes)
