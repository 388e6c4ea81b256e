"""Takes a program of array operations apart into operations on single numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set

import numpy as np

from gdtutor.engine.operations import OPERATIONS, arranged
from gdtutor.engine.shapes import Shape
from gdtutor.training.plan.builder import Builder
from gdtutor.training.plan.lower import FlatProgram
from gdtutor.training.plan.terms import ONE, Op, Term
from gdtutor.values import Struct


class Cells(Struct, frozen=True):
    """An array of terms, in C order."""

    shape: Shape
    terms: tuple[Term, ...]


def scaled(cells: Cells, scale: float) -> Cells:
    """Return every term times a number."""
    return Cells(cells.shape, tuple(Term(t.scale * scale, t.id) for t in cells.terms))


def take_apart(
    program: FlatProgram, wanted: Set[int], builder: Builder, leaves: Mapping[int, Cells]
) -> dict[int, Cells]:
    """Return the cells of the wanted values.

    Args:
        program: Lowered for this batch size.
        wanted: The ids to compute.
        builder: Where operations on numbers are added.
        leaves: The cells of every leaf.
    """
    known: dict[int, Cells] = dict(leaves)
    for index in sorted(wanted):
        if index in known:
            continue
        op = program.ops[index]
        if op.is_literal:
            known[index] = Cells((), (Term(op.literal, ONE),))
            continue
        maker = _MAKERS.get(op.code, _each)
        known[index] = maker(builder, op, [known[arg] for arg in op.args])
        note = program.notes.get(index)
        if note:
            for place, term in enumerate(known[index].terms):
                builder.notes.setdefault(term.id, note + cell_text(op.shape, place))
    return known


def cell_text(shape: Shape, place: int) -> str:
    """Return which cell of an array this is, as `[0, 2]`; nothing for a plain number."""
    index: list[str] = []
    for length in reversed(shape):
        place, at = divmod(place, length)
        index.insert(0, str(at))
    return f"[{', '.join(index)}]" if index else ""


def _spread(cells: Cells, shape: Shape) -> list[Term]:
    where = np.arange(len(cells.terms)).reshape(cells.shape)
    return [cells.terms[i] for i in np.broadcast_to(where, shape).ravel()]


def _each(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    columns = [_spread(arg, op.shape) for arg in args]
    one = Term(1.0, ONE)
    if op.code == "recip":
        return Cells(op.shape, tuple(builder.div(one, a) for a in columns[0]))
    terms = (builder.apply(op.code, operands) for operands in zip(*columns, strict=True))
    return Cells(op.shape, tuple(terms))


def _total(builder: Builder, terms: Sequence[Term]) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = builder.add(total, term)
    return total


def _matmul(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    left, right = args[0], args[-1]
    inner = left.shape[-1]
    rows = math.prod(left.shape[:-1])
    columns = math.prod(right.shape[1:])
    terms = []
    for row in range(rows):
        for column in range(columns):
            products = [
                builder.mul(left.terms[row * inner + k], right.terms[k * columns + column])
                for k in range(inner)
            ]
            total = _total(builder, products)
            if op.code == "affine":
                total = builder.add(total, args[1].terms[row])
            terms.append(total)
    return Cells(op.shape, tuple(terms))


def _vdot(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    products = [builder.mul(a, b) for a, b in zip(args[0].terms, args[1].terms, strict=True)]
    return Cells(op.shape, (_total(builder, products),))


def _reduced(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    wide = args[0].shape
    where = np.arange(len(args[0].terms)).reshape(wide)
    kept = [i for i in range(len(wide)) if i not in op.axes]
    rows = where.transpose([*kept, *op.axes]).reshape(max(1, math.prod(op.shape)), -1)
    terms = []
    for row in rows:
        cells = [args[0].terms[i] for i in row]
        if op.code == "sum":
            terms.append(_total(builder, cells))
            continue
        if op.code == "argmax":
            terms.append(_place_of_largest(builder, cells))
            continue
        best = cells[0]
        for cell in cells[1:]:
            best = builder.apply(f"{op.code}imum", (best, cell))
        terms.append(best)
    return Cells(op.shape, tuple(terms))


def _place_of_largest(builder: Builder, cells: Sequence[Term]) -> Term:
    largest, place = cells[0], Term(0.0, ONE)
    for number, cell in enumerate(cells[1:], 1):
        is_first = builder.apply("step", (builder.sub(largest, cell),))
        place = builder.apply("where", (is_first, place, Term(float(number), ONE)))
        largest = builder.apply("maximum", (largest, cell))
    return place


def _outer(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    return Cells(op.shape, tuple(builder.mul(a, b) for a in args[0].terms for b in args[1].terms))


def _transposed(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    where = np.arange(len(args[0].terms)).reshape(args[0].shape).T
    return Cells(op.shape, tuple(args[0].terms[i] for i in where.ravel()))


def _broadcast(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    return Cells(op.shape, tuple(_spread(args[0], op.shape)))


def _arranged(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    """Bring the terms to their places; 0 is where none comes."""
    fixed = op.attribute
    row = OPERATIONS[op.code]
    places = arranged(row, tuple(arg.shape for arg in args), fixed)
    terms = [Term(0.0, ONE), *(term for arg in args for term in arg.terms)]
    return Cells(op.shape, tuple(terms[int(place)] for place in places.ravel()))


def _one_hot(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    length = op.shape[1]
    numbers, count = (Term(float(n), ONE) for n in range(length)), Term(float(length), ONE)
    places = tuple(numbers)
    terms = (builder.apply("is_place", (a, b, count)) for a in args[0].terms for b in places)
    return Cells(op.shape, tuple(terms))


_Maker = Callable[[Builder, Op, Sequence[Cells]], Cells]

_MAKERS: Mapping[str, _Maker] = {
    "matmul": _matmul,
    "affine": _matmul,
    "vdot": _vdot,
    "sum": _reduced,
    "max": _reduced,
    "min": _reduced,
    "argmax": _reduced,
    "outer": _outer,
    "one_hot": _one_hot,
    **{name: _arranged for name, row in OPERATIONS.items() if row.is_arrangement},
    "T": _transposed,
    "spread": _broadcast,
}
