"""The examples in the plane of two inputs, with what the network and its neurons say there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_checks import activation_lines
from gdtutor.view.boxes import beside
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import fitted, line
from gdtutor.view.pictures.field import BELOW, LABELS, Field, Mark
from gdtutor.view.pictures.planes import (
    Grid,
    at_points,
    grid_of,
    input_columns,
    input_names,
    mark_examples,
    plane_values,
)
from gdtutor.view.pictures.source import (
    Drawing,
    Size,
    Source,
    is_set,
    option,
    said,
    stacked_notes,
)

MAX_NEURONS = 12
"""Most neurons that are drawn."""
_PROBED_ROWS = 20
_SMALLEST = Size(LABELS + 7, 6)
_UNICODE_LINES, _ASCII_LINES = "•×+○◆▲□", "*x+o#%&"
_STYLES = (Style.RUN_1, Style.RUN_2, Style.RUN_3, Style.RUN_4)


@dataclass(frozen=True, slots=True)
class Neuron:
    """One value of a line for each example, and what counts as on."""

    line: str
    row: int | None
    """The row of a matrix; None where the line has one value for each example."""
    threshold: float
    label: str


def boundary_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return one shaded plane, or one for each neuron as well, or the neurons' lines."""
    problem = source.problem
    if len(input_columns(problem)) != 2:
        return said("The plane needs two inputs.", size)
    outputs = _outputs(source, wish)
    hidden = hidden_neurons(source)
    if is_set(wish, "lines"):
        return _lines_picture(source, wish, hidden or _before(source, outputs), size)
    neurons = (*outputs, *(hidden if is_set(wish, "hidden") else ()))
    return _planes(source, wish, neurons, size)


def _outputs(source: Source, wish: PictureWish) -> tuple[Neuron, ...]:
    """Return the prediction, or each row of the line that is asked for."""
    asked = option(wish, "of")
    if asked is not None:
        return _rows(source, str(asked), source.problem.graph)
    name = source.problem.prediction or ""
    return (Neuron(name, None, 0.5, source.name(name)),) if name else ()


def hidden_neurons(source: Source) -> tuple[Neuron, ...]:
    """Return every neuron before the prediction: each row of each activation."""
    graph, prediction = source.problem.graph, source.problem.prediction
    lines = [name for name in activation_lines(graph) if name != prediction]
    return tuple(neuron for name in lines for neuron in _rows(source, name, graph))


def _rows(source: Source, name: str, graph: Graph) -> tuple[Neuron, ...]:
    """Return the neurons of a line; an activation is on where what it is given is above 0."""
    label = source.name(name)
    if name in activation_lines(graph):
        operand = graph.nodes[graph.lines[graph.line_by_name[name]].last].args[0]
        name = operand.name if isinstance(operand, Name) else name
    value = source.traces[-1].values[name]
    if value.ndim < 2:
        return (Neuron(name, None, 0.0, label),)
    return tuple(Neuron(name, row, 0.0, f"{label}[{row}]") for row in range(len(value)))


def _before(source: Source, outputs: tuple[Neuron, ...]) -> tuple[Neuron, ...]:
    """Return the sums behind the outputs, whose line is where they are 0."""
    graph = source.problem.graph
    return tuple(n for output in outputs for n in _rows(source, output.line, graph))


def _planes(source: Source, wish: PictureWish, neurons: tuple[Neuron, ...], size: Size) -> Drawing:
    """Return as many shaded planes side by side and below each other as can be read."""
    if not neurons:
        return said("No line of this graph is compared with a target.", size)
    columns, rows, shown = _arranged(len(neurons), size)
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


def _arranged(count: int, size: Size) -> tuple[int, int, int]:
    """Return columns, rows, and how many planes are shown."""
    most_columns, most_rows = size.width // _SMALLEST.width, size.height // _SMALLEST.height
    count = min(count, MAX_NEURONS + 1)
    if most_columns < 1 or most_rows < 1:
        return 1, 1, 0
    if count > most_columns * most_rows:
        most_rows = max((size.height - 1) // _SMALLEST.height, 1)
    shown = min(count, most_columns * most_rows)
    # Planes are wider than high in cells, so rows fill up first where there is a choice.
    rows = min(most_rows, -(-shown // most_columns))
    return -(-shown // rows), rows, shown


def _plane(source: Source, wish: PictureWish, neuron: Neuron, size: Size) -> tuple[Line, ...]:
    grid = grid_of(source.problem, wish, size.width - LABELS, size.height - BELOW - 1)
    values = plane_values(source.still, neuron.line, grid)
    high, low = ("▒", "·") if source.chars.unicode else ("#", ".")
    field = Field(grid.x, grid.y, grid.columns, grid.rows)
    classes = _classes(values, neuron)
    has_classes = values.ndim == 3 and neuron.row is None and values.shape[0] > 1
    for (row, column), is_on in np.ndenumerate(classes):
        style = Style.REGION_HIGH if is_on else Style.REGION_LOW
        character = high if is_on else low
        if has_classes:
            character = str(int(is_on))[-1]
        field.put(row, column, (character, style))
    mark_examples(field, source.problem)
    sign = ("≥" if source.chars.unicode else ">=") + f"{neuron.threshold:g}"
    what = source.name(neuron.line) if "." not in neuron.line else "sum"
    # The vertical axis is named in the plane of the output, where one name is enough for both.
    named = grid.y.name if what == neuron.label else neuron.label
    where = f"{named}  {high} {what}{sign}"
    if has_classes:
        where = f"{neuron.label}  the largest row"
    return (line((where, Style.DIM)), *field.lines(source.chars))


def _classes(values: Array, neuron: Neuron) -> Array:
    """Return whether a neuron is on in each cell, or the class where there are several rows."""
    if values.ndim == 3 and neuron.row is not None:
        values = values[neuron.row]
    elif values.ndim == 3 and values.shape[0] > 1:
        return np.asarray(np.argmax(values, axis=0))
    elif values.ndim == 3:
        values = values[0]
    return np.asarray(values >= neuron.threshold)


def _lines_picture(
    source: Source, wish: PictureWish, neurons: tuple[Neuron, ...], size: Size
) -> Drawing:
    """Return the examples and the line at which each neuron changes sides."""
    neurons = neurons[:MAX_NEURONS]
    if not neurons:
        return said("There is no neuron whose line could be drawn.", size)
    glyphs = _UNICODE_LINES if source.chars.unicode else _ASCII_LINES
    marks = [
        (glyphs[index % len(glyphs)], _STYLES[index % len(_STYLES)])
        for index in range(len(neurons))
    ]
    columns = size.width - LABELS
    notes = _line_notes(source, wish, neurons, [glyph for glyph, _ in marks], columns)
    below = stacked_notes(notes, size)
    room = max(min(len(below), size.height - _SMALLEST.height), 0)
    rows = size.height - BELOW - 1 - room
    if size.width < _SMALLEST.width or rows < 3:
        return said("More room is needed for the plane of the inputs.", size)
    grid = grid_of(source.problem, wish, columns, rows)
    field = Field(grid.x, grid.y, columns, rows)
    for neuron, (glyph, style) in zip(neurons, marks, strict=True):
        if len(neurons) == 1:
            is_on = _classes(plane_values(source.still, neuron.line, grid), neuron)
            _fill(field, is_on, (_dot(source), style))
        _fill(field, _crossed(source, neuron, grid), (glyph, style))
    mark_examples(field, source.problem)
    top = line((f"{grid.y.name}  0 and 1 are the targets", Style.DIM))
    return Drawing((top, *field.lines(source.chars), *below[:room]))


def _dot(source: Source) -> str:
    return "·" if source.chars.unicode else "."


def _line_notes(
    source: Source,
    wish: PictureWish,
    neurons: tuple[Neuron, ...],
    glyphs: list[str],
    columns: int,
) -> tuple[str, ...]:
    """Return each neuron's line as an equation, and whether it lies in the picture."""
    grid = grid_of(source.problem, wish, columns, _PROBED_ROWS)
    notes = []
    for neuron, glyph in zip(neurons, glyphs, strict=True):
        outside = "" if _crossed(source, neuron, grid).any() else ", outside"
        notes.append(f"{glyph} {_equation(source, neuron)}{outside}")
    if len(neurons) == 1:
        notes.append(f"{_dot(source)} above 0")
    return tuple(notes)


def _fill(field: Field, where: Array, mark: Mark) -> None:
    for row, column in zip(*np.nonzero(where), strict=True):
        field.put(int(row), int(column), mark)


def _crossed(source: Source, neuron: Neuron, grid: Grid) -> Array:
    """Return the cells through which a neuron's line goes: not all of their corners are on."""
    is_on = _classes(plane_values(source.still, neuron.line, grid, at_corners=True), neuron) != 0
    corners = (is_on[:-1, :-1], is_on[1:, :-1], is_on[:-1, 1:], is_on[1:, 1:])
    return np.asarray(np.logical_or.reduce(corners) & ~np.logical_and.reduce(corners))


def _equation(source: Source, neuron: Neuron) -> str:
    """Return the line's equation where it is straight, else its name."""
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-2.0, 3.0]])
    values = np.atleast_2d(at_points(source.problem, source.predicting, neuron.line, points))
    z = values[neuron.row or 0]
    a, b, c = z[1] - z[0], z[2] - z[0], z[0]
    if not np.allclose(points @ np.array([a, b]) + c, z, rtol=1e-9, atol=1e-9):
        return f"where {neuron.label} turns on"
    first, second = input_names(source.problem)
    times, minus = ("·", "−") if source.chars.unicode else ("*", "-")
    parts = source.number(float(a), 3) + times + first
    for value, tail in ((float(b), times + second), (float(c), "")):
        sign = minus if value < 0 else "+"
        parts += f" {sign} {source.number(abs(value), 3)}{tail}"
    return f"{parts} = 0"
