"""The iterations that a program is held against: the lesson's first ones, then other starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import frozen
from gdtutor.judge.asked import AskedName, asked_names
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.changes import earlier_values
from gdtutor.session.moment import Moment, moment_at
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace

RANDOM_STARTS = 2
"""Starts besides the lesson's own; the last one has other inputs as well."""
SEED = 2019
"""Of the random starts, so that two looks at one program say the same."""


class AskedProgram(Struct, frozen=True, eq=False):
    """What programs of a lesson are asked for, and the starts that they are held against."""

    lesson: Lesson
    moments: tuple[Moment, ...]
    own: int
    """How many of them are the lesson's own first iterations."""
    asked: tuple[AskedName, ...]

    @property
    def wanted(self) -> tuple[AskedName, ...]:
        """The names that have to be there: every one, or those that the lesson's author lists."""
        writing = self.lesson.writing
        listed = writing.names if writing is not None else ()
        return tuple(a for a in self.asked if a.name in listed) or self.asked


def asked_of(lesson: Lesson) -> AskedProgram:
    """Return what a lesson asks of a program."""
    own = own_moments(lesson)
    moments = (*own, *_at_random(lesson))
    return AskedProgram(lesson, moments, len(own), asked_names(lesson, own[0]))


def own_moments(lesson: Lesson) -> tuple[Moment, ...]:
    """Return the first iterations of the lesson's own run: two where it trains, else one."""
    run = run_of(lesson)
    return tuple(_moment(lesson, run, iteration) for iteration in range(1 + lesson.trains))


def of_examples(lesson: Lesson, moment: Moment, taken: Sequence[int]) -> Moment:
    """Return iteration 0 from a moment's parameters over some of its examples, in this order.

    Raises:
        GdTutorError, ValueError, IndexError: It cannot be computed.
    """
    segment = run_of(lesson).segments[0]
    picked = moment.problem.examples[moment.batch[np.asarray(taken)]]
    problem = replace(moment.problem, examples=frozen(picked), parameters=moment.state.parameters)
    settings = replace(segment.settings, batch=None, order="given", validation=0.0)
    run = Run((replace(segment, problem=problem, settings=settings),))
    return _moment(lesson, run, 0)


def _moment(lesson: Lesson, run: Run, iteration: int) -> Moment:
    earlier = earlier_values(lesson, None, (), iteration, run.batch(iteration))
    return moment_at(lesson, run, iteration, frozenset(), earlier)


def _at_random(lesson: Lesson) -> Iterator[Moment]:
    """Yield iteration 0 at random starts, those left out that the engine cannot compute."""
    run = run_of(lesson)
    segment = run.segments[0]
    rng = np.random.RandomState(SEED)
    for number in range(RANDOM_STARTS):
        problem = _moved(segment.problem, rng, with_inputs=number == RANDOM_STARTS - 1)
        other = Run((replace(segment, problem=problem),))
        try:
            batch = other.batch(0)
            # What the last graph has as well is its own; see `moment_at`.
            scenes = earlier_values(lesson, None, (), 0, batch)
            known = {name: v for values in scenes for name, v in values.items()}
            moved = {n: _like(v, rng) if n in lesson.starts else v for n, v in known.items()}
            earlier = tuple({name: moved[name] for name in values} for values in scenes)
            moment = moment_at(lesson, other, 0, frozenset(), earlier)
        except (GdTutorError, ValueError, IndexError):
            continue
        if all(np.all(np.isfinite(v)) for t in moment.traces for v in t.values.values()):
            yield moment


def _like(value: Array, rng: np.random.RandomState) -> Array:
    """Return random numbers in the place of a parameter's, at some distance from 0."""
    drawn = rng.uniform(0.2, 1.2, np.shape(value)) * rng.choice([-1.0, 1.0], np.shape(value))
    return frozen(drawn)


def _moved(problem: Problem, rng: np.random.RandomState, with_inputs: bool) -> Problem:
    parameters = {name: _like(value, rng) for name, value in problem.parameters.items()}
    examples = np.array(problem.examples)
    if with_inputs:
        inputs = set(problem.data_leaves(Role.INPUT))
        for binding in problem.bindings:
            if binding.leaf in inputs:
                columns = list(binding.columns)
                shift = rng.uniform(-0.4, 0.4, examples[:, columns].shape)
                examples[:, columns] = examples[:, columns] + shift
    return replace(problem, parameters=parameters, examples=frozen(examples))
