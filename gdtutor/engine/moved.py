"""Every value of a graph after one cell of one of them is overwritten, and what a central
difference is off by: rounding, and the bend of the slope within its step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdtutor.engine.expression import Name
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import OPERATIONS, Array, Arrays, apply
from gdtutor.engine.trace import frozen
from gdtutor.values import Struct

Disturbed = Callable[[Array], Array]
"""What becomes of each array that an operation takes or gives; nothing as a rule."""


class MovedCell(Struct, frozen=True, eq=False):
    """One cell of a node or leaf that is overwritten, in a graph of which every value is known."""

    graph: Graph
    values: Arrays
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


DRAWS = 8
"""How often a difference is made anew, disturbed."""
_MARGIN = 2.0
"""A rounding error may be larger than the largest of so few disturbances."""
_EPSILON = float(np.finfo(np.float64).eps)


def rounding_noise(moved: MovedCell, step: float) -> float:
    """Return how far rounding may have moved the central difference of the root.

    The size of the root alone does not tell: at a minimum (w*x - y)**2 is tiny while w*x and y are
    not, and what these lose by rounding is all that is left of the difference. So both evaluations
    are repeated with every number that an operation takes or gives disturbed by up to one unit in
    its last place, twice what rounding does. No derivative is used: a wrong one cannot excuse
    itself.

    Source: the random rounding of Parker, Monte Carlo arithmetic, UCLA 1997.

    Args:
        moved: The cell that is moved.
        step: How far it is moved each way.
    """
    # A seed of its own: the same difference has the same noise at every look.
    random = np.random.RandomState(0)

    def disturbed(array: Array) -> Array:
        return np.asarray(array * (1 + random.uniform(-_EPSILON, _EPSILON, np.shape(array))))

    above, below = moved.value + step, moved.value - step
    plain = moved.root_at(above) - moved.root_at(below)
    largest = 0.0
    for _ in range(DRAWS):
        high, low = moved.root_at(above, disturbed), moved.root_at(below, disturbed)
        by = abs(high - low - plain) / (above - below)
        largest = max(largest, by) if np.isfinite(by) else largest
    return _MARGIN * largest


def extrapolated(moved: MovedCell, step: float, estimate: float) -> float:
    """Return a central difference with the change of the slope within its step taken out.

    A difference is wrong by h² times a sixth of the third derivative, one of twice the step by four
    times that; so (4 D(h) − D(2h))/3 is without it.

    Source: Richardson's extrapolation, as in Press et al., Numerical Recipes, 3rd ed., 5.7.
    """
    above, below = moved.value + 2 * step, moved.value - 2 * step
    high, low = moved.root_at(above), moved.root_at(below)
    with np.errstate(all="ignore"):
        wider = np.float64(high - low) / np.float64(above - below)
        return float((4 * estimate - wider) / 3)
