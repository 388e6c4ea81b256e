"""Implicit gradient descent for one linear or sigmoid neuron, one example at a time.

With the loss L = (ŷ − y)²/2 and z = w·x + b, the implicit update w' = w − α·δ(z')·x takes its
signal δ = ∂L/∂z at the parameters after it. Along the update only z changes: z' solves

    z' = z − α·s·δ(z'),   s = Σ (∂z/∂w)²,

a root in one dimension. The update then is the explicit one with g shrunk by δ(z')/δ(z).
Source: Toulis and Airoldi 2017, algorithm 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.trace import trace
from gdtutor.training.neuron import LinearNeuron, neuron_of
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.epochs import Plan
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import layout_of
from gdtutor.training.updates import update
from gdtutor.values import Struct

_HALVINGS = 200
"""More than the bits of a float64 have; bisection ends before, when the ends are neighbours."""


class ImplicitStep(Struct, frozen=True, eq=False):
    """One implicit update."""

    shrink: float
    """δ(z')/δ(z), the factor of the explicit gradient; 1 where the gradient is 0."""
    loss: float
    """Before the update."""
    gradients: Arrays
    """At the parameters before the update."""


def signal(z: float, y: float) -> float:
    """Return δ = ∂L/∂z of one example of a sigmoid neuron."""
    out = _sigmoid(z)
    return (out - y) * (out * _sigmoid(-z))


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z > -709.0 else 0.0


def shrunk(slope: float, z: float, y: float, step: float, is_sigmoid: bool) -> float:
    """Return δ(z')/δ(z).

    Args:
        slope: δ(z), which is not 0.
        z: Before the update.
        y: The target.
        step: The learning rate times the sum of squares of ∂z/∂w.
        is_sigmoid: Whether the neuron has a sigmoid.
    """
    if not is_sigmoid:
        # In closed form: where z' comes near y, their difference would have lost its digits.
        return 1 / (1 + step)
    root = solve(z, y, step)
    # Far away δ(z') would carry the rounding of z' many times over; near z their difference would.
    is_far = abs(z - root) > 1 and math.isfinite(step)
    return (z - root) / step / slope if is_far else signal(root, y) / slope


def solve(z: float, y: float, step: float) -> float:
    """Return the root of z' − z + step·δ(z') of a sigmoid neuron that lies nearest to z, to
    machine precision; the arguments are those of `shrunk`."""
    start = signal(z, y)
    if step == 0 or start == 0 or not math.isfinite(z):
        return z

    def gap(u: float) -> float:
        return u - z + step * signal(u, y)

    # |δ| of a sigmoid stays below |σ − y|/4, so the root lies within this reach of z. Walking there
    # in small steps finds the first change of sign, where larger steps could pass over two.
    reach = step * (1 + abs(y)) / 4
    far = z - math.copysign(reach, start)
    near, ahead = z, far
    stride = min(0.25, reach)
    while abs(near - z) < reach and stride > 0:
        ahead = near - math.copysign(stride, start)
        if gap(ahead) == 0 or (gap(ahead) > 0) != (gap(z) > 0):
            break
        near, stride = ahead, stride * 1.25
    for _ in range(_HALVINGS):
        middle = (near + ahead) / 2
        if middle in (near, ahead):
            break
        if (gap(middle) > 0) == (gap(z) > 0):
            near = middle
        else:
            ahead = middle
    return near if abs(gap(near)) < abs(gap(ahead)) else ahead


def implicit_step(
    problem: Problem, neuron: LinearNeuron, parameters: Arrays, batch: Indices, learning_rate: float
) -> ImplicitStep:
    """Return the factor of the explicit update that makes it implicit, for one example."""
    given = problem.given(parameters, batch)
    walked = trace(problem.graph, given)
    gradients = {name: walked.gradients[name] for name in problem.trained}
    z, y = _number(walked.values[neuron.z]), _number(given[neuron.target])
    before = _number(walked.gradients[neuron.z])
    loss = _number(walked.values[problem.graph.root])
    if before == 0 or not math.isfinite(before):
        return ImplicitStep(1.0, loss, gradients)
    with np.errstate(over="ignore"):
        squares = sum(float(np.sum((g / before) ** 2)) for g in gradients.values())
    shrink = shrunk(before, z, y, learning_rate * squares, neuron.is_sigmoid)
    return ImplicitStep(shrink, loss, gradients)


def _number(value: Array) -> float:
    return float(np.reshape(value, ()))


class ImplicitPlan(Plan):
    """A single neuron trained implicitly, with the gradients of the walk itself."""

    def __init__(self, problem: Problem, settings: Settings, train: int) -> None:
        super().__init__(problem, settings, train)
        self._neuron = neuron_of(problem, settings, train)
        self._row, _ = optimiser_of(settings)
        self._layout = layout_of(problem, self._row)
        self._vector = np.empty(0)

    @property
    def source(self) -> str:
        """The rule; nothing is generated for it."""
        source = SourceLines()
        source.add(
            0, "shrink = solve(…)", "the root in one dimension that makes the update implicit"
        )
        for name, formula in self._row.lines:
            source.add(0, f"{name} = {formula}", "of each parameter p, whose gradient is g")
        return source.text()

    def _load(self, vector: Array) -> None:
        self._vector = vector.copy()

    def _stored(self) -> Array:
        return self._vector

    def _length(self, epoch: int, turn: int, left: int) -> int:
        return 1

    def _block(self, epoch: int, turn: int, t: int, alphas: Sequence[float]) -> tuple[Array, Array]:
        parameters, _ = self._layout.split(self._vector)
        chosen = self._order.epoch(epoch)[turn : turn + 1]
        step = implicit_step(self._problem, self._neuron, parameters, chosen, alphas[0])
        for part in self._layout.parts:
            name = part.parameter
            if name in step.gradients:
                old, g = parameters[name], step.gradients[name]
                constants = {"shrink": step.shrink, "t": t + 1, "learning_rate": alphas[0]}
                new = update(self._row, old, g, {}, constants)
                self._vector[part.cells] = np.ravel(new.p)
        squares = sum(float(np.sum(g**2)) for g in step.gradients.values())
        return np.array([step.loss]), np.array([math.sqrt(squares)])
