"""Where a learner left a lesson, as a value that can be kept, and in words."""

from __future__ import annotations

import math
import re
import shlex

from gdtutor.values import Struct

MAX_NUMBER = 2**63 - 1
"""The largest iteration or step that a store can hold."""


def check_time(when: float) -> None:
    """Raise ValueError for a time that is no number of seconds."""
    if not math.isfinite(when):
        raise ValueError(f"a time must be finite, not {when}")


class LessonPlace(Struct, frozen=True):
    """Where the learner is in one lesson.

    Raises:
        ValueError: a count is negative or above `MAX_NUMBER`, or the time is not finite.
    """

    iteration: int
    """The iteration, from 0."""
    step: int
    """The step within the iteration, from 1, as on the screen."""
    steps_total: int
    """How many steps the iteration has."""
    edits: tuple[str, ...]
    """What the learner changed, as the values of `--set`; in the playground the command lines of
    what was there before each change."""
    command: str
    """The command line that opens this very place."""
    updated: float
    """When the learner was there, in seconds since 1970."""

    def __post_init__(self) -> None:
        if not all(0 <= n <= MAX_NUMBER for n in (self.iteration, self.step, self.steps_total)):
            raise ValueError("iteration and steps must lie between 0 and 2**63 - 1")
        check_time(self.updated)


def place_text(place: LessonPlace, *, is_finished: bool = False) -> str:
    """Return in words what a place opens: at the end of a lesson, that it is finished; nothing at
    its start, which was merely opened.
    """
    step, total, iteration, edits = place.step, place.steps_total, place.iteration, len(place.edits)
    words = shlex.split(place.command)
    keys = words[-1].split() if "--keys" in words else []
    trained = [key.removesuffix("t") for key in keys if re.fullmatch(r"\d*t", key)]
    if not (iteration or edits or keys or "--at" in words):
        return ""
    where = "closing page" if "z" in keys else f"step {step} of {total}" if step else "opening page"
    told = f"iteration {iteration}, {where}" if iteration else where
    if trained:
        told = f"Train, iteration {trained[-1]}" if trained[-1] else "Train, at the end"
    elif is_finished and where in ("closing page", f"step {total} of {total}"):
        told = "finished"
    return told + (f", {edits} change{'s' * (edits > 1)}" if edits else "")
