"""What a what-if has changed: the walk beside the same iteration of the lesson's own run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.moment import Moment


def changed_values(moment: Moment, own: Moment | None, scene: int) -> frozenset[str]:
    """Return the leaves and nodes of a scene whose value is not that of the lesson's own run."""
    if own is None:
        return frozenset()
    return _different(moment.traces[scene].values, own.traces[scene].values)


def changed_gradients(moment: Moment, own: Moment | None, scene: int) -> frozenset[str]:
    """Return the leaves and nodes of a scene whose gradient is not that of the own run."""
    if own is None:
        return frozenset()
    return _different(moment.traces[scene].gradients, own.traces[scene].gradients)


def _different(now: Mapping[str, Array], before: Mapping[str, Array]) -> frozenset[str]:
    return frozenset(
        name
        for name, value in now.items()
        if name in before and not np.array_equal(value, before[name], equal_nan=True)
    )
