"""How far a lesson's story goes, and which steps it passes over; held against the walk."""

from __future__ import annotations

from collections.abc import Sequence

from gdtutor.lesson.body import PHASES
from gdtutor.lesson.readers import Mistake
from gdtutor.lesson.reports import shown
from gdtutor.lesson.steps import Steps


def check_story(story: int, mistakes: list[Mistake], *, trains: bool) -> int:
    """Return how many iterations the story has; more than one needs a lesson that trains."""
    if story > 1 and not trains:
        what = f"a story of {story} iterations, and the lesson does not train"
        mistakes.append(Mistake(("story",), "story", what, "add [training], or write story = 1"))
        return 1
    return story


def read_passes(
    written: Sequence[str], walks: Sequence[Steps], mistakes: list[Mistake]
) -> tuple[tuple[str, str], ...]:
    """Return the steps that → passes over, each a phase and a node."""
    passes = []
    for position, text in enumerate(written):
        phase, _, node = text.strip().partition(" ")
        node = node.strip()
        problem = _problem(text, phase, node, walks)
        if problem is None:
            passes.append((phase, node))
        else:
            mistakes.append(Mistake(("pass", position), "pass", *problem))
    return tuple(passes)


def _problem(text: str, phase: str, node: str, walks: Sequence[Steps]) -> tuple[str, str] | None:
    if phase not in PHASES or not node:
        return f"'{shown(text)}' is not a step", 'write pass = ["backward C"]'
    problems = [steps.problem(phase, node) for steps in walks]
    if all(problem is not None for problem in problems):
        first = problems[-1]
        return None if first is None else first[1:]
    if walks[-1].is_last(phase, node):
        what = f"'{shown(text)}' is the last step of the walk"
        return what, "the closing page stands behind it; pass over another one"
    return None
