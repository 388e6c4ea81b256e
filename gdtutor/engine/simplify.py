"""A short, fixed list of simplifications: factors of 1, signs, and numeric constants.

No terms are collected and nothing is cancelled but numbers: a rule stays recognisable as the
product of the table's rows along its path. Constants are merged only while they stay far from
what float64 can hold, and nothing is changed inside an operation that is not elementwise: there
`0*X` and `0` differ, since they have different shapes.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from gdtutor.engine.expression import Apply, Expr, Number, chained
from gdtutor.engine.operations import OPERATIONS, Kind
from gdtutor.values import Struct, field

_LARGEST = 1e150
"""Largest merged constant, and 1 over the smallest, so that a quotient of two is finite."""


class _Factors(Struct):
    above: float = 1.0
    below: float = 1.0
    numerator: list[Expr] = field(default_factory=list)
    denominator: list[Expr] = field(default_factory=list)

    def merges(self, value: float, is_below: bool) -> bool:
        """Merge a constant factor; False where the result would not be safe."""
        merged = value * (self.below if is_below else self.above)
        is_zero = not is_below and (value == 0 or self.above == 0)
        if not (is_zero or _is_safe(merged)):
            return False
        if is_below:
            self.below = merged
        else:
            self.above = 0.0 if is_zero else merged
        return True


def _is_safe(value: float) -> bool:
    return 1 / _LARGEST <= abs(value) <= _LARGEST


def product(*parts: Expr, simplified: Callable[[Expr], Expr] | None = None) -> Expr:
    """Return the simplified product of formulas.

    Args:
        parts: What is multiplied; products and quotients in them are taken apart.
        simplified: Makes a shorter formula of a factor; None where they are short already.
    """
    factors = _Factors()
    pending: list[tuple[Expr, bool]] = [(part, False) for part in reversed(parts)]
    while pending:
        part, is_below = pending.pop()
        if simplified is not None and not _is_product(part):
            part = simplified(part)
        if isinstance(part, Number) and factors.merges(part.value, is_below):
            continue
        if isinstance(part, Apply) and part.op == "neg":
            factors.above = -factors.above
            pending.append((part.args[0], is_below))
        elif isinstance(part, Apply) and part.op == "mul":
            pending.extend((arg, is_below) for arg in reversed(part.args))
        elif isinstance(part, Apply) and part.op == "div":
            pending.append((part.args[1], not is_below))
            pending.append((part.args[0], is_below))
        else:
            (factors.denominator if is_below else factors.numerator).append(part)
    return _rebuilt(factors)


def _is_product(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op in ("mul", "div", "neg")


def _rebuilt(factors: _Factors) -> Expr:
    above, below = factors.above, factors.below
    if above == 0:
        return Number(0.0)
    if below < 0:
        above, below = -above, -below
    if above % below == 0:
        above, below = above / below, 1.0
    elif below % abs(above) == 0:
        above, below = math.copysign(1.0, above), below / abs(above)
    parts = list(factors.numerator)
    if abs(above) != 1 or not parts:
        parts.insert(0, Number(abs(above)))
    under = list(factors.denominator)
    if below != 1:
        under.insert(0, Number(below))
    result = chained(parts, "mul")
    if under:
        # Divided by one after the other: a product of divisors overflows before the quotient does.
        first = 2 if isinstance(under[0], Number) else 1
        for divisor in (chained(under[:first], "mul"), *under[first:]):
            result = Apply("div", (result, divisor))
    if above < 0:
        return Number(-result.value) if isinstance(result, Number) else Apply("neg", (result,))
    return result


def simplify(expr: Expr) -> Expr:
    """Return an equal formula after the fixed list of simplifications, innermost first.

    Its value may have fewer axes or cells than before, and then broadcasts to the same.
    """
    if not isinstance(expr, Apply) or OPERATIONS[expr.op].kind is not Kind.ELEMENTWISE:
        return expr
    if _is_product(expr):
        # All that it multiplies is simplified once, however deep products stand in products.
        return product(expr, simplified=simplify)
    args = tuple(simplify(arg) for arg in expr.args)
    expr = Apply(expr.op, args, expr.attribute, expr.column)
    if expr.op in ("add", "sub"):
        return _sum_of(expr, args[0], args[1])
    if expr.op == "mul_or_zero":
        return _product_of(expr, args[0], args[1])
    if expr.op == "pow":
        return _power_of(expr, args[0], args[1])
    return expr


def _sum_of(expr: Apply, left: Expr, right: Expr) -> Expr:
    sign = 1.0 if expr.op == "add" else -1.0
    if isinstance(left, Number) and isinstance(right, Number):
        total = left.value + sign * right.value
        return Number(total) if math.isfinite(total) else expr
    if isinstance(right, Number) and right.value == 0:
        return left
    if isinstance(left, Number) and left.value == 0:
        return right if expr.op == "add" else product(Number(-1.0), right)
    if isinstance(right, Apply) and right.op == "neg":
        return Apply("sub" if expr.op == "add" else "add", (left, right.args[0]))
    return expr


def _product_of(expr: Apply, left: Expr, right: Expr) -> Expr:
    """Return a plain product where the 0 of its name is out of question, or the only answer."""
    if isinstance(left, Number):
        return product(left, right) if left.value else left
    return product(left, right) if isinstance(right, Number) else expr


def _power_of(expr: Apply, base: Expr, exponent: Expr) -> Expr:
    if isinstance(exponent, Number):
        if exponent.value == 1:
            return base
        if exponent.value == 0:
            return Number(1.0)
        if isinstance(base, Number) and base.value > 0:
            try:
                power = base.value**exponent.value
            except OverflowError:
                return expr
            return Number(power) if _is_safe(power) else expr
    return expr


def is_one(expr: Expr) -> bool:
    """Say whether a formula is the number 1."""
    return isinstance(expr, Number) and expr.value == 1
