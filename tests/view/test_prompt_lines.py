"""The foot of the screen while an input is open: its keys, and a complaint shown whole."""

import pytest
from walks import NEURON, pressed, typed, walk

from gdtutor.session.state import Screen
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of


def rows(session, width=80, height=24):
    return frame_of(session, width, height, UNICODE).text().split("\n")


@pytest.mark.parametrize(
    ("keys", "predict", "shown"),
    [
        ("e", False, "Enter do it  Esc leave  Ctrl-C quit"),
        ("n", True, "Enter answer  ? Enter hint  Esc leave  Ctrl-C quit  Alt-n show the answer"),
    ],
)
def test_the_last_line_has_the_keys_of_the_open_input(keys, predict, shown):
    session = pressed(replace(walk(NEURON, "given"), predict=predict), keys)
    assert rows(session)[-1].strip() == shown
    assert shown.startswith(rows(session, 40, 12)[-1].strip())


def test_the_keys_of_a_question_are_those_that_do_something_with_what_is_typed():
    session = pressed(replace(walk(NEURON, "given"), predict=True), "n")
    begun = rows(pressed(session, "a b"))[-1]
    assert "Enter answer  Esc leave  Ctrl-C quit  Backspace Ctrl-U delete" in begun
    refused = typed(session, "abc")
    told = "Enter answer  ? Enter hint  Esc leave  Ctrl-C quit  typing replaces"
    assert told in rows(refused)[-1]
    assert typed(refused, "?").challenge.hints_shown == 1
    assert pressed(refused, "5").prompt.text == "5"
    for arrow in ("left", "right", "up", "down"):
        moved = pressed(refused, arrow)
        assert "Esc leaves the question" in moved.prompt.error
        assert "typing replaces" in rows(moved)[-1]
        assert pressed(moved, "5").prompt.text == "5"
        assert typed(moved, "?").challenge.hints_shown == 1
    assert pressed(refused, "ctrl+u").prompt.text == ""
    assert "or ? for a" in " ".join(rows(session))
    hinted = typed(typed(session, "?"), "?")
    assert "? Enter show the answer" in rows(hinted)[-1]
    assert "or ? for a" not in " ".join(rows(hinted))
    assert typed(hinted, "?").challenge is None


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 12)])
def test_a_complaint_is_shown_whole_below_the_input(width, height):
    session = typed(pressed(walk(NEURON, "given"), "e"), "activation = tahn")
    foot = rows(session, width, height)
    at = next(i for i, row in enumerate(foot) if row.startswith(" change (w1 0.9):"))
    complaint = " ".join(row.strip() for row in foot[at + 1 : -1])
    assert complaint == session.prompt.error
    assert foot[-1].startswith(" Enter do it  Esc leave  Ctrl-C quit")


@pytest.mark.parametrize("at_screen", [Screen.STUDY, Screen.TRAIN, Screen.LIBRARY])
@pytest.mark.parametrize(("width", "height"), [(120, 36), (80, 24), (40, 12)])
def test_a_long_message_is_shown_whole_below_the_line_of_keys(at_screen, width, height):
    session = replace(walk(NEURON, "given"), screen=at_screen)
    long = "iteration 999,999 is far away — t trains to 5,000, epochs beyond can follow it"
    before = rows(session, width, height)
    for message in (f"{long} one by one", "Done."):
        foot = rows(replace(session, message=message), width, height)
        count = -(-len(message) // (width - 2))
        assert " ".join(row.strip() for row in foot[-count:]) == message
        # The keys go up for it; all else stays.
        assert foot[-count - 1] == before[-2]
        kept = height - 1 - count
        assert foot[:kept] == before[:kept]
