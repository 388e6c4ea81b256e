"""A question that a class is asked, its answers, and how they are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from gdtutor.lesson.characters import cut_short, pictured
from gdtutor.session.challenge import Challenge
from gdtutor.session.choosing import read_choice
from gdtutor.session.predict import judged
from gdtutor.session.state import Session
from gdtutor.values import Struct, field, replace

LONGEST = 24
"""Cells of an answer as it is shown."""
RIGHT, OTHER = "right", "another answer"
CHOSEN_RIGHT = " (right)"


class Reply(Struct, frozen=True):
    """One student's answer."""

    text: str
    """As it was typed, with its control characters pictured, cut to `LONGEST`."""
    verdict: str
    """`RIGHT`, the name of a slip, or `OTHER`."""


class Poll(Struct, frozen=True, eq=False):
    """A question that is everyone's."""

    challenge: Challenge
    asked: Session
    """The class's session as it was asked: answers are judged there, wherever the teacher is."""
    replies: Mapping[str, Reply] = field(default_factory=dict)
    """The last answer of each seat, by name."""
    is_open: bool = True

    @property
    def name(self) -> str:
        """The question as the progress store knows it."""
        return self.challenge.name

    def told(self, name: str) -> str:
        """Return what a seat is told of its answer; empty where it gave none."""
        reply = self.replies.get(name)
        if reply is None:
            return ""
        verdict = "not right" if reply.verdict == OTHER else reply.verdict
        return f"Your answer {reply.text}: {verdict}."


def shown(text: str) -> str:
    """Return an answer as it is shown."""
    return cut_short(pictured(text.strip()), LONGEST)


def with_reply(poll: Poll, name: str, text: str) -> Poll:
    """Return a question with a seat's answer as the engine judges it; the last one counts.

    A choice is kept in its own words, however it was typed.

    Raises:
        AnswerError: For what is no answer of the kind asked for.
    """
    wrong = judged(poll.asked, poll.challenge, text.strip())
    verdict = RIGHT
    if poll.challenge.choices:
        text = read_choice(text, poll.challenge.choices).text
    if wrong is not None:
        verdict = wrong.fits[0].slip.value if wrong.fits else OTHER
    return replace(poll, replies={**poll.replies, name: Reply(shown(text), verdict)})


def spread(poll: Poll) -> tuple[tuple[str, int], ...]:
    """Return how often each verdict was given: right first, slips by how many, others last.

    Of a question with choices how often each was taken, with a word at the right one.
    """
    counts = Counter(_bar_of(poll, reply) for reply in poll.replies.values())
    order = {RIGHT: 0, OTHER: 2}
    return tuple(sorted(counts.items(), key=lambda row: (order.get(row[0], 1), -row[1], row[0])))


def _bar_of(poll: Poll, reply: Reply) -> str:
    if not poll.challenge.choices:
        return reply.verdict
    return reply.text + (CHOSEN_RIGHT if reply.verdict == RIGHT else "")
