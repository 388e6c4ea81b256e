"""Choices of a question: which one is right where the walk stands, and which one was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from gdtutor.lesson.conditions import holds
from gdtutor.lesson.model import Choice
from gdtutor.session.answers import AnswerError
from gdtutor.session.lookups import known_at_step
from gdtutor.session.state import Walk

_AS_TYPED = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "×": "*", "σ": "sigmoid", "²": "**2", "³": "**3",
     **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))}
)  # fmt: skip


def right_choices(session: Walk, choices: Sequence[Choice], scene: int) -> tuple[Choice, ...]:
    """Return the choices whose condition holds where the walk stands: one, where all is well.

    Args:
        session: The session at the step.
        choices: The choices.
        scene: The graph whose values the conditions look at first.
    """
    values = known_at_step(session, scene)
    return tuple(choice for choice in choices if holds(choice.when, values))


_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def in_shown_order(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return choices as they are numbered: numbers by their size, so that 3 is three where it can
    be, others by the alphabet, since the right one may come first in the file.
    """
    if all(_head(choice) in _COUNTED for choice in choices):
        return tuple(sorted(choices, key=lambda choice: _COUNTED.index(_head(choice))))
    return tuple(sorted(choices, key=lambda choice: choice.text))


def _head(choice: Choice) -> str:
    """Return the first word of a choice."""
    return re.split(r"\W", choice.text, maxsplit=1)[0].lower()


def read_choice(text: str, choices: Sequence[Choice]) -> Choice:
    """Read a choice: its number, or its text as it is written or shown.

    Raises:
        AnswerError: For anything else.
    """
    word = text.strip()
    if word.isascii() and word.isdigit() and 1 <= int(word) <= len(choices):
        return choices[int(word) - 1]
    folded = _folded(word)
    meant = [choice for choice in choices if folded in _forms(choice)]
    if len(meant) != 1:
        raise AnswerError("that is none of them", f"type a number from 1 to {len(choices)}")
    return meant[0]


def _forms(choice: Choice) -> Iterator[str]:
    """Yield the ways to write a choice, folded: what stands before a colon, of a gradient dW1."""
    yield _folded(choice.text)
    yield _folded(choice.text.partition(": ")[0])
    if choice.side is not None:
        yield _folded(re.sub(r"\bgrad\s+", "d", choice.text))


def _folded(text: str) -> str:
    """Return a text without what differs between typing and showing: ∂L/∂w₁ and grad w1 alike."""
    spread = unicodedata.normalize("NFD", text.translate(_AS_TYPED)).replace("\u0302", "hat")
    plain = re.sub(r"∂\w+/∂|\bd \w+/d ", "grad ", spread)
    plain = re.sub(r"\|([^|]*)\|", r"abs(\1)", plain)
    return re.sub(r"\s+", "", plain).casefold()
