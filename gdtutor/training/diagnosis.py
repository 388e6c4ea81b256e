"""What went wrong with a run: not finite, diverging, or stuck, told apart and explained."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.cells import largest_change
from gdtutor.engine.operations import OPERATIONS, Array, Arrays, evaluate, parse_rule
from gdtutor.engine.rounding import rounding_of
from gdtutor.engine.trace import Trace
from gdtutor.engine.trace import trace as traced
from gdtutor.training.curvature import (
    Bend,
    Stability,
    bend_of,
    gradient_of,
    is_lowest,
    stability_of,
)
from gdtutor.training.evaluation import all_fit
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.training.trouble import Trouble, transient_of, trouble_of, window_of
from gdtutor.training.walked import is_jumping, norm_of
from gdtutor.values import Struct, replace

FLAT = 1e-2
"""A gradient is near zero whose norm is below this; a run that is stuck at a steeper place has
steps of the wrong size, so the limit of the rate explains it."""
FLAT_SLOPE = 0.01
"""A unit is saturated whose slope is below this share of the steepest one, on every example."""


class Asleep(Struct, frozen=True):
    """Units of a node that hardly pass any slope on."""

    node: str
    is_dead: bool
    """True for a ReLU that gives 0 on every example, False for a saturated sigmoid or tanh."""
    units: int
    """How many."""
    of: int
    """How many there are."""

    @property
    def how(self) -> str:
        """The word for it."""
        return "dead" if self.is_dead else "saturated"


class BigStep(Struct, frozen=True):
    """The update that moved a parameter furthest."""

    iteration: int
    parameter: str
    cell: tuple[int, ...]
    before: float
    after: float
    gradient: float


class Diagnosis(Struct, frozen=True):
    """What went wrong with a run, and the numbers that show it."""

    trouble: Trouble
    iteration: int
    """Where it shows: the first that is not finite, where the rise began, or the last done."""
    node: str = ""
    """Of numbers that are not finite, the first line or parameter."""
    step: BigStep | None = None
    """The update that caused numbers that are not finite; None where no update was done."""
    window: int = 0
    """Epochs that were looked at."""
    epoch: int = 0
    """The last of them."""
    first_cost: float = 0.0
    """Of the curve, at the start of the window."""
    last_cost: float = 0.0
    """Of the curve, at its end."""
    gradient_norm: float = 0.0
    rounding: float = 0.0
    """The norm that rounding alone may give a gradient that is 0."""
    jumps: bool = False
    """Whether it is stuck since each step leads across."""
    asleep: tuple[Asleep, ...] = ()
    learning_rate: float = 0.0
    """In use where it shows."""
    stability: Stability | None = None
    """What limits the rate; None where that is not known, and where it explains nothing."""
    stability_at: int = 0
    """The iteration at whose parameters the limit was worked out."""
    bend: Bend | None = None
    """The parabola that one number trains on by plain steps; None elsewhere."""

    @property
    def is_rounding(self) -> bool:
        """Whether the gradient is 0 but for rounding."""
        return 0 < self.gradient_norm <= self.rounding < np.inf

    @property
    def limit(self) -> float:
        """The rate above which steps grow; infinite where none is known."""
        return np.inf if self.stability is None else self.stability.limit


def diagnose(run: Run) -> Diagnosis | None:
    """Return what is wrong with a run as far as it has come, None where nothing is.

    Args:
        run: A run that is not being trained at the moment.
    """
    if not run.segment_at(0).problem.trained:
        return None
    settings = run.segment_at(run.farthest).settings
    match trouble_of(run.costs, run.stopped_by, transient_of(settings, run.trained_examples)):
        case Trouble.NOT_FINITE:
            return _not_finite(run, run.diverged_at or 0)
        case Trouble.GROWING:
            return _growing(run)
        case Trouble.STUCK:
            at, end = run.farthest, float(run.costs[-1])
            now = run.segment_at(at)
            if is_lowest(now.problem, run.state(at).parameters, now.settings, end):
                return None
            return _stuck(run)
        case None:
            return None


def _not_finite(run: Run, at: int) -> Diagnosis:
    first = run.first_node or ""
    rate = run.learning_rate(min(at, run.farthest))
    if not run.farthest:
        return Diagnosis(Trouble.NOT_FINITE, at, first, learning_rate=rate)
    step, limits = _biggest_step(run, at), _limits(run, _start_of_rise(run))
    return Diagnosis(Trouble.NOT_FINITE, at, first, step, learning_rate=rate, **limits)


def _growing(run: Run) -> Diagnosis:
    rise, rate = _start_of_rise(run), run.learning_rate(run.farthest - 1)
    found = {**_window(run.costs), **_limits(run, rise)}
    return Diagnosis(Trouble.GROWING, rise, epoch=len(run.costs) - 1, learning_rate=rate, **found)


def _window(costs: Array) -> dict[str, Any]:
    """Return the end of a curve that was looked at, and the costs where it begins and ends."""
    window = window_of(costs)
    ends = {"first_cost": float(costs[-1 - window]), "last_cost": float(costs[-1])}
    return {"window": window, **ends}


def _limits(run: Run, at: int) -> dict[str, Any]:
    """Return what limits the rate at an iteration, and how the cost bends there."""
    return {"stability": _stability(run, at), "stability_at": at, "bend": bend_at(run, at)}


def _start_of_rise(run: Run) -> int:
    """Return the iteration from whose epoch on the cost was never lower again."""
    costs = run.costs
    if not len(costs):
        return 0
    lowest = np.where(np.isfinite(costs), costs, np.inf)
    return max(run.first_iteration(int(np.argmin(lowest))), 0)


def _stability(run: Run, iteration: int) -> Stability | None:
    now, parameters = run.segment_at(iteration), dict(run.state(iteration).parameters)
    return stability_of(now.problem, parameters, np.arange(run.trained_examples), now.settings)


def bend_at(run: Run, iteration: int) -> Bend | None:
    """Return how the cost bends along the only number of a run that plain gradient descent trains;
    None for any other run.
    """
    settings = run.segment_at(iteration).settings
    if not settings.is_plain(run.trained_examples) or settings.schedule.kind != "constant":
        return None
    return bend_of(*run.point(iteration))


def _biggest_step(run: Run, at: int) -> BigStep:
    """Return the last finite update before the numbers broke, where it moved a parameter most."""
    iteration = max(at - 1, 0)
    before, after = run.state(iteration).parameters, run.state(iteration + 1).parameters
    problem = run.segment_at(iteration).problem
    given = problem.given(before, run.batch(iteration))
    gradients = traced(problem.graph, given, wanted=problem.trained).gradients
    changes = {name: largest_change(before[name], after[name]) for name in problem.trained}
    name = max(changes, key=lambda name: changes[name][1])
    cell, _ = changes[name]
    gradient = float(gradients[name][cell]) if name in gradients else 0.0
    values = float(before[name][cell]), float(after[name][cell])
    return BigStep(iteration, name, cell, *values, gradient)


def _stuck(run: Run) -> Diagnosis:
    at = run.farthest
    segment, parameters = run.segment_at(at), dict(run.state(at).parameters)
    examples = np.arange(run.trained_examples)
    gradient, start = gradient_of(segment.problem, parameters, examples)
    bounds, _ = gradient_of(
        segment.problem, parameters, examples, of=lambda trace: rounding_of(trace).gradients
    )
    with np.errstate(all="ignore"):
        norm, rounding = norm_of(gradient(start)), norm_of(bounds(start))
    asleep = asleep_over(segment.problem, parameters, run.trained_examples)
    limits = _limits(run, at) if norm > FLAT and not asleep else {"stability_at": at}
    jumps = is_jumping(segment.problem, segment.settings, run.state(at), float(run.costs[-1]))
    found = Diagnosis(Trouble.STUCK, at, **_window(run.costs), **limits)
    found = replace(found, gradient_norm=norm, rounding=rounding, jumps=jumps, asleep=asleep)
    return replace(found, learning_rate=run.learning_rate(at))


def asleep_over(problem: Problem, parameters: Arrays, trained: int) -> tuple[Asleep, ...]:
    """Return the units that are asleep on every example trained on; none where the graph cannot be
    computed for all of them at once."""
    rows = replace(problem, is_single=False) if problem.size else problem
    if trained > 1 and not all_fit(problem, trained):
        return ()
    return asleep_units(
        traced(rows.graph, rows.given(parameters, np.arange(trained)), backward=False)
    )


def asleep_units(trace: Trace) -> tuple[Asleep, ...]:
    """Return, for each activation, how many of its units are saturated or dead on every example of
    a trace."""
    found, quiet = [], _quiet_cells(trace)
    for node in trace.graph.nodes:
        if node.name not in quiet or not quiet[node.name].any():
            continue
        units = np.all(quiet[node.name], axis=trace.axes[node.name])
        if count := int(np.sum(units)):
            is_dead = bool(OPERATIONS[node.op].kink)
            found.append(Asleep(node.name, is_dead, count, int(np.size(units))))
    return tuple(found)


def _quiet_cells(trace: Trace) -> dict[str, NDArray[np.bool_]]:
    """Return for each activation of a trace where its slope is about 0, in its shape.

    All of one operation are looked at together: a graph may have a thousand of single numbers.
    """
    alike: dict[str, list[str]] = {}
    for node in trace.graph.nodes:
        if OPERATIONS[node.op].steepness:
            alike.setdefault(node.op, []).append(node.name)
    quiet: dict[str, NDArray[np.bool_]] = {}
    for op, names in alike.items():
        cells = np.concatenate([np.ravel(trace.values[name]) for name in names])
        with np.errstate(all="ignore"):
            slopes = evaluate(parse_rule(OPERATIONS[op].steepness), {"out": cells})
        ends = np.cumsum([np.size(trace.values[name]) for name in names])[:-1]
        for name, part in zip(names, np.split(np.abs(slopes) < FLAT_SLOPE, ends), strict=True):
            quiet[name] = part.reshape(trace.shapes[name])
    return quiet
