"""Every value of a graph after one cell of one of them, or some of them, are overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import OPERATIONS, Array, apply
from gdtutor.engine.trace import frozen


def values_with(
    graph: Graph,
    values: Mapping[str, Array],
    name: str,
    cell: tuple[int, ...],
    value: float,
    disturbed: Callable[[Array], Array] = np.asarray,
) -> dict[str, Array]:
    """Return every value after one cell of a node or leaf is overwritten, as a derivative sees it.

    Only what depends on it is computed again; the node keeps the new value, whatever its formula,
    and what counts as given, as `stop_gradient`, keeps its old one.

    Args:
        graph: The graph.
        values: Every value.
        name: The node or leaf.
        cell: Its cell; empty for a number.
        value: What comes into it.
        disturbed: What becomes of each array that an operation takes or gives; nothing as a rule.
    """
    changed = np.array(values[name])
    changed[cell] = value
    return values_replaced(graph, values, {name: changed}, disturbed, holds=True)


def values_replaced(
    graph: Graph,
    values: Mapping[str, Array],
    replaced: Mapping[str, Array],
    disturbed: Callable[[Array], Array] = np.asarray,
    *,
    holds: bool = False,
) -> dict[str, Array]:
    """Return every value after some nodes or leaves are replaced as a whole.

    Only what depends on them is computed again; they keep their new values, whatever their
    formulas.

    Args:
        graph: The graph.
        values: Every value.
        replaced: New values by name, of the shapes that the old ones have.
        disturbed: What becomes of each array that an operation takes or gives; nothing as a rule.
        holds: Whether what counts as given for a derivative keeps its value.
    """
    after = {**values, **{name: frozen(value) for name, value in replaced.items()}}
    moved = set(replaced)
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            uses = any(isinstance(arg, Name) and arg.name in moved for arg in node.args)
            is_held = holds and OPERATIONS[node.op].is_held
            if not uses or is_held or node.name in replaced:
                continue
            args = tuple(
                disturbed(after[arg.name]) if isinstance(arg, Name) else np.asarray(arg.value)
                for arg in node.args
            )
            after[node.name] = frozen(disturbed(apply(OPERATIONS[node.op], args, node.attribute)))
            moved.add(node.name)
    return after


def root_with(
    graph: Graph,
    values: Mapping[str, Array],
    name: str,
    cell: tuple[int, ...],
    value: float,
    disturbed: Callable[[Array], Array] = np.asarray,
) -> float:
    """Return the root's value after one cell of a node or leaf is overwritten."""
    after = values_with(graph, values, name, cell, value, disturbed)
    return float(after[graph.root].reshape(()))
