"""Updates that a program does: held against the walk's, where a slip explains what it has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtutor.judge.asked import AskedName, given_values
from gdtutor.judge.layout import Reading, reading_of, tolerance_of, transposed_parameters
from gdtutor.judge.naming import Departure, OneStart
from gdtutor.judge.source import ProgramText
from gdtutor.judge.starts import AskedProgram
from gdtutor.session.cell_slips import wrong_formulas
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.steps import Phase, Step
from gdtutor.session.working import working_of

_TOLD = (Slip.UPHILL, Slip.NO_RATE, Slip.STEP_ALONE)


def updates_as_the_walk(program: AskedProgram, starts: Sequence[OneStart]) -> bool:
    """Say whether every parameter is seen to be updated as in the walk's first iteration."""
    first = starts[0]
    turned = transposed_parameters(first.case, given_values(first.moment))
    for name, done in first.moment.updates.items():
        raw = first.case.values.get(f"own {name}")
        if raw is None or not reading_of(raw, done.p, name in turned).is_right:
            return False
    return True


def wrong_update(
    program: AskedProgram, starts: Sequence[OneStart], source: ProgramText
) -> Departure | None:
    """Return the first parameter whose update departs, of a program that updates any.

    None is asked for; a program that leaves all parameters as they were given has none.
    """
    # A program that begins anew at iteration 1 has no velocity yet, which the walk has there.
    fresh = {i: s for i, s in enumerate(starts)
             if not 0 < i < program.own or s.case.facts.get("passes")}  # fmt: skip
    steps = [s for s in program.moments[0].steps
             if s.phase is Phase.UPDATE and s.variable == "p"]  # fmt: skip
    found: dict[str, tuple[int, Reading]] = {}
    has_any = False
    for step in steps:
        for index, start in fresh.items():
            raw = start.case.values.get(f"own {step.node}")
            done = start.moment.updates.get(step.node)
            if raw is None or done is None:
                return None
            turned = step.node in transposed_parameters(start.case, given_values(start.moment))
            reading = reading_of(raw, done.p, turned)
            if reading.value is None:
                return None
            before = start.moment.state.parameters[step.node]
            has_any |= not reading_of(raw, before, turned).is_right
            if not reading.is_right:
                found.setdefault(step.node, (index, reading))
    if not has_any or not found:
        return None
    step = next(s for s in steps if s.node in found)
    shown, reading = found[step.node]
    name = AskedName(step.node, step, starts[shown].moment.root)
    slip = _slip(step, starts[shown], reading)
    # What is not updated has no line that would be the wrong one.
    line = 0 if slip is not None and slip.slip is Slip.STALE else source.line_of(step.node)
    return Departure(name, line, slip, shown, reading, reading.engine)


def _slip(step: Step, start: OneStart, reading: Reading) -> SlipMatch | None:
    """Return the slip of an update: one of the table, or how many times the step it takes."""
    working, value = working_of(start.moment, step), reading.value
    if value is None:
        return None
    room = tolerance_of(value.dtype, value)
    fits = [
        fit for fit, formula in wrong_formulas(working, ...)
        if fit.slip in _TOLD and np.all(np.abs(formula(working.operands) - value) <= room)
    ]  # fmt: skip
    if fits:
        return min(fits, key=lambda fit: _TOLD.index(fit.slip))
    before = start.moment.state.parameters[step.node]
    right, own = reading.engine - before, value - before
    largest = np.unravel_index(np.argmax(np.abs(right)), right.shape)
    times = float(own[largest] / right[largest]) if right[largest] else 0.0
    if not np.all(np.abs(own - times * right) <= 10 * room):
        return None
    other = SlipMatch(Slip.OTHER_RATE, f"{times:.4g}")
    return other if abs(times) > 1e-6 else SlipMatch(Slip.STALE)
