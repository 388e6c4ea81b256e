"""Everything computed about one iteration: its start, its batch, its traces, its updates."""

from __future__ import annotations

from collections.abc import Mapping, Set

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace, trace
from gdtutor.lesson.model import Lesson
from gdtutor.session.steps import Step, steps_of, wanted_gradients
from gdtutor.training.optimisers import OPTIMISERS, OptimiserStep, update
from gdtutor.training.plan.implicit import constants_at
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.run import Run, State
from gdtutor.training.settings import Settings
from gdtutor.values import Struct


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
    lesson: Lesson,
    run: Run,
    iteration: int,
    unfolded: Set[str],
    earlier: tuple[Mapping[str, Array], ...] = (),
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
    rate = run.learning_rate(iteration)
    return Moment(
        iteration,
        run.epoch_of(iteration),
        problem,
        settings,
        state,
        batch,
        traces,
        _updates(problem, settings, state, batch, traces[-1], rate),
        rate,
        steps_of(lesson, settings, problem.trained, unfolded),
    )


def _updates(
    problem: Problem,
    settings: Settings | None,
    state: State,
    batch: Indices,
    last: Trace,
    rate: float,
) -> dict[str, OptimiserStep]:
    if settings is None:
        return {}
    row = OPTIMISERS[settings.optimizer]
    constants = constants_at(problem, settings, state.parameters, batch, rate)
    return {
        name: update(
            row,
            state.parameters[name],
            last.gradients.get(name, np.zeros_like(state.parameters[name])),
            state.optimizer.get(name, {}),
            state.t + 1,
            rate,
            constants,
        )
        for name in problem.trained
    }
