"""Placing, for plain floats: one iteration of arrays is taken apart into operations on numbers.

Of XOR's first layer, with the batch as numbers (p1 is W1[0, 1], and p6 is b1[0, 0]):

    Z1 = affine(W1, b1, X)   →   Z1[0, 1] = add(p1, p6)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import OPERATIONS, Arrays, arranged
from gdtutor.engine.shapes import Shape
from gdtutor.training.optimisers import WEIGHT_DECAY
from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.lower import FlatProgram
from gdtutor.training.plan.rule import Rule
from gdtutor.training.plan.scalar_text import ScalarText
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import ONE, Op, Term, reachable
from gdtutor.training.state import FlatSlice

Cells: TypeAlias = NDArray[Any]
"""An array of terms."""


class ScalarProgram:
    """One iteration as operations on single numbers.

    Args:
        parts: The stretches of the flat state that the update changes.
        flat: The program, which is lowered for the batch's size.
        rule: The update.
        known: Leaves whose values stand in the code as numbers.
    """

    def __init__(
        self, parts: Sequence[FlatSlice], flat: FlatProgram, rule: Rule, known: Arrays
    ) -> None:
        self._builder = Builder()
        self.ops, self.notes = self._builder.ops, self._builder.notes
        self.labels: dict[int, str] = {}
        """What a leaf is to the learner; its name is its variable: p with the place of a number in
        the flat state, x with that of one of the batch."""
        self._state: dict[tuple[str, int], dict[str, Term]] = {}
        """By parameter and cell: p and what the optimiser remembers of it."""
        for part, cell in ((p, cell) for p in parts for cell in range(math.prod(p.shape))):
            label = part.parameter + cell_text(part.shape, cell)
            kind, name = "slot", part.variable or "p"
            if part.variable:
                kind, label = "state", f"{part.variable} of {label}"
            term = self._leaf(kind, f"p{part.start + cell}", label)
            self._state.setdefault((part.parameter, cell), {})[name] = term
        cells = self._cells(flat, known)
        builder = self._builder
        (cost,) = scaled(cells[flat.cost.id], flat.cost.scale).flat
        gradients = {name: scaled(cells[t.id], t.scale) for name, t in flat.gradients.items()}
        self.finals = self._updated(rule, gradients)
        """The value after the update of each number of the state that it changes."""
        self.left = {"leave": (builder.plain(cost), f"{flat.root}, before the update")}
        """What the iteration leaves behind, by the function that takes it, and what it is."""
        if rule.needs_norm:
            squares = (builder.mul(t, t) for found in gradients.values() for t in found.flat)
            total = reduce(builder.add, squares, Term(0.0, ONE))
            self.left["leave_norm"] = builder.plain(total), "square of the gradient"
        self._roots = [*(index for index, _ in self.left.values()), *self.finals.values()]
        self.needed = sorted(reachable(self.ops, self._roots))
        """The ids that are computed, in order."""

    @property
    def data(self) -> list[int]:
        """The leaves that are numbers of the batch, in order."""
        return [i for i, op in enumerate(self.ops) if op.kind == "data"]

    def write(self, source: SourceLines, level: int) -> None:
        """Write the iteration: values, what it leaves behind, then the update.

        What Python may refuse comes before anything is left behind, as it is then done again.
        """
        text = ScalarText(self._builder, self.labels, source, level)
        text.write(self.needed, self._roots)
        new = [text.name(i, self.labels[old]) for old, i in self.finals.items()]
        for function, (index, what) in self.left.items():
            note = text.note(index, what)
            source.add(level, f"{function}({text.text(index)})", note)
        if new:
            old = ", ".join(self.ops[i].name for i in self.finals)
            source.add(level, f"{old} = {', '.join(new)}", "the update")

    def _cells(self, flat: FlatProgram, known: Arrays) -> dict[int, Cells]:
        """Return the cells of every value that the cost and the gradients need."""
        builder = self._builder
        cells = {
            i: numbers(known[op.name]) if op.name in known else self._variables(op)
            for i, op in enumerate(flat.ops)
            if op.code == "leaf"
        }
        roots = [flat.cost.id, *(term.id for term in flat.gradients.values())]
        for index in sorted(reachable(flat.ops, roots) - cells.keys()):
            op, note = flat.ops[index], flat.notes.get(index, "")
            if op.is_literal:
                cells[index] = numbers(op.literal)
                continue
            cells[index] = _apart(builder, op, [cells[arg] for arg in op.args])
            for place, term in enumerate(cells[index].flat if note else ()):
                builder.notes.setdefault(term.id, note + cell_text(op.shape, place))
        return cells

    def _leaf(self, kind: str, name: str, label: str) -> Term:
        term = self._builder.leaf(kind, name, ())
        self.labels[term.id] = label
        return term

    def _variables(self, op: Op) -> Cells:
        """Return the variables that hold a leaf's cells."""
        places = range(math.prod(op.shape))
        if op.kind == "parameter":
            return cells_of((self._state[op.name, i]["p"] for i in places), op.shape)
        first = len(self.data)
        labels = (op.name + cell_text(op.shape, i) for i in places)
        terms = (self._leaf("data", f"x{first + i}", label) for i, label in enumerate(labels))
        return cells_of(terms, op.shape)

    def _updated(self, rule: Rule, gradients: Mapping[str, Cells]) -> dict[int, int]:
        builder, given = self._builder, rule.given(self._builder)
        finals: dict[int, int] = {}
        for (parameter, cell), old in self._state.items():
            values = {**given, **old, "g": gradients[parameter].flat[cell]}
            if not rule.decays(parameter):
                values[WEIGHT_DECAY] = Term(0.0, ONE)
            new = rule.updated(builder, values, f" of {self.labels[old['p'].id]}")
            for name, term in old.items():
                final = builder.plain(new[name])
                if final != term.id:
                    finals[term.id] = final
        return dict(sorted(finals.items()))


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
            return _each(builder, "div", op.shape, numbers(1.0), first)
        case "vdot":
            return _along(builder, "add", _each(builder, "mul", first.shape, *args), op)
        case "outer":
            return _each(builder, "mul", op.shape, first.reshape(-1, 1), last.reshape(-1))
        case "matmul" | "affine":
            columns = last.reshape(len(last), -1).T
            rows = first.reshape(-1, len(last))
            sums = (reduce(builder.add, map(builder.mul, r, c)) for r in rows for c in columns)
            product = cells_of(sums, op.shape)
            is_bare = op.code == "matmul"
            return product if is_bare else _each(builder, "add", op.shape, product, args[1])
        case "sum":
            return _along(builder, "add", first, op)
        case "max" | "min":
            return _along(builder, f"{op.code}imum", first, op)
        case "argmax":
            return cells_of((_place_of_largest(builder, r) for r in _rows(first, op)), op.shape)
        case "one_hot":
            count = op.shape[1]
            each = first.reshape(-1, 1), numbers(range(count)), numbers(count)
            return _each(builder, "is_place", op.shape, *each)
    row = OPERATIONS[op.code]
    if row.is_arrangement:
        places = arranged(row, tuple(arg.shape for arg in args), op.attribute)
        # 0 is where no cell comes.
        terms = np.concatenate([numbers([0.0]), *(arg.reshape(-1) for arg in args)])
        return cells_of(terms[places.reshape(-1).astype(int)], op.shape)
    return _each(builder, op.code, op.shape, *args)


def _each(builder: Builder, name: str, shape: Shape, *args: Cells) -> Cells:
    terms = zip(*(np.broadcast_to(arg, shape).flat for arg in args), strict=True)
    return cells_of((builder.apply(name, cell) for cell in terms), shape)


def _rows(cells: Cells, op: Op) -> Cells:
    """Return a row of cells for each cell of what they are reduced to."""
    kept = [axis for axis in range(cells.ndim) if axis not in op.axes]
    return cells.transpose([*kept, *op.axes]).reshape(math.prod(op.shape), -1)


def _along(builder: Builder, name: str, cells: Cells, op: Op) -> Cells:
    rows = _rows(cells, op)
    return cells_of((reduce(lambda *two: builder.apply(name, two), row) for row in rows), op.shape)


def _place_of_largest(builder: Builder, cells: Iterable[Term]) -> Term:
    largest, *others = cells
    place = Term(0.0, ONE)
    for number, cell in enumerate(others, 1):
        is_first = builder.apply("step", (builder.sub(largest, cell),))
        place = builder.apply("where", (is_first, place, Term(float(number), ONE)))
        largest = builder.apply("maximum", (largest, cell))
    return place
