"""Parameters that train and get no gradient, since every way to the cost has no slope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Graph, Node
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.trace import Trace
from gdtutor.session.moment import Moment

_FLAT = ("0", "0*b")
"""Rules of operands that pass no gradient, whatever the numbers are."""


def unreached(moment: Moment, done: Trace) -> Iterator[tuple[str, str, str, str]]:
    """Doubt operations that keep every gradient from what trains: it stays as it starts.

    What stands in `stop_gradient` is meant to.

    Yields:
        The line of the operation, the code of the report, what is wrong, and what to do.
    """
    graph = moment.problem.graph
    if moment.settings is None or done.graph is not graph:
        return
    reached, stopped = _reached(graph), dict[str, tuple[Node, list[str]]]()
    for name in moment.problem.trained:
        node = None if name in reached else _first(graph, name, reached)
        if node is not None and not OPERATIONS[node.op].is_held:
            stopped.setdefault(node.name, (node, []))[1].append(name)
    for node, names in stopped.values():
        line = graph.lines[node.line].name
        of = "the condition of where" if node.op == "where" else node.op
        what = f"no gradient reaches {', '.join(names)}: {of} in {line} passes none"
        hint = "what learns needs a slope, as sigmoid has one in the place of a threshold"
        yield line, "flat", what, hint


def _reached(graph: Graph) -> set[str]:
    """Return every name that some way without a flat step leads to from the root."""
    found = {graph.root}
    for node in reversed(graph.nodes):
        if node.name in found:
            row = OPERATIONS[node.op]
            rules = zip(node.args, row.local or row.vjp, strict=False)
            found |= {a.name for a, rule in rules if isinstance(a, Name) and rule not in _FLAT}
    return found


def _first(graph: Graph, name: str, reached: Iterable[str]) -> Node | None:
    """Return the first operation on a name's way to the root that a gradient comes to.

    It is one that passes none on. None where there is no way to the root.
    """
    found = {name}
    for node in graph.nodes:
        if not found.isdisjoint(node.names):
            if node.name in reached:
                return node
            found.add(node.name)
    return None
