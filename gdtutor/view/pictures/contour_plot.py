"""The cost over two parameters as level lines, with the paths that training walks on it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import Lesson, PictureWish
from gdtutor.lesson.work import PATH_STEPS
from gdtutor.session.state import Snapshot
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Line, Mark, Size, Style
from gdtutor.view.lines import line
from gdtutor.view.marks import START, marks_of
from gdtutor.view.notation import number, plural
from gdtutor.view.pictures.cost_function import measured_name, measured_over
from gdtutor.view.pictures.field import BELOW, LABELS, Axis, Field, Grid
from gdtutor.view.pictures.paths import (
    ParameterCell,
    Trail,
    cells_along,
    overlaid_trails,
    path,
    trail_mark,
    up_to,
    variant_run,
)
from gdtutor.view.pictures.source import Drawing, NoPicture, Source, cell_of, stacked_notes

LEVELS = 7
"""Most level lines."""
ROWS = 7
"""Lines of the field that notes below it leave where there is room."""
_SMALLEST = (12, 4)


class Contour(Struct, frozen=True, eq=False):
    """What a picture of the cost over two parameters shows."""

    source: Source
    cells: tuple[ParameterCell, ...]
    """The two parameters."""
    trails: tuple[Trail, ...]
    here: Array
    """Where the parameters are now."""
    axes: tuple[Axis, Axis]


class Surface(Struct, frozen=True, eq=False):
    """The cost in the middle of every cell of a field."""

    costs: Array
    """Of shape (rows, columns), the first row on top."""
    levels: tuple[float, ...]
    """Costs at which a line is drawn, from low to high."""
    note: str = ""
    """What was left out, in words."""
    is_mean: bool = False
    """Whether the cost is the mean of a line over the examples."""

    @property
    def bands(self) -> Array:
        """How many levels each cell reaches; one more than all where it is not finite."""
        bands = np.searchsorted(np.array(self.levels), self.costs, side="right")
        return np.where(np.isfinite(self.costs), bands, len(self.levels) + 1)


def contour_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return the field of level lines, its paths, and what the characters mean."""
    facts = contour_of(source, wish)
    source, trails, (x, y) = facts.source, facts.trails, facts.axes
    outside = outside_words(x, y, trails)
    spare = max(size.height - BELOW - 2 - ROWS, 1)
    most = stacked_notes((*_legend(source, trails), *outside), size)
    rows = size.height - BELOW - 2 - min(len(most), spare)
    columns = size.width - LABELS
    if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
        raise NoPicture("More room is needed for the cost over two parameters.")
    surface = surface_of(source.still, wish, (x, y), columns, rows)
    field = Field(Grid(x, y, columns, rows))
    _paint_levels(field, surface)
    _paint_trails(source, field, trails, facts.here)
    called = measured_name(source, source.problem.graph.root, is_mean=surface.is_mean)
    title = f"{field.upright}level lines of {called}{surface.note}"
    told = stacked_notes((*_legend(source, trails, field.signs), *outside), size)
    below = told[: max(size.height - rows - BELOW - 2, 0)]
    lines = (line((title, Style.DIM)), *field.lines(source.chars), _level_line(source, surface))
    return Drawing((*lines, *below))


def contour_of(source: Source, wish: PictureWish) -> Contour:
    """Return the facts of a picture: those of a variant where it is about one.

    Raises:
        GdTutorError: The variant cannot be made, or does not train.
    """
    name = wish.option("variant")
    if name is not None:
        lesson, run, at = _variant_at(source.lesson, str(name), source.seed, source.iteration)
        source = replace(source, lesson=lesson, run=run, at=at)
    cells = cells_along(wish)
    trails = _trails(source, wish, cells)
    here = np.array([cell_of(source.parameters[c.name], c.cell) for c in cells])
    points = np.concatenate([here[None], *(trail.points for trail in trails)])
    x, y = (
        Axis(source.name(cell.text), *(limits or _around(values)))
        for cell, limits, values in zip(cells, wish.ranges, points.T, strict=True)
    )
    return Contour(source, cells, trails, here, (x, y))


@lru_cache(maxsize=8)
def _variant_at(
    lesson: Lesson, name: str, seed: int | None, iteration: int
) -> tuple[Lesson, Run, Snapshot]:
    changed, run = variant_run(lesson, name, seed)
    parameters = run.state(iteration).parameters
    return changed, run, Snapshot(iterations=iteration, parameters=parameters)


def _trails(
    source: Source, wish: PictureWish, cells: tuple[ParameterCell, ...]
) -> tuple[Trail, ...]:
    """Return the paths of a contour: those of several runs, else the one walked so far."""
    iterations = tuple(range(wish.whole("steps", PATH_STEPS) + 1))
    if trails := overlaid_trails(source, wish, lambda run: path(run, cells, iterations)):
        return trails
    done = up_to(source.iteration) if wish.option("steps") is None else iterations
    return (Trail("", trail_mark(source, 0), path(source.run, cells, done)),)


def _around(values: Array) -> tuple[float, float]:
    """Return a range that holds what is near of the paths, and some room."""
    values = values[np.isfinite(values) & (np.abs(values) < 1e6)]
    if not len(values):
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = max(0.25 * (high - low), 1.0)
    return low - margin, high + margin


@lru_cache(maxsize=8)
def surface_of(
    source: Source, wish: PictureWish, axes: tuple[Axis, Axis], columns: int, rows: int
) -> Surface:
    """Return the cost in the middle of every cell."""
    first, second = cells_along(wish)
    x, y = axes
    points = Grid(x, y, columns, rows).points()
    note, ground = "", measured_over(source, wish, len(points))
    if ground.measured < ground.examples:
        note = f", {ground.measured:,} of {ground.examples:,} examples"
    costs = ground.at((first, second), points).reshape(rows, columns)
    return Surface(costs, levels_of(costs, min(max(columns // 8, 3), LEVELS)), note, ground.is_mean)


def levels_of(costs: Array, most: int = LEVELS) -> tuple[float, ...]:
    """Return levels that cut the field into bands of about one size, of two digits each."""
    finite = costs[np.isfinite(costs)]
    if not len(finite) or float(np.ptp(finite)) <= 1e-12 * max(1.0, float(np.abs(finite).max())):
        return ()
    shares = (np.arange(most) + 0.6) / most
    return tuple(sorted({float(number(float(v), 2)) for v in np.quantile(finite, shares)}))


def _paint_levels(field: Field, surface: Surface) -> None:
    """Draw each level as a line of its digit, where the cost crosses it."""
    bands, around = surface.bands, np.pad(surface.bands, 1, mode="edge")
    beside = around[1:-1, :-2], around[1:-1, 2:], around[:-2, 1:-1], around[2:, 1:-1]
    is_crossed = np.minimum.reduce(beside) < bands
    for band in range(len(surface.levels) + 1):
        field.fill(is_crossed & (bands == band), (str(band), Style.DIM))
    field.fill(bands > len(surface.levels), ("?", Style.WARNING))


def _level_line(source: Source, surface: Surface) -> Line:
    """Return which cost each digit stands for."""
    if not surface.levels:
        finite = np.isfinite(surface.costs)
        where = "everywhere" if finite.all() else "where it is finite"
        told = f"the same {where}" if finite.any() else "finite nowhere"
        return line((f"the cost is {told} here", Style.DIM))
    levels = enumerate(surface.levels, start=1)
    text = "  ".join(f"{digit}={source.number(level, 2)}" for digit, level in levels)
    return line((text, Style.DIM))


def _paint_trails(source: Source, field: Field, trails: tuple[Trail, ...], here: Array) -> None:
    """Draw the paths over the levels: dots along the way, then the points, then where we are."""
    dot = "·" if source.chars.unicode else "."
    for trail in trails:
        for start, end in zip(trail.points[:-1], trail.points[1:], strict=True):
            if np.isfinite(start).all() and np.isfinite(end).all():
                _dots(field, start, end, (dot, trail.mark[1]))
    for trail in reversed(trails):
        for point in trail.points:
            field.mark(float(point[0]), float(point[1]), trail.mark)
    started = next((t.points[0] for t in trails if len(t.points)), None)
    if started is not None:
        field.mark(float(started[0]), float(started[1]), (START, Style.TITLE))
    if len(trails) == 1:
        field.mark(float(here[0]), float(here[1]), (marks_of(source.chars).here, Style.CURRENT))


def _dots(field: Field, start: Array, end: Array, mark: Mark) -> None:
    """Draw a straight line of marks, one for each cell it crosses, inside the field alone."""
    cells = np.array([field.columns / (field.x.high - field.x.low),
                      field.rows / (field.y.high - field.y.low)])  # fmt: skip
    count = int(min(np.max(np.abs(end - start) * cells), 500)) + 1
    for share in np.linspace(0.0, 1.0, count + 1)[1:-1]:
        point = start + share * (end - start)
        field.mark(float(point[0]), float(point[1]), mark)


def _legend(
    source: Source, trails: tuple[Trail, ...], drawn: frozenset[str] | None = None
) -> tuple[str, ...]:
    """Return what the glyphs mean, of those alone that are drawn where that is known."""

    def told(glyph: str, text: str, otherwise: str = "") -> list[str]:
        shown = f"{glyph} {text}" if drawn is None or glyph in drawn else otherwise
        return [shown] * bool(shown)

    start = told(START, "start")
    if len(trails) == 1 and not trails[0].label:
        now = f"iteration {source.iteration}"
        way = told(trails[0].mark[0], "path") if len(trails[0].points) > 2 else []
        return (
            ", ".join([*start, *way, *told(marks_of(source.chars).here, now, f"{now} outside")]),
        )
    for trail in trails:
        start += told(trail.mark[0], trail.label, f"{trail.label} hidden")
    steps = max((len(trail.points) for trail in trails), default=1) - 1
    reasons = tuple(f"{t.label}: {t.why}" for t in trails if t.why)
    return (f"{', '.join(start)}; {steps} {plural(steps, 'step')}", *reasons)


def outside_words(x: Axis, y: Axis, trails: tuple[Trail, ...]) -> tuple[str, ...]:
    """Return which paths leave the picture, and when."""
    words = []
    for trail in trails:
        inside = [
            x.low <= point[0] <= x.high and y.low <= point[1] <= y.high for point in trail.points
        ]
        if all(inside):
            continue
        first, count = inside.index(False), len(inside) - sum(inside)
        name = trail.label or "the path"
        again = ", then comes back" if inside[-1] else ""
        if not np.isfinite(trail.points[first]).all():
            words.append(f"{name} is not finite from step {first} on")
        else:
            words.append(f"{name} is outside at {count} of {len(inside)} points, "
                         f"first at {first}{again}")  # fmt: skip
    return tuple(words)
