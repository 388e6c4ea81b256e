"""A lesson in matrices told the other way round: examples as rows in place of columns, or back.

Every value is turned and keeps its numbers: (A·B)ᵀ = Bᵀ·Aᵀ, what goes cell by cell stays,
and what goes along one axis goes along the other. A vector counts as one row, and becomes a column.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.building import build_graph
from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Expr, to_text
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import OPERATIONS, Array, Kind
from gdtutor.engine.shapes import Shape, expression_shape, infer_shapes
from gdtutor.engine.trace import frozen
from gdtutor.lesson.model import Lesson, Scene, Start
from gdtutor.lesson.problem import problem_of
from gdtutor.lesson.starts import start_values
from gdtutor.values import replace

_BY_PLACE = ("argmax", "argmin")
"""Reductions whose result over all cells is a place in an order that turning changes."""


def is_in_rows(lesson: Lesson) -> bool:
    """Say whether the examples of a lesson are rows of its matrices."""
    return any(binding.examples_first for binding in lesson.bindings)


def turned(lesson: Lesson, seed: int | None = None) -> Lesson:
    """Return a lesson told the other way round, without its notes and questions.

    Args:
        lesson: The lesson.
        seed: Replaces every seed of the drawn parameters; see `start_values`.

    Raises:
        GdTutorError: The lesson is not told in matrices, or a line has an operation that has no
            counterpart.
    """
    if not lesson.bindings or not lesson.bindings[0].is_matrix:
        raise GdTutorError(
            "the lesson binds no matrices, so that no example is a row or a column",
            "leave out --rows and --columns",
        )
    starts = start_values(lesson.starts, seed)
    return replace(
        lesson,
        scenes=tuple(_scene(lesson, number) for number in range(len(lesson.scenes))),
        starts={name: Start(value=_turned_value(value)) for name, value in starts.items()},
        constants={name: _turned_value(value) for name, value in lesson.constants.items()},
        bindings=tuple(replace(b, examples_first=not b.examples_first) for b in lesson.bindings),
    )


def _turned_value(value: Array) -> Array:
    return frozen(np.ascontiguousarray(np.atleast_2d(value).T)) if np.ndim(value) else value


def _scene(lesson: Lesson, number: int) -> Scene:
    """Return a scene with its graph turned and without what the author wrote about it."""
    scene = lesson.scenes[number]
    problem, graph = problem_of(lesson, scene=number), scene.graph
    shapes = infer_shapes(graph, problem.leaf_shapes(max(problem.size, 1)))
    lines = [(line.name, _turned(line.expr, shapes)) for line in graph.lines]
    leaves = [
        replace(leaf, examples_first=not leaf.examples_first)
        if leaf.role in (Role.INPUT, Role.TARGET)
        else leaf
        for leaf in graph.leaves
    ]
    rebuilt = build_graph(leaves, [(name, expr, to_text(expr)) for name, expr in lines])
    return Scene(rebuilt, (), (), scene.backward)


def _turned(expr: Expr, shapes: Mapping[str, Shape]) -> Expr:
    """Return a formula whose value is that of another turned."""
    if not isinstance(expr, Apply):
        return expr
    operation = OPERATIONS[expr.op]
    args = tuple(_turned(arg, shapes) for arg in expr.args)
    ranks = [len(expression_shape(arg, shapes)) for arg in expr.args]
    match operation.kind:
        case Kind.ELEMENTWISE:
            return Apply(expr.op, args)
        case Kind.MATMUL if ranks == [2, 2]:
            return Apply(expr.op, args[::-1])
        case Kind.TRANSPOSE if ranks == [2]:
            return Apply(expr.op, args)
        case Kind.REDUCTION if expr.attribute is None and expr.op not in _BY_PLACE:
            return Apply(expr.op, args)
        case Kind.REDUCTION | Kind.COLUMNS | Kind.COLUMN_LOSS if isinstance(expr.attribute, int):
            return Apply(expr.op, args, _other_axis(expr.attribute, ranks[0]))
        case Kind.COLUMNS | Kind.COLUMN_LOSS:
            return Apply(expr.op, args, _other_axis(0, ranks[0]))
    raise GdTutorError(
        f"{operation.name} in {to_text(expr)} cannot be told the other way round",
        "products of two matrices, operations cell by cell and those along an axis can",
    )


def _other_axis(axis: int, rank: int) -> int:
    """Return the axis of a turned array that stands for one of the array; a vector is one row."""
    return 1 - axis if rank == 2 else 0
