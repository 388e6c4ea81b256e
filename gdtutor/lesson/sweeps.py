"""The members of a sweep, from what the learner asks for."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.problem import problem_of
from gdtutor.lesson.runs import run_of
from gdtutor.training.run import Segment
from gdtutor.training.sweep import Member, swept


def members_of(
    lesson: Lesson, seed: int | None, text: str, start: Segment | None = None
) -> tuple[Member, ...]:
    """Return the runs that `NAME=VALUE,VALUE,…` asks for.

    A seed is that of the start where parameters are drawn, and of the order of the examples.

    Args:
        lesson: The lesson.
        seed: Replaces the lesson's own seeds.
        text: What differs between the runs.
        start: What they have in common; the lesson's own problem and settings where None.

    Raises:
        GdTutorError: Where the name or a value cannot be swept over.
    """
    name, sign, values = text.partition("=")
    name = name.strip()
    wanted = [value.strip() for value in values.split(",") if value.strip()]
    if not sign or not wanted:
        raise GdTutorError(f"'{text}' is no sweep", "write learning_rate=0.05,0.5,5")
    start = run_of(lesson, seed).segments[0] if start is None else start
    settings, problem = start.settings, start.problem
    members = []
    for value in wanted:
        changed = swept(settings, name, value)
        own = problem_of(lesson, seed=changed.seed) if name == "seed" else problem
        members.append(Member(f"{name} {value}", own, changed))
    return tuple(members)
