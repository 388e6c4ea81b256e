"""What the state machine asks of the outside world; it does nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gdtutor.engine.operations import Arrays
from gdtutor.session.catalogue import GivenAnswer
from gdtutor.session.state import Session
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.values import Struct

if TYPE_CHECKING:
    from gdtutor.training.sweep import Sweep


class OpenLesson(Struct, frozen=True):
    """Read a lesson and come back with it."""

    path: str
    command: str = ""
    """The command line of the place to come back to; empty for the start of the lesson."""


class Train(Struct, frozen=True, eq=False):
    """Train a run on in the worker, until it is done, stopped, or stands at an iteration."""

    run: Run
    until: int | None = None
    """None: to the end of the settings' epochs."""
    beside: Run | None = None
    """The lesson's own run, which follows it as far, where changes have made this one another."""
    is_slow: bool = False
    """Whether it is to be watched: the whole run takes `training.WATCHED` seconds."""

    @property
    def iterations(self) -> int | None:
        """How many iterations are left, however far another wish has brought the run by now."""
        return None if self.until is None else max(self.until - self.run.farthest, 0)


class SweepRuns(Struct, frozen=True, eq=False):
    """Train several runs side by side in the worker."""

    sweep: Sweep


class PauseTraining(Struct, frozen=True):
    """Let the worker stop after the iteration it is in."""


class CopyText(Struct, frozen=True):
    """Put a text where the terminal pastes from, if it takes one (OSC 52)."""

    text: str


class WriteFile(Struct, frozen=True, eq=False):
    """Write a text to a file, and tell where it is."""

    path: Path
    """Where it goes; its name gets a number where a file of another text has it."""
    text: Callable[[str], str]
    """Makes the text of the file's name without its ending."""
    what: str = "it"
    """What the learner is told that was written."""
    leads: Callable[[Path], str] = lambda _: ""
    """Makes what is told behind the file's name of its path."""


class ShowPalette(Struct, frozen=True):
    """Offer the commands by their words."""


class TimeExamples(Struct, frozen=True, eq=False):
    """Time a loop over the examples against one pass over all of them."""

    problem: Problem
    parameters: Arrays
    sizes: tuple[int, ...]
    """Numbers of examples."""


class KeepAttempt(GivenAnswer, frozen=True):
    """Remember an answer to a question."""


class Quit(Struct, frozen=True):
    """End the program."""

    code: int = 0


Request = OpenLesson | TimeExamples | WriteFile
"""What the outside answers at once, alike for every front end: `drive/effects.py` does."""
OwnEffect = Train | SweepRuns | PauseTraining | CopyText | ShowPalette | KeepAttempt | Quit
"""What every front end does in its own way."""
Effect = Request | OwnEffect
Result = tuple[Session, tuple[Effect, ...]]
"""The state after something was done, and what the outside has to do."""
Outcome = Session | Result


def result_of(outcome: Outcome) -> Result:
    """Return an outcome with its effects, none where it names none."""
    return outcome if isinstance(outcome, tuple) else (outcome, ())
