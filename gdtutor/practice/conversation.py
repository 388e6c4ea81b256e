"""Practice as a conversation in plain lines: an exercise, an answer, what was wrong with it.

The level of the next exercise follows the answers, and a slip made thrice comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gdtutor.practice.answering import Marked, marked
from gdtutor.practice.exercise import APART, Exercise, drawn, exercises
from gdtutor.practice.templates import KINDS, MOST_LEVEL
from gdtutor.session.answers import FIGURES, AnswerError
from gdtutor.session.slips import SlipMatch
from gdtutor.values import Struct
from gdtutor.view.asking import slip_text

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
