"""Which classes targets and outputs stand for, where they stand for any."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.batch_axis import batch_axes, by_example
from gdtutor.engine.expression import Name
from gdtutor.engine.operations import OPERATIONS, Array
from gdtutor.engine.shapes import infer_shapes
from gdtutor.engine.trace import forward
from gdtutor.training.evaluation import fitting_batches
from gdtutor.training.problem import Indices, Problem
from gdtutor.values import replace

NO_CLASS = -1
"""Taken for no class: an output that is not finite."""
UNDECIDED = -2
"""Taken for no class rather than another: an output on the threshold, or two largest rows."""
NOISE = 1e-12
"""A difference that rounding alone can make in a pass; nothing is decided by a smaller one."""


def classes_in(problem: Problem, learned: Array, expected: Array) -> tuple[Array, Array] | None:
    """Return the class of every example as `classes_of` does, for what a problem says and wants."""
    graph = problem.graph
    place = graph.node_by_name.get(str(problem.prediction))
    is_share = place is not None and graph.nodes[place].op == "sigmoid"
    return classes_of(learned, expected, threshold_of(problem), is_share=is_share)


def classes_of(
    learned: Array, expected: Array, threshold: float | None = None, *, is_share: bool = False
) -> tuple[Array, Array] | None:
    """Return the class of every example, learned and expected; None where targets are no classes.

    One value is the class 0 or 1, on its side of the threshold; targets of -1 and 1 are classes
    like those of 0 and 1. Several are one-hot, and the largest counts. What is not finite is
    NO_CLASS; a value on the threshold, or several that are the largest together, is UNDECIDED.

    Args:
        learned: Outputs of shape (values, examples).
        expected: Targets of the same shape.
        threshold: Where one value changes classes; the middle of its two targets where not said.
        is_share: Whether one value is between 0 and 1 whatever is learned. One that is wanted
            everywhere is a class then; as a number it may be learned exactly.
    """
    low = -1.0 if is_signed(expected) else 0.0
    if not np.isin(expected, (low, 1.0)).all():
        return None
    if np.ptp(expected) == 0 and threshold is None and not is_share:
        return None
    middle = (low + 1) / 2
    if len(expected) == 1:
        off = learned[0] - (middle if threshold is None else threshold)
        taken = np.where(np.abs(off) <= NOISE, UNDECIDED, (off > 0).astype(int))
        true = (expected[0] > middle).astype(int)
    elif ((expected > middle).sum(axis=0) == 1).all():
        taken, true = largest(learned), np.argmax(expected, axis=0)
    else:
        return None
    return np.where(np.isfinite(learned).all(axis=0), taken, NO_CLASS), true


def largest(values: Array) -> Array:
    """Return which of several values along the first axis is the largest, UNDECIDED where two are.

    Shares that are equal but for rounding decide nothing.
    """
    second, first = np.sort(values, axis=0)[-2:]
    with np.errstate(invalid="ignore"):
        return np.where(first - second <= NOISE, UNDECIDED, np.argmax(values, axis=0))


def is_signed(targets: Array) -> bool:
    """Say whether targets are -1 and 1."""
    return bool(np.isin(targets, (-1.0, 1.0)).all() and (targets < 0).any())


@lru_cache(maxsize=8)
def threshold_of(problem: Problem) -> float | None:
    """Return where a prediction of one value changes classes; None for the middle of its targets.

    A prediction that its loss takes through a sigmoid changes where the sigmoid is a half.
    """
    losses = (node for node in problem.graph.nodes if OPERATIONS[node.op].squashes == "sigmoid")
    prediction = Name(str(problem.prediction))
    return 0.0 if any(loss.args[0] == prediction for loss in losses) else None


@lru_cache(maxsize=8)
def signed_targets(problem: Problem) -> bool:
    """Say whether all that is aimed at is -1 or 1."""
    columns = [c for b in problem.bindings if b.leaf == problem.target for c in b.columns]
    return bool(columns) and is_signed(problem.examples[:, columns])


def predictions_of(
    problem: Problem, parameters: dict[str, Array], trained: int | None = None
) -> tuple[Array, Array] | None:
    """Return what a network says for every example and what it should say.

    Args:
        problem: Whose graph and examples.
        parameters: The values of its parameters.
        trained: So many examples are one batch and the others, held back, another; None for one
            batch of all.

    Returns:
        Two arrays of shape (values, examples); None where nothing is compared with a target, or
        no value of the prediction belongs to one example.
    """
    if problem.prediction is None or problem.target is None or not problem.size:
        return None
    kinds = np.split(np.arange(problem.size), [trained or problem.size])
    batches = [batch for kind in kinds if len(kind) for batch in fitting_batches(problem, kind)]
    parts = [_compared_in(problem, parameters, batch) for batch in batches]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    learned, expected = (np.concatenate(both, axis=1) for both in zip(*known, strict=True))
    return learned, expected


def _compared_in(
    problem: Problem, parameters: dict[str, Array], batch: Indices
) -> tuple[Array, Array] | None:
    """Return what a network says and should say for the examples of one batch."""
    names = str(problem.prediction), str(problem.target)
    given = replace(problem, is_single=False).given(parameters, batch)
    values = forward(problem.graph, given, names)
    shapes = infer_shapes(problem.graph, {name: np.shape(value) for name, value in given.items()})
    axes = batch_axes(problem.graph, shapes)
    learned, expected = (by_example(values[name], axes[name], len(batch)) for name in names)
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
    """Say whether the targets are classes, so that a boundary between them means something."""
    found = predictions_of(problem, dict(problem.parameters))
    return found is not None and classes_in(problem, *found) is not None


def middle_of(problem: Problem) -> float | None:
    """Return where the prediction changes classes, None where targets are numbers and no classes.

    It is between its two targets, or at a logit of 0.
    """
    own = threshold_of(problem)
    if own is not None or (problem.target is not None and not has_classes(problem)):
        return own
    return 0.0 if signed_targets(problem) else 0.5


def accuracy(
    problem: Problem, parameters: dict[str, Array], trained: int | None = None
) -> float | None:
    """Return the share of the examples whose class is told right, None where there are none.

    Args:
        problem: Whose graph and examples.
        parameters: The values of its parameters.
        trained: How many are one batch, the others another; see `predictions_of`.
    """
    found = predictions_of(problem, parameters, trained)
    classes = None if found is None else classes_in(problem, *found)
    return None if classes is None else float(np.mean(classes[0] == classes[1]))
