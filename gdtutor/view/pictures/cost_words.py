"""The cost along one parameter, and over two, in plain lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.view.notation import plural
from gdtutor.view.pictures.contour import Trail as Path
from gdtutor.view.pictures.contour import axes_of, outside_words, standing, surface_of, trails_of
from gdtutor.view.pictures.cost_function import CostFunction, measured_name, measured_over
from gdtutor.view.pictures.field import Axis, Grid
from gdtutor.view.pictures.paths import ParameterCell, cells_along, stands_at
from gdtutor.view.pictures.planes import cell_middles
from gdtutor.view.pictures.slice import Slice, SliceTrail, is_inside, slice_of, wanted_name
from gdtutor.view.pictures.source import Source

COLUMNS, ROWS = 60, 40
"""Cells in which the lowest and the highest cost over two parameters are looked for."""
LISTED = 12
"""Steps up to which each is told."""


def slice_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return the curve's ends and its lowest point, where we are, the slope, and the steps."""
    found = slice_of(source, wish)
    name, wanted = source.name(found.cell.text), wanted_name(source, found)
    ys = np.array(found.ys)
    words = [f"{wanted} along {_span(source, Axis(name, *found.x_range))}"]
    if np.isfinite(ys).any():
        low = int(np.nanargmin(np.where(np.isfinite(ys), ys, np.nan)))
        words[0] += (
            f": {source.number(ys[0], 3)} at the left end, {source.number(ys[-1], 3)} at the "
            f"right, lowest {source.number(ys[low], 3)} at {source.number(found.xs[low], 3)}"
        )
    (x, y), slope = found.here, found.slope
    sloped = "" if slope is None else f", slope {source.number(slope)}"
    words.append(f"now: {name} {source.number(x)}, {wanted} {source.number(y)}{sloped}")
    if found.after is not None:
        x, y = found.after
        words.append(f"after the update: {name} {source.number(x)}, {wanted} {source.number(y)}")
    words += [_steps(source, found, trail, name) for trail in found.trails]
    return (*words, found.note) if found.note else tuple(words)


def _steps(source: Source, found: Slice, trail: SliceTrail, name: str) -> str:
    """Return the steps before, or those of another rate; where they leave the picture."""
    if trail.why:
        return f"{trail.label}: none: {trail.why}"
    count, values = len(trail.xs), [source.number(x, 3) for x in trail.xs]
    if count > LISTED:
        values[LISTED // 2 : -LISTED // 2] = [f"({count - LISTED} left out)"]
    at = ", ".join(values)
    out = [k for k in range(count) if not is_inside(found, trail, k)]
    if not trail.label:
        outside = f"; {len(out)} outside" if out else ""
        return f"{count} step{'s' if count > 1 else ''} before: {name} {at}{outside}"
    outside = ""
    if out:
        comes_back = out[-1] < count - 1
        when = f"first outside at step {out[0]}" if comes_back else f"outside from step {out[0]} on"
        outside = f"; {when}, at {source.number(trail.xs[out[0]], 3)}"
    return f"{trail.label}, {count - 1} {plural(count - 1, 'step')}: {name} {at}{outside}"


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


def _span(source: Source, axis: Axis) -> str:
    return "{} from {} to {}".format(axis.name, *source.apart(axis.low, axis.high))


def _landscape(source: Source, wish: PictureWish, axes: tuple[Axis, Axis]) -> str:
    """Return between which costs the picture lies, and where the lowest one is."""
    x, y = axes
    surface = surface_of(source.still, wish, axes, COLUMNS, ROWS)
    costs = surface.costs
    said = f"{_span(source, x)}, {_span(source, y)}{surface.note}"
    named = measured_name(source, source.problem.graph.root, is_mean=surface.is_mean)
    if not np.isfinite(costs).any():
        return f"{named} over {said}: nowhere finite"
    lowest_at = cell_middles(Grid(x, y, COLUMNS, ROWS))[np.nanargmin(costs)]
    at = [source.number(float(value), 2) for value in lowest_at]
    finite = costs[np.isfinite(costs)]
    low, high = source.apart(finite.min(), finite.max(), digits=2)
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
    return f", {measured} {source.number(cost, 3)}"


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
