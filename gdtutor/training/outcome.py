"""What some iterations of a plan did, and what they are validated on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtutor.engine.operations import Array
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import Struct

if TYPE_CHECKING:
    from gdtutor.training.validation import Held


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


def held_of(problem: Problem, settings: Settings, train: int) -> Held | None:
    """Return what computes the cost of the examples held back; None where there are none."""
    if train >= problem.size:
        return None
    # Only runs that validate need NumPy's plan at this point, and starting counts.
    from gdtutor.training.validation import Held

    return Held(problem, settings, train)
