"""The neurons of a network as the plane of the inputs shows them: on one side, or on the other."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_checks import activation_lines
from gdtutor.values import Struct
from gdtutor.view.pictures.classes import NOISE
from gdtutor.view.pictures.planes import at_points
from gdtutor.view.pictures.source import Source, option

MAX_NEURONS = 12
"""Most neurons that are drawn."""


class Neuron(Struct, frozen=True):
    """One value of a line for each example, and what counts as on."""

    line: str
    row: int | None
    """The row of a matrix; None where the line has one value for each example."""
    threshold: float
    label: str


def output_neurons(source: Source, wish: PictureWish) -> tuple[Neuron, ...]:
    """Return the prediction, or each row of the line that is asked for."""
    asked = option(wish, "of")
    if asked is not None:
        return _rows(source, str(asked), source.problem.graph)
    name = source.problem.prediction
    if name is None or _values(source, name) == 0:
        return ()
    return (Neuron(name, None, 0.5, source.name(name)),)


def hidden_neurons(source: Source) -> tuple[Neuron, ...]:
    """Return every neuron before the prediction: each row of each activation."""
    graph, prediction = source.problem.graph, source.problem.prediction
    lines = [name for name in activation_lines(graph) if name != prediction]
    return tuple(neuron for name in lines for neuron in _rows(source, name, graph))


def sums_behind(source: Source, outputs: tuple[Neuron, ...]) -> tuple[Neuron, ...]:
    """Return the sums behind the outputs, whose line is where they are 0."""
    graph = source.problem.graph
    return tuple(n for output in outputs for n in _rows(source, output.line, graph))


def _rows(source: Source, name: str, graph: Graph) -> tuple[Neuron, ...]:
    """Return the neurons of a line; an activation is on where what it is given is above 0."""
    label = source.name(name)
    if name in activation_lines(graph):
        operand = graph.nodes[graph.lines[graph.line_by_name[name]].last].args[0]
        name = operand.name if isinstance(operand, Name) else name
    count = _values(source, name)
    if graph.by_rows:
        return (Neuron(name, None, 0.0, label),)
    return tuple(Neuron(name, row, 0.0, f"{label}[{row}]") for row in range(count))


def _values(source: Source, name: str) -> int:
    """Return how many values a line has for each example; none where examples meet each other."""
    trace = source.traces[-1]
    if len(trace.axes[name]) > 1:
        return 0
    return math.prod(n for i, n in enumerate(trace.shapes[name]) if i not in trace.axes[name])


def has_rows(values: Array, neuron: Neuron) -> bool:
    """Say whether a neuron stands for all rows of its line, of which the largest is the class."""
    return neuron.row is None and len(values) > 1


def sides(values: Array, neuron: Neuron) -> Array:
    """Return whether a neuron is on in each cell, or the class where there are several rows."""
    if has_rows(values, neuron):
        return np.asarray(np.argmax(values, axis=0))
    return np.asarray(_own(values, neuron) >= neuron.threshold)


def decides_nothing(values: Array, neuron: Neuron) -> bool:
    """Say whether a neuron's values differ from its threshold by no more than rounding can."""
    if has_rows(values, neuron):
        return False
    return bool(np.all(np.abs(_own(values, neuron) - neuron.threshold) <= NOISE))


def _own(values: Array, neuron: Neuron) -> Array:
    return np.asarray(values[neuron.row or 0])


def undecided_words(source: Source, neuron: Neuron) -> str:
    """Return what is said of a neuron that stands on its threshold everywhere."""
    name = source.problem.prediction
    if name is not None and neuron.label.partition("[")[0] == source.name(name):
        answer = at_points(source.problem, source.predicting, name, np.zeros((1, 2)))
        return f"no boundary: every answer is {source.number(float(answer.flat[0]), 3)}"
    return f"no line: {neuron.label} sums to 0 everywhere"
