"""Training by generated NumPy over preallocated arrays, a block of iterations at a call, of one run
or of several of one problem together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.training.batches import Batches
from gdtutor.training.optimisers import root_of
from gdtutor.training.plan.block_runner import BlockRunner
from gdtutor.training.plan.epochs import Plan
from gdtutor.training.plan.flat_arrays import FlatArrays
from gdtutor.training.plan.lower import for_runs, lower, lower_turned
from gdtutor.training.plan.numpy_lines import OF_ONE_RUN
from gdtutor.training.plan.packing import padded_data
from gdtutor.training.plan.rule import rule_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace


class NumpyPlan(Plan):
    """A problem compiled to NumPy, whose other arguments are those of every `Plan`.

    Args:
        by_run: What differs between stacked runs, None where there are none; see `Rule.by_run`.
        runs: How many runs are stacked; 0 for one without an axis for it.
    """

    def __init__(
        self,
        problem: Problem,
        settings: Settings,
        train: int,
        by_run: Arrays | None = None,
        runs: int = 0,
    ) -> None:
        super().__init__(problem, settings, train)
        self._lead = (runs,) if runs else ()
        self._loaded: Array | None = None
        """The state that the memory holds."""
        rule = replace(rule_of(settings), by_run=by_run or {})
        program = self._program = for_runs(lower_turned(problem, self._batch), runs)
        memory = self._memory = FlatArrays(problem, rule.optimiser, program, runs)
        examples, padded = problem.examples[:train], padded_data(program.ops, program.packs)
        batches = self._batches = Batches(problem, examples, self._batch, self._width, padded)
        batches.fill(self._order.epoch(0))
        self._epoch = 0
        # A line may pick examples by their place, so a shuffled order counts in a full batch too.
        self._is_fixed = settings.order == "given"
        self._runners = [BlockRunner(program, memory, problem.constants, batches.blocks, rule)]
        """Of full batches, and of a short last one."""
        if batches.rest:
            rest = for_runs(lower(problem, batches.rest, program.signs), runs)
            self._runners.append(BlockRunner(rest, memory, problem.constants, batches.short, rule))

    @property
    def source(self) -> str:
        """The generated source of one iteration, as a reader sees it."""
        sources = "\n\n".join(runner.source for runner in self._runners)
        return self._program.folded_comments() + sources

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

    def __init__(
        self, problem: Problem, settings: Settings, train: int, numbers: Arrays, runs: int
    ) -> None:
        if settings.schedule.kind != "constant":
            # The schedule then gives the factor that each run's own rate is multiplied by.
            numbers = {"learning_rate": np.full(runs, settings.learning_rate), **numbers}
            settings = replace(settings, learning_rate=1.0)
        super().__init__(problem, settings, train, numbers, runs)

    @staticmethod
    def fits(problem: Problem, settings: Settings, train: int) -> bool:
        """Say whether runs of this problem can be stacked; see `stack.can_be_stacked`.

        An axis can be put first where every product has matrices on both sides, and nothing that
        differs from run to run is computed by a call that knows no such axis.
        """
        if settings.stop.gradient_below is not None or root_of(settings):
            return False
        program = lower(problem, settings.batch_size(train))
        ops = program.ops
        if any(ops[index].code in OF_ONE_RUN for index in program.varying):
            return False
        products = (op for op in ops if op.code in ("matmul", "outer", "affine"))
        return all(len(ops[arg].shape) == 2 for op in products for arg in op.args)
