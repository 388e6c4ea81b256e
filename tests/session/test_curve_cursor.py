import numpy as np
import pytest
from session_walks import lesson_file
from walks import NETWORK, NEURON, screen, walk

from gdtutor.drive import effects as headless
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.errors import GdTutorError
from gdtutor.report.transcript import step_data, step_text
from gdtutor.session.commands import goto_label
from gdtutor.session.curve_cursor import goto_from_curve
from gdtutor.session.snapshots import snapshot_of, under_cursor
from gdtutor.session.state import Screen
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE

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


@pytest.mark.sampled(1)
@pytest.mark.parametrize("keys", ["enter", ": 37 enter", ": 37/backward:W1 enter"])
def test_from_a_walk_opened_on_the_curve_esc_leads_to_training_and_backspace_to_where_one_was(keys):
    before = walk(XOR, "2/forward:Z2")
    there = pressed(before, f"20t {keys}")
    assert there.moment.iteration > 2
    assert "Esc leads back to training, Backspace to where you were." in screen(there, 200, 50)
    assert pressed(there, "escape").screen is Screen.TRAIN
    for keys in ("backspace", "n n backspace", "escape escape backspace"):
        back = pressed(there, keys)
        at = back.screen, back.moment.iteration, back.step
        assert at == (Screen.STUDY, 2, before.step)


def test_a_number_before_enter_is_the_iteration_that_opens(trained):
    typed, counted = pressed(trained, ": 16 enter"), pressed(trained, "16 enter")
    assert (counted.screen, counted.moment.iteration) == (Screen.STUDY, 16)
    assert (counted.message, counted.count) == (typed.message, "")


def test_from_the_opening_page_no_way_back_is_named(trained):
    assert pressed(trained, "enter").message.endswith("Esc leads back to training.")


def test_brackets_move_by_an_epoch_and_arrows_by_a_column(trained):
    assert pressed(trained, "[").train.look.cursor == 4999
    assert pressed(trained, "[ [ [ ]").train.look.cursor == 4998
    assert pressed(trained, "[ [ ] ]").train.look.cursor is None
    assert pressed(trained, "left").train.look.cursor == 5000 - 5000 // 60


def test_an_epoch_that_does_not_exist_is_told(trained):
    after = pressed(trained, ": epoch:9999 enter")
    assert "there is no epoch 9999" in screen(after)
    assert after.screen is Screen.TRAIN


def test_a_step_that_does_not_exist_suggests_the_iteration():
    after = pressed(walk(XOR, "given"), ": 3071 enter")
    assert "Write iteration 3071 for that" in screen(after)


def test_epoch_and_iteration_are_told_apart_where_they_differ():
    several = lesson_file("batches")
    first = screen(pressed(walk(several), "t"), 120, 36).splitlines()[0]
    assert "epoch" in first
    assert "iteration 80" in first


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


def test_the_panels_beside_the_curve_show_the_epoch_under_the_cursor(trained):
    before, after = pressed(trained, ": epoch:0 enter"), pressed(trained, ": epoch:3000 enter")
    # The title stands whole, with the epoch where it has room.
    assert "╭─ 3000: decision boundary ─" in screen(after)
    assert "╭─ expected and learned ─" in screen(pressed(after, "tab"))
    assert "╭─ epoch 3000: decision boundary ─" in screen(after, 120, 36)
    assert "╭─ 0: decision boundary ─" in screen(before)
    first, later = ([row[52:76] for row in screen(s).splitlines()[4:16]] for s in (before, after))
    assert first != later
    parameters = under_cursor(after).parameters
    walked = pressed(after, "enter").moment.state.parameters
    assert all(np.array_equal(parameters[name], walked[name]) for name in walked)
    assert under_cursor(trained) is trained.train.snapshot
    assert under_cursor(after) is under_cursor(after)


def test_right_of_the_last_epoch_the_panels_show_what_training_has_come_to(trained):
    at_last = pressed(trained, ": epoch:4999 enter")
    assert pressed(at_last, "]").train.look.cursor is None


@pytest.mark.parametrize("key", ["[", "left"])
def test_left_of_the_first_epoch_there_is_no_more_and_the_keys_are_not_named(trained, key):
    at_first = pressed(trained, ": epoch:0 enter")
    assert pressed(at_first, key).message == "The cursor is at the first epoch."
    keys = "\n".join(screen(at_first, 120, 36).splitlines()[-2:])
    assert " → cursor" in keys
    assert not {"←", "["} & {*keys.split()}


@pytest.mark.parametrize("name", ["and-or", "xor-hidden"])
def test_an_iteration_after_training_is_called_so_by_every_reader(name):
    end = pressed(pressed(walk(lesson_file(name)), "t"), "enter")
    assert end.moment.iteration == end.run.farthest
    assert "has what training ended with, and was not trained itself" in end.message
    beyond = pressed(pressed(walk(lesson_file(name)), "t"), f": {end.run.farthest + 7} enter")
    assert "goes on from where training ended, and was not trained" in beyond.message
    assert f" {end.run.farthest} (after training) ▸" in screen(end).splitlines()[0]
    context = context_of(end, UNICODE)
    assert f"iteration {end.run.farthest} (after training), given" in step_text(end, context)
    assert step_data(end, context)["after_training"] is True
    last = pressed(end, "pageup")
    assert "after training" not in screen(last).splitlines()[0]
    assert step_data(last, context_of(last, UNICODE))["after_training"] is False


def test_an_iteration_beyond_where_training_pauses_is_not_called_a_trained_one():
    paused = pressed(walk(XOR), "100t")
    beyond = pressed(paused, ": 150 enter").message
    assert beyond.startswith("Iteration 150 goes on from where training stands, and was not")
    reached = pressed(paused, ": 100 enter").message
    assert reached.startswith("Iteration 100, walked from training's own parameters")


def test_an_epoch_of_a_run_that_went_on_beyond_its_settings_was_trained():
    # The settings end with 20 epochs; ten more were asked for.
    beyond = pressed(pressed(walk(NEURON), "t"), "10n")
    wanted = beyond.run.last_iteration + beyond.run.iterations_per_epoch
    assert wanted < beyond.train.snapshot.iterations
    opened = pressed(beyond, f": {' '.join(str(wanted))} enter")
    assert opened.moment.iteration == wanted
    assert "walked from training's own parameters" in opened.message


def test_a_run_that_broke_off_is_opened_at_its_last_iteration_of_finite_numbers() -> None:
    session = pressed(walk(lesson_file("learning-rate")), "e learning_rate=1e200 enter t")
    assert session.train.snapshot.diverged_at == session.train.snapshot.iterations == 1
    opened = pressed(session, "enter")
    assert opened.moment.iteration == 0
    assert all(np.isfinite(v).all() for t in opened.moment.traces for v in t.values.values())
    assert "the last whose numbers are all finite" in opened.message


def test_the_input_names_an_iteration_and_an_epoch_that_are_there():
    session = walk(NEURON, "given")
    session.run.advance(epochs=20)
    there = session.with_train(snapshot=snapshot_of(session.run))
    assert goto_label(session) == "iteration (0), or epoch 0"
    assert goto_label(there) == f"iteration ({there.train.snapshot.iterations}), or epoch 19"


@pytest.mark.parametrize("keys", ["0", "escape e W1[0,0] space 0.5 enter"])
def test_the_cursor_does_not_stay_where_another_run_may_have_no_epoch(trained, keys):
    before = pressed(trained, "[ [")
    assert before.train.look.cursor is not None
    assert pressed(before, keys).train.look.cursor is None


def test_where_no_other_run_is_kept_a_run_by_name_is_told_so(trained):
    with pytest.raises(GdTutorError, match="there is no run '1' — this is the only run"):
        goto_from_curve(trained, "run 1")
