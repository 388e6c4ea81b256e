from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lesson_texts import neuron
from walks import KINK, NETWORK, NEURON, ROWS, pressed, typed, walk

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.edits import apply_edit, rate_from_start
from gdtutor.session.effects import PauseTraining
from gdtutor.session.moment import changed_gradients, changed_values
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Status
from gdtutor.session.update import Progressed, update
from gdtutor.training.timeline import Timeline
from tests.tries import tries


def edit(session, *texts):
    for text in texts:
        session = typed(pressed(session, "e"), text)
        assert session.prompt is None, session.prompt.error
    return session


def value(session, name, cell=()):
    return float(session.moment.trace.values[name][cell])


def numbers(session):
    """Return everything that the walk shows of an iteration, as plain numbers."""
    found = {}
    for trace in session.moment.traces:
        found |= {name: array.tolist() for name, array in trace.values.items()}
        found |= {f"grad {name}": array.tolist() for name, array in trace.gradients.items()}
    found |= {f"new {name}": done.p.tolist() for name, done in session.moment.updates.items()}
    return found


@pytest.mark.parametrize(
    ("path", "text", "name", "cell", "wanted"),
    [
        (NEURON, "w1 = 0.9", "w1", (), 0.9),
        (NEURON, "w1 1/4", "w1", (), 0.25),
        (NEURON, "x1[0]=-3", "x1", (), -3),
        (NEURON, "y[0] = 0.5", "y", (), 0.5),
        (NETWORK, "W1[0,1] = 2", "W1", (0, 1), 2),
        (NETWORK, "X[1,3] = 7", "X", (1, 3), 7),
        (NETWORK, "Y[0,2] = -1", "Y", (0, 2), -1),
        (ROWS, "x[2] = 0.125", "x", (2,), 0.125),
        (KINK, "x = 1e-3", "x", (), 0.001),
    ],
)
def test_any_given_value_can_be_changed(path, text, name, cell, wanted):
    assert value(edit(walk(path, "given"), text), name, cell) == wanted


@pytest.mark.parametrize("text", ["learning_rate 5", "learning_rate = 5"])
def test_the_learning_rate_can_be_changed(text):
    session = edit(walk(NEURON, "2/given"), text)
    assert session.moment.learning_rate == 5
    assert pressed(session, "pageup").moment.learning_rate == 1
    assert pressed(session, "pagedown").moment.learning_rate == 5


def test_an_optimizer_that_cannot_solve_the_graph_is_refused_before_the_walk_comes_to_its_update():
    session = typed(pressed(walk(NETWORK, "given"), "e"), "optimizer implicit")
    assert "one linear or sigmoid neuron" in session.prompt.error
    assert session.moment.settings.optimizer == "sgd"


def test_a_rate_that_holds_from_the_start_already_is_no_further_change():
    session = edit(walk(NEURON, "given"), "learning_rate = 3")
    assert rate_from_start(session) is session
    later = edit(walk(NEURON, "given"), "2:learning_rate = 3")
    assert [change.iteration for change in rate_from_start(later).changes] == [0]


def test_the_optimizer_can_be_changed_and_its_steps_appear():
    session = edit(walk(NEURON, "update:b"), "optimizer adam")
    assert session.moment.settings.optimizer == "adam"
    assert {step.variable for step in session.moment.steps} > {"p"}
    assert session.moment.steps[session.step - 1].node == "b"


def test_the_activation_can_be_changed():
    session = edit(walk(NEURON, "forward:yhat"), "activation tanh")
    assert value(session, "yhat") == pytest.approx(np.tanh(value(session, "z")))


@pytest.mark.parametrize("name", ["W1", "X"])
def test_a_matrix_without_an_index_is_changed_in_every_cell(name):
    before = walk(NETWORK, "given")
    session = edit(before, f"{name} 0.5")
    assert (session.moment.trace.values[name] == 0.5).all()
    assert session.message.startswith(f"every cell of {name} = 0.5")
    one = edit(session, f"{name}[0,1] 2")
    assert np.argwhere(one.moment.trace.values[name] != 0.5).tolist() == [[0, 1]]
    assert (edit(one, f"{name} 3").moment.trace.values[name] == 3).all()
    assert numbers(pressed(session, "u")) == numbers(before)


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        (NEURON, "w3 = 1", "w1"),
        (NEURON, "w1[0] = 1", "one number and has no cells"),
        (NETWORK, "W1[9,0] = 1", "W1 alone for every cell, or one from W1[0,0]"),
        (NETWORK, "W1[0] = 1", "W1[0,0]"),
        (NEURON, "w1 = banana", "number"),
        (NEURON, "w1 = __import__('os')", "no number"),
        (NEURON, "learning_rate = -1", "0"),
        (NEURON, "optimizer = adamm", "adam"),
        (NEURON, "activation = tahn", "tanh"),
        (KINK, "learning_rate = 1", "does not train"),
        (KINK, "optimizer = adam", "does not train"),
        (KINK, "cost_below = 0.1", "does not train"),
        (NEURON, "x1[7] = 1", "say which, from x1[0] to x1[1]"),
        (ROWS, "x[3] = 1", "each of 3 examples"),
        (NEURON, "z = 1", "z is computed"),
    ],
)
def test_what_cannot_be_changed_is_said_and_changes_nothing(path, text, says):
    before = walk(path, "given")
    after = typed(pressed(before, "e"), text)
    assert after.prompt is not None
    assert says in after.prompt.error
    assert after.changes == ()
    assert numbers(after) == numbers(before)


@pytest.mark.parametrize(
    ("path", "at", "keys", "text", "says"),
    [
        (ROWS, "given", "", "x 0.125", "x[0] = 0.125, for this example alone"),
        (ROWS, "given", "2o", "x = 0.125", "x[2] = 0.125, for this example alone"),
        (NEURON, "given", "", "x1 0.125", "x1[0] = 0.125, for this example alone"),
        (NEURON, "1/given", "", "y 3", "y[1] = 3 from iteration 1 on, for this example alone"),
    ],
)
def test_a_value_by_example_without_an_index_is_that_of_the_followed_example(
    path, at, keys, text, says
):
    session = edit(pressed(walk(path, at), keys), text)
    assert session.message.startswith(says)
    (change,) = session.changes
    assert change.cell is not None
    batch = session.moment.batch.tolist()
    column = (session.look.example,) if len(batch) > 1 else ()
    assert value(session, change.name, column) == change.value
    assert batch[session.look.example] == change.cell[0]


def test_a_change_of_an_example_outside_the_batch_says_that_it_does_not_show():
    outside = edit(walk(NEURON, "given"), "x1[1] 9")
    assert "not in this batch" in outside.message
    assert "batch" not in edit(walk(NEURON, "1/given"), "x1[1] 9").message


def test_one_number_in_a_matrix_needs_no_index():
    assert value(edit(walk(NETWORK, "given"), "b2 = 0.75"), "b2", (0, 0)) == 0.75


@pytest.mark.parametrize(
    ("path", "example"), [(NEURON, "w1 0.9"), (NETWORK, "W1[0,0] 0.9"), (KINK, "x 0.9")]
)
def test_the_input_shows_an_edit_that_the_lesson_takes(path, example):
    asked = pressed(walk(path, "given"), "e")
    assert f"({example})" in asked.prompt.label
    assert edit(walk(path, "given"), example).changes


def test_a_change_at_an_iteration_leaves_what_came_before():
    before = walk(NEURON, "3/given")
    after = edit(before, "w1 = 9")
    assert numbers(pressed(after, "pageup")) == numbers(pressed(before, "pageup"))
    assert value(after, "w1") == 9
    assert numbers(after) != numbers(before)


def test_a_change_names_its_own_iteration():
    session = edit(walk(NEURON, "4/given"), "2:w1 = 9")
    assert session.changes[0].iteration == 2
    assert value(pressed(session, "2pageup"), "w1") == 9


def test_a_value_changed_twice_at_one_iteration_is_logged_once():
    session = edit(walk(NEURON, "given"), "w1 = 9", "b = 3", "w1 = 8")
    assert [change.text() for change in session.changes] == ["b=3", "w1=8"]


def test_everything_downstream_of_a_change_is_marked_and_nothing_else():
    session = edit(walk(NEURON, "backward:b"), "w2 = 0.9")
    moment, own = session.moment, session.own_moment
    assert changed_values(moment, own, 0) == {"w2", "z", "z.2", "z.3", "yhat", "L", "L.1", "L.2"}
    assert changed_gradients(moment, own, 0) == {"z", "w1", "w2", "b", "yhat"}


def test_a_change_that_is_still_to_come_is_not_compared():
    session = edit(walk(NEURON, "4/given"), "w1 = 9")
    assert session.own_moment is not None
    assert pressed(session, "pageup").own_moment is None
    assert pressed(session, "pagedown").own_moment.iteration == 5


def test_without_changes_nothing_is_compared():
    session = pressed(edit(walk(NEURON, "given"), "w1 = 9"), "u")
    assert session.own_moment is None


EDITS = (
    "w1 = 0.9", "b = -1", "2:w2 = 0.3", "learning_rate = 3", "1:learning_rate = 0.1",
    "optimizer = momentum", "activation = tanh", "x1[0] = 0.7", "3:y[1] = 1",
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=tries(25))
@given(st.lists(st.sampled_from(EDITS), min_size=1, max_size=6), st.integers(0, 4))
def test_undo_goes_all_the_way_back_and_redo_all_the_way_forward(texts, iteration):
    start = walk(NEURON, f"{iteration}/given")
    seen = [start]
    for text in texts:
        seen.append(edit(seen[-1], text))
    session = seen[-1]
    for before in reversed(seen[:-1]):
        session = pressed(session, "u")
        assert (session.changes, numbers(session)) == (before.changes, numbers(before))
    assert "nothing to undo" in pressed(session, "u").message
    for after in seen[1:]:
        session = pressed(session, "ctrl+r")
        assert (session.changes, numbers(session)) == (after.changes, numbers(after))
    assert "nothing to redo" in pressed(session, "ctrl+r").message


def test_undo_and_redo_take_a_count():
    session = edit(walk(NEURON, "given"), "w1 = 1", "w1 = 2", "w1 = 3")
    assert value(pressed(session, "2u"), "w1") == 1
    assert value(pressed(session, "3u 2 ctrl+r"), "w1") == 2
    assert value(pressed(session, "9u"), "w1") == 0.1
    assert value(pressed(session, "2u 9 ctrl+r"), "w1") == 3


def test_undo_and_redo_say_what_they_change():
    session = edit(walk(NEURON, "given"), "w1 = 1", "b = 2")
    back, own = pressed(session, "u"), pressed(session, "R")
    assert back.message == "Undone: b = 2; Ctrl-R does it again."
    assert pressed(back, "ctrl+r").message == "Done again: b = 2."
    assert pressed(own, "u").message == (
        "Undone; w1 = 1, b = 2 again; Ctrl-R goes back to the lesson's own values."
    )
    later = edit(walk(NEURON, "1/given"), "w1 = 1", "w2 = 1", "b = 1", "x1[0] = 1")
    assert pressed(later, "u").message.startswith("Undone: x1[0] = 1 from iteration 1 on; ")
    assert pressed(later, "4u").message == "Undone: 4 changes; Ctrl-R does it again."


def test_going_back_to_the_own_values_can_be_undone():
    session = edit(walk(NEURON, "given"), "w1 = 1", "b = 2")
    own = pressed(session, "R")
    assert own.changes == ()
    assert pressed(own, "u").changes == session.changes


@pytest.mark.parametrize("at", ["given", "4/given"])
def test_where_nothing_is_changed_trained_values_are_not_called_the_lessons_own(at):
    own = pressed(walk(NEURON, at), "R")
    assert own.message == "No value is changed, so there is none to take back."


def test_a_new_change_forgets_what_was_undone():
    session = edit(pressed(edit(walk(NEURON, "given"), "w1 = 1"), "u"), "b = 2")
    assert "nothing to redo" in pressed(session, "ctrl+r").message
    assert pressed(session, "u").changes == ()


def trained(session, iterations):
    session.run.advance(iterations=iterations)
    return update(pressed(session, "t"), Progressed(snapshot_of(session.run, Status.PAUSED)))[0]


def test_a_change_after_training_keeps_what_was_trained():
    session = trained(walk(NEURON, "given"), 12)
    costs = session.run.costs
    changed = pressed(session, "+ + -")
    assert changed.run.farthest == 12
    assert changed.train.snapshot.iterations == 12
    assert np.array_equal(changed.run.costs, costs)
    back = pressed(changed, "escape u")
    assert back.run.farthest == 12
    assert back.run.learning_rate(12) == 4


def test_a_change_before_the_end_of_training_keeps_the_original_curve():
    session = trained(walk(NEURON, "given"), 12)
    changed = edit(pressed(session, "escape"), "w1 = 3")
    assert changed.run.farthest == 0
    assert changed.original.farthest == 12
    assert len(changed.original.costs) == 6


def test_a_change_below_the_trained_end_keeps_the_curve_and_the_states_before_it():
    session = walk(NEURON, "given")
    session.run.advance(iterations=3000, beyond=True)
    session = trained(session, 0)
    costs = session.run.costs
    session = pressed(session, "escape : 2501/given enter")
    replayed = []
    replay = Timeline.replayed

    def counted(self, known, iteration):
        replayed.append(iteration - (known[0] if known else 0))
        return replay(self, known, iteration)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Timeline, "replayed", counted)
        changed = edit(session, "w1 = 3")
    assert sum(replayed) < 1100
    assert changed.run.farthest == 2501
    assert changed.train.snapshot.iterations == 2501
    assert changed.train.snapshot.status is Status.PAUSED
    assert np.array_equal(changed.train.snapshot.costs, costs[:1250])
    assert len(changed.original.costs) == len(costs)
    again = walk(NEURON, "2503/given", changes=("2501:w1=3",))
    assert numbers(pressed(changed, "2 pagedown")) == numbers(again)


def test_the_own_values_bring_back_what_was_trained_with_them():
    session = trained(walk(NEURON, "given"), 12)
    changed = edit(pressed(session, "escape : 4/given enter"), "w1 = 3")
    assert changed.train.snapshot.iterations == 4
    for key in "uR":
        own = pressed(changed, key)
        assert own.train.snapshot.iterations == 12
        assert np.array_equal(own.train.snapshot.costs, session.train.snapshot.costs)


def test_a_change_of_a_run_that_had_ended_may_go_on():
    session = walk(NEURON, "given")
    session.run.advance()
    ended = update(pressed(session, "t"), Progressed(snapshot_of(session.run, Status.FINISHED)))[0]
    assert pressed(ended, "+").train.snapshot.status is Status.PAUSED


def test_the_changed_run_is_the_run_of_a_session_that_was_opened_so():
    session = trained(walk(NEURON, "given"), 12)
    session = edit(pressed(session, "+ escape : 14/given enter"), "w2 = 1", "13:b = 0")
    again = walk(NEURON, "20/given", changes=tuple(c.text() for c in session.changes))
    assert numbers(pressed(session, ": 20/given enter")) == numbers(again)


def test_the_worker_stops_where_a_change_replaces_its_run():
    session = pressed(walk(NEURON, "given"), "t escape e")
    assert session.train.snapshot.status is Status.RUNNING
    for character in "b=1":
        session, _ = update(session, Press(character, character))
    session, effects = update(session, Press("enter"))
    assert PauseTraining() in effects
    assert session.train.snapshot.status is not Status.RUNNING
    stale = snapshot_of(session.original, Status.PAUSED)
    assert update(session, Progressed(stale))[0].train.snapshot is session.train.snapshot


def test_a_lesson_is_never_altered():
    before = NEURON.read_bytes()
    session = edit(walk(NEURON, "given"), "w1 = 9", "x1[0] = 4")
    assert NEURON.read_bytes() == before
    assert float(session.lesson.examples[0, 0]) == 0.5
    assert float(session.original.state(0).parameters["w1"]) == 0.1


def test_a_value_of_an_earlier_graph_can_be_changed():
    from session_walks import open_at

    session = apply_edit(open_at("gradients-add-up", "given"), "a = 5")
    assert float(session.moment.traces[0].values["s"]) == 25
    assert changed_values(session.moment, session.own_moment, 0) == {"a", "s"}


@pytest.mark.parametrize(
    ("path", "own", "other"),
    [
        (NEURON, "w2 = 0.6", "w2 = 0.7"),
        (NEURON, "x1[0] = {x}", "x1[0] = 9"),
        (NEURON, "learning_rate = 1", "learning_rate = 2"),
        (NETWORK, "b1[0,0] = 0", "b1[0,0] = 1"),
    ],
)
def test_the_lessons_own_value_typed_back_is_no_change(path, own, other):
    start = walk(path, "given")
    own = own.format(x=float(start.moment.problem.examples[0, 0]))
    typed_back = typed(pressed(start, "e"), own)
    assert "is the lesson's own value: nothing is changed." in typed_back.message
    assert typed_back.history is start.history
    again = typed(pressed(typed(pressed(start, "e"), other), "e"), own)
    assert again.message.endswith("is the lesson's own value again.")
    assert again.changes == ()
    assert pressed(again, "u").changes


def test_a_zero_of_the_other_sign_is_another_value():
    start = typed(pressed(walk(NETWORK, "given"), "e"), "b1[0,0] = -0.0")
    assert [change.text() for change in start.changes] == ["b1[0,0]=-0"]


@pytest.mark.parametrize(
    "text", ["learning rate 5", "Learning rate = 5", "learning_rate 5", "α 5", "α=5", " α = 5"]
)
def test_the_learning_rate_is_changed_by_what_the_screens_call_it(text):
    assert [change.text() for change in edit(walk(NEURON, "given"), text).changes] == [
        "learning_rate=5"
    ]


def test_a_lessons_own_name_stands_before_a_setting_of_nearly_the_same(tmp_path):
    path = tmp_path / "neuron.md"
    text = NEURON.read_text(encoding="utf-8")
    path.write_text(text.replace("\nb = 0.2", "\nBeta = 0.2").replace("+ b\n", "+ Beta\n"), "utf-8")
    assert [c.text() for c in edit(walk(path, "given"), "Beta 0.5").changes] == ["Beta=0.5"]


@pytest.mark.parametrize("text", ["learning speed 50", "step size 50", "λ 0.1", "αβ 1", "5w 3"])
def test_an_unknown_name_is_answered_with_what_can_be_changed(text):
    refused = typed(pressed(walk(NEURON, "given"), "e"), text)
    assert "is no given value" in refused.prompt.error
    assert "learning_rate" in refused.prompt.error
    assert "is no number" in typed(pressed(refused, "esc e"), "w1 0.5 0.6").prompt.error


@pytest.mark.parametrize("name", ["cost_below", "loss_below", "gradient_below"])
def test_what_ends_a_run_can_be_changed(name):
    start = walk(NEURON, "given")
    session = edit(start, f"{name} = 0.05")
    assert [change.text() for change in session.changes] == [f"{name}=0.05"]
    run = session.run
    run.advance()
    assert run.stopped_by == name
    refused = typed(pressed(start, "e"), f"{name} 0")
    assert "use a finite number above 0" in refused.prompt.error


def test_a_lessons_own_value_comes_before_a_setting_of_its_name(tmp_path):
    path = tmp_path / "own.md"
    path.write_text(NEURON.read_text().replace("w1", "cost_below"))
    session = edit(walk(path, "given"), "cost_below = -0.05")
    assert value(session, "cost_below") == -0.05
    assert session.run.segments[0].settings.stop.cost_below is None


@pytest.mark.parametrize(
    ("name", "edits"),
    [
        ("27-softmax", ("u -4", "u -6")),
        ("27-softmax", ("z[0,0] 7", "z[1,0] 1", "z[0,0] 1", "z[1,0] 2")),
        ("13-why-x-transpose", ("V[0,0] 1", "V[0,0] 0.5")),
        ("13-why-x-transpose", ("X[0,1] 3", "X[0,2] 4", "X[0,1] 0", "X[0,2] 1")),
    ],
)
def test_values_and_cells_of_any_graph_set_back_by_hand_are_unchanged(
    name: str, edits: tuple[str, ...]
) -> None:
    session = session_at(Path(f"lessons/{name}.md"), at="given")
    for text in edits[:-1]:
        session = apply_edit(session, text)
        assert session.changes
    assert apply_edit(session, edits[-1]).changes == ()


@pytest.mark.parametrize("number", ["02", "04", "12", "13", "18", "25", "27"])
def test_the_example_of_an_edit_is_of_the_graph_at_hand_and_is_taken(number):
    (path,) = (one for one in discover(shipped_lessons_folder()) if one.name.startswith(number))
    for scene in range(len(walk(path, "1").moment.traces)):
        session = walk(path, "1")
        first = next(step for step in session.moment.steps if step.scene == scene)
        session = walk(path, str(first.number))
        label = pressed(session, "e").prompt.label
        example = label.removeprefix("change (").removesuffix(")")
        name = example.split()[0].partition("[")[0]
        assert name in session.moment.traces[scene].graph.leaf_by_name
        assert edit(session, example).changes[-1].name == name
    closing = pressed(walk(path, "1"), "z e")
    assert closing.prompt.label.removeprefix("change (").split()[0].partition("[")[0] in (
        closing.moment.trace.graph.leaf_by_name
    )


@pytest.mark.parametrize(
    ("optimiser", "kept", "left_out"),
    [
        ("sgd", {"weight_decay": 0.02}, "without beta = 0.8; "),
        ("nesterov", {"beta": 0.8, "weight_decay": 0.02}, ""),
        ("adamw", {"weight_decay": 0.02}, "without beta = 0.8; "),
        ("implicit", {}, "without beta = 0.8, weight_decay = 0.02; "),
    ],
)
def test_another_optimizer_keeps_the_constants_that_it_takes(tmp_path, optimiser, kept, left_out):
    path = tmp_path / "07-decayed.md"
    training = 'optimizer = "momentum"\nhyperparameters = { beta = 0.8, weight_decay = 0.02 }\n'
    text = neuron(more="").replace("batch = 1\n", f"batch = 1\n{training}")
    path.write_text(text, encoding="utf-8")
    session = edit(walk(path, "update:w"), f"optimizer {optimiser}")
    assert dict(session.moment.settings.hyperparameters) == kept
    assert session.message == f"optimizer = {optimiser}; {left_out}u undoes it."
    formulas = " ".join(session.moment.updates["w"].formulas.values())
    assert ("weight_decay" in formulas) == ("weight_decay" in kept)
    again = edit(session, "optimizer momentum").moment.settings
    assert again == walk(path, "update:w").moment.settings


def test_a_decay_of_its_own_kind_is_kept_and_told_where_it_cannot_be(tmp_path):
    path = tmp_path / "07-decayed.md"
    path.write_text(neuron().replace("batch = 1\n", 'batch = 1\noptimizer = "adamw"\n'), "utf-8")
    session = edit(walk(path, "update:w"), "optimizer sgd")
    assert dict(session.moment.settings.hyperparameters) == {"weight_decay": 0.01}
    told = edit(walk(path, "update:w"), "optimizer implicit").message
    assert told == "optimizer = implicit; without weight_decay = 0.01; u undoes it."
