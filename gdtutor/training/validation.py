"""The cost of the examples that are held back for validation."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.batches import Batches
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.block_runner import BlockRunner
from gdtutor.training.plan.flat_arrays import FlatArrays
from gdtutor.training.plan.kernel import KernelWriter
from gdtutor.training.plan.lower import lower_cost
from gdtutor.training.plan.packing import padded_data
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import replace


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
