"""What settings a problem can have: everything is asked before any plan is made."""

from __future__ import annotations

import math

from gdtutor.engine.expression import number_text
from gdtutor.training.errors import TrainingError
from gdtutor.training.optimisers import optimiser_of, root_of
from gdtutor.training.order import check_order
from gdtutor.training.problem import Problem
from gdtutor.training.rates import check_schedule
from gdtutor.training.settings import Settings

MAX_EPOCHS = 5_000_000
"""Most epochs of a run: its curve and that of the validation take 80 MB."""


def check(problem: Problem, settings: Settings) -> int:
    """Refuse settings that cannot be had; return how many examples are trained on.

    Raises:
        TrainingError: Naming the setting and its bound.
        DataError: The order of the examples cannot be had.
    """
    if not problem.parameters:
        what = "the graph has no parameters, so there is nothing to train"
        hint = "give it one under [parameters]"
        raise TrainingError(what, hint)
    if not problem.trained:
        raise TrainingError("every parameter is frozen", "leave one out of 'frozen'")
    rate = settings.learning_rate
    if not (math.isfinite(rate) and rate > 0):
        raise TrainingError(
            f"the learning rate is {number_text(rate)}", "use a finite number above 0"
        )
    if not 0 <= settings.epochs <= MAX_EPOCHS:
        raise TrainingError(
            f"{settings.epochs:,} epochs", f"use 0 to {MAX_EPOCHS:,}, which memory holds"
        )
    optimiser_of(settings)
    check_schedule(settings.schedule)
    size, batch = problem.size, settings.batch
    train = settings.trained_on(size)
    if settings.validation and not 1 <= train < size:
        what = f"validation {settings.validation:g} holds back {size - train} of {size} examples"
        hint = f"use {1 / size:.2g}, which holds back 1" if size > 1 else "hold back none"
        raise TrainingError(what, hint)
    if batch is not None and not 1 <= batch <= max(1, train):
        raise TrainingError(
            f"the batch size is {batch}", f"use 1 to {max(1, train)}, the examples trained on"
        )
    if problem.is_single and settings.batch_size(train) > 1:
        raise TrainingError("this graph is about one example at a time", "use a batch size of 1")
    check_order(settings.order)
    if root_of(settings):
        # Asked before any plan is made: a walk would come to an update that it cannot show.
        from gdtutor.training.neuron import neuron_of

        neuron_of(problem, settings, train)
    return train
