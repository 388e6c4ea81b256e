"""A run is its start, its settings and the log of their changes; everything else is computed.

Training goes on at the end of what was done; the state at the start of any iteration comes from
the nearest checkpoint and a replay by the same plan, bit for bit what training had. One thread may
train while others read.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.training.checkpoints import Checkpoints
from gdtutor.training.curve import GrowingArray, Partial, epoch_costs, first_stop, strange_value
from gdtutor.training.errors import TrainingError
from gdtutor.training.evaluation import Evaluation, evaluate
from gdtutor.training.limits import MAX_EPOCHS
from gdtutor.training.pacing import Clock, Deadline, Pace, microseconds_of, spacing_of
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.segments import Edit, RunSegment, Stretch
from gdtutor.training.settings import Stop
from gdtutor.training.state import PlanResult, State
from gdtutor.training.timeline import Timeline
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.training.plan.epochs import Plan

_NOT_COPIED = ("_timeline", "_lock", "_replaying", "_training", "_paces")
_NEARBY = 512
"""Iterations before a visited one at which a state is kept as well."""


class Run:
    """A run that can be trained on, read at any iteration, and branched.

    It is no value: it grows as it is trained, and keeps states that it was asked for. What it says
    of an iteration never changes, so that values may hold it, and any thread may ask.

    The stops of the settings are checked after an iteration's update: a run that stops because of
    a cost, a loss or a gradient has done the iteration that had it. Where a value is not finite
    the run stops before the first iteration that would use it.

    Args:
        segments: The start and the logged changes, in order; the first begins at iteration 0.

    Raises:
        TrainingError: Settings that cannot be had, naming the bound.
        DataError: An order of the examples that cannot be had.
    """

    def __init__(self, segments: tuple[RunSegment, ...]) -> None:
        self._timeline = Timeline(segments)
        self._lock = threading.RLock()
        self._replaying = threading.Lock()
        self._training = threading.Lock()
        first = self._timeline.stretches[0]
        self._vector, self._t = first.start(None, 0)
        self._checkpoints = Checkpoints(spacing_of(first))
        self._checkpoints.keep(0, self._vector, 0)
        self._costs, self._validation = GrowingArray(), GrowingArray()
        self._partial = Partial()
        self._paces: dict[Stretch, Pace] = {}
        self._turn = 0
        """Counts the bursts that were dropped."""
        self.farthest = 0
        """Iterations done."""
        self.stopped_by: str | None = None
        """Why the run does not go on: epochs, cost_below, loss_below, gradient_below or not_finite;
        None while it may."""
        self.diverged_at: int | None = None
        """The iteration in which the first value that is not finite arises."""
        self.first_node: str | None = None
        """The line whose value it is, or the parameter whose update gives it: to the parameter, or
        to what the optimiser remembers of it."""
        self._enter(0)

    def __getstate__(self) -> dict[str, object]:
        """Return what a copy begins with, in any process; locks and plans are its own."""
        with self._lock:
            kept = {name: value for name, value in vars(self).items() if name not in _NOT_COPIED}
        return kept | {"segments": self.segments}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Become a copy."""
        self.__init__(state.pop("segments"))  # type: ignore[misc]
        vars(self).update(state)

    @property
    def segments(self) -> tuple[RunSegment, ...]:
        """The start and the logged changes."""
        return tuple(stretch.segment for stretch in self._timeline.stretches)

    @property
    def costs(self) -> Array:
        """The cost of each finished epoch, read-only: before its update where the batch is full,
        else the mean over its examples of the losses seen before each of its updates."""
        with self._lock:
            return self._costs.view()

    @property
    def validation_costs(self) -> Array:
        """The cost of the examples held back at the start of each finished epoch, read-only; NaN
        for epochs without any, empty where no segment holds any back."""
        with self._lock:
            if not any(s.segment.settings.validation for s in self._timeline.stretches):
                return np.empty(0)
            return self._validation.view()[: self._costs.length]

    @property
    def iterations_per_epoch(self) -> int:
        """Batches in an epoch, in the segment where training is."""
        return self._timeline.at(self.farthest).per_epoch

    @property
    def plan(self) -> Plan:
        """The plan of the segment where training is."""
        return self._timeline.at(self.farthest).plan("train")

    def segment_at(self, iteration: int) -> RunSegment:
        """Return the segment that an iteration belongs to."""
        return self._timeline.at(iteration).segment

    def point(self, iteration: int) -> tuple[Problem, dict[str, Array], Indices]:
        """Return what is trained, the parameters and the examples of an iteration."""
        problem, state = self.segment_at(iteration).problem, self.state(iteration)
        return problem, dict(state.parameters), self.batch(iteration)

    def batch(self, iteration: int) -> Indices:
        """Return the examples that an iteration trains on."""
        return self._timeline.at(iteration).chosen(iteration)

    def epoch_of(self, iteration: int) -> int:
        """Return the epoch, from 0, that an iteration belongs to."""
        return self._timeline.at(iteration).epoch_of(iteration)

    def first_iteration(self, epoch: int) -> int:
        """Return the iteration that opens an epoch, which a point of the curve stands for."""
        return self._timeline.first_iteration(epoch)

    def learning_rate(self, iteration: int) -> float:
        """Return the rate of an iteration, after the schedule."""
        return self._timeline.at(iteration).learning_rate(iteration)

    def state(self, iteration: int) -> State:
        """Return what training has, or would have, at the start of an iteration.

        Raises:
            TrainingError: The iteration is negative.
        """
        if iteration < 0:
            raise TrainingError(f"iteration {iteration}", "iterations count from 0")
        known = (iteration, *self._reach(iteration))
        return self._timeline.at(iteration).state(known)

    def updated(self, iteration: int) -> State:
        """Return what the update of an iteration makes, bit for bit what the next one begins with
        where no change is logged there."""
        vector, t = self._reach(iteration)
        stretch = self._timeline.at(iteration)
        with self._replaying:
            after = stretch.run("replay", (iteration, vector, t), 1).vector
        return stretch.state((iteration + 1, after, t + 1))

    def gradients(self, iteration: int) -> Arrays:
        """Return the gradients of the trained parameters as training itself computes them: they
        differ from the walk's by rounding alone."""
        vector, t = self._reach(iteration)
        with self._replaying:
            return self._timeline.at(iteration).gradients((iteration, vector, t))

    def seconds_beyond(self, iteration: int) -> float:
        """Return about how long the way to an iteration takes from what is trained or was visited
        beyond it; 0 for a trained one, to which the states that are kept are near."""
        if iteration <= self.farthest:
            return 0.0
        with self._lock:
            found = self._checkpoints.nearest(iteration)
            at, vector = (0, self._vector) if found is None else found[:2]
            if self.farthest >= at:
                at, vector = self.farthest, self._vector
        each = microseconds_of(self._timeline.at(iteration), vector)
        return (iteration - at) * each / 1e6

    def predicting(self, state: State) -> Arrays:
        """Return the parameters that predictions are made with: for averaged gradient descent the
        averages, once there was an update."""
        return self._timeline.at(state.iteration).predicting(state)

    def evaluate(self, parameters: Arrays, examples: Indices | None = None) -> Evaluation:
        """Return the cost over some examples, all where None, and the prediction for each."""
        return evaluate(self.segment_at(self.farthest).problem, parameters, examples)

    @property
    def trained_examples(self) -> int:
        """How many examples are trained on, where training is; the others are held back."""
        return self._timeline.at(self.farthest).train

    def branched(self, segment: RunSegment) -> Run:
        """Return a run with the same history up to the segment's first iteration.

        Raises:
            TrainingError: As for a run.
        """
        first = segment.first_iteration
        kept = tuple(s for s in self.segments if s.first_iteration < first)
        return self._handed_on(Run((*kept, segment)), len(kept), first)

    def lasting(self, epochs: int) -> Run:
        """Return a run with the same history that ends after so many epochs, no fewer than done."""
        longer = [replace(s.settings, epochs=epochs) for s in self.segments]
        segments = [replace(s, settings=one) for s, one in zip(self.segments, longer, strict=True)]
        return self._handed_on(Run(tuple(segments)), len(segments), self.farthest + 1)

    def _handed_on(self, run: Run, kept: int, first: int) -> Run:
        """Return another run with what this one has done before an iteration, in so many segments
        that both have."""
        with self._lock:
            if first == 0:
                return run
            run._checkpoints = self._checkpoints.up_to(first - 1)
            last = run._timeline.stretches[kept - 1]
            done = min(first, self.farthest)
            epochs = min(last.epoch_of(done), self._costs.length)
            run._costs = self._costs.up_to(epochs)
            begun = epochs + (last.turn_of(done) != 0)
            run._validation = self._validation.up_to(begun)
        run._resume(done, max(0, last.first_of_epoch(epochs)))
        return run

    def advance(
        self,
        iterations: int | None = None,
        epochs: int | None = None,
        deadline: Deadline = None,
        *,
        beyond: bool = False,
        clock: Clock = None,
    ) -> None:
        """Train on, in bursts of some milliseconds, once a burst that was dropped has ended.

        Args:
            iterations: At most this many; None for no bound.
            epochs: At most to the end of this many more epochs, the one in progress counting as
                the first; None for no bound.
            deadline: Asked between bursts; training returns once it says True.
            beyond: Whether to go on where the settings' epochs or a stop has ended the run. One
                that is not finite stays where it is.
            clock: Tells the time in seconds, by which bursts get their length; None for the
                estimate alone.
        """
        with self._training:
            if beyond and self.stopped_by != "not_finite":
                self.stopped_by = None
            target = self._target(iterations, epochs, beyond)
            while self.stopped_by is None and self.farthest < target:
                is_dropped = not self._burst(target, beyond, clock)
                if is_dropped or (deadline is not None and deadline()):
                    break
            at_end = self.stopped_by is None and not beyond and self.farthest >= self.last_iteration
            if at_end:
                self._stop("epochs")

    def drop_burst(self) -> None:
        """Have the run stay as it is, whatever the burst comes to that a thread is in."""
        with self._lock:
            self._turn += 1

    def _target(self, iterations: int | None, epochs: int | None, beyond: bool) -> int:
        stretch = self._timeline.at(self.farthest)
        bounds = [stretch.first_of_epoch(MAX_EPOCHS) if beyond else self.last_iteration]
        if iterations is not None:
            bounds.append(self.farthest + iterations)
        if epochs is not None:
            epoch = stretch.epoch_of(self.farthest) + epochs
            bounds.append(stretch.first_of_epoch(epoch))
        return min(bounds)

    @property
    def last_iteration(self) -> int:
        """How many iterations the settings ask for, which is the number of the last one."""
        stretch = self._timeline.stretches[-1]
        return stretch.first_of_epoch(stretch.segment.settings.epochs)

    def _enter(self, iteration: int) -> None:
        """Take the segments that begin at an iteration, and their edits."""
        for stretch in self._timeline.beginning(iteration):
            self._vector, self._t = stretch.start(self._vector, self._t)
            if stretch.turn_of(iteration) == 0 and self._partial.examples:
                self._finish_cut_epoch()

    def _finish_cut_epoch(self) -> None:
        """Record an epoch that a change of the batch size has cut short."""
        with self._lock:
            self._costs.extend(np.array([self._partial.total / self._partial.examples]))
            self._partial = Partial()

    def _burst(self, target: int, beyond: bool, clock: Clock) -> bool:
        """Do a burst; False where it was dropped meanwhile."""
        turn, stretch = self._turn, self._timeline.at(self.farthest)
        end = self._timeline.end(stretch)
        pace = self._paces.setdefault(stretch, Pace(microseconds_of(stretch)))
        stop = min(target, self._checkpoints.next_after(self.farthest), self.farthest + pace.count)
        if end is not None:
            stop = min(stop, end)
        known = self.farthest, self._vector, self._t
        stretch.plan("train")
        started = 0.0 if clock is None else clock()
        outcome = stretch.run("train", known, stop - self.farthest)
        count = len(outcome.losses)
        if clock is not None:
            pace.took(count, clock() - started)
        costs, ends, _ = epoch_costs(
            outcome.losses, stretch.turn_of(self.farthest), stretch.sizes, self._partial
        )
        stop_when = Stop() if beyond else stretch.segment.settings.stop
        reason, kept = first_stop(outcome, costs, ends, stop_when)
        if kept < count:
            first = self.farthest + stretch.offset
            outcome = stretch.plan("train").run(self._vector, self._t, first, kept)
        if kept and not np.isfinite(outcome.vector).all():
            # What is not finite is large, so that it is one iteration's alone.
            reason = "not_finite"
        is_recorded = self._record(stretch, outcome, kept, turn)
        if is_recorded and reason:
            self._stop(reason)
        return is_recorded

    def _record(self, stretch: Stretch, outcome: PlanResult, count: int, turn_taken: int) -> bool:
        """Take a burst into the run; False where it was dropped meanwhile."""
        turn = stretch.turn_of(self.farthest)
        costs, _, partial = epoch_costs(outcome.losses, turn, stretch.sizes, self._partial)
        validation = outcome.validation
        if not stretch.segment.settings.validation:
            per = stretch.per_epoch
            validation = np.full((turn + count - 1) // per - (turn - 1) // per, np.nan)
        with self._lock:
            if turn_taken != self._turn:
                return False
            self._vector, self._t = outcome.vector, self._t + count
            self.farthest += count
            self._costs.extend(costs)
            self._validation.extend(validation)
            self._partial = partial
            if count:
                # One that breaks off in its first iteration leaves the run where it has entered.
                self._enter(self.farthest)
            self._checkpoints.keep(self.farthest, self._vector, self._t)
        return True

    def _stop(self, reason: str) -> None:
        if reason == "not_finite":
            stretch = self._timeline.at(self.farthest)
            state = stretch.state((self.farthest, self._vector, self._t))
            problem, batch = stretch.segment.problem, self.batch(self.farthest)
            self.first_node, came_before = strange_value(problem, state, batch)
            self.diverged_at = max(0, self.farthest - came_before)
        self.stopped_by = reason

    def _reach(self, iteration: int) -> tuple[Array, int]:
        """Return the state at the start of an iteration, replaying from the nearest one known."""
        with self._replaying:
            with self._lock:
                found = self._checkpoints.nearest(iteration)
                if iteration >= self.farthest and (found is None or found[0] <= self.farthest):
                    found = (self.farthest, self._vector, self._t)
            near = iteration - _NEARBY
            if found is None or found[0] < near - _NEARBY:
                # The iterations before are asked for next.
                found = (near, *self._timeline.replayed(found, near)) if near > 0 else found
            with self._lock:
                if found is not None:
                    self._checkpoints.visit(*found)
            vector, t = self._timeline.replayed(found, iteration)
            with self._lock:
                self._checkpoints.visit(iteration, vector, t)
            return vector, t

    def _resume(self, iteration: int, opened: int) -> None:
        """Stand at an iteration; the epochs before the one that `opened` begins are recorded."""
        known = (opened, *self._reach(opened))
        with self._replaying:
            partial = self._timeline.seen(known, iteration)
        vector, t = self._reach(iteration)
        self._vector, self._t, self._partial, self.farthest = vector, t, partial, iteration
        last = self._timeline.stretches[-1]
        begins = last.segment.first_iteration == iteration and last.turn_of(iteration) == 0
        if begins and self._partial.examples:
            self._finish_cut_epoch()


__all__ = ["Edit", "Evaluation", "Run", "RunSegment", "State"]
