"""Lessons 01 to 08 teach: they ask, set tasks, and have a written note at every step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.values import replace

NAMES = (
    "neuron", "activations", "forward-or", "loss", "backward-or", "bias", "learning-rate", "and-or",
)  # fmt: skip
WITH_VARIANTS = ("learning-rate", "and-or")


def opened(name: str, variant: str = "") -> Session:
    return session_at(find_lesson(name, shipped_lessons_folder()), variant=variant)


def without_note(session: Session, iterations: int) -> Iterator[str]:
    """Yield the steps at which no note of the author is shown."""
    for iteration in range(iterations):
        there = moved(session, iteration, 1)
        for step in there.moment.steps:
            at = moved(session, iteration, step.number)
            note = note_for(at, step)
            if note is None or not note.text.strip():
                yield f"{iteration}/{step.phase.value}:{step.node}"


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_asks_two_to_four_questions(name: str) -> None:
    lesson = opened(name).lesson
    assert 2 <= sum(len(scene.questions) for scene in lesson.scenes) <= 4


def asked_on_the_way(session: Session) -> list[str]:
    """Return the author's questions that are met with → from the cover to the closing page."""
    names = []
    while not session.look.is_closing:
        session, _ = update(session, Press("right"))
        if session.challenge is not None:
            names += [session.challenge.name] if session.challenge.text else []
            answered = session.answered | {session.challenge.name}
            session = replace(session, challenge=None, prompt=None, answered=answered)
    return names


@pytest.mark.parametrize("name", NAMES)
def test_every_question_of_the_story_is_met_on_the_way(name: str) -> None:
    session = opened(name)
    questions = [q for scene in session.lesson.scenes for q in scene.questions]
    met = asked_on_the_way(session)
    assert len(met) == len(set(met)) == sum(not q.when.variant for q in questions)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_sets_two_or_three_tasks_with_hints_and_a_word_at_the_end(name: str) -> None:
    lesson = opened(name).lesson
    assert 2 <= len(lesson.tasks) <= 3
    assert all(task.hints and task.done and task.solution for task in lesson.tasks)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_the_story_has_a_written_note(name: str) -> None:
    session = opened(name)
    assert list(without_note(session, session.lesson.story)) == []


@pytest.mark.parametrize("name", WITH_VARIANTS)
def test_every_step_of_two_iterations_of_every_variant_has_a_written_note(name: str) -> None:
    lesson = opened(name).lesson
    for variant in lesson.variants:
        assert list(without_note(opened(name, variant.name), 2)) == []


@pytest.mark.parametrize("name", NAMES[NAMES.index("bias") :])
def test_the_first_step_back_is_passed_over_once_it_is_known(name: str) -> None:
    lesson = opened(name).lesson
    assert ("backward", "L") in lesson.passes


def test_each_rate_has_its_own_words_at_its_update() -> None:
    base = opened("learning-rate")
    said = set()
    for variant in base.lesson.variants:
        session = opened("learning-rate", variant.name)
        for iteration in (0, 1):
            there = moved(session, iteration, 1)
            last = there.moment.steps[-1]
            note = note_for(moved(session, iteration, last.number), last)
            assert note is not None
            assert note.when.variant == variant.name
            said.add(note.text)
    assert len(said) == 2 * len(base.lesson.variants)
