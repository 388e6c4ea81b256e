"""Training by generated NumPy over preallocated arrays, a block of iterations at a call."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.batches import Batches, EpochOrder
from gdtutor.training.outcome import PlanResult
from gdtutor.training.plan.block_runner import BlockRunner
from gdtutor.training.plan.flat_arrays import FlatArrays
from gdtutor.training.plan.kernel import KernelOutputs, build_kernel
from gdtutor.training.plan.lower import FlatProgram, for_runs, lower, lower_turned
from gdtutor.training.plan.packing import padded_data
from gdtutor.training.plan.rule import rule_of
from gdtutor.training.problem import Problem
from gdtutor.training.rates import rates
from gdtutor.training.settings import Settings
from gdtutor.training.validation import held_runner
from gdtutor.values import replace

HISTORY_CELLS = 32_768
"""Cells of what a block of iterations leaves behind: it stays in the cache."""
BLOCK = 512
"""Most iterations of one block."""


_ONE_RUN: Mapping[str, Array] = {}


class NumpyPlan:
    """A problem compiled to NumPy for one batch size (and the shorter last batch).

    Args:
        problem: What is trained.
        settings: How.
        train: Indices of the examples to train on are 0 to train − 1; the others validate.
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
        self._settings = settings
        self._runs = runs
        self._sources: list[str] = []
        self._loaded: Array | None = None
        """The state that the memory holds."""
        self._rule = replace(rule_of(settings), by_run=by_run)
        optimiser = self._rule.optimiser
        batch = settings.batch_size(train)
        program = self._for_runs(lower_turned(problem, batch))
        self._program = program
        self._memory = FlatArrays(problem, optimiser, program.packs, program.signs, runs)
        order = EpochOrder(settings.order, settings.seed, train, batch)
        first = order.epoch(0)
        padded = padded_data(program.ops, self._memory.packs)
        self._batches = Batches(problem, problem.examples[:train], batch, len(first), padded)
        self._batches.fill(first)
        self._epoch = 0
        self._order = order
        # A line may pick examples by their place, so a shuffled order counts in a full batch too.
        self._is_fixed = settings.order == "given"
        self._constants = problem.constants
        self._needs_norm = settings.stop.gradient_below is not None
        self._padded = padded
        full = self._batches.full
        self._runners = [self._runner(program, self._batches.blocks, full)]
        """Of full batches, and of a short last one."""
        if self._batches.rest:
            rest = self._for_runs(lower(problem, self._batches.rest, program.signs))
            self._runners.append(self._runner(rest, self._batches.short, 1))
        self._held: list[BlockRunner] = []
        """What computes the cost of examples held back, where there are any."""
        if train < problem.size and not self._runs:
            self._held.append(held_runner(problem, train, self._memory, program.signs))
        self.iterations_per_epoch = full + len(self._runners) - 1

    @property
    def source(self) -> str:
        """The generated source of one iteration, as a reader sees it."""
        return self._program.told_folded() + "\n\n".join(self._sources)

    def run(self, vector: Array, t: int, first: int, count: int) -> PlanResult:
        """Do `count` iterations from iteration `first` (whose epoch decides data and rate).

        Args:
            vector: The state before them.
            t: Updates that the optimiser has done before.
            first: The first iteration's number.
            count: How many.
        """
        if vector is not self._loaded:
            self._memory.load(vector)
        losses, norms, validation = self._do(t, first, count)
        self._loaded = self._memory.store()
        self._loaded.flags.writeable = False
        return PlanResult(self._loaded, losses, norms if self._needs_norm else None, validation)

    def _do(self, t: int, first: int, count: int) -> tuple[Array, Array, Array]:
        """Do the iterations in place; return their losses, norms and validation costs."""
        s, per = self._settings, self.iterations_per_epoch
        losses = np.empty((count, self._runs) if self._runs else count)
        norms = np.empty(count)
        validation: list[float] = []
        done = 0
        with np.errstate(all="ignore"):
            while done < count:
                epoch, turn = divmod(first + done, per)
                if turn == 0:
                    validation += [float(held.run(0, 1, 0, ())[0]) for held in self._held]
                runner, start, stop = self._stretch(epoch, turn, count - done)
                n = stop - start
                iterations = range(first + done, first + done + n)
                alphas = rates(s.schedule, s.learning_rate, per, iterations)
                losses[done : done + n] = runner.run(start, stop, t + done, alphas)
                norms[done : done + n] = runner.norms(start, stop)
                done += n
        return losses, norms, np.array(validation)

    def _stretch(self, epoch: int, turn: int, left: int) -> tuple[BlockRunner, int, int]:
        """Return the rows of the next call: as many iterations as data and epochs allow."""
        if not self._is_fixed and epoch != self._epoch:
            self._batches.fill(self._order.epoch(epoch))
            self._epoch = epoch
        full = self._batches.full
        main, *short = self._runners
        if turn >= full:
            return short[0], 0, 1
        goes_on = self._is_fixed and not short and not self._held
        return main, turn, min(main.rows if goes_on else full, turn + left)

    def _for_runs(self, program: FlatProgram) -> FlatProgram:
        return for_runs(program) if self._runs else program

    def _runner(self, program: FlatProgram, data: Mapping[str, Array], count: int) -> BlockRunner:
        fixed = {name: array[0] for name, array in data.items()} if count == 1 else {}
        wanted = KernelOutputs((self._rule,), fixed, self._needs_norm)
        kernel = build_kernel(program, self._memory, self._constants, wanted)
        cells = sum(math.prod(shape) for shape in kernel.histories.values())
        rows = max(1, min(BLOCK, HISTORY_CELLS // max(1, cells)) // count) * count
        self._sources.append(kernel.source)
        return BlockRunner(kernel, data, self._padded, rows)
