"""Everything computed about one iteration: its start, its batch, its traces, its updates.

What a what-if has changed shows beside the same iteration of the lesson's own run.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Set
from functools import cache
from typing import TypeVar, cast

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.rounding import rounding_of
from gdtutor.engine.trace import Contribution, Trace, frozen, trace
from gdtutor.lesson.model import Lesson
from gdtutor.session.steps import Step, steps_of, wanted_gradients
from gdtutor.training.optimisers import root_of
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.run import Run, State
from gdtutor.training.settings import Settings
from gdtutor.training.updates import OptimiserStep
from gdtutor.training.walked import Iteration
from gdtutor.values import Found, Struct, replace

T = TypeVar("T")
_LOOSE = 1e-10
"""Share of a gradient from which on its rounding error shows in what an optimiser remembers."""


class Moment(Struct, frozen=True, eq=False):
    """One iteration of a run, computed. Arrays are read-only."""

    iteration: int
    epoch: int
    problem: Problem
    """The graph, data and constants in force at this iteration."""
    settings: Settings | None
    state: State
    """Parameters and optimiser state at the start of the iteration."""
    batch: Indices
    """The examples that this iteration sees; none where the lesson has no data."""
    traces: tuple[Trace, ...]
    """One for each scene."""
    updates: Mapping[str, OptimiserStep]
    """The optimiser's lines for each trained parameter, worked out."""
    learning_rate: float
    steps: tuple[Step, ...]

    @property
    def trace(self) -> Trace:
        """The trace of the last scene, the one that trains."""
        return self.traces[-1]

    @property
    def root(self) -> str:
        """The name of the loss or cost."""
        return self.problem.graph.root


def moment_at(
    lesson: Lesson, run: Run, iteration: int, unfolded: Set[str], earlier: tuple[Arrays, ...] = ()
) -> Moment:
    """Compute one iteration of a run.

    Args:
        lesson: The lesson.
        run: The run of its last scene.
        iteration: Updates done before it.
        unfolded: The lines that show their elementary operations.
        earlier: The value of every leaf of each scene before the last.
    """
    segment = run.segment_at(iteration)
    problem, state = segment.problem, run.state(iteration)
    settings = segment.settings if lesson.trains else None
    batch = run.batch(iteration)
    given = problem.given(state.parameters, batch)
    values = (*earlier, given)
    traces = tuple(
        trace(
            scene.graph if index < len(earlier) else problem.graph,
            {**values[index], **{key: given[key] for key in values[index] if key in given}},
            wanted=wanted_gradients(lesson, scene.graph),
            unfolded=unfolded,
            # An update needs its gradient, also where the walk shows no way back.
            backward=scene.backward or (lesson.trains and index == len(earlier)),
        )
        for index, scene in enumerate(lesson.scenes)
    )
    if lesson.trains:
        traces = (*traces[:-1], as_trained(traces[-1], run, iteration))
    updates = Updates(run, iteration, traces[-1].gradients) if lesson.trains else {}
    epoch, rate = run.epoch_of(iteration), run.learning_rate(iteration)
    steps = steps_of(lesson, settings, problem.trained, traces)
    return Moment(iteration, epoch, problem, settings, state, batch, traces, updates, rate, steps)


def over(under: Mapping[str, T], values: Mapping[str, T]) -> Mapping[str, T]:
    """Return a mapping with some values in place of others; nothing is copied of the others."""
    return ChainMap(dict(values), cast("dict[str, T]", under))


class Updates(Found[OptimiserStep]):
    """The update of every trained parameter, worked out when one is first asked for.

    What it gives is the run's own: bit for bit what the next iteration begins with.

    Args:
        run: The run.
        iteration: The iteration.
        gradients: Those of its trace.
    """

    def __init__(self, run: Run, iteration: int, gradients: Arrays) -> None:
        self._run, self._iteration, self._gradients = run, iteration, gradients
        self._steps: dict[str, OptimiserStep] = {}
        super().__init__(run.segment_at(iteration).problem.trained, self._found)

    def _found(self, name: str) -> OptimiserStep:
        if not self._steps:
            steps, after = self.roughly(), self._run.updated(self._iteration)
            self._steps = {one: _with_results(step, one, after) for one, step in steps.items()}
        return self._steps[name]

    def roughly(self) -> Mapping[str, OptimiserStep]:
        """Return the updates as the walk works them out, without the plan that trains."""
        run, k = self._run, self._iteration
        segment, state = run.segment_at(k), run.state(k)
        facts = segment.problem, segment.settings, state, run.batch(k), run.learning_rate(k)
        return self._steps or Iteration(*facts).updates(self._gradients)


def roughly(moment: Moment) -> Moment:
    """Return a moment whose updates are right but for rounding: enough to measure their lines.

    To work them out as the run does, its plan is compiled, which takes as long as a first screen.
    """
    updates = moment.updates
    return replace(moment, updates=updates.roughly()) if isinstance(updates, Updates) else moment


def as_trained(walked: Trace, run: Run, iteration: int) -> Trace:
    """Return a trace with the gradients that training takes, where rounding tells them apart.

    The walk adds up in another order than the run's plan. Of a difference of equal sums rounding is
    all that is left, and an optimiser makes a step of it: the step back, folded or unfolded, shows
    the number that the update takes.

    Args:
        walked: The trace of the scene that trains.
        run: The run.
        iteration: The iteration.
    """
    segment = run.segment_at(iteration)
    if root_of(segment.settings):
        return walked
    trained = tuple(name for name in segment.problem.trained if name in walked.gradients)
    # The lesson's first page needs none of them, and to find them takes as long as all the rest.
    taken = cache(lambda: _taken(walked, run, iteration, trained))

    def gradient(name: str) -> Array:
        own = walked.gradients[name]
        return taken().get(name, own) if name in trained else own

    def arrived(name: str) -> tuple[Contribution, ...]:
        ways = walked.contributions[name]
        is_other = name in trained and len(ways) == 1 and name in taken()
        return (replace(ways[0], value=taken()[name]),) if is_other else ways

    return replace(
        walked,
        gradients=Found(walked.gradients, gradient),
        contributions=Found(walked.contributions, arrived),
    )


def _taken(walked: Trace, run: Run, iteration: int, trained: tuple[str, ...]) -> dict[str, Array]:
    """Return the gradients that training takes, of those that rounding moves."""
    bounds = rounding_of(walked).gradients
    names = [name for name in trained if _is_loose(walked.gradients[name], bounds[name])]
    taken = run.gradients(iteration) if names else {}
    return {name: frozen(taken[name]) for name in names}


def _is_loose(gradient: Array, bound: Array) -> bool:
    """Say whether rounding moves a cell of a gradient by what an optimiser would remember."""
    loose = (bound > _LOOSE * np.abs(gradient)) & np.isfinite(bound)
    return bool(loose.any())


def _with_results(step: OptimiserStep, name: str, after: State) -> OptimiserStep:
    """Return an update with the results that training has."""
    found = {"p": after.parameters[name], **after.optimizer.get(name, {})}
    lines = tuple((key, formula, found[key]) for key, formula, _ in step.lines)
    return replace(step, lines=lines, p=found["p"], state={k: found[k] for k in step.state})


def changed_values(moment: Moment, own: Moment | None, scene: int) -> frozenset[str]:
    """Return the leaves and nodes of a scene whose value is not that of the lesson's own run."""
    if own is None:
        return frozenset()
    return _different(moment.traces[scene].values, own.traces[scene].values)


def changed_gradients(moment: Moment, own: Moment | None, scene: int) -> frozenset[str]:
    """Return the leaves and nodes of a scene whose gradient is not that of the own run."""
    if own is None:
        return frozenset()
    return _different(moment.traces[scene].gradients, own.traces[scene].gradients)


def _different(now: Arrays, before: Arrays) -> frozenset[str]:
    return frozenset(
        name
        for name, value in now.items()
        if name in before and not np.array_equal(value, before[name], equal_nan=True)
    )
