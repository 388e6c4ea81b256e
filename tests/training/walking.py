"""Training done by the walk itself: trace, then the optimiser's lines, one iteration at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.trace import trace
from gdtutor.training.optimisers import row_for
from gdtutor.training.order import batch_of_iteration
from gdtutor.training.problem import Problem
from gdtutor.training.run import State
from gdtutor.training.settings import Settings
from gdtutor.training.updates import update, zero_state
from gdtutor.training.walked import Iteration

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    loss: float
    gradients: Mapping[str, Array]
    parameters: Mapping[str, Array]
    """After the update."""
    optimizer: Mapping[str, Mapping[str, Array]]


def batch_at(problem: Problem, settings: Settings, iteration: int) -> NDArray[np.intp]:
    size = settings.trained_on(problem.size)
    if size == 0:
        return np.empty(0, dtype=np.intp)
    batch = settings.batch or size
    return batch_of_iteration(settings.order, settings.seed, size, batch, iteration)


def walk(problem: Problem, settings: Settings, state: State, rate: float | None = None) -> Walked:
    """Do the iteration that opens with this state."""
    batch = batch_at(problem, settings, state.iteration)
    walked = trace(problem.graph, problem.given(state.parameters, batch))
    parameters = dict(state.parameters)
    optimizer = {}
    alpha = settings.learning_rate if rate is None else rate
    constants = Iteration(problem, settings, state, batch, alpha).constants()
    for name in problem.trained:
        row, value = row_for(settings, name), state.parameters[name]
        gradient = walked.gradients.get(name, np.zeros(np.shape(value)))
        before = state.optimizer.get(name) or zero_state(row, value)
        step = update(row, value, gradient, before, constants)
        parameters[name] = step.p
        optimizer[name] = step.state
    loss = float(walked.values[problem.graph.root].reshape(()))
    return Walked(loss, walked.gradients, parameters, optimizer)


def start(problem: Problem) -> State:
    return State(0, problem.parameters, {}, 0)


def chain(problem: Problem, settings: Settings, iterations: int) -> tuple[list[float], State]:
    """Walk many iterations; return their losses and the state after them."""
    state, losses = start(problem), []
    for k in range(iterations):
        walked = walk(problem, settings, state)
        losses.append(walked.loss)
        state = State(k + 1, walked.parameters, walked.optimizer, k + 1)
    return losses, state


def assert_close(found: Array, wanted: Array, tolerance: float = 1e-12, size: float = 0.0) -> None:
    """Compare relative to the largest cell, or to `size` where that is larger."""
    scale = max(float(np.max(np.abs(wanted), initial=0.0)), size, 1e-300)
    worst = float(np.max(np.abs(np.asarray(found) - wanted), initial=0.0))
    assert worst <= tolerance * scale, f"{worst / scale:.3g} of {scale:.3g}"
