"""The cost over two parameters: its picture, and in plain lines."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.view.notation import counted_apart, plural
from gdtutor.view.pictures.contour_plot import (
    Contour,
    contour_of,
    contour_picture,
    outside_words,
    surface_of,
)
from gdtutor.view.pictures.cost_function import (
    CostFunction,
    measured_name,
    measured_over,
    span_words,
)
from gdtutor.view.pictures.field import Grid
from gdtutor.view.pictures.paths import Trail
from gdtutor.view.pictures.source import PictureKind, Source

COLUMNS, ROWS = 60, 40
"""Cells in which the lowest and the highest cost over two parameters are looked for."""


def contour_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return the range of the cost, where we are on it, and where every path leads."""
    facts = contour_of(source, wish)
    source, paths = facts.source, facts.trails
    ground: CostFunction | None = measured_over(source, wish, 1)
    words = [_landscape(facts, wish)]
    if len(paths) == 1 and not paths[0].label:
        words.append(f"now, iteration {source.iteration}: {_place(facts, ground, facts.here)}")
    if len(facts.cells) != source.problem.trained_cells:
        # The other parameters of a path are not those of this surface, nor is its cost.
        ground = None
    paths = tuple(one for one in paths if one.label or len(one.points) > 1)
    words += [_path(facts, ground, one) for one in paths]
    return (*words, *outside_words(*facts.axes, paths))


def _landscape(facts: Contour, wish: PictureWish) -> str:
    """Return between which costs the picture lies, and where the lowest one is."""
    source, (x, y) = facts.source, facts.axes
    surface = surface_of(source.still, wish, facts.axes, COLUMNS, ROWS)
    costs = surface.costs
    said = f"{span_words(source, x)}, {span_words(source, y)}{surface.note}"
    named = measured_name(source, source.problem.graph.root, is_mean=surface.is_mean)
    if not np.isfinite(costs).any():
        return f"{named} over {said}: nowhere finite"
    lowest_at = Grid(x, y, COLUMNS, ROWS).points()[np.nanargmin(costs)]
    at = [source.number(float(value), 2) for value in lowest_at]
    finite = costs[np.isfinite(costs)]
    low, high = counted_apart((finite.min(), finite.max()), 2, source.chars)
    lowest = f"{x.name} {at[0]}, {y.name} {at[1]}"
    return (
        f"{named} over {said}: between {low} and {high}; of its cells the lowest is near {lowest}"
    )


def _place(facts: Contour, ground: CostFunction | None, point: Array) -> str:
    """Return where a point is, with the cost there where that is known."""
    source = facts.source
    words = [
        f"{source.name(cell.text)} {source.number(float(value), 3)}"
        for cell, value in zip(facts.cells, point, strict=True)
    ]
    if ground is not None:
        cost = float(ground.at(facts.cells, point[None])[0])
        measured = measured_name(source, ground.wanted, is_mean=ground.is_mean)
        words.append(f"{measured} {source.counted(cost, 3)}")
    return ", ".join(words)


def _path(facts: Contour, ground: CostFunction | None, path: Trail) -> str:
    """Return where a path begins and where it ends."""
    called = path.label or "the path"
    if path.why or not len(path.points):
        return f"{called}: {path.why}"
    count = len(path.points) - 1
    if not np.isfinite(path.points).all():
        first = int(np.argmin(np.isfinite(path.points).all(axis=1)))
        return f"{called} is not finite from step {first} on"
    start, end = (_place(facts, ground, path.points[k]) for k in (0, -1))
    steps = f" after {count} {plural(count, 'step')}" if path.label else ""
    return f"{called}: from {start}; to {end}{steps}"


PICTURE = PictureKind(contour_picture, contour_words, "{root} over {names}", least_below=11)
