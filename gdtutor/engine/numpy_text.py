"""Formulas and rules of a walk as lines of NumPy source, for readers and for the export.

Everything is written from parsed formulas and from the table of operations: no text of a lesson
is copied, and every name is passed through a function of the caller.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable

from gdtutor.engine.expression import (
    WHOLE,
    Apply,
    Expr,
    FormulaWriter,
    Number,
    index_text,
    number_text,
    substitute,
)
from gdtutor.engine.operations import (
    OPERANDS,
    OPERATIONS,
    Array,
    Operation,
    body_of,
    broadcast_axes,
    definition,
)
from gdtutor.engine.shapes import Shapes, expression_shape

_STRANGE = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan", "-0": "-0.0"}


def plain_name(name: str) -> str:
    """Return a name as it stands, the dot of an inner node made an underscore, and one after what
    is a word of Python's own."""
    return name.replace(".", "_") + "_" * keyword.iskeyword(name)


class NumpyWriter(FormulaWriter, frozen=True):
    """Writes formulas as NumPy source."""

    name: Callable[[str], str] = plain_name
    """How a leaf or node is called in the source."""
    shapes: Shapes | None = None
    """Where known, sums over broadcast axes name their axes."""
    is_inline: bool = False
    """Whether an operation that NumPy lacks is written out rather than called by its name; one that
    goes along an axis of its own always is."""

    def _number(self, value: float) -> str:
        text = number_text(value)
        return _STRANGE.get(text, text)

    def _named(self, name: str) -> str:
        return self.name(name)

    def _sign(self, expr: Apply) -> str:
        # The sign ** of a number and of an array differ where the base is minus infinity.
        is_call = expr.op == "pow" and not _is_whole(expr.args[1])
        return "" if is_call else super()._sign(expr)

    def _left(self, expr: Apply, needed: int) -> str:
        if all(isinstance(arg, Number) for arg in expr.args):
            # Between two plain numbers Python's own rules would hold: 1/0 would raise.
            return f"np.float64({self.write(expr.args[0])})"
        return super()._left(expr, needed)

    def _call(self, expr: Apply) -> tuple[str, int]:
        if expr.op == "transpose":
            return self._turned(expr)
        operation = OPERATIONS[expr.op]
        args = [self.write(arg) for arg in expr.args]
        if "{" in operation.numpy and expr.op != "mul_or_zero":
            return self._filled(operation.numpy, expr), WHOLE
        if expr.attribute is not None and operation.numpy:
            args.append(f"axis={expr.attribute}, keepdims=True")
        if expr.op == "mul_or_zero":
            product = self.write(Apply("mul", expr.args))
            return f"np.where({args[0]} == 0, 0.0, {product})", WHOLE
        if expr.op == "sum_to":
            return self._sum_to(expr, args), WHOLE
        if operation.numpy:
            text = f"{operation.numpy}({', '.join(args)})"
            return f"np.float64({text})" if operation.counts else text, WHOLE
        body = definition(operation, expr.attribute)
        if body is None or not (self.is_inline or expr.attribute is not None):
            return f"{expr.op}({', '.join(args)})", WHOLE
        return self._written(substitute(body, dict(zip(OPERANDS, expr.args, strict=False))))

    def _turned(self, expr: Apply) -> tuple[str, int]:
        (arg,) = expr.args
        if self.shapes is not None and not expression_shape(expr, self.shapes):
            # A plain number may be Python's own, which has no transpose.
            return self._written(arg)
        text = self._wrapped(arg, WHOLE)
        return f"np.float64({text}).T" if isinstance(arg, Number) else f"{text}.T", WHOLE

    def _filled(self, call: str, expr: Apply) -> str:
        """Return a call that the table writes out, with its operands and what it fixes."""
        strength = WHOLE if call.startswith("{a}") else 0
        operands = [self._wrapped(arg, strength) for arg in expr.args]
        fixed = expr.attribute
        shape = fixed if isinstance(fixed, tuple) else ()
        words = {"axis": fixed, "index": index_text(fixed), "shape": shape}
        return call.format(**dict(zip(OPERANDS, operands, strict=False)), **words)

    def _sum_to(self, expr: Apply, args: list[str]) -> str:
        if self.shapes is None:
            return f"sum_to({', '.join(args)})"
        wide, narrow = (expression_shape(arg, self.shapes) for arg in expr.args)
        if narrow == ():
            return f"np.sum({args[0]})"
        axes = broadcast_axes(wide, narrow)
        if len(wide) != len(narrow):
            # A vector beside a matrix, as the bias of examples that are rows.
            is_first = axes == (0,) and len(wide) == len(narrow) + 1
            return f"np.sum({args[0]}, axis=0)" if is_first else f"sum_to({', '.join(args)})"
        if not axes:
            return args[0]
        which = f"{axes[0]}" if len(axes) == 1 else f"({', '.join(map(str, axes))})"
        return f"np.sum({args[0]}, axis={which}, keepdims=True)"


def _is_whole(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == int(expr.value)


def helper_names(expr: Expr) -> tuple[str, ...]:
    """Return the operations of a formula that NumPy lacks, each after those that it needs."""
    found: dict[str, None] = {}
    pending: list[tuple[Expr, str]] = [(expr, "")]
    while pending:
        part, ready = pending.pop()
        if ready:
            found[ready] = None
        elif isinstance(part, Apply):
            row = OPERATIONS[part.op]
            body = definition(row, part.attribute) if not row.numpy else None
            if body is not None and part.op not in found:
                pending += [(part, part.op)] if part.attribute is None else []
                pending.append((body, ""))
            pending.extend((arg, "") for arg in part.args)
    return tuple(found)


def helper_source(row: Operation) -> str:
    """Return an operation that NumPy lacks as a function, from the table's own formula."""
    operands = OPERANDS[: row.operands]
    says = row.says.format(**{letter: letter for letter in operands})
    says = says[0].upper() + says[1:]
    text = NumpyWriter().write(body_of(row))
    return f'def {row.name}({", ".join(operands)}):\n    """{says}."""\n    return {text}\n'


def value_text(value: Array) -> str:
    """Return an array as a literal with every digit, nested lists for its axes."""
    if value.ndim == 0:
        text = repr(float(value))
        return _STRANGE.get(text, text)
    return f"[{', '.join(value_text(part) for part in value)}]"
