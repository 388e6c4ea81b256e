"""A learner finds each panel and each node of the graph where it was a step before."""

from itertools import groupby

import pytest
from room import steps_of
from walks import pressed

from gdtutor.drive.opening import session_at
from gdtutor.lesson.characters import cells
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.state import current_step
from gdtutor.values import replace
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE, Style
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.screen import frame_of

LESSONS = discover(shipped_lessons_folder())
DRAWN_IN_PART = [("25-feedback", 34)]
"""Where the graph is what lies around the node at hand."""


def corners(frame):
    """Return where the corners of panels stand."""
    found = []
    for y, row in enumerate(frame.lines):
        x = 0
        for segment in row:
            if segment.style in (Style.BORDER, Style.FOCUS):
                found += [(x + n, y, c) for n, c in enumerate(segment.text) if c in "╭╮╰╯"]
            x += cells(segment.text)
    return found


def walks(path):
    """Return the sessions of iteration 0, those of one graph together: from given to update."""
    key = lambda session: current_step(session).scene  # noqa: E731
    return [list(group) for _, group in groupby(steps_of(path), key)]


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_panels_stand_still_through_an_iteration(path):
    for size in ((80, 24), (120, 36), (200, 50)):
        for walk in walks(path):
            places = [corners(frame_of(session, *size, UNICODE)) for session in walk]
            assert places == places[:1] * len(places)


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nodes_of_the_graph_stand_still_through_an_iteration(path):
    for walk in walks(path):
        contexts = [context_of(session, UNICODE) for session in walk]
        for width, height in ((34, 15), (62, 29), (86, 43)):
            if (path.stem, width) in DRAWN_IN_PART:
                continue
            places = [dict(graph_drawing(c, width, height).places) for c in contexts]
            assert places == places[:1] * len(places)


def test_panels_stand_still_while_questions_are_asked():
    session = pressed(session_at(LESSONS[15], at="backward:C"), "r right")
    screens = []
    for _ in range(4):
        session = pressed(session, "alt+n")
        unasked = replace(session, challenge=None, prompt=None)
        assert session.challenge is not None
        screens += [corners(frame_of(one, 120, 36, UNICODE)) for one in (session, unasked)]
    assert screens == screens[:1] * len(screens)


def test_an_open_cell_has_the_room_that_it_needs():
    session = session_at(LESSONS[15], at="forward:Z1")
    opened = pressed(session, "c")
    assert opened.look.cell is not None
    closed = corners(frame_of(session, 200, 50, UNICODE))
    assert corners(frame_of(pressed(opened, "esc"), 200, 50, UNICODE)) == closed
