"""The examples in the plane of two inputs, and what the network says there, drawn and told."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest

import numpy as np

from gdtutor.engine.characters import cells
from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.pictures import HIDDEN_ALONE
from gdtutor.training.classes import UNDECIDED, classes_in
from gdtutor.training.problem import input_columns
from gdtutor.view.boxes import beside
from gdtutor.view.frame import Line, Lines, Size, Style
from gdtutor.view.lines import first_that_fits, fitted, line, text_of
from gdtutor.view.notation import plural
from gdtutor.view.origins import class_names
from gdtutor.view.pictures.cost_function import span_words
from gdtutor.view.pictures.field import BELOW, LABELS, Field, Grid
from gdtutor.view.pictures.neuron_lines import APART, SMALLEST, arranged, equation_of, lines_picture
from gdtutor.view.pictures.neurons import (
    MAX_NEURONS,
    NO_SIDES,
    Neuron,
    hidden_neurons,
    output_neurons,
    require_plane,
    sums_behind,
    undecided_words,
    unit_word,
)
from gdtutor.view.pictures.planes import at_points, grid_of, mark_examples, plane_values
from gdtutor.view.pictures.source import Drawing, NoPicture, PictureKind, Source, stacked_notes
from gdtutor.view.pictures.table import outputs_of

LARGE = Size(24, 11)
"""The room in which a plane is read with ease."""
LISTED = 12
"""Examples up to which those on a side are named, beyond which they are counted."""
_PROBED = 8, 8
"""Columns and rows of the plane in which a neuron that decides anything is looked for."""


def boundary_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return one shaded plane, or one for each neuron as well, or the neurons' lines."""
    neurons = _chosen(source, wish)
    if wish.is_set("lines"):
        return lines_picture(source, wish, neurons, size)
    columns, rows, _ = arranged(len(neurons), size, LARGE)
    outputs = output_neurons(source, wish)
    if columns * rows >= len(neurons) or wish.is_set(HIDDEN_ALONE) or not outputs:
        return _planes(source, wish, neurons, size)
    # Small planes tell little: the output has a large one, the others their own picture, or what
    # room it leaves beside it.
    large, others = _planes(source, wish, outputs, size), neurons[len(outputs) :]
    left = max(cells(text_of(row).rstrip()) for row in large.lines) + APART
    beside_it = size.less(left)
    if not others or arranged(len(others), beside_it, SMALLEST)[2] < len(others):
        return large
    large = _planes(source, wish, outputs, size.wide(left - APART))
    small = _planes(source, wish, others, beside_it)
    pairs = zip_longest(large.lines, small.lines, fillvalue=())
    return Drawing(tuple((*fitted(row, left, source.chars), *other) for row, other in pairs))


def _chosen(source: Source, wish: PictureWish) -> tuple[Neuron, ...]:
    """Return the neurons that a picture is of, the outputs first."""
    require_plane(source, wish)
    outputs, hidden = output_neurons(source, wish), hidden_neurons(source)
    if wish.is_set("lines"):
        return hidden or sums_behind(source, outputs)
    if wish.is_set(HIDDEN_ALONE):
        return hidden
    return outputs + (hidden if wish.is_set("hidden") else ())


def _planes(source: Source, wish: PictureWish, neurons: tuple[Neuron, ...], size: Size) -> Drawing:
    """Return as many shaded planes side by side and below each other as can be read."""
    if not neurons:
        raise NoPicture(NO_SIDES)
    columns, rows, shown = arranged(len(neurons), size, LARGE)
    if shown < len(neurons):
        columns, rows, shown = arranged(len(neurons), size, SMALLEST)
    if not shown:
        raise NoPicture("More room is needed for the plane of the inputs.")
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
    lines += stacked_notes((note,) if note else (), size.less(rows=len(lines)))
    return Drawing(tuple(lines))


def _plane(source: Source, wish: PictureWish, neuron: Neuron, size: Size) -> Lines:
    room = size.height - BELOW - 1
    grid = grid_of(source, wish, size.width - LABELS, room).to_scale()
    if grid.rows == room and mark_examples(Field(grid), source.problem):
        # What is said of cells with several examples takes a line.
        grid = grid_of(source, wish, size.width - LABELS, room - 1).to_scale()
    return _shaded(source, neuron, grid, size.width)


@lru_cache(maxsize=16)
def _shaded(source: Source, neuron: Neuron, grid: Grid, width: int) -> Lines:
    """Return a plane to scale, which is often the same in more room: beside training a picture is
    drawn once to see what it leaves, and again in all that is left.
    """
    values = plane_values(source.still, neuron.line, grid)
    field = Field(grid)
    shade(source, field, neuron, values)
    told = mark_examples(field, source.problem)
    below = (line((first_that_fits(told, width), Style.DIM)),) if told else ()
    title = plane_title(source, neuron, values, field.upright, width)
    return (line((title, Style.DIM)), *field.lines(source.chars), *below)


def shade(source: Source, field: Field, neuron: Neuron, values: Array) -> None:
    """Write the side of a neuron into every cell where it is decided.

    Args:
        source: Where the picture stands.
        field: What is written into.
        neuron: The neuron.
        values: Its line in the cells, of shape (values, rows, columns).
    """
    shades = _shades(source) if neuron.has_rows(values) else _shades(source)[:2]
    found = np.where(neuron.undecided(values), UNDECIDED, neuron.sides(values)).astype(int)
    for side in np.unique(found[found != UNDECIDED]).tolist():
        style = Style.REGION_HIGH if side else Style.REGION_LOW
        field.fill(found == side, (shades[side % len(shades)], style))


def plane_title(source: Source, neuron: Neuron, values: Array, y: str, width: int) -> str:
    """Return what stands above a shaded plane: what the shades mean.

    Args:
        source: Where the picture stands.
        neuron: The neuron.
        values: Its line in the cells.
        y: The vertical axis, where its name has no room beside it.
        width: Cells.
    """
    open_places = neuron.undecided(values)
    if neuron.has_rows(values) and not open_places.all():
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
    return tuple("·░▒▓∘□◇▪:%" if source.chars.unicode else ".#:=~%*$^@")


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
    at = number_text(neuron.threshold)
    has_blanks = bool(open_places.any())
    sign = (">" if has_blanks else "≥" if source.chars.unicode else ">=") + at
    shortest = f"{named} {high}{sign}"
    if what not in ("sum", neuron.label):
        shortest = f"{what}[{neuron.row or 0}] {high}{sign}"
    told = f"{high} {what}{sign}"
    plain = (f"{named}  {told}", f"{named} {told}", shortest) if named else (told,)
    return (f"{plain[0]}  blank ={at}", *plain) if has_blanks else plain


def boundary_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return the plane, each neuron's line, the examples on its sides, how many are right."""
    neurons, outputs = _chosen(source, wish), output_neurons(source, wish)
    sums = dict(zip(outputs, sums_behind(source, outputs), strict=False))
    if not neurons:
        raise NoPicture(NO_SIDES)
    grid = grid_of(source, wish, 1, 1)
    ends = (span_words(source, axis) for axis in (grid.x, grid.y))
    count = source.problem.size
    words = [f"the plane of {', '.join(ends)}; {count} {plural(count, 'example')}"]
    plane = grid_of(source, wish, *_PROBED)
    words += [_neuron(source, one, sums.get(one, one), plane) for one in neurons[:MAX_NEURONS]]
    # Neurons of another line have no targets of their own.
    return tuple(words) if wish.option("of") else (*words, *_right(source))


def _neuron(source: Source, neuron: Neuron, behind: Neuron, plane: Grid) -> str:
    """Return the line at which a neuron changes sides, and the examples on either side."""
    if neuron.decides_nothing(plane_values(source.still, neuron.line, plane)):
        return undecided_words(source, neuron)
    points = source.problem.examples[:, list(input_columns(source.problem))]
    values = at_points(source, neuron.line, points)[..., None]
    side = neuron.sides(values)[..., 0]
    if neuron.has_rows(values):
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
    return f"{told}{what} {sign} {number_text(neuron.threshold)} at {examples_text(side != 0)}"


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
    kinds = None if found is None else classes_in(source.problem, *found)
    if kinds is None:
        return ()
    right, count = int(np.sum(kinds[0] == kinds[1])), len(kinds[0])
    of = f"{count} {plural(count, 'example')} {'is' if count == 1 else 'are'}"
    return (f"{right} of {of} on the right side",)


PICTURE = PictureKind(
    boundary_picture, boundary_words, "decision boundary", has_below=True, least_below=11,
    stands_still=True,
)  # fmt: skip
