"""The given values of the graphs before the last one, which do not train."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.problem import problem_of
from gdtutor.lesson.selectors import Assignment
from gdtutor.session.changes import filled, is_own, segments_with
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.run import RunSegment
from gdtutor.training.settings import Settings


def earlier_values(
    lesson: Lesson, seed: int | None, log: tuple[Assignment, ...], iteration: int, batch: Indices
) -> tuple[Mapping[str, Array], ...]:
    """Return the value of every leaf of each scene but the last, with the changes so far.

    Args:
        lesson: The lesson.
        seed: Replaces every seed of the drawn parameters.
        log: The changes.
        iteration: Changes made after it are left out.
        batch: The examples of the iteration, the same in every scene.
    """
    values = []
    for index in range(len(lesson.scenes) - 1):
        problem = problem_of(lesson, seed=seed, scene=index)
        known = {leaf.name for leaf in problem.graph.leaves}
        mine = tuple(c for c in log if c.name in known and c.iteration <= iteration)
        values.append(_given(lesson, problem, mine, batch))
    return tuple(values)


def is_own_value(lesson: Lesson, seed: int | None, start: RunSegment, change: Assignment) -> bool:
    """Say whether a change sets what the lesson's own run begins with, or an earlier graph has.

    Raises:
        GdTutorError: Where the change does not fit.
    """
    name, graphs = change.name, lesson.scenes[:-1]
    if name not in start.problem.graph.leaf_by_name:
        index = next((i for i, s in enumerate(graphs) if name in s.graph.leaf_by_name), None)
        if index is not None:
            start = RunSegment(0, problem_of(lesson, seed=seed, scene=index), Settings())
    return is_own(lesson, start, change)


def _given(
    lesson: Lesson, problem: Problem, log: tuple[Assignment, ...], batch: Indices
) -> Mapping[str, Array]:
    start = RunSegment(0, problem, Settings())
    segments = segments_with(lesson, start, log)
    parameters = dict(problem.parameters)
    for segment in segments:
        for edit in segment.edits:
            parameters[edit.name] = filled(parameters[edit.name], edit.cell, edit.value)
    return segments[-1].problem.given(parameters, batch)
