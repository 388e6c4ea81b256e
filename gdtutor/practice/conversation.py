"""Practice as a conversation in plain lines: an exercise, an answer, what was wrong with it.

An answer is judged by its number, with the slip that gives it where one does. The level of the next
exercise follows the answers, and a slip made thrice comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gdtutor.engine.trace import frozen
from gdtutor.practice.exercise import APART, DIGITS, Exercise, drawn, exercises, own_slips, trace_of
from gdtutor.practice.templates import KINDS, MOST_LEVEL
from gdtutor.session.answers import FIGURES, AnswerError, Interval, Typed, read_number, read_shape
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
from gdtutor.view.asking import slip_text

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
    if not fits and right.is_right(number):
        return Marked(True)
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
    settings = Settings(learning_rate=exercise.rate)
    state = State(0, exercise.given, {}, 0)
    nobody = np.empty(0, dtype=np.int64)
    updates = {}
    if step.phase is Phase.UPDATE:
        updates = Iteration(problem, settings, state, nobody, exercise.rate).updates(done.gradients)
    return Moment(0, 0, problem, settings, state, nobody, (done,), updates, exercise.rate, (step,))


THRICE = 3
"""How often a slip is made before exercises of its kind come, and how many of them."""
_WINDOW = 2 * THRICE
"""Answers of a kind after which a slip is forgotten; not every exercise of it lets it be made."""


class PastAnswer(Struct, frozen=True):
    """One answer of the past."""

    kind: str
    is_right: bool
    slip: str = ""
    """What the slip is called; empty where none fitted."""


def level_of(kind: str, past: Sequence[PastAnswer]) -> int:
    """Return the level of a kind: two right ones in a row raise it, a wrong one lowers it."""
    level, row = 1, 0
    for one in past:
        if one.kind != kind:
            continue
        row = row + 1 if one.is_right else 0
        if not one.is_right:
            level = max(1, level - 1)
        elif row == 2:
            level, row = min(MOST_LEVEL, level + 1), 0
    return level


def next_kind(kinds: Sequence[str], past: Sequence[PastAnswer]) -> str:
    """Return the kind of the next exercise.

    A slip that was made thrice brings three exercises of the kind in which it was made last; else
    the kinds come in turn.
    """
    owed = slip_owed(past)
    if owed is not None and owed.kind in kinds:
        return owed.kind
    return kinds[len(past) % len(kinds)]


def slip_owed(past: Sequence[PastAnswer]) -> PastAnswer | None:
    """Return the answer that made a slip for the third time, while its exercises are not done."""
    made: dict[str, list[int]] = {}
    trigger: int | None = None
    for index, one in enumerate(past):
        if not one.slip or (trigger is not None and index - trigger <= THRICE):
            continue
        turns = [place for place in range(index + 1) if past[place].kind == one.kind]
        since = turns[-_WINDOW:][0]
        made[one.slip] = [at for at in made.get(one.slip, []) if at >= since] + [index]
        if len(made[one.slip]) == THRICE:
            trigger = index
            made.clear()
    if trigger is not None and len(past) - 1 - trigger < THRICE:
        return past[trigger]
    return None


TRIES = 2
"""Wrong answers after which the right one is told."""


class PracticeServices(Struct, frozen=True):
    """What a conversation needs of the outside."""

    say: Callable[[str], None]
    ask: Callable[[], str | None]
    """Returns the next line; None at the end of the input."""
    keep: Callable[[Exercise, str, Marked, bool], None]
    """Remembers an answer to an exercise, and whether it is the first one."""


def practise(
    kinds: Sequence[str],
    count: int | None,
    seed: int,
    past: Sequence[PastAnswer] | None,
    services: PracticeServices,
) -> None:
    """Ask exercises until the count, `q`, or the end of the input.

    Args:
        kinds: Keys of `KINDS`.
        count: How many; without end where None.
        seed: Of the numbers.
        past: How earlier answers went, which choose what comes next; None for the exercises of
            the seed, whatever is answered.
        services: Input, output and memory.
    """
    rng = np.random.RandomState(seed)
    fixed = exercises(seed, kinds) if past is None else None
    answers = list(past or ())
    recent: list[str] = []
    right = asked = 0
    to = f"to {FIGURES} significant digits"
    services.say(f"A number {to}, or a calculation; ? tells the answer, q ends.")
    while count is None or asked < count:
        if fixed is not None:
            exercise = next(fixed)
        else:
            kind = next_kind(kinds, answers)
            exercise = drawn(rng, kind, level_of(kind, answers), recent)
            recent = [*recent, exercise.key][-APART:]
            owed = slip_owed(answers)
            if owed is not None and owed.kind == kind:
                services.say(f"Once more, since this came up thrice: {owed.slip}.")
        services.say(exercise_text(exercise, asked + 1))
        first = _asked(exercise, services)
        if first is None:
            break
        asked += 1
        right += first.is_right
        answers.append(PastAnswer(exercise.kind, first.is_right, slip_name(first)))
    services.say(f"{right} of {asked} right at the first try.")


def exercise_text(exercise: Exercise, number: int) -> str:
    """Return an exercise as it is read."""
    head = f"{number}  {KINDS[exercise.kind]}, level {exercise.template.level}"
    return "\n".join(["", head, *(f"   {line}" for line in exercise.lines), exercise.question])


def slip_name(answer: Marked) -> str:
    """Return what the slip of a wrong answer is called; empty where none fits."""
    return answer.fits[0].slip.value if answer.fits else ""


def _asked(exercise: Exercise, services: PracticeServices) -> Marked | None:
    """Ask until it is right or told; returns the first answer, None where the learner ends."""
    first: Marked | None = None
    wrong = 0
    while True:
        text = services.ask()
        if text is None or text.strip().lower() in ("q", "quit"):
            return None
        if not text.strip():
            continue
        if text.strip() == "?":
            first = first or _kept(exercise, "?", Marked(False), services)
            services.say(f"The answer is {exercise.answer_text}.")
            return first
        try:
            judged = marked(exercise, text)
        except AnswerError as error:
            services.say(f"{error}.")
            continue
        if first is None:
            first = _kept(exercise, text.strip(), judged, services)
        elif judged.fits:
            # Another slip than the first may have been named: it is one to remember as well.
            services.keep(exercise, text.strip(), judged, False)
        if judged.is_right:
            services.say("Right.")
            return first
        wrong += 1
        services.say(answer_words(text.strip(), judged.fits))
        if wrong >= TRIES:
            services.say(f"The answer is {exercise.answer_text}.")
            return first


def _kept(exercise: Exercise, text: str, judged: Marked, services: PracticeServices) -> Marked:
    services.keep(exercise, text, judged, True)
    return judged


def answer_words(text: str, fits: Sequence[SlipMatch]) -> str:
    """Return what is said of a wrong answer, with every slip that gives it."""
    said = [f"{text[:40]} is not it."]
    # Each slip gives that answer: which of them it was, nobody knows.
    said.append(" Or: ".join(slip_text(fit, fit.about or "it") for fit in fits))
    return " ".join(said if fits else [said[0], "No usual slip gives that."])
