"""The graph panel: the computation graph with what is known at this step."""

from __future__ import annotations

from gdtutor.engine.graph import Role
from gdtutor.engine.operations import Array
from gdtutor.session.steps import Phase
from gdtutor.view.context import Context
from gdtutor.view.drawing import Direction, DrawEdge, DrawNode, draw_graph
from gdtutor.view.frame import Line, Style
from gdtutor.view.notation import shape as shape_text

_DIRECTIONS = {
    Phase.GIVEN: Direction.NONE,
    Phase.FORWARD: Direction.FORWARD,
    Phase.BACKWARD: Direction.BACKWARD,
    Phase.UPDATE: Direction.UPDATE,
}


def graph_lines(
    context: Context, width: int, height: int, changed: frozenset[str] = frozenset()
) -> tuple[Line, ...]:
    """Draw the graph: values on computed nodes, gradients on reached ones, the current one marked.

    Args:
        context: The step.
        width: Cells of a line.
        height: Lines.
        changed: Names whose value a what-if has changed.
    """
    known, reached = known_values(context), reached_gradients(context)
    nodes = []
    for leaf in context.graph.leaves:
        style = Style.PARAMETER if leaf.role is Role.PARAMETER else Style.INPUT
        nodes.append(_draw(context, leaf.name, style, known, reached, changed))
    nodes += [
        _draw(context, visible.name, Style.TEXT, known, reached, changed)
        for visible in context.trace.visible
    ]
    edges = [
        DrawEdge(edge.source, edge.target, edge.occurrence)
        for visible in context.trace.visible
        for edge in visible.edges
    ]
    used = {edge.source for edge in edges} | {visible.name for visible in context.trace.visible}
    return draw_graph(
        [node for node in nodes if node.id in used],
        edges,
        current=context.step.node or None,
        direction=_DIRECTIONS[context.step.phase],
        width=width,
        height=height,
        chars=context.chars,
    )


def _draw(
    context: Context,
    name: str,
    style: Style,
    known: frozenset[str],
    reached: frozenset[str],
    changed: frozenset[str],
) -> DrawNode:
    value = _summary(context, context.trace.values[name]) if name in known else None
    gradient = _summary(context, context.trace.gradients[name]) if name in reached else None
    if gradient is not None and name in context.changed_gradients:
        gradient += "*"
    return DrawNode(name, context.name(name), value, gradient, style, name in changed)


def _summary(context: Context, array: Array) -> str:
    """Return a number, a scalar lesson's followed example, or a matrix's shape."""
    if array.ndim == 0 or (context.graph.by_rows and array.ndim == 1):
        return context.number(context.followed(array))
    if array.size == 1:
        return context.number(float(array.reshape(())))
    return shape_text(array.shape, context.chars)


def known_values(context: Context) -> frozenset[str]:
    """Return the names whose values are known at this step."""
    given = {leaf.name for leaf in context.graph.leaves}
    computed = [visible.name for visible in context.trace.visible]
    match context.step.phase:
        case Phase.GIVEN:
            return frozenset(given)
        case Phase.FORWARD:
            upto = computed.index(context.step.node) + (not context.hides_result)
            return frozenset(given | set(computed[:upto]))
        case _:
            return frozenset(given | set(computed))


def reached_gradients(context: Context) -> frozenset[str]:
    """Return the names whose gradients are known at this step."""
    order = context.trace.backward_order
    match context.step.phase:
        case Phase.BACKWARD:
            upto = order.index(context.step.node) + (not context.hides_result)
            return frozenset(order[:upto])
        case Phase.UPDATE:
            return frozenset(order)
        case _:
            return frozenset()
