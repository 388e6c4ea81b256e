"""The tree of a formula, and its text: what lessons are written in and rules are kept as."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from gdtutor.values import Struct, astuple

MAX_NAME = 32
"""Longest name, in characters."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a name that a lesson gives looks like."""


class _Part(Struct, frozen=True, eq=False):
    """A part of a formula, equal to the same part in any column; the column is the last field."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and astuple(self)[:-1] == astuple(other)[:-1]

    def __ne__(self, other: object) -> bool:
        # The one that a Struct brings compares by identity.
        return not self == other

    def __hash__(self) -> int:
        return hash(astuple(self)[:-1])


class Number(_Part, frozen=True):
    """A numeric constant."""

    value: float
    column: int = 0


class Name(_Part, frozen=True):
    """A reference to a given value or to another line."""

    name: str
    column: int = 0


class Range(NamedTuple):
    """A stretch of cells along an axis, as a slice of NumPy's without a step."""

    start: int | None
    stop: int | None


Attribute = int | tuple[int | Range, ...] | None
"""What a call fixes in plain numbers: the axis that it goes along, the cells that it picks, or the
lengths of a shape; None where it fixes nothing."""


class Apply(_Part, frozen=True):
    """An operation on operands, with what its call fixes in plain numbers."""

    op: str
    args: tuple[Expr, ...]
    attribute: Attribute = None
    column: int = 0


Expr = Number | Name | Apply


INFIX: Mapping[str, str] = {"+": "add", "-": "sub", "*": "mul", "/": "div", "@": "matmul"}
"""The operations that stand between two operands, by their signs; the power, `**`, binds to the
right and is read apart."""
SIGNS: Mapping[str, str] = {
    "add": " + ", "sub": " - ", "mul": "*", "div": "/", "matmul": " @ ", "pow": "**",
}  # fmt: skip
"""What is written between two operands, blanks included."""
STRENGTH: Mapping[str, int] = {
    "add": 1, "sub": 1, "mul": 2, "div": 2, "matmul": 2, "neg": 3, "pow": 4,
}  # fmt: skip
"""How strongly an operation binds its operands."""
WHOLE = 5
"""The strength of what never needs parentheses."""


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the same float64, as it is typed: 2, 1e-9."""
    is_whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
    if not is_whole:
        return repr(float(value)).replace("e+", "e").replace("e-0", "e-")
    return "-0" if value == 0 and math.copysign(1.0, value) < 0 else repr(int(value))


class FormulaWriter(Struct, frozen=True):
    """Writes formulas with no more parentheses than needed.

    This one writes the grammar of lessons: parsed again its text gives the same tree. A dialect has
    numbers, names, signs or calls of its own.
    """

    def write(self, expr: Expr) -> str:
        """Return a formula as text."""
        return self._written(expr)[0]

    def _written(self, expr: Expr) -> tuple[str, int]:
        """Return a formula as text, and how strongly it binds."""
        if isinstance(expr, Number):
            return self._alone(self._number(expr.value))
        if isinstance(expr, Name):
            return self._alone(self._named(expr.name))
        sign = self._sign(expr)
        if sign:
            strength, is_power = STRENGTH[expr.op], expr.op == "pow"
            right = self._wrapped(expr.args[1], 3 if is_power else strength + 1)
            return f"{self._left(expr, strength + is_power)}{sign}{right}", strength
        if expr.op == "neg":
            return f"{self._minus}{self._wrapped(expr.args[0], 3)}", 3
        return self._call(expr)

    def _wrapped(self, expr: Expr, needed: int) -> str:
        """Return a part of what binds so strongly."""
        text, strength = self._written(expr)
        return f"({text})" if strength < needed else text

    def _alone(self, text: str) -> tuple[str, int]:
        """Return a number or a name, and how strongly its text binds."""
        return text, 3 if text.startswith("-") else WHOLE

    def _number(self, value: float) -> str:
        return number_text(value)

    def _named(self, name: str) -> str:
        return name

    @property
    def _minus(self) -> str:
        return "-"

    def _sign(self, expr: Apply) -> str:
        """Return what stands between two operands; nothing where the operation is a call."""
        return SIGNS.get(expr.op, "")

    def _left(self, expr: Apply, needed: int) -> str:
        return self._wrapped(expr.args[0], needed)

    def _call(self, expr: Apply) -> tuple[str, int]:
        """Return an operation that is no sign, and how strongly its text binds."""
        if expr.op in ("transpose", "pick"):
            last = ".T" if expr.op == "transpose" else index_text(expr.attribute)
            return self._wrapped(expr.args[0], WHOLE) + last, WHOLE
        parts = [*map(self._bare, operands_of(expr)), *attribute_texts(expr)]
        return f"{self._called(expr.op)}({', '.join(parts)})", WHOLE

    def _called(self, op: str) -> str:
        return op

    def _bare(self, expr: Expr) -> str:
        """Return a part that parentheses stand around already."""
        return self.write(expr)


to_text = FormulaWriter().write
"""Returns a formula in the grammar of lessons."""


def operands_of(expr: Apply) -> tuple[Expr, ...]:
    """Return the operands as a call names them: joined arrays all in one call."""
    first = expr.args[0]
    is_more = expr.op == "concat" and isinstance(first, Apply) and first.op == "concat"
    if is_more and isinstance(first, Apply) and first.attribute == expr.attribute:
        return (*operands_of(first), *expr.args[1:])
    return expr.args


def attribute_texts(expr: Apply) -> list[str]:
    """Return what stands behind the operands of a call."""
    fixed = expr.attribute
    if isinstance(fixed, tuple):
        return [str(n) for n in fixed] if expr.op == "reshape" else [index_text(fixed)]
    return [] if fixed is None else [f"axis={fixed}"]


def index_text(index: Attribute) -> str:
    """Return which cells are picked, as `[0, 1:3]`."""
    parts = index if isinstance(index, tuple) and not isinstance(index, Range) else (index,)
    return f"[{', '.join(map(_index_part, parts))}]"


def _index_part(part: object) -> str:
    if not isinstance(part, Range):
        return str(part)
    start, stop = ("" if n is None else str(n) for n in part)
    return f"{start}:{stop}"


def _parts_of(expr: Expr) -> Iterator[Expr]:
    """Yield every part of a formula, each before its operands, left to right."""
    pending = [expr]
    while pending:
        part = pending.pop()
        yield part
        if isinstance(part, Apply):
            pending.extend(reversed(part.args))


def names_in(expr: Expr) -> Iterator[Name]:
    """Yield every name, each occurrence, left to right."""
    return (part for part in _parts_of(expr) if isinstance(part, Name))


def calls_in(expr: Expr) -> Iterator[Apply]:
    """Yield every operation, each before its operands, left to right."""
    return (part for part in _parts_of(expr) if isinstance(part, Apply))


def chained(parts: Sequence[Expr], op: str) -> Expr:
    """Return an operation on two operands done on several, from the left."""
    return reduce(lambda left, right: Apply(op, (left, right)), parts)


def transposed(expr: Expr) -> Expr:
    """Return a formula turned; turned twice, it stands as it is."""
    is_turned = isinstance(expr, Apply) and expr.op == "transpose"
    return expr.args[0] if isinstance(expr, Apply) and is_turned else Apply("transpose", (expr,))


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """Return the formula with names replaced by formulas; turned twice, one stands as it is."""
    if isinstance(expr, Name):
        return values.get(expr.name, expr)
    if isinstance(expr, Apply):
        args = tuple(substitute(arg, values) for arg in expr.args)
        first = args[0]
        if expr.op == "transpose" and isinstance(first, Apply) and first.op == "transpose":
            return first.args[0]
        return Apply(expr.op, args, expr.attribute, expr.column)
    return expr
