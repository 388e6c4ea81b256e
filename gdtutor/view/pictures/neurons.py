"""The neurons of a network as the plane of the inputs shows them: on one side, or on the other."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import OPERATIONS, Array, Kind, apply
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_checks import activation_lines
from gdtutor.training.classes import NOISE, UNDECIDED, largest, middle_of
from gdtutor.training.problem import input_columns
from gdtutor.values import Struct, replace
from gdtutor.view.pictures.planes import at_points, require_points
from gdtutor.view.pictures.source import NoPicture, Source

NO_SIDES = "No line is compared with classes: a `level` would divide the plane."
"""Said where there is nothing to be on one side of."""
MAX_NEURONS = 12
"""Most neurons that are drawn."""


class Neuron(Struct, frozen=True):
    """One value of a line for each example, and what counts as on."""

    line: str
    row: int | None
    """Which value of each example, a row of a matrix or a column where examples are rows; None
    where the line has one value for each example."""
    threshold: float
    label: str

    def has_rows(self, values: Array) -> bool:
        """Say whether it stands for all rows of its line, of which the largest is the class."""
        return self.row is None and len(values) > 1

    def sides(self, values: Array) -> Array:
        """Return whether it is on in each cell, or the class where there are several rows.

        Where rows are the largest together the class is UNDECIDED.
        """
        if self.has_rows(values):
            return largest(values)
        return np.asarray(values[self.row or 0] >= self.threshold)

    def undecided(self, values: Array) -> Array:
        """Return where it differs from its threshold by no more than rounding can."""
        if self.has_rows(values):
            return np.asarray(largest(values) == UNDECIDED)
        return np.asarray(np.abs(values[self.row or 0] - self.threshold) <= NOISE)

    def decides_nothing(self, values: Array) -> bool:
        """Say whether it is undecided everywhere."""
        return bool(self.undecided(values).all())


def output_neurons(source: Source, wish: PictureWish) -> tuple[Neuron, ...]:
    """Return the prediction, or each row of the line that is asked for.

    Where targets are numbers and no classes, nothing lies between two of them: there a prediction
    has sides of a `level` alone.
    """
    problem = source.problem
    asked = wish.option("of")
    name = problem.prediction if asked is None else str(asked)
    if name is None or _values(source, name) == 0:
        return ()
    label, level = source.name(name), wish.option("level")
    if isinstance(level, float):
        rows = range(_values(source, name))
        return tuple(
            Neuron(name, r, level, unit_label(source, name, r) if r else label) for r in rows
        )
    middle, are_shares = middle_of(problem), _are_shares(problem.graph, name)
    if name == problem.prediction and middle is None and not are_shares:
        return ()
    # The sum behind a prediction that is an activation tells its side.
    is_plain = name == problem.prediction and name not in activation_lines(problem.graph)
    if asked is None or are_shares or is_plain:
        return (Neuron(name, None, middle or 0.0, label),)
    return _rows(source, name, problem.graph)


def require_plane(source: Source, wish: PictureWish) -> None:
    """Refuse to draw lines that have no value between the examples.

    Raises:
        NoPicture: A line has none, or there are no two inputs.
    """
    if len(input_columns(source.problem)) != 2:
        raise NoPicture("The plane needs two inputs.")
    graph = source.problem.graph
    asked = str(wish.option("of", source.problem.prediction) or "")
    hidden = wish.is_set("hidden") or wish.is_set("lines")
    names = [*(activation_lines(graph) if hidden else ()), asked]
    require_points(source, names)


def _are_shares(graph: Graph, name: str) -> bool:
    """Say whether the rows of a line compete, so that the largest of them is what it says."""
    last = graph.nodes[graph.lines[graph.line_by_name[name]].last]
    return OPERATIONS[last.op].kind is Kind.COLUMNS


def hidden_neurons(source: Source) -> tuple[Neuron, ...]:
    """Return every neuron before the prediction: each row of each activation."""
    graph, prediction = source.problem.graph, source.problem.prediction
    lines = [name for name in activation_lines(graph) if name != prediction]
    return tuple(neuron for name in lines for neuron in _rows(source, name, graph))


def sums_behind(source: Source, outputs: tuple[Neuron, ...]) -> tuple[Neuron, ...]:
    """Return the sums behind the outputs that change sides where these are 0, and other outputs
    themselves.
    """
    return tuple(n for output in outputs for n in _behind(source, output))


def _behind(source: Source, output: Neuron) -> tuple[Neuron, ...]:
    graph = source.problem.graph
    rows = _rows(source, output.line, graph)
    if output.row is None and len(rows) > 1:
        return rows
    row = OPERATIONS[graph.nodes[graph.lines[graph.line_by_name[output.line]].last].op]
    behind = rows[output.row or 0]
    if output.line not in activation_lines(graph):
        return (output,)
    if row.name == "identity":
        return (replace(behind, threshold=output.threshold),)
    at_0 = float(apply(row, (np.zeros(()),)))
    return (behind,) if at_0 == output.threshold else (output,)


def _rows(source: Source, name: str, graph: Graph) -> tuple[Neuron, ...]:
    """Return the neurons of a line; an activation is on where what it is given is above 0."""
    written = name
    if name in activation_lines(graph):
        operand = graph.nodes[graph.lines[graph.line_by_name[name]].last].args[0]
        name = operand.name if isinstance(operand, Name) else name
    count = _values(source, name)
    if graph.by_rows or len(source.shapes[0][name]) < 2:
        return (Neuron(name, None, 0.0, source.name(written)),)
    return tuple(Neuron(name, row, 0.0, unit_label(source, written, row)) for row in range(count))


def unit_label(source: Source, name: str, number: int) -> str:
    """Return how the screen writes one of several values of each example: A1[2], or A1[:,2]."""
    ahead = ":," if unit_word(source, name) == "column" else ""
    return f"{source.name(name)}[{ahead}{number}]"


def unit_word(source: Source, name: str) -> str:
    """Return what of a matrix one of several values of each example is: a row, or a column."""
    shapes, axes = source.shapes
    is_column = axes[name] == (0,) and len(shapes[name]) == 2
    return "column" if is_column else "row"


def _values(source: Source, name: str) -> int:
    """Return how many values a line has for each example; none where examples meet each other."""
    shapes, axes = source.shapes
    if len(axes[name]) > 1:
        return 0
    return math.prod(n for i, n in enumerate(shapes[name]) if i not in axes[name])


def undecided_words(source: Source, neuron: Neuron) -> str:
    """Return what is said of a neuron that stands on its threshold everywhere."""
    name = source.problem.prediction
    if name is not None and neuron.label.partition("[")[0] == source.name(name):
        answer = at_points(source, name, np.zeros((1, 2)))
        if np.ptp(answer) > NOISE:
            return f"no boundary: the largest {unit_word(source, name)}s are equal"
        return f"no boundary: every answer is {source.number(float(answer.flat[0]), 3)}"
    return f"no line: {neuron.label} sums to 0 everywhere"
