"""What lessons 01 to 08 say at their steps."""

from __future__ import annotations

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for


@pytest.mark.parametrize("name", ["bias", "learning-rate", "and-or"])
def test_the_first_step_back_is_passed_over_once_it_is_known(name: str) -> None:
    lesson = session_at(find_lesson(name, shipped_lessons_folder())).lesson
    assert ("backward", "L") in lesson.passes


def test_each_rate_has_its_own_words_at_its_update() -> None:
    path = find_lesson("learning-rate", shipped_lessons_folder())
    variants = session_at(path).lesson.variants
    said = set()
    for variant in variants:
        session = session_at(path, variant=variant.name)
        for iteration in (0, 1):
            there = moved(session, iteration, 1)
            last = there.moment.steps[-1]
            note = note_for(moved(session, iteration, last.number), last)
            assert note is not None
            assert note.when.variant == variant.name
            said.add(note.text)
    assert len(said) == 2 * len(variants)
