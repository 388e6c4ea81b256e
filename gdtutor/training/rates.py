"""The table of learning-rate schedules, and the rate of an epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from gdtutor.training.errors import TrainingError
from gdtutor.training.settings import Schedule
from gdtutor.values import Struct


class ScheduleRow(Struct, frozen=True):
    """One rule for the learning rate of an epoch."""

    name: str
    formula: str
    """The rule as learners see it; e is the epoch, from 0."""
    numpy: str
    """The rule in NumPy source, over {base}, {factor}, {every} and the name epoch."""
    compute: Callable[[Schedule, float, int], float]


def _constant(schedule: Schedule, base: float, epoch: int) -> float:
    return base


def _stepped(schedule: Schedule, base: float, epoch: int) -> float:
    return _power(base, schedule.factor, epoch // schedule.every)


def _exponential(schedule: Schedule, base: float, epoch: int) -> float:
    return _power(base, schedule.factor, epoch / schedule.every)


def _power(base: float, factor: float, exponent: float) -> float:
    try:
        return float(base * factor**exponent)
    except OverflowError:
        return math.inf


def _linear(schedule: Schedule, base: float, epoch: int) -> float:
    part = min(epoch, schedule.every) / schedule.every
    return base * (1 - (1 - schedule.factor) * part)


def _inverse_time(schedule: Schedule, base: float, epoch: int) -> float:
    return base / (1 + schedule.factor * epoch / schedule.every)


def _cosine(schedule: Schedule, base: float, epoch: int) -> float:
    part = min(epoch, schedule.every) / schedule.every
    return base * (1 + math.cos(math.pi * part)) / 2


SCHEDULES: Mapping[str, ScheduleRow] = {
    row.name: row
    for row in (
        ScheduleRow("constant", "rate", "{base}", _constant),
        ScheduleRow(
            "step", "rate·factor^⌊e/every⌋", "{base}*{factor}**(epoch // {every})", _stepped
        ),
        ScheduleRow(
            "exponential", "rate·factor^(e/every)", "{base}*{factor}**(epoch/{every})", _exponential
        ),
        ScheduleRow(
            "linear",
            "rate·(1 − (1 − factor)·min(e, every)/every)",
            "{base}*(1 - (1 - {factor})*(min(epoch, {every})/{every}))",
            _linear,
        ),
        ScheduleRow(
            "inverse_time",
            "rate/(1 + factor·e/every)",
            "{base}/(1 + {factor}*epoch/{every})",
            _inverse_time,
        ),
        ScheduleRow(
            "cosine",
            "rate·(1 + cos(π·min(e, every)/every))/2",
            "{base}*(1 + np.cos(np.pi*min(epoch, {every})/{every}))/2",
            _cosine,
        ),
    )
}
"""Every schedule by its name in a lesson. Source of cosine: Loshchilov and Hutter 2017, eq. 5,
with a least rate of 0 and no restarts."""


TO_THE_END = ("linear", "cosine")
"""The schedules that without a length end with the lesson's epochs."""


def check_schedule(schedule: Schedule) -> None:
    """Refuse a schedule that has no meaning.

    Raises:
        TrainingError: a factor of 0 where rates are multiplied by it.
    """
    if schedule.factor == 0 and schedule.kind != "linear":
        factor = f"the schedule's factor is {schedule.factor:g}"
        raise TrainingError(factor, "use a number above 0")


def rate(schedule: Schedule, base_rate: float, epoch: int) -> float:
    """Return the learning rate of an epoch, counted from 0."""
    return SCHEDULES[schedule.kind].compute(schedule, base_rate, epoch)


def rates(schedule: Schedule, base_rate: float, per: int, iterations: range) -> list[float]:
    """Return the learning rate of each iteration, of which there are `per` in an epoch."""
    if schedule.kind == "constant":
        return [base_rate] * len(iterations)
    return [rate(schedule, base_rate, k // per) for k in iterations]
