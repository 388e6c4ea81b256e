"""The part of a large graph that is drawn: what lies around the current node."""

from __future__ import annotations

from gdtutor.view.frame import Style
from gdtutor.view.graph.model import DrawEdge, DrawNode, GraphPart, make_part


def neighbourhood(whole: GraphPart, start: str, limit: int, ellipsis: str) -> GraphPart:
    """Return at most `limit` nodes around one, its operands before its consumers, then further.

    A node some of whose operands are left out gets a leaf that is only an ellipsis.
    """
    found = {start: None}
    queue = [start]
    for name in queue:
        if len(found) >= limit:
            break
        for edge in (*whole.operands[name][:limit], *whole.consumers[name][:limit]):
            other = edge.source if edge.target == name else edge.target
            if other not in found and len(found) < limit:
                found[other] = None
                queue.append(other)
    names = sorted(found, key=lambda name: whole.place[name])
    nodes: list[DrawNode] = []
    edges: list[DrawEdge] = []
    leads_on: set[str] = set()
    for name in names:
        inside = [edge for edge in whole.operands[name] if edge.source in found]
        if len(inside) < len(whole.operands[name]):
            stub = f"{ellipsis} {name}"
            nodes.append(DrawNode(stub, ellipsis, None, None, Style.DIM))
            edges.append(DrawEdge(stub, name, 0))
        nodes.append(whole.nodes[whole.place[name]])
        edges.extend(inside)
        consumers = whole.consumers[name]
        if consumers and not any(edge.target in found for edge in consumers):
            leads_on.add(name)
    return make_part(nodes, edges, frozenset(leads_on))
