"""The plane of two inputs, shaded by what the network predicts, with the examples on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdtutor.engine.graph import Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Problem
from gdtutor.view.frame import Chars, Line, Segment, Style
from gdtutor.view.lines import line
from gdtutor.view.notation import number

_MARGIN = 0.25
"""How far the plane goes beyond the examples, as a fraction of their spread."""
_THRESHOLD = 0.5
"""A prediction at or above it counts as the class 1."""


@dataclass(frozen=True, slots=True)
class Plane:
    """The part of the input plane that a picture shows, and its size in cells."""

    left: float
    right: float
    bottom: float
    top: float
    columns: int
    rows: int


def has_plane(problem: Problem) -> bool:
    """Say whether a problem has exactly two inputs and a prediction to shade by."""
    return len(_input_columns(problem)) == 2 and problem.prediction is not None


def _input_columns(problem: Problem) -> tuple[int, ...]:
    inputs = set(problem.data_leaves(Role.INPUT))
    return tuple(dict.fromkeys(c for b in problem.bindings if b.leaf in inputs for c in b.columns))


def plane_of(problem: Problem, columns: int, rows: int) -> Plane:
    """Return the plane around the examples."""
    first, second = _input_columns(problem)
    xs, ys = problem.examples[:, first], problem.examples[:, second]
    wide = float(np.ptp(xs)) or 1.0
    high = float(np.ptp(ys)) or 1.0
    return Plane(
        float(xs.min()) - _MARGIN * wide,
        float(xs.max()) + _MARGIN * wide,
        float(ys.min()) - _MARGIN * high,
        float(ys.max()) + _MARGIN * high,
        columns,
        rows,
    )


def predictions_on(
    problem: Problem, parameters: Mapping[str, Array], plane: Plane, node: str | None = None
) -> Array:
    """Return the prediction at the middle of every cell, rows from top to bottom.

    Args:
        problem: The graph and what it is given.
        parameters: Values of all parameters.
        plane: The plane.
        node: Another node than the prediction; the first row of its array is taken.
    """
    xs = plane.left + (np.arange(plane.columns) + 0.5) / plane.columns * (plane.right - plane.left)
    ys = plane.top - (np.arange(plane.rows) + 0.5) / plane.rows * (plane.top - plane.bottom)
    grid = np.zeros((plane.rows * plane.columns, problem.examples.shape[1]))
    first, second = _input_columns(problem)
    grid[:, first] = np.tile(xs, plane.rows)
    grid[:, second] = np.repeat(ys, plane.columns)
    given = {**problem.constants, **parameters, BATCH_SIZE: np.asarray(float(len(grid)))}
    for binding in problem.bindings:
        columns = list(binding.columns)
        given[binding.leaf] = grid[:, columns].T if binding.is_matrix else grid[:, columns[0]]
    leaves = {leaf.name: given[leaf.name] for leaf in problem.graph.leaves}
    values = forward(problem.graph, leaves)[node or problem.prediction or ""]
    row = np.broadcast_to(np.atleast_2d(values)[0], (len(grid),))
    return np.asarray(row).reshape(plane.rows, plane.columns)


def boundary_lines(
    problem: Problem, parameters: Mapping[str, Array], width: int, height: int, chars: Chars
) -> tuple[Line, ...]:
    """Return the shaded plane with axes and the examples as their targets, `height` lines."""
    if height < 5 or width < 12:
        return ()
    plane = plane_of(problem, width - 6, height - 3)
    shades = predictions_on(problem, parameters, plane)
    marks = _marks(problem, plane)
    low, high = ("·", "▒") if chars.unicode else (".", "#")
    first, second = (problem.columns[c] for c in _input_columns(problem))
    lines = [line((f"{second}  {low} below 0.5  {high} above", Style.DIM))]
    for row in range(plane.rows):
        label = ""
        if row == 0:
            label = number(plane.top, 2)
        elif row == plane.rows - 1:
            label = number(plane.bottom, 2)
        segments = [Segment(label.rjust(5)[:5] + " ", Style.DIM)]
        for column in range(plane.columns):
            mark = marks.get((row, column))
            is_high = shades[row, column] >= _THRESHOLD
            style = Style.REGION_HIGH if is_high else Style.REGION_LOW
            if mark is not None:
                segments.append(Segment(mark, Style.CURRENT))
            else:
                segments.append(Segment(high if is_high else low, style))
        lines.append(_merged(segments))
    left, right = number(plane.left, 2), number(plane.right, 2)
    gap = plane.columns - len(left) - len(right)
    lines.append(line(("      " + left + first.center(max(gap, 0)) + right, Style.DIM)))
    return tuple(lines)


def _marks(problem: Problem, plane: Plane) -> dict[tuple[int, int], str]:
    """Return where the examples lie, each shown by its class."""
    first, second = _input_columns(problem)
    targets = problem.data_leaves(Role.TARGET)
    columns = [c for b in problem.bindings if b.leaf in targets for c in b.columns]
    marks: dict[tuple[int, int], str] = {}
    for example in problem.examples[:500]:
        across = (example[first] - plane.left) / (plane.right - plane.left)
        down = (plane.top - example[second]) / (plane.top - plane.bottom)
        cell = (
            min(int(down * plane.rows), plane.rows - 1),
            min(int(across * plane.columns), plane.columns - 1),
        )
        marks[cell] = _class_mark([float(example[c]) for c in columns])
    return marks


def _class_mark(targets: list[float]) -> str:
    if not targets:
        return "x"
    if len(targets) == 1:
        return "1" if targets[0] >= _THRESHOLD else "0"
    return str(int(np.argmax(targets)))[-1]


def _merged(segments: list[Segment]) -> Line:
    """Join neighbouring segments of one style."""
    merged: list[Segment] = []
    for segment in segments:
        if merged and merged[-1].style is segment.style:
            merged[-1] = Segment(merged[-1].text + segment.text, segment.style)
        else:
            merged.append(segment)
    return tuple(merged)
