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


def phases(path):
    """Return the sessions of iteration 0, those of one phase of one graph together."""
    key = lambda session: (current_step(session).scene, current_step(session).phase)  # noqa: E731
    return [list(group) for _, group in groupby(steps_of(path), key)]


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_panels_stand_still_through_a_phase(path):
    for size in ((80, 24), (120, 36), (200, 50)):
        for phase in phases(path):
            places = [corners(frame_of(session, *size, UNICODE)) for session in phase]
            assert places == places[:1] * len(places)


@pytest.mark.parametrize(
    "lesson", ["07-learning-rate.md", "16-xor-hidden.md", "20-initialisation.md"]
)
@pytest.mark.parametrize("width", [34, 62, 86])
def test_nodes_of_the_graph_stand_still_through_a_phase(lesson, width):
    for phase in phases(shipped_lessons_folder() / lesson):
        contexts = [context_of(session, UNICODE) for session in phase]
        places = [graph_drawing(context, width, 30).places for context in contexts]
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
