"""The closed grammar of lesson formulas: text to tree and tree to text, never evaluated as code."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from gdtutor.engine.errors import FormulaError, did_you_mean

MAX_CHARACTERS = 2_000
"""Longest formula, in characters."""
MAX_NESTING = 50
"""Deepest nesting of parentheses, calls, powers and signs."""
MAX_OPERATIONS = 200
"""Most operations in one formula."""
MAX_NAME = 32
"""Longest name, in characters."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a name that a lesson gives looks like."""


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric constant."""

    value: float
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A reference to a given value or to another line."""

    name: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on operands; `axis` is set for a reduction along one axis only."""

    op: str
    args: tuple[Expr, ...]
    axis: int | None = None
    column: int = field(default=0, compare=False)


Expr = Number | Name | Apply


class Arity(NamedTuple):
    """How an operation is called: its number of operands, and whether an axis may follow."""

    operands: int
    takes_axis: bool


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


_TOKENS = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<number>(?:[0-9]+(?:\.(?!T\b)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<transpose>\.T(?![A-Za-z0-9_]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[0-9]+)?)"
    r"|(?P<sign>\*\*|[-+*/@(),])"
)

_INFIX = {"+": "add", "-": "sub", "*": "mul", "/": "div", "@": "matmul"}
_SYMBOLS = {op: sign for sign, op in _INFIX.items()} | {"pow": "**"}


def parse(text: str, functions: Mapping[str, Arity]) -> Expr:
    """Read a formula.

    Args:
        text: The formula, as `w1*x1 + b`.
        functions: Every operation that can be called by name.

    Raises:
        FormulaError: With the column, for anything outside the grammar or its bounds.
    """
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(
            f"the formula has {len(text)} characters, the bound is {MAX_CHARACTERS}",
            "split it into several lines",
            code="bound",
        )
    return _Parser(text, functions).whole()


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKENS.match(text, position)
        if match is None:
            character = text[position]
            hint = _HINTS.get(
                character, "formulas hold names, numbers, parentheses and + - * / ** @ .T"
            )
            raise FormulaError(
                f"{_shown(character)} does not belong in a formula", hint, column=position
            )
        kind = match.lastgroup or ""
        if kind == "number" and _WORD.match(text, match.end()):
            raise FormulaError(
                f"the number {match.group()} runs into a name",
                "a product is written with *, as 2*x",
                column=position,
            )
        if kind != "space":
            yield _Token(kind, match.group(), position)
        position = match.end()
    yield _Token("end", "", len(text))


def _shown(character: str) -> str:
    """Return a character as an error can show it, its code too where it may look like another."""
    code = f"U+{ord(character):04X}"
    if not character.isprintable() or unicodedata.combining(character):
        return code
    return f"'{character}'" if character.isascii() else f"'{character}' ({code})"


_WORD = re.compile(r"[A-Za-z_]")

_HINTS = {
    "^": "a power is written x**2",
    "=": "a line has one '=', after its name",
    "[": "cells cannot be picked in a formula; give each its own name",
    "·": "a product is written with *",
    "×": "a product is written with *",
}


class _Parser:
    """Precedence climbing over the tokens; chains such as a + b + … are loops."""

    def __init__(self, text: str, functions: Mapping[str, Arity]) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._functions = functions
        self._depth = 0
        self._operations = 0

    def whole(self) -> Expr:
        if self._peek.kind == "end":
            raise FormulaError("the formula is empty", "write one after the '='")
        expr = self._sum()
        if self._peek.kind != "end":
            self._unexpected(self._peek)
        return expr

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _unexpected(self, token: _Token) -> NoReturn:
        if token.kind == "end":
            raise FormulaError(
                "the formula ends too early", "something is missing here", column=token.column
            )
        raise FormulaError(
            f"'{token.text}' cannot stand here",
            "an operator such as + or * is missing, or a parenthesis is not balanced",
            column=token.column,
        )

    def _deeper(self, column: int) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise FormulaError(
                f"nested deeper than {MAX_NESTING} levels",
                "split the formula into several lines",
                column=column,
                code="bound",
            )

    def _apply(
        self, op: str, args: tuple[Expr, ...], column: int, axis: int | None = None
    ) -> Apply:
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            raise FormulaError(
                f"more than {MAX_OPERATIONS} operations in one formula",
                "split it into several lines",
                column=column,
                code="bound",
            )
        return Apply(op, args, axis, column)

    def _sum(self) -> Expr:
        left = self._product()
        while self._peek.text in ("+", "-"):
            sign = self._next()
            left = self._apply(_INFIX[sign.text], (left, self._product()), sign.column)
        return left

    def _product(self) -> Expr:
        left = self._signed()
        while self._peek.text in ("*", "/", "@"):
            sign = self._next()
            left = self._apply(_INFIX[sign.text], (left, self._signed()), sign.column)
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
        while self._peek.kind == "transpose":
            token = self._next()
            expr = self._apply("transpose", (expr,), token.column)
        return expr

    def _atom(self) -> Expr:
        token = self._next()
        if token.kind == "number":
            value = float(token.text)
            if value in (float("inf"), float("-inf")):
                raise FormulaError(
                    f"{token.text} is larger than a float64 can hold",
                    "the largest is about 1.8e308",
                    column=token.column,
                    code="bound",
                )
            return Number(value, token.column)
        if token.kind == "name":
            if len(token.text) > MAX_NAME:
                raise FormulaError(
                    f"a name of {len(token.text)} characters",
                    f"the bound is {MAX_NAME}",
                    column=token.column,
                    code="bound",
                )
            if self._peek.text == "(":
                return self._call(token)
            return Name(token.text, token.column)
        if token.text == "(":
            self._deeper(token.column)
            expr = self._sum()
            self._depth -= 1
            self._close(token)
            return expr
        self._unexpected(token)

    def _close(self, opened: _Token) -> None:
        if self._peek.text == ")":
            self._next()
        elif self._peek.kind == "end":
            raise FormulaError(
                "a parenthesis is opened and not closed", "add ')'", column=opened.column
            )
        else:
            self._unexpected(self._peek)

    def _call(self, name: _Token) -> Expr:
        arity = self._functions.get(name.text)
        if arity is None:
            near = did_you_mean(name.text, self._functions)
            raise FormulaError(
                f"unknown operation '{name.text}'",
                near or f"known are {', '.join(sorted(self._functions))}",
                column=name.column,
                code="unknown-operation",
            )
        opened = self._next()
        self._deeper(opened.column)
        args: list[Expr] = []
        if self._peek.text != ")":
            args.append(self._sum())
            while self._peek.text == ",":
                self._next()
                args.append(self._sum())
        self._depth -= 1
        self._close(opened)
        return self._checked_call(name, arity, args)

    def _checked_call(self, name: _Token, arity: Arity, args: list[Expr]) -> Expr:
        axis = None
        if arity.takes_axis and len(args) == arity.operands + 1:
            last = args.pop()
            if not isinstance(last, Number) or last.value not in (0.0, 1.0):
                raise FormulaError(
                    f"the axis of {name.text} must be 0 (down the rows) or 1 (along the columns)",
                    f"write {name.text}(A), {name.text}(A, 0) or {name.text}(A, 1)",
                    column=last.column,
                )
            axis = int(last.value)
        if len(args) != arity.operands:
            plural = "" if arity.operands == 1 else "s"
            raise FormulaError(
                f"{name.text} takes {arity.operands} operand{plural}, here are {len(args)}",
                "check the commas and parentheses",
                column=name.column,
            )
        return self._apply(name.text, tuple(args), name.column, axis)


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the same float64, whole numbers without point."""
    is_whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
    if not is_whole:
        return repr(value)
    return "-0" if value == 0 and math.copysign(1.0, value) < 0 else repr(int(value))


_STRENGTH = {"add": 1, "sub": 1, "mul": 2, "div": 2, "matmul": 2, "neg": 3, "pow": 4}


def to_text(expr: Expr) -> str:
    """Return the formula in the grammar of lessons, with no more parentheses than needed.

    Parsed again it gives the same tree.
    """
    if isinstance(expr, Number):
        return number_text(expr.value)
    if isinstance(expr, Name):
        return expr.name
    if expr.op in _SYMBOLS:
        left, right = expr.args
        strength = _STRENGTH[expr.op]
        sign = _SYMBOLS[expr.op]
        if expr.op == "pow":
            return f"{_wrapped(left, strength + 1)}{sign}{_wrapped(right, 3)}"
        space = " " if expr.op in ("add", "sub", "matmul") else ""
        return f"{_wrapped(left, strength)}{space}{sign}{space}{_wrapped(right, strength + 1)}"
    if expr.op == "neg":
        return f"-{_wrapped(expr.args[0], 3)}"
    if expr.op == "transpose":
        return f"{_wrapped(expr.args[0], 5)}.T"
    axis = "" if expr.axis is None else f", {expr.axis}"
    return f"{expr.op}({', '.join(to_text(arg) for arg in expr.args)}{axis})"


def _wrapped(expr: Expr, needed: int) -> str:
    text = to_text(expr)
    if isinstance(expr, Apply):
        strength = _STRENGTH.get(expr.op, 5)
    else:
        strength = 3 if isinstance(expr, Number) and expr.value < 0 else 5
    return f"({text})" if strength < needed else text


def names_in(expr: Expr) -> Iterator[Name]:
    """Yield every name, each occurrence, left to right."""
    if isinstance(expr, Name):
        yield expr
    elif isinstance(expr, Apply):
        for arg in expr.args:
            yield from names_in(arg)


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """Return the formula with names replaced by formulas."""
    if isinstance(expr, Name):
        return values.get(expr.name, expr)
    if isinstance(expr, Apply):
        args = tuple(substitute(arg, values) for arg in expr.args)
        return Apply(expr.op, args, expr.axis, expr.column)
    return expr
