"""Runs a kernel over a block of iterations, each with its own row of every changing array, or once
over the examples held back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.training.batches import Batches
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.flat_arrays import FlatArrays, aligned
from gdtutor.training.plan.kernel import Kernel
from gdtutor.training.plan.lower import FlatProgram, lower_cost
from gdtutor.training.plan.packing import padded_data
from gdtutor.training.plan.placing import Dynamic, formed
from gdtutor.training.plan.rule import Rule
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace

HISTORY_CELLS = 32_768
"""Cells of what a block of iterations leaves behind: it stays in the cache."""
BLOCK = 512
"""Most iterations of one block."""


class BlockRunner:
    """A kernel with the arrays that each row of a block of iterations uses.

    Args:
        program: Lowered for one batch size.
        memory: Where parameters, gradient and state lie.
        constants: The problem's.
        data: By leaf, the arrays of its batches, the batch being the first axis.
        rule: The update; None where costs alone are computed, of all batches once.
    """

    def __init__(
        self,
        program: FlatProgram,
        memory: FlatArrays,
        constants: Arrays,
        data: Arrays,
        rule: Rule | None = None,
    ) -> None:
        count = min(map(len, data.values()), default=1)
        stays = {name: array[0] for name, array in data.items()} if count == 1 else {}
        kernel = Kernel(program, memory, {**constants, **stays}, rule)
        cells = sum(math.prod(shape) for shape in kernel.histories.values())
        most = min(BLOCK, HISTORY_CELLS // max(1, cells)) if rule else count
        rows = self.rows = max(1, most // count) * count
        """Iterations in a block: a multiple of the number of batches."""
        self.source = kernel.source
        self._kernel = kernel
        padded = padded_data(program.ops, program.packs)
        self._data = {n: array[:, :-1] if n in padded else array for n, array in data.items()}
        self._histories = {i: aligned((rows, *s)) for i, s in kernel.histories.items()}
        self._streams = aligned((8, rows))
        self._norms = aligned((rows,))
        lying = {("norm", ""): self._norms}
        lying |= {("history", str(i)): array for i, array in self._histories.items()}
        lying |= {("stream", str(i)): array for i, array in enumerate(self._streams)}
        lying |= {("data", name): array for name, array in self._data.items()}
        lying |= {("ones", name): array for name, array in data.items()}

        def bound(name: Dynamic, row: int) -> Array:
            array = lying[name.source]
            return formed(array[row % len(array), ...], name.form, is_stacked=name.is_stacked)

        names = kernel.dynamic
        items = [tuple(bound(name, row) for name in names) for row in range(rows)]
        self._items: Sequence[object] = items if len(names) != 1 else [item[0] for item in items]

    def run(self, start: int, stop: int, t: int, rates: Sequence[float]) -> Array:
        """Do the iterations of rows start to stop and return their losses."""
        kernel = self._kernel
        if kernel.streams is not None:
            numbers = np.array([kernel.streams(t + i, r) for i, r in enumerate(rates, 1)]).T
            self._streams[: len(numbers), start:stop] = numbers
        kernel.steps(kernel.arrays, self._items[start:stop])
        histories = [array[start:stop] for array in self._histories.values()]
        data = [self._data[name] for name in kernel.losses.data]
        batches = [a if len(a) == 1 else a[np.arange(start, stop) % len(a)] for a in data]
        return kernel.losses.compute(*histories, *batches)

    def norms(self, start: int, stop: int) -> Array:
        """Return the norms of the gradients of rows start to stop, which were run last."""
        return np.asarray(np.sqrt(self._norms[start:stop]) * self._kernel.norm_scale)


class Held:
    """Computes the mean cost of examples `train` and on from a run's flat state.

    Formulas about one example are computed for rows of all of them.
    """

    def __init__(self, problem: Problem, settings: Settings, train: int) -> None:
        held = problem.examples[train:]
        program = lower_cost(problem, len(held))
        memory = self._memory = FlatArrays(problem, optimiser_of(settings)[0], program)
        rows, padded = replace(problem, is_single=False), padded_data(program.ops, program.packs)
        batches = Batches(rows, held, len(held), len(held), padded)
        batches.fill(np.arange(len(held)))
        self._runner = BlockRunner(program, memory, problem.constants, batches.blocks)

    def cost(self, vector: Array) -> float:
        """Return the mean cost of the examples held back."""
        self._memory.load(vector)
        return float(self._runner.run(0, 1, 0, ())[0])
