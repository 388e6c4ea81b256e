"""One cell of a matrix opened into its scalar formula, from the rows of the operation table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Name, Number, chained
from gdtutor.engine.operations import (
    OPERATIONS,
    Array,
    Arrays,
    Kind,
    Operation,
    apply,
    arranged,
    evaluate,
    written_out,
)
from gdtutor.engine.shapes import Shape, Shapes, expression_shape
from gdtutor.values import Struct

MAX_TERMS = 6
"""Terms of a sum or a maximum that are written out; longer ones are elided in the middle."""

ELLIPSIS = "…"
"""The name of the elided part of a sum."""

_GATHERS = "sum", "mean", "max", "min", "sum_to", "matmul", "outer", "transpose", "spread"
"""Operations a cell of which is made of other cells than those of its own place."""

Cell = tuple[int, ...]


class OpenedCell(Struct, frozen=True):
    """A cell's scalar formula over cells such as `W1[0,1]`, and the value of each of them."""

    formula: Expr
    values: Mapping[str, float]
    """The elided part of a sum or a maximum is among them, under `ELLIPSIS` and its place."""
    terms: int
    """How many terms the sum has in full; 0 where it is no sum."""


def open_cell(
    expr: Expr, cell: Cell, shapes: Shapes, arrays: Arrays, most: int = MAX_TERMS
) -> OpenedCell:
    """Write one cell of a formula's value as a scalar formula.

    Args:
        expr: The formula over whole arrays.
        cell: The cell of its value.
        shapes: The shape of every name in it.
        arrays: The array of every name in it.
        most: Terms of a sum that are written out, 3 at least.
    """
    opener = _Opener(shapes, arrays, most)
    with np.errstate(all="ignore"):
        # What the numbers of a lesson overflow to is shown; it is no warning on the terminal.
        formula = opener.open(expr, cell)
    return OpenedCell(formula, opener.values, opener.terms)


def cell_name(name: str, cell: Cell) -> str:
    """Return the name of a cell: `W1[0,1]`; of a plain number its own."""
    return f"{name}[{','.join(str(i) for i in cell)}]" if cell else name


def counting(cell: Cell) -> str:
    """Return how the cells of an array are counted, whose places are written as this one's."""
    return f"Cells count from 0{': [row, column]' * (len(cell) == 2)}."


class _Opener:
    def __init__(self, shapes: Shapes, arrays: Arrays, most: int) -> None:
        self._most = most
        self._shapes = shapes
        self._arrays = arrays
        self.values: dict[str, float] = {}
        self.terms = 0

    def open(self, expr: Expr, cell: Cell) -> Expr:
        if isinstance(expr, Number):
            return expr
        if isinstance(expr, Name):
            named = cell_name(expr.name, self._own(expr, cell))
            self.values[named] = float(self._arrays[expr.name][self._own(expr, cell)])
            return Name(named)
        operation = OPERATIONS[expr.op]
        if operation.is_arrangement:
            return self._arranged(operation, expr, cell)
        if expr.op == "embed":
            return self._embedded(expr, cell)
        if operation.counts:
            return Number(self._counted(expr, cell))
        if expr.op == "div" and _is_ties(expr.args[1]) and self._counted(expr.args[1], cell) == 1:
            return self.open(expr.args[0], self._own(expr.args[0], cell))

        if expr.op in _GATHERS:
            return self._gathered(expr, cell)
        if operation.kind is Kind.ELEMENTWISE:
            return Apply(expr.op, tuple(self.open(a, self._own(a, cell)) for a in expr.args))
        return self.open(written_out(expr), cell)

    def _shape(self, expr: Expr) -> Shape:
        return expression_shape(expr, self._shapes)

    def _own(self, expr: Expr, cell: Cell) -> Cell:
        """Return the cell of a broadcast operand that meets this cell of the result."""
        shape = self._shape(expr)
        tail = cell[len(cell) - len(shape) :] if shape else ()
        return tuple(0 if n == 1 else i for n, i in zip(shape, tail, strict=True))

    def _arranged(self, operation: Operation, expr: Apply, cell: Cell) -> Expr:
        """Return the cell that comes to this place; 0 where none does."""
        shapes = tuple(map(self._shape, expr.args))
        number = int(arranged(operation, shapes, expr.attribute)[cell]) - 1
        for arg, shape in zip(expr.args, shapes, strict=True):
            cells = math.prod(shape)
            if 0 <= number < cells:
                return self.open(arg, tuple(int(i) for i in np.unravel_index(number, shape)))
            number -= cells
        return Number(0.0)

    def _embedded(self, expr: Apply, cell: Cell) -> Expr:
        """Return the cell of the row that is picked, where its number is one."""
        table, numbers = expr.args
        row = float(np.ravel(evaluate(numbers, self._arrays))[cell[0]])
        is_row = row == row // 1 and 0 <= row < self._shape(table)[0]
        return self.open(table, (int(row), cell[1])) if is_row else Number(math.nan)

    def _counted(self, expr: Expr, cell: Cell) -> float:
        """Return a place, or how many cells there are: a number that no cell shows."""
        return float(evaluate(expr, self._arrays)[self._own(expr, cell)])

    def _gathered(self, expr: Apply, cell: Cell) -> Expr:
        first = expr.args[0]
        match expr.op:
            case "transpose":
                return self.open(first, cell[::-1])
            case "spread":
                return self.open(first, self._own(first, cell))
            case "outer":
                return Apply("mul", (self.open(first, cell[:1]), self.open(expr.args[1], cell[1:])))
            case "matmul":
                return self._matmul(expr, cell)
        cells = _cells_behind(self._shape(first), self._shape(expr), cell)
        if expr.op in ("max", "min"):
            return self._extreme(expr, cells)
        total = self._sum(first, cells)
        is_mean = expr.op == "mean"
        return Apply("div", (total, Number(float(cells.count)))) if is_mean else total

    def _matmul(self, expr: Apply, cell: Cell) -> Expr:
        left, right = expr.args
        row = cell[: len(self._shape(left)) - 1]
        column = cell[len(row) :]

        def term(k: int) -> Expr:
            return Apply("mul", (self.open(left, (*row, k)), self.open(right, (k, *column))))

        return self._added(term, self._shape(right)[0], expr, cell)

    def _sum(self, expr: Expr, cells: _Behind) -> Expr:
        return self._added(lambda k: self.open(expr, cells.at(k)), cells.count, expr, None)

    def _added(
        self, term: Callable[[int], Expr], length: int, expr: Expr, cell: Cell | None
    ) -> Expr:
        """Return the sum of the terms, the middle ones in one when they are many."""
        self.terms = max(self.terms, length)
        if length <= self._most:
            return chained([term(k) for k in range(length)], "add")
        shown = [term(k) for k in range(self._most - 2)]
        last = term(length - 1)
        total = evaluate(expr, self._arrays)
        whole = float(np.sum(total) if cell is None else total[cell])
        known = sum(float(evaluate(part, _arrays(self.values))) for part in (*shown, last))
        rest = f"{ELLIPSIS}{len(self.values)}"
        self.values[rest] = whole - known
        return chained([*shown, Name(rest), last], "add")

    def _extreme(self, expr: Apply, cells: _Behind) -> Expr:
        """Return the largest or smallest of the cells, the middle in one when they are many."""
        of, by = expr.args[0], f"{expr.op}imum"
        if cells.count <= self._most:
            return chained([self.open(of, cells.at(k)) for k in range(cells.count)], by)
        shown = [self.open(of, cells.at(k)) for k in range(self._most - 2)]
        last = self.open(of, cells.at(cells.count - 1))
        middle = cells.of(evaluate(of, self._arrays))[self._most - 2 : -1]
        rest = f"{ELLIPSIS}{len(self.values)}"
        self.values[rest] = float(apply(OPERATIONS[expr.op], (middle,)))
        return chained([*shown, Name(rest), last], by)


def _is_ties(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "ties"


def _arrays(values: Mapping[str, float]) -> dict[str, Array]:
    return {name: np.asarray(value) for name, value in values.items()}


class _Behind(Struct, frozen=True):
    """The cells of an array that a reduction gathers into one cell, in their order."""

    ranges: tuple[range, ...]
    """The indices along each axis."""

    @property
    def count(self) -> int:
        """How many cells they are."""
        return math.prod(len(indices) for indices in self.ranges)

    def at(self, k: int) -> Cell:
        """Return one of the cells."""
        cell: list[int] = []
        for indices in reversed(self.ranges):
            k, place = divmod(k, len(indices))
            cell.append(indices[place])
        return tuple(reversed(cell))

    def of(self, array: Array) -> Array:
        """Return what stands in the cells, in one row."""
        cut = tuple(slice(indices.start, indices.stop) for indices in self.ranges)
        return array[cut].reshape(-1)


def _cells_behind(shape: Shape, target: Shape, cell: Cell) -> _Behind:
    """Return the cells of an array that a reduction to `target` gathers into one cell."""
    padded = (1,) * (len(shape) - len(target)) + target
    at = (0,) * (len(shape) - len(cell)) + cell
    return _Behind(
        tuple(
            range(n) if p == 1 and n != 1 else range(i, i + 1)
            for n, p, i in zip(shape, padded, at, strict=True)
        )
    )


def largest_change(before: Array, after: Array) -> tuple[tuple[int, ...], float]:
    """Return the cell that is changed most, and by how much."""
    with np.errstate(all="ignore"):
        sizes = np.nan_to_num(np.abs(after - before), nan=np.inf)
    cell = tuple(int(place) for place in np.unravel_index(int(np.argmax(sizes)), sizes.shape))
    return cell, float(sizes[cell])


def is_changed(before: Array, after: Array) -> bool:
    """Say whether an array has become another of its shape."""
    return before.shape == after.shape and not np.array_equal(before, after, equal_nan=True)
