"""Why a run ended, and what went wrong with it: the one rule that every report of it shares."""

from __future__ import annotations

from enum import Enum

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.settings import Stop

LEAST_EPOCHS = 4
"""Epochs below which nothing is said about a trend."""
LEAST_WINDOW = 10
"""Epochs that are looked at where half of them are fewer, and there are as many."""
STILL = 1e-3
"""A cost is almost flat whose highest and lowest in the window differ by less than this share of
the last one."""
POOR = 0.25
"""A cost is poor that is above this share of the first one. A curve that lies flat further below
has more likely come to its minimum, which noise in the targets keeps above 0."""
RISE = 0.01
"""A cost is growing whose last epoch is above every one of the window's first half, by more than
this share of it, and above its start. A single early epoch to compare with would make a growing
run of every curve that jumps up and down."""


class Trouble(Enum):
    """What went wrong."""

    NOT_FINITE = "not finite"
    GROWING = "growing"
    STUCK = "stuck"


BROKEN = (Trouble.NOT_FINITE.value, Trouble.GROWING.value)
"""Words for a run whose last cost compares to nothing: it broke off, or grows."""


def window_of(costs: Array) -> int:
    """Return how many of the last epochs a curve is judged by.

    They are its last half, so that a verdict does not depend on how many epochs a lesson takes
    for the same way.
    """
    return max(len(costs) // 2, min(LEAST_WINDOW, len(costs) - 1), 0)


def trouble_of(costs: Array, stopped_by: str | None) -> Trouble | None:
    """Return what went wrong with a run, None where nothing did.

    Args:
        costs: The cost of each finished epoch.
        stopped_by: As in `Progress`.
    """
    if stopped_by == "not_finite":
        return Trouble.NOT_FINITE
    if len(costs) < LEAST_EPOCHS:
        return None
    window = window_of(costs)
    seen = costs[-1 - window :]
    start, last = float(costs[0]), float(seen[-1])
    with np.errstate(all="ignore"):
        if float(np.ptp(seen)) < STILL * abs(last) and last > POOR * start:
            return Trouble.STUCK
        early = float(np.max(seen[: window // 2 + 1]))
        if last - early > RISE * abs(early) and last > start:
            return Trouble.GROWING
    return None


def judge(costs: Array, stopped_by: str | None) -> str:
    """Return the word for what went wrong with a run, empty where nothing did."""
    trouble = trouble_of(costs, stopped_by)
    return "" if trouble is None else trouble.value


_BOUNDS = {"cost": "cost", "loss": "loss of a batch", "gradient": "gradient's norm"}
_ENDINGS = {"epochs": "all epochs done", "not_finite": "no longer finite", "key": "stopped by you"}


def ending(stopped_by: str | None, stop: Stop) -> str:
    """Return why a run has ended, in words, empty while it has not.

    Args:
        stopped_by: As in `Progress`, with or without its `_below`; `key` where the user ended it.
        stop: What ends the run early.
    """
    name = (stopped_by or "").removesuffix("_below")
    if name not in _BOUNDS:
        return _ENDINGS.get(name, name)
    bound = {
        "cost": stop.cost_below, "loss": stop.loss_below, "gradient": stop.gradient_below,
    }[name]  # fmt: skip
    return f"{_BOUNDS[name]} low enough" if bound is None else f"{_BOUNDS[name]} below {bound:g}"
