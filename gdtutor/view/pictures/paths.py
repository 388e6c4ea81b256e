"""Where training walks: the parameters of a run at some of its iterations, and runs beside it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Array
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson, PictureWish
from gdtutor.lesson.problem import problem_of, settings_of
from gdtutor.lesson.selectors import parse_cell
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run, RunSegment
from gdtutor.training.settings import Settings
from gdtutor.values import Struct, replace
from gdtutor.view.pictures.source import Source, cell_of, numbers, option, texts

MAX_ANCHORS = 64
"""Most points of a path that is long."""


class ParameterCell(Struct, frozen=True):
    """One number among the parameters: W1[0,1], or w."""

    name: str
    cell: tuple[int, ...] | None
    text: str
    """As the lesson writes it."""


def cells_along(wish: PictureWish) -> tuple[ParameterCell, ...]:
    """Return what a picture goes along."""
    return tuple(ParameterCell(*parse_cell(text), text) for text in texts(wish, "along"))


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


class Walk(Struct, frozen=True):
    """One of several runs that a picture overlays."""

    label: str
    run: Run | None
    """None where there is no such run."""
    why: str = ""
    """Why there is none."""


@lru_cache(maxsize=16)
def overlaid(lesson: Lesson, run: Run, seed: int | None, wish: PictureWish) -> tuple[Walk, ...]:
    """Return the runs that a picture overlays, from the lesson's start; none where it names none.

    Those of variants come from the lesson's own file, the others from the start of the run.
    """
    first = run.segments[0]
    walks = [_variant(lesson, name, seed) for name in texts(wish, "variants")]
    walks += [_rate(rate, first) for rate in numbers(wish, "rates")]
    walks += [_optimizer(name, first) for name in texts(wish, "optimizers")]
    sizes = option(wish, "batches", ())
    for size in sizes if isinstance(sizes, tuple) else ():
        walks += [_batch(first, size if isinstance(size, int) else None)]
    return tuple(walks)


def _rate(rate: float, first: RunSegment) -> Walk:
    return _changed(f"rate {rate:g}", first, replace(first.settings, learning_rate=rate))


def _optimizer(name: str, first: RunSegment) -> Walk:
    settings = replace(first.settings, optimizer=name, hyperparameters=_own(first, name))
    return _changed(name, first, settings)


def _own(first: RunSegment, name: str) -> tuple[tuple[str, float], ...]:
    """Return the lesson's constants for its own optimiser; other rows keep their defaults."""
    return first.settings.hyperparameters if first.settings.optimizer == name else ()


def _variant(lesson: Lesson, name: str, seed: int | None) -> Walk:
    try:
        return Walk(name, variant_run(lesson, name, seed)[1])
    except GdTutorError as error:
        return Walk(name, None, str(error))


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


def _changed(label: str, first: RunSegment, settings: Settings) -> Walk:
    try:
        return Walk(label, Run((replace(first, settings=settings),)))
    except GdTutorError as error:
        return Walk(label, None, str(error))


def _batch(first: RunSegment, size: int | None) -> Walk:
    label = "full batch" if size is None else f"batch {size}"
    settings = replace(first.settings, batch=size)
    return _changed(label, first, settings)


def rows_of(problem: Problem) -> Problem:
    """Return a problem that takes its examples as rows, not one at a time."""
    return replace(problem, is_single=False) if problem.size else problem


def stands_at(source: Source, cells: tuple[ParameterCell, ...]) -> Array:
    """Return the present value of each cell."""
    parameters = source.parameters
    return np.array([cell_of(parameters[c.name], c.cell) for c in cells])
