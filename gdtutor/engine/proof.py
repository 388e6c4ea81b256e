"""One gradient proved on the spot: any node or leaf is moved a little and the root looked at."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.gradient_check import (
    Difference,
    apart_from_kink,
    difference_of,
    nodes_at_kink,
    refined,
    step_for,
)
from gdtutor.engine.graph import Graph
from gdtutor.engine.moved import MovedCell
from gdtutor.engine.operations import Arrays
from gdtutor.values import Struct

_SAME_SLOPE = 1e-3
"""Relative difference of the slopes on both sides up to which there is no corner: a one-sided
difference is wrong by about the step times the curvature."""


class Proof(Struct, frozen=True):
    """A central difference beside a gradient, and whether there is a derivative at all."""

    difference: Difference
    left: float
    """(f(x) − f(x − h)) / h, the slope coming from below."""
    right: float
    """(f(x + h) − f(x)) / h, the slope going up."""
    kinks: tuple[str, ...]
    """The elementary nodes at whose kink this value stands, so that no derivative exists."""


def prove(graph: Graph, values: Arrays, name: str, cell: tuple[int, ...], gradient: float) -> Proof:
    """Hold the gradient of one cell of a node or leaf against the central difference of the root.

    Args:
        graph: The graph.
        values: Every value, as the trace has them.
        name: The node or leaf.
        cell: Its cell; empty for a number.
        gradient: What is to be proved.

    Source: Nocedal and Wright, Numerical Optimization, 2nd ed., eq. 8.7.
    """
    moved = MovedCell(graph, values, name, cell)
    step = step_for(moved.value)
    above, below = (moved.values_at(moved.value + by) for by in (step, -step))
    here, up, down = (float(v[graph.root].reshape(())) for v in (values, above, below))
    difference = difference_of(moved, step, (up, down), gradient)
    if difference.is_finite and not difference.is_confirmed:
        difference = refined(difference, moved)
    with np.errstate(all="ignore"):
        right = float(np.float64(up - here) / step)
        left = float(np.float64(here - down) / step)
    kinks = _left_kinks(moved, above, below)
    is_smooth = difference.is_confirmed and _is_same(left, right)
    return Proof(difference, left, right, () if is_smooth else kinks)


def _left_kinks(moved: MovedCell, above: Arrays, below: Arrays) -> tuple[str, ...]:
    """Return the nodes that stand at a kink and leave it when the value moves."""
    found = []
    for name in nodes_at_kink(moved.graph, moved.values):
        node = moved.graph.nodes[moved.graph.node_by_name[name]]
        at_kink = apart_from_kink(node, moved.values) == 0
        leaves = (apart_from_kink(node, above) != 0) | (apart_from_kink(node, below) != 0)
        if np.any(at_kink & leaves):
            found.append(node.name)
    return tuple(found)


def _is_same(left: float, right: float) -> bool:
    larger = max(abs(left), abs(right))
    return larger == 0 or abs(left - right) <= _SAME_SLOPE * larger
