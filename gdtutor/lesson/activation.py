"""Which line of a graph is the prediction, and the lesson with another activation in its place."""

from __future__ import annotations

from gdtutor.engine.building import build_graph
from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.expression import Apply, Expr, Name, names_in
from gdtutor.engine.graph import Graph, Line, Role
from gdtutor.lesson.model import Lesson
from gdtutor.values import replace

ACTIVATIONS = (
    "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "sin", "cos", "step", "identity",
)  # fmt: skip
"""Operations that an activation can be replaced by, and that count as one in a lesson."""

_PREDICTIONS = ("yhat", "Yhat")


def prediction_of(graph: Graph) -> tuple[str | None, str | None]:
    """Return the line that is compared with a target, and that target; None where there is none.

    A line named yhat or Yhat is the prediction; else it is the line that stands beside the target
    in an operation of two operands, as in `(a - y)**2` or `(A - Y.T)**2`.
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
        # A margin is a product, whose sign may stand before either: exp(-Z*Y), maximum(-Y*S, 0).
        sides = ("transpose", "neg") if part.op == "mul" else ("transpose",)
        names = [
            arg.name for arg in (_without(a, sides) for a in part.args) if isinstance(arg, Name)
        ]
        if target in names:
            for name in names:
                if name in graph.line_by_name:
                    return name
        pending.extend(reversed(part.args))
    return None


def _without(expr: Expr, around: tuple[str, ...]) -> Expr:
    """Return a formula without some operations around it."""
    while isinstance(expr, Apply) and expr.op in around:
        expr = expr.args[0]
    return expr


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
    new = replace(scene, graph=rebuilt)
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
