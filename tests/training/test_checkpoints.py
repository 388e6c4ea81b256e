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
