"""No list is cut beside blank rows of its column of panels that could hold what is left out."""

import re

import pytest
from room import SIZES, columns_of, spare, steps_of
from walks import knowing, pressed, typed

from gdtutor.drive.opening import session_at
from gdtutor.engine.places import places_of
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.values import replace
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE, Holds
from gdtutor.view.graph.drawing import TORN
from gdtutor.view.lines import found_in
from gdtutor.view.screen import frame_of, shown
from tests.tries import in_turn

LESSONS = discover(shipped_lessons_folder())
MANY = 1000
"""Rows that no screen has."""
RULE = 1
"""Rows that the title of what goes on elsewhere takes."""
MORE = re.compile(r"[↑↓]\d+ (↓\d+ )?more")


def rows_needed(session, frame):
    """Return the rows of the lowest of those matrices whose cells stand nowhere on a screen."""
    context = context_of(session if session.step else replace(session, step=1), UNICODE)
    held = [one.array for one in found_in(frame.lines, Holds)]
    text, found = frame.text(), [MANY]
    for sign, known in (("", context.known_value), ("∇", context.known_gradient)):
        for name in context.trace.shapes:
            array, called = known(name), re.escape(f"{sign}{context.name(name)}")
            if array is None or array.size == 1 or any(array is one for one in held):
                continue
            if not re.search(f" {called} (.×. )?+[⎡[]", text):
                found.append(1 if array.ndim == 1 else len(array))
    return min(found)


def cut_beside_blank_rows(session, frame):
    """Return the panels of a frame that leave out what blank rows of their column would hold.

    Exceptions: a graph leaves at most two rows blank rather than tear a node from the arrow to it;
    sums and matrices of a step's own panel have at most as many lines as are read at once; a matrix
    wider than its panel leaves out columns, however many rows there are.
    """
    found = []
    for column in columns_of(frame):
        blank = max(map(spare, column))
        for panel in column:
            # A row of a table stands under titles.
            row = 1 + panel.title.startswith("values")
            if "more" in panel.foot + panel.title and MORE.search(panel.foot + panel.title):
                is_list = "↓" in panel.foot and any(" value " in row for row in panel.rows)
                is_list = is_list or "2Tab" in panel.foot or panel.title == "cells"
                needed = rows_needed(session, frame) if is_list else row
                found += [(panel.title, panel.foot, blank)] * (blank >= needed + RULE)
            if any(re.search(r"… \d+ more node", row) for row in panel.rows):
                found += [(panel.title, "nodes", spare(panel))] * (spare(panel) > TORN)
            if any(map(MORE.search, panel.rows)) and blank >= row + RULE:
                found.append((panel.title, "rows", blank))
            if panel.title.startswith(("values", "cells")):
                elided = [row for row in panel.rows if re.search(r"[⎢[] +(… +)+[⎥\]]", row)]
                found += [(panel.title, row, spare(panel)) for row in elided if spare(panel)]
    return found


def walked(path):
    """Yield what a learner sees first of a lesson: its opening page, and each step."""
    session = replace(session_at(path), message="")
    yield session
    for step in session.moment.steps:
        yield replace(moved(session, 0, step.number), challenge=None, message="")


def visited(sessions, size):
    """Yield sessions with their frames at a size, each sign explained where it stands first."""
    met = None
    for session in sessions:
        session, frame = shown(
            replace(session, look=replace(session.look, met=met)), *size, UNICODE
        )
        met = session.look.met
        yield session, frame


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_list_is_cut_beside_blank_rows(path):
    for size in in_turn(LESSONS.index(path) + 1, SIZES):
        for session, frame in visited(walked(path), size):
            assert cut_beside_blank_rows(session, frame) == [], session.step


@pytest.mark.slow
@pytest.mark.parametrize(("number", "steps"), [(9, [14]), (16, [2, 13]), (18, [6, 20]), (28, [5])])
def test_no_list_is_cut_beside_blank_rows_of_some_steps(number, steps):
    every = [*walked(LESSONS[number - 1])]
    for size in SIZES:
        for session, frame in visited([every[n] for n in (0, *steps)], size):
            assert cut_beside_blank_rows(session, frame) == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_a_table_that_an_edit_makes_wider_goes_on_below_the_step(size):
    session = typed(pressed(session_at(LESSONS[16], at="given"), "e"), "w11=0.75")
    for number in (10, 20):
        at = replace(moved(session, 0, number), message="", challenge=None)
        assert cut_beside_blank_rows(at, shown(at, *size, UNICODE)[1]) == []
        # Where all signs have been explained; at step 20 it has blank rows for all but a few.
        frame = frame_of(knowing(at), *size, UNICODE)
        names = map(context_of(at, UNICODE).name, places_of(at.moment.traces[0]).names)
        rows = [row for column in columns_of(frame) for p in column for row in p.rows]
        table = [row for row in rows if not re.search("[─│═]", row)]
        missing = [n for n in names if not any(f" {n} " in row for row in table)]
        assert missing == [] or number == 20


def test_the_whole_table_has_every_row_of_a_matrix():
    session = pressed(session_at(LESSONS[17], at="backward:W1"), "2tab")
    for size in SIZES:
        assert "…" not in "".join(shown(session, *size, UNICODE)[1].text().splitlines()[1:15])


def test_a_note_leaves_blank_rows_to_a_graph_that_would_be_cut():
    session = replace(pressed(session_at(LESSONS[24]), "5n x tab"), message="")
    assert "more node" not in frame_of(knowing(session), 80, 24, UNICODE).text()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("number", [13, 14, 18, 26, 27])
def test_no_list_of_a_page_is_cut_beside_blank_rows(number):
    opening = replace(session_at(LESSONS[number - 1]), message="")
    last = [*steps_of(LESSONS[number - 1])][-1]
    for session in (opening, replace(last, look=replace(last.look, is_closing=True))):
        frame = shown(session, 200, 50, UNICODE)[1]
        assert cut_beside_blank_rows(replace(session, step=session.step or 1), frame) == []


@pytest.mark.parametrize(
    ("lesson", "at"),
    [(9, "update:b"), (16, "update:b2"), (16, "1/update:b2"), (17, "update:w22"),
     (17, "1/update:w22"), (20, "1/update:b2"), (22, "update:b")],
)  # fmt: skip
def test_at_an_update_the_table_has_value_gradient_and_new_value(lesson, at):
    session = session_at(LESSONS[lesson - 1], at=at)
    rows = frame_of(session, 120, 36, UNICODE).text().splitlines()
    node = context_of(session, UNICODE).name(session.moment.steps[session.step - 1].node)
    number = r"−?\d[\d.]*"
    assert any(re.search(rf"▸ {node} +{number} +{number} +{number} ", row) for row in rows)
