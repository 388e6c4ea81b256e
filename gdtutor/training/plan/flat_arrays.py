"""The arrays that a NumPy plan trains in: parameters, gradient and optimiser state, each flat.

A bias that is folded into its weights lies as one more column beside them, so that one product
serves both; a parameter may be kept with its sign turned. The update then is elementwise on the
flat arrays, whatever the number of parameters. Several runs lie for each parameter one block after
the other, and every view has the run as its first axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shape
from gdtutor.training.optimisers import Optimiser
from gdtutor.training.problem import Problem
from gdtutor.training.state import layout_of

if TYPE_CHECKING:
    from gdtutor.training.plan.lower import FlatProgram

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


def one_number(value: float) -> Array:
    """Return a number as an array without axes, which NumPy's calls take fastest."""
    array = aligned(())
    array[()] = value
    return array


class FlatArrays:
    """Flat arrays with views for every parameter.

    Args:
        problem: Whose parameters.
        optimiser: Whose variables.
        program: Which says what is packed, and which parameters are kept turned.
        runs: How many runs there are; 0 for one without an axis for it.
    """

    def __init__(
        self, problem: Problem, optimiser: Optimiser, program: FlatProgram, runs: int = 0
    ) -> None:
        self.packs, signs, self.runs = program.packs, program.signs, runs
        lead = (runs,) if runs else ()
        self._shapes = {n: (*lead, *np.shape(v)) for n, v in problem.parameters.items()}
        self._trained = problem.trained
        cells = sum(math.prod(self._shapes[name]) for name in self._trained)
        self.parameters = aligned((cells,))
        """The trained parameters."""
        self.gradient = aligned((cells,))
        self.state = {variable.name: aligned((cells,)) for variable in optimiser.state}
        """Of the optimiser, each with the parameters' layout."""
        self.blocks, self.views = self._cut(self.parameters)
        """Weights with their bias as one matrix, and every trained parameter by itself."""
        self.gradient_blocks, self.gradients = self._cut(self.gradient)
        frozen = {name: aligned(self._shapes[name]) for name in problem.frozen}
        self.views |= frozen
        layout = layout_of(problem, optimiser)
        self._turns = np.ones((*lead, layout.size))
        places = np.arange(float(self._turns.size)).reshape(self._turns.shape)
        views = {"": self.views} | {name: self._cut(flat)[1] for name, flat in self.state.items()}
        for part in layout.parts:
            view = views[part.variable][part.parameter]
            view[...] = places[..., part.cells].reshape(view.shape)
            self._turns[..., part.cells] = signs[part.parameter] if part.is_odd else 1.0
        flats = [self.parameters, *self.state.values(), *map(np.ravel, frozen.values())]
        self._places = [(flat, flat.astype(np.intp)) for flat in flats]
        """Every flat array, with the places that its cells have in the flat state."""

    def load(self, vector: Array) -> None:
        """Take over the flat state of a run, or of each run."""
        turned = (vector * self._turns).reshape(-1)
        for flat, places in self._places:
            flat[...] = turned[places]

    def store(self) -> Array:
        """Return the flat state of the run, or of each run: a new array."""
        vector = np.empty(self._turns.size)
        for flat, places in self._places:
            vector[places] = flat
        return vector.reshape(self._turns.shape) * self._turns

    def by_cell(self, numbers: Mapping[str, Array | float]) -> Array:
        """Return a flat array with one number, or one for each run, in all cells of a parameter."""
        flat = aligned(self.parameters.shape)
        for name, view in self._cut(flat)[1].items():
            view[...] = np.reshape(numbers[name], (-1, *(1,) * (view.ndim - 1)))
        return flat

    def _cut(self, flat: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return views of the packs and of the trained parameters in an array of this layout."""
        blocks: dict[str, Array] = {}
        views: dict[str, Array] = {}
        start = 0
        for name in self._trained:
            if name in self.packs.values():
                continue
            shape = self._shapes[name]
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
