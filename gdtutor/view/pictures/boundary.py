"""The examples in the plane of two inputs, with what the network and its neurons say there."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.pictures import HIDDEN_ALONE
from gdtutor.training.problem import input_columns
from gdtutor.view.boxes import beside
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import fitted, line
from gdtutor.view.origins import class_names
from gdtutor.view.pictures.field import BELOW, LABELS, Field
from gdtutor.view.pictures.neuron_lines import SMALLEST, lines_picture
from gdtutor.view.pictures.neurons import (
    MAX_NEURONS,
    NO_SIDES,
    Neuron,
    has_rows,
    hidden_neurons,
    no_plane,
    output_neurons,
    sides,
    sums_behind,
    undecided,
    undecided_words,
    unit_word,
)
from gdtutor.view.pictures.planes import (
    Grid,
    grid_of,
    mark_examples,
    plane_values,
    to_scale,
)
from gdtutor.view.pictures.source import (
    Drawing,
    Size,
    Source,
    first_that_fits,
    is_set,
    said,
    stacked_notes,
)

LARGE = Size(24, 11)
"""The room in which a plane is read with ease."""


def boundary_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return one shaded plane, or one for each neuron as well, or the neurons' lines."""
    problem = source.problem
    if len(input_columns(problem)) != 2:
        return said("The plane needs two inputs.", size)
    why = no_plane(source, wish)
    if why:
        return said(why, size)
    outputs = output_neurons(source, wish)
    hidden = hidden_neurons(source)
    if is_set(wish, "lines"):
        return lines_picture(source, wish, hidden or sums_behind(source, outputs), size)
    if is_set(wish, HIDDEN_ALONE):
        return _planes(source, wish, hidden, size)
    both = (*outputs, *(hidden if is_set(wish, "hidden") else ()))
    columns, rows, _ = _arranged(len(both), size, LARGE)
    # Small planes tell little: the output's own is large, and the others have their own picture.
    return _planes(source, wish, both if columns * rows >= len(both) else outputs or both, size)


def _planes(source: Source, wish: PictureWish, neurons: tuple[Neuron, ...], size: Size) -> Drawing:
    """Return as many shaded planes side by side and below each other as can be read."""
    if not neurons:
        return said(NO_SIDES, size)
    columns, rows, shown = _arranged(len(neurons), size, LARGE)
    if shown < len(neurons):
        columns, rows, shown = _arranged(len(neurons), size, SMALLEST)
    if not shown:
        return said("More room is needed for the plane of the inputs.", size)
    left_out = len(neurons) - shown
    note = f"{left_out} more where there is more room" if left_out else ""
    room = size.height - (1 if note else 0)
    wide, high = size.width // columns, room // rows
    lines: list[Line] = []
    for start in range(0, shown, columns):
        blocks = [
            _plane(source, wish, neuron, Size(wide - (columns > 1), high))
            for neuron in neurons[start : min(start + columns, shown)]
        ]
        inner = wide - (columns > 1)
        padded = [
            [fitted(fitted(row, inner, source.chars), wide, source.chars) for row in block]
            for block in blocks
        ]
        lines += beside(*padded)
    lines += stacked_notes((note,) if note else (), Size(size.width, size.height - len(lines)))
    return Drawing(tuple(lines))


def _arranged(count: int, size: Size, least: Size) -> tuple[int, int, int]:
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


def _plane(source: Source, wish: PictureWish, neuron: Neuron, size: Size) -> tuple[Line, ...]:
    room = size.height - BELOW - 1
    grid = to_scale(grid_of(source, wish, size.width - LABELS, room))
    if grid.rows == room and mark_examples(_field(grid), source.problem):
        # What is said of cells with several examples takes a line.
        grid = to_scale(grid_of(source, wish, size.width - LABELS, room - 1))
    values = plane_values(source.still, neuron.line, grid)
    field = _field(grid)
    shade(source, field, neuron, values)
    told = mark_examples(field, source.problem)
    below = (line((first_that_fits(told, size.width), Style.DIM)),) if told else ()
    title = plane_title(source, neuron, values, field.upright, size.width)
    return (line((title, Style.DIM)), *field.lines(source.chars), *below)


def _field(grid: Grid) -> Field:
    return Field(grid.x, grid.y, grid.columns, grid.rows)


def shade(source: Source, field: Field, neuron: Neuron, values: Array) -> None:
    """Write the side of a neuron into every cell where it is decided.

    Args:
        source: Where the picture stands.
        field: What is written into.
        neuron: The neuron.
        values: Its line in the cells, of shape (values, rows, columns).
    """
    open_places = undecided(values, neuron)
    shades = _shades(source) if has_rows(values, neuron) else _shades(source)[:2]
    for (row, column), side in np.ndenumerate(sides(values, neuron)):
        if not open_places[row, column]:
            style = Style.REGION_HIGH if side else Style.REGION_LOW
            field.put(row, column, (shades[int(side) % len(shades)], style))


def plane_title(source: Source, neuron: Neuron, values: Array, y: str, width: int) -> str:
    """Return what stands above a shaded plane: what the shades mean.

    Args:
        source: Where the picture stands.
        neuron: The neuron.
        values: Its line in the cells.
        y: The vertical axis, where its name has no room beside it.
        width: Cells.
    """
    open_places = undecided(values, neuron)
    if has_rows(values, neuron) and not open_places.all():
        titles = _class_titles(source, neuron, len(values))
    else:
        titles = _titles(source, neuron, y, open_places)
    return first_that_fits(titles, width)


def _class_titles(source: Source, neuron: Neuron, classes: int) -> tuple[str, ...]:
    """Return what stands above a plane of classes, and the shade of each, from long to short."""
    shades = _shades(source)
    keys = [f"{shades[row % len(shades)]}{row}" for row in range(classes)]
    names = class_names(source.problem, source.chars)
    legend = " ".join(keys)
    plain = f"{neuron.label}  the largest {unit_word(source, neuron.line)}"
    # Of the words that say which class is taken an article is the one that can be spared.
    brief = plain.replace("  the ", "  ")
    rest = (*(f"{words}  {legend}" for words in (plain, brief)), f"{neuron.label} {legend}")
    rest = *rest, plain, neuron.label
    if len(names) != classes:
        return rest
    told = " ".join(f"{key} {name}" for key, name in zip(keys, names, strict=True))
    return f"{plain}  {told}", f"{brief}  {told}", f"{neuron.label} {told}", told, *rest


def _shades(source: Source) -> tuple[str, ...]:
    """Return the characters of regions: of what is off, of what is on, of further classes.

    They are no characters that mark examples, so that both can be told apart without colour.
    """
    return tuple("·░▒▓∘□◇▪:%" if source.chars.unicode else ".#:=~%*o^@")


def _titles(source: Source, neuron: Neuron, y: str, open_places: Array) -> tuple[str, ...]:
    """Return what stands above a plane and where the neuron is on, from long to short.

    Cells where the neuron is undecided have no shade: none there is above the threshold.
    """
    high = _shades(source)[1]
    what = source.name(neuron.line) if "." not in neuron.line else "sum"
    # The output is named by the condition alone; before it the axis, where it has no room beside.
    named = y.strip() if what == neuron.label else neuron.label
    if open_places.all():
        words = undecided_words(source, neuron)
        short = f"{neuron.label} no boundary", f"{neuron.label} none"
        return (*((f"{named}  {words}",) if named else ()), words, *short)
    at = f"{neuron.threshold:g}"
    has_blanks = bool(open_places.any())
    sign = (">" if has_blanks else "≥" if source.chars.unicode else ">=") + at
    shortest = f"{named} {high}{sign}"
    if what not in ("sum", neuron.label):
        shortest = f"{what}[{neuron.row or 0}] {high}{sign}"
    told = f"{high} {what}{sign}"
    plain = (f"{named}  {told}", f"{named} {told}", shortest) if named else (told,)
    return (f"{plain[0]}  blank ={at}", *plain) if has_blanks else plain
