"""Bringing the columns of the data to a common scale, with the formula that is shown for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.errors import DataError
from gdtutor.values import Struct


class Scaled(Struct, frozen=True, eq=False):
    """Columns on a new scale: `values = (columns - shift) / scale`, column by column."""

    values: Array
    """Shape (examples, columns), write-protected."""
    shift: Array
    """What is taken off each column, shape (columns,)."""
    scale: Array
    """What each column is divided by, shape (columns,), above 0; new points use the same two."""


class Scaling(Struct, frozen=True):
    """One way to scale columns."""

    formula: str
    """The rule for one column x with m examples, as learners see it."""
    parts: tuple[str, str]
    """What it takes off a column and what it divides by, as the formula calls them."""
    scale: Callable[..., Scaled]
    """`standardise` or `min_max`."""


def standardise(columns: Array, names: Sequence[str]) -> Scaled:
    """Scale each column to mean 0 and standard deviation 1 (over m, not m − 1).

    Args:
        columns: finite numbers, shape (examples, columns).
        names: of the columns, for messages.

    Raises:
        DataError: a constant column, or values whose difference is too large for float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        shift = columns.mean(axis=0)
        scale = np.sqrt(np.mean((columns - shift) ** 2, axis=0))
    return _scaled(columns, shift, scale, names)


def min_max(columns: Array, names: Sequence[str]) -> Scaled:
    """Scale each column to the range from 0 to 1, its least value to 0 and its greatest to 1.

    Args:
        columns: finite numbers, shape (examples, columns).
        names: of the columns, for messages.

    Raises:
        DataError: as `standardise`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        shift = columns.min(axis=0)
        scale = columns.max(axis=0) - shift
    return _scaled(columns, shift, scale, names)


SCALINGS: dict[str, Scaling] = {
    "standardise": Scaling(
        "(x − mean(x)) / s,  s = √(Σ(x − mean(x))² / m)", ("mean", "s"), standardise
    ),
    "min_max": Scaling("(x − min(x)) / (max(x) − min(x))", ("min", "max − min"), min_max),
}
"""Every scaling by its name in a lesson."""


def _scaled(columns: Array, shift: Array, scale: Array, names: Sequence[str]) -> Scaled:
    # Exact comparison: the rounded mean of equal values can differ from them, and their standard
    # deviation then is a rounding error instead of 0.
    for column in np.flatnonzero(columns.min(axis=0) == columns.max(axis=0)).tolist():
        what = f"column '{names[column]}' is constant, so it has no scale to divide by"
        raise DataError(what, "leave the column out, or do not scale it")
    strange = ~np.isfinite(scale) | ~np.isfinite(shift) | (scale == 0)
    for column in np.flatnonzero(strange).tolist():
        what = f"the values of column '{names[column]}' differ by too much or too little"
        raise DataError(f"{what} for float64", "give the column in another unit")
    values = (columns - shift) / scale
    for array in (values, shift, scale):
        array.setflags(write=False)
    return Scaled(values, shift, scale)
