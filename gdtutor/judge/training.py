"""A program's own training: its list of costs over the run's, and the first epoch that differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.judge.process import SECONDS, ProgramRefused, run_programs
from gdtutor.judge.source import ProgramText
from gdtutor.judge.starts import AskedProgram
from gdtutor.judge.verdict import job_of
from gdtutor.lesson.runs import run_of
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace

COSTS = ("costs", "losses")
"""What the list of costs may be called in a program."""
TOLERANCE = 1e-6
"""How far a cost may be from the run's, as a share of it: rounding grows over many updates."""
_ROWS, _COLUMNS = 8, 56


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
    program: AskedProgram, source: ProgramText, path: Path, seconds: float = SECONDS
) -> CostCurves | None:
    """Run a program as it stands, and return its costs beside the run's.

    None where the lesson does not train, or the program keeps no list of costs, or needs too long.
    """
    lesson = program.lesson
    if lesson.settings is None or not any(name in source.lines for name in COSTS):
        return None
    job = job_of(program, source, path)
    whole = {"whole": True, "epochs": lesson.settings.epochs, "cases": job["cases"][:1]}
    job = {**job, **whole}
    try:
        (done,) = run_programs([job], seconds)
    except ProgramRefused:
        return None
    costs = done[0].values.get("costs")
    if costs is None or costs.ndim != 1 or costs.size < 2:
        return None
    run = run_of(lesson)
    epochs = max(int(costs.size), lesson.settings.epochs)
    segments = tuple(replace(s, settings=replace(s.settings, epochs=epochs)) for s in run.segments)
    longer = Run(segments)
    longer.advance(deadline=lambda: False, clock=perf_counter)
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


def curve_lines(curves: CostCurves) -> Iterator[str]:
    """Yield the two curves as text, `*` the program's and `.` the run's, and where they part."""
    first = curves.first_that_differs
    if first is None:
        each = "" if curves.every == 1 else f", one in {curves.every} epochs"
        yield f"training {curves.yours.size} costs{each}, all of them the run's"
        return
    yours, engine = (costs[first // curves.every] for costs in (curves.yours, curves.engine))
    yield (
        f"training the first epoch that differs is {first}: yours {yours:.6g}, "
        f"the run's {engine:.6g}"
    )
    if first == 0:
        yield "         It starts from other parameters, or has another cost."
    elif curves.departs:
        yield "         The start is the same, an update is not."
    yield from (f"         {row}" for row in _plot(curves))


def _plot(curves: CostCurves) -> Iterator[str]:
    both = np.concatenate([curves.yours, curves.engine])
    both = both[np.isfinite(both)]
    if not both.size:
        return
    low, high = float(both.min()), float(both.max())
    room = high - low or 1.0
    places = np.linspace(0, curves.yours.size - 1, min(_COLUMNS, curves.yours.size)).astype(int)
    grid = [[" "] * len(places) for _ in range(_ROWS)]
    for sign, costs in ((".", curves.engine), ("*", curves.yours)):
        for column, place in enumerate(places):
            if np.isfinite(costs[place]):
                row = round((high - float(costs[place])) / room * (_ROWS - 1))
                grid[row][column] = sign
    for index, cells in enumerate(grid):
        label = f"{high:.3g}" if index == 0 else f"{low:.3g}" if index == _ROWS - 1 else ""
        yield f"{label:>8} |{''.join(cells)}".rstrip()
    yield f"{'':>8}  0{'':>{max(len(places) - 2, 1)}}{curves.yours.size - 1}   * yours  . the run's"
