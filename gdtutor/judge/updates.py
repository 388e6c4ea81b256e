"""Updates that a program does: held against the walk's, where a slip explains what it has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName, given_values
from gdtutor.judge.departure import Departure
from gdtutor.judge.layout import reading_of, tolerance_of, transposed_parameters
from gdtutor.judge.naming import OneStart
from gdtutor.judge.source import ProgramText
from gdtutor.judge.starts import AskedProgram
from gdtutor.session.slips import Slip, SlipMatch, wrong_formulas
from gdtutor.session.steps import Phase, Step
from gdtutor.session.working import working_of

_TOLD = (Slip.UPHILL, Slip.NO_RATE, Slip.STEP_ALONE)


def wrong_update(
    program: AskedProgram, starts: Sequence[OneStart], source: ProgramText
) -> Departure | None:
    """Return the first parameter whose update is a slip.

    No program is asked for updates, and one may train on in its own way: what no slip explains is
    nothing to blame.
    """
    for step in program.moments[0].steps:
        if step.phase is Phase.UPDATE and step.variable == "p":
            found = _departing(step, starts)
            if found is not None:
                shown, slip = found
                start = starts[shown]
                engine = start.moment.updates[step.node].p
                raw = start.case.values[f"own {step.node}"]
                name = AskedName(step.node, step, start.moment.root)
                reading = reading_of(raw, engine, _is_turned(start, step.node))
                line = source.line_of(step.node)
                return Departure(name, line, slip, shown, reading, engine)
    return None


def _departing(step: Step, starts: Sequence[OneStart]) -> tuple[int, SlipMatch] | None:
    fits: set[SlipMatch] | None = None
    shown = 0
    for index, start in enumerate(starts):
        raw = start.case.values.get(f"own {step.node}")
        done = start.moment.updates.get(step.node)
        if raw is None or done is None:
            return None
        reading = reading_of(raw, done.p, _is_turned(start, step.node))
        if reading.is_right:
            continue
        if reading.value is None:
            return None
        here = set(_slips(step, start, reading.value))
        shown = index if fits is None else shown
        fits = here if fits is None else fits & here
    return (shown, min(fits, key=lambda fit: _TOLD.index(fit.slip))) if fits else None


def _slips(step: Step, start: OneStart, value: Array) -> list[SlipMatch]:
    working = working_of(start.moment, step)
    room = tolerance_of(value.dtype, value)
    found = []
    for fit, formula in wrong_formulas(working, ...):
        if fit.slip in _TOLD and np.all(np.abs(formula(working.operands) - value) <= room):
            found.append(fit)
    return found


def _is_turned(start: OneStart, name: str) -> bool:
    return name in transposed_parameters(start.case, given_values(start.moment))
