"""Stretches of a run between two logged changes, and how iterations are counted across them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.shapes import has_cell
from gdtutor.engine.trace import frozen
from gdtutor.engine.work import Work, iteration_work
from gdtutor.training.errors import TrainingError
from gdtutor.training.limits import check
from gdtutor.training.optimisers import Optimiser, optimiser_of
from gdtutor.training.order import batch_of_iteration, iterations_per_epoch
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.rates import rate
from gdtutor.training.settings import Settings
from gdtutor.training.state import PlanResult, State, VectorLayout, layout_of
from gdtutor.training.walked import Iteration, Walked, first_large, is_large
from gdtutor.values import Struct, replace

if TYPE_CHECKING:
    from gdtutor.training.plan.epochs import Plan

Known = tuple[int, Array, int]
"""An iteration, the state vector at its start, and the updates done until then."""


class Edit(Struct, frozen=True):
    """A number that is written into a parameter at the start of a segment; see `with_edit`."""

    name: str
    cell: tuple[int, ...] | None
    """None for every cell."""
    value: float


class RunSegment(Struct, frozen=True, eq=False):
    """A stretch of a run with one problem and one choice of settings."""

    first_iteration: int
    problem: Problem
    settings: Settings
    edits: tuple[Edit, ...] = ()


def filled(array: Array, cell: tuple[int, ...] | None, value: float) -> Array:
    """Return the array with a number in a cell; in every cell where none is named."""
    changed = np.array(array)
    changed[cell or ()] = value
    return frozen(changed)


def with_edit(segment: RunSegment, edit: Edit) -> RunSegment:
    """Return the segment with a number written into a parameter at its start.

    Plans take a frozen parameter for a constant, so its value is the problem's; a trained one is
    changed in the state that the segment begins with.

    Raises:
        TrainingError: There is no such cell.
    """
    value = segment.problem.parameters[edit.name]
    if edit.cell is not None and not has_cell(value.shape, edit.cell):
        raise TrainingError(f"{edit.name} has no cell {edit.cell}", f"its shape is {value.shape}")
    edits = (*segment.edits, edit)
    if edit.name not in segment.problem.frozen:
        return replace(segment, edits=edits)
    changed = filled(value, edit.cell, edit.value)
    parameters = {**segment.problem.parameters, edit.name: changed}
    problem = replace(segment.problem, parameters=parameters)
    return replace(segment, problem=problem, edits=edits)


class Stretch:
    """A segment with its place among the epochs, and its plans.

    Args:
        segment: The segment.
        before: The stretch before it; None for the first.

    Raises:
        TrainingError: The settings do not fit the problem.
        DataError: The order of the examples cannot be had.
    """

    def __init__(self, segment: RunSegment, before: Stretch | None) -> None:
        self.segment = segment
        self.train = check(segment.problem, segment.settings)
        examples = max(1, self.train)
        self.batch = segment.settings.batch_size(self.train)
        self.per_epoch = iterations_per_epoch(examples, self.batch)
        self.offset = self._offset(before)
        """What is added to an iteration to count it as the examples' order does."""
        self.optimiser: Optimiser = optimiser_of(segment.settings)[0]
        self.layout: VectorLayout = layout_of(segment.problem, self.optimiser)
        self._before = before
        self._plans: dict[str, Plan] = {}
        self._most: dict[str, int] = {}
        """Iterations that each user's plan does in one go, where numbers were large."""

    @property
    def sizes(self) -> Array:
        """Examples in each batch of an epoch."""
        sizes = np.full(self.per_epoch, float(self.batch))
        if self.segment.settings.order != "drawn" and self.train % self.batch:
            sizes[-1] = self.train % self.batch
        return sizes

    @cached_property
    def work(self) -> Work:
        """The work of the passes of one iteration."""
        problem = self.segment.problem
        return iteration_work(problem.graph, problem.leaf_shapes(self.batch))

    def plan(self, user: str) -> Plan:
        """Return the plan of one user; each has arrays of its own."""
        if user not in self._plans:
            self._plans[user] = compile_plan(self.segment.problem, self.segment.settings)
        return self._plans[user]

    def run(self, user: str, known: Known, count: int) -> PlanResult:
        """Do some iterations, at least one of those wanted and at most all.

        The plan does them until numbers grow large; the walk does a large one, alone. One thread at
        a time for each user: its plan's arrays are written to.

        Args:
            user: Whose plan.
            known: The first iteration, the state vector at its start, and the updates done before.
            count: How many are wanted.
        """
        at, vector, t = known
        plan, first = self.plan(user), at + self.offset
        most = self._most.get(user, count)
        count = min(count, most)
        result = plan.run(vector, t, first, count)
        if not count or not is_large(result):
            if user in self._most:
                self._most[user] = 2 * most
            return result
        # What is large mostly stays so: the next ones are not all done in vain.
        self._most[user] = 1
        low, high = 0, min(count, first_large(result.losses) + 1)
        while high - low > 1:
            middle = (low + high) // 2
            grown = is_large(plan.run(vector, t, first, middle))
            low, high = (low, middle) if grown else (middle, high)
        if low:
            return plan.run(vector, t, first, low)
        return self._walked(known, result if count == 1 else plan.run(vector, t, first, 1))

    def _walked(self, known: Known, planned: PlanResult) -> PlanResult:
        """Return the result of one iteration with the walk's numbers in place of the plan's."""
        done, parameters = self._walk(known), self.layout.split(known[1])[0]
        parameters |= {name: step.p for name, step in done.updates.items()}
        new = self.layout.join(parameters, {n: step.state for n, step in done.updates.items()})
        new.flags.writeable = False
        norms = None if planned.norms is None else np.array([done.norm])
        return PlanResult(new, np.array([done.loss]), norms, planned.validation)

    def state(self, known: Known) -> State:
        """Return what is known by its names."""
        at, vector, t = known
        return State(at, *self.layout.split(vector), t)

    def _walk(self, known: Known) -> Walked:
        segment, at = self.segment, known[0]
        facts = segment.problem, segment.settings, self.state(known), self.chosen(at)
        return Iteration(*facts, self.learning_rate(at)).walked()

    def gradients(self, known: Known) -> dict[str, Array]:
        """Return the gradients of every trained parameter that an iteration takes."""
        at, vector, t = known
        if is_large(self.plan("replay").run(vector, t, at + self.offset, 1)):
            return {name: step.gradient for name, step in self._walk(known).updates.items()}
        (probe, layout), (parameters, _) = self._probe, self.layout.split(vector)
        after = probe.run(layout.join(parameters, {}), 0, at + self.offset, 1).vector
        return {name: kept["v"] for name, kept in layout.split(after)[1].items()}

    @cached_property
    def _probe(self) -> tuple[Plan, VectorLayout]:
        """A plan that tells gradients: from rest, the velocity after one update is the gradient."""
        settings = replace(self.segment.settings, optimizer="momentum", hyperparameters=())
        layout = layout_of(self.segment.problem, optimiser_of(settings)[0])
        return compile_plan(self.segment.problem, settings), layout

    def epoch_of(self, iteration: int) -> int:
        """Return the epoch, from 0, that an iteration belongs to."""
        return (iteration + self.offset) // self.per_epoch

    def turn_of(self, iteration: int) -> int:
        """Return the place of an iteration in its epoch, from 0."""
        return (iteration + self.offset) % self.per_epoch

    def first_of_epoch(self, epoch: int) -> int:
        """Return the first iteration of an epoch."""
        return epoch * self.per_epoch - self.offset

    def chosen(self, iteration: int) -> Indices:
        """Return the examples of an iteration's batch; none where the problem has no data."""
        if not self.train:
            return np.empty(0, dtype=np.int64)
        s = self.segment.settings
        at = iteration + self.offset
        return batch_of_iteration(s.order, s.seed, self.train, self.batch, at)

    def learning_rate(self, iteration: int) -> float:
        """Return the rate of an iteration, after the schedule."""
        s = self.segment.settings
        return rate(s.schedule, s.learning_rate, self.epoch_of(iteration))

    def predicting(self, state: State) -> Arrays:
        """Return the parameters that predictions are made with; see `Run.predicting`."""
        row = self.optimiser
        if row.predicts_with == "p" or state.t == 0:
            return state.parameters
        averages = {n: values[row.predicts_with] for n, values in state.optimizer.items()}
        return {**state.parameters, **averages}

    def start(self, vector: Array | None, t: int) -> tuple[Array, int]:
        """Return the state at the segment's start, after its edits.

        Args:
            vector: The state that the stretch before it ends with; None for the first.
            t: Updates done until then.
        """
        problem = self.segment.problem
        if vector is None or self._before is None:
            parameters = {name: np.array(v) for name, v in problem.parameters.items()}
            new = self.layout.join(parameters, {})
            t = 0
        else:
            kept, state = self._before.layout.split(vector)
            if self._before.optimiser.name != self.optimiser.name:
                state, t = {}, 0
            new = self.layout.join(self._fitting(kept), state)
        for edit in self.segment.edits:
            if edit.name in problem.frozen:
                continue
            part = next(p for p in self.layout.parts if p.parameter == edit.name and not p.variable)
            cells = new[part.cells].reshape(part.shape)
            cells[... if edit.cell is None else edit.cell] = edit.value
        return new, t

    def _fitting(self, kept: dict[str, Array]) -> dict[str, Array]:
        """Return what goes on from the stretch before; a frozen parameter is the problem's."""
        problem = self.segment.problem
        return {
            name: kept[name]
            if name in kept and name not in problem.frozen and kept[name].shape == np.shape(v)
            else v
            for name, v in problem.parameters.items()
        }

    def _offset(self, before: Stretch | None) -> int:
        if before is None:
            return 0
        if before.per_epoch == self.per_epoch:
            return before.offset
        # Another number of batches: an epoch begins here.
        first = self.segment.first_iteration
        at = first + before.offset
        epoch = -(-at // before.per_epoch)
        return epoch * self.per_epoch - first
