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


def _power(base: float, factor: float, exponent: float) -> float:
    try:
        return float(base * factor**exponent)
    except OverflowError:
        return math.inf


def _part(schedule: Schedule, epoch: int) -> float:
    """Return the share of a schedule's length that is done."""
    return min(epoch, schedule.every) / schedule.every


SCHEDULES: Mapping[str, ScheduleRow] = {
    row.name: row
    for row in (
        ScheduleRow("constant", "rate", "{base}", lambda s, base, epoch: base),
        ScheduleRow("step", "rate·factor^⌊e/every⌋", "{base}*{factor}**(epoch // {every})",
                lambda s, base, epoch: _power(base, s.factor, epoch // s.every)),
        ScheduleRow("exponential", "rate·factor^(e/every)", "{base}*{factor}**(epoch/{every})",
                lambda s, base, epoch: _power(base, s.factor, epoch / s.every)),
        ScheduleRow("linear", "rate·(1 − (1 − factor)·min(e, every)/every)",
                "{base}*(1 - (1 - {factor})*(min(epoch, {every})/{every}))",
                lambda s, base, epoch: base * (1 - (1 - s.factor) * _part(s, epoch))),
        ScheduleRow("inverse_time", "rate/(1 + factor·e/every)",
                "{base}/(1 + {factor}*epoch/{every})",
                lambda s, base, epoch: base / (1 + s.factor * epoch / s.every)),
        ScheduleRow("cosine", "rate·(1 + cos(π·min(e, every)/every))/2",
                "{base}*(1 + np.cos(np.pi*min(epoch, {every})/{every}))/2",
                lambda s, base, epoch: base * (1 + math.cos(math.pi * _part(s, epoch))) / 2),
    )
}  # fmt: skip
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
