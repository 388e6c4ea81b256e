"""Graphs written as in a lesson, for tests."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from gdtutor.engine.building import build_graph
from gdtutor.engine.graph import Graph, Leaf, Role
from gdtutor.engine.operations import Array, parse_formula
from gdtutor.engine.trace import Contribution, Trace, trace

NEURON = """
z = w1*x1 + w2*x2 + b
yhat = sigmoid(z)
L = (yhat - y)**2/2
"""

LAYERS = """
Z1 = W1 @ X + b1
A1 = sigmoid(Z1)
Z2 = W2 @ A1 + b2
Yhat = sigmoid(Z2)
C = sum((Yhat - Y)**2)/(2*m)
"""


def lines_of(text: str):
    """Return name, formula and text of every line of a graph block."""
    parts = [line.partition("=") for line in text.strip().splitlines()]
    return [(name.strip(), parse_formula(body.strip()), body.strip()) for name, _, body in parts]


def graph_of(
    text: str,
    parameters: Iterable[str] = (),
    others: Iterable[str] = (),
    *,
    by_rows: bool = False,
    appended: frozenset[str] = frozenset(),
) -> Graph:
    """Return the graph of a block; `others` are inputs."""
    leaves = [Leaf(name, Role.PARAMETER) for name in parameters]
    leaves += [Leaf(name, Role.INPUT) for name in others]
    return build_graph(leaves, lines_of(text), by_rows=by_rows, appended=appended)


def arrays(given: Mapping[str, ArrayLike]) -> dict[str, Array]:
    """Return every value as a float64 array."""
    return {name: np.asarray(value, dtype=np.float64) for name, value in given.items()}


def traced(
    text: str,
    parameters: Mapping[str, ArrayLike],
    others: Mapping[str, ArrayLike] | None = None,
    *,
    unfolded: frozenset[str] = frozenset(),
    by_rows: bool = False,
    appended: frozenset[str] = frozenset(),
) -> Trace:
    """Return the trace of a block at these values."""
    others = others or {}
    graph = graph_of(text, parameters, others, by_rows=by_rows, appended=appended)
    return trace(graph, arrays({**parameters, **others}), unfolded=unfolded)


def only(trace: Trace, name: str) -> Contribution:
    """Return the one contribution that a node receives."""
    (contribution,) = trace.contributions[name]
    return contribution
