"""The lines of one iteration on one batch as Python on floats."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gdtutor.engine.expression import names_in
from gdtutor.engine.operations import Array, parse_rule
from gdtutor.training.optimisers import Optimiser, optimiser_of
from gdtutor.training.plan.builder import Builder
from gdtutor.training.plan.cells import Cells, cell_text, scaled, take_apart
from gdtutor.training.plan.lower import FlatProgram, reachable
from gdtutor.training.plan.scalar_text import FORMS, RAISING, ScalarText
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import ONE, Term
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import Struct


class Slot(Struct, frozen=True):
    """One number of the state: a cell of a trained parameter, or of an optimiser's variable."""

    parameter: str
    variable: str
    cell: int
    sign: float
    """What the number is multiplied by to give the cell."""


class Iteration:
    """The lines of one iteration on one batch.

    Args:
        problem: What is trained.
        program: Lowered for the batch's size.
        data: The batch's values by leaf, or None where they are variables.
        settings: The run's settings.
    """

    def __init__(
        self, problem: Problem, program: FlatProgram, data: Mapping[str, Array] | None, s: Settings
    ) -> None:
        self._problem = problem
        self._program = program
        self._optimiser, self._hyper = optimiser_of(s)
        self._settings = s
        self.batch = program.batch
        self.slots = slots_of(problem, program.signs, self._optimiser)
        """The numbers of the state, in the order of the generated function's variables."""
        self._builder = builder = Builder()
        self._names: dict[int, str] = {}
        self.data_names: list[tuple[str, int]] = []
        """(leaf, cell) of the data variables, in order."""
        known = take_apart(
            program, reachable(program.ops, [program.cost.id]), builder, self._leaves(data)
        )
        self._cost = scaled(known[program.cost.id], program.cost.scale).terms[0]
        roots = [t.id for t in program.gradients.values()]
        known = take_apart(program, reachable(program.ops, roots), builder, known)
        self._gradients = {
            name: scaled(known[t.id], t.scale * program.signs[name])
            for name, t in program.gradients.items()
        }
        self._stateful = frozenset(i for i, n in self._names.items() if n[0] == "p")
        self._finals = self._updated()
        self._norm = self._squared_norm() if s.stop.gradient_below is not None else None

    @property
    def is_possible(self) -> bool:
        """Whether every operation has a form on plain numbers."""
        return all(
            op.code in FORMS or op.code == "leaf" or op.is_literal for op in self._builder.ops
        )

    @property
    def operations(self) -> int:
        """How many operations on numbers it does."""
        roots = [self._cost.id, *(i for _, i in self._finals)]
        ops = self._builder.ops
        return sum(bool(ops[i].args) for i in reachable(ops, roots))

    @property
    def counts(self) -> bool:
        """Whether the update needs its own number."""
        return "t" in self._names.values()

    def data_label(self, place: int) -> str:
        """Return what the number of this place in an item is, as `X[0, 2]`."""
        name, cell = self.data_names[place]
        shape = next(op.shape for op in self._program.ops if op.detail == ("data", name))
        return name + cell_text(shape, cell)

    def write(self, source: SourceLines, level: int, constant: str = "{}") -> None:
        """Write the iteration: values, what it leaves behind, then the update.

        Args:
            source: What is written to.
            level: How far it is indented.
            constant: How a number is written; see `ScalarText`.
        """
        ops = self._builder.ops
        cost = self._builder.plain(self._cost)
        extra = [] if self._norm is None else [self._norm]
        finals = [index for _, index in self._finals]
        roots = [cost, *extra, *finals]
        needed = sorted(reachable(ops, roots))
        notes, labels = self._builder.notes, {i: self._label(n) for i, n in self._names.items()}
        text = ScalarText(ops, notes, self._names, labels, self._stateful, constant)
        text.count(needed, roots)
        update = set(needed) - reachable(
            ops, [cost, *extra, *(t.id for c in self._gradients.values() for t in c.terms)]
        )
        text.write(source, level, [i for i in needed if i not in update])
        # The first lines of the update change what these would still read.
        text.settle(source, level)
        text.write(source, level, [i for i in needed if i in update])
        gradients = {t.id for c in self._gradients.values() for t in c.terms}
        # What Python may refuse comes before anything is left behind, as it is then done again.
        raises = any(ops[i].code in RAISING for i in set(needed) - reachable(ops, [cost]))
        if raises or self._optimiser.state or gradients & self._stateful:
            for index in finals:
                text.name(source, level, index)
        note = text.note(cost, f"{self._problem.graph.root}, before the update")
        source.add(level, f"leave({text.text(cost)})", note)
        if self._norm is not None:
            source.add(level, f"leave_norm({text.text(self._norm)})", "square of the gradient")
        for name, index in self._finals:
            note = text.note(index, self._slot_note(name))
            source.add(level, f"{name} = {text.text(index)}", note)

    def _slot_note(self, name: str) -> str:
        slot = self.slots[int(name[1:])]
        where = slot.parameter + self._cell_text(slot.parameter, slot.cell)
        turned = ", its sign turned" if slot.sign < 0 else ""
        return f"{slot.variable} of {where}{turned}" if slot.variable else where + turned

    def _label(self, name: str) -> str:
        """Return what a variable is to the learner."""
        place = name[1:]
        if not place.isdigit():
            return name
        return self._slot_note(name) if name[0] == "p" else self.data_label(int(place))

    def _cell_text(self, parameter: str, cell: int) -> str:
        return cell_text(np.shape(self._problem.parameters[parameter]), cell)

    def _leaves(self, data: Mapping[str, Array] | None) -> dict[int, Cells]:
        cells: dict[int, Cells] = {}
        starts = {(s.parameter, s.cell): i for i, s in enumerate(self.slots) if not s.variable}
        for index, op in enumerate(self._program.ops):
            if op.code != "leaf":
                continue
            kind, name = op.kind, op.name
            count = math.prod(op.shape)
            if kind == "data" and data is None:
                terms = [self._variable("data", name, i, "") for i in range(count)]
            elif kind == "data" and data is not None:
                terms = [Term(float(v), ONE) for v in np.ravel(data[name])]
            elif kind == "constant":
                terms = [Term(float(v), ONE) for v in np.ravel(self._problem.constants[name])]
            elif name in self._problem.frozen:
                values = np.ravel(self._problem.parameters[name])
                terms = [Term(float(v), ONE) for v in values]
            else:
                terms = [
                    self._variable("slot", name, i, f"p{starts[name, i]}") for i in range(count)
                ]
            cells[index] = Cells(op.shape, tuple(terms))
        return cells

    def _variable(self, kind: str, name: str, cell: int, text: str) -> Term:
        term = self._builder.leaf(kind, f"{name} {cell}", ())
        if not text:
            text = f"x{len(self.data_names)}"
            self.data_names.append((name, cell))
        self._names[term.id] = text
        return term

    def _updated(self) -> list[tuple[str, int]]:
        """Return (variable, value) for every number of the state that an iteration changes."""
        builder = self._builder
        shared = {name: Term(value, ONE) for name, value in self._hyper.items()}
        shared["learning_rate"] = self._rate()
        finals: dict[str, int] = {}
        slots = self.slots
        by_cell: dict[tuple[str, int], dict[str, int]] = {}
        for place, slot in enumerate(slots):
            by_cell.setdefault((slot.parameter, slot.cell), {})[slot.variable or "p"] = place
        if any("t" in _names_of(formula) for _, formula in self._optimiser.lines):
            shared["t"] = self._uniform("t")
        for (parameter, cell), places in by_cell.items():
            values = dict(shared)
            old = {n: builder.leaf(_kind(n), _slot_key(slots[p]), ()) for n, p in places.items()}
            for variable, place in places.items():
                self._names[old[variable].id] = f"p{place}"
            self._stateful |= {term.id for term in old.values()}
            values |= old
            values["g"] = self._gradients[parameter].terms[cell]
            for name, formula in self._optimiser.lines:
                values[name] = builder.evaluate(parse_rule(formula), values)
                where = parameter + self._cell_text(parameter, cell)
                builder.notes.setdefault(values[name].id, f"{name} of {where}")
            for variable, place in places.items():
                final = builder.plain(values[variable])
                if final != old[variable].id:
                    finals[f"p{place}"] = final
        return sorted(finals.items(), key=lambda item: int(item[0][1:]))

    def _rate(self) -> Term:
        if self._settings.schedule.kind == "constant":
            return Term(self._settings.learning_rate, ONE)
        return self._uniform("rate")

    def _uniform(self, name: str) -> Term:
        term = self._builder.leaf("stream", name, (), is_uniform=True)
        self._names[term.id] = name
        return term

    def _squared_norm(self) -> int:
        builder = self._builder
        total = Term(0.0, ONE)
        for cells in self._gradients.values():
            for term in cells.terms:
                total = builder.add(total, builder.mul(term, term))
        return builder.plain(total)


def _names_of(formula: str) -> set[str]:
    return {name.name for name in names_in(parse_rule(formula))}


def _kind(variable: str) -> str:
    """Return the kind of leaf that a number of the state is, by its name in the rule."""
    return "slot" if variable == "p" else "state"


def _slot_key(slot: Slot) -> str:
    return f"{slot.parameter} {slot.cell}" + (f" {slot.variable}" if slot.variable else "")


def slots_of(problem: Problem, signs: Mapping[str, float], optimiser: Optimiser) -> list[Slot]:
    """Return the numbers of the state: trained parameters first, then the optimiser's."""
    odd = {variable.name for variable in optimiser.state if variable.is_odd}
    slots: list[Slot] = []
    for variable in ("", *(v.name for v in optimiser.state)):
        for name in problem.trained:
            sign = signs[name] if not variable or variable in odd else 1.0
            cells = int(np.size(problem.parameters[name]))
            slots.extend(Slot(name, variable, cell, sign) for cell in range(cells))
    return slots
