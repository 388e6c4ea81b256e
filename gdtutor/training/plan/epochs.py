"""What every plan does: the batches of epochs, a block of iterations at a call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.batches import EpochOrder
from gdtutor.training.problem import Problem
from gdtutor.training.rates import rates
from gdtutor.training.settings import Settings
from gdtutor.training.state import PlanResult

if TYPE_CHECKING:
    from gdtutor.training.plan.block_runner import Held


class Plan(ABC):
    """A problem compiled for one batch size (and the shorter last batch).

    Args:
        problem: What is trained.
        settings: How.
        train: Indices of the examples to train on are 0 to train − 1; the others validate.
    """

    _lead: tuple[int, ...] = ()
    """The number of runs that are stacked, where there are several."""

    def __init__(self, problem: Problem, settings: Settings, train: int) -> None:
        self._problem = problem
        self._settings = settings
        self._train = train
        self._batch = settings.batch_size(train)
        self._order = EpochOrder(settings.order, settings.seed, train, self._batch)
        self._width = len(self._order.epoch(0))
        """Places of examples in an epoch."""
        self.iterations_per_epoch = -(-self._width // self._batch)

    @property
    @abstractmethod
    def source(self) -> str:
        """The generated source of one iteration, one commented line for each operation."""

    def run(self, vector: Array, t: int, first: int, count: int) -> PlanResult:
        """Do `count` iterations from iteration `first`, whose epoch decides data and rate.

        Args:
            vector: The state before them, laid out as `layout_of` says, or one for each stacked
                run; it is not changed.
            t: Updates that the optimiser has done before.
            first: The number of the first iteration.
            count: How many.
        """
        self._load(vector)
        losses, norms, validation = self._do(t, first, count)
        return PlanResult(self._stored(), losses, norms, validation)

    def _do(self, t: int, first: int, count: int) -> tuple[Array, Array | None, Array]:
        """Do the iterations in place; return their losses, the norms where they are needed, and
        the validation costs."""
        s, per = self._settings, self.iterations_per_epoch
        losses = np.empty((count, *self._lead))
        norms = None if s.stop.gradient_below is None else np.empty(count)
        validation: list[float] = []
        done = 0
        with np.errstate(all="ignore"):
            while done < count:
                epoch, turn = divmod(first + done, per)
                if turn == 0 and self._held is not None:
                    validation.append(self._held.cost(self._stored()))
                stop = done + self._length(epoch, turn, count - done)
                iterations = range(first + done, first + stop)
                alphas = rates(s.schedule, s.learning_rate, per, iterations)
                found, found_norms = self._block(epoch, turn, t + done, alphas)
                losses[done : done + len(found)] = found
                if norms is not None:
                    norms[done : done + len(found)] = found_norms
                done += len(found)
        return losses, norms, np.array(validation)

    @cached_property
    def _held(self) -> Held | None:
        """What computes the cost of the examples held back; None where there are none, and of
        stacked runs, for which it is not shown."""
        if self._lead or self._train >= self._problem.size:
            return None
        # Only runs that validate need NumPy's plan at this point, and starting counts.
        from gdtutor.training.plan.block_runner import Held

        return Held(self._problem, self._settings, self._train)

    @abstractmethod
    def _load(self, vector: Array) -> None:
        """Take over a state."""

    @abstractmethod
    def _stored(self) -> Array:
        """Return the state."""

    @abstractmethod
    def _length(self, epoch: int, turn: int, left: int) -> int:
        """Return how many iterations a block has that begins with this batch of the epoch."""

    @abstractmethod
    def _block(self, epoch: int, turn: int, t: int, alphas: Sequence[float]) -> tuple[Array, Array]:
        """Do an iteration for each rate, or fewer; return their losses and, if needed, norms."""
