"""The graph goes from left to right where it has room for that, beside the node or above it."""

import re
from itertools import groupby

import pytest
from room import steps_of

from gdtutor.drive.opening import session_at
from gdtutor.engine.places import places_of
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.state import current_step
from gdtutor.values import replace
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import UNICODE
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.lines import text_of, width_of
from gdtutor.view.screen import frame_of
from gdtutor.view.split import AROUND, FRAME, LEAST_NODE, LEAST_PROGRAM, TRIED, most_lines
from gdtutor.view.study import room_for
from tests.tries import in_turn, some

LESSONS = discover(shipped_lessons_folder())
SIZES = ((100, 30), (120, 36), (200, 50))


def cells_of_panels(frame):
    """Return the cells inside the first two panels of a screen."""
    row = text_of(frame.lines[1])
    graph, node, *_ = row.split("╮")
    return len(graph) + 1 - FRAME, len(node) + 1 - FRAME


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_graph_flows_down_only_where_it_cannot_go_across(path):
    for _, group in groupby(steps_of(path), lambda one: current_step(one).scene):
        walk = list(group)
        contexts = [context_of(session, UNICODE) for session in walk]
        for size in in_turn(LESSONS.index(path), SIZES):
            room = room_for(*size)
            cells, node = cells_of_panels(frame_of(walk[0], *size, UNICODE))
            both, rows = room.graph + room.node, room.body - 2
            if cells == both - FRAME:
                assert graph_drawing(contexts[0], cells, rows).is_across
                continue
            told = [node_lines(one, node) for one in contexts]
            most = max(map(len, told))
            assert cells + node + 2 * FRAME == both
            assert most <= rows // 2 or most <= max(
                len(node_lines(one, room.node_width)) for one in contexts
            )
            assert all(width_of(row) <= node for lines in told for row in lines)
            is_across = graph_drawing(contexts[0], cells, rows).is_across
            least = both - LEAST_NODE - FRAME - (room.node - LEAST_NODE) % 4
            could = graph_drawing(contexts[0], least, rows)
            if could.is_across and not could.is_tight and not is_across:
                narrow = max(len(node_lines(one, LEAST_NODE - FRAME)) for one in contexts)
                assert narrow > rows // 2, size


@pytest.mark.parametrize(
    ("number", "size"),
    [(9, (120, 36)), (22, (120, 36))],
)
def test_the_node_gives_cells_to_a_graph_that_needs_them(number, size):
    session = next(steps_of(LESSONS[number - 1]))
    cells, _ = cells_of_panels(frame_of(session, *size, UNICODE))
    room = room_for(*size)
    assert cells > room.graph - FRAME
    context = context_of(session, UNICODE)
    assert not graph_drawing(context, room.graph - FRAME, room.body - 2).is_across
    assert graph_drawing(context, cells, room.body - 2).is_across


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("number", "size"),
    [
        (16, (120, 36)),
        (20, (120, 36)),
        (24, (120, 36)),
        (26, (120, 36)),
        (28, (120, 36)),
        (18, (200, 50)),
    ],
)
@pytest.mark.parametrize("iteration", [0, 1])
def test_a_graph_that_needs_both_columns_lies_above_them_and_takes_no_line_of_a_step(
    number, size, iteration
):
    session = moved(session_at(LESSONS[number - 1]), iteration, 1)
    room = room_for(*size)
    # The panels are shared out once an iteration.
    for step in some(number + iteration, session.moment.steps):
        at = replace(moved(session, iteration, step.number), challenge=None)
        context, frame = context_of(at, UNICODE), frame_of(at, *size, UNICODE)
        text = frame.text()
        graph, below = room.graph + room.node - FRAME, text[text.index("─ values ─") :]
        assert cells_of_panels(frame)[0] == graph
        assert graph_drawing(context, graph, room.body).is_across
        assert "more ─" not in text.partition("─ NumPy ─")[0]
        names = map(context.name, places_of(context.trace).names)
        assert all(re.search(f"[ ▸] {name} ", below) for name in names)


@pytest.mark.sampled
@pytest.mark.parametrize("number", [16, 20, 24, 26, 28])
def test_a_graph_of_a_very_large_terminal_has_room_around_it_where_no_step_needs_that(number):
    session = next(steps_of(LESSONS[number - 1]))
    cells, node = cells_of_panels(frame_of(session, 200, 50, UNICODE))
    context, room = context_of(session, UNICODE), room_for(200, 50)
    around = cells - graph_drawing(context, cells, 47).columns
    assert around >= AROUND or (cells > room.graph and node + FRAME < LEAST_PROGRAM + TRIED)
    lines, usual = (most_lines(session, context, n)[0] for n in (node, room.node_width))
    assert lines == usual


@pytest.mark.parametrize(("height", "note"), [(20, 4), (29, 4), (30, 6), (50, 6)])
def test_a_note_has_more_lines_from_30_rows_on(height, note):
    room = room_for(80, height)
    assert (room.note, room.body) == (note, height - note - 3)
