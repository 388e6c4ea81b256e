"""The cost over two parameters: its picture, and in plain lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.view.notation import counted_apart, plural
from gdtutor.view.pictures.contour_plot import Trail as Path
from gdtutor.view.pictures.contour_plot import (
    axes_of,
    contour_picture,
    outside_words,
    standing,
    surface_of,
    trails_of,
)
from gdtutor.view.pictures.cost_function import (
    CostFunction,
    measured_name,
    measured_over,
    span_words,
)
from gdtutor.view.pictures.field import Axis, Grid
from gdtutor.view.pictures.paths import ParameterCell, cells_along, stands_at
from gdtutor.view.pictures.planes import cell_middles
from gdtutor.view.pictures.source import PictureKind, Source

COLUMNS, ROWS = 60, 40
"""Cells in which the lowest and the highest cost over two parameters are looked for."""


def contour_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return the range of the cost, where we are on it, and where every path leads."""
    try:
        source = standing(source, wish)
        cells = cells_along(wish)
        paths = trails_of(source, wish, cells)
    except GdTutorError as error:
        return (str(error),)
    here = stands_at(source, cells)
    axes = axes_of(source, wish, cells, paths, here)
    ground: CostFunction | None = measured_over(source, wish, 1)
    words = [_landscape(source, wish, axes)]
    if len(paths) == 1 and not paths[0].label:
        place = _place(source, cells, here)
        words.append(
            f"now, iteration {source.iteration}: {place}{_cost(source, ground, cells, here)}"
        )
    if not _is_whole(source, cells):
        # The other parameters of a path are not those of this surface, nor is its cost.
        ground = None
    paths = tuple(one for one in paths if one.label or len(one.points) > 1)
    words += [_path(source, ground, cells, one) for one in paths]
    return (*words, *outside_words(*axes, paths))


def _is_whole(source: Source, cells: Sequence[ParameterCell]) -> bool:
    """Say whether these numbers are all that is trained."""
    problem = source.problem
    return len(cells) == sum(int(np.size(problem.parameters[name])) for name in problem.trained)


def _landscape(source: Source, wish: PictureWish, axes: tuple[Axis, Axis]) -> str:
    """Return between which costs the picture lies, and where the lowest one is."""
    x, y = axes
    surface = surface_of(source.still, wish, axes, COLUMNS, ROWS)
    costs = surface.costs
    said = f"{span_words(source, x)}, {span_words(source, y)}{surface.note}"
    named = measured_name(source, source.problem.graph.root, is_mean=surface.is_mean)
    if not np.isfinite(costs).any():
        return f"{named} over {said}: nowhere finite"
    lowest_at = cell_middles(Grid(x, y, COLUMNS, ROWS))[np.nanargmin(costs)]
    at = [source.number(float(value), 2) for value in lowest_at]
    finite = costs[np.isfinite(costs)]
    low, high = counted_apart((finite.min(), finite.max()), 2, source.chars)
    lowest = f"{x.name} {at[0]}, {y.name} {at[1]}"
    return (
        f"{named} over {said}: between {low} and {high}; of its cells the lowest is near {lowest}"
    )


def _place(source: Source, cells: Sequence[ParameterCell], point: Array) -> str:
    """Return where a point is."""
    names = (
        f"{source.name(cell.text)} {source.number(float(value), 3)}"
        for cell, value in zip(cells, point, strict=True)
    )
    return ", ".join(names)


def _cost(
    source: Source, ground: CostFunction | None, cells: Sequence[ParameterCell], point: Array
) -> str:
    """Return the cost at a point."""
    if ground is None:
        return ""
    cost = float(ground.at(tuple(cells), point[None])[0])
    measured = measured_name(source, ground.wanted, is_mean=ground.is_mean)
    return f", {measured} {source.counted(cost, 3)}"


def _path(
    source: Source, ground: CostFunction | None, cells: Sequence[ParameterCell], path: Path
) -> str:
    """Return where a path begins and where it ends."""
    called = path.label or "the path"
    if path.why or not len(path.points):
        return f"{called}: {path.why}"
    count = len(path.points) - 1
    if not np.isfinite(path.points).all():
        first = int(np.argmin(np.isfinite(path.points).all(axis=1)))
        return f"{called} is not finite from step {first} on"
    start, end = (
        f"{_place(source, cells, path.points[k])}{_cost(source, ground, cells, path.points[k])}"
        for k in (0, -1)
    )
    steps = f" after {count} {plural(count, 'step')}" if path.label else ""
    return f"{called}: from {start}; to {end}{steps}"


PICTURE = PictureKind(contour_picture, contour_words, "{root} over {names}", least_below=11)
