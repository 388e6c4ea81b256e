"""Practice as a conversation in plain lines: an exercise, an answer, what was wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gdtutor.practice.answering import Marked, marked
from gdtutor.practice.course import PastAnswer, level_of, next_kind, slip_owed
from gdtutor.practice.exercise import APART, Exercise, drawn, exercises
from gdtutor.practice.templates import KINDS
from gdtutor.session.answers import FIGURES, AnswerError
from gdtutor.session.slips import SlipMatch
from gdtutor.values import Struct
from gdtutor.view.asking import slip_text

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
        services.say(_answer_words(text.strip(), judged.fits))
        if wrong >= TRIES:
            services.say(f"The answer is {exercise.answer_text}.")
            return first


def _kept(exercise: Exercise, text: str, judged: Marked, services: PracticeServices) -> Marked:
    services.keep(exercise, text, judged, True)
    return judged


def _answer_words(text: str, fits: Sequence[SlipMatch]) -> str:
    said = [f"{text[:40]} is not it."]
    said += [slip_text(fit, fit.about or "it") for fit in fits[:1]]
    return " ".join(said if fits else [*said, "No usual slip gives that."])
