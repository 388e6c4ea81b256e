"""How much work a lesson's training is: estimated from its sizes, the same on every machine."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.work import iteration_work
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.starts import start_shape
from gdtutor.lesson.training_table import batch_of, training_size
from gdtutor.training.order import iterations_per_epoch
from gdtutor.training.pacing import iteration_microseconds
from gdtutor.training.plan.choice import prefers_scalar
from gdtutor.training.problem import leaf_shapes
from gdtutor.values import Struct

_COMPILING, _COMPILING_NODE = 4_000.0, 500.0


class TrainingWork(Struct, frozen=True):
    """What a lesson's run takes, in microseconds of a common machine, and how long it is."""

    setup: float
    """Until the first iteration."""
    iteration: float
    """One iteration."""
    iterations: int
    """All that the settings ask for; 0 where the lesson does not train."""

    def of(self, iterations: int) -> float:
        """Return what a run of so many iterations takes."""
        return self.setup + self.iteration * iterations


def training_work(lesson: Lesson) -> TrainingWork:
    """Return how much work a lesson's run is."""
    settings, nodes = lesson.settings, len(lesson.scenes[-1].graph.nodes)
    iterations = 0
    if settings is not None:
        examples = _examples(lesson)
        trained_on = max(1, training_size(settings, examples))
        batch = max(1, batch_of(settings, examples))
        iterations = settings.epochs * iterations_per_epoch(trained_on, batch)
    setup = _COMPILING + _COMPILING_NODE * nodes
    return TrainingWork(setup, scene_microseconds(lesson, -1), iterations)


def scene_microseconds(lesson: Lesson, scene: int) -> float:
    """Return about how long an iteration of one of a lesson's graphs takes."""
    graph = lesson.scenes[scene].graph
    fixed = {name: start_shape(start) for name, start in lesson.starts.items()}
    trained = sum(math.prod(s) for name, s in fixed.items() if name not in lesson.frozen)
    fixed |= {name: np.shape(value) for name, value in lesson.constants.items()}
    batch = max(1, batch_of(lesson.settings, _examples(lesson)))
    is_matrix = any(binding.is_matrix for binding in lesson.bindings)
    rows = batch if is_matrix or batch > 1 else 0
    return iteration_microseconds(
        lesson.settings.optimizer if lesson.settings is not None else "",
        iteration_work(graph, leaf_shapes(graph, fixed, lesson.bindings, rows)),
        is_scalar=prefers_scalar(trained, batch),
    )


def _examples(lesson: Lesson) -> int:
    return lesson.examples.shape[0] if lesson.bindings else 0
