"""Takes a program of array operations apart into operations on single numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set

import numpy as np

from gdtutor.engine.shapes import Shape
from gdtutor.training.builder import Builder
from gdtutor.training.lower import Program
from gdtutor.training.terms import ONE, Term
from gdtutor.values import Struct


class Cells(Struct, frozen=True):
    """An array of terms, in C order."""

    shape: Shape
    terms: tuple[Term, ...]


def scaled(cells: Cells, scale: float) -> Cells:
    """Return every term times a number."""
    return Cells(cells.shape, tuple(Term(t.scale * scale, t.id) for t in cells.terms))


def take_apart(
    program: Program, wanted: Set[int], builder: Builder, leaves: Mapping[int, Cells]
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
        if op.code in ("const", "one"):
            value = op.detail[0] if op.code == "const" else 1.0
            known[index] = Cells((), (Term(float(str(value)), ONE),))
            continue
        args = [known[arg] for arg in op.args]
        maker = _MAKERS.get(op.code, _each)
        known[index] = maker(builder, op.code, args, op.shape, op.detail)
        note = program.notes.get(index)
        if note:
            for place, term in enumerate(known[index].terms):
                builder.notes.setdefault(term.id, note + cell_text(op.shape, place))
    return known


def cell_text(shape: Shape, place: int) -> str:
    """Return which cell of an array this is, as `[0, 2]`; nothing for a plain number."""
    if not shape:
        return ""
    return "[" + ", ".join(str(int(i)) for i in np.unravel_index(place, shape)) + "]"


def _spread(cells: Cells, shape: Shape) -> list[Term]:
    where = np.arange(len(cells.terms)).reshape(cells.shape)
    return [cells.terms[i] for i in np.broadcast_to(where, shape).ravel()]


def _each(
    builder: Builder, code: str, args: Sequence[Cells], shape: Shape, detail: tuple[object, ...]
) -> Cells:
    columns = [_spread(arg, shape) for arg in args]
    one = Term(1.0, ONE)
    if code == "recip":
        return Cells(shape, tuple(builder.div(one, a) for a in columns[0]))
    terms = (builder.apply(code, operands) for operands in zip(*columns, strict=True))
    return Cells(shape, tuple(terms))


def _total(builder: Builder, terms: Sequence[Term]) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = builder.add(total, term)
    return total


def _matmul(
    builder: Builder, code: str, args: Sequence[Cells], shape: Shape, detail: tuple[object, ...]
) -> Cells:
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
            if code == "affine":
                total = builder.add(total, args[1].terms[row])
            terms.append(total)
    return Cells(shape, tuple(terms))


def _vdot(
    builder: Builder, code: str, args: Sequence[Cells], shape: Shape, detail: tuple[object, ...]
) -> Cells:
    products = [builder.mul(a, b) for a, b in zip(args[0].terms, args[1].terms, strict=True)]
    return Cells(shape, (_total(builder, products),))


def _reduced(
    builder: Builder, code: str, args: Sequence[Cells], shape: Shape, detail: tuple[object, ...]
) -> Cells:
    axes = detail[0]
    if not isinstance(axes, tuple):
        raise ValueError(f"axes {axes!r}")
    wide = args[0].shape
    where = np.arange(len(args[0].terms)).reshape(wide)
    kept = [i for i in range(len(wide)) if i not in axes]
    rows = where.transpose([*kept, *axes]).reshape(max(1, math.prod(shape)), -1)
    terms = []
    for row in rows:
        cells = [args[0].terms[i] for i in row]
        if code == "sum":
            terms.append(_total(builder, cells))
            continue
        largest = cells[0]
        for cell in cells[1:]:
            largest = builder.apply("maximum", (largest, cell))
        terms.append(largest)
    return Cells(shape, tuple(terms))


def _outer(
    builder: Builder, code: str, args: Sequence[Cells], shape: Shape, detail: tuple[object, ...]
) -> Cells:
    return Cells(shape, tuple(builder.mul(a, b) for a in args[0].terms for b in args[1].terms))


def _transposed(
    builder: Builder, code: str, args: Sequence[Cells], shape: Shape, detail: tuple[object, ...]
) -> Cells:
    where = np.arange(len(args[0].terms)).reshape(args[0].shape).T
    return Cells(shape, tuple(args[0].terms[i] for i in where.ravel()))


def _broadcast(
    builder: Builder, code: str, args: Sequence[Cells], shape: Shape, detail: tuple[object, ...]
) -> Cells:
    return Cells(shape, tuple(_spread(args[0], shape)))


_Maker = Callable[[Builder, str, Sequence[Cells], Shape, tuple[object, ...]], Cells]

_MAKERS: Mapping[str, _Maker] = {
    "matmul": _matmul,
    "affine": _matmul,
    "vdot": _vdot,
    "sum": _reduced,
    "max": _reduced,
    "outer": _outer,
    "T": _transposed,
    "spread": _broadcast,
}
