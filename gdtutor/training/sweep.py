"""Several runs that differ in one or more settings, trained side by side.

Those that `fit_together` train in stacked arrays; others in turn, and so do few small runs that
would take long in arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.training.errors import TrainingError
from gdtutor.training.evaluation import evaluate
from gdtutor.training.initialise import check_seed
from gdtutor.training.limits import check
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.pacing import Clock, Deadline, microseconds_of, stacked_microseconds
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.training.segments import RunSegment, Stretch
from gdtutor.training.settings import Settings
from gdtutor.training.stack import Member, RunStack, can_be_stacked, fit_together
from gdtutor.training.state import layout_of
from gdtutor.training.trouble import TrainedCurve, lowest
from gdtutor.values import replace

MAX_RUNS = 256
"""Most runs of a sweep."""
MAX_NUMBERS = 20_000_000
"""Most numbers that the runs of a sweep keep together: their parameters, what the optimiser keeps,
and their curves."""

SIDE_BY_SIDE = 1_000_000
"""Microseconds that runs may take in arrays, where their curves grow together, though they would
be quicker one after the other."""


def check_room(runs: int, problem: Problem, settings: Settings) -> None:
    """Refuse a sweep of so many runs of this size, before there are any.

    Raises:
        TrainingError: They are none, too many, or too large together.
    """
    if not 1 <= runs <= MAX_RUNS:
        raise TrainingError(f"a sweep of {runs:,} runs", f"use 1 to {MAX_RUNS}")
    _check_numbers(runs, runs * _numbers(problem, settings))


def _check_numbers(runs: int, numbers: int) -> None:
    if numbers > MAX_NUMBERS:
        what = f"the {runs} runs would keep {numbers:,} numbers"
        hint = f"the bound is {MAX_NUMBERS:,}: use fewer runs or epochs"
        raise TrainingError(what, hint)


def _numbers(problem: Problem, settings: Settings) -> int:
    """Return how many numbers a run keeps."""
    return layout_of(problem, optimiser_of(settings)[0]).size + settings.epochs


def sweepable(settings: Settings) -> tuple[str, ...]:
    """Return the names of the settings, and of the optimiser's constants, that can be swept."""
    constants = (h.name for h in optimiser_of(settings)[0].hyperparameters)
    return ("learning_rate", "optimizer", "batch", "order", "seed", "epochs", *constants)


def swept(settings: Settings, name: str, text: str) -> Settings:
    """Return the settings with one of them changed, as `--sweep NAME=VALUE` asks for.

    Raises:
        TrainingError: The name cannot be swept over, or the value is not one of its kind.
        DataError: The seed is out of range.
    """
    known = sweepable(settings)
    if name not in known:
        hint = did_you_mean(name, known) or f"use one of {', '.join(known)}"
        raise TrainingError(f"there is no sweep over '{name}'", hint)
    changed: dict[str, Any] = {name: text}
    if name in ("optimizer", "order"):
        return replace(settings, **changed)
    if name == "batch" and text == "full":
        return replace(settings, batch=None)
    try:
        value = float(text)
    except ValueError:
        raise TrainingError(f"{name} = '{text}'", "give a number") from None
    if name in (h.name for h in optimiser_of(settings)[0].hyperparameters):
        kept = tuple(pair for pair in settings.hyperparameters if pair[0] != name)
        return replace(settings, hyperparameters=(*kept, (name, value)))
    if name == "learning_rate":
        return replace(settings, learning_rate=value)
    if not value.is_integer():
        raise TrainingError(f"{name} = {text}", "give a whole number")
    if name == "seed":
        check_seed(int(value))
    changed[name] = int(value)
    return replace(settings, **changed)


class Alone:
    """A member that trains by itself; it looks like a stack of one.

    Args:
        places: Its place in the sweep.
        members: The one.
    """

    def __init__(self, places: Sequence[int], members: Sequence[Member]) -> None:
        self._place, self._member = places[0], members[0]
        self._run = Run((RunSegment(0, self._member.problem, self._member.settings),))
        self.labels = (self._member.label,)
        """What tells the member from others."""

    @property
    def source(self) -> str:
        """What it is compiled to."""
        return self._run.plan.source

    @property
    def epochs(self) -> int:
        """The epochs that the member has finished or ended before."""
        return self._member.settings.epochs if self.is_done else len(self._run.costs)

    @property
    def is_done(self) -> bool:
        """Whether the member does not go on."""
        return self._run.stopped_by is not None

    def advance(self, epochs: int | None, deadline: Deadline, clock: Clock) -> None:
        """Train on; see `Sweep.advance`."""
        self._run.advance(epochs=epochs, deadline=deadline, clock=clock)

    def drop_burst(self) -> None:
        """Have the run stay as it is; see `Sweep.drop_burst`."""
        self._run.drop_burst()

    def found(self) -> list[tuple[int, TrainedCurve]]:
        """Return how far the member is, by its place in the sweep."""
        run, state = self._run, self._run.state(self._run.farthest)
        curve = self._member.curve(run.costs, run.stopped_by, state, run.predicting(state))
        return [(self._place, curve)]


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
        _check_numbers(len(members), sum(_numbers(m.problem, m.settings) for m in members))
        self._ends: dict[int, float] = {}
        self._parts: list[RunStack | Alone] = []
        for places in _grouped(self.members):
            chosen = [self.members[place] for place in places]
            in_turn = len(places) == 1 or _is_quicker_in_turn(chosen)
            if not in_turn and can_be_stacked(chosen[0]):
                self._parts.append(RunStack(places, chosen))
            else:
                self._parts += [Alone([at], [self.members[at]]) for at in places]

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
        self, epochs: int | None = None, deadline: Deadline = None, clock: Clock = None
    ) -> bool:
        """Train on, all stacks one after the other.

        Args:
            epochs: At most this many more; None to the end.
            deadline: Asked between bursts; training returns once it says True.
            clock: Tells the time in seconds, by which bursts get their length.

        Returns:
            Whether no run goes on.
        """
        for part in self._parts:
            part.advance(epochs, deadline, clock)
            if deadline is not None and deadline():
                break
        return self.is_done

    def drop_burst(self) -> None:
        """Have all runs stay as they are, whatever the burst comes to that a thread is in.

        The sweep cannot go on afterwards.
        """
        for part in self._parts:
            part.drop_burst()

    def found(self) -> tuple[TrainedCurve, ...]:
        """Return how far every run is, in the order of the members, and of each that has ended its
        cost over all that it is trained on: no number where it diverged.
        """
        found = {place: curve for part in self._parts for place, curve in part.found()}
        for place, curve in found.items():
            if curve.stopped_by is not None and place not in self._ends:
                one, has_end = self.members[place], curve.stopped_by != "not_finite"
                examples = np.arange(one.settings.trained_on(one.problem.size))
                cost = evaluate(one.problem, curve.predicting, examples).cost
                self._ends[place] = cost if has_end else np.nan
        places = range(len(self.members))
        return tuple(replace(found[place], end=self._ends.get(place)) for place in places)

    def best(self) -> tuple[int, ...]:
        """Return the places of the `lowest` runs."""
        return lowest(self.found())


def _is_quicker_in_turn(members: Sequence[Member]) -> bool:
    """Say whether runs that fit together take long in arrays, and less one after the other: a call
    of NumPy costs the same for few runs, and a gate alone trains on floats.
    """
    first = members[0]
    stretch = Stretch(RunSegment(0, first.problem, first.settings), None)
    together = stacked_microseconds(stretch.work, len(members))
    is_long = together * first.settings.epochs * stretch.per_epoch > SIDE_BY_SIDE
    return is_long and len(members) * microseconds_of(stretch) < together


def _grouped(members: Sequence[Member]) -> list[list[int]]:
    """Return the places of the members that fit together, group by group."""
    groups: list[list[int]] = []
    for place, member in enumerate(members):
        for group in groups:
            if fit_together(members[group[0]], member):
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


__all__ = ["MAX_NUMBERS", "MAX_RUNS", "Member", "Sweep", "check_room", "sweepable", "swept"]
