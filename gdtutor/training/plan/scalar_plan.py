"""Training by generated Python on floats in local variables, for graphs of gate size.

There a call of NumPy costs more than all the arithmetic it does. An iteration is straight-line
code; where Python's arithmetic refuses (an exponential overflows, say), the same lines are done
once more with NumPy's numbers, which give infinities.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import repeat
from typing import Any

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.batches import EpochOrder
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.outcome import PlanResult, held_of
from gdtutor.training.plan.lower import lower
from gdtutor.training.plan.scalar_iteration import Iteration, Slot, slots_of
from gdtutor.training.plan.scalar_text import CAREFUL, FAST
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.vector import layout_of
from gdtutor.training.problem import Binding, Problem
from gdtutor.training.rates import rate
from gdtutor.training.settings import Settings
from gdtutor.values import Struct

UNROLLED_OPERATIONS = 1500
"""Operations of an epoch up to which each of its batches gets lines of its own, with its data in
them as numbers; products with 0 and 1 then cost nothing."""


class ScalarPlan:
    """A problem compiled to scalar Python.

    Args:
        problem: What is trained.
        settings: How.
        train: Indices of the examples to train on are 0 to train − 1; the others validate.
    """

    kind = "scalar"

    def __init__(self, problem: Problem, settings: Settings, train: int) -> None:
        self._problem = problem
        self._settings = settings
        self._examples = problem.examples[:train]
        self._batch = settings.batch_size(train)
        self._order = EpochOrder(settings.order, settings.seed, train, self._batch)
        width = len(self._order.epoch(0))
        self._bounds = [(at, min(at + self._batch, width)) for at in range(0, width, self._batch)]
        self.iterations_per_epoch = len(self._bounds)
        program = lower(problem, self._batch)
        self._programs = {self._batch: program}
        rest = width % self._batch
        if rest:
            self._programs[rest] = lower(problem, rest, program.signs)
        optimiser, _ = optimiser_of(settings)
        slots: list[Slot] = slots_of(problem, program.signs, optimiser)
        self._layout = layout_of(problem, optimiser)
        self._places, self._signs = _places(slots, self._layout.parts)
        self._iterations: dict[int, Iteration] = {}
        self._functions: dict[object, _Compiled] = {}
        self._is_unrolled = settings.order == "given" and self._unrolls()
        self._held = held_of(problem, settings, train)

    @property
    def is_possible(self) -> bool:
        """Whether every operation of the problem has a form on plain numbers."""
        return self._iteration(0 if self._is_unrolled else self._batch).is_possible

    @property
    def source(self) -> str:
        """The generated source of one epoch, or of one iteration; see `Plan.source`."""
        # Starting counts, and few runs are asked for their source.
        from gdtutor.training.plan.folded import told_folded

        program = self._programs[self._batch]
        folded = told_folded(program, knows_data=self._is_unrolled)
        return folded + self._epoch_function().text

    def run(self, vector: Array, t: int, first: int, count: int) -> PlanResult:
        """Do `count` iterations from iteration `first`; see `NumpyPlan.run`."""
        new = vector.copy()
        losses: list[float] = []
        norms: list[float] = []
        validation: list[float] = []
        state = tuple((vector[self._places] * self._signs).tolist())
        done = 0
        with np.errstate(all="ignore"):
            while done < count:
                epoch, turn = divmod(first + done, self.iterations_per_epoch)
                if turn == 0 and self._held is not None:
                    new[self._places] = np.array(state) * self._signs
                    validation.append(self._held.cost(new))
                n = self._stretch(epoch, turn, count - done)
                compiled, items = self._call(epoch, turn, n)
                rates = self._rates(first + done, n)
                state = compiled.steps(state, items, t + done, rates, losses.append, norms.append)
                done += n
        new[self._places] = np.array(state) * self._signs
        wanted = self._settings.stop.gradient_below is not None
        return PlanResult(
            new,
            np.array(losses),
            np.sqrt(np.array(norms)) if wanted else None,
            np.array(validation),
        )

    def _stretch(self, epoch: int, turn: int, left: int) -> int:
        """Return how many iterations the next call does."""
        per = self.iterations_per_epoch
        if self._is_unrolled:
            if turn or left < per:
                return 1
            return per if self._held is not None else left // per * per
        if self._held is not None or len(self._programs) > 1:
            size = self._bounds[turn][1] - self._bounds[turn][0]
            return min(left, sum(b - a == size for a, b in self._bounds[turn:]))
        return min(left, self._order.left_in_block(epoch) * per - turn)

    def _call(self, epoch: int, turn: int, count: int) -> tuple[_Compiled, Any]:
        per = self.iterations_per_epoch
        if self._is_unrolled:
            if count % per == 0:
                return self._epoch_function(), repeat(None, count // per)
            return self._function(turn), repeat(None, 1)
        size = self._bounds[turn][1] - self._bounds[turn][0]
        compiled = self._function(size)
        start = self._bounds[turn][0]
        epochs = -(-(start + count * size) // self._bounds[-1][1])
        chosen = self._order.epochs(epoch, epochs)[start : start + count * size]
        width = self._examples.shape[1]
        rows = self._examples[chosen].reshape(count, size * width)
        return compiled, rows[:, compiled.columns(self._problem, width)].tolist()

    def _rates(self, first: int, count: int) -> list[float]:
        s = self._settings
        if s.schedule.kind == "constant":
            return []
        per = self.iterations_per_epoch
        return [rate(s.schedule, s.learning_rate, k // per) for k in range(first, first + count)]

    def _unrolls(self) -> bool:
        first = self._turn(0)
        if first.operations * self.iterations_per_epoch > UNROLLED_OPERATIONS:
            return False
        self._iterations[0] = first
        return True

    def _turn(self, turn: int) -> Iteration:
        """Return the lines of one batch of the epoch, its data in them as numbers."""
        start, stop = self._bounds[turn]
        chosen = self._order.epoch(0)[start:stop]
        if self._settings.order == "shuffled":
            chosen = np.sort(chosen)
        if not self._problem.size:
            chosen = chosen[:0]
        data = self._problem.given(self._problem.parameters, chosen)
        return Iteration(self._problem, self._programs[stop - start], data, self._settings)

    def _iteration(self, key: int) -> Iteration:
        """Return the lines of one batch of the epoch, or of batches of one size."""
        if key not in self._iterations:
            self._iterations[key] = (
                self._turn(key)
                if self._is_unrolled
                else Iteration(self._problem, self._programs[key], None, self._settings)
            )
        return self._iterations[key]

    def _epoch_function(self) -> _Compiled:
        if not self._is_unrolled:
            return self._function(self._batch)
        if "epoch" not in self._functions:
            turns = range(self.iterations_per_epoch)
            iterations = [self._iteration(turn) for turn in turns]
            self._functions["epoch"] = _compile(iterations, self._settings)
        return self._functions["epoch"]

    def _function(self, key: int) -> _Compiled:
        """Return the code of one batch of the epoch, or of batches of one size."""
        if key not in self._functions:
            self._functions[key] = _compile([self._iteration(key)], self._settings)
        return self._functions[key]


def _places(slots: list[Slot], parts: Any) -> tuple[Any, Array]:
    starts = {(part.parameter, part.variable): part.start for part in parts}
    places = [starts[slot.parameter, slot.variable] + slot.cell for slot in slots]
    return np.array(places, dtype=np.intp), np.array([slot.sign for slot in slots])


class _Compiled(Struct, frozen=True):
    steps: Callable[..., tuple[float, ...]]
    """(state, items, updates done, rates, leave, leave_norm) → state."""
    data: tuple[tuple[str, int], ...]
    """(leaf, cell) of the numbers of an item."""
    batch: int
    """Examples of an item."""
    text: str

    def columns(self, problem: Problem, width: int) -> list[int]:
        """Return where an item's numbers lie in a batch's examples of `width` columns each."""
        bindings = {binding.leaf: binding for binding in problem.bindings}
        found = []
        for leaf, cell in self.data:
            binding = bindings[leaf]
            example, feature = self._place(binding, cell)
            found.append(example * width + binding.columns[feature])
        return found

    def _place(self, binding: Binding, cell: int) -> tuple[int, int]:
        """Return which example and which of its features a cell of a leaf holds."""
        if not binding.is_matrix:
            return cell, 0
        if binding.examples_first:
            return divmod(cell, len(binding.columns))
        feature, example = divmod(cell, self.batch)
        return example, feature


def _compile(iterations: list[Iteration], settings: Settings) -> _Compiled:
    first = iterations[0]
    state = "".join(f"p{i}, " for i in range(len(first.slots)))
    data = "".join(f"x{i}, " for i in range(len(first.data_names)))
    scheduled = settings.schedule.kind != "constant"
    rate_text = "rate, " if scheduled else ""
    source = SourceLines()
    scope: dict[str, Any] = {**FAST, **_NUMBERS}
    source.add(0, "def steps(state, items, t, rates, leave, leave_norm):", "iterations in a row")
    source.add(1, f"{state}= state", "the numbers that updates change")
    if scheduled:
        source.add(1, "rates = iter(rates)", "the learning rate of each iteration")
    named = ", ".join(first.data_label(i) for i in range(len(first.data_names)))
    source.add(1, f"for {data or '_ '}in items:", named or "the data stand as numbers below")
    for place, iteration in enumerate(iterations):
        if iteration.counts:
            source.add(2, "t += 1", "the number of this update, from 1")
        if scheduled:
            source.add(2, "rate = next(rates)", "the learning rate of this epoch")
        source.add(2, "try:", "in Python's own numbers, which are fast")
        iteration.write(source, 3)
        refused = "except (OverflowError, ZeroDivisionError, ValueError):"
        source.add(2, refused, "where these refuse a result")
        call = f"careful{place}(({state}), ({data}), t, {rate_text}leave, leave_norm)"
        source.add(3, f"{state}= {call}", "the same in NumPy's, which have infinities")
        scope[f"careful{place}"] = _Careful(iteration, state, data, rate_text)
    source.add(1, f"return {state}", "after the last iteration")
    steps = source.compiled("steps", scope)
    return _Compiled(steps, tuple(first.data_names), first.batch, source.text())


class _Careful:
    """An iteration in NumPy's numbers, written and compiled when it is first called: few need it.

    Args:
        iteration: What is written.
        state: The numbers that it changes, with commas.
        data: The numbers of its batch, with commas.
        rate: The learning rate, with a comma, where it is an argument.
    """

    def __init__(self, iteration: Iteration, state: str, data: str, rate: str) -> None:
        self._iteration = iteration
        self._state = state
        self._data = data
        self._rate = rate
        self._function: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        if self._function is None:
            self._function = self._written().compiled("careful", {**CAREFUL, **_NUMBERS})
        return self._function(*arguments)

    def _written(self) -> SourceLines:
        source = SourceLines()
        source.add(0, f"def careful(state, data, t, {self._rate}leave, leave_norm):")
        source.add(1, f"{self._state}= map(float64, state)")
        if self._data:
            source.add(1, f"{self._data}= map(float64, data)")
        self._iteration.write(source, 1, "float64({})")
        source.add(1, f"return tuple(map(float, ({self._state})))")
        return source


_NUMBERS: Mapping[str, Any] = {"inf": math.inf, "nan": math.nan, "float64": np.float64}
"""Names of numbers that generated code may hold."""
