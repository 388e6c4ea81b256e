"""Training by generated NumPy over preallocated arrays, a block of iterations at a call, of one run
or of several of one problem together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from gdtutor.engine.operations import OPERATIONS, Array
from gdtutor.training.batches import Batches
from gdtutor.training.optimisers import root_of
from gdtutor.training.plan.block_runner import BlockRunner
from gdtutor.training.plan.epochs import Plan
from gdtutor.training.plan.flat_arrays import FlatArrays
from gdtutor.training.plan.kernel import KernelWriter
from gdtutor.training.plan.lower import FlatProgram, for_runs, lower, lower_turned
from gdtutor.training.plan.packing import padded_data
from gdtutor.training.plan.rule import rule_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace

HISTORY_CELLS = 32_768
"""Cells of what a block of iterations leaves behind: it stays in the cache."""
BLOCK = 512
"""Most iterations of one block."""

_ONE_RUN: Mapping[str, Array] = {}

_ALONE = frozenset({"argmax", "one_hot"}) | {n for n, r in OPERATIONS.items() if r.is_arrangement}
"""Operations that are computed for one run at a time."""


class NumpyPlan(Plan):
    """A problem compiled to NumPy, whose other arguments are those of every `Plan`.

    Args:
        by_run: What differs between stacked runs; see `Rule.by_run`.
        runs: How many runs are stacked; 0 for one without an axis for it.
    """

    kind = "numpy"

    def __init__(
        self,
        problem: Problem,
        settings: Settings,
        train: int,
        by_run: Mapping[str, Array] = _ONE_RUN,
        runs: int = 0,
    ) -> None:
        super().__init__(problem, settings, train)
        self._lead = (runs,) if runs else ()
        self._sources: list[str] = []
        self._loaded: Array | None = None
        """The state that the memory holds."""
        self._rule = replace(rule_of(settings), by_run=by_run)
        program = self._program = self._for_runs(lower_turned(problem, self._batch))
        optimiser = self._rule.optimiser
        self._memory = FlatArrays(problem, optimiser, program.packs, program.signs, runs)
        self._padded = padded_data(program.ops, program.packs)
        examples = problem.examples[:train]
        self._batches = Batches(problem, examples, self._batch, self._width, self._padded)
        self._batches.fill(self._order.epoch(0))
        self._epoch = 0
        # A line may pick examples by their place, so a shuffled order counts in a full batch too.
        self._is_fixed = settings.order == "given"
        self._runners = [self._runner(program, self._batches.blocks, self._batches.full)]
        """Of full batches, and of a short last one."""
        if self._batches.rest:
            rest = self._for_runs(lower(problem, self._batches.rest, program.signs))
            self._runners.append(self._runner(rest, self._batches.short, 1))

    @property
    def source(self) -> str:
        """The generated source of one iteration, as a reader sees it."""
        return self._program.folded_comments() + "\n\n".join(self._sources)

    def _load(self, vector: Array) -> None:
        if vector is not self._loaded:
            self._memory.load(vector)

    def _stored(self) -> Array:
        self._loaded = self._memory.store()
        self._loaded.flags.writeable = False
        return self._loaded

    def _length(self, epoch: int, turn: int, left: int) -> int:
        """Return as many iterations as data and epochs allow."""
        full = self._batches.full
        if turn >= full:
            return 1
        main, *short = self._runners
        goes_on = self._is_fixed and not short and self._held is None
        return min((main.rows if goes_on else full) - turn, left)

    def _block(self, epoch: int, turn: int, t: int, alphas: Sequence[float]) -> tuple[Array, Array]:
        if not self._is_fixed and epoch != self._epoch:
            self._batches.fill(self._order.epoch(epoch))
            self._epoch = epoch
        runner, start = self._runners[0], turn
        if turn >= self._batches.full:
            runner, start = self._runners[1], 0
        stop = start + len(alphas)
        return runner.run(start, stop, t, alphas), runner.norms(start, stop)

    def _for_runs(self, program: FlatProgram) -> FlatProgram:
        return for_runs(program) if self._lead else program

    def _runner(self, program: FlatProgram, data: Mapping[str, Array], count: int) -> BlockRunner:
        stays = {name: array[0] for name, array in data.items()} if count == 1 else {}
        fixed = {**self._problem.constants, **stays}
        needs_norm = self._settings.stop.gradient_below is not None
        writer = KernelWriter(program, self._memory, fixed, self._rule, needs_norm=needs_norm)
        kernel = writer.kernel()
        cells = sum(math.prod(shape) for shape in kernel.histories.values())
        rows = max(1, min(BLOCK, HISTORY_CELLS // max(1, cells)) // count) * count
        self._sources.append(kernel.source)
        return BlockRunner(kernel, data, self._padded, rows)


class StackedPlan(NumpyPlan):
    """A problem compiled for several runs, which may differ in starts, rates and constants.

    It computes no cost of examples held back, as a sweep shows none.

    Args:
        problem: What is trained; its own start is not used.
        settings: What all runs have in common.
        train: As of every `Plan`.
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
        if settings.stop.gradient_below is not None or root_of(settings):
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
