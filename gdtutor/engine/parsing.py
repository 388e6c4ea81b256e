"""The closed grammar of formulas: text to tree, never evaluated as code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from gdtutor.engine.errors import FormulaError, did_you_mean
from gdtutor.engine.expression import INFIX, MAX_NAME, Apply, Attribute, Expr, Name, Number
from gdtutor.engine.tokens import Token, tokens_of

MAX_CHARACTERS = 2_000
"""Longest formula, in characters."""
MAX_NESTING = 50
"""Deepest nesting of parentheses, calls, powers and signs."""
MAX_OPERATIONS = 200
"""Most operations in one formula."""


class Arity(NamedTuple):
    """How an operation is called: its number of operands, and whether an axis may follow."""

    operands: int
    takes_axis: bool


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
        raise FormulaError(
            f"the formula has {len(text)} characters, the bound is {MAX_CHARACTERS}",
            "split it into several lines",
            code="bound",
        )
    return _Parser(text, functions, axes or {}).whole()


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
        expr = self._sum()
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
            raise FormulaError(
                "the formula ends too early", "something is missing here", column=token.column
            )
        usual = "an operator such as + or * is missing, or a parenthesis is not balanced"
        if token.text == "=":
            usual = "a line has one '=', after its name; a call may name its axis=0"
        raise FormulaError(f"'{token.text}' cannot stand here", usual, column=token.column)

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
        self, op: str, args: tuple[Expr, ...], column: int, attribute: Attribute = None
    ) -> Apply:
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            raise FormulaError(
                f"more than {MAX_OPERATIONS} operations in one formula",
                "split it into several lines",
                column=column,
                code="bound",
            )
        return Apply(op, args, attribute, column)

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

    def _close(self, opened: Token) -> None:
        if self._peek.text == ")":
            self._next()
        elif self._peek.kind == "end":
            raise FormulaError(
                "a parenthesis is opened and not closed", "add ')'", column=opened.column
            )
        else:
            self._unexpected(self._peek)

    def _call(self, name: Token) -> Expr:
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
        axis: Attribute = None
        while self._peek.text != ")" and not self._begins_keyword():
            args.append(self._sum())
            if self._peek.text != ",":
                break
            self._next()
        if self._begins_keyword():
            axis = self._keyword(name, arity)
        elif args and self._tokens[self._at - 1].text == ",":
            self._unexpected(self._peek)
        self._depth -= 1
        self._close(opened)
        return self._checked_call(name, arity, args, axis)

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
        return self._axis(name, self._sum())

    def _checked_call(self, name: Token, arity: Arity, args: list[Expr], axis: Attribute) -> Expr:
        if axis is None and arity.takes_axis and len(args) == arity.operands + 1:
            axis = self._axis(name, args.pop())
        if len(args) != arity.operands:
            plural = "" if arity.operands == 1 else "s"
            raise FormulaError(
                f"{name.text} takes {arity.operands} operand{plural}, here are {len(args)}",
                "check the commas and parentheses",
                column=name.column,
            )
        return self._apply(name.text, tuple(args), name.column, axis)

    def _axis(self, name: Token, last: Expr) -> Attribute:
        if isinstance(last, Name) and last.name in self._axes:
            return self._axes[last.name]
        if not isinstance(last, Number) or last.value not in (0.0, 1.0):
            raise FormulaError(
                f"the axis of {name.text} must be 0 (down the rows) or 1 (along the columns)",
                f"write {name.text}(A), {name.text}(A, axis=0) or {name.text}(A, axis=1)",
                column=last.column,
            )
        return int(last.value)
