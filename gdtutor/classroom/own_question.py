"""A question that the teacher asks without a file: about the next step, or with choices."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.characters import pictured
from gdtutor.lesson.conditions import parse_condition
from gdtutor.lesson.model import Choice
from gdtutor.session.asking import challenge_at
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.state import Session, current_step
from gdtutor.values import replace

ASK = "ask value, sign, shape, next; or QUESTION | choice | *right choice"
ABOUT_NEXT = {"value": Ask.VALUE, "sign": Ask.SIGN, "shape": Ask.SHAPE, "next": Ask.NEXT}
"""What is asked about the step that comes next, by the word for it."""
_HINT = "write value, sign, shape or next, or a question and its choices after strokes"
_RIGHT, _WRONG = parse_condition("0 == 0"), parse_condition("0 == 1")


def own_question(session: Session, text: str) -> Challenge:
    """Return the question that the teacher has typed, about where the walk stands.

    Raises:
        GdTutorError: For what is no question, and where none can be asked.
    """
    moment, word = session.moment, text.strip().lower()
    if moment is None or session.lesson is None:
        raise GdTutorError("no lesson is open", "questions are about its steps")
    if "|" in text:
        step = current_step(session) or moment.steps[0]
        return _with_choices(text, challenge_at(moment, step, Ask.CHOICE, 0))
    if word not in ABOUT_NEXT:
        raise GdTutorError(f"'{pictured(text)}' is no question", _HINT)
    if session.step >= len(moment.steps):
        raise GdTutorError("this is the last step", "questions are about the next one")
    following = moment.steps[session.step]
    if not following.node:
        raise GdTutorError("the next step computes nothing", "go on by one")
    return challenge_at(moment, following, ABOUT_NEXT[word], session.look.example)


def _with_choices(text: str, asked: Challenge) -> Challenge:
    """Return a question with its choices, of which the one with a star is right."""
    question, *written = (pictured(part.strip()) for part in text.split("|"))
    right = [part for part in written if part.startswith("*")]
    words = [part.removeprefix("*").strip() for part in written]
    if not question or len(words) < 2 or len(right) != 1 or not all(words):
        raise GdTutorError("a question has two choices or more, one of them with a star", _HINT)
    choices = tuple(
        Choice(word, _RIGHT if part in right else _WRONG)
        for word, part in zip(words, written, strict=True)
    )
    return replace(asked, name=f"{asked.name} {question}", text=question, choices=choices)
