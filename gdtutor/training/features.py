"""Features: formulas of the inputs, whose values a network is given in place of the inputs."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.building import build_graph
from gdtutor.engine.expression import MAX_NAME, NAME
from gdtutor.engine.graph import Graph, Leaf, Role
from gdtutor.engine.operations import Array, parse_formula
from gdtutor.engine.trace import forward
from gdtutor.values import Struct

_LINE = "feature{}"
"""The name of the line of each formula, by its position; no column is called so."""


class Features(Struct, frozen=True, eq=False):
    """Formulas of some columns, as a graph of one line for each."""

    inputs: tuple[str, ...]
    """The columns that the formulas may use."""
    formulas: tuple[str, ...]
    """As they are written: the names of the columns that they make."""
    graph: Graph
    """Of one example at a time: elementwise operations alone."""

    def of(self, inputs: Array) -> Array:
        """Return the features of some examples, not finite where a formula is not.

        Args:
            inputs: The columns, of shape (examples, inputs).

        Returns:
            Array of shape (examples, features).
        """
        given = {leaf.name: inputs[:, self.inputs.index(leaf.name)] for leaf in self.graph.leaves}
        values = forward(self.graph, given)
        lines = range(len(self.formulas))
        return np.stack([values[_LINE.format(i)] for i in lines], axis=1)


def features_of(inputs: tuple[str, ...], formulas: tuple[str, ...]) -> Features:
    """Return formulas as features.

    Raises:
        FormulaError: A formula is not in the grammar; its `column` says where.
        GraphError: A formula uses what is no input, or no input; its `line` is `line_of(position)`.
    """
    lines = [(line_of(i), parse_formula(text), text) for i, text in enumerate(formulas)]
    # A column of a CSV file may be called by words, which no formula can use.
    usable = [name for name in inputs if NAME.fullmatch(name) and len(name) <= MAX_NAME]
    leaves = [Leaf(name, Role.INPUT) for name in usable]
    return Features(inputs, formulas, build_graph(leaves, lines, by_rows=True))


def line_of(position: int) -> str:
    """Return the name of a formula's line in the graph."""
    return _LINE.format(position)
