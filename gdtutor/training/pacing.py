"""How much training is done in one go, and how far apart states are kept, for a fluent program."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.engine.operations import Array
from gdtutor.engine.work import Work
from gdtutor.training.plan.choice import prefers_scalar
from gdtutor.training.segments import Stretch
from gdtutor.training.timeline import LONGEST_BURST
from gdtutor.training.walked import are_large

Deadline = Callable[[], bool] | None
"""Asked between bursts; training ends once it says True."""
Clock = Callable[[], float] | None
"""Tells the time in seconds, by which bursts get their length; None for the estimate alone."""
_BURST_MICROSECONDS = 4_000
"""About how long a burst lasts: a stop is noticed between two, and a key waits for one to end."""
_REPLAY_MICROSECONDS = 20_000
"""About how long the replay from one kept state to the next may take."""
WALKED_CALL = 20.0
"""About how long an operation takes in an iteration that the walk does, in microseconds."""
_SPACING = 1024
"""Most iterations between two kept states, at first."""


class Pace:
    """How many iterations make a burst: by the estimate first, then by how long bursts took.

    Args:
        microseconds: About how long an iteration takes.
        burst: About how long a burst lasts, in microseconds.
    """

    def __init__(self, microseconds: float, burst: float = _BURST_MICROSECONDS) -> None:
        self._iteration, self._burst = microseconds, burst

    @property
    def count(self) -> int:
        """Iterations of the next burst."""
        return max(1, min(LONGEST_BURST, int(self._burst / self._iteration)))

    def took(self, count: int, seconds: float) -> None:
        """Hear how long a burst took: a slow one makes the next shorter at once, quick ones make
        it twice as long at most, since one that was slow alone says little."""
        self._iteration = max(seconds * 1e6 / count, self._iteration / 2, 1e-3)


def spacing_of(stretch: Stretch) -> int:
    """Return how many iterations lie between two kept states, at first."""
    return max(1, min(_SPACING, int(_REPLAY_MICROSECONDS / microseconds_of(stretch))))


def microseconds_of(stretch: Stretch, state: Array | None = None) -> float:
    """Return about how long an iteration takes, from a state on where one is given."""
    problem, work = stretch.segment.problem, stretch.work
    if state is not None and are_large(state):
        return WALKED_CALL * work.calls + work.cells / 1000 + work.products / 4000
    is_scalar = prefers_scalar(problem.trained_cells, stretch.batch)
    return iteration_microseconds(work, is_scalar=is_scalar, root=stretch.optimiser.solves)


def iteration_microseconds(work: Work, *, is_scalar: bool, root: str) -> float:
    """Return about how long an iteration takes, as measured on shipped lessons and wider networks.

    NumPy's plan pays for every call, a nanosecond for each cell, and multiplies some four
    cells a nanosecond in products; scalar Python does one thing at a time.

    Args:
        work: Of the forward and the backward pass of a batch.
        is_scalar: Whether the plan is scalar Python.
        root: What every update solves for, in Python; empty where it does not.
    """
    calls, cells, products = work.calls, work.cells, work.products
    if is_scalar:
        together = 0.1 + 0.005 * (cells + products)
    else:
        together = 0.1 * calls + cells / 1000 + products / 4000
    return together + 300.0 if root else together


def stacked_microseconds(work: Work, runs: int) -> float:
    """Return about how long an iteration of runs in stacked arrays takes; the calls are shared.

    Args:
        work: Of one run.
        runs: How many.
    """
    each = 0.2 + work.cells / 1000 + work.products / 4000
    return 0.1 * work.calls + runs * each
