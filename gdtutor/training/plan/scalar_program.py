"""Algebra once more, on single numbers: one iteration on one batch, its update included."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce

from gdtutor.engine.operations import Array
from gdtutor.training.optimisers import WEIGHT_DECAY
from gdtutor.training.plan.builder import Builder
from gdtutor.training.plan.cells import Cells, cell_text, cells_of, numbers, scaled, take_apart
from gdtutor.training.plan.lower import FlatProgram
from gdtutor.training.plan.rule import Rule
from gdtutor.training.plan.scalar_text import ScalarText
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import ONE, Op, Term, reachable
from gdtutor.training.vector import FlatSlice
from gdtutor.values import Struct


class ScalarProgram(Struct, frozen=True, eq=False):
    """One iteration as operations on single numbers."""

    ops: Sequence[Op]
    notes: Mapping[int, str]
    """What a value is to the learner, by id."""
    labels: Mapping[int, str]
    """What a leaf is to the learner; its name is its variable: p with the place of a number in the
    flat state, x with that of one of the batch."""
    left: Mapping[str, tuple[int, str]]
    """What the iteration leaves behind, by the function that takes it, and what it is."""
    finals: Mapping[int, int]
    """The value after the update of each number of the state that it changes."""

    @property
    def needed(self) -> list[int]:
        """The ids that are computed, in order."""
        return sorted(reachable(self.ops, self._roots))

    @property
    def _roots(self) -> list[int]:
        return [*(index for index, _ in self.left.values()), *self.finals.values()]

    @property
    def operations(self) -> int:
        """How many operations on numbers it does."""
        return sum(bool(self.ops[i].args) for i in self.needed)

    @property
    def data(self) -> list[int]:
        """The leaves that are numbers of the batch, in order."""
        return [i for i, op in enumerate(self.ops) if op.kind == "data"]

    @property
    def counts(self) -> bool:
        """Whether the update needs its own number."""
        return any(self.ops[i].name == "t" for i in self.needed)

    def write(self, source: SourceLines, level: int) -> None:
        """Write the iteration: values, what it leaves behind, then the update.

        What Python may refuse comes before anything is left behind, as it is then done again.
        """
        text = ScalarText(self.ops, self.notes, self.labels, source, level)
        text.write(self.needed, self._roots)
        new = [text.name(i, self.labels[old]) for old, i in self.finals.items()]
        for function, (index, what) in self.left.items():
            note = text.note(index, what)
            source.add(level, f"{function}({text.text(index)})", note)
        if new:
            old = ", ".join(self.ops[i].name for i in self.finals)
            source.add(level, f"{old} = {', '.join(new)}", "the update")


class ScalarLowering:
    """Takes iterations apart into numbers; each instance one.

    Args:
        parts: The stretches of the flat state that the update changes.
    """

    def __init__(self, parts: Sequence[FlatSlice]) -> None:
        self._builder = Builder()
        self._labels: dict[int, str] = {}
        self._count = 0
        """How many numbers of the batch there are."""
        self._cells: dict[tuple[str, int], dict[str, Term]] = {}
        self._where: dict[tuple[str, int], str] = {}
        for part, cell in ((p, cell) for p in parts for cell in range(math.prod(p.shape))):
            at = part.parameter, cell
            where = self._where[at] = part.parameter + cell_text(part.shape, cell)
            kind, name = ("state", part.variable) if part.variable else ("slot", "p")
            label = f"{part.variable} of {where}" if part.variable else where
            term = self._leaf(kind, f"p{part.start + cell}", label)
            self._cells.setdefault(at, {})[name] = term

    def program(
        self, flat: FlatProgram, rule: Rule, known: Mapping[str, Array], *, norm: bool
    ) -> ScalarProgram:
        """Return the iteration of a program that is lowered for the batch's size.

        Args:
            flat: The program.
            rule: The update.
            known: Leaves whose values stand in the code as numbers.
            norm: Whether the square of the gradient's norm is left behind.
        """
        builder = self._builder
        leaves = {
            i: numbers(known[op.name]) if op.name in known else self._variables(op)
            for i, op in enumerate(flat.ops)
            if op.code == "leaf"
        }
        roots = [flat.cost.id, *(term.id for term in flat.gradients.values())]
        cells = take_apart(flat, reachable(flat.ops, roots), builder, leaves)
        (cost,) = scaled(cells[flat.cost.id], flat.cost.scale).flat
        gradients = {name: scaled(cells[t.id], t.scale) for name, t in flat.gradients.items()}
        finals = self._updated(rule, gradients)
        left = {"leave": (builder.plain(cost), f"{flat.root}, before the update")}
        if norm:
            squares = (builder.mul(t, t) for found in gradients.values() for t in found.flat)
            total = reduce(builder.add, squares, Term(0.0, ONE))
            left["leave_norm"] = builder.plain(total), "square of the gradient"
        return ScalarProgram(builder.ops, builder.notes, self._labels, left, finals)

    def _leaf(self, kind: str, name: str, label: str) -> Term:
        term = self._builder.leaf(kind, name, ())
        self._labels[term.id] = label
        return term

    def _variables(self, op: Op) -> Cells:
        """Return the variables that hold a leaf's cells."""
        places = range(math.prod(op.shape))
        if op.kind == "parameter":
            return cells_of((self._cells[op.name, i]["p"] for i in places), op.shape)
        first, self._count = self._count, self._count + len(places)
        labels = (op.name + cell_text(op.shape, i) for i in places)
        terms = (self._leaf("data", f"x{first + i}", label) for i, label in enumerate(labels))
        return cells_of(terms, op.shape)

    def _updated(self, rule: Rule, gradients: Mapping[str, Cells]) -> dict[int, int]:
        builder, given = self._builder, rule.given(self._builder)
        finals: dict[int, int] = {}
        for (parameter, cell), old in self._cells.items():
            values = {**given, **old, "g": gradients[parameter].flat[cell]}
            if not rule.decays(parameter):
                values[WEIGHT_DECAY] = Term(0.0, ONE)
            new = rule.updated(builder, values, f" of {self._where[parameter, cell]}")
            for name, term in old.items():
                final = builder.plain(new[name])
                if final != term.id:
                    finals[term.id] = final
        return dict(sorted(finals.items()))
