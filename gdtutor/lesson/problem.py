"""What training and the walk take from a lesson: a problem, settings, and starting values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.expression import Apply, Expr, Name, names_in
from gdtutor.engine.graph import Graph, Line, Role, build_graph
from gdtutor.engine.operations import Array
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson, Scene
from gdtutor.lesson.plan import batch_of
from gdtutor.lesson.starts import start_values
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings

ACTIVATIONS = (
    "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "sin", "cos", "step", "identity",
)  # fmt: skip
"""Operations that an activation can be replaced by, and that count as one in a lesson."""

_PREDICTIONS = ("yhat", "Yhat")


def problem_of(
    lesson: Lesson,
    *,
    seed: int | None = None,
    variant: str | None = None,
    overrides: Mapping[str, Array] | None = None,
    scene: int = -1,
) -> Problem:
    """Return what is trained, or walked, of a lesson.

    Args:
        lesson: The lesson.
        seed: Replaces every seed of the drawn parameters; see `start_values`.
        variant: The name of one of the lesson's variants.
        overrides: Values of parameters or constants that replace the lesson's own, whole.
        scene: Which graph; the last one trains.

    Raises:
        GdTutorError: There is no such variant, or an override names nothing or has another shape.
    """
    if variant is not None:
        lesson = with_variant(lesson, variant)
    graph = lesson.scenes[scene].graph
    starts = start_values(lesson.starts, seed)
    constants = dict(lesson.constants)
    for name, value in (overrides or {}).items():
        table = starts if name in starts else constants
        table[name] = _replacement(name, value, {**starts, **constants})
    prediction, target = prediction_of(graph)
    used = graph.leaf_by_name
    return Problem(
        graph=graph,
        parameters={name: starts[name] for name in starts if name in used},
        frozen=lesson.frozen & set(used),
        constants={name: constants[name] for name in constants if name in used},
        bindings=tuple(b for b in lesson.bindings if b.leaf in used),
        examples=lesson.examples,
        columns=lesson.columns,
        is_single=sees_one_example(lesson),
        prediction=prediction,
        target=target,
    )


def _replacement(name: str, value: Array, known: Mapping[str, Array]) -> Array:
    if name not in known:
        raise GdTutorError(
            f"'{name}' is no parameter or constant",
            did_you_mean(name, known) or f"known are {', '.join(list(known)[:8])}",
        )
    if np.shape(value) != known[name].shape:
        raise GdTutorError(
            f"'{name}' has the shape {list(known[name].shape)}", "give a value of that shape"
        )
    array = np.array(value, dtype=np.float64)
    array.flags.writeable = False
    return array


def sees_one_example(lesson: Lesson) -> bool:
    """Say whether a lesson is scalar and its batch holds one example, so that data are numbers."""
    is_scalar = bool(lesson.bindings) and not lesson.bindings[0].is_matrix
    return is_scalar and batch_of(lesson.settings, lesson.examples.shape[0]) == 1


def settings_of(
    lesson: Lesson, *, seed: int | None = None, variant: str | None = None
) -> Settings | None:
    """Return how a lesson trains, None where it does not.

    Args:
        lesson: The lesson.
        seed: Replaces the seed of the order of examples.
        variant: The name of one of the lesson's variants.

    Raises:
        GdTutorError: There is no such variant.
    """
    if variant is not None:
        lesson = with_variant(lesson, variant)
    if lesson.settings is None or seed is None:
        return lesson.settings
    return replace(lesson.settings, seed=seed)


def prediction_of(graph: Graph) -> tuple[str | None, str | None]:
    """Return the line that is compared with a target, and that target; None where there is none.

    A line named yhat or Yhat is the prediction; else it is the line that stands beside the target
    in an operation of two operands, as in `(a - y)**2`.
    """
    targets = {leaf.name for leaf in graph.leaves if leaf.role is Role.TARGET}
    named = next((name for name in _PREDICTIONS if name in graph.line_by_name), None)
    for line in graph.lines:
        used = {name.name for name in names_in(line.expr)}
        target = next((n.name for n in names_in(line.expr) if n.name in targets), None)
        if target is None:
            continue
        if named in used:
            return named, target
        beside = _beside(line.expr, target, graph)
        if named is None and beside is not None:
            return beside, target
    return named, None


def _beside(expr: Expr, target: str, graph: Graph) -> str | None:
    pending = [expr]
    while pending:
        part = pending.pop()
        if not isinstance(part, Apply):
            continue
        names = [arg.name for arg in part.args if isinstance(arg, Name)]
        if target in names:
            for name in names:
                if name in graph.line_by_name:
                    return name
        pending.extend(reversed(part.args))
    return None


def with_activation(lesson: Lesson, name: str) -> Lesson:
    """Return the lesson with another activation in its last graph.

    Where there are hidden activations these change, and the prediction's stays; a single neuron's
    own changes.

    Raises:
        GdTutorError: There is no such activation, or the lesson has none to change.
    """
    if name not in ACTIVATIONS:
        hint = did_you_mean(name, ACTIVATIONS) or f"known are {', '.join(ACTIVATIONS)}"
        raise GdTutorError(f"unknown activation '{name}'", hint)
    scene = lesson.scenes[-1]
    graph = scene.graph
    found = [line.name for line in graph.lines if _is_activation(line)]
    prediction, _ = prediction_of(graph)
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
    new = Scene(rebuilt, scene.notes, scene.questions, scene.backward)
    return replace(lesson, scenes=(*lesson.scenes[:-1], new))


def _is_activation(line: Line) -> bool:
    expr = line.expr
    return isinstance(expr, Apply) and expr.op in ACTIVATIONS and isinstance(expr.args[0], Name)


def _changed(line: Line, name: str) -> Line:
    if not isinstance(line.expr, Apply):
        return line
    column = line.expr.args[0].column + len(name) - len(line.expr.op)
    operand = replace(line.expr.args[0], column=column)
    expr = replace(line.expr, op=name, args=(operand,))
    inside = operand.name if isinstance(operand, Name) else ""
    return replace(line, expr=expr, text=f"{name}({inside})")
