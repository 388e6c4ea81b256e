"""The central difference of a program's own cost: a wrong gradient, or the right one of another
cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName
from gdtutor.judge.process import BOUNDS, Bounds, ProgramRefused, run_programs
from gdtutor.judge.verdict import Verdict, job_of
from gdtutor.values import Struct

STEP = 1e-5
"""How far a parameter is moved, to either side."""
TOLERANCE = 1e-5
"""How near the gradient has to come, as a share of the array's largest number."""
MOST_CELLS = 24


class CostSlope(Struct, frozen=True, eq=False):
    """A gradient of a program beside the central difference of its own cost."""

    name: str
    """Of the gradient."""
    yours: Array
    difference: Array
    """(cost(p + h) − cost(p − h)) / 2h, cell by cell, where it departs first."""
    agrees: bool


def slope_of_cost(verdict: Verdict, path: Path, bounds: Bounds = BOUNDS) -> CostSlope | None:
    """Return the central difference for the first parameter whose gradient departs.

    None where the program has no cost, or no gradient of a parameter that departs.
    """
    name = _first_parameter(verdict)
    if name is None:
        return None
    # Where it departs: on a start before, gradient and cost may be the walk's.
    readings = [s.readings for s in verdict.starts]
    shown = next((i for i, r in enumerate(readings) if not r[name.name].is_right), 0)
    start = verdict.starts[shown]
    if name.root not in start.readings:
        return None
    yours = start.readings[name.name].value
    parameter = start.moment.problem.parameters.get(name.node)
    if yours is None or parameter is None or yours.size > MOST_CELLS:
        return None
    value = start.moment.state.parameters[name.node]
    job = job_of(verdict.program, verdict.source, path)
    given = job["cases"][shown]["given"]
    cells = list(np.ndindex(value.shape))
    cases: list[dict[str, Any]] = []
    for cell in cells:
        for step in (STEP, -STEP):
            moved = np.array(value)
            moved[cell] += step
            cases.append({"given": {**given, name.node: moved}})
    try:
        (done,) = run_programs([{**job, "cases": cases}], bounds)
    except ProgramRefused:
        return None
    costs = [case.values.get(name.root) for case in done]
    if len(costs) < len(cases) or any(cost is None or cost.size != 1 for cost in costs):
        return None
    numbers = np.array([float(np.squeeze(cost)) for cost in costs if cost is not None])
    if np.all(numbers == numbers[0]):
        # The program's cost does not know the parameter that was moved.
        return None
    difference = ((numbers[0::2] - numbers[1::2]) / (2 * STEP)).reshape(value.shape)
    largest = float(np.max(np.abs(difference), initial=0.0))
    agrees = bool(np.all(np.abs(difference - yours) <= TOLERANCE * largest + 1e-9))
    return CostSlope(name.name, yours, difference, agrees)


def _first_parameter(verdict: Verdict) -> AskedName | None:
    """Return the first parameter's gradient that departs."""
    parameters = verdict.starts[0].moment.problem.parameters
    readings = verdict.starts[0].readings
    names = verdict.program.asked
    last = len(verdict.program.lesson.scenes) - 1
    of = (a for a in names if a.is_gradient and a.node in parameters and a.step.scene == last)
    return next((a for a in of if a.name in readings and a.name not in verdict.right), None)
