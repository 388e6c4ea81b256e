"""The reports about a broken save lie over the last good lesson, never over all of it."""

from pathlib import Path

import pytest
from lesson_texts import neuron

from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of

REPORT = "07-a.md:20:5: error: 'q' is not defined — known are w, x and y\n    z = w*q\n          ^"


def session_with(reports):
    lesson, _ = parse_lesson(neuron(), Path("07-a.md"))
    session = goto(opened(Session(), Opened(lesson, run_of(lesson))), "backward:w")
    return replace(session, broken=reports)


@pytest.mark.sampled
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("count", [1, 30])
def test_the_first_line_and_part_of_the_lesson_stay_above_the_reports(size, chars, count):
    width, height = size
    good = frame_of(session_with(()), width, height, chars)
    broken = frame_of(session_with((REPORT,) * count), width, height, chars)
    assert len(broken.lines) == height
    assert all(sum(len(s.text) for s in line) == width for line in broken.lines)
    assert broken.lines[: height * 2 // 5] == good.lines[: height * 2 // 5]
    assert f"{count} problem" in broken.text()
    assert "error: 'q' is not" in broken.text()


def test_the_source_line_and_the_caret_stand_under_the_message():
    rows = frame_of(session_with((REPORT,)), 80, 24, UNICODE).text().split("\n")
    [at] = [i for i, row in enumerate(rows) if "z = w*q" in row]
    assert rows[at + 1].index("^") == rows[at].index("q")


def test_reports_that_do_not_fit_are_counted():
    assert "more" in frame_of(session_with((REPORT,) * 30), 80, 24, UNICODE).text()


def test_a_lesson_broken_from_the_start_shows_its_reports_too():
    text = frame_of(Session(broken=(REPORT,)), 80, 24, UNICODE).text()
    assert "'q' is not defined" in text
