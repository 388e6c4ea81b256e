"""The plane of two inputs in plain lines: which examples lie on which side of each neuron."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.pictures import HIDDEN_ALONE
from gdtutor.training.classes import UNDECIDED, classes_of, threshold_of
from gdtutor.training.problem import input_columns
from gdtutor.view.pictures.neuron_lines import equation_of
from gdtutor.view.pictures.neurons import (
    MAX_NEURONS,
    NO_SIDES,
    Neuron,
    decides_nothing,
    has_rows,
    hidden_neurons,
    no_plane,
    output_neurons,
    sides,
    sums_behind,
    undecided_words,
    unit_word,
)
from gdtutor.view.pictures.planes import Grid, at_points, grid_of, plane_values
from gdtutor.view.pictures.source import Source, is_set, option
from gdtutor.view.pictures.table import outputs_of

LISTED = 12
"""Examples up to which those on a side are named, beyond which they are counted."""
_PROBED = 8, 8
"""Columns and rows of the plane in which a neuron that decides anything is looked for."""


def boundary_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return the plane, each neuron's line, the examples on its sides, how many are right."""
    if len(input_columns(source.problem)) != 2:
        return ("The plane needs two inputs.",)
    why = no_plane(source, wish)
    if why:
        return (why,)
    outputs = output_neurons(source, wish)
    sums = dict(zip(outputs, sums_behind(source, outputs), strict=False))
    hidden = hidden_neurons(source)
    if is_set(wish, "lines"):
        neurons = hidden or tuple(sums.values())
    else:
        alone = is_set(wish, HIDDEN_ALONE)
        neurons = (() if alone else outputs) + (hidden if alone or is_set(wish, "hidden") else ())
    if not neurons:
        return (NO_SIDES,)
    grid = grid_of(source, wish, 1, 1)
    ends = (
        f"{axis.name} from {source.number(axis.low, 3)} to {source.number(axis.high, 3)}"
        for axis in (grid.x, grid.y)
    )
    words = [f"the plane of {', '.join(ends)}; {source.problem.size} examples"]
    plane = grid_of(source, wish, *_PROBED)
    words += [_neuron(source, one, sums.get(one, one), plane) for one in neurons[:MAX_NEURONS]]
    # Neurons of another line have no targets of their own.
    return tuple(words) if option(wish, "of") else (*words, *_right(source))


def _neuron(source: Source, neuron: Neuron, behind: Neuron, plane: Grid) -> str:
    """Return the line at which a neuron changes sides, and the examples on either side."""
    if decides_nothing(plane_values(source.still, neuron.line, plane), neuron):
        return undecided_words(source, neuron)
    points = source.problem.examples[:, list(input_columns(source.problem))]
    values = at_points(source, neuron.line, points)[..., None]
    side = sides(values, neuron)[..., 0]
    if has_rows(values, neuron):
        unit = unit_word(source, neuron.line)
        counts = [
            f"{unit} {row} at {examples_text(side == row)}" for row in np.unique(side[side >= 0])
        ]
        if (side == UNDECIDED).any():
            counts.append(f"undecided at {examples_text(side == UNDECIDED)}")
        rows = ", ".join(map(str, range(len(values))))
        return f"{neuron.label}, the largest of {unit}s {rows}: {'; '.join(counts)}"
    sign = "≥" if source.chars.unicode else ">="
    row = "" if neuron.row is None else f"[{neuron.row}]"
    what = "the sum" if "." in neuron.line else f"{source.name(neuron.line)}{row}"
    line = equation_of(source, behind)
    told = f"{neuron.label}: {line}; " if "=" in line else f"{neuron.label}: "
    return f"{told}{what} {sign} {neuron.threshold:g} at {examples_text(side != 0)}"


def examples_text(chosen: Array) -> str:
    """Return which examples are meant, or how many; `chosen` has the shape (examples,)."""
    count, total = int(chosen.sum()), len(chosen)
    if count == 0:
        return "no example"
    if count == total:
        return "every example"
    if total > LISTED:
        return f"{count} of {total} examples"
    named = ", ".join(str(number) for number in np.flatnonzero(chosen))
    return f"example{'s' if count > 1 else ''} {named}"


def _right(source: Source) -> tuple[str, ...]:
    """Return how many examples lie on the side of their target, where targets are classes."""
    found = outputs_of(source)
    kinds = None if found is None else classes_of(*found, threshold_of(source.problem))
    if kinds is None:
        return ()
    right = int(np.sum(kinds[0] == kinds[1]))
    return (f"{right} of {len(kinds[0])} examples are on the right side",)
