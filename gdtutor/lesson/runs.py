"""What training and the walk take from a lesson, a problem, settings and starting values; its runs,
its own and sweeps over a setting, and what a run has come to."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.trace import frozen
from gdtutor.lesson.activation import prediction_in
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.starts import start_values
from gdtutor.lesson.training_table import batch_of
from gdtutor.training.evaluation import evaluated_parts, examples_last, predictions_together
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run, RunSegment
from gdtutor.training.settings import Settings
from gdtutor.values import Struct, field, replace


def problem_of(lesson: Lesson, *, seed: int | None = None, scene: int = -1) -> Problem:
    """Return what is trained, or walked, of a lesson.

    Args:
        lesson: The lesson.
        seed: Replaces every seed of the drawn parameters; see `start_values`.
        scene: Which graph; the last one trains.

    Raises:
        DataError: The seed is one that no generator takes.
    """
    graph = lesson.scenes[scene].graph
    starts = start_values(lesson.starts, seed)
    prediction, target = prediction_in(lesson, graph)
    used = graph.leaf_by_name
    is_scalar = bool(lesson.bindings) and not lesson.bindings[0].is_matrix
    return Problem(
        graph=graph,
        parameters={name: value for name, value in starts.items() if name in used},
        frozen=lesson.frozen & set(used),
        constants={name: value for name, value in lesson.constants.items() if name in used},
        bindings=tuple(b for b in lesson.bindings if b.leaf in used),
        examples=lesson.examples,
        columns=lesson.columns,
        # Where the batch holds one example, data are numbers.
        is_single=is_scalar and batch_of(lesson.settings, lesson.examples.shape[0]) == 1,
        prediction=prediction,
        target=target,
        features=lesson.features,
    )


def settings_of(lesson: Lesson, *, seed: int | None = None) -> Settings | None:
    """Return how a lesson trains, None where it does not; a seed replaces that of the order."""
    if lesson.settings is None or seed is None:
        return lesson.settings
    return replace(lesson.settings, seed=seed)


OWN = "the lesson's own"
"""What the run without a variant is called."""


def no_numbers() -> Array:
    """Return no numbers at all."""
    return frozen(np.empty(0))


class RunResult(Struct, frozen=True, eq=False):
    """What a run has come to. Arrays are read-only."""

    parameters: Arrays = field(default_factory=dict)
    """Their values after the last iteration done."""
    final_cost: float | None = None
    """The cost over the examples trained on, all of them together, at these parameters; None where
    nobody waited for it."""
    validation_cost: float | None = None
    """The cost over those held back at these parameters; None where there are none."""
    predictions: Array = field(default_factory=no_numbers)
    """For every example; empty where nothing is predicted."""
    targets: Array = field(default_factory=no_numbers)
    """What the predictions are compared with; empty where there is nothing."""
    predicting: Arrays = field(default_factory=dict)
    """The parameters that predictions are made with: averages where the run keeps them."""

    @property
    def averages(self) -> dict[str, Array]:
        """The averages that the costs and predictions are made with; empty where they are made with
        the parameters themselves."""
        own, used = self.parameters, self.predicting
        return {name: value for name, value in used.items() if value is not own.get(name)}

    @property
    def told(self) -> list[tuple[str, str, Array]]:
        """What is shown of the parameters: words before a name, the name, and the value; of one
        that has an average that as well."""
        averages, own = self.averages, self.parameters.items()
        pairs = ((("", n, v), ("average of ", n, averages.get(n))) for n, v in own)
        return [(word, n, v) for pair in pairs for word, n, v in pair if v is not None]


def run_of(lesson: Lesson, seed: int | None = None) -> Run:
    """Return a lesson's own run; one that only walks where the lesson does not train."""
    settings = settings_of(lesson, seed=seed) or Settings()
    return Run((RunSegment(0, problem_of(lesson, seed=seed), settings),))


def without_what_comes(run: Run) -> Run:
    """Return the run without a change of the iteration that would be the next: it is not done."""
    if all(s.first_iteration != run.farthest for s in run.segments[1:]):
        return run
    last = run.segment_at(run.farthest - 1)
    return run.branched(replace(last, first_iteration=run.farthest, edits=()))


def unevaluated(run: Run) -> RunResult:
    """Return what a run has come to for somebody who does not wait for another pass."""
    run = without_what_comes(run)
    return RunResult(run.state(run.farthest).parameters)


def outcome_of(run: Run, iteration: int | None = None) -> RunResult:
    """Return what a run has come to; predictions are made with averages where it keeps them.

    Args:
        run: The run.
        iteration: What it had come to at the start of that one; None for all that is trained.
    """
    state = run.state(run.farthest if iteration is None else iteration)
    parameters = run.predicting(state)
    problem = run.segment_at(state.iteration).problem
    parts = evaluated_parts(problem, parameters, run.trained_examples)
    cost, held = parts[0].cost, parts[1].cost if len(parts) > 1 else None
    targets = no_numbers()
    if problem.target is not None and problem.size:
        rows = replace(problem, is_single=False)
        given = rows.given(parameters, np.arange(problem.size))
        targets = frozen(examples_last(problem, given, problem.target))
    said = predictions_together(parts)
    predictions = no_numbers() if said is None else frozen(said)
    if predictions.size == targets.size:
        # One may be a vector and the other a matrix of one column.
        targets = frozen(targets.reshape(predictions.shape))
    return RunResult(state.parameters, cost, held, predictions, targets, parameters)
