"""What is wrong with an answer to an exercise, from the slips that the walk's questions use."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.trace import frozen
from gdtutor.practice.exercise import Exercise, own_slips, trace_of
from gdtutor.session.answers import AnswerError, Interval, Typed, read_number, read_shape
from gdtutor.session.fitting import slips_that_fit
from gdtutor.session.moment import Moment
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.steps import Phase, Step
from gdtutor.session.working import working_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import State
from gdtutor.training.walked import Iteration
from gdtutor.values import Struct

DIGITS = 4
_NEAR = 1e-6


class Marked(Struct, frozen=True):
    """An answer, judged."""

    is_right: bool
    fits: tuple[SlipMatch, ...] = ()
    """The slips that give it; none where no usual one does."""


def marked(exercise: Exercise, text: str) -> Marked:
    """Judge an answer.

    Raises:
        AnswerError: It is no number, or no shape.
    """
    if isinstance(exercise.answer, tuple):
        shape = read_shape(text)
        if shape == exercise.answer:
            return Marked(True)
        if shape == exercise.answer[::-1]:
            return Marked(False, (SlipMatch(Slip.TRANSPOSED),))
        others = [f"the shape of {n}" for n, v in exercise.given.items() if v.shape == shape]
        return Marked(False, tuple(SlipMatch(Slip.OTHER_VALUE, other) for other in others))
    number = read_number(text)
    if not np.isfinite(number.value):
        raise AnswerError("that is no finite number", "write a number, or a calculation: 0.75*0.3")
    right = _near(exercise.answer)
    if right.accepts(number):
        return Marked(True)
    # Values are short and exact here: what a slip gives to the last digit is no rounding of it.
    own = [slip for slip, value in own_slips(exercise) if _near(value).accepts(number)]
    fits = tuple(own) or _of_the_table(exercise, Typed(number.text, number.value))
    if not fits:
        right.is_right(number)
    return Marked(False, fits or _of_the_table(exercise, number))


def _near(value: float) -> Interval:
    """Return what is accepted for a value that is computed from short numbers."""
    return Interval(value, value, 2 * _NEAR * max(1.0, abs(value)))


def _of_the_table(exercise: Exercise, number: Typed) -> tuple[SlipMatch, ...]:
    phase = {"gradient": Phase.BACKWARD, "update": Phase.UPDATE}.get(exercise.template.asks)
    if exercise.template.asks == "local":
        is_turned = _near(-float(np.asarray(exercise.answer))).accepts(number)
        return (SlipMatch(Slip.SIGN),) if is_turned else ()
    variable = "p" if phase is Phase.UPDATE else ""
    step = Step(1, 0, phase or Phase.FORWARD, exercise.template.node, variable)
    working = working_of(_moment(exercise, step), step)
    return slips_that_fit(working, exercise.cell, number, DIGITS)


def _moment(exercise: Exercise, step: Step) -> Moment:
    """Return the exercise as an iteration, which the table of slips is over."""
    done = trace_of(exercise.template, exercise.given)
    problem = Problem(
        done.graph, exercise.given, frozenset(), {}, (), frozen(np.empty((0, 0))), (), True
    )
    settings = Settings(learning_rate=exercise.rate, optimizer=exercise.template.optimizer)
    state = State(0, exercise.given, {}, 0)
    nobody = np.empty(0, dtype=np.int64)
    updates = {}
    if step.phase is Phase.UPDATE:
        updates = Iteration(problem, settings, state, nobody, exercise.rate).updates(done.gradients)
    return Moment(0, 0, problem, settings, state, nobody, (done,), updates, exercise.rate, (step,))
