"""Every value and gradient of a trace, computed again with hundreds of digits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Name, Number
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import OPERANDS, OPERATIONS, definition
from gdtutor.engine.trace import Trace

_DIGITS = 400


def _tanh(a: Decimal) -> Decimal:
    # Beyond that it is 1 to hundreds of digits, and the exponential would be all there is.
    e = (2 * max(min(a, Decimal(600)), Decimal(-600))).exp()
    return (e - 1) / (e + 1)


_OWN: Mapping[str, Any] = {
    "exp": np.frompyfunc(Decimal.exp, 1, 1),
    "log": np.frompyfunc(lambda a: a.ln() if a > 0 else Decimal("-Infinity"), 1, 1),
    "log1p": np.frompyfunc(lambda a: (1 + a).ln(), 1, 1),
    "tanh": np.frompyfunc(_tanh, 1, 1),
    "sign": np.frompyfunc(lambda a: Decimal((a > 0) - (a < 0)), 1, 1),
    "step": np.frompyfunc(lambda a: Decimal(int(a >= 0)), 1, 1),
    "count": lambda a: Decimal(np.size(a)),
    "mul_or_zero": np.multiply,
}
"""What NumPy does not know how to do with decimals."""


def exact_gradients(trace: Trace) -> dict[str, Any]:
    """Return every gradient of a trace, from the numbers that are given, as they are in binary."""
    with localcontext() as context:
        context.prec = _DIGITS
        values = {leaf.name: exactly(trace.values[leaf.name]) for leaf in trace.graph.leaves}
        for node in trace.graph.nodes:
            values[node.name] = _computed(Apply(node.op, node.args, node.attribute), values)
        gradients: dict[str, Any] = {}
        for name in trace.backward_order:
            total = exactly(np.zeros(trace.shapes[name]) + (name == trace.graph.root))
            for c in trace.contributions[name]:
                total = total + _computed(c.computed, {**values, UPSTREAM: gradients[c.consumer]})
            gradients[name] = np.asarray(total, dtype=object)
        return gradients


def exactly(value: Any) -> Any:
    """Return an array of floats as decimals."""
    return np.asarray(np.frompyfunc(lambda x: Decimal(float(x)), 1, 1)(value), dtype=object)


def _computed(expr: Expr, values: Mapping[str, Any]) -> Any:
    if isinstance(expr, Number):
        return exactly(expr.value)
    if isinstance(expr, Name):
        return values[expr.name]
    args = [_computed(arg, values) for arg in expr.args]
    row = OPERATIONS[expr.op]
    body = definition(row, expr.attribute)
    if body is not None:
        return _computed(body, dict(zip(OPERANDS, args, strict=False)))
    fixed = () if expr.attribute is None else (expr.attribute,)
    found = _OWN.get(row.name, row.function)(*args, *fixed)
    return np.asarray(found, dtype=object)
