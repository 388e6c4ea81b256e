"""How many numbers a lesson keeps at once, and the bounds on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gdtutor.engine.shapes import Shape
from gdtutor.lesson.steps import Steps
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.settings import Settings

MAX_TOTAL_CELLS = 2_000_000
"""Most cells of all values of all graphs for one batch, with what the optimiser keeps for each
parameter. A walk that trains takes some 150 bytes for each: gradients, contributions, buffers and
checkpoints come on top."""
MAX_PASS_CELLS = 8_000_000
"""Most cells of all values in one pass of the last graph over all examples, as costs need it."""


def memory_problem(
    walks: Sequence[Steps], settings: Settings | None, bound: Iterable[str], sizes: tuple[int, int]
) -> tuple[int, str, str] | None:
    """Return the first graph with which a lesson is too large: its place, what, and what to do.

    Args:
        walks: The walk of each scene.
        settings: How the last one trains; None where it does not.
        bound: Leaves that hold the examples.
        sizes: Examples in a batch, and all of them.
    """
    cells = 0
    for place, walk in enumerate(walks):
        cells += _cells(walk.shapes.values())
        keeps = ""
        if settings is not None and walk.trained:
            kept = len(OPTIMISERS[settings.optimizer].state)
            cells += kept * _cells(walk.shapes[name] for name in walk.trained)
            keeps = f", with what {settings.optimizer} keeps," if kept else ""
        if cells > MAX_TOTAL_CELLS:
            what = f"the values of the graphs{keeps} would have {cells:,} cells together"
            hint = f"the bound is {MAX_TOTAL_CELLS:,}; use a smaller batch or smaller matrices"
            return place, what, hint
    passed = pass_cells(walks[-1], bound, sizes)
    if passed > MAX_PASS_CELLS:
        what = f"one pass over all {sizes[1]:,} examples would have {passed:,} cells"
        hint = f"the bound is {MAX_PASS_CELLS:,}; use fewer examples or smaller matrices"
        return len(walks) - 1, what, hint
    return None


def pass_cells(walk: Steps, bound: Iterable[str], sizes: tuple[int, int]) -> int:
    """Return the cells of all values of a graph in one pass over all examples.

    Args:
        walk: The walk of the graph, with the shapes for one batch.
        bound: Leaves that hold the examples, which are the last axis.
        sizes: Examples in a batch, and all of them.
    """
    batch, examples = max(1, sizes[0]), sizes[1]
    reached = set(bound)
    for node in walk.graph.nodes:
        if not reached.isdisjoint(node.names):
            reached.add(node.name)
    cells = 0
    for name, shape in walk.shapes.items():
        # A sum over the examples stays as small as it is.
        grows = name in reached and (walk.graph.by_rows or batch in shape)
        cells += math.prod(shape) * (examples if grows else batch) // batch
    return cells


def _cells(shapes: Iterable[Shape]) -> int:
    return sum(math.prod(shape) for shape in shapes)
