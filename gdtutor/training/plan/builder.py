"""Formulas over the operations of the table become terms."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gdtutor.engine.expression import Attribute, Expr, Name, Number
from gdtutor.engine.operations import OPERANDS, OPERATIONS, Kind, Operation, definition
from gdtutor.engine.shapes import operation_shape
from gdtutor.training.plan.algebra import Algebra
from gdtutor.training.plan.terms import ONE, Term


class Builder(Algebra):
    """Appends to a program what operations and formulas compute."""

    def apply(self, name: str, args: tuple[Term, ...], attribute: Attribute = None) -> Term:
        """Return one operation of the table."""
        row = OPERATIONS[name]
        match name:
            case "add" | "sub" | "mul" | "div" | "pow" | "matmul" | "outer":
                return _BINARY[name](self, args[0], args[1])
            case "mul_or_zero" if any(map(self.is_other_number, args)):
                return self.mul(args[0], args[1])
            case "neg":
                return self.negated(args[0])
            case "transpose":
                return self.transpose(args[0])
            case "sum" | "mean" | "max" | "min" | "argmax":
                return self._reduction(row, args[0], attribute)
            case "count":
                return Term(float(math.prod(self.shape(args[0]))), ONE)
            case "spread":
                return self.spread(args[0], self.shape(args[1]))
            case "sum_to":
                return self.sum_to(args[0], self.shape(args[1]))
        if row.kind in (Kind.PICK, Kind.RESHAPE, Kind.CONCAT, Kind.PART, Kind.EMBED):
            return self._placed(row, args, attribute)
        if row.function is None:
            body = definition(row, attribute)
            if body is None:
                raise ValueError(f"the row of {name} says nowhere how it is computed")
            return self.evaluate(body, dict(zip(OPERANDS, args, strict=False)))
        return self._elementwise(row, args)

    def evaluate(self, expr: Expr, values: Mapping[str, Term]) -> Term:
        """Return a formula over the terms of its names."""
        if isinstance(expr, Number):
            return Term(expr.value, ONE)
        if isinstance(expr, Name):
            return values[expr.name]
        args = tuple(self.evaluate(arg, values) for arg in expr.args)
        return self.apply(expr.op, args, expr.attribute)

    def _placed(self, row: Operation, args: tuple[Term, ...], attribute: Attribute) -> Term:
        """Return cells in other places, or rows that numbers pick."""
        if row.function is None:
            body = definition(row, attribute)
            return self.evaluate(body, dict(zip(OPERANDS, args, strict=False))) if body else args[0]
        shape = operation_shape(row, tuple(map(self.shape, args)), attribute)
        first = args[0]
        if row.name in ("pick", "reshape", "refit", "first", "last") and self._is_number(first):
            return self.spread(first, shape)
        fixed = () if attribute is None else (attribute,)
        if row.kind is Kind.CONCAT or row.name == "one_hot":
            return self._op(row.name, tuple(map(self.plain, args)), shape, fixed)
        # What only its shape is asked of needs no factor.
        others = tuple(arg.id for arg in args[1:])
        return Term(first.scale, self._op(row.name, (first.id, *others), shape, fixed).id)

    def _reduction(self, row: Operation, term: Term, axis: Attribute) -> Term:
        wide = self.shape(term)
        shape = operation_shape(row, (wide,), axis)
        axes = (axis,) if isinstance(axis, int) else tuple(range(len(wide)))
        if row.name in ("max", "min", "argmax"):
            return self._op(row.name, (self.plain(term),), shape, (axes,))
        result = self.total(term, axes, shape)
        if row.name == "mean":
            count = math.prod(wide[i] for i in axes)
            return Term(result.scale / count, result.id)
        return result


_BINARY = {
    "add": Builder.add,
    "sub": Builder.sub,
    "mul": Builder.mul,
    "div": Builder.div,
    "pow": Builder.pow,
    "matmul": Builder.matmul,
    "outer": Builder.outer,
}
