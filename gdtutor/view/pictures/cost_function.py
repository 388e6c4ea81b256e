"""The cost along one or two numbers, everything else as it is now."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdtutor.engine.family import forward_family
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.trace import Trace, forward, trace
from gdtutor.lesson.model import PictureWish
from gdtutor.training.evaluation import all_fit, fitting_batches
from gdtutor.training.problem import Indices, Problem
from gdtutor.values import Struct, replace
from gdtutor.view.pictures.field import Axis
from gdtutor.view.pictures.paths import ParameterCell
from gdtutor.view.pictures.source import Source, along, cell_of, write_cell

MAX_WORK = 1_500_000
"""Most cells of all nodes that one picture computes; beyond it examples are left out."""
CELLS_TOGETHER = 4_000_000
"""Most cells of all values that are computed in one go, so that they fit in memory."""


def in_parts(points: Array, values: Arrays, compute: Callable[[Array], Array]) -> Array:
    """Return what is computed at points, as many in one go as fit in memory.

    Args:
        points: Array of shape (points, …).
        values: All that is computed at one point.
        compute: From points to an array whose last axis runs over them.
    """
    together = max(1, CELLS_TOGETHER // max(1, sum(value.size for value in values.values())))
    starts = range(0, max(len(points), 1), together)
    return np.concatenate([compute(points[at : at + together]) for at in starts], axis=-1)


class CostFunction(Struct, frozen=True, eq=False):
    """A graph with the values that stay, on which a cost is measured."""

    graph: Graph
    given: dict[str, Array]
    wanted: str
    """The line that is measured."""
    measured: int = 0
    """Examples that it is measured on."""
    examples: int = 0
    """Examples that there are."""

    @property
    def is_mean(self) -> bool:
        """Whether the line has a value for each example, of which the mean is measured."""
        return forward(self.graph, self.given)[self.wanted].size > 1

    def at(self, cells: tuple[ParameterCell, ...], points: Array) -> Array:
        """Return the cost at some points.

        Args:
            cells: What is varied.
            points: Array of shape (points, cells).

        Returns:
            Array of shape (points,): the mean over the examples where the line has one value each.
        """
        values = {**self.given, **forward(self.graph, self.given)}

        def costs(points: Array) -> Array:
            varied: dict[str, Array] = {}
            for position, cell in enumerate(cells):
                if cell.name in varied:
                    write_cell(varied[cell.name], cell.cell, points[:, position])
                else:
                    varied[cell.name] = along(values[cell.name], cell.cell, points[:, position])
            family = forward_family(self.graph, self.given, varied, self.wanted)
            with np.errstate(all="ignore"):
                return np.asarray(family.reshape(len(family), -1).mean(axis=1))

        return in_parts(points, values, costs)

    def slope(self, cell: ParameterCell) -> float | None:
        """Return the gradient of the cost; None where it is a mean that the graph does not take."""
        lines, last = self.graph.lines, self.graph.line_by_name[self.wanted]
        following = lines[last + 1 : last + 2]
        if any(line.appended and line.edges[0].source == self.wanted for line in following):
            last += 1
        cut = replace(self.graph, lines=lines[: last + 1])
        gradient = trace(cut, self.given, wanted=(cell.name,)).gradients.get(cell.name)
        return None if gradient is None else cell_of(gradient, cell.cell)


def measured_name(source: Source, wanted: str, *, is_mean: bool) -> str:
    """Return how what is measured is called: `C`, or `mean L` where it is a mean of losses."""
    return f"mean {source.name(wanted)}" if is_mean else source.name(wanted)


def all_examples(source: Source, members: int) -> CostFunction:
    """Return the cost over all that is trained on, thinned evenly where it would take too long.

    Args:
        source: Where the picture stands.
        members: How many settings will be measured.
    """
    problem, examples = source.problem, np.arange(source.run.trained_examples)
    return _over(problem, source.parameters, examples, problem.graph.root, members)


def measured_over(source: Source, wish: PictureWish, members: int) -> CostFunction:
    """Return the cost over all examples, or over this iteration's where the lesson says so."""
    if wish.option("over") == "batch":
        return this_batch(source, source.traces[-1], "", members)
    return all_examples(source, members)


def this_batch(source: Source, trace: Trace, wanted: str, members: int) -> CostFunction:
    """Return a line of one scene, on the examples of this iteration.

    Args:
        source: Where the picture stands.
        trace: The scene.
        wanted: The line; the scene's last one where empty.
        members: How many settings will be measured.
    """
    wanted = wanted or trace.graph.root
    batch = source.run.batch(source.iteration)
    most = _most(source.problem, source.parameters, members)
    if trace.graph is source.problem.graph and len(batch) > most:
        return _over(source.problem, source.parameters, batch, wanted, members)
    given = {leaf.name: trace.values[leaf.name] for leaf in trace.graph.leaves}
    return CostFunction(trace.graph, given, wanted, len(batch), len(batch))


def _most(problem: Problem, parameters: dict[str, Array], members: int) -> int:
    """Return on how many examples so many settings may be measured."""
    rows = sum(max(int(np.prod(np.shape(v)[:1])), 1) for v in parameters.values())
    return max(MAX_WORK // (members * (rows + len(problem.graph.nodes))), 4)


def _over(
    problem: Problem, parameters: dict[str, Array], chosen: Indices, wanted: str, members: int
) -> CostFunction:
    most, count = _most(problem, parameters, members), len(chosen)
    first = fitting_batches(problem, chosen)[0]
    if len(first) < count or not all_fit(problem, min(most, count)):
        chosen = first
    elif count > most:
        chosen = chosen[np.unique(np.linspace(0, count - 1, most).astype(np.intp))]
    # Examples are taken as rows, not one at a time.
    rows = replace(problem, is_single=False) if problem.size else problem
    given = rows.given(parameters, chosen)
    return CostFunction(problem.graph, given, wanted, len(chosen), count)


def span_words(source: Source, axis: Axis) -> str:
    """Return what an axis is of, and from where to where it goes."""
    return "{} from {} to {}".format(axis.name, *source.apart(axis.low, axis.high))
