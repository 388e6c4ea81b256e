"""A loop over the examples against one pass over all of them, both timed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdtutor.engine.operations import Arrays
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Problem
from gdtutor.values import Struct, replace

REPEATS = 3
"""How often each is timed; the shortest time counts."""


class Timing(Struct, frozen=True):
    """How long one number of examples took."""

    examples: int
    loop: float
    """Seconds for a forward pass of each example on its own."""
    together: float
    """Seconds for one forward pass of all examples as columns."""


def time_examples(
    problem: Problem, parameters: Arrays, sizes: tuple[int, ...], clock: Callable[[], float]
) -> tuple[Timing, ...]:
    """Time the forward pass of a problem both ways; examples repeat where there are too few.

    Args:
        problem: A problem with examples.
        parameters: Values of all parameters.
        sizes: Numbers of examples.
        clock: Returns seconds.
    """
    rows = replace(problem, is_single=False)
    timings = []
    for size in sizes:
        chosen = np.arange(size) % problem.size
        together = rows.given(parameters, chosen)
        alone = [rows.given(parameters, chosen[k : k + 1]) for k in range(size)]
        times: list[tuple[float, float]] = []
        for _ in range(REPEATS):
            start = clock()
            for one in alone:
                forward(rows.graph, one)
            middle = clock()
            forward(rows.graph, together)
            times.append((middle - start, clock() - middle))
        timings.append(Timing(size, min(t[0] for t in times), min(t[1] for t in times)))
    return tuple(timings)
