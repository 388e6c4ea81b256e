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
from gdtutor.training.plan.vector import FlatSlice, VectorLayout
from gdtutor.values import Struct


class Slot(Struct, frozen=True):
    """One number of the state: a cell of a trained parameter, or of an optimiser's variable."""

    part: FlatSlice
    cell: int

    @property
    def place(self) -> int:
        """Where the cell lies in the flat state."""
        return self.part.start + self.cell

    @property
    def where(self) -> str:
        """Which cell of the parameter it belongs to, as `W1[0, 2]`."""
        return self.part.parameter + cell_text(self.part.shape, self.cell)

    @property
    def label(self) -> str:
        """What it is to the learner."""
        return f"{self.part.variable} of {self.where}" if self.part.variable else self.where


def slots_of(layout: VectorLayout, frozen: frozenset[str]) -> tuple[Slot, ...]:
    """Return the numbers that updates change, in the order of the flat state."""
    return tuple(
        Slot(part, cell)
        for part in layout.parts
        if part.parameter not in frozen
        for cell in range(part.cells.stop - part.start)
    )


class ScalarProgram(Struct, frozen=True, eq=False):
    """One iteration as operations on single numbers."""

    ops: Sequence[Op]
    notes: Mapping[int, str]
    """What a value is to the learner, by id."""
    labels: Mapping[int, str]
    """What a leaf is to the learner; its name is its variable: p with the place of a number of the
    state, x with that of one of the batch."""
    left: Mapping[str, tuple[int, str]]
    """What the iteration leaves behind, by the function that takes it, and what it is."""
    finals: Mapping[int, int]
    """The value after the update of each slot that it changes."""

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

    def write(self, source: SourceLines, level: int, slots: Sequence[Slot]) -> None:
        """Write the iteration: values, what it leaves behind, then the update.

        What Python may refuse comes before anything is left behind, as it is then done again.
        """
        text = ScalarText(self.ops, self.notes, self.labels, source, level)
        text.write(self.needed, self._roots)
        new = [text.name(i, slots[place].label) for place, i in self.finals.items()]
        for function, (index, what) in self.left.items():
            note = text.note(index, what)
            source.add(level, f"{function}({text.text(index)})", note)
        if new:
            old = ", ".join(f"p{place}" for place in self.finals)
            source.add(level, f"{old} = {', '.join(new)}", "the update")


def scalar_program(
    program: FlatProgram, rule: Rule, slots: Sequence[Slot], known: Mapping[str, Array], norm: bool
) -> ScalarProgram:
    """Take an iteration apart into numbers.

    Args:
        program: Lowered for the batch's size.
        rule: The update.
        slots: The numbers that it changes; the variable of one is p with its place among them.
        known: Leaves whose values stand in the code as numbers.
        norm: Whether the square of the gradient's norm is left behind.
    """
    return _Numbers(slots).program(program, rule, known, norm=norm)


class _Numbers:
    def __init__(self, slots: Sequence[Slot]) -> None:
        self._builder = Builder()
        self._labels: dict[int, str] = {}
        self._count = 0
        """How many numbers of the batch there are."""
        self._cells: dict[tuple[str, int], dict[str, Term]] = {}
        self._where = {(slot.part.parameter, slot.cell): slot.where for slot in slots}
        for place, slot in enumerate(slots):
            kind, name = ("state", slot.part.variable) if slot.part.variable else ("slot", "p")
            term = self._leaf(kind, f"p{place}", slot.label)
            self._cells.setdefault((slot.part.parameter, slot.cell), {})[name] = term

    def program(
        self, flat: FlatProgram, rule: Rule, known: Mapping[str, Array], *, norm: bool
    ) -> ScalarProgram:
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
                    finals[int(builder.ops[term.id].name[1:])] = final
        return dict(sorted(finals.items()))
