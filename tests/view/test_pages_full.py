"""Pages of text use a large terminal: the closing page, and the help."""

import re
from statistics import fmean

import pytest
from room import used

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.values import replace
from gdtutor.view.closing import closing_prose
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.help import help_lines
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of
from tests.walks import pressed, screen

LESSONS = discover(shipped_lessons_folder())
SIZES = ((120, 36), (200, 50))
MEAN = 0.7
"""Share of the rows that carry something on a closing page, the mean of lessons 03-17."""
LEAST = 0.28
"""The same of any lesson: one with a small graph has little to show."""


def closing(path):
    """Return a lesson's closing page at the end of its iteration."""
    session = session_at(path)
    session = replace(moved(session, 0, len(session.moment.steps)), challenge=None)
    return replace(session, look=replace(session.look, is_closing=True))


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_beside_a_closing_page_stands_what_the_walk_has_come_to(path):
    session = closing(path)
    context = context_of(session, UNICODE)
    root = context.name(context.root)
    for size in SIZES:
        frame = frame_of(session, *size, UNICODE)
        text = frame.text()
        share = min(used(frame))
        assert share >= LEAST, f"{share:.0%} of the rows at {size}: its graph shows too little"
        assert f" {root} " in text
        assert re.search(r"─ values( \d/\d)? ─", text)
        words = closing_prose(session).replace("#", "").split()
        assert " ".join(words[:2]) in text
    assert "─ values ─" not in frame_of(session, 80, 24, UNICODE).text()


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_the_closing_pages_of_the_course_use_the_screen(size):
    shares = [min(used(frame_of(closing(path), *size, UNICODE))) for path in LESSONS[2:17]]
    assert fmean(shares) >= MEAN


def test_a_closing_page_shows_each_of_several_graphs_that_the_walk_has_come_to():
    session = closing(LESSONS[4])
    ended, early = (
        frame_of(one, 200, 50, UNICODE).text()
        for one in (session, replace(session, step=session.moment.steps[-1].number // 2))
    )
    for panel in ("graph", "values", "NumPy"):
        assert [f"─ {panel} {n}/3 ─" in ended for n in (1, 2, 3)] == [True] * 3
        assert f"─ {panel} 3/3 ─" not in early


def test_a_closing_page_before_the_walk_tells_nothing_of_it():
    session = pressed(session_at(LESSONS[5]), "z")
    assert "0.125" not in screen(session, 120, 36)


@pytest.mark.parametrize("size", SIZES)
def test_help_has_two_columns_and_pages_through_all_of_them(size):
    session, seen = pressed(session_at(LESSONS[5], at="given"), "?"), ""
    assert min(used(frame_of(session, *size, UNICODE))) >= 0.85
    for _ in range(12):
        seen += screen(session, *size)
        session = pressed(session, "pgdn")
    cells = (size[0] - 4 - 3) // 2
    lines = help_lines(session.behind, cells, UNICODE, session.around.keys)
    assert [row for row in map(text_of, lines) if row.strip() not in seen] == []
