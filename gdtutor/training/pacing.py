"""How much training is done in one go, and how far apart states are kept, for a fluent program."""

from __future__ import annotations

import numpy as np

from gdtutor.training.segments import Stretch
from gdtutor.training.timeline import LONGEST_BURST

_BURST_MICROSECONDS = 10_000
"""About how long a burst lasts; a stop is noticed between two bursts."""
_REPLAY_MICROSECONDS = 20_000
"""About how long the replay from one kept state to the next may take."""
_SPACING = 1024
"""Most iterations between two kept states, at first."""


def burst_of(stretch: Stretch) -> int:
    """Return how many iterations make a burst."""
    return max(1, min(LONGEST_BURST, int(_BURST_MICROSECONDS / _work(stretch))))


def spacing_of(stretch: Stretch) -> int:
    """Return how many iterations lie between two kept states, at first."""
    return max(1, min(_SPACING, int(_REPLAY_MICROSECONDS / _work(stretch))))


def _work(stretch: Stretch) -> float:
    """Return about how many microseconds an iteration takes: calls, and two products for each
    cell of a parameter and example forward and four backward at some 40 a nanosecond."""
    cells = sum(int(np.size(v)) for v in stretch.segment.problem.parameters.values())
    per = 300.0 if stretch.optimiser.name == "implicit" else 5.0
    return per + cells * stretch.batch / 6000
