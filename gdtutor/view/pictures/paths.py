"""Where training walks: the parameters of a run at some of its iterations, and runs beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import Array
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson, PictureWish
from gdtutor.lesson.runs import problem_of, settings_of
from gdtutor.lesson.selectors import parse_cell
from gdtutor.training.run import Run, RunSegment
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Mark, Style
from gdtutor.view.marks import marks_of
from gdtutor.view.pictures.source import Source, cell_of

MAX_ANCHORS = 64
"""Most points of a path that is long."""
_STYLES = (Style.RUN_2, Style.RUN_3, Style.RUN_4, Style.RUN_1)


def trail_mark(source: Source, index: int) -> Mark:
    """Return what the points of one of several paths are drawn with."""
    glyphs = marks_of(source.chars).paths
    return glyphs[index % len(glyphs)], _STYLES[index % len(_STYLES)]


class ParameterCell(Struct, frozen=True):
    """One number among the parameters: W1[0,1], or w."""

    name: str
    cell: tuple[int, ...] | None
    text: str
    """As the lesson writes it."""


def cells_along(wish: PictureWish) -> tuple[ParameterCell, ...]:
    """Return what a picture goes along."""
    return tuple(ParameterCell(*parse_cell(text), text) for text in wish.texts("along"))


@lru_cache(maxsize=64)
def path(run: Run, cells: tuple[ParameterCell, ...], iterations: tuple[int, ...]) -> Array:
    """Return the cells at some iterations of a run, of shape (iterations, cells).

    A run's states never change, so that those once asked for are kept.
    """
    rows = []
    for iteration in iterations:
        parameters = run.state(iteration).parameters
        rows.append([cell_of(parameters[c.name], c.cell) for c in cells])
    return np.array(rows, dtype=np.float64).reshape(len(iterations), len(cells))


def up_to(last: int) -> tuple[int, ...]:
    """Return iterations from 0 to the last, thinned evenly where there are many.

    All but the last one stay the same while the last grows, until twice as many have been done.
    """
    stride = 1
    while last // stride > MAX_ANCHORS:
        stride *= 2
    return (*range(0, last, stride), last)


class Overlaid(Struct, frozen=True):
    """One of several runs that a picture overlays."""

    label: str
    run: Run | None
    """None where there is no such run."""
    why: str = ""
    """Why there is none."""


@lru_cache(maxsize=16)
def overlaid(lesson: Lesson, run: Run, seed: int | None, wish: PictureWish) -> tuple[Overlaid, ...]:
    """Return the runs that a picture overlays, from the lesson's start; none where it names none.

    Those of variants come from the lesson's own file, the others from the start of the run.
    """
    first, own = run.segments[0], run.segments[0].settings
    changed = [
        (f"rate {number_text(rate)}", replace(own, learning_rate=rate))
        for rate in wish.numbers("rates")
    ]
    for name in wish.texts("optimizers"):
        # The lesson's constants are those of its own optimiser; others keep their defaults.
        constants = own.hyperparameters if own.optimizer == name else ()
        changed.append((name, replace(own, optimizer=name, hyperparameters=constants)))
    sizes = wish.option("batches", ())
    for size in sizes if isinstance(sizes, tuple) else ():
        batch = size if isinstance(size, int) else None
        label = "full batch" if batch is None else f"batch {batch}"
        changed.append((label, replace(own, batch=batch)))

    def of_variant(name: str) -> Run:
        return variant_run(lesson, name, seed)[1]

    makers = [(name, partial(of_variant, name)) for name in wish.texts("variants")]
    for label, settings in changed:
        makers.append((label, partial(Run, (replace(first, settings=settings),))))
    return tuple(_walk(label, make) for label, make in makers)


def _walk(label: str, make: Callable[[], Run]) -> Overlaid:
    """Return a run, or why there is none."""
    try:
        return Overlaid(label, make())
    except GdTutorError as error:
        return Overlaid(label, None, str(error))


class Trail(Struct, frozen=True, eq=False):
    """Where a run was on a picture, a point for each step."""

    label: str
    mark: Mark
    points: Array
    """Of shape (points, 2)."""
    why: str = ""
    """Why there are none."""
    are_first: bool = False
    """Whether they are the first of the walk, since the last have left the picture."""

    @property
    def xs(self) -> tuple[float, ...]:
        """Where it was across."""
        return tuple(self.points[:, 0].tolist())

    @property
    def ys(self) -> tuple[float, ...]:
        """Where it was upwards."""
        return tuple(self.points[:, 1].tolist())


def overlaid_trails(
    source: Source, wish: PictureWish, points_of: Callable[[Run], Array]
) -> tuple[Trail, ...]:
    """Return the runs that a picture overlays as it shows them."""
    walks = overlaid(source.lesson, source.run, source.seed, wish)
    points = (np.empty((0, 2)) if one.run is None else points_of(one.run) for one in walks)
    return tuple(
        Trail(walk.label, trail_mark(source, index), own, walk.why)
        for index, (walk, own) in enumerate(zip(walks, points, strict=True))
    )


@lru_cache(maxsize=16)
def variant_run(lesson: Lesson, name: str, seed: int | None) -> tuple[Lesson, Run]:
    """Return the lesson that a variant makes, and its run; this reads the whole file again.

    Raises:
        GdTutorError: The variant cannot be made, or does not train.
    """
    changed = with_variant(lesson, name)
    settings = settings_of(changed, seed=seed)
    if settings is None:
        raise GdTutorError(f"the variant {name} does not train", "give it a [training] table")
    return changed, Run((RunSegment(0, problem_of(changed, seed=seed), settings),))
