"""The examples of every batch as arrays that keep their place while their contents change."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.order import block_of_epochs, epochs_per_block
from gdtutor.training.plan.flat_arrays import aligned
from gdtutor.training.problem import Binding, Indices, Problem


class EpochOrder:
    """The order of the examples of an epoch, drawn a block of epochs at a time.

    Without examples an epoch is one iteration on an empty place.
    """

    def __init__(self, order: str, seed: int, examples: int, batch: int) -> None:
        self.arguments = (order, seed, max(1, examples), batch)
        self._block = -1
        self._rows: Indices = np.empty((0, 0), dtype=np.int64)

    def epoch(self, epoch: int) -> Indices:
        """Return the examples of an epoch, one batch after the other."""
        return self.epochs(epoch, 1)

    def epochs(self, epoch: int, count: int) -> Indices:
        """Return the examples of several epochs of one block, one epoch after the other."""
        block, row = divmod(epoch, epochs_per_block(self.arguments[2]))
        if block != self._block:
            self._rows = block_of_epochs(*self.arguments, block)
            self._block = block
        chosen: Indices = self._rows[row : row + count].reshape(-1)
        return chosen

    def left_in_block(self, epoch: int) -> int:
        """Return how many epochs, from this one, lie in its block."""
        size = epochs_per_block(self.arguments[2])
        return size - epoch % size


class Batches:
    """Arrays of the data leaves for the batches of an epoch.

    Args:
        problem: Whose data.
        examples: The examples to train on, of shape (examples, columns).
        batch: Examples in a full batch.
        width: Places in an epoch: the examples, or for drawn ones a multiple of the batch.
        padded: Leaves that get a row of ones under them.
    """

    def __init__(
        self, problem: Problem, examples: Array, batch: int, width: int, padded: Iterable[str]
    ) -> None:
        self._examples = examples
        self._batch = batch
        self._is_single = problem.is_single
        self._padded = frozenset(padded)
        self._bindings = {binding.leaf: binding for binding in problem.bindings}
        self.full, self.rest = divmod(width, batch)
        """How many full batches an epoch has, and how many examples a short last one."""
        self.blocks = {n: self._empty(b, self.full, batch) for n, b in self._bindings.items()}
        """By leaf: full batches, the batch being the first axis."""
        self.short = (
            {n: self._empty(b, 1, self.rest) for n, b in self._bindings.items()}
            if self.rest
            else {}
        )
        """By leaf: the short last batch, the first axis having length 1."""

    def fill(self, chosen: Indices) -> None:
        """Take the examples of an epoch.

        Args:
            chosen: Their indices, of shape (width,).
        """
        cut = self.full * self._batch
        for name, binding in self._bindings.items():
            columns = self._examples[:, list(binding.columns)]
            self._put(self.blocks[name], binding, columns[chosen[:cut]], name, self.full)
            if self.rest:
                self._put(self.short[name], binding, columns[chosen[cut:]], name, 1)

    def _empty(self, binding: Binding, count: int, size: int) -> Array:
        if not binding.is_matrix:
            return aligned((count,) if self._is_single else (count, size))
        if binding.leaf not in self._padded:
            return aligned((count, *binding.matrix_shape(size)))
        wide = aligned((count, len(binding.columns) + 1, size))
        wide[:, -1] = 1.0
        return wide

    def _put(self, out: Array, binding: Binding, rows: Array, name: str, count: int) -> None:
        if not binding.is_matrix:
            out[...] = rows[:, 0].reshape(out.shape)
            return
        by_batch = rows.reshape(count, -1, len(binding.columns))
        if not binding.examples_first:
            by_batch = by_batch.transpose(0, 2, 1)
        (out[:, :-1] if name in self._padded else out)[...] = by_batch
