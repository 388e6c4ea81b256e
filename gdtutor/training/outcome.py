"""What some iterations of a plan did."""

from __future__ import annotations

from gdtutor.engine.operations import Array
from gdtutor.values import Struct


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
