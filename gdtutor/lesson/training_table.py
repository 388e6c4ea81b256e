"""The `[training]` table becomes settings, held against the data and the optimisers' own bounds."""

from __future__ import annotations

from gdtutor.lesson.mistakes import Mistake, Mistakes, collected
from gdtutor.lesson.readers import fields_of
from gdtutor.lesson.tables import ScheduleTable, StopTable, TrainingTable
from gdtutor.training.optimisers import DECOUPLED, WEIGHT_DECAY, optimiser_of
from gdtutor.training.order import iterations_per_epoch
from gdtutor.training.rates import TO_THE_END, check_schedule
from gdtutor.training.settings import Schedule, Settings, Stop
from gdtutor.values import replace

MAX_ITERATIONS = 1_000_000_000
"""Most iterations of a run."""


EVERY, FACTOR = Schedule().every, Schedule().factor
"""Epochs between two steps of a schedule, and its factor, where it does not say."""


def read_settings(
    table: TrainingTable | None, examples: int, mistakes: Mistakes
) -> Settings | None:
    """Return how a lesson trains, None where it does not or where a mistake was found.

    Args:
        table: The `[training]` table.
        examples: How many examples there are.
        mistakes: Mistakes to add to.
    """
    if table is None:
        return None
    found = len(mistakes)
    settings = _settings(table)
    trained_on = settings.trained_on(examples)
    if trained_on < 1:
        what = f"validation holds back all of {examples} examples"
        mistakes.append(_wrong("validation", what, "hold back less"))
    elif settings.batch is not None and settings.batch > trained_on:
        what = f"a batch of {settings.batch} from {trained_on} examples"
        mistakes.append(_wrong("batch", what, f'use 1 to {trained_on}, or "full"'))
    else:
        batch = settings.batch or trained_on
        iterations = settings.epochs * iterations_per_epoch(trained_on, batch)
        if iterations > MAX_ITERATIONS:
            what = f"the run would have {iterations:,} iterations"
            hint = f"the bound is {MAX_ITERATIONS:,}"
            mistakes.append(Mistake(("training", "epochs"), "bound", what, hint))
    for constant in settings.hyperparameters or ((),):
        with collected(mistakes, "training", "hyperparameters", code="value"):
            optimiser_of(replace(settings, hyperparameters=(constant,) if constant else ()))
    names = {name for name, _ in settings.hyperparameters}
    has_decay = WEIGHT_DECAY in names or settings.optimizer in DECOUPLED
    if settings.decayed is not None and not has_decay:
        what, hint = "decayed, and no weight_decay", "hyperparameters = { weight_decay = 0.01 }"
        mistakes.append(_wrong("decayed", what, f"write {hint}, or use {' or '.join(DECOUPLED)}"))
    with collected(mistakes, "training", "schedule", code="value"):
        check_schedule(settings.schedule)
    return None if len(mistakes) > found else settings


def _wrong(key: str, what: str, hint: str) -> Mistake:
    return Mistake(("training", key), "value", what, hint)


def _settings(table: TrainingTable) -> Settings:
    schedule = table.schedule or ScheduleTable("constant")
    stop = table.stop or StopTable()
    same = ("learning_rate", "epochs", "optimizer", "decayed", "order", "seed", "validation")
    return Settings(
        **fields_of(table, *same),
        batch=table.batch if isinstance(table.batch, int) else None,
        hyperparameters=tuple((table.hyperparameters or {}).items()),
        schedule=_schedule(schedule, table.epochs),
        stop=Stop(stop.cost_below, stop.loss_below, stop.gradient_below),
    )


def _schedule(table: ScheduleTable, epochs: int) -> Schedule:
    """Return how the rate changes; some go on to the last epoch where they have no length."""
    factor = table.factor
    if factor is None:
        factor = 0.0 if table.kind == "linear" else FACTOR
    every = table.every or (epochs if table.kind in TO_THE_END else EVERY)
    return Schedule(table.kind, factor, every)


def batch_of(settings: Settings | None, examples: int) -> int:
    """Return how many examples a full batch of the walk holds; all where nothing trains."""
    if settings is None:
        return examples
    return settings.batch or settings.trained_on(examples)
