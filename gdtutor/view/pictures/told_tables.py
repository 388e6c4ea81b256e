"""Pictures made of signs in plain lines: the weights, and the runs from many starts."""

from __future__ import annotations

import numpy as np

from gdtutor.lesson.model import PictureWish
from gdtutor.view import notation
from gdtutor.view.pictures.seeds import bound_of, tallies
from gdtutor.view.pictures.source import Source
from gdtutor.view.pictures.weights import chosen_arrays, equal_rows

COLUMNS = 12
"""Numbers of a row that are told at most."""


def weights_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return every row of the weights, and which rows move together."""
    gradients = source.traces[-1].gradients
    words = []
    for name, array in chosen_arrays(source, wish).items():
        shape = notation.shape(np.shape(array), source.chars)
        grid = np.atleast_2d(array)
        largest = source.number(float(np.max(np.abs(grid))), 3)
        called = f"{source.name(name)}, {shape}" if shape else source.name(name)
        words.append(f"{called}, no number larger than {largest}:")
        for number, row in enumerate(grid):
            told = ", ".join(source.number(float(value), 3) for value in row[:COLUMNS])
            more = f", ({len(row) - COLUMNS} left out)" if len(row) > COLUMNS else ""
            words.append(f"  row {number}: {told}{more}")
        groups = equal_rows(grid, gradients.get(name)) if len(grid) > 1 else ()
        both = "equal, and so are their gradients" if name in gradients else "equal"
        words += [f"  rows {', '.join(map(str, rows))} are {both}" for rows in groups]
    return tuple(words)


def seeds_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return how many runs of every variant end with a cost that is low enough."""
    bound = bound_of(wish)
    rows = tallies(source.lesson, wish)
    words = [
        f"{row.label}: {sum(row.below(bound))} of {len(row.costs)} starts end with a cost below "
        f"{source.number(bound)}"
        for row in rows
    ]
    return (*words, *(f"each run: {row.epochs} epochs" for row in rows[:1]))
