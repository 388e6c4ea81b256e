"""Figures of the program held against those of the second computation, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tests.independent import bounded as B

SLACK = 8
"""By how much a figure may exceed its first-order bound: another order of the same operations."""


class DiffersError(AssertionError):
    """A figure that is not what it should be."""


@dataclass
class Held:
    """What was compared of one case."""

    figures: int = 0
    left_open: int = 0
    """Figures that rounding leaves open, or that are not finite going backward."""
    shown: dict = field(default_factory=dict)
    """What the walk showed, by (iteration, phase, name)."""


def compare(held, where, shown, expected, slack=SLACK, is_gradient=False):
    """Compare one array; cells that rounding leaves open are counted and passed by."""
    shown = np.asarray(shown, dtype=float)
    if shown.shape != expected.shape:
        raise DiffersError(f"{where} has the shape {shown.shape}, not {expected.shape}")
    value, bound = expected.value, expected.bound
    with np.errstate(all="ignore"):
        off = np.abs(shown - value) > slack * bound + slack * B.LEAST
    is_wrong = np.where(np.isfinite(value), off | ~np.isfinite(shown), ~_same(shown, value))
    open_cells = np.isinf(bound)
    if is_gradient:
        open_cells = open_cells | ~np.isfinite(value)
    held.figures += shown.size
    held.left_open += int(np.sum(open_cells))
    if np.any(is_wrong & ~open_cells):
        raise DiffersError(
            f"{where} is {shown.tolist()}, not {value.astype(float).tolist()} "
            f"within {(slack * bound).astype(float).tolist()}"
        )


def _same(shown, value):
    return (shown == value) | (np.isnan(shown) & np.isnan(value))


def identical(where, shown, other):
    """Require two arrays to be the same bit for bit."""
    shown, other = np.asarray(shown, dtype=float), np.asarray(other, dtype=float)
    same = shown.shape == other.shape and np.all(
        _same(shown, other) & (np.isnan(shown) | (np.signbit(shown) == np.signbit(other)))
    )
    if not same:
        raise DiffersError(f"{where}: {shown.tolist()} is not {other.tolist()}")
