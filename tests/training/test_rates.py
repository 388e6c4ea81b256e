"""The schedules give the rates that their formulas say."""

from __future__ import annotations

import math

import pytest

from gdtutor.training.errors import TrainingError
from gdtutor.training.rates import SCHEDULES, check_schedule, rate
from gdtutor.training.settings import Schedule


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_begins_with_the_base_rate(name: str) -> None:
    schedule = Schedule(name, 0.5, 10)
    check_schedule(schedule)
    assert rate(schedule, 0.3, 0) == 0.3


def test_schedules_have_the_rates_of_their_formulas() -> None:
    assert rate(Schedule("step", 0.5, 10), 1.0, 25) == 0.25
    assert rate(Schedule("exponential", 0.5, 10), 1.0, 5) == pytest.approx(0.5**0.5, rel=1e-15)
    assert rate(Schedule("cosine", 0.5, 10), 1.0, 5) == pytest.approx(0.5, rel=1e-15)
    assert rate(Schedule("cosine", 0.5, 10), 1.0, 99) == 0.0
    assert [rate(Schedule("linear", 0.1, 100), 1.0, e) for e in (0, 50, 100, 900)] == (
        pytest.approx([1.0, 0.55, 0.1, 0.1], rel=1e-15)
    )
    assert rate(Schedule("linear", 0.0, 10), 2.0, 10) == 0.0
    assert rate(Schedule("inverse_time", 0.5, 10), 1.0, 20) == 0.5
    assert rate(Schedule("exponential", 1e300, 1), 1.0, 99) == math.inf


def test_a_schedule_with_a_factor_of_nothing_is_refused() -> None:
    with pytest.raises(TrainingError, match="factor"):
        check_schedule(Schedule("step", 0.0, 10))
    check_schedule(Schedule("linear", 0.0, 10))
