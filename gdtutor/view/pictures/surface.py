"""The cost along one or two numbers, everything else as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gdtutor.engine.family import forward_family
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Problem
from gdtutor.view.pictures.paths import Cell, rows_of
from gdtutor.view.pictures.source import Source, along, write_cell

MAX_WORK = 1_500_000
"""Most cells of all nodes that one picture computes; beyond it examples are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A graph with the values that stay, on which a cost is measured."""

    graph: Graph
    given: dict[str, Array]
    wanted: str
    """The line that is measured."""
    measured: int = 0
    """Examples that it is measured on."""
    examples: int = 0
    """Examples that there are."""

    def at(self, cells: tuple[Cell, ...], points: Array) -> Array:
        """Return the cost at some points.

        Args:
            cells: What is varied.
            points: Array of shape (points, cells).

        Returns:
            Array of shape (points,): the mean over the examples where the line has one value each.
        """
        varied: dict[str, Array] = {}
        values = self.given
        if any(cell.name not in values for cell in cells):
            values = forward(self.graph, self.given)
        for position, cell in enumerate(cells):
            if cell.name in varied:
                write_cell(varied[cell.name], cell.cell, points[:, position])
            else:
                varied[cell.name] = along(values[cell.name], cell.cell, points[:, position])
        return self._means(forward_family(self.graph, self.given, varied, self.wanted))

    def under(self, parameters: dict[str, Array]) -> float:
        """Return the cost at other parameters."""
        given = {k: parameters.get(k, v) for k, v in self.given.items()}
        return float(self._means(forward(self.graph, given)[self.wanted][None])[0])

    def _means(self, family: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(family.reshape(len(family), -1).mean(axis=1))


def all_examples(problem: Problem, parameters: dict[str, Array], members: int) -> Ground:
    """Return the cost over all the data, thinned evenly where the picture would take too long.

    Args:
        problem: The problem.
        parameters: Values of all parameters.
        members: How many settings will be measured.
    """
    rows = rows_of(problem)
    widest = sum(max(int(np.prod(np.shape(v)[:1])), 1) for v in parameters.values())
    each = members * (widest + len(problem.graph.nodes))
    most = max(MAX_WORK // max(each, 1), 4)
    chosen = np.arange(problem.size)
    if problem.size > most:
        chosen = np.unique(np.linspace(0, problem.size - 1, most).astype(np.intp))
    given = rows.given(parameters, chosen)
    return Ground(problem.graph, given, problem.graph.root, len(chosen), problem.size)


@lru_cache(maxsize=16)
def this_batch(source: Source, name: str, wanted: str) -> Ground:
    """Return a line of the scene that has this name, on the examples of this iteration."""
    trace = source.trace_with(name)
    given = {leaf.name: trace.values[leaf.name] for leaf in trace.graph.leaves}
    size = len(source.run.batch(source.iteration))
    return Ground(trace.graph, given, wanted or trace.graph.root, size, size)


def slope_at(ground: Ground, cell: Cell, at: float) -> float:
    """Return the slope along one number, by a central difference."""
    step = 1e-5 * max(1.0, abs(at))
    below, above = ground.at((cell,), np.array([[at - step], [at + step]]))
    return float((above - below) / (2 * step))
