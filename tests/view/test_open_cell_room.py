"""An opened cell and a share of long numbers stand whole in the node panel at 80×24."""

import re

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.navigation import cell_shape
from gdtutor.values import replace
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.lines import ROOM, text_of, width_of

WIDTH = 38


def session_of(lesson, at="given"):
    return session_at(find_lesson(lesson, shipped_lessons_folder()), at=at)


def opened(session, cell, chars=UNICODE):
    """Return the node panel with a cell open."""
    context = context_of(replace(session, look=replace(session.look, cell=cell)), chars)
    return [text_of(line) for line in node_lines(context, WIDTH)]


@pytest.mark.slow
@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("lesson", ["deeper", "nonlinearity"])
def test_every_cell_of_every_step_opens_in_the_room_of_the_panel(lesson, chars):
    start = session_of(lesson)
    count = 0
    for step in start.moment.steps:
        session = moved(start, 0, step.number)
        for cell in np.ndindex(cell_shape(session)):
            if cell:
                lines = opened(session, cell, chars)
                count += 1
                assert len(lines) <= ROOM, (step, cell)
                assert max(map(len, lines)) <= WIDTH, (step, cell)
    assert count > 100


def test_a_sum_that_leaves_out_terms_still_ends_with_its_result():
    lines = opened(session_of("deeper", "forward:Z2"), (0, 0))
    assert any("…" in line for line in lines)
    assert lines[-1].strip() in ("= −0.3588", "≈ −0.3588")


def test_a_matrix_that_leaves_out_rows_for_the_sum_keeps_the_opened_cell():
    session = session_of("deeper", "backward:A1")
    for row in range(5):
        lines = opened(session, (row, 1))
        matrix = lines[2 : lines.index(f"dA₁[{row},1]")]
        assert any("…" in line for line in matrix)
        assert any(re.search(r"▸−?[0-9.]+", line) for line in matrix)


def test_a_product_of_long_numbers_has_its_result_on_a_line_of_its_own():
    session = session_of("feedback", "99/backward:u")
    lines = node_lines(context_of(session, UNICODE), WIDTH)
    assert max(map(width_of, lines)) <= WIDTH
    texts = [text_of(line) for line in lines]
    assert "  = 1.197e−14" in texts
    assert texts[texts.index("  = 1.197e−14") - 1] == "  = (−4.056e−14) × (−0.2952)"
