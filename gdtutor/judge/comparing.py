"""A program's starts and updates held against the walk's: in its layout, over the examples that the
program takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Array
from gdtutor.judge.asked import (
    AskedName,
    AskedProgram,
    data_names,
    given_values,
    of_examples,
)
from gdtutor.judge.blanks import is_blank
from gdtutor.judge.blend import settled
from gdtutor.judge.layout import (
    Reading,
    examples_seen,
    is_by_rows,
    reading_of,
    readings_of,
    tolerance_of,
    transposed_parameters,
)
from gdtutor.judge.naming import Departure, OneStart, of_the_shape
from gdtutor.judge.process import ProgramCase
from gdtutor.judge.source import ProgramText
from gdtutor.session.cell_slips import wrong_formulas
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.steps import Step
from gdtutor.session.working import working_of
from gdtutor.values import Struct, replace

_TOLD = (Slip.UPHILL, Slip.NO_RATE, Slip.STEP_ALONE, Slip.GRADIENT_ALONE, Slip.NO_DECAY)
"""Slips of an update, the first of those that fit being named."""


def compared_starts(
    program: AskedProgram, cases: Sequence[ProgramCase], source: ProgramText
) -> tuple[bool, tuple[OneStart, ...]]:
    """Return whether a program has its examples in rows, and what it has on every start.

    A program that takes a part of the examples at a time, or all of them in another order, is held
    against the walk over those, in its first pass alone: the next one has others.
    """
    rows = is_by_rows(cases[0], program.moments[0], program.asked, source)
    first = _best(program, 0, cases[0], rows)
    is_open = not {"error", "rows"} & {n for n, said in cases[0].facts.items() if said}
    if is_open and _fit(first)[1] < len(first.readings):
        other = _best(program, 0, cases[0], not rows)
        if _fit(other)[1] == len(other.readings):
            rows, first = not rows, other
    starts = [first, *(_best(program, i, c, rows) for i, c in enumerate(cases) if i)]
    is_as_the_walk = goes_on(program, starts) or updates_as_the_walk(first)
    has_passes = any("passes" in s.case.facts for s in starts)
    if has_passes and (first.taken or not is_as_the_walk):
        # After another update, all that a second pass has is another's fault.
        starts = [first, first, *starts[2:]]
    return rows, tuple(starts)


def _best(program: AskedProgram, index: int, case: ProgramCase, rows: bool) -> OneStart:
    """Return a start over the examples that fit most names of the program."""
    moment, asked = program.moments[index], program.asked
    before: Mapping[str, Array] = {}
    if 0 < index < program.own:
        before = program.moments[index - 1].trace.values
    readings = settled(readings_of(case, moment, asked, rows), moment, asked)
    found = OneStart(moment, case, readings, before)
    # What was changed in place may have the numbers of other examples.
    changed = {*case.facts.get("inputs_changed", ())} & data_names(moment)
    if changed or all(reading.is_right for reading in readings.values()):
        return found
    is_fit = all(reading.value is not None for reading in readings.values())
    for taken in (*case.facts.get("taken", ()), *examples_seen(moment, case, asked)):
        if is_fit == (len(taken) < len(moment.batch)):
            # One example after the other fits all of them, once they stand side by side.
            continue
        try:
            other = of_examples(program.lesson, moment, taken)
        except (GdTutorError, ValueError, IndexError):
            continue
        readings = settled(readings_of(case, other, asked, rows), other, asked)
        start = OneStart(other, case, readings, {}, tuple(taken))
        # Where no array holds the examples in an order, numbers may be alike by their signs alone.
        is_seen = taken in case.facts.get("taken", ()) or len(taken) < len(moment.batch)
        forward = [readings[a.name] for a in asked if a.name in readings and not a.is_gradient]
        is_order = is_seen or all(r.is_right for r in forward)
        if _fit(start) > _fit(found) and is_order:
            found = start
    return found


def _fit(start: OneStart) -> tuple[int, int]:
    """Return how many names have a shape that fits, and how many are right."""
    readings = start.readings.values()
    return sum(r.value is not None for r in readings), sum(r.is_right for r in readings)


def _left(parameter: str, start: OneStart, engine: Array) -> Reading | None:
    """Return a parameter as the program has left it by its name, beside a value of the walk."""
    raw = start.case.values.get(f"own {parameter}")
    turned = parameter in transposed_parameters(start.case, given_values(start.moment))
    return None if raw is None else reading_of(raw, engine, turned)


def updates_as_the_walk(first: OneStart) -> bool:
    """Say whether every parameter is seen to be updated as in the walk's first iteration."""
    left = [_left(name, first, done.p) for name, done in first.moment.updates.items()]
    return all(reading is not None and reading.is_right for reading in left)


def goes_on(program: AskedProgram, starts: Sequence[OneStart]) -> bool:
    """Say whether a second pass computes what the walk's second iteration does, going forward: it
    begins from the same parameters, wherever the program keeps them."""
    second = starts[1] if len(starts) > 1 else starts[0]
    forward = [a.name for a in program.asked if not a.is_gradient and a.name in second.readings]
    right = bool(forward) and all(second.readings[name].is_right for name in forward)
    return right and "passes" in second.case.facts


def wrong_update(
    program: AskedProgram, starts: Sequence[OneStart], source: ProgramText
) -> Departure | None:
    """Return the first parameter whose update departs, by its name or else by its value."""
    return _wrong_by_name(program, starts, source) or _wrong_by_value(program, starts)


def _wrong_by_value(program: AskedProgram, starts: Sequence[OneStart]) -> Departure | None:
    """Return the first parameter that a program keeps in places of its own, where none of them has
    its update; on the random starts, where every parameter has numbers of its own."""
    for step in program.update_steps:
        for shown in range(program.own, len(starts)):
            start = starts[shown]
            done = start.moment.updates.get(step.node)
            if done is None or not _knows_examples(start):
                continue
            found = {n: reading_of(start.case.values[n], done.p) for n in start.held(step.node)}
            if not found or any(r.is_right for r in found.values()):
                continue
            reading = next(iter(found.values()))
            name = AskedName(step.node, step, start.moment.root)
            line = _line_of(step.node, start, 0)
            return Departure(name, line, _slip(step, start, reading), shown, reading, done.p)
    return None


def _knows_examples(start: OneStart) -> bool:
    """Say whether it is known over which examples a program goes: by a value of a name that it was
    held against, or else since it has picked none where that would have been seen.

    Examples of one number each are in many arrays, so that picking them is not seen.
    """
    given = given_values(start.moment)
    is_seen = any(given[name].ndim > 1 for name in data_names(start.moment))
    return bool(start.readings) or (is_seen and not start.case.facts.get("taken"))


def _line_of(parameter: str, start: OneStart, known: int) -> int:
    """Return the last line that changed a parameter in a place of the program's own, if any is."""
    stepped = start.case.facts.get("lines", {}).get(f"new {parameter}", ())
    held = start.held(parameter)
    # Of two parameters that begin alike, each is held by its own name.
    own = [made for place, made in held.items() if place.endswith(f" {parameter}")]
    return next((made[-1] for made in (*own, *held.values(), stepped) if made[1:]), known)


class _Left(Struct, frozen=True, eq=False):
    """A parameter by its name as a program has left it on a start."""

    step: Step
    shown: int
    reading: Reading
    is_as_given: bool


def _left_by_name(program: AskedProgram, starts: Sequence[OneStart]) -> Iterator[_Left]:
    """Yield what a program has left of each parameter, whose own shape it keeps, on each start."""
    for step in program.update_steps:
        for index, start in enumerate(starts):
            # One that begins anew at iteration 1 has no velocity yet, which the walk has there.
            if 0 < index < program.own and not start.case.facts.get("passes"):
                continue
            done = start.moment.updates.get(step.node)
            reading = None if done is None else _left(step.node, start, done.p)
            if reading is None or (reading.value is None and not of_the_shape(reading)):
                continue
            # After two passes, what is as at first is where the program does not keep it.
            given = (start.moment, starts[0].moment if "passes" in start.case.facts else None)
            befores = [moment.state.parameters[step.node] for moment in given if moment]
            same = [_left(step.node, start, before) for before in befores]
            is_as_given = any(one is not None and one.is_right for one in same)
            yield _Left(step, index, reading, is_as_given)


def updates_seen(program: AskedProgram, starts: Sequence[OneStart]) -> tuple[str, ...]:
    """Return the parameters whose update a right program has been seen to take: by name, in places
    of its own, or by a second pass that goes on from it."""
    seen = {left.step.node for left in _left_by_name(program, starts) if not left.is_as_given}
    nodes = [step.node for step in program.update_steps]
    known = [start for start in starts[program.own :] if _knows_examples(start)]
    seen |= {node for node in nodes if any(start.held(node) for start in known)}
    if known and all(_is_in_others(node, start) for node in nodes for start in known):
        return tuple(nodes)
    return tuple(n for n in nodes if n in seen or goes_on(program, starts))


def _is_in_others(parameter: str, start: OneStart) -> bool:
    """Say whether anything of a program has the numbers of a parameter after its update."""
    moved, others = start.moment.updates[parameter].p, start.others().values()
    return any(reading_of(raw, moved, way).is_right for raw in others for way in (False, True))


def _wrong_by_name(
    program: AskedProgram, starts: Sequence[OneStart], source: ProgramText
) -> Departure | None:
    """Return the first parameter whose update departs, of a program that updates any.

    None is asked for; a program that leaves all parameters as they were given has none.
    """
    left = list(_left_by_name(program, starts))
    if all(one.is_as_given and not starts[one.shown].renewed(one.step.node) for one in left):
        return None
    for one in left:
        step, start, reading = one.step, starts[one.shown], one.reading
        is_left = start.held(step.node) or is_blank(f"{step.node}_new", source)
        if reading.is_right or (one.is_as_given and is_left):
            continue
        name = AskedName(step.node, step, start.moment.root)
        slip = _slip(step, start, reading)
        if slip is not None and slip.slip is Slip.OTHER_RATE and reading.raw.size == 1:
            # Of a single cell, any step is so many times another one: it is so on every start.
            alike = (_slip(step, starts[o.shown], o.reading) for o in left if o.step is step)
            slip = slip if all(other == slip for other in alike) else None
        renewed = start.renewed(step.node)
        line = _line_of(step.node, start, source.line_of(renewed or step.node))
        if slip is not None and slip.slip is Slip.STALE:
            # What is not updated has no line that would be the wrong one.
            slip, line = replace(slip, about=renewed), source.line_of(renewed)
        return Departure(name, line, slip, one.shown, reading, reading.engine)
    return None


def _slip(step: Step, start: OneStart, reading: Reading) -> SlipMatch | None:
    """Return the slip of an update: one of the table, or how many times the step it takes."""
    working, value = working_of(start.moment, step), reading.value
    before = start.moment.state.parameters[step.node]
    if value is None:
        spread = of_the_shape(reading)
        by = start.moment.learning_rate * start.moment.trace.gradients[step.node].T
        is_turned = spread is not None and np.allclose(reading.raw, before - by, 1e-8, 1e-12)
        return SlipMatch(Slip.TRANSPOSED) if is_turned else spread
    room = tolerance_of(value.dtype, value)
    fits = [
        fit for fit, formula in wrong_formulas(working)
        if fit.slip in _TOLD and np.all(np.abs(formula(working.operands) - value) <= room)
    ]  # fmt: skip
    if fits:
        return min(fits, key=lambda fit: _TOLD.index(fit.slip))
    right, own = reading.engine - before, value - before
    largest = np.unravel_index(np.argmax(np.abs(right)), right.shape)
    times = float(own[largest] / right[largest]) if right[largest] else 0.0
    about = f"{times:.4g}"
    if about == "1" or not np.all(np.abs(own - times * right) <= 10 * room):
        return _of_another(step, start, own)
    is_seen = {f"d{step.node}", f"grad_{step.node}"} & start.readings.keys()
    if not is_seen and about == str(len(start.moment.batch)):
        return SlipMatch(Slip.NO_SHARE, "1/m")
    other = SlipMatch(Slip.OTHER_RATE, about)
    return other if abs(times) > 1e-6 else SlipMatch(Slip.STALE)


def _of_another(step: Step, start: OneStart, moved: Array) -> SlipMatch | None:
    """Return the slip of a step along the gradient of another parameter, if it is one."""
    for node in start.moment.updates:
        by = -start.moment.learning_rate * start.moment.trace.gradients[node]
        fits = by.shape == moved.shape or by.size == 1
        if fits and node != step.node and np.allclose(by, moved, 1e-8, 1e-12):
            return SlipMatch(Slip.OTHER_VALUE, f"d{node}")
    return None
