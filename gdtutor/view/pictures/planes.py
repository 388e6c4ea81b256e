"""The plane of two inputs: its cells, what a node is worth in each, and the examples on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np

from gdtutor.engine.batch_axis import Apart, Axes, apart, batch_axes, by_example
from gdtutor.engine.graph import Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.shapes import Shapes, infer_shapes
from gdtutor.engine.trace import forward
from gdtutor.lesson.model import PictureWish
from gdtutor.training.classes import has_classes, signed_targets
from gdtutor.training.evaluation import fitting_batches
from gdtutor.training.problem import Problem, input_columns
from gdtutor.values import replace
from gdtutor.view.frame import Style
from gdtutor.view.marks import EXAMPLE
from gdtutor.view.pictures.cost_function import in_parts
from gdtutor.view.pictures.field import Axis, Field, Grid
from gdtutor.view.pictures.source import NoPicture, Source

MARKED = 500
"""Most examples that are marked."""
PLAIN, SIGNED = "01", "-+"
"""What marks examples of two classes, by whether the targets are 0 and 1 or -1 and 1."""
MIXED = "&"
"""What marks a cell in which examples of several classes lie."""
_MARGIN = 0.25


def _bound_inputs(problem: Problem) -> tuple[int, ...]:
    """Return the columns that the inputs' leaves take, in their order."""
    inputs = problem.graph.of_role(Role.INPUT)
    return tuple(c for b in problem.bindings if b.leaf in inputs for c in b.columns)


def input_names(source: Source) -> tuple[str, str]:
    """Return the names of the two input columns, as the screen shows them."""
    first, second = (
        source.column(source.problem.columns[c]) for c in input_columns(source.problem)
    )
    return first, second


def grid_of(source: Source, wish: PictureWish, columns: int, rows: int) -> Grid:
    """Return the plane around the examples, or the part that the lesson asks for."""
    places = source.problem.examples[:, list(input_columns(source.problem))].T
    return grid_around(wish, input_names(source), places, columns, rows)


def grid_around(
    wish: PictureWish, names: Iterable[str], places: Array, columns: int, rows: int
) -> Grid:
    """Return the plane of two axes around some places, or the part that the lesson asks for.

    Args:
        wish: The picture.
        names: What the axes are called.
        places: Array of shape (2, places).
        columns: Cells of the plane.
        rows: Lines of it.
    """
    x, y = (
        Axis(name, *(limits or around(values)))
        for name, limits, values in zip(names, wish.ranges, places, strict=True)
    )
    return Grid(x, y, max(columns, 1), max(rows, 1))


def around(values: Array, margin: float = _MARGIN) -> tuple[float, float]:
    """Return a range that holds all values, and a part of their spread on either side."""
    spread = float(np.ptp(values)) or 1.0
    return float(values.min()) - margin * spread, float(values.max()) + margin * spread


@lru_cache(maxsize=32)
def plane_values(source: Source, name: str, grid: Grid, *, at_corners: bool = False) -> Array:
    """Return a node's value in the middle of every cell of the plane, or at the cells' corners.

    Returns:
        Array of shape (values, rows, columns); one row and column more for corners.
    """
    values = at_points(source, name, grid.points(at_corners=at_corners))
    return values.reshape(len(values), grid.rows + at_corners, grid.columns + at_corners)


def at_points(
    source: Source, name: str, points: Array, parameters: dict[str, Array] | None = None
) -> Array:
    """Return a line's value at points of the input plane, of shape (values, points).

    What brings the examples together, as a mean over them, is what it is over those trained on.

    Args:
        source: Where the picture stands.
        name: The line.
        points: Array of shape (points, inputs).
        parameters: What they are taken to be; those that predictions are made with where None.
    """
    problem, used = source.problem, source.predicting if parameters is None else parameters
    held = gathered_values(source, used, (name,))

    def values(part: Array) -> Array:
        found = forward_at(problem, used, part, (name,), held)[name]
        return values_apart(problem, found, name, len(part))

    return in_parts(points, forward_at(problem, used, points[:1], (name,), held), values)


def values_apart(problem: Problem, value: Array, name: str, points: int) -> Array:
    """Return a line's value at points, of shape (values, points)."""
    turned = by_example(value, _axes(problem, max(problem.size, 1))[name], points)
    if turned is None:
        raise ValueError(f"{name} has no value of its own at a point")
    return turned


@lru_cache(maxsize=8)
def _axes(problem: Problem, examples: int) -> Mapping[str, Axes]:
    return batch_axes(problem.graph, _shapes(problem, examples))


@lru_cache(maxsize=32)
def _apart(problem: Problem, trained: int, names: tuple[str, ...]) -> Apart:
    return apart(problem.graph, _shapes(problem, max(trained, 1)), names)


@lru_cache(maxsize=8)
def _shapes(problem: Problem, examples: int) -> Shapes:
    rows = replace(problem, is_single=False)
    batch = len(fitting_batches(problem, np.arange(examples))[0])
    return infer_shapes(rows.graph, rows.leaf_shapes(batch))


def gathered_values(source: Source, parameters: Arrays, names: tuple[str, ...]) -> dict[str, Array]:
    """Return what the examples trained on give to values at any point: how many they are, and
    what brings them together."""
    problem, trained = source.problem, source.run.trained_examples
    held = _apart(problem, trained, names).gathered
    size = {BATCH_SIZE: np.asarray(float(trained))}
    if not held:
        return size
    given = replace(problem, is_single=False).given(parameters, np.arange(trained))
    values = forward(problem.graph, given, held)
    return size | {name: values[name] for name in held}


def no_point(problem: Problem, trained: int, names: Iterable[str]) -> str:
    """Return why lines have no value at a point that is no example, empty where they have one.

    Args:
        problem: Whose graph.
        trained: How many examples are trained on.
        names: The lines.
    """
    graph = problem.graph
    fault = _apart(problem, trained, tuple(n for n in names if n in graph.line_by_name)).fault
    if fault is None:
        return ""
    line = graph.lines[graph.nodes[graph.node_by_name[fault]].line]
    return (
        f"No value between the examples: the line {line.name} takes all {trained} of them "
        "together, and has none for a point alone."
    )


def require_points(source: Source, names: Iterable[str]) -> None:
    """Refuse to draw lines that have no value at a point that is no example.

    Raises:
        NoPicture: One has none.
    """
    if why := no_point(source.problem, source.run.trained_examples, names):
        raise NoPicture(why)


def forward_at(
    problem: Problem, parameters: Arrays, points: Array, names: tuple[str, ...], held: Arrays
) -> Arrays:
    """Return what some lines are computed from at points of the input plane, with their values.

    Args:
        problem: Whose graph.
        parameters: Values of all parameters.
        points: Array of shape (points, inputs).
        names: The lines.
        held: Nodes, and leaves besides the data, whose value stands.
    """
    grid = np.zeros((len(points), problem.examples.shape[1]))
    grid[:, list(input_columns(problem))] = points
    if problem.features is not None:
        grid[:, list(_bound_inputs(problem))] = problem.features.of(points)
    given = {**problem.constants, **parameters}
    for binding in problem.bindings:
        one = grid[:, binding.columns[0]]
        given[binding.leaf] = binding.matrix(grid) if binding.is_matrix else one
    used = {*problem.graph.leaf_by_name, *problem.graph.node_by_name}
    return forward(
        problem.graph, {n: v for n, v in (given | dict(held)).items() if n in used}, names
    )


def mark_examples(field: Field, problem: Problem) -> tuple[str, ...]:
    """Write each example's class where it lies in the plane of the inputs; see `mark_places`."""
    return mark_places(field, problem, problem.examples[:, input_columns(problem)])


def mark_places(field: Field, problem: Problem, places: Array) -> tuple[str, ...]:
    """Write each example's class into the field, or a cross where targets are no classes.

    Args:
        field: What is written into.
        problem: Whose examples.
        places: Where they lie, of shape (examples, 2).

    Returns:
        What is to be said where several examples lie in one cell, from long to short; else nothing.
    """
    found: dict[tuple[int, int], list[str]] = {}
    for (x, y), mark in zip(places.tolist(), class_marks(problem), strict=False):
        place = field.place(x, y)
        if place is not None:
            found.setdefault(place, []).append(mark)
    for place, marks in found.items():
        field.put(*place, (MIXED if len({*marks}) > 1 else marks[0], Style.CURRENT))
    shared = [marks for marks in found.values() if len(marks) > 1]
    if not shared:
        return ()
    count = f"{sum(map(len, shared))} of {min(len(places), MARKED)}"
    if all(len({*marks}) == 1 for marks in shared):
        return f"{count} examples share a cell", f"{count} share a cell"
    return (
        f"{MIXED} several classes, {count} share a cell",
        f"{MIXED} {count} share a cell",
        f"{MIXED} several",
    )


def class_marks(problem: Problem) -> tuple[str, ...]:
    """Return the character that stands for the targets of each example, as far as marks go."""
    columns = problem.target_columns if has_classes(problem) else ()
    signs = SIGNED if signed_targets(problem) else PLAIN
    rows = problem.examples[:MARKED]
    return tuple(_class_mark([float(row[c]) for c in columns], signs) for row in rows)


def _class_mark(targets: list[float], signs: str) -> str:
    if not targets:
        return EXAMPLE
    if len(targets) == 1:
        return signs[targets[0] >= 0.5]
    return str(int(np.argmax(targets)))[-1]
