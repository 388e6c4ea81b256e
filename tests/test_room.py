"""The walk uses the terminal: what is left over shows more, not borders around nothing."""

import re

import pytest
from room import measured, shares, used
from walks import NEURON, walk

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.view.frame import UNICODE, Style
from gdtutor.view.screen import frame_of

LEAST = 0.65
"""Share of the rows of a 120×36 terminal that carry something, in each half of its width."""


def test_the_walks_of_lessons_03_to_17_use_both_halves_of_a_comfortable_terminal():
    left, right, steps = shares(measured(), (120, 36))
    assert steps > 200
    assert min(left, right) >= LEAST


@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_borders_alone_are_no_use_of_a_row(size):
    frame = frame_of(walk(NEURON, "backward:b"), *size, UNICODE)
    bordered = [row for row in frame.text().splitlines() if row.strip("│ ") == ""]
    assert all(share <= 1 - len(bordered) / size[1] for share in used(frame))


@pytest.mark.parametrize("place", ["given", "forward:z", "backward:w1", "update:b"])
def test_a_large_terminal_shows_graph_node_note_values_and_the_program(place):
    text = frame_of(walk(NEURON, place), 120, 36, UNICODE).text()
    assert all(f"─ {title} " in text for title in ("graph", "note", "values", "NumPy"))


@pytest.mark.parametrize("tabs", ["tab", "2tab", "tab tab tab"])
@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_each_panel_at_full_size_fits_a_large_terminal(tabs, size):
    frame = frame_of(walk(NEURON, "backward:b", tabs), *size, UNICODE)
    assert len(frame.lines) == size[1]


def test_a_very_large_terminal_shows_the_cells_of_matrices_and_the_keys_of_an_open_cell():
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at="backward:W2[0,1]")
    rows = frame_of(session, 200, 50, UNICODE).text().splitlines()
    column = "\n".join(row.rsplit("││", 1)[-1] for row in rows)
    for text in ("⎡ −0.7026 −0.7519 ⎤", "[ 0 1 1 0 ]", "⎡ 0 0 1 1 ⎤"):
        assert text in column
    assert len(re.findall(r"  (?=\S)", rows[-1])) >= 8


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_one_panel_has_the_eye(size):
    frame = frame_of(walk(NEURON, "backward:b"), *size, UNICODE)
    segments = [segment for row in frame.lines for segment in row]
    titles = [s.text.strip() for s in segments if s.style is Style.TITLE and s.text[0] == " "]
    corners = [s for s in segments if s.text.startswith("╭─") and s.style is Style.FOCUS]
    assert (titles, len(corners)) == (["b"], 1)
