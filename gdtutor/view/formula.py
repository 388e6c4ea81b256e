"""Formulas as a learner reads them: in symbols, and the same with numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from gdtutor.engine.expression import (
    STRENGTH,
    WHOLE,
    Apply,
    Expr,
    FormulaWriter,
    Name,
    Number,
    number_text,
)
from gdtutor.engine.operations import written_out
from gdtutor.view.frame import Chars
from gdtutor.view.notation import superscript

_GREEK = {"sigmoid": "σ", "log": "ln"}
_SIGNS = {"add": " + ", "mul": "·", "div": "/", "matmul": " · "}
_PLAIN_SIGNS = {"add": " + ", "mul": "*", "div": "/", "matmul": " @ "}
_RAISED = STRENGTH["pow"]
"""How strongly a raised sign binds: it cannot stand behind another one."""
_MOST_RAISED = 1e6
"""Whole exponents below this size are raised."""
_SCIENTIFIC = re.compile(r"[0-9.]+e")


class Writer(FormulaWriter, frozen=True):
    """Writes a formula as learners read it, in symbols or with numbers."""

    chars: Chars
    leaf: Callable[[str], str]
    """A name's text: its shown name, or its number."""
    is_array: Callable[[Expr], bool] = lambda _: False
    """Whether a part is an array, whose elementwise product is written ⊙."""
    number: Callable[[float], str] = number_text
    summed: Callable[[Apply], str] = lambda _: "examples"
    """What a sum along a broadcast runs over."""

    def _number(self, value: float) -> str:
        return self.number(value).replace("-", self.chars.minus)

    def _named(self, name: str) -> str:
        return self.leaf(name)

    def _alone(self, text: str) -> tuple[str, int]:
        if text.startswith(("-", "−")):
            return text, STRENGTH["add"]
        # (∂L/∂w)² is the square of a slope.
        return text, _RAISED if _SCIENTIFIC.match(text) or "/" in text else WHOLE

    @property
    def _minus(self) -> str:
        return self.chars.minus

    def _sign(self, expr: Apply) -> str:
        if expr.op == "sub":
            return f" {self.chars.minus} "
        sign = (_SIGNS if self.chars.unicode else _PLAIN_SIGNS).get(expr.op, "")
        return " ⊙ " if sign == "·" and all(map(self.is_array, expr.args)) else sign

    def _call(self, expr: Apply) -> tuple[str, int]:
        first = expr.args[0]
        match expr.op:
            case "mul_or_zero":
                return self._written(Apply("mul", expr.args))
            case "deviation":
                return self._written(written_out(expr))
            case "identity" | "spread":
                return self._written(first)
            case "pow":
                return self._power(first, expr.args[1]), _RAISED
            case "square":
                return self._power(first, Number(2.0)), _RAISED
            case "transpose":
                last = "ᵀ" if self.chars.unicode else ".T"
                return self._wrapped(first, WHOLE) + last, _RAISED
            case "abs":
                inner = self.write(first)
                return f"abs({inner})" if "|" in inner else f"|{inner}|", WHOLE
            case "sum_to":
                return f"{self._sum} over {self.summed(expr)} of {self._wrapped(first, 2)}", 1
            case "sum" if expr.attribute is None:
                return f"{self._sum}({self.write(first)})", WHOLE
        return super()._call(expr)

    @property
    def _sum(self) -> str:
        return "Σ" if self.chars.unicode else "sum"

    def _power(self, base: Expr, exponent: Expr) -> str:
        inner = self._wrapped(base, WHOLE)
        if isinstance(exponent, Number) and _is_raised(exponent.value):
            return inner + superscript(int(exponent.value), self.chars)
        sign, needed = ("^", WHOLE) if self.chars.unicode else ("**", 3)
        return f"{inner}{sign}{self._wrapped(exponent, needed)}"

    def _called(self, op: str) -> str:
        return _GREEK.get(op, op) if self.chars.unicode else op

    def _bare(self, expr: Expr) -> str:
        text = self.write(expr)
        return text[1:-1] if isinstance(expr, Name) and text.startswith("(") else text


def _is_raised(exponent: float) -> bool:
    """Say whether an exponent is a whole number that is written above the line."""
    return abs(exponent) < _MOST_RAISED and exponent == int(exponent)
