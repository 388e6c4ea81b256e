"""Several runs that differ in one or more settings, trained side by side.

Runs of one problem that differ in start, learning rate or a constant of the optimiser train
together in stacked arrays; others in turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.training.curve import Partial, Series, epoch_costs
from gdtutor.training.errors import TrainingError
from gdtutor.training.initialise import check_seed
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan import check
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.training.segments import Segment, Stretch
from gdtutor.training.settings import Settings
from gdtutor.training.stacked_plan import StackedPlan

MAX_RUNS = 256
"""Most runs of a sweep."""
_BURST_CELLS = 4_000_000
"""Products of cells and examples in one burst of a stack, some 10 milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One run of a sweep."""

    label: str
    """What tells it from the others, as `learning_rate 0.5`."""
    problem: Problem
    settings: Settings


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """How far a member is. Arrays are read-only."""

    label: str
    costs: Array
    """The cost of each finished epoch, as long as it is finite."""
    stopped_by: str | None
    """As in `Progress`; None while it goes on."""
    parameters: dict[str, Array]


def swept(settings: Settings, name: str, text: str) -> Settings:
    """Return the settings with one of them changed, as `--sweep NAME=VALUE` asks for.

    Raises:
        TrainingError: The name cannot be swept over, or the value is not one of its kind.
        DataError: The seed is out of range.
    """
    constants = [h.name for h in optimiser_of(settings)[0].hyperparameters]
    known = ("learning_rate", "optimizer", "batch", "order", "seed", "epochs", *constants)
    if name not in known:
        hint = did_you_mean(name, known) or f"use one of {', '.join(known)}"
        raise TrainingError(f"there is no sweep over '{name}'", hint)
    if name == "optimizer":
        return replace(settings, optimizer=text)
    if name == "order":
        return replace(settings, order=text)
    if name == "batch" and text == "full":
        return replace(settings, batch=None)
    try:
        value = float(text)
    except ValueError:
        raise TrainingError(f"{name} = '{text}'", "give a number") from None
    if name in constants:
        kept = tuple(pair for pair in settings.hyperparameters if pair[0] != name)
        return replace(settings, hyperparameters=(*kept, (name, value)))
    if name == "learning_rate":
        return replace(settings, learning_rate=value)
    if not value.is_integer():
        raise TrainingError(f"{name} = {text}", "give a whole number")
    if name == "batch":
        return replace(settings, batch=int(value))
    if name == "seed":
        check_seed(int(value))
        return replace(settings, seed=int(value))
    return replace(settings, epochs=int(value))


class Sweep:
    """Runs side by side.

    Args:
        members: The runs.

    Raises:
        TrainingError: Too few or too many, or settings that one of them cannot have.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        if not 1 <= len(members) <= MAX_RUNS:
            raise TrainingError(f"a sweep of {len(members)} runs", f"use 1 to {MAX_RUNS}")
        self.members = tuple(members)
        for member in members:
            check(member.problem, member.settings)
        self._parts: list[_Stack | _Alone] = []
        for places in _grouped(self.members):
            chosen = [self.members[place] for place in places]
            part = _Stack if len(places) > 1 else _Alone
            self._parts.append(part(places, chosen))

    @property
    def farthest(self) -> int:
        """The epochs that every run has finished or ended before."""
        return min(part.epochs for part in self._parts)

    @property
    def epochs(self) -> tuple[int, int]:
        """The epochs that all runs together have finished or ended before, and those wanted."""
        done = sum(part.epochs * len(part.labels) for part in self._parts)
        return done, sum(member.settings.epochs for member in self.members)

    @property
    def sources(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """The labels of the runs that train together, and the source they are compiled to."""
        return tuple((part.labels, part.source) for part in self._parts)

    @property
    def is_done(self) -> bool:
        """Whether no run goes on."""
        return all(part.is_done for part in self._parts)

    def advance(
        self, epochs: int | None = None, deadline: Callable[[], bool] | None = None
    ) -> bool:
        """Train on, all stacks one after the other.

        Args:
            epochs: At most this many more; None to the end.
            deadline: Asked between bursts; training returns once it says True.

        Returns:
            Whether no run goes on.
        """
        for part in self._parts:
            part.advance(epochs, deadline)
            if deadline is not None and deadline():
                break
        return self.is_done

    def found(self) -> tuple[Found, ...]:
        """Return how far every run is, in the order of the members."""
        by_place = {place: found for part in self._parts for place, found in part.found()}
        return tuple(by_place[place] for place in range(len(self.members)))

    def best(self) -> int | None:
        """Return the place of the run whose last cost is the lowest; None without any cost."""
        last = [float(f.costs[-1]) if len(f.costs) else math.inf for f in self.found()]
        best = int(np.argmin(last))
        return best if math.isfinite(last[best]) else None


def _grouped(members: Sequence[Member]) -> list[list[int]]:
    """Return the places of the members that train together, group by group."""
    groups: list[list[int]] = []
    for place, member in enumerate(members):
        for group in groups:
            if _fit_together(members[group[0]], member):
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def _fit_together(one: Member, other: Member) -> bool:
    same_problem = one.problem is other.problem or (
        one.problem.graph is other.problem.graph
        and one.problem.examples is other.problem.examples
        and one.problem.bindings == other.problem.bindings
        and one.problem.frozen == other.problem.frozen
        and not one.problem.frozen
        and one.problem.constants is other.problem.constants
    )
    if not same_problem or _common(one.settings) != _common(other.settings):
        return False
    train = check(one.problem, one.settings)
    return StackedPlan.fits(one.problem, one.settings, train)


def _common(settings: Settings) -> Settings:
    """Return the settings without what may differ within a stack."""
    seed = 0 if settings.order == "given" else settings.seed
    return replace(settings, learning_rate=0.0, hyperparameters=(), seed=seed)


class _Stack:
    """Members that train together."""

    def __init__(self, places: Sequence[int], members: Sequence[Member]) -> None:
        self._places, self._members = tuple(places), tuple(members)
        first = members[0]
        self._stretches = [Stretch(Segment(0, m.problem, m.settings), None) for m in members]
        self._stretch = self._stretches[0]
        numbers = {"learning_rate": [m.settings.learning_rate for m in members]}
        constants = [optimiser_of(m.settings)[1] for m in members]
        for name in constants[0]:
            numbers[name] = [values[name] for values in constants]
        differing = {n: np.array(v) for n, v in numbers.items() if len(set(v)) > 1}
        self._plan = StackedPlan(
            first.problem, first.settings, self._stretch.train, differing, len(members)
        )
        self._plan.load([stretch.start(None, 0)[0] for stretch in self._stretches])
        self._series = [Series() for _ in members]
        self._partials = [Partial() for _ in members]
        self._diverged = [False] * len(members)
        self._done = 0
        self.labels = tuple(member.label for member in members)
        self.source = self._plan.source

    @property
    def epochs(self) -> int:
        return self._done // self._stretch.per_epoch

    @property
    def is_done(self) -> bool:
        return self._done >= self._last or all(self._diverged)

    @property
    def _last(self) -> int:
        return self._stretch.segment.settings.epochs * self._stretch.per_epoch

    def advance(self, epochs: int | None, deadline: Callable[[], bool] | None) -> None:
        per = self._stretch.per_epoch
        target = self._last if epochs is None else min(self._last, (self.epochs + epochs) * per)
        cells = sum(int(np.size(v)) for v in self._members[0].problem.parameters.values())
        work = 100 * len(self._members) + cells * self._stretch.batch * len(self._members)
        burst = max(1, _BURST_CELLS // work)
        while self._done < target and not self.is_done:
            count = min(burst, target - self._done)
            losses = self._plan.train(self._done, count)
            turn = self._done % per
            for run, series in enumerate(self._series):
                self._record(run, series, losses[:, run], turn)
            self._done += count
            if deadline is not None and deadline():
                break

    def _record(self, run: int, series: Series, losses: Array, turn: int) -> None:
        if self._diverged[run]:
            return
        sizes = self._stretch.sizes
        costs, _, self._partials[run] = epoch_costs(losses, turn, sizes, self._partials[run])
        strange = np.flatnonzero(~np.isfinite(costs))
        if len(strange) or not np.isfinite(self._partials[run].total):
            self._diverged[run] = True
            costs = costs[: strange[0]] if len(strange) else costs
        series.extend(costs)

    def found(self) -> list[tuple[int, Found]]:
        results = []
        for run, vector in enumerate(self._plan.store()):
            parameters, _ = self._stretches[run].layout.split(vector)
            stopped = "epochs" if self._done >= self._last else None
            if self._diverged[run] or not np.isfinite(vector).all():
                stopped = "not_finite"
            label = self._members[run].label
            costs = self._series[run].view()
            results.append((self._places[run], Found(label, costs, stopped, parameters)))
        return results


class _Alone:
    """A member that trains by itself."""

    def __init__(self, places: Sequence[int], members: Sequence[Member]) -> None:
        self._place, self._member = places[0], members[0]
        self._run = Run((Segment(0, self._member.problem, self._member.settings),))
        self.labels = (self._member.label,)
        self.source = self._run.plan.source

    @property
    def epochs(self) -> int:
        return self._member.settings.epochs if self.is_done else len(self._run.costs)

    @property
    def is_done(self) -> bool:
        return self._run.stopped_by is not None

    def advance(self, epochs: int | None, deadline: Callable[[], bool] | None) -> None:
        self._run.advance(epochs=epochs, deadline=deadline)

    def found(self) -> list[tuple[int, Found]]:
        parameters = dict(self._run.state(self._run.farthest).parameters)
        found = Found(self._member.label, self._run.costs, self._run.stopped_by, parameters)
        return [(self._place, found)]
