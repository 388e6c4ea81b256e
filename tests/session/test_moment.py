"""One iteration as the walk computes it, beside what training computes."""

import pytest
from lesson_texts import neuron

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.moving import moved
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session
from gdtutor.session.steps import Phase
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of


def test_a_walk_without_a_way_back_updates_as_training_does(tmp_path):
    lesson, reports = parse_lesson(neuron(more="backward = false"), tmp_path / "07-lesson.md")
    assert lesson is not None, reports
    session = opened(Session(), Opened(lesson, run_of(lesson)))
    phases = [step.phase for step in session.moment.steps]
    assert Phase.BACKWARD not in phases
    after = session.moment.updates["w"].p
    assert float(after) == pytest.approx(float(session.run.state(1).parameters["w"]), abs=1e-12)
    assert float(after) == pytest.approx(0.9)
    text = frame_of(moved(session, 0, len(phases)), 80, 24, UNICODE).text()
    assert "from 0.5 to 0.9" in text


def test_the_gradients_of_a_walk_are_as_many_as_their_names(tmp_path):
    lesson, reports = parse_lesson(neuron(), tmp_path / "07-lesson.md")
    assert lesson is not None, reports
    gradients = opened(Session(), Opened(lesson, run_of(lesson))).moment.trace.gradients
    assert len(gradients) == len(list(gradients)) > 0
