"""Placing, for plain floats: a program of arrays is taken apart into operations on single numbers.

Of XOR's first layer, with the batch as numbers (p1 is W1[0, 1], and p6 is b1[0, 0]):

    Z1 = affine(W1, b1, X)   →   Z1[0, 1] = add(p1, p6)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import partial, reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import OPERATIONS, arranged
from gdtutor.engine.shapes import Shape
from gdtutor.training.plan.builder import Builder
from gdtutor.training.plan.lower import FlatProgram
from gdtutor.training.plan.terms import ONE, Op, Term

Cells: TypeAlias = NDArray[Any]
"""An array of terms."""


def cells_of(terms: Iterable[Term], shape: Shape) -> Cells:
    """Return terms, given in C order, as an array of a shape."""
    return np.fromiter(terms, dtype=object, count=math.prod(shape)).reshape(shape)


def numbers(values: object) -> Cells:
    """Return an array of numbers that are known."""
    array = np.asarray(values, dtype=float)
    return cells_of((Term(float(v), ONE) for v in array.flat), array.shape)


def scaled(cells: Cells, scale: float) -> Cells:
    """Return every term times a number."""
    return cells_of((Term(t.scale * scale, t.id) for t in cells.flat), cells.shape)


def take_apart(
    program: FlatProgram, wanted: Set[int], builder: Builder, leaves: Mapping[int, Cells]
) -> dict[int, Cells]:
    """Return the cells of the wanted values.

    Args:
        program: Lowered for this batch size.
        wanted: The ids to compute.
        builder: Where operations on numbers are added.
        leaves: The cells of every leaf, and of what has been taken apart before.
    """
    known = dict(leaves)
    for index in sorted(wanted - known.keys()):
        op = program.ops[index]
        if op.is_literal:
            known[index] = numbers(op.literal)
            continue
        known[index] = _apart(builder, op, [known[arg] for arg in op.args])
        note = program.notes.get(index)
        if note:
            for place, term in enumerate(known[index].flat):
                builder.notes.setdefault(term.id, note + cell_text(op.shape, place))
    return known


def cell_text(shape: Shape, place: int) -> str:
    """Return which cell of an array this is, as `[0, 2]`; nothing for a plain number."""
    at = np.unravel_index(place, shape) if shape else ()
    return f"[{', '.join(map(str, at))}]" if shape else ""


def _apart(builder: Builder, op: Op, args: Sequence[Cells]) -> Cells:
    """Return the cells of one operation."""
    first, last = args[0], args[-1]
    match op.code:
        case "T":
            return first.T
        case "spread":
            return np.broadcast_to(first, op.shape)
        case "recip":
            return _each(partial(builder.div, Term(1.0, ONE)), op.shape, first)
        case "vdot":
            return _along(builder.add, _each(builder.mul, first.shape, *args), op)
        case "outer":
            products = (builder.mul(a, b) for a in first.flat for b in last.flat)
            return cells_of(products, op.shape)
        case "matmul" | "affine":
            columns = last.reshape(len(last), -1).T
            rows = first.reshape(-1, len(last))
            sums = (reduce(builder.add, map(builder.mul, r, c)) for r in rows for c in columns)
            product = cells_of(sums, op.shape)
            return (
                product if op.code == "matmul" else _each(builder.add, op.shape, product, args[1])
            )
        case "sum":
            return _along(builder.add, first, op)
        case "max" | "min":
            return _along(lambda *pair: builder.apply(f"{op.code}imum", pair), first, op)
        case "argmax":
            return cells_of((_place_of_largest(builder, r) for r in _rows(first, op)), op.shape)
        case "one_hot":
            count = op.shape[1]
            each = first.reshape(-1, 1), numbers(range(count)), numbers(count)
            return _each(lambda *terms: builder.apply("is_place", terms), op.shape, *each)
    row = OPERATIONS[op.code]
    if row.is_arrangement:
        places = arranged(row, tuple(arg.shape for arg in args), op.attribute)
        # 0 is where no cell comes.
        terms = np.concatenate([numbers([0.0]), *(arg.reshape(-1) for arg in args)])
        return cells_of(terms[places.reshape(-1).astype(int)], op.shape)
    return _each(lambda *terms: builder.apply(op.code, terms), op.shape, *args)


def _each(make: Callable[..., Term], shape: Shape, *args: Cells) -> Cells:
    return cells_of(map(make, *(np.broadcast_to(arg, shape).flat for arg in args)), shape)


def _rows(cells: Cells, op: Op) -> Cells:
    """Return a row of cells for each cell of what they are reduced to."""
    axes = op.axes if op.code != "vdot" else tuple(range(cells.ndim))
    kept = [axis for axis in range(cells.ndim) if axis not in axes]
    return cells.transpose([*kept, *axes]).reshape(math.prod(op.shape), -1)


def _along(make: Callable[..., Term], cells: Cells, op: Op) -> Cells:
    return cells_of((reduce(make, row) for row in _rows(cells, op)), op.shape)


def _place_of_largest(builder: Builder, cells: Iterable[Term]) -> Term:
    largest, *others = cells
    place = Term(0.0, ONE)
    for number, cell in enumerate(others, 1):
        is_first = builder.apply("step", (builder.sub(largest, cell),))
        place = builder.apply("where", (is_first, place, Term(float(number), ONE)))
        largest = builder.apply("maximum", (largest, cell))
    return place
