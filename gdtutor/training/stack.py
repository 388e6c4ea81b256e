"""A part of a sweep: runs that train together in stacked arrays."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array, Arrays
from gdtutor.training.curvature import verdict_of
from gdtutor.training.curve import GrowingArray, Partial, epoch_costs, first_stop
from gdtutor.training.limits import check
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.pacing import Clock, Deadline, Pace, stacked_microseconds
from gdtutor.training.plan.numpy_plan import StackedPlan
from gdtutor.training.problem import Problem, is_identical
from gdtutor.training.segments import RunSegment, Stretch
from gdtutor.training.settings import Settings, Stop
from gdtutor.training.state import PlanResult, State
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import Struct, replace

_BURST_MICROSECONDS = 10_000
"""About how long a burst of a stack lasts: its costs are gathered run by run, which shorter bursts
would do more often than they train."""


class Member(Struct, frozen=True, eq=False):
    """One run of a sweep."""

    label: str
    """What tells it from the others, as `learning_rate 0.5`."""
    problem: Problem
    settings: Settings
    setting: str = ""
    """What is swept, with which the label begins; empty where runs differ in more."""

    def curve(
        self, costs: Array, stopped_by: str | None, state: State, said: Arrays
    ) -> TrainedCurve:
        """Return how far it is, with the parameters that predictions are made with."""
        word = verdict_of(self.problem, self.settings, lambda: state, costs, stopped_by)
        is_averaged = said is not state.parameters
        found = TrainedCurve(self.label, costs, word, self.setting, is_averaged=is_averaged)
        return replace(found, stopped_by=stopped_by, parameters=state.parameters, predicting=said)


def fit_together(one: Member, other: Member) -> bool:
    """Say whether two runs can train in the same stacked arrays, where their graph can be stacked.

    They may differ in their starts, the learning rate, the constants of the optimiser, and a seed
    that decides nothing but the start: where it shuffles or draws batches smaller than the data,
    each run sees other examples at an iteration, and the arrays of data are shared by all. They
    have the same graph, data and constants, as these are compiled in, and the same optimiser,
    batch, epochs and schedule.
    """
    is_same = _is_same(one.problem, other.problem)
    return is_same and _common(one.settings) == _common(other.settings)


def can_be_stacked(member: Member) -> bool:
    """Say whether runs that fit together with this one can be stacked; it is lowered to know that.

    A condition on cost or loss ends every run by itself. One on the gradient does not stack: its
    norm is taken over the flat array, in which the parameters of all runs lie.
    """
    train = check(member.problem, member.settings)
    return StackedPlan.fits(member.problem, member.settings, train)


def _is_same(one: Problem, other: Problem) -> bool:
    """Say whether two problems differ in their starts at most, by value."""
    if one is other:
        return True
    return (
        one.graph is other.graph
        and (one.bindings, one.frozen, one.is_single) == (
            other.bindings, other.frozen, other.is_single
        )
        and _are_equal(one.constants, other.constants)
        and is_identical(one.examples, other.examples)
        and {n: np.shape(v) for n, v in one.parameters.items()}
        == {n: np.shape(v) for n, v in other.parameters.items()}
    )  # fmt: skip


def _are_equal(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(is_identical(v, other[n]) for n, v in one.items())


def _common(settings: Settings) -> Settings:
    """Return the settings without what may differ within a stack."""
    seed = 0 if settings.order == "given" else settings.seed
    return replace(settings, learning_rate=0.0, hyperparameters=(), seed=seed)


class RunStack:
    """Members that train together, each until its own end.

    Args:
        places: Their places in the sweep.
        members: Which fit together.
    """

    def __init__(self, places: Sequence[int], members: Sequence[Member]) -> None:
        self._places, self._members = tuple(places), tuple(members)
        self._stretches = [Stretch(RunSegment(0, m.problem, m.settings), None) for m in members]
        self._stretch = self._stretches[0]
        what = members[0].problem, members[0].settings, self._stretch.train
        self._plan = StackedPlan(*what, _differing(members), len(members))
        self._vectors = np.array([stretch.start(None, 0)[0] for stretch in self._stretches])
        """The states of all runs, of shape (runs, size), also while a burst is computed."""
        self._series = [GrowingArray() for _ in members]
        self._partials = [Partial() for _ in members]
        self._ended: dict[int, tuple[str, Array]] = {}
        """Why a run has ended and its state there, by its place in the stack."""
        self._done = 0
        self._is_dropped = False
        self._lock = threading.Lock()
        work = stacked_microseconds(self._stretch.work, len(members))
        self._pace = Pace(work, _BURST_MICROSECONDS)
        self.labels = tuple(member.label for member in members)
        """What tells the members apart."""
        self.source = self._plan.source
        """What they are compiled to."""

    @property
    def epochs(self) -> int:
        """The epochs that every member has finished or ended before."""
        wanted = self._stretch.segment.settings.epochs
        return wanted if self.is_done else self._done // self._stretch.per_epoch

    @property
    def is_done(self) -> bool:
        """Whether no member goes on."""
        return self._done >= self._last or len(self._ended) == len(self._members)

    @property
    def _last(self) -> int:
        return self._stretch.segment.settings.epochs * self._stretch.per_epoch

    def advance(self, epochs: int | None, deadline: Deadline, clock: Clock) -> None:
        """Train on; see `Sweep.advance`."""
        per = self._stretch.per_epoch
        target = self._last if epochs is None else min(self._last, (self.epochs + epochs) * per)
        while self._done < target and not self.is_done:
            count = min(self._pace.count, target - self._done)
            started = 0.0 if clock is None else clock()
            self._burst(count)
            if clock is not None:
                self._pace.took(count, clock() - started)
            if deadline is not None and deadline():
                break

    def drop_burst(self) -> None:
        """Have the runs stay as they are; see `Sweep.drop_burst`."""
        with self._lock:
            self._is_dropped = True

    def _burst(self, count: int) -> None:
        outcome = self._plan.run(self._vectors, self._done, self._done, count)
        with self._lock:
            if not self._is_dropped:
                self._take(count, outcome.losses, outcome.vector)

    def _take(self, count: int, losses: Array, vectors: Array) -> None:
        """Take what a burst came to."""
        stays = np.logical_and.reduce(np.isfinite(vectors), axis=1)
        has_stops = self._stretch.segment.settings.stop != Stop()
        is_finite = np.logical_and.reduce(np.isfinite(losses))
        ends: dict[int, tuple[str | None, int]] = {}
        for run in range(len(self._members)):
            if run in self._ended:
                continue
            column = losses[:, run]
            goes_on = is_finite[run] and not has_stops
            reason, kept = (None, count) if goes_on else self._end_of(run, column)
            if not stays[run]:
                reason = reason or "not_finite"
            if reason is not None:
                ends[run] = reason, kept
            else:
                self._record(run, column)
        if ends:
            self._finish(ends)
        self._vectors, self._done = vectors, self._done + count

    def _end_of(self, run: int, losses: Array) -> tuple[str | None, int]:
        """Return why a run ends among some iterations, and how many of them stand."""
        costs, places, _ = self._costs(run, losses)
        outcome = PlanResult(losses, losses, None, np.empty(0))
        return first_stop(outcome, costs, places, self._stretch.segment.settings.stop)

    def _finish(self, ends: Mapping[int, tuple[str | None, int]]) -> None:
        """Keep the state of runs at their ends, replayed by each alone from before the burst."""
        for run, (reason, kept) in ends.items():
            seen, vector = self._alone(run, self._vectors[run], kept)
            if len(seen) < kept or not np.isfinite(vector).all():
                reason = "not_finite"
            self._record(run, seen)
            self._ended[run] = reason or "", vector

    def _alone(self, run: int, vector: Array, count: int) -> tuple[Array, Array]:
        """Return the losses of a run's next iterations, done by it alone as long as they and its
        state are finite, and its state after them."""
        losses = np.empty(0)
        while len(losses) < count and np.isfinite(vector).all():
            at = self._done + len(losses)
            outcome = self._stretches[run].run("replay", (at, vector, at), count - len(losses))
            if not np.isfinite(outcome.losses).all():
                break
            losses, vector = np.append(losses, outcome.losses), outcome.vector
        return losses, vector

    def _record(self, run: int, losses: Array) -> None:
        costs, _, self._partials[run] = self._costs(run, losses)
        self._series[run].extend(costs)

    def _costs(self, run: int, losses: Array) -> tuple[Array, NDArray[np.intp], Partial]:
        turn = self._done % self._stretch.per_epoch
        return epoch_costs(losses, turn, self._stretch.sizes, self._partials[run])

    def found(self) -> list[tuple[int, TrainedCurve]]:
        """Return how far every member is, by its place in the sweep."""
        results = []
        for run, vector in enumerate(self._vectors):
            going = "epochs" if self._done >= self._last else None
            stopped, at = self._ended.get(run, (going, vector))
            stretch, costs = self._stretches[run], self._series[run].view()
            state = stretch.state((self._done, at, self._done))
            curve = self._members[run].curve(costs, stopped, state, stretch.predicting(state))
            results.append((self._places[run], curve))
        return results


def _differing(members: Sequence[Member]) -> dict[str, Array]:
    """Return the learning rate and the optimiser's constants where they differ, run by run."""
    numbers = {"learning_rate": [m.settings.learning_rate for m in members]}
    constants = [optimiser_of(m.settings)[1] for m in members]
    for name in constants[0]:
        numbers[name] = [values[name] for values in constants]
    return {n: np.array(v) for n, v in numbers.items() if len(set(v)) > 1}
