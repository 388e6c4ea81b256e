"""The closed grammar of formulas: text to tree, never evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from gdtutor.engine.errors import FormulaError, did_you_mean
from gdtutor.engine.expression import INFIX, MAX_NAME, Apply, Attribute, Expr, Name, Number, Range
from gdtutor.engine.tokens import Token, tokens_of

MAX_CHARACTERS = 2_000
"""Longest formula, in characters."""
MAX_NESTING = 50
"""Deepest nesting of parentheses, calls, powers and signs."""
MAX_OPERATIONS = 200
"""Most operations in one formula."""


class Arity(NamedTuple):
    """How an operation is called: its number of operands, and what may follow them."""

    operands: int
    attribute: str = ""
    """What it fixes in plain numbers: axis, index or shape; empty where nothing."""
    repeats: bool = False
    """Whether more operands are taken two by two, from the left."""

    @property
    def takes_axis(self) -> bool:
        """Whether an axis may follow the operands."""
        return self.attribute == "axis"


def parse(
    text: str, functions: Mapping[str, Arity], axes: Mapping[str, Attribute] | None = None
) -> Expr:
    """Read a formula.

    Args:
        text: The formula, as `w1*x1 + b`.
        functions: Every operation that can be called by name.
        axes: What a name stands for where a call fixes its axis; only rules have such.

    Raises:
        FormulaError: With the column, for anything outside the grammar or its bounds.
    """
    if len(text) > MAX_CHARACTERS:
        what = f"the formula has {len(text)} characters, the bound is {MAX_CHARACTERS}"
        raise FormulaError(what, "split it into several lines", code="bound")
    return _Parser(text, functions, axes or {}).whole()


class _Spelling(NamedTuple):
    op: str
    arity: Arity
    fixed: Attribute = None


_SPELLINGS: Mapping[str, _Spelling] = {
    "dot": _Spelling("matmul", Arity(2)),
    "flatten": _Spelling("reshape", Arity(1), (-1,)),
}
"""Calls that are other ways to write an operation."""
_MEANT = {"vstack": "write concat(A, B)", "hstack": "write concat(A, B, axis=1)"}
"""What is written in place of NumPy's other names."""
_COMPARISONS = (">", "<", ">=", "<=")
_MAX_INDEX = 9
"""Digits of an index or a length."""


class _Parser:
    """Precedence climbing over the tokens; chains such as a + b + … are loops."""

    def __init__(
        self, text: str, functions: Mapping[str, Arity], axes: Mapping[str, Attribute]
    ) -> None:
        self._tokens = list(tokens_of(text))
        self._at = 0
        self._functions = functions
        self._axes = axes
        self._depth = 0
        self._operations = 0

    def whole(self) -> Expr:
        if self._peek.kind == "end":
            raise FormulaError("the formula is empty", "write one after the '='")
        expr = self._comparison()
        if self._peek.kind != "end":
            self._unexpected(self._peek)
        return expr

    @property
    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _unexpected(self, token: Token) -> NoReturn:
        if token.kind == "end":
            what = "the formula ends too early"
            raise FormulaError(what, "something is missing here", column=token.column)
        usual = "an operator such as + or * is missing, or a parenthesis is not balanced"
        if token.text == "[":
            usual = "a list is no value: a sum is a + b, and concat(a, b) puts two together"
        if token.text in _COMPARISONS:
            usual = "one comparison stands alone: a product of two, as (a < b)*(b < c), is both"
        if token.text == "=":
            usual = "a line has one '=', after its name; a call may name its axis=0"
        if token.text == "," and any(other.text == "keepdims" for other in self._tokens):
            usual = "an axis that is gone along keeps the length 1; leave keepdims out"
        raise FormulaError(f"'{token.text}' cannot stand here", usual, column=token.column)

    def _deeper(self, column: int) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            what = f"nested deeper than {MAX_NESTING} levels"
            hint = "split the formula into several lines"
            raise FormulaError(what, hint, column=column, code="bound")

    def _apply(
        self, op: str, args: tuple[Expr, ...], column: int, attribute: Attribute = None
    ) -> Apply:
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            what = f"more than {MAX_OPERATIONS} operations in one formula"
            raise FormulaError(what, "split it into several lines", column=column, code="bound")
        return Apply(op, args, attribute, column)

    def _comparison(self) -> Expr:
        """Read a sum, or two that are compared: a mask that is 1 where it holds, else 0."""
        left = self._sum()
        sign = self._peek
        if sign.text not in _COMPARISONS:
            return left
        self._next()
        sides, is_strict = (left, self._sum()), "=" not in sign.text
        # a >= b is step(a - b), and a > b is what b >= a is not.
        above, below = sides if (sign.text[0] == ">") is not is_strict else sides[::-1]
        off = above
        if isinstance(above, Number) and not above.value:
            off = self._apply("neg", (below,), sign.column)
        elif not isinstance(below, Number) or below.value:
            off = self._apply("sub", (above, below), sign.column)
        mask = self._apply("step", (off,), sign.column)
        if not is_strict:
            return mask
        return self._apply("sub", (Number(1.0, sign.column), mask), sign.column)

    def _sum(self) -> Expr:
        left = self._product()
        while self._peek.text in ("+", "-"):
            sign = self._next()
            left = self._apply(INFIX[sign.text], (left, self._product()), sign.column)
        return left

    def _product(self) -> Expr:
        left = self._signed()
        while self._peek.text in ("*", "/", "@"):
            sign = self._next()
            left = self._apply(INFIX[sign.text], (left, self._signed()), sign.column)
        return left

    def _signed(self) -> Expr:
        token = self._peek
        if token.kind == "sign" and token.text in "+-":
            self._next()
            self._deeper(token.column)
            operand = self._signed()
            self._depth -= 1
            if token.text == "+":
                return operand
            if isinstance(operand, Number):
                return Number(-operand.value, token.column)
            return self._apply("neg", (operand,), token.column)
        return self._power()

    def _power(self) -> Expr:
        base = self._postfix()
        token = self._peek
        if token.text != "**":
            return base
        self._next()
        self._deeper(token.column)
        exponent = self._signed()
        self._depth -= 1
        return self._apply("pow", (base, exponent), token.column)

    def _postfix(self) -> Expr:
        expr = self._atom()
        while self._peek.kind == "transpose" or self._peek.text == "[":
            token = self._peek
            if token.text == "[":
                expr = self._apply("pick", (expr,), token.column, self._index())
            else:
                self._next()
                expr = self._apply("transpose", (expr,), token.column)
        return expr

    def _index(self) -> tuple[int | Range, ...]:
        """Read which cells are picked, as `[0, 1:3]`."""
        opened = self._next()
        parts = [self._index_part()]
        while self._peek.text == ",":
            self._next()
            parts.append(self._index_part())
        if self._peek.kind == "end":
            what = "a bracket is opened and not closed"
            raise FormulaError(what, "add ']'", column=opened.column)
        if self._peek.text != "]":
            self._not_whole(self._peek)
        self._next()
        return tuple(parts)

    def _index_part(self) -> int | Range:
        start = None if self._peek.text == ":" else self._whole_number()
        if self._peek.text != ":":
            return start or 0
        self._next()
        return Range(start, None if self._peek.text in (",", "]") else self._whole_number())

    def _whole_number(self) -> int:
        sign = 1
        if self._peek.text == "-":
            self._next()
            sign = -1
        token = self._next()
        if token.kind != "number" or not token.text.isdecimal() or len(token.text) > _MAX_INDEX:
            self._not_whole(token)
        return sign * int(token.text)

    def _not_whole(self, token: Token) -> NoReturn:
        odd = f"'{token.text}' cannot stand in an index"
        hint = "cells are picked by whole numbers, as A[0], A[:, 1:3] or A[1:, -1]"
        what = odd if token.text else "an index ends too early"
        raise FormulaError(what, hint, column=token.column)

    def _atom(self) -> Expr:
        token = self._next()
        if token.kind == "number":
            value = float(token.text)
            if value in (float("inf"), float("-inf")):
                what = f"{token.text} is larger than a float64 can hold"
                hint = "the largest is about 1.8e308"
                raise FormulaError(what, hint, column=token.column, code="bound")
            return Number(value, token.column)
        if token.kind == "name":
            if len(token.text) > MAX_NAME:
                what = f"a name of {len(token.text)} characters"
                hint = f"the bound is {MAX_NAME}"
                raise FormulaError(what, hint, column=token.column, code="bound")
            if self._peek.text == "(":
                return self._call(token)
            return Name(token.text, token.column)
        if token.text == "(":
            self._deeper(token.column)
            expr = self._comparison()
            self._depth -= 1
            self._close(token)
            return expr
        self._unexpected(token)

    def _close(self, opened: Token) -> None:
        if self._peek.text == ")":
            self._next()
        elif self._peek.kind == "end":
            what = "a parenthesis is opened and not closed"
            raise FormulaError(what, "add ')'", column=opened.column)
        else:
            self._unexpected(self._peek)

    def _call(self, name: Token) -> Expr:
        known = self._functions.get(name.text)
        arity = _SPELLINGS[name.text].arity if name.text in _SPELLINGS else known
        if arity is None:
            names = {*self._functions, *_SPELLINGS}
            near = _MEANT.get(name.text) or did_you_mean(name.text, names)
            what = f"unknown operation '{name.text}'"
            hint = near or f"known are {', '.join(sorted(names))}"
            raise FormulaError(what, hint, column=name.column, code="unknown-operation")
        opened = self._next()
        self._deeper(opened.column)
        args: list[Expr] = []
        fixed: Attribute = None
        while self._peek.text != ")" and not self._begins_keyword():
            if self._peek.text == "[" and arity.attribute == "index":
                fixed = self._index()
                break
            if self._peek.text == "[" and name.text == "concat":
                listed = "".join(token.text for token in self._tokens[self._at :])
                parts = re.match(r"\[(\w+(?:,\w+)+)\]", listed)
                meant = parts[1].replace(",", ", ") if parts else "A, B"
                hint = f"write concat({meant}), without a list"
                raise FormulaError("a call takes no list", hint, column=self._peek.column)
            args.append(self._comparison())
            if self._peek.text != ",":
                break
            self._next()
        if self._begins_keyword():
            fixed = self._keyword(name, arity)
        elif args and self._tokens[self._at - 1].text == ",":
            self._unexpected(self._peek)
        self._depth -= 1
        self._close(opened)
        return self._checked_call(name, arity, args, fixed)

    def _begins_keyword(self) -> bool:
        return self._peek.kind == "name" and self._tokens[self._at + 1].text == "="

    def _keyword(self, name: Token, arity: Arity) -> Attribute:
        """Read `axis=0` at the end of a call."""
        key = self._next()
        if key.text != "axis" or not arity.takes_axis:
            hint = f"write {name.text}(…, axis=0)" if arity.takes_axis else "it takes none by name"
            if key.text == "keepdims":
                hint = "leave it out: an axis that is gathered stays, with length 1"
            raise FormulaError(f"{name.text} has no '{key.text}='", hint, column=key.column)
        self._next()
        last = self._sum()
        if isinstance(last, Number) and last.value in (-1.0, -2.0):
            # As NumPy counts from the last of the two axes.
            last = Number(last.value + 2, last.column)
        return self._axis(name, last)

    def _checked_call(self, name: Token, arity: Arity, args: list[Expr], fixed: Attribute) -> Expr:
        if arity.attribute == "shape":
            fixed, args = self._lengths(name, args[arity.operands :]), args[: arity.operands]
        elif arity.repeats and len(args) > arity.operands and not self._is_named_axis(args[-1]):
            return self._folded(name, args, fixed)
        elif fixed is None and arity.attribute and len(args) == arity.operands + 1:
            fixed = self._axis(name, args.pop())
        if arity.repeats and fixed is None:
            fixed = 0
        if len(args) != arity.operands:
            plural = "" if arity.operands == 1 else "s"
            what = f"{name.text} takes {arity.operands} operand{plural}, here are {len(args)}"
            raise FormulaError(what, "check the commas and parentheses", column=name.column)
        spelling = _SPELLINGS.get(name.text, _Spelling(name.text, arity, fixed))
        return self._apply(spelling.op, tuple(args), name.column, spelling.fixed)

    def _is_named_axis(self, last: Expr) -> bool:
        """Say whether a rule's last operand stands for what its call fixes."""
        return isinstance(last, Name) and last.name in self._axes

    def _folded(self, name: Token, args: list[Expr], fixed: Attribute) -> Expr:
        """Take more than two operands two by two, from the left."""
        axis, joined = fixed if fixed is not None else 0, args[0]
        for arg in args[1:]:
            joined = self._apply(name.text, (joined, arg), name.column, axis)
        return joined

    def _lengths(self, name: Token, args: list[Expr]) -> tuple[int, ...]:
        """Read the lengths of a new shape."""
        values = [arg.value for arg in args if isinstance(arg, Number)]
        is_shape = len(values) == len(args) and 1 <= len(values) <= 2
        if not is_shape or any(v != int(v) or (v < 1 and v != -1) for v in values):
            what = f"{name.text} needs one or two lengths, whole numbers above 0"
            hint = f"write {name.text}(A, 2, 6), or {name.text}(A, 2, -1), whose -1 follows"
            raise FormulaError(what, hint, column=name.column)
        return tuple(int(value) for value in values)

    def _axis(self, name: Token, last: Expr) -> Attribute:
        if isinstance(last, Name) and last.name in self._axes:
            return self._axes[last.name]
        if not isinstance(last, Number) or last.value not in (0.0, 1.0):
            is_extreme = name.text in ("max", "min")
            besides = f"; of two values {name.text}imum(a, b)" if is_extreme else ""
            what = f"the axis of {name.text} must be 0 (down the rows) or 1 (along the columns)"
            ways = f"{name.text}(A), {name.text}(A, axis=0) or {name.text}(A, axis=1)"
            raise FormulaError(what, f"write {ways}{besides}", column=last.column)
        return int(last.value)
