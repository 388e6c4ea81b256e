"""Writes the update of an optimiser as calls of NumPy on the flat arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gdtutor.engine.operations import Array, parse_rule
from gdtutor.training.optimisers import Optimiser
from gdtutor.training.plan.builder import Builder
from gdtutor.training.plan.flat_arrays import FlatArrays
from gdtutor.training.plan.lower import reachable
from gdtutor.training.plan.numpy_lines import ELEMENTWISE, ProgramWriter
from gdtutor.training.plan.placing import BoundNames, PlacedValues
from gdtutor.training.plan.scalar_text import CAREFUL, FORMS
from gdtutor.training.plan.schedule import arrange
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import ONE, Term
from gdtutor.values import Struct, field

Streams = Callable[[int, float], tuple[float, ...]]
"""(number of the update, rate) → numbers that an update needs."""


class Rule(Struct, frozen=True, eq=False):
    """An optimiser with everything that its lines need."""

    optimiser: Optimiser
    hyper: Mapping[str, float]
    learning_rate: float | None
    """None where it changes from epoch to epoch; for stacked runs the schedule's factor alone
    changes, and `by_run` has what it multiplies."""
    by_run: Mapping[str, Array] = field(default_factory=dict)
    """Constants, and the learning rate, that differ between stacked runs: one number for each."""


class Update:
    """The lines of an optimiser, lowered over the flat arrays.

    Args:
        rule: The optimiser with its constants.
        memory: Where the flat arrays lie.
        gamma: What the flat gradient array is to be multiplied by to give the gradient.
    """

    def __init__(self, rule: Rule, memory: FlatArrays, gamma: float) -> None:
        self._memory = memory
        shape = memory.parameters.shape
        builder = Builder()
        values = {name: Term(value, ONE) for name, value in rule.hyper.items()}
        values["p"] = builder.leaf("flat", "p", shape)
        values["g"] = Term(gamma, builder.leaf("flat", "g", shape).id)
        self._places = {values["p"].id: memory.parameters, values["g"].id: memory.gradient}
        self._targets: list[tuple[str, int, Array]] = [("p", values["p"].id, memory.parameters)]
        for name, flat in memory.state.items():
            values[name] = builder.leaf("flat", name, shape)
            self._places[values[name].id] = flat
            self._targets.append((name, values[name].id, flat))
        values["t"] = builder.leaf("stream", "t", (), is_uniform=True)
        values["learning_rate"] = (
            builder.leaf("stream", "learning_rate", (), is_uniform=True)
            if rule.learning_rate is None
            else Term(rule.learning_rate, ONE)
        )
        for name, numbers in rule.by_run.items():
            factor = abs(gamma) if name == "learning_rate" else 1.0
            leaf = builder.leaf("flat", name, shape)
            self._places[leaf.id] = memory.by_cell(numbers * factor)
            # The gradient's factor is in the rates already, so that no operation is spent on it.
            own = Term(1 / factor, leaf.id)
            changes = name == "learning_rate" and rule.learning_rate is None
            values[name] = builder.mul(values[name], own) if changes else own
        for name, formula in rule.optimiser.lines:
            values[name] = builder.evaluate(parse_rule(formula), values)
            builder.notes.setdefault(values[name].id, name)
        self._finals = {
            name: builder.plain(builder.spread(values[name], shape)) for name, _, _ in self._targets
        }
        self._ops = tuple(builder.ops)
        self._uniform = builder.uniform
        self._notes = builder.notes

    def write(self, source: SourceLines, names: BoundNames) -> tuple[Streams, str] | None:
        """Write the update; return what computes the numbers that change with t and the rate."""
        needed = reachable(self._ops, self._finals.values())
        streams = sorted(
            i
            for i in self._uniform & needed
            if any(i in self._ops[j].args for j in needed - self._uniform)
        )
        wanted = needed - self._uniform
        schedule = arrange(self._ops, wanted, elementwise=frozenset())
        order = [unit[0] for unit in schedule.units]
        copies = []
        for name, leaf, flat in self._targets:
            final = self._finals[name]
            if final == leaf:
                continue
            if self._can_overwrite(order, final, leaf) and final not in self._places:
                self._places[final] = flat
            else:
                copies.append((name, final, leaf))
        dynamic = {index: ("stream", place) for place, index in enumerate(streams)}
        body = ProgramWriter(
            self._ops, "u", self._notes, source, names, PlacedValues(self._places, dynamic)
        )
        body.write(schedule, {}, [final for _, final, _ in copies])
        for name, final, leaf in copies:
            copy = body.call("copyto", np.copyto)
            source.add(2, f"{copy}({body.view(leaf)}, {body.view(final)})", name)
        return self._stream_function(streams) if streams else None

    def _can_overwrite(self, order: Sequence[int], final: int, leaf: int) -> bool:
        """Say whether nothing reads the old value once the new one is written over it."""
        if self._ops[final].code not in ELEMENTWISE:
            return False
        after = order[order.index(final) + 1 :]
        return not any(leaf in self._ops[i].args for i in after)

    def _stream_function(self, streams: list[int]) -> tuple[Streams, str]:
        source = SourceLines()
        source.add(0, "def streams(t, learning_rate):", "numbers that change with each update")
        for index in sorted(reachable(self._ops, streams)):
            op = self._ops[index]
            label = ", ".join(self._stream_label(arg) for arg in op.args)
            if op.code == "leaf":
                code, note = f"float({op.name})", _STREAMS[op.name]
            elif op.is_literal:
                code, note = repr(op.literal), "a constant of the rule"
            else:
                code = _SCALAR[op.code].format(*(f"u{a}" for a in op.args))
                note = f"{op.code}({label})"
            source.add(1, f"u{index} = {code}", note)
        returned = ", ".join(f"u{i}" for i in streams)
        source.add(1, f"return {returned},", "what the update above takes")
        return source.compiled("streams", CAREFUL), source.text()

    def _stream_label(self, index: int) -> str:
        op = self._ops[index]
        if op.is_literal:
            return repr(op.literal)
        return op.name or f"u{index}"


_STREAMS = {"t": "the number of the update, from 1", "learning_rate": "the rate of this iteration"}
"""What the given numbers of an update are."""

_SCALAR = {**FORMS, "pow": "{}**{}"}
"""How these numbers are worked out."""
