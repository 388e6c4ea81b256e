"""The panel of an update."""

import re

import numpy as np
import pytest

from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from tests.walks import NETWORK, NEURON, screen, walk


def test_an_implicit_update_says_what_its_root_is():
    text = screen(walk(NEURON, "update:b", changes=("optimizer=implicit",)))
    assert "α·shrink·∂L/∂b" in text
    assert "shrink is how many times as steep" in text


def test_a_plain_update_speaks_of_no_root():
    assert "shrink" not in screen(walk(NEURON, "update:b"))


@pytest.mark.parametrize(
    ("size", "told"),
    [((80, 24), r"→ by ≤([\d.]+)"), ((120, 36), r"→ most \[(\d),(\d)\] (\S+) → (\S+)")],
)
def test_the_graph_shows_the_largest_change_of_a_matrix(size, told):
    session = walk(NETWORK, "update:W1")
    update = session.moment.updates["W1"]
    change = np.abs(update.p - session.moment.state.parameters["W1"])
    found = re.search(told, screen(session, *size))
    if len(found.groups()) == 1:
        assert float(found[1]) == pytest.approx(change.max(), rel=0.05)
        return
    cell = int(found[1]), int(found[2])
    assert cell == np.unravel_index(int(np.argmax(change)), change.shape)
    assert float(found[4].replace("−", "-")) == pytest.approx(update.p[cell], rel=1e-3)


def test_a_note_on_an_update_tells_before_from_after_with_as_many_digits_as_it_takes():
    path = find_lesson("and-or", shipped_lessons_folder())
    text = screen(walk(path, "9000/update:b"))
    before, after = re.search(r"From (\S+) to (\S+)\. One row", text).groups()
    assert before != after
