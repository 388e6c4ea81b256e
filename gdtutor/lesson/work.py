"""How large a lesson is, and how much it computes: the bounds on that.

How many numbers it keeps at once; how much work its training is, estimated from its sizes, the same
on every machine; and how much a picture computes by itself, its runs, and its graph at many points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.shapes import Shape
from gdtutor.engine.work import forward_work, iteration_work
from gdtutor.lesson.model import Lesson, PictureWish
from gdtutor.lesson.pictures import PICTURES
from gdtutor.lesson.starts import start_shape
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.training_table import batch_of
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
        trained_on = max(1, settings.trained_on(examples))
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


MAX_SECONDS = 1.0
"""About how long the runs of one picture may train before it shows."""
MAX_STARTS, MAX_STARTS_SECONDS = 256, 3600.0
"""Runs of a picture that counts starts, and about how long they may train: the worker does so,
while the picture says how far it is."""
HEADLESS_SECONDS = 60.0
"""About how long they may train where nobody is at the keys, as for a shot."""
TIMED = (10, 100, 1000)
"""Numbers of examples that are timed, where the lesson does not say."""
SEEDS = 20
"""Starts of each variant, where a picture of seeds does not say."""
PATH_STEPS = 40
"""Updates of each path that a contour overlays, where it does not say."""
SLICE_STEPS = 8
"""Updates of each path along a slice, where it does not say."""
MAX_DRAWN_CELLS = 50_000
"""Most cells of all values of a graph for one example, where a picture computes the graph at
hundreds of points."""
MAX_DRAWN_PRODUCTS = 200_000
"""Most multiplications in products of matrices there: some tenths of a second for all points."""
_OF_OWN = ("optimizers", "batches", "rates")
"""Options that overlay runs that differ from the lesson's own in one setting."""


class PictureWork(Struct, frozen=True):
    """The runs of a picture."""

    runs: int
    iterations: int
    """All runs together."""
    seconds: float
    """About how long they take."""


def overdrawn(
    pictures: Sequence[PictureWish], walks: Sequence[Steps], leaves: Sequence[str], batch: int
) -> Iterator[tuple[int, str, str]]:
    """Yield every picture whose graph is too large: its place, what is wrong, and what to do.

    Args:
        pictures: The pictures, which the lesson can give.
        walks: The walk of each scene; pictures are drawn of the last, slices of any.
        leaves: The leaves that hold the examples.
        batch: Examples in a batch.
    """
    others = [pass_cells(walk, leaves, (batch, batch)) for walk in walks[:-1]]
    for position, picture in enumerate(pictures):
        if PICTURES[picture.kind].computes_points:
            examples, bound, hint = 1, MAX_DRAWN_CELLS, "use smaller matrices"
        elif picture.kind == "timing":
            examples = max(map(int, picture.numbers("examples") or TIMED))
            bound, hint = MAX_PASS_CELLS, "time fewer examples"
        else:
            continue
        cells = pass_cells(walks[-1], leaves, (batch, examples))
        if picture.kind == "slice":
            cells = max(cells, *others, 0)
        if cells > bound:
            count = "one example" if examples == 1 else f"{examples:,} examples"
            what = f"for {count} the values of the graph have {cells:,} cells"
            yield position, what, f"the bound of a {picture.kind} is {bound:,}: {hint}"
        elif PICTURES[picture.kind].computes_points:
            drawn = walks if picture.kind == "slice" else walks[-1:]
            products = max(_products(walk, leaves) for walk in drawn)
            if products > MAX_DRAWN_PRODUCTS:
                what = f"for one example products of matrices take {products:,} multiplications"
                hint = f"the bound of a {picture.kind} is {MAX_DRAWN_PRODUCTS:,}: {hint}"
                yield position, what, hint


def _products(walk: Steps, leaves: Sequence[str]) -> int:
    """Return the multiplications in products of matrices of a pass over one example."""
    shapes = {leaf.name: walk.shapes[leaf.name] for leaf in walk.graph.leaves}
    single = dict(shapes)
    for leaf in walk.graph.leaves:
        if leaf.name in leaves and shapes[leaf.name]:
            axis = 0 if leaf.examples_first else len(shapes[leaf.name]) - 1
            single[leaf.name] = (*shapes[leaf.name][:axis], 1, *shapes[leaf.name][axis + 1 :])
    try:
        return forward_work(walk.graph, single).products
    except ShapeError:
        # A graph that picks among the examples has no pass over one.
        return forward_work(walk.graph, shapes).products


def overworked(
    pictures: Sequence[PictureWish], own: TrainingWork, variants: Mapping[str, TrainingWork]
) -> Iterator[tuple[int, str, str]]:
    """Yield every picture whose runs take too long: its place, what is wrong, and what to do.

    Args:
        pictures: The pictures, which the lesson can give.
        own: The work of the lesson's own run.
        variants: The work of its variants' runs, by name.
    """
    for position, picture in enumerate(pictures):
        work = picture_work(picture, own, variants)
        has_starts = picture.kind == "seeds"
        most = MAX_STARTS_SECONDS if has_starts else MAX_SECONDS
        if has_starts and work.runs > MAX_STARTS:
            what = f"the picture would train {work.runs:,} runs"
            yield position, what, f"the bound is {MAX_STARTS}: use fewer seeds or variants"
        elif work.seconds > most:
            what = (
                f"the picture would train {work.runs:,} runs, {work.iterations:,} iterations "
                f"together, for about {work.seconds:,.1f} seconds"
            )
            fewer = "seeds, variants or epochs" if has_starts else "steps or paths"
            unit = "seconds" if has_starts else "second"
            yield position, what, f"the bound is {most:,.0f} {unit}: use fewer {fewer}"


def picture_work(
    picture: PictureWish, own: TrainingWork, variants: Mapping[str, TrainingWork]
) -> PictureWork:
    """Return what a picture trains by itself; nothing where it shows the learner's run alone."""
    named = picture.texts("variants")
    works = [variants[name] for name in named if name in variants]
    runs: list[tuple[TrainingWork, int]] = []
    if picture.kind == "seeds":
        count = picture.whole("seeds", SEEDS)
        works = works if named else [own]
        runs = [(work, work.iterations) for work in works for _ in range(count)]
    elif picture.kind in ("contour", "slice"):
        works += [own for key in _OF_OWN for _ in picture.texts(key)]
        if not works and picture.kind == "contour" and picture.option("steps") is not None:
            # The path of the run itself, followed ahead of the walk.
            works = [variants.get(str(picture.option("variant")), own)]
        otherwise = PATH_STEPS if picture.kind == "contour" else SLICE_STEPS
        runs = [(work, picture.whole("steps", otherwise)) for work in works]
    seconds = sum(work.of(iterations) for work, iterations in runs) / 1e6
    return PictureWork(len(runs), sum(iterations for _, iterations in runs), seconds)
