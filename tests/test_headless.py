"""Keys without a terminal: what the effects of the state machine come to."""

import pytest
from lesson_texts import neuron

from gdtutor.drive.effects import pressed
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import LessonEntry
from gdtutor.session.catalogue import Library
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Status, Walk


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "07-lesson.md"
    path.write_text(neuron(), encoding="utf-8")
    return path


def test_training_runs_to_its_end_before_the_next_key(lesson):
    session = pressed(session_at(lesson), [Press("t"), Press("escape")])
    assert session.screen is Screen.STUDY
    assert session.train.snapshot.status is Status.FINISHED
    assert (session.train.snapshot.iterations, session.train.snapshot.seconds) == (20, 0.0)


def test_single_epochs_are_trained_one_by_one(lesson):
    start = pressed(session_at(lesson), [Press("t"), Press("0", "0")])
    session = pressed(start, [Press("n", "n")] * 3)
    assert (session.train.snapshot.iterations, session.train.snapshot.status) == (3, Status.PAUSED)


def entry(path):
    return LessonEntry("a", "07", "A", "", "", path, trains=True)


def test_a_lesson_is_opened_from_the_library(lesson):
    session = pressed(Session(library=Library((entry(lesson),))), [Press("enter")])
    assert session.lesson.id == "a-lesson"


def test_a_lesson_that_cannot_be_opened_is_said(tmp_path):
    session = pressed(Session(library=Library((entry(tmp_path / "no.md"),))), [Press("enter")])
    assert not isinstance(session, Walk)
    assert "there is no such file" in session.message
    assert session.is_error
