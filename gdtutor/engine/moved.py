"""Every value of a graph after one cell of one of them is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import OPERATIONS, Array, apply
from gdtutor.engine.trace import frozen
from gdtutor.values import Struct

Disturbed = Callable[[Array], Array]
"""What becomes of each array that an operation takes or gives; nothing as a rule."""


class MovedCell(Struct, frozen=True, eq=False):
    """One cell of a node or leaf that is overwritten, in a graph of which every value is known."""

    graph: Graph
    values: Mapping[str, Array]
    """Every value where nothing is moved."""
    name: str
    """The node or leaf."""
    cell: tuple[int, ...] = ()
    """Empty for a number."""

    @property
    def value(self) -> float:
        """What stands there."""
        return float(self.values[self.name][self.cell])

    def values_at(self, value: float, disturbed: Disturbed = np.asarray) -> dict[str, Array]:
        """Return every value after another comes into the cell, as a derivative sees it.

        Only what depends on it is computed again; the node keeps the new value, whatever its
        formula, and what counts as given, as `stop_gradient`, keeps its old one.
        """
        changed = np.array(self.values[self.name])
        changed[self.cell] = value
        after, moved = {**self.values, self.name: frozen(changed)}, {self.name}
        with np.errstate(all="ignore"):
            for node in self.graph.nodes:
                row = OPERATIONS[node.op]
                if moved.isdisjoint(node.names) or row.is_held or node.name == self.name:
                    continue
                args = tuple(
                    disturbed(after[arg.name]) if isinstance(arg, Name) else np.asarray(arg.value)
                    for arg in node.args
                )
                after[node.name] = frozen(disturbed(apply(row, args, node.attribute)))
                moved.add(node.name)
        return after

    def root_at(self, value: float, disturbed: Disturbed = np.asarray) -> float:
        """Return the root's value after another comes into the cell."""
        return float(self.values_at(value, disturbed)[self.graph.root].reshape(()))
