"""Formulas as a learner reads them: in symbols, and the same with numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from gdtutor.engine.expression import (
    STRENGTH,
    WHOLE,
    Apply,
    Expr,
    Name,
    Number,
    attribute_texts,
    index_text,
    number_text,
    operands_of,
)
from gdtutor.engine.operations import written_out
from gdtutor.values import Struct
from gdtutor.view.frame import Chars
from gdtutor.view.notation import superscript

_GREEK = {"sigmoid": "σ", "log": "ln"}
_STRENGTH = {**STRENGTH, "square": STRENGTH["pow"], "transpose": STRENGTH["pow"]}
"""How strongly what is shown binds: signs that are raised cannot stand one after the other."""
_MOST_RAISED = 1e6
"""Whole exponents below this size are raised."""
_SCIENTIFIC = re.compile(r"[0-9.]+e")


class Writer(Struct, frozen=True):
    """How a formula is written down."""

    chars: Chars
    leaf: Callable[[str], str]
    """A name's text: its shown name, or its number."""
    is_array: Callable[[Expr], bool] = lambda _: False
    """Whether a part is an array, whose elementwise product is written ⊙."""
    number: Callable[[float], str] = number_text
    summed: str = "examples"
    """What a sum along a broadcast runs over."""

    def write(self, expr: Expr) -> str:
        """Return the formula on one line."""
        if isinstance(expr, Number):
            return self._signed(self.number(expr.value))
        if isinstance(expr, Name):
            return self.leaf(expr.name)
        infix = self._infix(expr)
        if infix is not None:
            left, right = expr.args
            strength = STRENGTH[expr.op]
            return f"{self._at(left, strength)}{infix}{self._at(right, strength + 1)}"
        match expr.op:
            case "neg":
                return f"{self.chars.minus}{self._at(expr.args[0], 3)}"
            case "mul_or_zero":
                return self.write(Apply("mul", expr.args))
            case "deviation":
                return self.write(written_out(expr))
            case "pow":
                return self._power(expr.args[0], expr.args[1])
            case "square":
                return self._power(expr.args[0], Number(2.0))
            case "transpose":
                return self._at(expr.args[0], 5) + ("ᵀ" if self.chars.unicode else ".T")
            case "abs":
                inner = self.write(expr.args[0])
                return f"abs({inner})" if "|" in inner else f"|{inner}|"
            case "identity" | "spread":
                return self.write(expr.args[0])
            case "pick":
                return self._at(expr.args[0], 5) + index_text(expr.attribute)
            case "sum_to":
                return self._sum(f"over {self.summed} of ", expr.args[0])
            case "sum" if expr.attribute is None:
                return self._sum("", expr.args[0])
        return self._call(expr)

    def _signed(self, text: str) -> str:
        return text.replace("-", "−") if self.chars.unicode else text

    def _infix(self, expr: Apply) -> str | None:
        plain = self.chars.unicode
        match expr.op:
            case "add":
                return " + "
            case "sub":
                return f" {self.chars.minus} "
            case "mul":
                both = all(self.is_array(arg) for arg in expr.args)
                if not plain:
                    return "*"
                return " ⊙ " if both else "·"
            case "div":
                return "/"
            case "matmul":
                return " · " if plain else " @ "
            case _:
                return None

    def _power(self, base: Expr, exponent: Expr) -> str:
        inner = self._at(base, 5)
        if isinstance(exponent, Number) and _is_raised(exponent.value):
            return inner + superscript(int(exponent.value), self.chars)
        sign, needed = ("^", 5) if self.chars.unicode else ("**", 3)
        return f"{inner}{sign}{self._at(exponent, needed)}"

    def _sum(self, over: str, arg: Expr) -> str:
        sign = "Σ" if self.chars.unicode else "sum"
        return f"{sign} {over}{self._at(arg, 2)}" if over else f"{sign}({self.write(arg)})"

    def _call(self, expr: Apply) -> str:
        called = _GREEK.get(expr.op, expr.op) if self.chars.unicode else expr.op
        parts = [*map(self._bare, operands_of(expr)), *attribute_texts(expr)]
        return f"{called}({', '.join(parts)})"

    def _bare(self, expr: Expr) -> str:
        """Return a part that parentheses stand around already."""
        text = self.write(expr)
        return text[1:-1] if isinstance(expr, Name) and text[:1] == "(" else text

    def _at(self, expr: Expr, needed: int) -> str:
        text = self.write(expr)
        if isinstance(expr, Apply):
            strength = _STRENGTH.get("mul" if expr.op == "mul_or_zero" else expr.op, WHOLE)
            if expr.op in ("identity", "spread"):
                return self._at(expr.args[0], needed)
            if expr.op == "deviation":
                return self._at(written_out(expr), needed)
            if expr.op in ("sum", "sum_to") and text[0] in "Σs" and not text.endswith(")"):
                strength = 1
            if expr.op == "sum_to":
                strength = 1
        else:
            strength = 3 if text[:1] in ("-", "−") else 5
            if (strength == 3 and needed > 1) or (needed == WHOLE and _SCIENTIFIC.match(text)):
                strength = 0
        return f"({text})" if strength < needed else text


def _is_raised(exponent: float) -> bool:
    """Say whether an exponent is a whole number that is written above the line."""
    return abs(exponent) < _MOST_RAISED and exponent == int(exponent)
