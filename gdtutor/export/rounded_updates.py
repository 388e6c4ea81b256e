"""Where an update follows the rounding of a gradient, so that no two computations agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.engine.rounding import rounding_of
from gdtutor.session.moment import Moment
from gdtutor.training.optimisers import OPTIMISERS, optimiser_of, update, zero_state

_RELATIVE, _ABSOLUTE = 5e-10, 5e-16
"""What a line may move by: half of what a script lets it differ by from the walk's."""


def rounded_cells(moment: Moment) -> dict[str, Array]:
    """Return where the rounding of a gradient moves what an update gives far, for every parameter
    with such cells: 1 there, else 0.

    An optimiser that divides by the size of gradients makes much of one that is small beside the
    terms of which it is the sum, and of one that is 0 where these cancel.
    """
    bounds = rounding_of(moment.trace).gradients
    found = {}
    for name in moment.updates:
        if name in moment.trace.gradients:
            cells = _is_moved(moment, name, bounds[name])
            if cells.any():
                found[name] = cells.astype(np.float64)
    return found


def _is_moved(moment: Moment, name: str, bound: Array) -> NDArray[np.bool_]:
    """Say of each cell whether a line of its update may come out elsewhere by more than a script
    lets it differ."""
    done, p = moment.updates[name], moment.state.parameters[name]
    moved = np.zeros(np.shape(p), dtype=bool)
    if moment.settings is None or OPTIMISERS[moment.settings.optimizer].solves:
        return moved
    row, hyper = optimiser_of(moment.settings)
    state = moment.state.optimizer.get(name) or zero_state(row, p)
    t, rate = moment.state.t + 1, moment.learning_rate
    with np.errstate(all="ignore"):
        for side in (1.0, -1.0):
            other = update(row, p, done.gradient + side * bound, state, t, rate, hyper)
            for (_, _, one), (_, _, two) in zip(done.lines, other.lines, strict=True):
                moved |= np.abs(one - two) > _RELATIVE * np.abs(one) + _ABSOLUTE
    return moved
