"""The examples in the plane of two inputs, with the line at which each neuron changes sides."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_checks import activation_lines
from gdtutor.training.classes import has_classes, signed_targets
from gdtutor.values import Struct
from gdtutor.view.frame import Chars, Line, Lines, Size, Style
from gdtutor.view.lines import first_that_fits, fitted, line, width_of
from gdtutor.view.marks import EXAMPLE
from gdtutor.view.pictures.field import BELOW, LABELS, LEAST_ROWS, Field, Grid
from gdtutor.view.pictures.neurons import MAX_NEURONS, Neuron, undecided_words
from gdtutor.view.pictures.planes import (
    PLAIN,
    SIGNED,
    at_points,
    grid_of,
    input_names,
    mark_examples,
    plane_values,
)
from gdtutor.view.pictures.source import Drawing, NoPicture, Source, stacked_notes

SMALLEST = Size(LABELS + 7, 6)
"""The least room in which a plane can be read."""
APART = 3
"""Cells between a plane and what stands beside it."""
_PROBED_ROWS = 20
PROBES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-2.0, 3.0]])
"""Points of the plane at which a sum tells whether it is 0 along a straight line."""
_UNICODE_LINES, _ASCII_LINES = "•×+○◆▲□", "*x+o#%&"
_STYLES = (Style.RUN_1, Style.RUN_2, Style.RUN_3, Style.RUN_4)


class PlaneSheet(Struct, frozen=True):
    """A plane to scale, with its notes below it or, where it is no smaller then, beside it."""

    grid: Grid
    notes: Lines
    left: int
    """Cells left of the notes; 0 where they stand below."""

    def drawing(self, top: Line, field: Field, chars: Chars) -> Drawing:
        """Return what is drawn on the plane, under a line that says what it means."""
        drawn = field.lines(chars)
        if not self.left:
            return Drawing((top, *drawn, *self.notes))
        pairs = zip_longest(drawn, self.notes, fillvalue=())
        return Drawing((top, *((*fitted(row, self.left, chars), *note) for row, note in pairs)))


def sheet_of(
    grid_in: Callable[[int, int], Grid], notes: Lines, size: Size, what: str
) -> PlaneSheet:
    """Lay out a plane with its notes.

    Args:
        grid_in: Makes the plane of so many columns and rows.
        notes: What is said of it.
        size: What there is room for, with a line above the plane.
        what: What it is called.

    Raises:
        NoPicture: There is too little room.
    """
    room = max(min(len(notes), size.height - SMALLEST.height), 0)
    rows = size.height - BELOW - 1 - room
    if size.width < SMALLEST.width or rows < 3:
        raise NoPicture(f"More room is needed for {what}.")
    below = grid_in(size.width - LABELS, rows).to_scale()
    left = size.width - max(map(width_of, notes), default=0)
    if notes and left - APART >= SMALLEST.width and len(notes) <= size.height - 1:
        beside = grid_in(left - APART - LABELS, size.height - BELOW - 1).to_scale()
        # A line less of the plane is no loss where it shows every note.
        if min(beside.rows, beside.columns // 2) >= max(below.rows - 1, LEAST_ROWS):
            return PlaneSheet(beside, notes, left)
    return PlaneSheet(below, notes[:room], 0)


def arranged(count: int, size: Size, least: Size) -> tuple[int, int, int]:
    """Return columns, rows, and how many planes of a least size are shown."""
    most_columns, most_rows = size.width // least.width, size.height // least.height
    count = min(max(count, 1), MAX_NEURONS + 1)
    if most_columns < 1 or most_rows < 1:
        return 1, 1, 0
    if count > most_columns * most_rows:
        most_rows = max((size.height - 1) // least.height, 1)
    shown = min(count, most_columns * most_rows)
    choices = [n for n in range(1, most_rows + 1) if -(-shown // n) <= most_columns]

    def largest(rows: int) -> int:
        """Return how high planes to scale are in so many rows, in half cells."""
        columns = -(-shown // rows)
        high = size.height // rows - BELOW - 1
        return min(size.width // columns - (columns > 1) - LABELS, 2 * high)

    rows = max(choices, key=largest)
    return -(-shown // rows), rows, shown


def lines_picture(
    source: Source, wish: PictureWish, neurons: tuple[Neuron, ...], size: Size
) -> Drawing:
    """Return the examples, each neuron's line, and the lines as equations."""
    neurons = neurons[:MAX_NEURONS]
    if not neurons:
        raise NoPicture("There is no neuron whose line could be drawn.")
    glyphs = _UNICODE_LINES if source.chars.unicode else _ASCII_LINES
    marks = [
        (glyphs[index % len(glyphs)], _STYLES[index % len(_STYLES)])
        for index in range(len(neurons))
    ]
    columns = size.width - LABELS
    notes = _line_notes(source, wish, neurons, [glyph for glyph, _ in marks], columns)
    below, what = stacked_notes(notes, size), "the plane of the inputs"
    sheet = sheet_of(lambda *room: grid_of(source, wish, *room), below, size, what)
    grid, field = sheet.grid, Field(sheet.grid)
    for neuron, (glyph, style) in zip(neurons, marks, strict=True):
        values = plane_values(source.still, neuron.line, grid)
        if neuron.decides_nothing(values):
            continue
        if len(neurons) == 1:
            field.fill(neuron.sides(values), (_dot(source), style))
        field.fill(_crossed(source, neuron, grid), (glyph, style))
    told = mark_examples(field, source.problem)
    top = line((meaning(source, field, size.width, told), Style.DIM))
    return sheet.drawing(top, field, source.chars)


def meaning(source: Source, field: Field, width: int, told: tuple[str, ...] = ()) -> str:
    """Return what stands at the examples' places, after the vertical axis that has no room.

    Args:
        source: Where the picture stands.
        field: What is drawn on.
        width: Cells.
        told: What is to be said of cells with several examples, from long to short.
    """
    words: tuple[str, ...] = (f"{EXAMPLE}: examples",)
    if has_classes(source.problem):
        signs = SIGNED if signed_targets(source.problem) else PLAIN
        of = "the targets" if signs is PLAIN else "the signs of the targets"
        words = f"{signs[0]} and {signs[1]} are {of}", f"{signs[0]}, {signs[1]}: targets"
    if told:
        words = f"{first_that_fits(words, width)}; {told[0]}", *told
    return first_that_fits(tuple(field.upright + text for text in words), width)


def _dot(source: Source) -> str:
    return "·" if source.chars.unicode else "."


def _line_notes(
    source: Source, wish: PictureWish, neurons: tuple[Neuron, ...], glyphs: list[str], columns: int
) -> tuple[str, ...]:
    """Return each neuron's line as an equation, and whether it lies in the picture."""
    grid = grid_of(source, wish, columns, _PROBED_ROWS)
    notes = []
    for neuron, glyph in zip(neurons, glyphs, strict=True):
        if neuron.decides_nothing(plane_values(source.still, neuron.line, grid)):
            notes.append(undecided_words(source, neuron))
            continue
        is_inside, equation = _crossed(source, neuron, grid).any(), equation_of(source, neuron)
        notes.append(f"{glyph} {equation}" if is_inside else f"{equation}, outside")
        if len(neurons) == 1:
            is_above = neuron.sides(plane_values(source.still, neuron.line, grid)).any()
            notes.append(f"{_dot(source)} above 0" if is_above else "below 0 all over")
    return tuple(notes)


def _crossed(source: Source, neuron: Neuron, grid: Grid) -> Array:
    """Return the cells through which a neuron's line goes: not all of their corners are on."""
    is_on = neuron.sides(plane_values(source.still, neuron.line, grid, at_corners=True)) != 0
    corners = (is_on[:-1, :-1], is_on[1:, :-1], is_on[:-1, 1:], is_on[1:, 1:])
    return np.asarray(np.logical_or.reduce(corners) & ~np.logical_and.reduce(corners))


def equation_of(source: Source, neuron: Neuron) -> str:
    """Return the line's equation where it is straight, else its name."""
    text = None
    if neuron.line not in activation_lines(source.problem.graph):
        off = at_points(source, neuron.line, PROBES)[neuron.row or 0] - neuron.threshold
        text = straight_line(source, off, input_names(source))
    return text or f"where {neuron.label} turns on"


def straight_line(source: Source, z: Array, names: tuple[str, str], digits: int = 3) -> str | None:
    """Return the equation of the line where a sum is 0; None where that line is not straight.

    Args:
        source: Where the picture stands.
        z: The sum at `PROBES`.
        names: The names of the two axes.
        digits: Significant digits of the numbers.
    """
    a, b, c = z[1] - z[0], z[2] - z[0], z[0]
    if not np.allclose(PROBES @ np.array([a, b]) + c, z, rtol=1e-9, atol=1e-9):
        return None
    first, second = names
    times = source.chars.times
    parts = source.number(float(a), digits) + times + first
    for value, tail in ((float(b), times + second), (float(c), "")):
        sign = source.chars.minus if value < 0 else "+"
        parts += f" {sign} {source.number(abs(value), digits)}{tail}"
    return f"{parts} = 0"
