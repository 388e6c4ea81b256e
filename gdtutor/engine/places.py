"""Where every node of a walk stands, and its edges by both ends: what a screen asks at each key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from gdtutor.engine.graph import Edge, Visible
from gdtutor.engine.trace import Trace
from gdtutor.values import Struct


class Places(Struct, frozen=True, eq=False):
    """The index of one trace."""

    names: tuple[str, ...]
    """The leaves, then the visible nodes, both in order."""
    used: tuple[str, ...]
    """The same without leaves that no visible node is computed from."""
    place: Mapping[str, int]
    """Where a name stands in `names`."""
    visible: Mapping[str, Visible]
    """The visible nodes by name."""
    consumers: Mapping[str, tuple[Edge, ...]]
    """The uses of a name by visible nodes, in order; a name without uses is left out."""
    reached: Mapping[str, int]
    """Where a name stands in the order of the backward pass."""

    def operands(self, name: str) -> tuple[Edge, ...]:
        """Return what a node is computed from, in the order of its formula; nothing of a leaf."""
        return self.visible[name].edges if name in self.visible else ()


@lru_cache(maxsize=4)
def places_of(trace: Trace) -> Places:
    """Index a trace in one pass; the last few are kept, for a walk stays in one for many keys."""
    names = (*(leaf.name for leaf in trace.graph.leaves), *(node.name for node in trace.visible))
    consumers: dict[str, list[Edge]] = {}
    for node in trace.visible:
        for edge in node.edges:
            consumers.setdefault(edge.source, []).append(edge)
    nodes = {node.name: node for node in trace.visible}
    return Places(
        names,
        tuple(name for name in names if name in nodes or name in consumers),
        {name: index for index, name in enumerate(names)},
        nodes,
        {name: tuple(edges) for name, edges in consumers.items()},
        {name: index for index, name in enumerate(trace.backward_order)},
    )


def nearest(places: Places, start: str, limit: int) -> tuple[str, ...]:
    """Return at most `limit` names around one, in the order of the walk."""
    uses = places.consumers
    found = around(start, limit, lambda name: (places.operands(name), uses.get(name, ())))
    return tuple(sorted(found, key=places.place.__getitem__))


def around(
    start: str, limit: int, edges_at: Callable[[str], Iterable[Sequence[Edge]]]
) -> list[str]:
    """Return at most `limit` names around one, its operands before its consumers, then further.

    Args:
        start: The name in the middle.
        limit: Most names, this one included.
        edges_at: The edges that arrive at a name, and those that leave it.
    """
    found = [start]
    for name in found:
        for edge in chain(*(edges[:limit] for edges in edges_at(name))):
            other = edge.source if edge.target == name else edge.target
            if other not in found and len(found) < limit:
                found.append(other)
    return found
