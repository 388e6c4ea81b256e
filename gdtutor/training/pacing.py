"""How much training is done in one go, and how far apart states are kept, for a fluent program."""

from __future__ import annotations

import numpy as np

from gdtutor.training.plan.choice import prefers_scalar, trained_cells
from gdtutor.training.segments import Stretch
from gdtutor.training.timeline import LONGEST_BURST

_BURST_MICROSECONDS = 4_000
"""About how long a burst lasts: a stop is noticed between two, and a key waits for one to end."""
_REPLAY_MICROSECONDS = 20_000
"""About how long the replay from one kept state to the next may take."""
_SPACING = 1024
"""Most iterations between two kept states, at first."""


def burst_of(stretch: Stretch) -> int:
    """Return how many iterations make a burst."""
    return max(1, min(LONGEST_BURST, int(_BURST_MICROSECONDS / microseconds_of(stretch))))


def spacing_of(stretch: Stretch) -> int:
    """Return how many iterations lie between two kept states, at first."""
    return max(1, min(_SPACING, int(_REPLAY_MICROSECONDS / microseconds_of(stretch))))


def microseconds_of(stretch: Stretch) -> float:
    """Return about how long an iteration takes."""
    problem = stretch.segment.problem
    cells = sum(int(np.size(v)) for v in problem.parameters.values())
    is_scalar = prefers_scalar(trained_cells(problem), stretch.batch)
    nodes = len(problem.graph.nodes)
    return iteration_microseconds(
        stretch.optimiser.name, nodes, cells, stretch.batch, is_scalar=is_scalar
    )


def iteration_microseconds(
    optimizer: str, nodes: int, cells: int, batch: int, *, is_scalar: bool
) -> float:
    """Return about how long an iteration takes, as measured on shipped lessons and wider networks.

    NumPy's plan makes calls for each node, which take a nanosecond for each example, and two
    products for each cell of a parameter and example forward and four backward at some 40 a
    nanosecond; scalar Python does one at a time.

    Args:
        optimizer: Its name.
        nodes: Nodes of the graph.
        cells: Cells of all parameters.
        batch: Examples in a batch.
        is_scalar: Whether the plan is scalar Python.
    """
    products = cells * batch
    if optimizer == "implicit":
        return 300.0 + products / 6000
    if is_scalar:
        return 0.15 * nodes + 0.09 * products
    return 1.5 * nodes + nodes * batch / 1000 + products / 6000
