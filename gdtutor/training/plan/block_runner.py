"""Runs a kernel over a block of iterations, each with its own row of every changing array, or once
over the examples held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.batches import Batches
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.flat_arrays import FlatArrays, aligned
from gdtutor.training.plan.kernel import Kernel, KernelWriter
from gdtutor.training.plan.lower import lower_cost
from gdtutor.training.plan.packing import padded_data
from gdtutor.training.plan.placing import Dynamic, formed
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace


class BlockRunner:
    """A kernel with the arrays that each row of a block of iterations uses.

    Args:
        kernel: For one batch size.
        data: By leaf, the arrays of its batches, the batch being the first axis.
        padded: Leaves whose arrays have a row of ones.
        rows: Iterations in a block; a multiple of the number of batches.
    """

    def __init__(
        self, kernel: Kernel, data: Mapping[str, Array], padded: set[str], rows: int
    ) -> None:
        self.rows = rows
        self._kernel = kernel
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
        optimiser, _ = optimiser_of(settings)
        self._memory = FlatArrays(problem, optimiser, program.packs, program.signs)
        padded = padded_data(program.ops, program.packs)
        rows = replace(problem, is_single=False)
        batches = Batches(rows, held, len(held), len(held), padded)
        batches.fill(np.arange(len(held)))
        data = {name: array[0] for name, array in batches.blocks.items()}
        kernel = KernelWriter(program, self._memory, {**problem.constants, **data}).kernel()
        self._lane = BlockRunner(kernel, batches.blocks, padded, 1)

    def cost(self, vector: Array) -> float:
        """Return the mean cost of the examples held back."""
        self._memory.load(vector)
        return float(self._lane.run(0, 1, 0, ())[0])
