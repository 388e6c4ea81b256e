"""A run ends below a bound, and not at it."""

import math

import numpy as np
import pytest

from gdtutor.training.curve import first_stop
from gdtutor.training.settings import Stop
from gdtutor.training.state import PlanResult

COSTS = np.array([3.0, 2.0, 1.0, 0.5])
RESULT = PlanResult(np.zeros(1), COSTS, COSTS, np.empty(0))


@pytest.mark.parametrize("name", ["cost_below", "loss_below", "gradient_below"])
@pytest.mark.parametrize(
    ("bound", "expected"),
    [(2.0, 3), (math.nextafter(2.0, 3.0), 2), (1.0, 4), (0.5, None), (4.0, 1)],
)
def test_the_first_value_below_the_bound_stands_as_the_last(name, bound, expected):
    reason, kept = first_stop(RESULT, COSTS, np.arange(4), Stop(**{name: bound}))
    assert (reason, kept) == ((name, expected) if expected else (None, 4))


def test_the_earliest_of_several_reasons_counts_and_a_loss_that_is_not_finite_does_not_stand():
    stop = Stop(cost_below=0.75, loss_below=1.5)
    assert first_stop(RESULT, COSTS, np.arange(4), stop) == ("loss_below", 3)
    strange = PlanResult(np.zeros(1), np.array([3.0, np.nan, 1.0, 0.5]), COSTS, np.empty(0))
    assert first_stop(strange, COSTS, np.arange(4), stop) == ("not_finite", 1)
