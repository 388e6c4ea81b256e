import pytest
from session_walks import lesson_file
from walks import NETWORK, NEURON, screen, walk

from gdtutor.drive import headless
from gdtutor.drive.keys import parse_keys
from gdtutor.session.state import Screen

XOR = lesson_file("xor-hidden")


def pressed(session, keys):
    """Return the session after some keys, what they train done."""
    return headless.pressed(session, parse_keys(keys))


@pytest.fixture(scope="module")
def trained():
    """A run of 5000 epochs on the training screen."""
    return pressed(walk(XOR), "t")


def test_iteration_3071_is_at_most_7_keys_away_from_the_training_screen(trained):
    keys = [":", "3", "0", "7", "1", "enter"]
    after = pressed(trained, " ".join(keys))
    assert len(keys) <= 7
    assert (after.screen, after.moment.iteration, after.step) == (Screen.STUDY, 3071, 1)


def test_a_place_is_gone_to_in_the_iteration_under_the_cursor(trained):
    after = pressed(trained, ": epoch:40 enter : backward:W1 enter")
    assert after.moment.iteration == 40
    assert after.moment.steps[after.step - 1].node == "W1"


def test_brackets_move_by_an_epoch_and_arrows_by_a_column(trained):
    assert pressed(trained, "[ [ ]").train_look.cursor == 4998
    assert pressed(trained, "left").train_look.cursor == 4999 - 5000 // 60


def test_an_epoch_that_does_not_exist_is_told(trained):
    after = pressed(trained, ": epoch:9999 enter")
    assert "there is no epoch 9999" in screen(after)
    assert after.screen is Screen.TRAIN


def test_a_step_that_does_not_exist_suggests_the_iteration():
    after = pressed(walk(XOR, "given"), ": 3071 enter")
    assert "Write iteration 3071 for that" in screen(after)


def test_epoch_and_iteration_are_told_apart_where_they_differ():
    several = lesson_file("batches")
    first = screen(pressed(walk(several), "t")).splitlines()[0]
    assert "epoch" in first
    assert "iteration" in first


def test_another_iteration_shows_the_same_node():
    there = walk(NETWORK, "2/backward:W1", changes=("3:optimizer=adam",))
    after = pressed(there, "2pagedown")
    assert after.moment.steps[after.step - 1].node == "W1"
    assert pressed(after, "2pageup").step == there.step


@pytest.mark.parametrize("keys", ["+ 0", "n + 0", "0 + 0"])
def test_a_changed_rate_holds_from_the_start_after_a_reset(keys):
    start = walk(NEURON, changes=("w1=0.5",))
    before = start.run.segments[0].settings.learning_rate
    after = pressed(start, f"t {keys}")
    rates = [c for c in after.changes if c.name == "learning_rate"]
    assert [(c.iteration, c.value) for c in rates] == [(0, 2 * before)]
    assert "Kept: " in after.message or keys == "0 + 0"


def test_a_rate_changed_after_the_end_says_when_it_holds(trained):
    assert "n trains on with it, 0 starts anew" in pressed(trained, "+").message
