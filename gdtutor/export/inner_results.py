"""Which lines of a script are written one operation after the other, since gradients need that.

The formula of a gradient that a folded line shows has the line's inner results written out, and is
shortened: `0*a` is 0 whatever a is, `b*(c*d)` is `b*c*d`. It is computed from the inner results as
they are; where that can make more than a rounding of difference, a script names them.
"""

from __future__ import annotations

from gdtutor.engine.expression import Apply, Expr, Number, substitute
from gdtutor.engine.graph import Graph, Line
from gdtutor.engine.trace import Trace


def needs_inner_results(trace: Trace, line: Line) -> bool:
    """Say whether a gradient through a line may come out otherwise by the formula that is shown.

    An overflow, a missing number that a factor of 0 hides, or a near tie of products that are
    multiplied in another order; a constant factor in another place is a rounding.
    """
    if line.first == line.last:
        return False
    inner = _written_out(trace.graph, line)
    return any(
        _without_constants(substitute(c.computed, inner)) != _without_constants(c.rule)
        for received in trace.contributions.values()
        for c in received
        if c.consumer == line.name
    )


def _written_out(graph: Graph, line: Line) -> dict[str, Expr]:
    """Return the inner results of a line as formulas over what the line names."""
    found: dict[str, Expr] = {}
    for node in graph.nodes[line.first : line.last]:
        args = tuple(substitute(arg, found) for arg in node.args)
        found[node.name] = Apply(node.op, args, node.attribute)
    return found


def _without_constants(expr: Expr) -> Expr:
    """Return a product without its signs and its constant factors; one of 0 stays."""
    if not isinstance(expr, Apply) or expr.op not in ("mul", "div", "neg"):
        return expr
    args = [_without_constants(arg) for arg in expr.args]
    if expr.op == "neg":
        return args[0]
    if _is_factor(args[1]):
        return args[0]
    if expr.op == "mul" and _is_factor(args[0]):
        return args[1]
    return Apply(expr.op, tuple(args))


def _is_factor(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value != 0
