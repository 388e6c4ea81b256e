"""Which line of a graph is the prediction, and the lesson with another activation in its place."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.building import build_graph
from gdtutor.engine.errors import GdTutorError, ShapeError, did_you_mean
from gdtutor.engine.expression import Apply, Expr, Name, Number, calls_in, names_in
from gdtutor.engine.graph import Graph, Line, Role
from gdtutor.engine.operations import ACTIVATIONS, OPERATIONS, Kind
from gdtutor.engine.shapes import Shapes, expression_shape, infer_shapes
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import shown
from gdtutor.lesson.starts import start_shape
from gdtutor.training.problem import leaf_shapes
from gdtutor.values import replace

CELLWISE = tuple(name for name in ACTIVATIONS if OPERATIONS[name].kind is Kind.ELEMENTWISE)
"""What an activation can be replaced by, and counts as one in a lesson."""

_PREDICTIONS = ("yhat", "Yhat")
_MOVES = ("transpose", "reshape")
_IN_A_PRODUCT = ("neg", "log", "clip")


def prediction_of(graph: Graph, shapes: Shapes | None = None) -> tuple[str | None, str | None]:
    """Return the line that is compared with a target, and that target; None where there is none.

    A line named yhat or Yhat is the prediction; else it is the line that stands beside the target
    in an operation of two operands, as in `(a - y)**2`, `(A - Y.T)**2`, `(1 - Y)*log(1 - A)`.

    Args:
        graph: The graph.
        shapes: Of its leaves and lines, which tell whether `Y[:, 0]` is all of Y; None where
            nothing is picked, or they do not fit together.
    """
    targets = {name: name for name in graph.of_role(Role.TARGET)}
    named = next((name for name in _PREDICTIONS if name in graph.line_by_name), None)
    for line in graph.lines:
        used = [name.name for name in names_in(line.expr)]
        target = next((name for name in used if name in targets), None)
        if target is None:
            continue
        if named in used:
            return named, targets[target]
        if _within(line.expr, False, shapes or {}) == (target, False):
            targets[line.name] = targets[target]
        beside = _beside(line.expr, target, graph, shapes or {})
        if named is None and beside is not None:
            return beside, targets[target]
    return named, None


def prediction_in(lesson: Lesson, graph: Graph) -> tuple[str | None, str | None]:
    """Return the prediction of one of a lesson's graphs and its target; see `prediction_of`."""
    if all(node.op != "pick" for node in graph.nodes):
        return prediction_of(graph)
    given = {name: start_shape(start) for name, start in lesson.starts.items()}
    given |= {name: np.shape(value) for name, value in lesson.constants.items()}
    try:
        leaves = leaf_shapes(graph, given, lesson.bindings, len(lesson.examples))
        return prediction_of(graph, infer_shapes(graph, leaves))
    except ShapeError:
        return prediction_of(graph)


def _beside(expr: Expr, target: str, graph: Graph, shapes: Shapes) -> str | None:
    for part in calls_in(expr):
        found = [_within(arg, part.op == "mul", shapes) for arg in part.args]
        for name, is_rest in found:
            # Y*log(1 - P) draws P away from Y: it is (1 - Y)*log(1 - P) that draws it near.
            if (target, is_rest) in found and name in graph.line_by_name:
                return name
    return None


def _within(expr: Expr, is_factor: bool, shapes: Shapes) -> tuple[str, bool]:
    """Return the name that an operand holds, its cells moved, and whether it is taken from 1."""
    is_rest = False
    # A margin is a product, whose sign may stand before either: exp(-Z*Y), maximum(-Y*S, 0). A
    # cross entropy is one of a logarithm, which is kept finite: Y*log(P + 1e-9).
    around = (*_MOVES, *_IN_A_PRODUCT) if is_factor else _MOVES
    while isinstance(expr, Apply):
        first, *others = expr.args
        if is_factor and expr.op == "sub" and first == Number(1.0):
            expr, is_rest = others[0], not is_rest
        elif (
            expr.op in around
            or (is_factor and expr.op == "add" and isinstance(others[0], Number))
            or (expr.op == "pick" and _takes_all(expr, shapes))
        ):
            expr = first
        else:
            break
    return (expr.name if isinstance(expr, Name) else "", is_rest)


def _takes_all(pick: Apply, shapes: Shapes) -> bool:
    """Say whether a pick leaves no cell out."""
    if not all(name.name in shapes for name in names_in(pick)):
        return False
    taken, whole = (math.prod(expression_shape(part, shapes)) for part in (pick, pick.args[0]))
    return taken == whole


def with_activation(lesson: Lesson, name: str) -> Lesson:
    """Return the lesson with another activation in its last graph.

    Where there are hidden activations these change, and the prediction's stays; a single neuron's
    own changes.

    Raises:
        GdTutorError: There is no such activation, or the lesson has none to change.
    """
    if name not in CELLWISE:
        hint = did_you_mean(name, CELLWISE) or f"known are {', '.join(CELLWISE)}"
        raise GdTutorError(f"unknown activation '{shown(name)}'", hint)
    scene = lesson.scenes[-1]
    graph = scene.graph
    found = [line.name for line in graph.lines if _is_activation(line)]
    prediction, _ = prediction_in(lesson, graph)
    hidden = [line for line in found if line != prediction]
    changed = set(hidden or found)
    if not changed:
        raise GdTutorError("the lesson has no activation", "no line is a call such as sigmoid(z)")
    lines = [_changed(line, name) if line.name in changed else line for line in graph.lines]
    rebuilt = build_graph(
        graph.leaves,
        [(line.name, line.expr, line.text) for line in lines],
        by_rows=graph.by_rows,
        appended={line.name for line in graph.lines if line.appended},
    )
    new = replace(scene, graph=rebuilt)
    return replace(lesson, scenes=(*lesson.scenes[:-1], new))


def _is_activation(line: Line) -> bool:
    expr = line.expr
    return isinstance(expr, Apply) and expr.op in CELLWISE and isinstance(expr.args[0], Name)


def _changed(line: Line, name: str) -> Line:
    if not isinstance(line.expr, Apply):
        return line
    column = line.expr.args[0].column + len(name) - len(line.expr.op)
    operand = replace(line.expr.args[0], column=column)
    expr = replace(line.expr, op=name, args=(operand,))
    inside = operand.name if isinstance(operand, Name) else ""
    return replace(line, expr=expr, text=f"{name}({inside})")
