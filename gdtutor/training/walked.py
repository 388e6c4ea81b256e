"""Iterations that the walk's own computation does, where a plan's may overflow earlier or later.

A plan multiplies in another order than the walk. Where numbers come near the largest float64, one
of them overflows and the other does not; there the walk's numbers are taken.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace, trace
from gdtutor.training.implicit import constants_at
from gdtutor.training.optimisers import row_for
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import PlanResult, State
from gdtutor.training.updates import OptimiserStep, update
from gdtutor.values import Struct

LARGE = 1e150
"""A loss or a number of the state from which on iterations are the walk's."""


class Walked(Struct, frozen=True, eq=False):
    """One iteration as the walk does it."""

    loss: float
    """Before the update."""
    norm: float
    """The Euclidean norm of the gradient of all trained parameters."""
    updates: Mapping[str, OptimiserStep]
    """Of every trained parameter."""


def is_large(result: PlanResult) -> bool:
    """Say whether a loss or the state after some iterations is large, or not finite."""
    return are_large(result.losses) or are_large(result.vector)


def are_large(numbers: Array) -> bool:
    """Say whether one of some numbers is large, or not finite."""
    return not np.abs(numbers).max(initial=0.0) < LARGE


def first_large(losses: Array) -> int:
    """Return how many iterations come before the first large loss."""
    found = np.flatnonzero(~(np.abs(losses) < LARGE))
    return int(found[0]) if len(found) else len(losses)


class Iteration(Struct, frozen=True, eq=False):
    """What one iteration is done from."""

    problem: Problem
    settings: Settings
    state: State
    """At its start."""
    batch: Indices
    """Its examples."""
    rate: float
    """Its learning rate."""

    def walked(self) -> Walked:
        """Do it."""
        done = trace(self.problem.graph, self.problem.given(self.state.parameters, self.batch))
        updates = self.updates(done.gradients)
        with np.errstate(all="ignore"):
            squares = sum(float(np.sum(step.gradient**2)) for step in updates.values())
        return Walked(_loss(done), float(np.sqrt(squares)), updates)

    def updates(self, gradients: Mapping[str, Array]) -> dict[str, OptimiserStep]:
        """Return the update of every trained parameter that these gradients give."""
        problem, settings, state, rate = self.problem, self.settings, self.state, self.rate
        constants = constants_at(problem, settings, state.parameters, self.batch, rate)
        return {
            name: update(
                row_for(settings, name),
                state.parameters[name],
                gradients.get(name, np.zeros_like(state.parameters[name])),
                state.optimizer.get(name, {}),
                state.t + 1,
                rate,
                constants,
            )
            for name in problem.trained
        }


def _loss(done: Trace) -> float:
    return float(np.mean(done.values[done.graph.root]))
