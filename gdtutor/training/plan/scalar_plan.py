"""Training by generated Python on floats in local variables, for graphs of gate size.

There a call of NumPy costs more than all the arithmetic it does. An iteration is straight-line
code; one that Python's arithmetic refuses (an exponential overflows, say) is done by the plan in
NumPy, whose numbers have infinities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.plan.epochs import Plan
from gdtutor.training.plan.lower import lower
from gdtutor.training.plan.rule import rule_of
from gdtutor.training.plan.scalar_program import ScalarProgram
from gdtutor.training.plan.scalar_text import FLOATS
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import layout_of
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.training.plan.numpy_plan import NumpyPlan

UNROLLED_OPERATIONS = 1500
"""Operations of an epoch up to which each of its batches gets lines of its own, with its data in
them as numbers; products with a weight and 0 or 1 then cost nothing."""

Steps: TypeAlias = Callable[..., tuple[float, ...]]
"""(state, items, updates done, rates, leave, leave_norm) → state."""


class ScalarPlan(Plan):
    """A problem compiled to scalar Python."""

    def __init__(self, problem: Problem, settings: Settings, train: int) -> None:
        super().__init__(problem, settings, train)
        self._examples = problem.examples[:train]
        self._all_turns = tuple(range(self.iterations_per_epoch))
        self._flats = {size: lower(problem, size) for size in set(map(self._size, self._all_turns))}
        self._rule = rule_of(settings)
        layout = layout_of(problem, self._rule.optimiser)
        self._parts = [part for part in layout.parts if part.parameter not in problem.frozen]
        self._places = np.array([i for p in self._parts for i in range(layout.size)[p.cells]])
        self._programs: dict[int, ScalarProgram] = {}
        self._functions: dict[tuple[int, ...], tuple[Steps, str]] = {}
        """The code of one batch of an epoch, or of all, with its text."""
        self._is_unrolled = settings.order == "given"
        if self._is_unrolled:
            first = self._program(0)
            operations = sum(bool(first.ops[i].args) for i in first.needed)
            if operations * self.iterations_per_epoch > UNROLLED_OPERATIONS:
                self._is_unrolled = False
                self._programs.clear()
        self._vector = np.empty(0)
        """The state, but for the numbers that updates change."""
        self._numbers: tuple[float, ...] = ()

    @cached_property
    def _numpy(self) -> NumpyPlan:
        """What does the iterations that Python's arithmetic refuses."""
        # Few need it, and starting counts.
        from gdtutor.training.plan.numpy_plan import NumpyPlan

        return NumpyPlan(self._problem, self._settings, self._train)

    @property
    def source(self) -> str:
        """The generated source of one epoch, or of one iteration; see `Plan.source`."""
        folded = self._flats[self._size(0)].folded_comments(knows_data=self._is_unrolled)
        return folded + self._function(self._all_turns if self._is_unrolled else (0,))[1]

    def _load(self, vector: Array) -> None:
        self._vector, self._numbers = vector, tuple(vector[self._places].tolist())

    def _stored(self) -> Array:
        vector = self._vector.copy()
        vector[self._places] = self._numbers
        return vector

    def _block(self, epoch: int, turn: int, t: int, alphas: Sequence[float]) -> tuple[Array, Array]:
        losses: list[float] = []
        squares: list[float] = []
        steps, items = self._call(epoch, turn, len(alphas))
        left = losses.append, squares.append
        self._numbers = steps(self._numbers, items, t, alphas, *left)
        norms, done = np.sqrt(np.array(squares)), len(losses)
        if done == len(alphas):
            return np.array(losses), norms
        first = epoch * self.iterations_per_epoch + turn + done
        refused = self._numpy.run(self._stored(), t + done, first, 1)
        self._load(refused.vector)
        more = () if refused.norms is None else refused.norms
        return np.append(losses, refused.losses), np.append(norms, more)

    def _length(self, epoch: int, turn: int, left: int) -> int:
        per = self.iterations_per_epoch
        if self._is_unrolled:
            if turn or left < per:
                return 1
            return per if self._held is not None else left // per * per
        if self._held is not None or len(self._flats) > 1:
            return min(left, sum(self._size(i) == self._size(turn) for i in range(turn, per)))
        return min(left, self._order.left_in_block(epoch) * per - turn)

    def _call(self, epoch: int, turn: int, count: int) -> tuple[Steps, Any]:
        """Return the function that does so many iterations, and an item for each of its calls."""
        if self._is_unrolled:
            is_whole = count % self.iterations_per_epoch == 0
            turns = self._all_turns if is_whole else (turn,)
            return self._function(turns)[0], repeat(None, count // len(turns))
        start, size = turn * self._batch, self._size(turn)
        epochs = -(-(start + count * size) // self._width)
        chosen = self._order.epochs(epoch, epochs)[start : start + count * size]
        rows = self._examples[chosen].reshape(count, -1)
        key = 0 if size == self._size(0) else turn
        return self._function((key,))[0], rows[:, self._columns(size)].tolist()

    def _columns(self, size: int) -> list[int]:
        """Return where the numbers of an item lie among those of so many examples."""
        width = self._examples.shape[1]
        places = np.arange(float(size * width)).reshape(size, width)
        problem = replace(self._problem, examples=places)
        held = problem.given(problem.parameters, np.arange(size))
        data = [op.name for op in self._flats[size].ops if op.kind == "data"]
        return [int(place) for name in data for place in held[name].flat]

    def _size(self, turn: int) -> int:
        return min(self._batch, self._width - turn * self._batch)

    def _program(self, turn: int) -> ScalarProgram:
        """Return the iteration of one batch of the epoch, its data in it as numbers where epochs
        are unrolled."""
        if turn not in self._programs:
            problem = self._problem
            known = {**problem.constants, **problem.parameters}
            if self._is_unrolled:
                chosen = self._order.epoch(0)[turn * self._batch :][: self._batch]
                known = problem.given(problem.parameters, chosen if problem.size else chosen[:0])
            known = {n: value for n, value in known.items() if n not in problem.trained}
            flat = self._flats[self._size(turn)]
            self._programs[turn] = ScalarProgram(self._parts, flat, self._rule, known)
        return self._programs[turn]

    def _function(self, turns: tuple[int, ...]) -> tuple[Steps, str]:
        """Return the code of some batches of the epoch."""
        if turns in self._functions:
            return self._functions[turns]
        is_scheduled = self._rule.is_scheduled
        programs = [self._program(turn) for turn in turns]
        first = programs[0]
        state = "".join(f"p{i}, " for i in self._places)
        data = "".join(f"{first.ops[i].name}, " for i in first.data)
        named = ", ".join(first.labels[i] for i in first.data)
        source = SourceLines()
        head = "def steps(state, items, t, rates, leave, leave_norm):"
        source.add(0, head, "iterations in a row")
        source.add(1, f"{state}= state", "the numbers that updates change")
        if is_scheduled:
            source.add(1, "rates = iter(rates)", "the learning rate of each iteration")
        source.add(1, "try:", "in Python's own numbers, which are fast")
        source.add(2, f"for {data or '_ '}in items:", named or "the data stand as numbers below")
        for program in programs:
            if any(program.ops[i].name == "t" for i in program.needed):
                source.add(3, "t += 1", "the number of this update, from 1")
            if is_scheduled:
                source.add(3, "learning_rate = next(rates)", "the learning rate of this epoch")
            program.write(source, 3)
        refused = "except (OverflowError, ZeroDivisionError, ValueError):"
        source.add(1, refused, "where these refuse a result")
        source.add(2, "pass", "NumPy's do the iteration, which have infinities")
        source.add(1, f"return {state}", "after the last iteration")
        self._functions[turns] = source.compiled("steps", FLOATS), source.text()
        return self._functions[turns]
