"""How large a lesson is: how many numbers it keeps at once, with the bounds on them, and how much
work its training is, estimated from its sizes, the same on every machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from gdtutor.engine.shapes import Shape
from gdtutor.engine.work import iteration_work
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.starts import start_shape
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.training_table import batch_of, training_size
from gdtutor.training.optimisers import OPTIMISERS, root_of
from gdtutor.training.order import iterations_per_epoch
from gdtutor.training.pacing import iteration_microseconds
from gdtutor.training.plan.choice import prefers_scalar
from gdtutor.training.problem import leaf_shapes
from gdtutor.training.settings import Settings
from gdtutor.values import Struct

MAX_TOTAL_CELLS = 2_000_000
"""Most cells of all values of all graphs for one batch, with what the optimiser keeps for each
parameter. A walk that trains takes some 150 bytes for each: gradients, contributions, buffers and
checkpoints come on top."""
MAX_PASS_CELLS = 8_000_000
"""Most cells of all values in one pass of the last graph over all examples, as costs need it."""


def memory_problem(
    walks: Sequence[Steps], settings: Settings | None, bound: Iterable[str], sizes: tuple[int, int]
) -> tuple[int, str, str] | None:
    """Return the first graph with which a lesson is too large: its place, what, and what to do.

    Args:
        walks: The walk of each scene.
        settings: How the last one trains; None where it does not.
        bound: Leaves that hold the examples.
        sizes: Examples in a batch, and all of them.
    """
    cells = 0
    for place, walk in enumerate(walks):
        cells += _cells(walk.shapes.values())
        keeps = ""
        if settings is not None and walk.trained:
            kept = len(OPTIMISERS[settings.optimizer].state)
            cells += kept * _cells(walk.shapes[name] for name in walk.trained)
            keeps = f", with what {settings.optimizer} keeps," if kept else ""
        if cells > MAX_TOTAL_CELLS:
            what = f"the values of the graphs{keeps} would have {cells:,} cells together"
            hint = f"the bound is {MAX_TOTAL_CELLS:,}; use a smaller batch or smaller matrices"
            return place, what, hint
    passed = pass_cells(walks[-1], bound, sizes)
    if passed > MAX_PASS_CELLS:
        what = f"one pass over all {sizes[1]:,} examples would have {passed:,} cells"
        hint = f"the bound is {MAX_PASS_CELLS:,}; use fewer examples or smaller matrices"
        return len(walks) - 1, what, hint
    return None


def pass_cells(walk: Steps, bound: Iterable[str], sizes: tuple[int, int]) -> int:
    """Return the cells of all values of a graph in one pass over all examples.

    Args:
        walk: The walk of the graph, with the shapes for one batch.
        bound: Leaves that hold the examples, which are the last axis.
        sizes: Examples in a batch, and all of them.
    """
    batch, examples = max(1, sizes[0]), sizes[1]
    reached = set(bound)
    for node in walk.graph.nodes:
        if not reached.isdisjoint(node.names):
            reached.add(node.name)
    cells = 0
    for name, shape in walk.shapes.items():
        # A sum over the examples stays as small as it is.
        grows = name in reached and (walk.graph.by_rows or batch in shape)
        cells += math.prod(shape) * (examples if grows else batch) // batch
    return cells


def _cells(shapes: Iterable[Shape]) -> int:
    return sum(math.prod(shape) for shape in shapes)


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
    work = iteration_work(graph, leaf_shapes(graph, fixed, lesson.bindings, rows))
    is_scalar = prefers_scalar(trained, batch)
    return iteration_microseconds(work, is_scalar=is_scalar, root=root_of(lesson.settings))


def _examples(lesson: Lesson) -> int:
    return lesson.examples.shape[0] if lesson.bindings else 0
