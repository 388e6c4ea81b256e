"""States that are kept stay within a bound and are found again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtutor.training import checkpoints
from gdtutor.training.checkpoints import Checkpoints


def test_thinning_keeps_every_second_state() -> None:
    kept = Checkpoints(2)
    vector: NDArray[np.float64] = np.zeros(1_000_000)
    for iteration in range(0, 40, 2):
        kept.keep(iteration, vector, iteration)
    assert kept.bytes <= checkpoints.MAX_BYTES
    assert kept.spacing == 8
    found = kept.nearest(31)
    assert found is not None
    assert found[0] == 24


def test_a_visited_state_is_found_until_enough_others_were_visited() -> None:
    kept = Checkpoints(10)
    vector: NDArray[np.float64] = np.zeros(1)
    kept.keep(0, vector, 0)
    kept.visit(7, vector, 7)
    assert [kept.nearest(at)[0] for at in (6, 7, 9)] == [0, 7, 7]  # type: ignore[index]
    for iteration in range(20, 20 + 10 * checkpoints._RECENT):
        kept.visit(iteration, vector, iteration)
    assert kept.nearest(9) == (0, vector, 0)


def test_a_branch_has_no_state_of_what_comes_after_it() -> None:
    kept = Checkpoints(10)
    for iteration in range(0, 50, 10):
        kept.keep(iteration, np.zeros(3), iteration)
    assert kept.up_to(20).bytes * 5 == kept.bytes * 3
