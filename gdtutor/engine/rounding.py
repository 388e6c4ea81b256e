"""How large the rounding errors of computed values may be: what is smaller is 0 but for them.

The error of a computed sum is at most some units in the last place of the sum of its terms' sizes
(Higham 2002, *Accuracy and Stability of Numerical Algorithms*, eq. 4.4), however small the sum
itself is where terms of both signs cancel. So a value's terms are added up without their signs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.expression import Apply, Expr, Name, Number, names_in
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import (
    OPERANDS,
    OPERATIONS,
    Array,
    Kind,
    apply,
    definition,
    evaluate,
    sum_to,
)
from gdtutor.engine.trace import Contribution, Trace
from gdtutor.values import Struct

_UNIT = float(np.finfo(np.float64).eps)
_FURTHER = 8
"""Roundings that one value has behind it at least."""

_ADDED: Mapping[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.add,
    "neg": np.positive,
    "mul": np.multiply,
    "matmul": np.matmul,
}
"""How sizes of operands give the size of a result."""
_OWN = frozenset(
    ("sum", "mean", "transpose", "square", "identity", "spread", "sum_to", "outer", "count",
     "embed")
)  # fmt: skip
"""Operations whose result of sizes is the size of their result."""


class RoundingErrors(Struct, frozen=True, eq=False):
    """Bounds of the rounding errors in a trace, each of its value's shape."""

    values: Mapping[str, Array]
    """Of every leaf and elementary node; 0 for what is given."""
    gradients: Mapping[str, Array]
    """Of every gradient of the trace."""
    shares: Mapping[str, tuple[Array, ...]]
    """Of what the uses of each node send back, in order of arrival."""
    locals: Mapping[str, tuple[Array | None, ...]]
    """Of their local gradients, None where only a rule exists."""


def rounding_of(trace: Trace) -> RoundingErrors:
    """Return the bounds of a trace; an infinite or missing number is its own bound."""
    unit = _unit(trace)
    with np.errstate(all="ignore"):
        values = _value_sizes(trace)
        gradients: dict[str, Array] = {}
        shares: dict[str, tuple[Array, ...]] = {}
        locals_: dict[str, tuple[Array | None, ...]] = {}
        for name in trace.backward_order:
            received = trace.contributions[name]
            sent = tuple(_share_size(trace, c, values, gradients) for c in received)
            gradients[name] = np.asarray(sum(sent)) if sent else np.ones(trace.shapes[name])
            shares[name] = tuple(unit * size for size in sent)
            locals_[name] = tuple(_local_error(trace, c, values, unit) for c in received)
        given = {leaf.name for leaf in trace.graph.leaves}
        return RoundingErrors(
            {n: np.zeros_like(s) if n in given else unit * s for n, s in values.items()},
            {name: unit * size for name, size in gradients.items()},
            shares,
            locals_,
        )


def is_rounding(value: Array, bound: Array) -> NDArray[np.bool_]:
    """Return where a value is 0 but for its own rounding; an exact 0 is no such value.

    Where the bound itself has overflowed it says nothing.
    """
    return np.asarray((value != 0) & (np.abs(value) <= bound) & np.isfinite(bound))


def cancelled(trace: Trace) -> dict[str, NDArray[np.bool_]]:
    """Return for each node which cells of its value are 0 but for rounding, of nodes with any.

    What cancels is no more than rounding of its operands as they are, or of such a node's error: a
    difference of 1e-9 whose operands are near 1 is none, and nor is its square.
    """
    unit = _unit(trace)
    found: dict[str, NDArray[np.bool_]] = {}
    errors: dict[str, Array] = {}
    others: dict[str, Array] = {}
    with np.errstate(all="ignore"):
        for node in trace.graph.nodes:
            value, formula = trace.values[node.name], Apply(node.op, node.args, node.attribute)
            bound = unit * _size(formula, trace.values, {})
            if errors and not errors.keys().isdisjoint(n.name for n in names_in(formula)):
                sizes = (_size(formula, trace.values, known) for known in (errors, others))
                bound = bound + next(sizes) - next(sizes)
            cells = is_rounding(value, bound)
            if cells.any():
                found[node.name] = cells
                errors[node.name] = np.where(cells, bound, np.abs(value))
                others[node.name] = np.where(cells, 0.0, np.abs(value))
    return found


def _unit(trace: Trace) -> float:
    longest = max((max(s, default=1) for s in trace.shapes.values()), default=1)
    return _UNIT * (_FURTHER + longest)


def _value_sizes(trace: Trace) -> dict[str, Array]:
    sizes = {leaf.name: np.abs(trace.values[leaf.name]) for leaf in trace.graph.leaves}
    for node in trace.graph.nodes:
        formula = Apply(node.op, node.args, node.attribute)
        sizes[node.name] = _size(formula, trace.values, sizes)
    return sizes


def _share_size(
    trace: Trace, c: Contribution, values: Mapping[str, Array], gradients: Mapping[str, Array]
) -> Array:
    source, upstream = trace.values[c.edge.source], gradients[c.consumer]
    if c.local_formula is not None and c.local is not None:
        local = np.broadcast_to(_size(c.local_formula, trace.values, values), c.local.shape)
        return np.asarray(sum_to(upstream * local, source), dtype=np.float64)
    sizes = {**values, UPSTREAM: upstream}
    size = _size(c.rule, {**trace.values, UPSTREAM: c.upstream}, sizes)
    return np.broadcast_to(size, source.shape)


def _local_error(
    trace: Trace, c: Contribution, values: Mapping[str, Array], unit: float
) -> Array | None:
    if c.local_formula is None or c.local is None:
        return None
    return np.broadcast_to(unit * _size(c.local_formula, trace.values, values), c.local.shape)


def _size(expr: Expr, values: Mapping[str, Array], sizes: Mapping[str, Array]) -> Array:
    """Return how large the terms of a formula are together, at least as large as its value."""
    if isinstance(expr, Number):
        return np.asarray(abs(expr.value))
    if isinstance(expr, Name):
        return sizes.get(expr.name, np.asarray(np.abs(values[expr.name])))
    args = tuple(_size(arg, values, sizes) for arg in expr.args)
    if expr.op in _ADDED:
        return np.asarray(_ADDED[expr.op](*args), dtype=np.float64)
    if expr.op in _OWN or OPERATIONS[expr.op].is_arrangement:
        return apply(OPERATIONS[expr.op], args, expr.attribute)
    if expr.op == "pow" and isinstance(expr.args[1], Number) and expr.args[1].value > 0:
        return np.asarray(args[0] ** expr.args[1].value, dtype=np.float64)
    row = OPERATIONS[expr.op]
    is_gathered = row.kind is Kind.REDUCTION or row.name == "deviation"
    body = definition(row, expr.attribute) if is_gathered else None
    if body is not None:
        operands = dict(zip(OPERANDS, args, strict=False))
        parts = zip(OPERANDS, expr.args, strict=False)
        known = {key: evaluate(arg, values) for key, arg in parts}
        size = _size(body, known, operands)
        # A 0 there is exact, as among equal cells: without error, too, where it is divided by 0.
        is_exact = row.name == "deviation" and evaluate(body, known) == 0
        return np.where(is_exact, 0.0, size)
    if expr.op == "div":
        return np.asarray(args[0] / np.abs(evaluate(expr.args[1], values)))
    return np.asarray(np.abs(evaluate(expr, values)))
