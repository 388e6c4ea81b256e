"""The foot of the screen while an input is open: its keys, and a complaint shown whole."""

import pytest
from walks import NEURON, pressed, typed, walk

from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of


def rows(session, width=80, height=24):
    return frame_of(session, width, height, UNICODE).text().splitlines()


@pytest.mark.parametrize(
    ("keys", "predict", "shown"),
    [
        ("e", False, "Enter do it  Esc leave"),
        ("n", True, "Enter answer  ? Enter hint  Esc leave"),
    ],
)
def test_the_last_line_has_the_keys_of_the_open_input(keys, predict, shown):
    session = pressed(replace(walk(NEURON, "given"), predict=predict), keys)
    assert rows(session)[-1].strip() == shown


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 12)])
def test_a_complaint_is_shown_whole_below_the_input(width, height):
    session = typed(pressed(walk(NEURON, "given"), "e"), "activation = tahn")
    foot = rows(session, width, height)
    at = next(i for i, row in enumerate(foot) if row.startswith(" change (w1 0.9):"))
    complaint = " ".join(row.strip() for row in foot[at + 1 :])
    assert complaint == session.prompt.error
