"""Equations with numbers in them, honest about rounding."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gdtutor.engine.cells import ELLIPSIS
from gdtutor.engine.expression import Expr
from gdtutor.engine.operations import evaluate
from gdtutor.values import Struct, replace
from gdtutor.view.context import Context
from gdtutor.view.formula import Writer
from gdtutor.view.frame import Lines, Style
from gdtutor.view.lines import line, wrapped_formula
from gdtutor.view.notation import number, read_back


def relation(expr: Expr, values: Mapping[str, float], result: float, context: Context) -> str:
    """Return `=` where the shown operands give the shown result, else `≈` (ASCII `~`)."""
    digits = context.look.digits
    read = {n: 0.0 if context.is_rounded(v) else read_back(v, digits) for n, v in values.items()}
    with np.errstate(all="ignore"):
        recomputed = float(evaluate(expr, {n: np.asarray(v) for n, v in read.items()}))
    if number(recomputed, digits) == number(result, digits) and not _underflows(expr, read, result):
        return "="
    return "≈" if context.chars.unicode else "~"


def _underflows(expr: Expr, values: Mapping[str, float], result: float) -> bool:
    """Say whether a result is 0 since a float64 holds nothing that small."""
    if result != 0:
        return False
    try:
        with np.errstate(all="ignore", under="raise"):
            evaluate(expr, {name: np.asarray(value) for name, value in values.items()})
    except FloatingPointError:
        return True
    return False


def numbers_writer(context: Context, values: Mapping[str, float]) -> Writer:
    """Return the writer that puts the shown numbers in place of the names."""

    def leaf(name: str) -> str:
        text = context.number(values[name])
        return f"({text})" if text[:1] in "-−" else text

    return _with_ellipsis(context, replace(context.writer(), leaf=leaf))


def _with_ellipsis(context: Context, writer: Writer) -> Writer:
    """Return the writer that shows the elided part of a sum as an ellipsis."""

    def leaf(name: str) -> str:
        return context.chars.ellipsis if name.startswith(ELLIPSIS) else writer.leaf(name)

    return replace(writer, leaf=leaf, is_array=lambda _: False)


class Equation(Struct, frozen=True):
    """A formula of numbers, and what it gives."""

    left: str
    """What the result is called."""
    expr: Expr
    values: Mapping[str, float]
    result: float = math.nan
    """NaN where it is not told."""
    sign: str = "="
    """Between what the result is called and the formula: an arrow in an update."""


def equation_lines(
    context: Context,
    equation: Equation,
    width: int,
    writer: Writer | None = None,
    *,
    symbols: bool = True,
) -> Lines:
    """Return `z = w·x + b`, the same with numbers, and the result, each from its own line.

    Args:
        context: The step.
        equation: The equation.
        width: Cells of a line.
        writer: Writes its symbols; None for the step's own.
        symbols: Whether they are told.
    """
    left, expr = equation.left, equation.expr
    written = _with_ellipsis(context, writer or context.writer()).write(expr)
    numbers = numbers_writer(context, equation.values).write(expr)
    values, result = equation.values, equation.result
    sign, shown = context.equal(result, relation(expr, values, result, context))
    indent, lines = " " * len(left), []
    if symbols and len(left) + 3 + max(len(written), len(numbers)) > width and len(left) > 3:
        # A long name before the sign would leave no room for the formula.
        indent, lines = "", [line(left), *wrapped_formula(f" {equation.sign} ", written, width)]
    elif symbols:
        lines = list(wrapped_formula(f"{left} {equation.sign} ", written, width))
    if numbers != written and numbers != shown:
        lines.extend(wrapped_formula(f"{indent} = ", numbers, width))
    lines.append(line(f"{indent} {sign} ", (shown, Style.CURRENT)))
    return tuple(lines)
