"""What training and the walk take from a lesson: a problem, settings, and starting values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.lesson.activation import prediction_in
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.starts import start_values
from gdtutor.lesson.training_table import batch_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace


def problem_of(
    lesson: Lesson,
    *,
    seed: int | None = None,
    variant: str | None = None,
    overrides: Mapping[str, Array] | None = None,
    scene: int = -1,
) -> Problem:
    """Return what is trained, or walked, of a lesson.

    Args:
        lesson: The lesson.
        seed: Replaces every seed of the drawn parameters; see `start_values`.
        variant: The name of one of the lesson's variants.
        overrides: Values of parameters or constants that replace the lesson's own, whole.
        scene: Which graph; the last one trains.

    Raises:
        GdTutorError: There is no such variant, or an override names nothing or has another shape.
    """
    if variant is not None:
        lesson = with_variant(lesson, variant)
    graph = lesson.scenes[scene].graph
    starts = start_values(lesson.starts, seed)
    constants = dict(lesson.constants)
    for name, value in (overrides or {}).items():
        table = starts if name in starts else constants
        table[name] = _replacement(name, value, {**starts, **constants})
    prediction, target = prediction_in(lesson, graph)
    used = graph.leaf_by_name
    return Problem(
        graph=graph,
        parameters={name: starts[name] for name in starts if name in used},
        frozen=lesson.frozen & set(used),
        constants={name: constants[name] for name in constants if name in used},
        bindings=tuple(b for b in lesson.bindings if b.leaf in used),
        examples=lesson.examples,
        columns=lesson.columns,
        is_single=sees_one_example(lesson),
        prediction=prediction,
        target=target,
        features=lesson.features,
    )


def _replacement(name: str, value: Array, known: Mapping[str, Array]) -> Array:
    if name not in known:
        raise GdTutorError(
            f"'{name}' is no parameter or constant",
            did_you_mean(name, known) or f"known are {', '.join(list(known)[:8])}",
        )
    if np.shape(value) != known[name].shape:
        raise GdTutorError(
            f"'{name}' has the shape {list(known[name].shape)}", "give a value of that shape"
        )
    array = np.array(value, dtype=np.float64)
    array.flags.writeable = False
    return array


def sees_one_example(lesson: Lesson) -> bool:
    """Say whether a lesson is scalar and its batch holds one example, so that data are numbers."""
    is_scalar = bool(lesson.bindings) and not lesson.bindings[0].is_matrix
    return is_scalar and batch_of(lesson.settings, lesson.examples.shape[0]) == 1


def settings_of(
    lesson: Lesson, *, seed: int | None = None, variant: str | None = None
) -> Settings | None:
    """Return how a lesson trains, None where it does not.

    Args:
        lesson: The lesson.
        seed: Replaces the seed of the order of examples.
        variant: The name of one of the lesson's variants.

    Raises:
        GdTutorError: There is no such variant.
    """
    if variant is not None:
        lesson = with_variant(lesson, variant)
    if lesson.settings is None or seed is None:
        return lesson.settings
    return replace(lesson.settings, seed=seed)
