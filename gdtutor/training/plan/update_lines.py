"""Source: writes the update of an optimiser as calls of NumPy on the flat arrays.

Of plain descent on XOR, whose result is written over the parameters:

    mul(g, 0.25), p = sub(p, u5)   →   multiply(u3, u4, u5)
                                       subtract(u2, u5, u6)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gdtutor.training.optimisers import WEIGHT_DECAY
from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.flat_arrays import FlatArrays
from gdtutor.training.plan.numpy_lines import ProgramWriter
from gdtutor.training.plan.placing import BoundNames, PlacedValues
from gdtutor.training.plan.rule import Rule
from gdtutor.training.plan.scalar_text import FLOATS, ScalarText
from gdtutor.training.plan.schedule import arrange
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import ELEMENTWISE, Term, reachable

Streams = Callable[[int, float], tuple[float, ...]]
"""(number of the update, rate) → numbers that an update needs."""


class Update:
    """The lines of an optimiser, lowered over the flat arrays.

    Args:
        rule: The optimiser with its constants.
        memory: Where the flat arrays lie.
        gamma: What the flat gradient array is to be multiplied by to give the gradient.
    """

    def __init__(self, rule: Rule, memory: FlatArrays, gamma: float) -> None:
        shape = memory.parameters.shape
        builder = Builder()
        values = rule.given(builder)
        flat = {"p": memory.parameters, **memory.state}
        arrays = {**flat, "g": memory.gradient}
        for name, numbers in rule.by_run.items():
            # The gradient's factor is in the rates already, so that no operation is spent on it.
            factor = abs(gamma) if name == "learning_rate" else 1.0
            arrays[name] = memory.by_cell(numbers * factor)
        decays = {name: float(rule.decays(name)) for name in memory.gradients}
        if WEIGHT_DECAY in rule.hyper and not all(decays.values()):
            whole = arrays.get(WEIGHT_DECAY, rule.hyper[WEIGHT_DECAY])
            arrays[WEIGHT_DECAY] = whole * memory.by_parameter(decays)
        leaves = {name: builder.leaf("flat", name, shape) for name in arrays}
        self._places = {leaves[name].id: array for name, array in arrays.items()}
        for name, leaf in leaves.items():
            if name == "learning_rate":
                leaf = Term(1 / abs(gamma), leaf.id)
                leaf = builder.mul(values[name], leaf) if rule.is_scheduled else leaf
            values[name] = leaf
        values["g"] = Term(gamma, leaves["g"].id)
        values = rule.updated(builder, values)
        self._finals = {
            leaves[name].id: builder.plain(builder.spread(values[name], shape)) for name in flat
        }
        """The value after the update of each flat array."""
        self._ops = builder.ops
        self._uniform = builder.uniform
        self._notes = builder.notes

    def write(self, source: SourceLines, names: BoundNames) -> list[tuple[Streams, str]]:
        """Write the update; return what computes the numbers that change with t and the rate."""
        needed = reachable(self._ops, self._finals.values())
        wanted = needed - self._uniform
        read = {arg for i in wanted for arg in self._ops[i].args}
        streams = sorted(self._uniform & read)
        schedule = arrange(self._ops, wanted, wanted)
        order = [unit[0] for unit in schedule.units]
        copies = {}
        for leaf, final in self._finals.items():
            if final in self._places or not self._can_overwrite(order, final, leaf):
                copies[leaf] = final
            else:
                self._places[final] = self._places[leaf]
        dynamic = {index: ("stream", str(place)) for place, index in enumerate(streams)}
        given = PlacedValues(self._ops, self._places, dynamic)
        body = ProgramWriter(given, "u", names, self._notes, source)
        body.write(schedule, {})
        for leaf, final in copies.items():
            if final != leaf:
                line = body.copy(body.view(leaf), body.view(final))
                source.add(2, line, self._ops[leaf].name)
        return [self._stream_function(streams)] if streams else []

    def _can_overwrite(self, order: Sequence[int], final: int, leaf: int) -> bool:
        """Say whether nothing reads the old value once the new one is written over it."""
        if self._ops[final].code not in ELEMENTWISE:
            return False
        after = order[order.index(final) + 1 :]
        return not any(leaf in self._ops[i].args for i in after)

    def _stream_function(self, streams: list[int]) -> tuple[Streams, str]:
        source = SourceLines()
        source.add(0, "def streams(t, learning_rate):", "the update's number, from 1, and its rate")
        text = ScalarText(self._ops, self._notes, {}, source, 1)
        text.write(sorted(reachable(self._ops, streams)), streams)
        returned = ", ".join(text.text(index) for index in streams)
        source.add(1, f"return {returned},", "what the update above takes")
        return source.compiled("streams", {**FLOATS, "power": pow}), source.text()
