"""Where an update follows the rounding of a gradient, so that no two computations agree."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.rounding import rounding_of
from gdtutor.session.moment import Moment
from gdtutor.training.optimisers import optimiser_of, update, zero_state

_RELATIVE, _ABSOLUTE = 5e-10, 5e-16
"""What a new parameter may move by: half of what a script lets it differ by from the walk's."""


def rounded_cells(moment: Moment) -> dict[str, Array]:
    """Return where a gradient is 0 but for rounding, or where its rounding moves the new parameter
    far, for every parameter with such cells: 1 there, else 0.

    An optimiser that divides by the size of gradients makes much of one that is small beside the
    terms of which it is the sum.
    """
    bounds = rounding_of(moment.trace).gradients
    found = {}
    for name, gradient in moment.trace.gradients.items():
        if name in moment.updates:
            taken = moment.updates[name].gradient
            largest = np.maximum(np.abs(gradient), np.abs(taken))
            cells = (bounds[name] > 0) & (largest <= bounds[name])
            cells = cells | (_moved(moment, name, bounds[name]) > _ABSOLUTE)
            if cells.any():
                found[name] = cells.astype(np.float64)
    return found


def _moved(moment: Moment, name: str, bound: Array) -> Array:
    """Return by how much more than a rounding of its own a parameter may come out elsewhere."""
    if moment.settings is None:
        return np.zeros(np.shape(bound))
    row, hyper = optimiser_of(moment.settings)
    done, p = moment.updates[name], moment.state.parameters[name]
    if row.solves:
        return np.zeros(np.shape(p))
    state = moment.state.optimizer.get(name) or zero_state(row, p)
    t, rate = moment.state.t + 1, moment.learning_rate
    with np.errstate(all="ignore"):
        others = [
            update(row, p, done.gradient + side * bound, state, t, rate, hyper).p
            for side in (1.0, -1.0)
        ]
        apart = np.maximum(*(np.abs(other - done.p) for other in others))
        return np.asarray(np.nan_to_num(apart) - _RELATIVE * np.abs(done.p))
