"""Which gradients are 0 but for their own rounding: screens say ≈0, and judging counts them so."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.engine.rounding import RoundingErrors, is_rounding, rounding_of
from gdtutor.engine.trace import Trace
from gdtutor.session.moment import Moment

Cells = NDArray[np.bool_]
"""True or False for each cell."""

_RARELY = 1e-6
"""Times the largest gradient: a number larger than that is not looked at closer."""


@lru_cache(maxsize=4)
def bounds_of(trace: Trace) -> RoundingErrors:
    """Return the bounds of a trace; the last few are kept."""
    return rounding_of(trace)


@lru_cache(maxsize=4)
def _largest(trace: Trace) -> float:
    sizes = (np.abs(g).max(initial=0.0, where=np.isfinite(g)) for g in trace.gradients.values())
    return float(max(sizes, default=0.0))


@lru_cache(maxsize=4)
def _numbers(trace: Trace) -> frozenset[float]:
    found: set[float] = set()
    for name, gradient in trace.gradients.items():
        found.update(gradient[is_rounding(gradient, bounds_of(trace).gradients[name])].tolist())
    return frozenset(found | {-value for value in found})


def of_rounding(trace: Trace, value: Array) -> Cells:
    """Return which cells hold a number of a gradient that is 0 but for its own rounding."""
    small = np.asarray((value != 0) & (np.abs(value) < _RARELY * _largest(trace)))
    if not small.any():
        return small
    return np.asarray(small & np.isin(value, list(_numbers(trace))))


def rounded_cells(trace: Trace, name: str) -> Cells:
    """Return where a gradient of a trace is 0 but for its own rounding."""
    return is_rounding(trace.gradients[name], bounds_of(trace).gradients[name])


def is_step_of_rounding(moment: Moment, name: str) -> bool:
    """Say whether the update of a parameter takes a gradient that is rounding in every cell."""
    trace = moment.trace
    if name not in trace.gradients:
        return False
    taken, bound = trace.gradients[name], bounds_of(trace).gradients[name]
    return bool(taken.any() and (np.abs(taken) <= bound).all() and np.isfinite(bound).all())
