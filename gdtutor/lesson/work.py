"""How much work a lesson's training is: estimated from its sizes, the same on every machine."""

from __future__ import annotations

import math

from gdtutor.lesson.model import Lesson
from gdtutor.lesson.starts import start_shape
from gdtutor.lesson.training_table import batch_of, training_size
from gdtutor.training.order import iterations_per_epoch
from gdtutor.training.pacing import iteration_microseconds
from gdtutor.training.plan.choice import prefers_scalar
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
    settings, graph = lesson.settings, lesson.scenes[-1].graph
    sizes = {name: math.prod(start_shape(start)) for name, start in lesson.starts.items()}
    trained = sum(size for name, size in sizes.items() if name not in lesson.frozen)
    examples = lesson.examples.shape[0] if lesson.bindings else 0
    batch = max(1, batch_of(settings, examples))
    iterations = 0
    if settings is not None:
        trained_on = max(1, training_size(settings, examples))
        iterations = settings.epochs * iterations_per_epoch(trained_on, batch)
    iteration = iteration_microseconds(
        settings.optimizer if settings is not None else "",
        len(graph.nodes),
        sum(sizes.values()),
        batch,
        is_scalar=prefers_scalar(trained, batch),
    )
    setup = _COMPILING + _COMPILING_NODE * len(graph.nodes)
    return TrainingWork(setup, iteration, iterations)
