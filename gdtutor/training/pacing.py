"""How much training is done in one go, and how far apart states are kept, for a fluent program."""

from __future__ import annotations

import numpy as np

from gdtutor.training.plan import prefers_scalar
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
    """Return about how long an iteration takes, as measured on shipped lessons and wider networks.

    NumPy's plan makes calls for each node, and two products for each cell of a parameter and
    example forward and four backward at some 40 a nanosecond; scalar Python does one at a time.
    """
    problem, settings = stretch.segment.problem, stretch.segment.settings
    nodes = len(problem.graph.nodes)
    products = stretch.batch * sum(int(np.size(v)) for v in problem.parameters.values())
    if stretch.optimiser.name == "implicit":
        return 300.0 + products / 6000
    if prefers_scalar(problem, settings, stretch.train):
        return 0.15 * nodes + 0.09 * products
    return 1.5 * nodes + products / 6000
