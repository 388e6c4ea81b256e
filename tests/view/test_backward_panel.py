"""A backward step: what arrives from the consumer, the local gradient, and their product."""

import re
from pathlib import Path

import pytest
from walks import NETWORK, NEURON, screen, walk

from gdtutor.cli import main
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.lines import ROOM, text_of

DEEPER = Path(__file__).parents[2] / "lessons" / "18-deeper.md"


def panel(path, at, width=38, chars=UNICODE):
    context = context_of(walk(path, at), chars)
    return "\n".join(text_of(row) for row in node_lines(context, width))


def test_before_the_root_the_factors_are_called_by_what_they_are():
    """∂L/∂ŷ = ∂L/∂L × ∂L/∂ŷ would say what it says of itself."""
    text = panel(NEURON, "backward:yhat")
    assert "∂L/∂ŷ = upstream × local" in text
    assert "× ∂L/∂ŷ" not in text
    assert "the pass begins at L" in text
    assert "from L" not in text


def test_further_back_the_factors_have_their_names():
    text = panel(NEURON, "backward:z")
    assert "∂L/∂z = ∂L/∂ŷ × ∂ŷ/∂z" in text
    assert "from ŷ" in text
    assert "begins" not in text


@pytest.mark.parametrize(("width", "lines"), [(38, 2), (60, 1)])
def test_where_the_pass_begins_stands_on_the_line_of_the_upstream_if_it_fits(width, lines):
    rows = panel(NEURON, "backward:yhat", width).splitlines()
    (first,) = (n for n, row in enumerate(rows) if row.startswith("upstream"))
    assert "begins" in rows[first + lines - 1]


def test_a_matrix_says_where_the_pass_begins():
    text = panel(NETWORK, "backward:Yhat", chars=ASCII)
    assert "upstream dC  the pass begins at C" in text


def test_the_screen_shows_it():
    assert "the pass begins at L" in screen(walk(NEURON, "backward:yhat"), 40, 12)


@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_rows_give_way_so_that_a_local_gradient_shows_its_numbers(chars):
    rows = panel(DEEPER, "backward:Z1", chars=chars).splitlines()
    assert len(rows) <= ROOM
    (at,) = (n for n, row in enumerate(rows) if row.startswith("local"))
    below = rows[at + 1 :]
    assert "0.2177" in below[0]
    assert "0.1794" in below[-1]


def test_a_local_gradient_without_its_numbers_says_where_they_are():
    rows = panel(DEEPER, "backward:Z1", 26).splitlines()
    assert len(rows) <= ROOM
    assert "0.2177" not in " ".join(rows)
    assert " ".join(rows).endswith("… c opens a cell, with its numbers")


def test_a_transcript_has_room_for_the_numbers_of_every_local_gradient(capsys):
    assert main(["transcript", str(DEEPER)]) == 0
    rows = capsys.readouterr().out.splitlines()
    heads = [n for n, row in enumerate(rows) if row.strip().startswith("local ")]
    assert len(heads) == 3
    assert all("columns: examples" in rows[n + 1] for n in heads)
    assert all(rows[n + 2].strip().startswith("row 0:") for n in heads[1:])


def test_the_local_gradient_of_one_of_several_uses_has_not_the_name_of_their_sum():
    text = screen(walk(find_lesson("gradients-add-up", shipped_lessons_folder()), "backward:a"))
    assert text.count("local     along this use: a = 3") == 2
    assert re.findall(r"∂s/∂a = (.+?)  ", text) == ["3 + 3"]
