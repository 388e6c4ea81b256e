"""Source: writes the update of an optimiser as calls of NumPy on the flat arrays.

Of plain descent on XOR, whose result is written over the parameters:

    mul(g, 0.25), p = sub(p, u5)   →   multiply(u3, u4, u5)
                                       subtract(u2, u5, u6)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gdtutor.engine.operations import Array
from gdtutor.training.optimisers import WEIGHT_DECAY
from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.flat_arrays import FlatArrays
from gdtutor.training.plan.numpy_lines import ProgramWriter
from gdtutor.training.plan.placing import WrittenFunction
from gdtutor.training.plan.rule import Rule
from gdtutor.training.plan.scalar_text import FLOATS, ScalarText
from gdtutor.training.plan.schedule import ProgramSchedule
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import ELEMENTWISE, Term, reachable

Streams = Callable[[int, float], tuple[float, ...]]
"""(number of the update, rate) → numbers that an update needs."""


def write_update(
    rule: Rule, memory: FlatArrays, gamma: float, function: WrittenFunction
) -> tuple[Streams | None, str]:
    """Write the lines of an optimiser over the flat arrays.

    Args:
        rule: The optimiser with its constants.
        memory: Where the flat arrays lie.
        gamma: What the flat gradient array is to be multiplied by to give the gradient.
        function: Where they are written.

    Returns:
        What computes the numbers that change with t and the rate, and its source; None and nothing
        where there are none.
    """
    builder = Builder()
    flat = {"p": memory.parameters, **memory.state}
    arrays = flat | {"g": memory.gradient} | _by_cell(rule, memory, gamma)
    values = rule.given(builder)
    rate = values["learning_rate"]
    leaves = {name: builder.leaf("flat", name, array.shape) for name, array in arrays.items()}
    values |= leaves | {"g": Term(gamma, leaves["g"].id)}
    if "learning_rate" in leaves:
        values["learning_rate"] = Term(1 / abs(gamma), leaves["learning_rate"].id)
        if rule.is_scheduled:
            values["learning_rate"] = builder.mul(rate, values["learning_rate"])
    values = rule.updated(builder, values)
    spread = {name: builder.spread(values[name], memory.parameters.shape) for name in flat}
    finals = {leaves[name].id: builder.plain(term) for name, term in spread.items()}

    wanted = reachable(builder.ops, finals.values()) - builder.uniform
    streams = sorted(builder.uniform & {arg for i in wanted for arg in builder.ops[i].args})
    schedule = ProgramSchedule(builder.ops, wanted, wanted, {})
    order = [unit[0] for unit in schedule.units]
    places = {leaves[name].id: array for name, array in arrays.items()}
    copies = {}
    for leaf, final in finals.items():
        # Where nothing reads the old value any more, the new one is written over it.
        after = order[order.index(final) + 1 :] if final in order else []
        is_read = any(leaf in builder.ops[i].args for i in after)
        if final in places or is_read or builder.ops[final].code not in ELEMENTWISE:
            copies[leaf] = final
        else:
            places[final] = places[leaf]
    dynamic = {index: ("stream", str(place)) for place, index in enumerate(streams)}
    body = ProgramWriter(
        builder.ops, places, dynamic, prefix="u", function=function, notes=builder.notes
    )
    body.write(schedule)
    for leaf, final in copies.items():
        if final != leaf:
            line = body.copy(body.view(leaf), body.view(final))
            function.body.add(2, line, builder.ops[leaf].name)
    return _stream_function(builder, streams) if streams else (None, "")


def _by_cell(rule: Rule, memory: FlatArrays, gamma: float) -> dict[str, Array]:
    """Return constants that differ between runs, or between parameters, as flat arrays."""
    arrays = {}
    for name, numbers in rule.by_run.items():
        # The gradient's factor is in the rates already, so that no operation is spent on it.
        factor = abs(gamma) if name == "learning_rate" else 1.0
        arrays[name] = memory.by_cell(dict.fromkeys(memory.gradients, numbers * factor))
    decays = {name: float(rule.decays(name)) for name in memory.gradients}
    if WEIGHT_DECAY in rule.hyper and not all(decays.values()):
        whole = arrays.get(WEIGHT_DECAY, rule.hyper[WEIGHT_DECAY])
        arrays[WEIGHT_DECAY] = whole * memory.by_cell(decays)
    return arrays


def _stream_function(builder: Builder, streams: Sequence[int]) -> tuple[Streams, str]:
    source = SourceLines()
    source.add(0, "def streams(t, learning_rate):", "the update's number, from 1, and its rate")
    text = ScalarText(builder, {}, source, 1)
    text.write(sorted(reachable(builder.ops, streams)), streams)
    returned = ", ".join(text.text(index) for index in streams)
    source.add(1, f"return {returned},", "what the update above takes")
    return source.compiled("streams", {**FLOATS, "power": pow}), source.text()
