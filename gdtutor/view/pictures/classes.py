"""Which classes targets and outputs stand for, where they stand for any."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.batch_axis import batch_axes, by_example
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.training.problem import Problem
from gdtutor.view.pictures.paths import rows_of

NO_CLASS = -1
"""Taken for no class: an output that is not finite."""
UNDECIDED = -2
"""Taken for neither of two classes: an output of 0.5."""
NOISE = 1e-12
"""A difference that rounding alone can make in a pass; nothing is decided by a smaller one."""


def classes_of(learned: Array, expected: Array) -> tuple[Array, Array] | None:
    """Return the class of every example, learned and expected; None where targets are no classes.

    One value is the class 0 or 1, on its side of 0.5; several are one-hot, and the largest counts.
    What is not finite is NO_CLASS, and one value of 0.5 is UNDECIDED.

    Args:
        learned: Outputs of shape (values, examples).
        expected: Targets of the same shape.
    """
    if not np.isin(expected, (0.0, 1.0)).all():
        return None
    if np.ptp(expected) == 0 and not ((learned >= 0) & (learned <= 1)).all():
        # One value that is wanted everywhere may be a class or not; an output far off says not.
        return None
    if len(expected) == 1:
        is_half = np.abs(learned[0] - 0.5) <= NOISE
        taken = np.where(is_half, UNDECIDED, (learned[0] > 0.5).astype(int))
        true = expected[0].astype(int)
    elif (expected.sum(axis=0) == 1).all():
        taken, true = np.argmax(learned, axis=0), np.argmax(expected, axis=0)
    else:
        return None
    return np.where(np.isfinite(learned).all(axis=0), taken, NO_CLASS), true


def predictions_of(problem: Problem, parameters: dict[str, Array]) -> tuple[Array, Array] | None:
    """Return what a network says for every example and what it should say.

    Returns:
        Two arrays of shape (values, examples); None where nothing is compared with a target, or
        no value of the prediction belongs to one example.
    """
    if problem.prediction is None or problem.target is None or not problem.size:
        return None
    given = rows_of(problem).given(parameters, np.arange(problem.size))
    values = forward(problem.graph, given)
    axes = batch_axes(problem.graph, {name: np.shape(value) for name, value in values.items()})
    learned, expected = (
        by_example(values[name], axes[name], problem.size)
        for name in (problem.prediction, problem.target)
    )
    return None if learned is None or expected is None else compared(learned, expected)


def compared(learned: Array, expected: Array) -> tuple[Array, Array] | None:
    """Return outputs and targets in one shape: one target may be what several outputs meet.

    Args:
        learned: Outputs of shape (values, examples).
        expected: Targets of shape (values, examples).

    Returns:
        None where their numbers of values do not fit.
    """
    if len(learned) != len(expected) and 1 not in (len(learned), len(expected)):
        return None
    first, second = np.broadcast_arrays(learned, expected)
    return first, second


@lru_cache(maxsize=8)
def has_classes(problem: Problem) -> bool:
    """Say whether the targets are classes, so that a boundary between them means something.

    Judged by the outputs of the start, so that the answer stays while training goes on.
    """
    found = predictions_of(problem, dict(problem.parameters))
    return found is not None and classes_of(*found) is not None
