"""Why a run ended, and what went wrong with it: rules and words that every report of it shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np

from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import Array, Arrays
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.settings import Settings, Stop
from gdtutor.values import Struct, field

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
"""A cost is growing whose last peak is above all of the window's first half by more than this share
of them."""
PEAKS = 24
"""Most parts of the window whose highest costs are held against each other."""
STEADY = 0.9
"""Least rank correlation of these peaks with the epoch: chance alone seldom orders them so well.
Where the whole curve is fewer epochs than a window, each is above the one before."""
UNSLOWED = 0.9
"""A cost is growing whose peaks rise at least this share as far above their median as they have
risen to it. A rise that slows down comes to an end, as that of momentum near its limit does."""
FAR = 100.0
"""Times the highest cost of the window's first quarter from which on all of the last are growth,
however much the batches have them jump."""


class Trouble(Enum):
    """What went wrong."""

    NOT_FINITE = "not finite"
    GROWING = "diverges"
    STUCK = "stuck"


BROKEN = (Trouble.NOT_FINITE.value, Trouble.GROWING.value)
"""Words for a run whose last cost compares to nothing: it broke off, or grows."""
JUMPS = "jumps to and fro"
"""Words for a run whose cost is flat since each step leads as far across as the one before."""
LOWEST = "the lowest cost"
"""Words for the run that is best of several."""
CHANCE = "ends by chance"
"""Words for a run that jumps above its start to the end: another epoch would end elsewhere."""
AT_AVERAGE = "at the average"
"""Is said of a cost of averaged gradient descent after its last update; those of the curve are at
the parameters themselves."""
OFTEN = 0.25
"""Share of epochs above the start from which on a curve has not come down below it."""


class TrainedCurve(Struct, frozen=True, eq=False):
    """What a run is beside others. Arrays are read-only."""

    label: str
    """What tells it from the others, as `learning_rate 0.5`."""
    costs: Array
    """The cost of each finished epoch, as long as it is finite."""
    verdict: str = ""
    """What went wrong, in a word; empty where nothing did."""
    setting: str = ""
    """The setting that its sweep varies, with which its label begins; empty where there is none.
    What else its runs were made with follows after a comma."""
    measure: str = ""
    """What its costs are of: data and cost of its run; empty where that is not known."""
    stopped_by: str | None = None
    """As in `Run`; None while it goes on."""
    parameters: Arrays = field(default_factory=dict)
    predicting: Arrays = field(default_factory=dict)
    """The parameters that predictions are made with."""
    is_averaged: bool = False
    """Whether predictions are made with averages, and the cost at its end is theirs."""
    end: float | None = None
    """The cost over all that it is trained on where it has ended; None where it has not, or where
    that is not known."""

    @property
    def value(self) -> str:
        """What its sweep's setting was."""
        return self.label.removeprefix(f"{self.setting} ").partition(", ")[0]

    @property
    def is_broken(self) -> bool:
        """Whether the cost at its end compares to nothing."""
        return self.verdict in BROKEN

    @property
    def ends_by_chance(self) -> bool:
        """Whether it jumps about: in both halves of its window it is often above its start, and in
        the later one not lower throughout, as a curve is that comes down from an early peak.
        """
        if len(self.costs) < LEAST_EPOCHS:
            return False
        early, late = np.array_split(self.costs[-1 - window_of(self.costs) :], 2)
        often = min(np.mean(half > self.costs[0]) for half in (early, late)) >= OFTEN
        return bool(often and np.max(late) >= np.median(early))

    @property
    def remark(self) -> str:
        """What is to say of it beside its last cost, in a few words; empty where nothing is."""
        return self.verdict or (CHANCE if self.ends_by_chance else "")

    @property
    def last(self) -> float:
        """The cost of the last epoch finished; infinite where there is none."""
        return float(self.costs[-1]) if len(self.costs) else math.inf

    def cost(self, at_end: bool) -> tuple[float, bool]:
        """Return its cost over all the data after the last update where that is wanted and it has
        one, else that of the last epoch; and whether it is the former."""
        if not at_end or self.end is None or not math.isfinite(self.end):
            return self.last, False
        return self.end, True


SAME = 1e-9
"""Relative difference of costs up to which they are one: runs that are trained side by side round
otherwise than one that is trained alone.
"""


def lowest(curves: Sequence[TrainedCurve]) -> tuple[int, ...]:
    """Return the places of the runs whose cost is the lowest; none where none has one.

    It is the cost over all the data that counts, as soon as every run has ended.
    A run that broke off has no cost at its end, one that grows is not better than those that it was
    below on its way, and one that ends by chance may be above them an epoch later.
    """
    lost = (*BROKEN, CHANCE)
    at_end = have_ended(curves)
    ends = [math.inf if curve.remark in lost else curve.cost(at_end)[0] for curve in curves]
    least = min(ends, default=math.inf)
    if not math.isfinite(least):
        return ()
    return tuple(place for place, end in enumerate(ends) if end - least <= SAME * abs(least))


def have_ended(curves: Sequence[TrainedCurve]) -> bool:
    """Say whether runs are compared by their cost over all the data after the last update, which is
    known of each that compares at all; else it is by the cost of the last epoch, which is the mean
    of its batches, each before its update.
    """
    sound = (curve for curve in curves if not curve.is_broken and len(curve.costs))
    return all(curve.end is not None and math.isfinite(curve.end) for curve in sound)


def window_of(costs: Array) -> int:
    """Return how many of the last epochs a curve is judged by.

    They are its last half, so that a verdict does not depend on how many epochs a lesson takes
    for the same way.
    """
    return max(len(costs) // 2, min(LEAST_WINDOW, len(costs) - 1), 0)


def trouble_of(costs: Array, stopped_by: str | None, transient: int = 0) -> Trouble | None:
    """Return what went wrong with a run, None where nothing did.

    Args:
        costs: The cost of each finished epoch.
        stopped_by: As in `Run`.
        transient: Epochs within which a rise may pass, as `transient_of` returns them.
    """
    if stopped_by == "not_finite":
        return Trouble.NOT_FINITE
    if len(costs) < LEAST_EPOCHS:
        return None
    seen = costs[-1 - window_of(costs) :]
    start, last = float(costs[0]), float(seen[-1])
    with np.errstate(all="ignore"):
        if float(np.ptp(seen)) < STILL * abs(last) and last > POOR * start:
            return Trouble.STUCK
        # At its very limit momentum steps as far as this from the start, and no further.
        least = (2 * len(costs) + 1) ** 2 * abs(start) if len(costs) < transient else start
        if last > max(least, float(seen[0])) and _is_growing(seen):
            return Trouble.GROWING
    return None


def _is_growing(seen: Array) -> bool:
    """Say whether the peaks of a curve rise all along, and no slower in the end."""
    parts = min(len(seen), PEAKS)
    peaks = np.maximum.reduceat(seen, np.arange(parts) * len(seen) // parts)
    low, high, early = float(peaks[0]), float(peaks[-1]), float(peaks[: parts // 2 + 1].max())
    if not high - early > RISE * abs(early):
        return False
    quarter = (len(seen) + 3) // 4
    if seen[-quarter:].min() > FAR * abs(float(seen[:quarter].max())):
        return True
    order = np.argsort(peaks)
    # Spearman's, which is the same for the places of the ranks as for the ranks.
    off = float(np.sum((order - np.arange(parts)) ** 2))
    is_steady = 1 - 6 * off / (parts**3 - parts) >= (STEADY if len(seen) > LEAST_WINDOW else 1)
    middle = float(peaks[order[(parts - 1) // 2]] + peaks[order[parts // 2]]) / 2
    return bool(is_steady and high - middle >= UNSLOWED * (middle - low))


def transient_of(settings: Settings, examples: int) -> int:
    """Return the epochs within which the cost of a run may rise and come down again by itself:
    batches throw it, and what an optimiser remembers drives it on.

    Args:
        settings: Of the run.
        examples: How many it is trained on.
    """
    row, constants = optimiser_of(settings)
    kept = max((constants.get(name, 0.0) for name in ("beta", "beta1")), default=0.0)
    per_epoch = -(-examples // settings.batch_size(examples)) if examples else 1
    remembered = 2 / (1 - kept) / per_epoch if row.state else 0.0
    return math.ceil(max(remembered, 0 if settings.is_whole(examples) else LEAST_WINDOW))


def judge(costs: Array, stopped_by: str | None, transient: int = 0) -> str:
    """Return the word for what `trouble_of` returns, empty where nothing went wrong."""
    trouble = trouble_of(costs, stopped_by, transient)
    return "" if trouble is None else trouble.value


_BOUNDS = {"cost": "cost", "loss": "loss of a batch", "gradient": "gradient's norm"}
_ENDINGS = {"epochs": "all epochs done", "not_finite": "no longer finite", "key": "stopped by you"}


def ending(stopped_by: str | None, stop: Stop, *, is_short: bool = False) -> str:
    """Return why a run has ended, in words, empty while it has not.

    Args:
        stopped_by: As in `Run`, with or without its `_below`; `key` where the user ended it.
        stop: What ends the run early.
        is_short: Whether a bound is told in as few cells as can be.
    """
    name = (stopped_by or "").removesuffix("_below")
    if name not in _BOUNDS:
        return _ENDINGS.get(name, name)
    bound: float | None = getattr(stop, f"{name}_below")
    if bound is None:
        return f"{_BOUNDS[name]} low enough"
    exactly = number_text(bound)
    return f"{name} < {exactly}" if is_short else f"{_BOUNDS[name]} below {exactly}"
