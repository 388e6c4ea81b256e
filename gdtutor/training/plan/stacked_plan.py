"""Several runs of one problem trained together in stacked arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.optimisers import Optimiser, optimiser_of
from gdtutor.training.plan.flat_arrays import StackedMemory
from gdtutor.training.plan.lower import FlatProgram, lower
from gdtutor.training.plan.numpy_plan import NumpyPlan
from gdtutor.training.plan.stacked_lines import can_be_stacked, without_repeated_products
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace


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
        self._numbers = dict(numbers)
        self._runs = runs
        if settings.schedule.kind != "constant":
            # The schedule then gives the factor that each run's own rate is multiplied by.
            self._numbers.setdefault("learning_rate", np.full(runs, settings.learning_rate))
            settings = replace(settings, learning_rate=1.0)
        super().__init__(problem, settings, train)

    @staticmethod
    def fits(problem: Problem, settings: Settings, train: int) -> bool:
        """Say whether runs of this problem can be stacked; see `stack.fit_together`."""
        if settings.stop.gradient_below is not None or optimiser_of(settings)[0].solves:
            return False
        return can_be_stacked(lower(problem, settings.batch_size(train)).ops)

    def load(self, vectors: Sequence[Array]) -> None:
        """Take over the states of all runs."""
        self._stack.load_all(vectors)

    def store(self) -> list[Array]:
        """Return the states of all runs."""
        return self._stack.store_all()

    def saved(self) -> tuple[Array, ...]:
        """Return a copy of what training changes, as `restore` takes it."""
        return tuple(flat.copy() for flat in self._changing())

    def restore(self, saved: Sequence[Array]) -> None:
        """Bring back what `saved` has kept."""
        for flat, kept in zip(self._changing(), saved, strict=True):
            np.copyto(flat, kept)

    def is_finite(self) -> bool:
        """Say whether the states of all runs are finite."""
        return all(bool(np.isfinite(flat).all()) for flat in self._changing())

    def _changing(self) -> tuple[Array, ...]:
        return (self._stack.parameters, *self._stack.state.values())

    def train(self, first: int, count: int) -> Array:
        """Do some iterations in place.

        Args:
            first: The number of the first iteration, which is how many updates were done before.
            count: How many.

        Returns:
            Losses of shape (count, runs), each before its update.
        """
        return self._do(first, first, count)[0]

    def _lowered(
        self, problem: Problem, batch: int, signs: Mapping[str, float] | None
    ) -> FlatProgram:
        program = lower(problem, batch, signs)
        return replace(program, ops=without_repeated_products(program.ops))

    def _new_memory(
        self, problem: Problem, optimiser: Optimiser, program: FlatProgram
    ) -> StackedMemory:
        # Only data, which all runs share, gets a row of ones: in a stack that row would lie between
        # the runs, and elementwise operations would have to step over it.
        shared = {
            weights: bias
            for weights, bias in program.packs.items()
            if all(
                program.ops[op.args[2]].code == "leaf"
                for op in program.ops
                if op.code == "affine" and program.ops[op.args[0]].name == weights
            )
        }
        self._stack = StackedMemory(problem, optimiser, shared, program.signs, self._runs)
        return self._stack

    def _by_run(self) -> dict[str, Array]:
        return self._numbers
