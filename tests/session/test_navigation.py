"""Stepping both ways, across phases and iterations, and to places by name."""

import numpy as np
import pytest
from session_walks import open_at, press

from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.session.navigation import goto, goto_step
from gdtutor.session.press import Press
from gdtutor.session.state import Session, current_step
from gdtutor.session.steps import Phase
from gdtutor.session.update import update
from gdtutor.session.works_at import iterations
from gdtutor.values import replace

LESSONS = ("bias", "or-vectorised", "xor-hidden", "gradients-add-up")


def one_step(session: Session) -> Session:
    """Return the session one step on, with no question open."""
    after = press(session, "n")
    return replace(after, challenge=None, prompt=None)


def place(session: Session) -> tuple[int, int, str, str]:
    step = current_step(session)
    moment = session.moment
    phase = "" if step is None else step.phase.value
    return moment.iteration, session.step, phase, "" if step is None else step.node


def test_the_bias_lesson_walks_in_the_order_of_the_design() -> None:
    session = open_at("bias", "given")
    walked = [place(session)[2:]]
    for _ in range(11):
        session = one_step(session)
        walked.append(place(session)[2:])
    assert walked == [
        ("given", ""),
        ("forward", "z"), ("forward", "yhat"), ("forward", "L"),
        ("backward", "yhat"), ("backward", "z"),
        ("backward", "w1"), ("backward", "w2"), ("backward", "b"),
        ("update", "w1"), ("update", "w2"), ("update", "b"),
    ]  # fmt: skip
    assert place(press(session, "n")) == (1, 1, "given", "")
    assert press(open_at("bias", "1/update:b"), "n").look.is_closing


@pytest.mark.parametrize("name", LESSONS)
def test_as_many_steps_back_as_forward_lead_to_the_same_state(name: str) -> None:
    start = open_at(name)
    there = press(start, "500n")
    back = press(there, "500p")
    if start.lesson.trains:
        assert there.moment.iteration > 10
    assert place(back) == place(start)
    assert back.look == start.look
    for name_, value in start.moment.state.parameters.items():
        assert np.array_equal(back.moment.state.parameters[name_], value)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", LESSONS)
def test_single_steps_lead_where_a_count_leads(name: str) -> None:
    one_by_one = open_at(name)
    one_by_one = replace(one_by_one, lesson=replace(one_by_one.lesson, passes=()))
    for _ in range(40):
        one_by_one = one_step(one_by_one)
        if one_by_one.look.is_closing:
            one_by_one = one_step(one_by_one)
    assert place(one_by_one) == place(press(open_at(name), "40n"))


def test_the_opening_page_comes_before_the_first_step() -> None:
    session = open_at("bias")
    assert session.step == 0
    assert place(press(session, "n")) == (0, 1, "given", "")
    assert place(press(session, "n p")) == (0, 0, "", "")
    assert press(session, "p").message == "This is the very first step."
    assert press(session, "home").message == "This is the very first step."


def test_phases_and_iterations_are_one_key_apart() -> None:
    session = open_at("bias", "forward:L")
    assert place(press(session, "N")) == (0, 6, "backward", "yhat")
    assert place(press(session, "N N")) == (0, 11, "update", "w1")
    assert place(press(session, "3N")) == (1, 1, "given", "")
    assert place(press(session, "P")) == (0, 2, "forward", "z")
    assert place(press(session, "P P")) == (0, 1, "given", "")
    assert place(press(session, "7pagedown")) == (7, 4, "forward", "L")
    assert place(press(session, "7pagedown 2pageup")) == (5, 4, "forward", "L")
    assert "iteration 0" in press(session, "pageup").message


def test_from_the_opening_page_the_next_iteration_is_the_first_one() -> None:
    assert place(press(open_at("bias"), "pagedown")) == (0, 1, "given", "")
    assert place(press(open_at("bias"), "pagedown pagedown")) == (1, 1, "given", "")
    assert place(press(open_at("bias"), "3pagedown")) == (2, 1, "given", "")


@pytest.mark.parametrize("where", ["given", "t"])
def test_an_iteration_and_an_epoch_are_gone_to_by_their_words(where: str) -> None:
    at, keys = ("", "20t") if where == "t" else (where, "")
    session = press(open_at("batches", at), keys)
    per = session.run.iterations_per_epoch
    assert place(press(session, ": iteration space 3 enter"))[0] == 3
    there = press(session, ": epoch space 2 enter")
    if where == "t":
        assert there.train.look.cursor == 2
    else:
        assert place(there)[:2] == (2 * per, 1)
        label = press(session, ":").prompt
        assert label is not None
        assert "iteration 37, epoch 37" in label.label


def test_enter_leads_nowhere_where_no_question_is_open() -> None:
    session = open_at("bias", "forward:z")
    after, effects = update(session, Press("enter"))
    assert (place(after), after.screen, effects) == (place(session), session.screen, ())
    assert "1 Enter goes to the first operand" in after.message


def test_only_where_there_are_iterations_a_step_that_is_not_there_may_be_one() -> None:
    assert "Write iteration 99" in press(open_at("bias"), "99G").message
    assert "Write iteration" not in press(open_at("gradients-add-up"), "99G").message
    assert "Write iteration" not in goto_step(open_at("bias"), 0).message


def test_first_last_and_numbered_steps() -> None:
    session = open_at("bias", "3/backward:z")
    assert place(press(session, "G")) == (3, 13, "update", "b")
    assert place(press(session, "g g")) == (3, 1, "given", "")
    assert place(press(session, "g g g g")) == (0, 0, "", "")
    assert place(press(session, "5G")) == (3, 5, "backward", "L")
    assert press(session, "99G").is_error


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("12", (2, 12, "update", "w2")),
        ("backward:w1", (2, 8, "backward", "w1")),
        ("backward w1", (2, 8, "backward", "w1")),
        ("37/backward:b", (37, 10, "backward", "b")),
        ("iteration 37", (37, 1, "given", "")),
        ("0/update", (0, 11, "update", "w1")),
    ],
)
def test_a_place_is_reached_by_its_name(typed: str, where: tuple[int, int, str, str]) -> None:
    assert place(goto(open_at("bias", "2/forward:z"), typed)) == where


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("backward:yhatt", "'yhatt' has no backward step — did you mean 'yhat'?"),
        ("backward:q", "'q' has no backward step — there are L, yhat, z, w1, w2, b"),
        ("step:14", "there is no step 14 — the last is step:13"),
        ("backward:x1", "'x1' has no backward step"),
        ("given:w1", "'w1' has no given step of its own — write given alone"),
        ("sideways", "'sideways' is not a phase"),
        ("backward:w1[0,1]", "no cell [0, 1] — there is no matrix at this step"),
    ],
)
def test_a_place_that_is_not_there_says_so(typed: str, complaint: str) -> None:
    with pytest.raises(GdTutorError) as caught:
        goto(open_at("bias"), typed)
    assert complaint in str(caught.value)


def test_a_wrong_place_keeps_the_input_open_with_the_complaint() -> None:
    session = press(open_at("bias"), ": backward:w9 enter")
    assert session.prompt is not None
    assert "w9" in session.prompt.error
    assert press(session, "escape").prompt is None


def test_a_lesson_that_does_not_train_ends_and_says_why() -> None:
    session = press(open_at("gradients-add-up"), "400n")
    assert session.look.is_closing
    assert "nothing to train" in press(session, "t").message
    assert "one iteration" in press(session, "pagedown").message
    assert "one iteration" in iterations(session)
    assert iterations(open_at("bias")) == ""


def test_given_values_are_one_step_and_inputs_get_no_backward_step() -> None:
    session = open_at("xor-hidden")
    steps = session.moment.steps
    assert sum(step.phase is Phase.GIVEN for step in steps) == 1
    backward = {step.node for step in steps if step.phase is Phase.BACKWARD}
    assert not backward & {"X", "Y", "m"}


@pytest.mark.parametrize("name", [*LESSONS, "neuron", "activations"])
def test_the_example_of_a_place_is_one_that_the_lesson_has(name: str) -> None:
    session = press(open_at(name), ":")
    assert session.prompt is not None
    example = session.prompt.label.removeprefix("go to (").removesuffix(")").partition(", ")[0]
    phase, _, node = example.partition(":")
    assert place(goto(session, example))[2:] == (phase, node)


def test_a_name_that_differs_by_case_alone_from_one_node_leads_there():
    session = open_at("xor-hidden")
    for typed in ("backward:w1", "w1"):
        assert current_step(goto(session, typed)).node == "W1"


@pytest.mark.parametrize(
    ("keys", "opened"), [("c right", "cell"), ("v", "proof"), ("w", "mistakes")]
)
def test_what_is_open_at_a_node_stays_open_in_the_next_iteration_and_back(keys, opened) -> None:
    session = press(open_at("xor-hidden", "backward:W1"), keys)
    here = getattr(session.look, opened)
    assert here
    for key in ("pagedown", "3pagedown", "pageup"):
        session = press(session, key)
        assert getattr(session.look, opened) == here
    assert not getattr(press(session, "n").look, opened)


def test_a_cell_that_a_short_batch_does_not_have_is_closed_there(tmp_path) -> None:
    text = (shipped_lessons_folder() / "10-or-vectorised.md").read_text("utf-8")
    path = tmp_path / "short.md"
    path.write_text(text.replace('batch = "full"', "batch = 3"), "utf-8")
    opened = press(session_at(path, at="forward:Z"), "c 2right")
    assert opened.look.cell == (0, 2)
    assert press(opened, "pagedown").look.cell is None
