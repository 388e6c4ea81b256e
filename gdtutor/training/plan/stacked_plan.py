"""Several runs of one problem trained together in stacked arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from gdtutor.engine.operations import OPERATIONS, Array
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.lower import FlatProgram, lower
from gdtutor.training.plan.numpy_plan import NumpyPlan
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace

_ALONE = frozenset({"argmax", "one_hot"}) | {n for n, r in OPERATIONS.items() if r.is_arrangement}
"""Operations that are computed for one run at a time."""


class StackedPlan(NumpyPlan):
    """A problem compiled for several runs, which may differ in starts, rates and constants.

    It computes no cost of examples held back, as a sweep shows none.

    Args:
        problem: What is trained; its own start is not used.
        settings: What all runs have in common.
        train: Indices of the examples to train on are 0 to train − 1.
        numbers: The learning rate and the optimiser's constants by name, one for each run, where
            they differ.
        runs: How many runs.
    """

    kind = "stacked"

    def __init__(
        self,
        problem: Problem,
        settings: Settings,
        train: int,
        numbers: Mapping[str, Array],
        runs: int,
    ) -> None:
        if settings.schedule.kind != "constant":
            # The schedule then gives the factor that each run's own rate is multiplied by.
            numbers = {"learning_rate": np.full(runs, settings.learning_rate), **numbers}
            settings = replace(settings, learning_rate=1.0)
        super().__init__(problem, settings, train, numbers, runs)

    @staticmethod
    def fits(problem: Problem, settings: Settings, train: int) -> bool:
        """Say whether runs of this problem can be stacked; see `stack.fit_together`."""
        if settings.stop.gradient_below is not None or optimiser_of(settings)[0].solves:
            return False
        return can_be_stacked(lower(problem, settings.batch_size(train)))

    def load(self, vectors: Sequence[Array]) -> None:
        """Take over the states of all runs."""
        self._memory.load(np.array(vectors))

    def store(self) -> Array:
        """Return the states of all runs, of shape (runs, size)."""
        return self._memory.store()

    def train(self, first: int, count: int) -> Array:
        """Do some iterations in place.

        Args:
            first: The number of the first iteration, which is how many updates were done before.
            count: How many.

        Returns:
            Losses of shape (count, runs), each before its update.
        """
        return self._do(first, first, count)[0]

    @cached_property
    def _held(self) -> None:
        return None


def can_be_stacked(program: FlatProgram) -> bool:
    """Say whether an axis can be put first: every product has matrices on both sides, and nothing
    that differs from run to run is computed by a call that knows no such axis."""
    ops = program.ops
    if any(ops[index].code in _ALONE for index in program.varying):
        return False
    products = (op for op in ops if op.code in ("matmul", "outer", "affine"))
    return all(len(ops[arg].shape) == 2 for op in products for arg in op.args)
