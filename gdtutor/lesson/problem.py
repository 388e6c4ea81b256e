"""What training and the walk take from a lesson: a problem, settings, and starting values."""

from __future__ import annotations

from gdtutor.lesson.activation import prediction_in
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.starts import start_values
from gdtutor.lesson.training_table import batch_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace


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
    return Problem(
        graph=graph,
        parameters={name: value for name, value in starts.items() if name in used},
        frozen=lesson.frozen & set(used),
        constants={name: value for name, value in lesson.constants.items() if name in used},
        bindings=tuple(b for b in lesson.bindings if b.leaf in used),
        examples=lesson.examples,
        columns=lesson.columns,
        is_single=sees_one_example(lesson),
        prediction=prediction,
        target=target,
        features=lesson.features,
    )


def sees_one_example(lesson: Lesson) -> bool:
    """Say whether a lesson is scalar and its batch holds one example, so that data are numbers."""
    is_scalar = bool(lesson.bindings) and not lesson.bindings[0].is_matrix
    return is_scalar and batch_of(lesson.settings, lesson.examples.shape[0]) == 1


def settings_of(lesson: Lesson, *, seed: int | None = None) -> Settings | None:
    """Return how a lesson trains, None where it does not; a seed replaces that of the order."""
    if lesson.settings is None or seed is None:
        return lesson.settings
    return replace(lesson.settings, seed=seed)
