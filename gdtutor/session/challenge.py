"""A question about a step whose result is hidden until it is answered."""

from __future__ import annotations

from enum import Enum

from gdtutor.lesson.model import Choice
from gdtutor.session.slips import SlipMatch
from gdtutor.session.steps import Step
from gdtutor.values import Struct


class Ask(Enum):
    """What is asked for."""

    VALUE = "value"
    SIGN = "sign"
    SHAPE = "shape"
    NEXT = "next"
    CHOICE = "choice"
    WHY = "why"
    COMPARE = "compare"


class Tried(Struct, frozen=True):
    """One wrong answer, and what is said about it."""

    answer: str
    fits: tuple[SlipMatch, ...] = ()
    """Every slip that gives it."""
    waits_for: str = ""
    """Of a node named too early: one that it needs first."""
    is_done: bool = False
    """Of a node named too late: it has been visited already."""


class Challenge(Struct, frozen=True):
    """A question that is being asked."""

    ask: Ask
    step: Step
    """The step whose result is hidden; where the next node is asked for, the step that follows."""
    cell: tuple[int, ...] = ()
    """The cell that is asked for; empty for a number."""
    name: str = ""
    """The question as the progress store knows it."""
    text: str = ""
    """The author's own words; empty for a question of the program."""
    hints: tuple[str, ...] = ()
    """The author's, in stages; the program's own follow."""
    choices: tuple[Choice, ...] = ()
    """In the order shown."""
    tried: tuple[Tried, ...] = ()
    hints_shown: int = 0

    @property
    def hides(self) -> bool:
        """Whether the step's own result is hidden."""
        return self.ask is not Ask.NEXT

    @property
    def stages(self) -> int:
        """How many hints there are before the worked line."""
        return len(self.hints) + OWN_HINTS[self.ask]

    @property
    def has_hint(self) -> bool:
        """Whether a hint is left, so that asking for one does not show the answer."""
        return self.hints_shown < self.stages


OWN_HINTS = {
    Ask.VALUE: 2, Ask.SIGN: 1, Ask.SHAPE: 1, Ask.NEXT: 1, Ask.CHOICE: 0, Ask.WHY: 0, Ask.COMPARE: 0,
}  # fmt: skip
"""Hints that the program has itself for each kind of question."""
