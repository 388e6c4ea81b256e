"""A program's own cost: its central difference, which tells a wrong gradient from the right one of
another cost; and in training its list of costs over the run's, with the first epoch that
differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName, AskedProgram
from gdtutor.judge.process import BOUNDS, Bounds, ProgramRefused, run_programs
from gdtutor.judge.source import ProgramText
from gdtutor.judge.verdict import Verdict, job_of
from gdtutor.lesson.runs import run_of
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace
from gdtutor.view.curve import thinned
from gdtutor.view.frame import Chars, Plot, Series, Style
from gdtutor.view.marks import marks_of

STEP = 1e-5
"""How far a parameter is moved, to either side."""
SLOPE_TOLERANCE = 1e-5
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
    if yours is None or yours.size > MOST_CELLS:
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
    agrees = bool(np.all(np.abs(difference - yours) <= SLOPE_TOLERANCE * largest + 1e-9))
    return CostSlope(name.name, yours, difference, agrees)


def _first_parameter(verdict: Verdict) -> AskedName | None:
    """Return the first parameter's gradient that departs."""
    parameters = verdict.starts[0].moment.problem.parameters
    readings = verdict.starts[0].readings
    names = verdict.program.asked
    last = len(verdict.program.lesson.scenes) - 1
    of = (a for a in names if a.is_gradient and a.node in parameters and a.step.scene == last)
    return next((a for a in of if a.name in readings and a.name not in verdict.right), None)


_POINTS = 400
"""Runs of epochs of which a curve keeps the least and the greatest cost."""

COSTS = ("costs", "losses")
"""What the list of costs may be called in a program."""
TOLERANCE = 1e-6
"""How far a cost may be from the run's, as a share of it: rounding grows over many updates."""


class CostCurves(Struct, frozen=True, eq=False):
    """A program's costs beside the run's, an epoch each."""

    yours: Array
    engine: Array
    tolerance: float
    every: int = 1
    """How many epochs lie between two costs."""
    is_ordered: bool = True
    """Whether there is one order of the examples, so that only another update makes them part."""

    @property
    def first_that_differs(self) -> int | None:
        """The first epoch whose cost differs; None where all of them agree."""
        found = np.flatnonzero(~_near(self.yours, self.engine, self.tolerance))
        return int(found[0]) * self.every if len(found) else None

    @property
    def departs(self) -> bool:
        """Whether a run from the same start is another one: its update is not the lesson's."""
        return self.is_ordered and bool(self.first_that_differs)


def _near(yours: Array, engine: Array, tolerance: float) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(yours - engine) <= tolerance * np.abs(engine) + 1e-12)


def cost_curves(
    program: AskedProgram, source: ProgramText, path: Path, bounds: Bounds = BOUNDS
) -> CostCurves | None:
    """Run a program as it stands, and return its costs beside the run's.

    None where the lesson does not train, or the program keeps no list of costs, or needs too long.
    """
    lesson = program.lesson
    if lesson.settings is None or not any(name in source.lines for name in COSTS):
        return None
    job = job_of(program, source, path)
    job |= {"whole": True, "epochs": lesson.settings.epochs, "cases": job["cases"][:1]}
    try:
        (done,) = run_programs([job], bounds)
    except ProgramRefused:
        return None
    costs = done[0].values.get("costs")
    if costs is None or costs.ndim != 1 or costs.size < 2:
        return None
    run = run_of(lesson)
    epochs = max(int(costs.size), lesson.settings.epochs)
    segments = tuple(replace(s, settings=replace(s.settings, epochs=epochs)) for s in run.segments)
    longer = Run(segments)
    longer.advance(deadline=lambda: not bounds.is_wanted(), clock=perf_counter)
    engine = np.asarray(longer.costs)
    room = TOLERANCE if costs.dtype.itemsize == 8 else 1e-3
    yours = costs.astype(np.float64)
    every = _epochs_between(yours, engine, room)
    engine = engine[::every][: yours.size]
    is_ordered = lesson.settings.batch is None
    return CostCurves(yours[: engine.size], engine, room, every, is_ordered)


def _epochs_between(yours: Array, engine: Array, room: float) -> int:
    """Return how many epochs lie between two costs of a program: one, or as most of them say."""
    if _near(yours[1], engine[1], room):
        return 1
    for every in range(2, (engine.size - 1) // (yours.size - 1) + 1):
        if np.all(_near(yours, engine[::every][: yours.size], room)):
            return every
    return 1


def curve_facts(curves: CostCurves) -> Iterator[str]:
    """Yield how many costs are compared, and where the two curves part."""
    first = curves.first_that_differs
    if first is None:
        each = "" if curves.every == 1 else f", one in {curves.every} epochs"
        yield f"training {curves.yours.size} costs{each}, all of them the run's"
        return
    yours, engine = (costs[first // curves.every] for costs in (curves.yours, curves.engine))
    digits = next((d for d in range(6, 17) if f"{yours:.{d}g}" != f"{engine:.{d}g}"), 17)
    yield (
        f"training the first epoch that differs is {first}: yours {yours:.{digits}g}, "
        f"the run's {engine:.{digits}g}"
    )
    if first == 0:
        yield "         It starts from other parameters, or has another cost."
    elif curves.departs:
        yield "         The start is the same, an update is not."


def curve_plot(curves: CostCurves, chars: Chars) -> Plot:
    """Return the program's costs over the run's, with a line at the first epoch that differs."""
    series = []
    for label, costs, style in (
        ("the run's", curves.engine, Style.RUN_3), ("yours", curves.yours, Style.RUN_1)
    ):  # fmt: skip
        kept = thinned(costs, _POINTS)
        xs, is_thin = (kept * curves.every).astype(float), style is Style.RUN_3
        mark = marks_of(chars).beside if is_thin else ""
        series.append(Series(label, tuple(xs), tuple(costs[kept]), style, mark=mark, thin=is_thin))
    first = curves.first_that_differs
    cursor = None if first is None else float(first)
    return Plot("", tuple(series), "epoch", "cost", x_integer=True, cursor=cursor)
