"""The examples in the space of two values of the graph, with what the prediction makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import Array, Arrays
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.selectors import parse_unit
from gdtutor.training.problem import input_columns
from gdtutor.values import Struct
from gdtutor.view.frame import Size, Style
from gdtutor.view.lines import first_that_fits, line
from gdtutor.view.marks import EXAMPLE
from gdtutor.view.notation import plural
from gdtutor.view.pictures.boundary import LISTED, examples_text, plane_title, shade
from gdtutor.view.pictures.cost_function import in_parts, span_words
from gdtutor.view.pictures.field import Field
from gdtutor.view.pictures.neuron_lines import PROBES, meaning, sheet_of, straight_line
from gdtutor.view.pictures.neurons import Neuron, output_neurons, sums_behind, unit_label, unit_word
from gdtutor.view.pictures.planes import (
    at_points,
    class_marks,
    forward_at,
    gathered_values,
    grid_around,
    mark_places,
    require_points,
    values_apart,
)
from gdtutor.view.pictures.source import Drawing, PictureKind, Source, stacked_notes

DIGITS = 2
"""Significant digits of the line's equation, which two long names leave little room for."""


class Seen(Struct, frozen=True):
    """A value of the graph that one axis stands for."""

    name: str
    row: int
    """The row of a matrix; 0 where the name has one value for each example."""
    label: str
    """As the screen writes it."""


def space_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return the examples, the side of the prediction everywhere, and its line in words."""
    seen = _space_of(source, wish)
    places = places_of(source.still, seen)
    notes = stacked_notes(tuple(_line_words(source, seen)), size, Style.DIM)
    labels = [one.label for one in seen]
    sheet = sheet_of(lambda *room: grid_around(wish, labels, places, *room), notes, size,
                     "the space of two values")  # fmt: skip
    grid, field = sheet.grid, Field(sheet.grid)
    title = meaning(source, field, size.width)
    for neuron in _readers(source, seen):
        values = values_over(source.still, seen, neuron.line, grid.points())
        values = values.reshape(len(values), grid.rows, grid.columns)
        shade(source, field, neuron, values)
        title = plane_title(source, neuron, values, field.upright, size.width)
    told = mark_places(field, source.problem, places.T)
    title = first_that_fits((*(f"{title}  {text}" for text in told), title), size.width)
    return sheet.drawing(line((title, Style.DIM)), field, source.chars)


def space_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return where the examples lie, and which of them lie on which side of the line."""
    seen, problem = _space_of(source, wish), source.problem
    places = places_of(source.still, seen)
    grid = grid_around(wish, (one.label for one in seen), places, 1, 1)
    ends = (span_words(source, axis) for axis in (grid.x, grid.y))
    count = f"{problem.size} {plural(problem.size, 'example')}"
    words = [f"the space of {', '.join(ends)}; {count}"]
    if problem.size <= LISTED:
        words += _example_words(source, places)
    for neuron in _readers(source, seen):
        values = values_over(source.still, seen, neuron.line, places.T)
        if not neuron.has_rows(values):
            sign = "≥" if source.chars.unicode else ">="
            on = examples_text(neuron.sides(values))
            words.append(f"{neuron.label} {sign} {number_text(neuron.threshold)} at {on}")
    return (*words, *_line_words(source, seen))


def _space_of(source: Source, wish: PictureWish) -> tuple[Seen, Seen]:
    """Return the values of the two axes; NoPicture where they are those of the examples alone."""
    seen = seen_of(source, wish)
    require_points(source, [*(one.name for one in seen), str(source.problem.prediction)])
    return seen


def seen_of(source: Source, wish: PictureWish) -> tuple[Seen, Seen]:
    """Return the values of the two axes."""
    first, second = (
        Seen(name, 0, source.name(name))
        if cell is None
        else Seen(name, cell[0], unit_label(source, name, cell[0]))
        for name, cell in map(parse_unit, wish.texts("along"))
    )
    return first, second


def names_of(source: Source, wish: PictureWish) -> list[str]:
    """Return the names of the two axes."""
    return [seen.label for seen in seen_of(source, wish)]


@lru_cache(maxsize=8)
def places_of(source: Source, seen: tuple[Seen, Seen]) -> Array:
    """Return where every example lies, of shape (2, examples)."""
    return np.stack([_at_examples(source, one.name)[one.row] for one in seen])


@lru_cache(maxsize=16)
def _at_examples(source: Source, name: str) -> Array:
    points = source.problem.examples[:, list(input_columns(source.problem))]
    return at_points(source, name, points)


def values_over(source: Source, seen: tuple[Seen, Seen], name: str, points: Array) -> Array:
    """Return a line's value at points of the space, whatever the inputs would make of them.

    What else the line is computed from is held at its mean over the examples.

    Args:
        source: Where the picture stands.
        seen: The values that the two coordinates replace.
        name: The line.
        points: Array of shape (points, 2).

    Returns:
        Array of shape (values, points).
    """
    problem, used = source.problem, source.predicting
    inputs = problem.examples[:, list(input_columns(problem))].mean(axis=0)
    names = (name, *dict.fromkeys(one.name for one in seen))
    held = gathered_values(source, used, names)

    def moved(part: Array) -> Array:
        repeated = np.repeat(inputs[None], len(part), axis=0)
        values = forward_at(problem, used, repeated, names, held)
        after = {**held, **_replaced(source, seen, values, part)}
        found = forward_at(problem, used, repeated, (name,), after)[name]
        return values_apart(problem, found, name, len(part))

    return in_parts(points, forward_at(problem, used, inputs[None], names, held), moved)


def _replaced(
    source: Source, seen: tuple[Seen, Seen], values: Arrays, points: Array
) -> dict[str, Array]:
    """Return what the names of the axes are worth at points, other rows at their means."""
    axes, replaced = source.shapes[1], {}
    for name in dict.fromkeys(one.name for one in seen):
        rows = np.repeat(_at_examples(source, name).mean(axis=1)[:, None], len(points), axis=1)
        for axis, one in enumerate(seen):
            if one.name == name:
                rows[one.row] = points[:, axis]
        shape = np.shape(values[name])
        along = (axes[name] or (0,))[0]
        turned = rows.reshape((*shape[:along], *shape[along + 1 :], len(points)))
        replaced[name] = np.moveaxis(turned, -1, along)
    return replaced


def _readers(source: Source, seen: tuple[Seen, Seen]) -> tuple[Neuron, ...]:
    """Return the prediction, where it is computed from the two values."""
    names = {one.name for one in seen}
    found = source.problem.graph.depending_on(names) - names
    outputs = output_neurons(source, PictureWish("space", ()))
    return tuple(one for one in outputs if source.problem.prediction in found)


def _line_words(source: Source, seen: tuple[Seen, Seen]) -> Iterator[str]:
    """Yield the equation of the prediction's line where it is straight, and what is held."""
    readers = _readers(source, seen)
    for sum_ in sums_behind(source, readers)[:1]:
        z = values_over(source.still, seen, sum_.line, PROBES)
        if len(z) == 1:
            names = seen[0].label, seen[1].label
            off = z[0] - sum_.threshold
            yield straight_line(source, off, names, DIGITS) or "the line is not straight"
    if readers:
        yield from _held(source, seen)


def _held(source: Source, seen: tuple[Seen, Seen]) -> Iterator[str]:
    """Yield what the prediction sees besides the two values, and where it is held."""
    for name in dict.fromkeys(one.name for one in seen):
        means = _at_examples(source.still, name).mean(axis=1)
        drawn = {one.row for one in seen if one.name == name}
        rest = [row for row in range(len(means)) if row not in drawn]
        if len(rest) == 1:
            value = source.number(float(means[rest[0]]), 3)
            yield f"{unit_label(source, name, rest[0])} held at its mean {value}"
        elif rest:
            yield f"the other {unit_word(source, name)}s of {source.name(name)} held at their means"


def _example_words(source: Source, places: Array) -> Iterator[str]:
    """Yield the place of every example, and its class where it has one."""
    marks = class_marks(source.problem)
    for number, (mark, place) in enumerate(zip(marks, places.T, strict=True)):
        at = ", ".join(source.number(float(value), 3) for value in place)
        yield f"example {number}{'' if mark == EXAMPLE else f', target {mark}'}: ({at})"


PICTURE = PictureKind(
    space_picture, space_words, "examples over {names}", names_of, has_below=True, stands_still=True
)
