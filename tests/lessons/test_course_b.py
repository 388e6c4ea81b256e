"""Lessons 09 to 15: questions, tasks, and a written note at every step of their stories."""

from __future__ import annotations

from functools import cache

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for

COURSE = ("cost", "or-vectorised", "train-or", "gradients-add-up", "why-x-transpose",
          "xor-one-neuron", "feature-cross")


@cache
def lesson(name: str) -> Lesson:
    return load_lesson(find_lesson(name, shipped_lessons_folder()))


@pytest.mark.parametrize("name", COURSE)
def test_two_to_four_questions_are_asked(name: str) -> None:
    assert 2 <= sum(len(scene.questions) for scene in lesson(name).scenes) <= 4


@pytest.mark.parametrize("name", COURSE)
def test_two_or_three_tasks_are_judged_and_say_what_was_reached(name: str) -> None:
    tasks = lesson(name).tasks
    assert 2 <= len(tasks) <= 3
    assert all(task.hints and task.done and task.solution for task in tasks)


@pytest.mark.parametrize("name", COURSE)
def test_every_step_of_every_iteration_of_the_story_has_a_written_note(name: str) -> None:
    session = session_at(find_lesson(name, shipped_lessons_folder()))
    for iteration in range(lesson(name).story):
        there = moved(session, iteration, 1)
        assert there.moment is not None
        assert there.moment.iteration == iteration
        silent = [(s.phase.value, s.node) for s in there.moment.steps if not note_for(there, s)]
        assert not silent, (iteration, silent)


@pytest.mark.parametrize("name", COURSE)
def test_the_story_notes_of_a_later_iteration_are_its_own(name: str) -> None:
    session = session_at(find_lesson(name, shipped_lessons_folder()))
    for iteration in range(1, lesson(name).story):
        there = moved(session, iteration, 1)
        assert there.moment is not None
        for step in there.moment.steps:
            note = note_for(there, step)
            assert note is not None
            assert note.when.first == iteration, (step.phase.value, step.node)
