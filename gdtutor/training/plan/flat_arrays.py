"""The arrays that a NumPy plan trains in: parameters, gradient and optimiser state, each flat.

A bias that is folded into its weights lies as one more column beside them, so that one product
serves both; a parameter may be kept with its sign turned. The update then is elementwise on the
flat arrays, whatever the number of parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shape
from gdtutor.training.optimisers import Optimiser
from gdtutor.training.plan.vector import FlatSlice, layout_of
from gdtutor.training.problem import Problem

_ALIGNMENT = 64
"""Bytes. Equal alignment of every array makes vectorised loops split alike, so that a second set of
arrays computes the same bits."""


def aligned(shape: Shape) -> Array:
    """Return zeros that begin at a multiple of 64 bytes."""
    cells = math.prod(shape)
    raw = np.zeros(cells + _ALIGNMENT // 8)
    # The interface gives the address without importing ctypes.
    address = int(raw.__array_interface__["data"][0])
    offset = (-address % _ALIGNMENT) // 8
    return raw[offset : offset + cells].reshape(shape)


class FlatArrays:
    """Flat arrays with views for every parameter."""

    def __init__(
        self,
        problem: Problem,
        optimiser: Optimiser,
        packs: Mapping[str, str],
        signs: Mapping[str, float],
    ) -> None:
        self.packs = packs
        """Weights and the bias that lies beside them."""
        self.signs = signs
        self._shapes = {name: np.shape(value) for name, value in problem.parameters.items()}
        self._layout = layout_of(problem, optimiser)
        self._trained = problem.trained
        self.parameters = self._new_flat()
        """The trained parameters."""
        self.gradient = self._new_flat()
        self.state = {variable.name: self._new_flat() for variable in optimiser.state}
        """Of the optimiser, each with the parameters' layout."""
        self.blocks, self.views = self.cut(self.parameters)
        """Weights with their bias as one matrix, and every trained parameter by itself."""
        self.gradient_blocks, self.gradients = self.cut(self.gradient)
        self._state_views = {name: self.cut(flat)[1] for name, flat in self.state.items()}
        for name in self._shapes:
            if name not in self.views:
                self.views[name] = aligned(self._shape(name))

    def cut(self, flat: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return views of the packs and of the trained parameters in an array of this layout."""
        blocks: dict[str, Array] = {}
        views: dict[str, Array] = {}
        biases = set(self.packs.values())
        start = 0
        for name in self._trained:
            if name in biases:
                continue
            shape = self._shape(name)
            if name in self.packs:
                shape = (*shape[:-1], shape[-1] + 1)
            stop = start + math.prod(shape)
            view = flat[start:stop].reshape(shape)
            start = stop
            if name in self.packs:
                blocks[name] = view
                views[name], views[self.packs[name]] = view[..., :-1], view[..., -1:]
            else:
                views[name] = view
        return blocks, views

    def _new_flat(self) -> Array:
        return aligned((sum(math.prod(self._shapes[name]) for name in self._trained),))

    def _shape(self, name: str) -> Shape:
        return self._shapes[name]

    def load(self, vector: Array) -> None:
        """Take over a run's flat state."""
        for part in self._layout.parts:
            target, sign = self._target(part)
            np.multiply(vector[part.cells].reshape(part.shape), sign, out=target)

    def store(self) -> Array:
        """Return a run's flat state, a new array."""
        vector = np.empty(self._layout.size)
        for part in self._layout.parts:
            source, sign = self._target(part)
            np.multiply(source, sign, out=vector[part.cells].reshape(part.shape))
        return vector

    def by_cell(self, numbers: Array) -> Array:
        """Return one number for each cell of the flat arrays from one for each run."""
        return np.repeat(numbers, self.parameters.size // len(numbers))

    def _target(self, part: FlatSlice) -> tuple[Array, float]:
        views = self._state_views[part.variable] if part.variable else self.views
        return views[part.parameter], self.signs[part.parameter] if part.is_odd else 1.0


class StackedMemory(FlatArrays):
    """Flat arrays of several runs: for each parameter one block after the other, run by run.

    Every view has the run as its first axis.
    """

    def __init__(
        self,
        problem: Problem,
        optimiser: Optimiser,
        packs: Mapping[str, str],
        signs: Mapping[str, float],
        runs: int,
    ) -> None:
        self._runs = runs
        super().__init__(problem, optimiser, packs, signs)

    def by_cell(self, numbers: Array) -> Array:
        """Return one number for each cell of the flat arrays from one for each run."""
        flat = np.empty(self.parameters.shape)
        for view in self.cut(flat)[1].values():
            view[...] = numbers.reshape((-1,) + (1,) * (view.ndim - 1))
        return flat

    def load_all(self, vectors: Sequence[Array]) -> None:
        """Take over the flat states of all runs."""
        for run, vector in enumerate(vectors):
            for part in self._layout.parts:
                target, sign = self._target(part)
                target[run] = vector[part.cells].reshape(part.shape) * sign

    def store_all(self) -> list[Array]:
        """Return the flat states of all runs."""
        vectors = []
        for run in range(self._runs):
            vector = np.empty(self._layout.size)
            for part in self._layout.parts:
                source, sign = self._target(part)
                vector[part.cells] = np.ravel(source[run]) * sign
            vectors.append(vector)
        return vectors

    def _new_flat(self) -> Array:
        return aligned((self._runs * super()._new_flat().size,))

    def _shape(self, name: str) -> Shape:
        return (self._runs, *super()._shape(name))
