"""Which numbers are 0 but for their rounding: screens say ≈0, and judging counts gradients so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.gradient_check import step_for
from gdtutor.engine.operations import Array
from gdtutor.engine.proof import prove
from gdtutor.engine.rounding import RoundingErrors, is_rounding, rounding_of
from gdtutor.engine.trace import Trace
from gdtutor.session.moment import Moment
from gdtutor.values import Found, Struct

_DIGITS = 1e-4
"""Share of a gradient from which on rounding reaches the digits that are shown."""
_STEADY = 0.5
"""Share by which the slopes on both sides may differ where there is one to be measured."""

Cells = NDArray[np.bool_]
"""True or False for each cell."""

_RARELY = 1e-6
"""Times the largest gradient: a number larger than that is not looked at closer."""
_TINY = 1e-6
"""A value that is larger is not looked at closer."""
_MOST_NODES = 2_000
"""Nodes of a graph above which its values are not looked at."""


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
    bounds = bounds_of(trace)
    pairs = {
        name: [
            (trace.gradients[name], bounds.gradients[name]),
            *zip((c.value for c in trace.contributions[name]), errors, strict=True),
        ]
        for name, errors in bounds.shares.items()
    }
    kept = (pair for name in pairs if cancellation(trace, name) is None for pair in pairs[name])
    found = _rounded(kept)
    return found | {-value for value in found}


@lru_cache(maxsize=4)
def _cancelled(trace: Trace) -> frozenset[float]:
    if len(trace.graph.nodes) > _MOST_NODES:
        return frozenset()
    return _rounded((trace.values[n], bound) for n, bound in bounds_of(trace).values.items())


def _rounded(pairs: Iterable[tuple[Array, Array]]) -> frozenset[float]:
    return frozenset(x for value, e in pairs for x in value[is_rounding(value, e)].tolist())


def of_rounding(trace: Trace, value: Array, *, is_late: bool) -> Cells:
    """Return which cells hold a number of a value that is 0 but for rounding, or of a gradient, or
    of a share of one.

    Args:
        trace: The values and gradients.
        value: Some of them.
        is_late: Whether the walk has come to gradients.
    """
    found = _among(value, _TINY, _cancelled, trace)
    return found | _among(value, _RARELY * _largest(trace), _numbers, trace) if is_late else found


def is_of_rounding(trace: Trace, number: float, *, is_late: bool) -> bool:
    """Say the same of one number."""
    size = abs(number)
    if 0 < size < _TINY and number in _cancelled(trace):
        return True
    return is_late and 0 < size < _RARELY * _largest(trace) and number in _numbers(trace)


def _among(
    value: Array, most: float, numbers: Callable[[Trace], frozenset[float]], trace: Trace
) -> Cells:
    small = np.asarray((value != 0) & (np.abs(value) < most))
    if not small.any():
        return small
    return np.asarray(small & np.isin(value, list(numbers(trace))))


class Cancellation(Struct, frozen=True):
    """A gradient whose digits are lost: terms cancel on the way to it, and leave their rounding."""

    cell: tuple[int, ...]
    """Where it is worst."""
    gradient: float
    bound: float
    """How far rounding may have moved it."""
    estimate: float
    """The central difference, which is not moved so."""


def cancellation(trace: Trace, name: str) -> Cancellation | None:
    """Return what is lost of a gradient, None where its digits hold or it is 0 but for rounding.

    Of both the bound is as large as the gradient; but where terms cancel the root has a slope.
    """
    return _cancellations(trace)[name]


@lru_cache(maxsize=4)
def _cancellations(trace: Trace) -> Found[Cancellation | None]:
    return Found(trace.gradients, partial(_cancellation, trace))


def _cancellation(trace: Trace, name: str) -> Cancellation | None:
    gradient, bound = trace.gradients[name], bounds_of(trace).gradients[name]
    with np.errstate(all="ignore"):
        reached = (gradient != 0) & np.isfinite(bound) & (bound > _DIGITS * np.abs(gradient))
    if not reached.any():
        return None
    place = np.unravel_index(int(np.argmax(np.where(reached, bound, 0.0))), gradient.shape)
    cell = tuple(map(int, place))
    own, most = float(gradient[cell]), float(bound[cell])
    value, root = float(trace.values[name][cell]), float(trace.values[trace.graph.root].reshape(()))
    if most * step_for(value) <= np.finfo(np.float64).eps * abs(root):
        # No difference of the root could tell.
        return None
    proof = prove(trace.graph, trace.values, name, cell, own)
    found, slopes = proof.difference, (proof.left, proof.right)
    apart, larger = abs(found.estimate - own), max(map(abs, slopes))
    is_told = found.is_finite and not found.is_confirmed and not proof.kinks
    is_steady = (
        abs(proof.left - proof.right) <= _STEADY * larger and found.noise <= _DIGITS * larger
    )
    if is_told and is_steady and _DIGITS * larger < apart <= 2 * most:
        return Cancellation(cell, own, most, found.estimate)
    return None


def rounded_cells(trace: Trace, name: str) -> Cells:
    """Return where a gradient of a trace is 0 but for its own rounding."""
    found = is_rounding(trace.gradients[name], bounds_of(trace).gradients[name])
    return found & (not found.any() or cancellation(trace, name) is None)


def is_all_rounding(trace: Trace, name: str) -> bool:
    """Say whether a gradient is not 0, but for rounding in every cell."""
    gradient = trace.gradients[name]
    return bool(gradient.any() and rounded_cells(trace, name)[gradient != 0].all())


def is_step_of_rounding(moment: Moment, name: str) -> bool:
    """Say whether the update of a parameter takes a gradient that is rounding in every cell."""
    return name in moment.trace.gradients and is_all_rounding(moment.trace, name)
