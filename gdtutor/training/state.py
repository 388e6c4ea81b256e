"""What a run tells of itself: its state at an iteration, and what some iterations did."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.engine.operations import Array
from gdtutor.values import Struct


class State(Struct, frozen=True, eq=False):
    """What training has at the start of an iteration. Arrays are read-only."""

    iteration: int
    parameters: Mapping[str, Array]
    optimizer: Mapping[str, Mapping[str, Array]]
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
