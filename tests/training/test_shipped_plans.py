"""Every plan of every shipped lesson that trains computes what the walk computes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from gdtutor.lesson.discovery import discover, find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import run_of
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.order import iterations_per_epoch
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.plan.numpy_plan import StackedPlan
from gdtutor.training.problem import Problem
from gdtutor.training.rates import rate
from gdtutor.training.run import State
from gdtutor.training.settings import Settings
from gdtutor.training.state import layout_of
from gdtutor.values import replace
from tests.lesson_texts import shipped_heads
from tests.training.walking import Array, Walked, assert_close, start, walk

ITERATIONS = 20
NOISE = 1e-3
"""Gradients are compared relative to their largest cell, or to this where all are smaller: they are
sums over examples of numbers about as large as this and more, which may cancel out."""
PROBE = "momentum"
"""The optimiser whose velocity, after one update from 0, is the gradient itself."""


def training_lessons() -> Iterator[tuple[str, str]]:
    """Yield every shipped lesson that trains, and each of its variants, with its optimiser."""
    for said in shipped_heads().values():
        if own := said.get("training"):
            first = own.get("optimizer", "sgd")
            yield said["id"], first
            for variant in said.get("variants", ()):
                optimizer = variant.get("training", {}).get("optimizer", first)
                yield f"{said['id']}, {variant['name']}", optimizer


OPTIMISER = dict(training_lessons())


@cache
def lesson_of(name: str) -> Lesson:
    """Return a lesson, or a variant of it, by its name among those that train."""
    own, _, variant = name.partition(", ")
    lesson = load_lesson(find_lesson(own, shipped_lessons_folder()))
    return with_variant(lesson, variant) if variant else lesson


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What the walk of a lesson does, iteration by iteration, as long as it is finite."""

    problem: Problem
    settings: Settings
    states: tuple[State, ...]
    """At the start of each iteration, and after the last one."""
    steps: tuple[Walked, ...]


@cache
def walk_of(name: str) -> Walk:
    segment = run_of(lesson_of(name)).segments[0]
    problem, settings = segment.problem, segment.settings
    size = max(1, settings.trained_on(problem.size))
    per = iterations_per_epoch(size, settings.batch or size)
    states, steps = [start(problem)], []
    for k in range(ITERATIONS):
        alpha = rate(settings.schedule, settings.learning_rate, k // per)
        step = walk(problem, settings, states[-1], alpha)
        if not np.isfinite([step.loss, *(v.sum() for v in step.parameters.values())]).all():
            break
        steps.append(step)
        states.append(State(k + 1, step.parameters, step.optimizer, k + 1))
    return Walk(problem, settings, tuple(states), tuple(steps))


class Trainer:
    """A plan of one kind; a stack has another run before and one after the one that is looked at.

    Args:
        problem: What is trained.
        settings: How.
        kind: numpy, scalar, stacked, or implicit.
    """

    def __init__(self, problem: Problem, settings: Settings, kind: str) -> None:
        train = settings.trained_on(problem.size)
        self._vector_layout = layout_of(problem, optimiser_of(settings)[0])
        if kind == "stacked":
            rates = settings.learning_rate * np.array([0.5, 1.0, 2.0])
            self._plan = StackedPlan(problem, settings, train, {"learning_rate": rates}, 3)
        else:
            self._plan = compile_plan(problem, settings, kind)
        self.source, self._is_stacked = self._plan.source, kind == "stacked"

    def run(self, state: State, count: int) -> tuple[Array, State]:
        """Do some iterations; return their losses and the state after them."""
        vector = self._vector_layout.join(state.parameters, state.optimizer)
        first = state.iteration
        before = np.array([vector * 0.9, vector, vector * 1.1]) if self._is_stacked else vector
        outcome = self._plan.run(before, state.t, first, count)
        losses, after = outcome.losses, outcome.vector
        if self._is_stacked:
            losses, after = losses[:, 1], after[1]
        parameters, optimizer = self._vector_layout.split(after)
        return losses, State(first + count, parameters, optimizer, state.t + count)


def kinds_of(optimizer: str) -> tuple[str, ...]:
    return ("implicit",) if optimizer == "implicit" else ("numpy", "scalar", "stacked")


CASES = [(name, kind) for name, own in OPTIMISER.items() for kind in kinds_of(own)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_every_iteration_s_cost_gradients_and_update_are_the_walk_s(name: str, kind: str) -> None:
    known = walk_of(name)
    own = Trainer(known.problem, known.settings, kind)
    probe = None
    if kind != "implicit":
        settings = replace(known.settings, optimizer=PROBE, hyperparameters=())
        probe = Trainer(known.problem, settings, kind)
    for state, step, after in zip(known.states, known.steps, known.states[1:], strict=False):
        losses, found = own.run(state, 1)
        # Half a squared difference is no more exact than the difference, of numbers up to 1.
        assert_close(losses[0], np.asarray(step.loss), size=math.sqrt(step.loss))
        assert_same_state(found, after)
        if probe is not None:
            probed = probe.run(replace(state, optimizer={}), 1)[1]
            for parameter in known.problem.trained:
                gradient = probed.optimizer[parameter]["v"]
                assert_close(gradient, step.gradients[parameter], size=NOISE)


@pytest.mark.sampled
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_chained_iterations_are_the_walk_s(name: str, kind: str) -> None:
    known = walk_of(name)
    losses, found = Trainer(known.problem, known.settings, kind).run(
        known.states[0], len(known.steps)
    )
    assert_close(losses, np.array([step.loss for step in known.steps]))
    assert_same_state(found, known.states[-1])


def assert_same_state(found: State, wanted: State) -> None:
    for name, value in wanted.parameters.items():
        assert_close(found.parameters[name], value)
        for variable, kept in wanted.optimizer.get(name, {}).items():
            assert_close(found.optimizer[name][variable], kept, size=NOISE)


@pytest.mark.slow
def test_all_shipped_lessons_that_train_are_looked_at() -> None:
    lessons = [load_lesson(path) for path in discover(shipped_lessons_folder())]
    names = [
        f"{lesson.id}, {variant}" if variant else lesson.id
        for lesson in lessons
        for variant in ("", *(one.name for one in lesson.variants))
        if (with_variant(lesson, variant) if variant else lesson).trains
    ]
    assert sorted(names) == sorted(OPTIMISER)
    assert len(names) > 50
    assert {"sgd", "momentum", "nesterov", "adam", "averaged", "implicit"} <= {*OPTIMISER.values()}
    for name, optimizer in OPTIMISER.items():
        assert lesson_of(name).settings.optimizer == optimizer
        assert len(walk_of(name).steps) == ITERATIONS
