"""Chooses how a run is computed: scalar Python at gate size, NumPy above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtutor.training.limits import check
from gdtutor.training.optimisers import root_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings

if TYPE_CHECKING:
    from gdtutor.training.plan.epochs import Plan

SCALAR_BELOW = 90
"""Trained cells times examples in a batch up to which scalar Python is faster. Measured: a NumPy
call costs as much as about twenty operations on floats, whatever its arrays hold."""


def compile_plan(problem: Problem, settings: Settings, kind: str | None = None) -> Plan:
    """Compile a problem.

    Args:
        problem: What is trained.
        settings: How.
        kind: numpy or scalar, whatever the rule says; None for the rule's choice.

    Raises:
        TrainingError: The problem cannot be trained, or not with these settings.
    """
    # Each kind is imported where it is needed: the whole program starts in the time that a script
    # needs to import NumPy and train a gate.
    train = check(problem, settings)
    if root_of(settings):
        from gdtutor.training.implicit import ImplicitPlan

        return ImplicitPlan(problem, settings, train)
    batch = settings.batch_size(train)
    if kind == "scalar" if kind else prefers_scalar(problem.trained_cells, batch):
        from gdtutor.training.plan.scalar_plan import ScalarPlan

        return ScalarPlan(problem, settings, train)
    from gdtutor.training.plan.numpy_plan import NumpyPlan

    return NumpyPlan(problem, settings, train)


def prefers_scalar(cells: int, batch: int) -> bool:
    """Say whether trained cells times examples in a batch lie under `SCALAR_BELOW`."""
    return cells * batch < SCALAR_BELOW
