"""Iterations that the walk's own computation does, where a plan's may overflow earlier or later.

A plan multiplies in another order than the walk. Where numbers come near the largest float64, one
of them overflows and the other does not; there the walk's numbers are taken.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.trace import trace
from gdtutor.training.implicit import implicit_step
from gdtutor.training.neuron import neuron_of
from gdtutor.training.optimisers import optimiser_of, row_for
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import PlanResult, State
from gdtutor.training.trouble import STILL
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


def norm_of(numbers: Array) -> float:
    """Return the Euclidean norm, also where its square is no float64."""
    largest = float(np.max(np.abs(numbers), initial=0.0))
    if not 0 < largest < np.inf:
        return largest
    # A power of 2 changes no digit.
    scale = math.ldexp(1.0, math.frexp(largest)[1] - 1)
    return scale * float(np.linalg.norm(numbers / scale))


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
        graph = self.problem.graph
        done = trace(graph, self.problem.given(self.state.parameters, self.batch))
        updates = self.updates(done.gradients)
        norm = norm_of(np.array([norm_of(step.gradient) for step in updates.values()]))
        return Walked(float(np.mean(done.values[graph.root])), norm, updates)

    def constants(self) -> dict[str, float]:
        """Return every number that the optimiser's lines name: for an implicit rule the root
        that it solves for is among them."""
        row, values = optimiser_of(self.settings)
        values |= {"t": float(self.state.t + 1), "learning_rate": self.rate}
        if row.solves:
            neuron = neuron_of(self.problem, self.settings, len(self.batch))
            at = self.state.parameters, self.batch, self.rate
            values[row.solves] = implicit_step(self.problem, neuron, *at).shrink
        return values

    def updates(self, gradients: Arrays) -> dict[str, OptimiserStep]:
        """Return the update of every trained parameter that these gradients give."""
        state, constants = self.state, self.constants()
        return {
            name: update(
                row_for(self.settings, name),
                state.parameters[name],
                gradients.get(name, np.zeros_like(state.parameters[name])),
                state.optimizer.get(name, {}),
                constants,
            )
            for name in self.problem.trained
        }


def is_jumping(problem: Problem, settings: Settings, state: State, cost: float) -> bool:
    """Say whether a flat curve is one of steps that lead across: by the slope alone, the next step
    would change the cost by more than it moves. Batches keep a run from the lowest point without
    any such step.

    Args:
        problem: The problem.
        settings: Of the run.
        state: Where it stands.
        cost: The cost there.
    """
    trained, own = settings.trained_on(problem.size), state.parameters
    if not settings.is_whole(trained) or settings.schedule.kind != "constant":
        return False
    at = Iteration(problem, settings, state, np.arange(trained), settings.learning_rate)
    with np.errstate(all="ignore"):
        steps = at.walked().updates.items()
        ways = [np.sum(step.gradient * (step.p - own[name])) for name, step in steps]
    return bool(abs(sum(ways)) > STILL * abs(cost))
