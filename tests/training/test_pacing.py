"""Training pauses often enough for keys, whatever the size of a problem."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.training.pacing import burst_of, microseconds_of
from gdtutor.training.problem import Problem
from gdtutor.training.segments import RunSegment, Stretch
from gdtutor.training.settings import Settings
from tests.training.problems import network, scalar_or, xavier, xor_231


def wide() -> Problem:
    examples = np.random.RandomState(0).rand(500, 21)
    return network((20, 30, 1), examples, xavier((20, 30, 1), 1))


@pytest.mark.parametrize("make", [lambda: scalar_or(is_single=False), xor_231, wide])
def test_a_burst_lasts_some_four_milliseconds_at_most(make) -> None:
    stretch = Stretch(RunSegment(0, make(), Settings()), None)
    assert 2_000 < burst_of(stretch) * microseconds_of(stretch) <= 4_000
