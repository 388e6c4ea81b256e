"""What a run tells of itself: its state at an iteration, by name and as one flat array, and what
some iterations did."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.shapes import Shape
from gdtutor.training.optimisers import Optimiser
from gdtutor.training.problem import Problem
from gdtutor.values import Struct


class State(Struct, frozen=True, eq=False):
    """What training has at the start of an iteration. Arrays are read-only."""

    iteration: int
    parameters: Arrays
    optimizer: Mapping[str, Arrays]
    """Per parameter the optimiser's variables; empty where it has none."""
    t: int
    """Updates that the optimiser has done; this iteration's update is number t + 1."""


class PlanResult(Struct, frozen=True, eq=False):
    """The state after some iterations, and what each left behind."""

    vector: Array
    """The state after them."""
    losses: Array
    """The loss or cost of each iteration's batch, before its update."""
    norms: Array | None
    """The Euclidean norm of each iteration's gradient, where it was asked for."""
    validation: Array
    """The validation cost at the start of every epoch that begins among them."""


class FlatSlice(Struct, frozen=True):
    """One stretch of the flat array."""

    parameter: str
    variable: str
    """The optimiser's variable, or an empty string for the parameter itself."""
    start: int
    shape: Shape
    is_odd: bool
    """Whether it turns its sign with the parameter."""

    @property
    def cells(self) -> slice:
        """Where it lies."""
        return slice(self.start, self.start + math.prod(self.shape))


class VectorLayout(Struct, frozen=True):
    """Where everything lies in the flat array."""

    parts: tuple[FlatSlice, ...]
    size: int

    def split(self, vector: Array) -> tuple[dict[str, Array], dict[str, dict[str, Array]]]:
        """Return read-only copies: the parameters, and for each the optimiser's variables."""
        parameters: dict[str, Array] = {}
        state: dict[str, dict[str, Array]] = {}
        for part in self.parts:
            value = vector[part.cells].reshape(part.shape).copy()
            value.flags.writeable = False
            if part.variable:
                state.setdefault(part.parameter, {})[part.variable] = value
            else:
                parameters[part.parameter] = value
        return parameters, state

    def join(self, parameters: Arrays, state: Mapping[str, Arrays]) -> Array:
        """Return the flat array; variables that are not given are 0, as before any update."""
        vector = np.zeros(self.size)
        for part in self.parts:
            if not part.variable:
                vector[part.cells] = np.ravel(parameters[part.parameter])
            elif part.variable in state.get(part.parameter, {}):
                vector[part.cells] = np.ravel(state[part.parameter][part.variable])
        return vector


def layout_of(problem: Problem, optimiser: Optimiser) -> VectorLayout:
    """Return where the parameters, in the order given, and the optimiser's variables lie."""
    parts: list[FlatSlice] = []
    start = 0
    named = [(name, "", True) for name in problem.parameters]
    named += [(name, v.name, v.is_odd) for v in optimiser.state for name in problem.trained]
    for name, variable, is_odd in named:
        shape = np.shape(problem.parameters[name])
        part = FlatSlice(name, variable, start, shape, is_odd)
        parts.append(part)
        start = part.cells.stop
    return VectorLayout(tuple(parts), start)
