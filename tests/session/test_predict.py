import numpy as np
import pytest
from walks import DATA, NETWORK, NEURON, ROWS, pressed, screen, typed, walk

from gdtutor.drive.opening import open_lesson, session_at
from gdtutor.lesson.conditions import parse_condition
from gdtutor.lesson.model import Choice
from gdtutor.session.asking import (
    challenge_at,
    in_shown_order,
    read_choice,
    ready_nodes,
    right_choices,
)
from gdtutor.session.challenge import Ask
from gdtutor.session.digits import number
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.opening import Resumed, arrived
from gdtutor.session.predict import answer_words, posed
from gdtutor.session.press import Press
from gdtutor.session.slips import Slip
from gdtutor.session.state import PromptKind, Session, current_step
from gdtutor.session.steps import Phase
from gdtutor.session.update import Tick, update
from gdtutor.session.working import working_of
from gdtutor.values import replace

ASKED = DATA / "lessons" / "asked.md"


def predicting(path, at="given", **options):
    return replace(walk(path, at, **options), predict=True)


def right_answer(session):
    """Return the right answer as a learner may type it."""
    challenge = session.challenge
    result = working_of(session.moment, challenge.step).result
    match challenge.ask:
        case Ask.VALUE:
            return repr(float(result[challenge.cell]))
        case Ask.SIGN:
            return {1: "+", -1: "-", 0: "0"}[int(np.sign(result[challenge.cell]))]
        case Ask.SHAPE:
            return "x".join(map(str, result.shape)) or "number"
        case Ask.NEXT:
            return challenge.step.node
        case Ask.CHOICE | Ask.WHY | Ask.COMPARE:
            (right,) = right_choices(session, challenge.choices, challenge.step.scene)
            return str(challenge.choices.index(right) + 1)


def submitted(session, text):
    for character in text:
        session, _ = update(session, Press(character, character))
    return update(session, Press("enter"))


@pytest.mark.parametrize("path", [NEURON, ROWS, NETWORK])
def test_two_iterations_are_walked_by_right_answers_alone(path):
    session = predicting(path)
    seen = set()
    while session.moment.iteration < 2:
        session = session if session.challenge else pressed(session, "n")
        if session.challenge is not None:
            is_named = session.challenge.ask is Ask.NEXT
            seen.add(session.challenge.ask)
            session, effects = submitted(session, right_answer(session))
            assert (session.challenge is not None) == (session.prompt is not None) == is_named
            assert [e.correct for e in effects if isinstance(e, KeepAttempt)] == [True]
    assert seen >= {Ask.VALUE, Ask.SIGN, Ask.NEXT}
    assert (Ask.SHAPE in seen) == (path == NETWORK)


@pytest.mark.parametrize("path", [NEURON, ROWS, NETWORK])
def test_the_shown_digits_are_an_answer(path):
    session = predicting(path)
    while session.moment.iteration < 1:
        session = session if session.challenge else pressed(session, "n")
        challenge = session.challenge
        if challenge is not None and challenge.ask is Ask.VALUE:
            value = float(working_of(session.moment, challenge.step).result[challenge.cell])
            session, _ = submitted(session, number(value, 4))
            assert session.challenge is None
        elif challenge is not None:
            session = typed(session, right_answer(session))


def test_the_input_takes_every_printable_key_and_escape_returns_to_stepping():
    session = pressed(predicting(NEURON), "n")
    assert session.prompt.kind is PromptKind.ANSWER
    session = pressed(session, "n p q t l r")
    assert session.prompt.text == "npqtlr"
    session = pressed(session, "escape")
    assert session.prompt is None
    assert session.challenge is not None
    assert pressed(session, "enter").prompt is not None
    assert current_step(pressed(session, "p")).phase is Phase.GIVEN


def test_a_question_that_was_left_is_not_asked_again_but_waits_at_its_step():
    session = pressed(predicting(NEURON), "n escape p n")
    assert session.prompt is None
    assert session.challenge.hides
    assert session.message.startswith("Enter: back to the question")
    assert pressed(session, "enter").prompt is not None
    assert pressed(session, "p r r n").prompt is not None


def test_a_question_on_leaving_that_was_left_is_not_asked_again_after_a_change(tmp_path):
    path = changed(tmp_path, ("x1 != 0 and z != y", "x1 == 5"))
    session = pressed(walk(path, "backward:z"), "n escape e")
    session = pressed(typed(session, "x1 1.5"), "u")
    assert session.challenge is None
    assert pressed(session, "p n n").prompt is None


def test_going_on_without_an_answer_shows_the_worked_line_first():
    session = pressed(predicting(NEURON), "n escape")
    shown = pressed(session, "n")
    assert shown.step == session.step
    assert shown.challenge is None
    assert pressed(shown, "n").step == session.step + 1


def test_counts_and_jumps_are_not_asked_and_say_that_they_show_what_they_pass():
    session = predicting(NEURON)
    for keys in ("5n", "N", "G", ": backward:z enter", ": L enter"):
        jumped = pressed(session, keys)
        assert jumped.challenge is None
        assert "show unasked" in jumped.message
    for keys in ("pagedown", "5n p", "5n x", "5n r N"):
        assert "show unasked" not in pressed(session, keys).message
    assert "show unasked" not in pressed(walk(NEURON, "given"), ": L enter").message


@pytest.mark.parametrize("how", ["typed", "revealed"])
def test_the_value_of_the_node_that_comes_next_is_asked_for_before_it_shows(how):
    session = predicting(NEURON)
    while session.challenge is None or session.challenge.ask is not Ask.NEXT:
        session = typed(session, right_answer(session)) if session.challenge else session
        session = session if session.challenge else pressed(session, "n")
    node = session.challenge.step.node
    asked = typed(session, node) if how == "typed" else pressed(session, "escape n")
    assert (asked.challenge.ask, asked.challenge.step.node) == (Ask.VALUE, node)
    assert f"What is the value of {node.replace('yhat', 'ŷ')}?" in screen(asked)
    assert "Now your answer:" in screen(asked)
    assert typed(asked, right_answer(asked)).challenge is None


def test_a_wrong_answer_is_diagnosed_then_hinted_then_shown():
    session = pressed(predicting(NEURON, "backward:yhat"), "n")
    assert session.challenge.ask is Ask.VALUE
    upstream = float(session.moment.trace.gradients["yhat"])
    session, effects = submitted(session, repr(upstream))
    assert [fit.slip for fit in session.challenge.tried[-1].fits] == [Slip.NO_LOCAL]
    assert effects == (KeepAttempt("one-neuron", "0/backward:z?value", repr(upstream), False,
                                   "local factor missing"),)  # fmt: skip
    assert (session.challenge.hints_shown, session.prompt.text) == (0, "")
    for hints in (1, 2):
        session, _ = submitted(session, "123")
        assert session.challenge.hints_shown == hints
        assert session.challenge.tried[-1].fits == ()
    session, _ = submitted(session, "123")
    assert session.challenge is None
    assert "worked line" in session.message


def test_wrong_answers_are_forgotten_when_a_change_makes_the_right_one_another():
    session, _ = submitted(pressed(predicting(NEURON, "backward:yhat"), "n"), "123")
    assert [tried.answer for tried in session.challenge.tried] == ["123"]
    changed = typed(pressed(session, "escape e"), "w1 0.75")
    assert changed.changes
    assert changed.challenge.tried == ()
    assert changed.challenge.step.node == session.challenge.step.node


def test_a_question_mark_asks_for_a_hint_and_is_no_attempt():
    session = pressed(predicting(NEURON), "n")
    session, effects = submitted(session, "?")
    assert session.challenge.hints_shown == 1
    assert effects == ()


@pytest.mark.parametrize("text", ["banana", "w1*x1", "1 +", "", "__import__('os')"])
def test_what_is_no_answer_is_no_attempt(text):
    before = pressed(predicting(NEURON), "n")
    session, effects = submitted(before, text)
    assert effects == ()
    assert session.challenge == before.challenge


def test_any_node_that_is_ready_is_right():
    session = walk(NETWORK, "backward:Z2")
    step = session.moment.steps[session.step]
    waiting = ready_nodes(session.moment, step)
    ready = {name for name, need in waiting.items() if not need}
    assert ready == {"W2", "A1", "b2"}
    assert waiting["W1"] == "Z1"


def test_a_ready_node_that_the_walk_takes_later_is_right_too():
    session = predicting(NETWORK, "backward:Z1")
    session = pressed(session, "n")
    assert session.challenge.ask is Ask.NEXT
    assert current_step(session).node == "Z1"
    wrong, _ = submitted(session, "Z1")
    assert wrong.challenge.tried[-1].is_done
    right, _ = submitted(session, "b1")
    assert "b1 is ready too" in right.prompt.label
    assert current_step(right).node == "W1"


def test_a_node_named_too_early_is_told_what_it_waits_for():
    session = replace(predicting(NEURON, "given"))
    while session.challenge is None or session.challenge.ask is not Ask.NEXT:
        session = (
            pressed(session, "n")
            if session.challenge is None
            else typed(session, right_answer(session))
        )
    last = "L" if session.challenge.step.phase is Phase.FORWARD else "b"
    wrong, _ = submitted(session, last)
    tried = wrong.challenge.tried
    assert not tried or tried[-1].waits_for


def test_a_row_of_a_matrix_may_be_answered_as_a_whole():
    session = pressed(predicting(NETWORK, "backward:b1"), "n")
    assert (session.challenge.ask, session.challenge.step.node) == (Ask.VALUE, "W1")
    row = session.moment.updates["W1"].p[session.challenge.cell[0]]
    right, _ = submitted(session, " ".join(number(float(v), 5) for v in row))
    assert right.challenge is None
    wrong, _ = submitted(session, ", ".join(number(float(v) + 1, 5) for v in row))
    assert wrong.challenge.tried


def test_a_lesson_may_begin_in_predict_mode_and_place_its_own_questions():
    session = pressed(walk(ASKED), "n n")
    assert session.predict
    assert session.challenge.text == "How large is the sum?"
    session, _ = submitted(session, "1")
    session, _ = submitted(session, "3")
    assert session.challenge.hints_shown == 1
    session, effects = submitted(session, "0.5*2 - 0.25")
    assert effects[0].question == "forward:z?value"
    assert effects[0].correct
    session = pressed(session, "n")
    assert session.challenge.text == "What can be computed from z?"
    assert current_step(session).node == "z"
    session, _ = submitted(session, "a")
    assert current_step(session).node == "a"


def test_a_lessons_question_is_asked_once_and_without_predict_mode_too():
    session = pressed(walk(ASKED), "r n n")
    assert not session.predict
    assert session.challenge.name == "forward:z?value"
    session = typed(session, "0.75")
    session = pressed(session, "p p n n")
    assert session.challenge is None or session.challenge.name != "forward:z?value"


def test_a_choice_is_answered_by_its_number_and_the_right_one_is_not_always_first():
    session = pressed(walk(ASKED, "backward:z"), "r n")
    assert session.challenge.ask is Ask.CHOICE
    assert [choice.text for choice in session.challenge.choices] == [
        "upstream alone", "upstream times w", "upstream times x",
    ]  # fmt: skip
    wrong, _ = submitted(session, "1")
    assert wrong.challenge.tried
    _, effects = submitted(session, "7")
    assert effects == ()
    right, effects = submitted(session, right_answer(session))
    assert right.challenge is None
    assert effects[0].correct


def test_choices_that_are_numbers_are_ordered_by_size_and_answered_by_their_first_words():
    when = parse_condition("z > 0")
    choices = in_shown_order([Choice(text, when) for text in ("three: all", "one", "two")])
    assert [choice.text for choice in choices] == ["one", "two", "three: all"]
    assert read_choice("3", choices) is read_choice("three", choices) is choices[2]


@pytest.mark.parametrize("first", [walk(ASKED), pressed(walk(NEURON), "r")])
def test_predict_mode_is_the_lessons_it_was_begun_in(first):
    assert first.predict
    opened, _ = update(first, open_lesson(ROWS))
    assert not opened.predict
    assert not opened.message
    left = arrived(first, Resumed(walk(ROWS, "given")))
    assert not left.predict
    assert "Predict mode" not in left.message
    back = arrived(left, Resumed(replace(first, step=1)))
    assert back.predict
    assert "Predict mode is on" in back.message
    assert len(back.message) <= 78


def test_a_lesson_that_opens_in_predict_mode_says_so():
    asking = update(Session(), open_lesson(ASKED))[0]
    assert "Values are asked for first" in asking.message


def test_an_edit_keeps_the_question_and_judges_by_the_new_value():
    session = pressed(predicting(NEURON), "n escape e")
    session = pressed(typed(session, "b = 1"), "enter")
    assert session.challenge is not None
    right, _ = submitted(session, "0.05 + 1.2 + 1")
    assert right.challenge is None


def test_auto_play_ends_at_a_question_and_gives_no_answer_away():
    session = pressed(predicting(NEURON), "a")
    assert "a question stops it" in session.message
    for _ in range(3):
        session, _ = update(session, Tick())
    assert session.challenge is not None
    assert not session.auto.is_on
    left = pressed(session, "escape a")
    assert "Answer first" in left.message
    assert not left.auto.is_on
    solved, _ = submitted(session, "0.05 + 1.2 + 0.2")
    again = pressed(solved, "a")
    assert again.auto.is_on
    assert update(again, Tick())[0].challenge is not None


def test_auto_play_waits_while_something_is_typed():
    session = pressed(walk(NEURON, "given"), "a :")
    assert update(session, Tick())[0] is session


def test_enter_without_a_question_says_what_asks_one():
    for session, said in (
        (walk(NEURON, "given"), "The key r asks"),
        (predicting(NEURON), "The next step"),
    ):
        after = pressed(session, "enter")
        assert after.message.startswith(f"No question is open. {said}")
    assert "there is no operand" in pressed(walk(NEURON, "given"), "2 enter").message


REASONS = DATA / "lessons" / "reasons.md"


def test_the_engine_decides_which_reason_is_right():
    session = pressed(walk(REASONS, "backward:L"), "n n")
    assert session.challenge.ask is Ask.WHY
    texts = [choice.text for choice in session.challenge.choices]
    assert texts == ["it has an input and an error", "its input is 0", "the error is 0"]
    wrong, effects = submitted(session, "1")
    assert wrong.challenge.tried
    assert [e.correct for e in effects] == [False]
    right, effects = submitted(session, "its input is 0")
    assert right.challenge.ask is Ask.COMPARE
    assert [e.question for e in effects] == ["backward:w1?why"]


def test_after_an_edit_the_reason_is_the_one_that_holds_then():
    session = pressed(walk(REASONS, "backward:L"), "n n")
    edited = typed(pressed(session, "escape e"), "x1 2")
    assert edited.challenge is not None
    wrong, _ = submitted(pressed(edited, "enter"), "2")
    assert wrong.challenge.tried
    right, _ = submitted(wrong, "1")
    assert right.challenge is None


@pytest.mark.parametrize("text", ["2", "abs(grad w2)", "|∂L/∂w₂|", "|d L/d w2|", "abs( grad w2 )"])
def test_a_comparison_is_answered_by_its_number_or_as_it_is_written_or_shown(text):
    session = pressed(walk(REASONS, "backward:L"), "n n 2 enter")
    assert session.challenge.ask is Ask.COMPARE
    right, effects = submitted(session, text)
    assert right.challenge is None
    assert [(e.question, e.correct) for e in effects] == [("backward:w1?compare", True)]


@pytest.mark.parametrize("text", ["4", "w2", "grad w2", "equal or not"])
def test_what_is_none_of_the_choices_is_no_attempt(text):
    session = pressed(walk(REASONS, "backward:L"), "n n 2 enter")
    before, effects = submitted(session, text)
    assert effects == ()
    assert before.challenge == session.challenge


def changed(tmp_path, *changes):
    """Return the path of the lesson with replacements."""
    text = REASONS.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "reasons.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_that_differ_by_rounding_alone_are_equal_in_a_comparison(tmp_path):
    path = changed(tmp_path, ("[[0, 2, 4]]", "[[0.30000000000000004, 0.3, 4]]"))
    session = typed(pressed(walk(path, "backward:z"), "n"), "1")
    assert session.challenge.ask is Ask.COMPARE
    wrong, _ = submitted(session, "1")
    assert wrong.challenge.tried
    right, _ = submitted(session, "they are equal")
    assert right.challenge is None


def test_the_answer_is_told_once_all_hints_are_given():
    session = pressed(walk(REASONS, "backward:L"), "n n")
    session, _ = submitted(session, "1")
    assert session.challenge.hints_shown == 1
    assert session.challenge.hints[0][:20] in screen(session)
    session, _ = submitted(session, "?")
    assert session.challenge is None
    assert session.message == "The answer is 2: its input is 0."


def test_a_question_is_asked_in_its_iteration_alone():
    session = pressed(walk(REASONS, "given"), "n")
    assert session.challenge.text == "How large is the sum?"
    session = pressed(walk(REASONS, "1/given"), "n")
    assert session.challenge.text == "How large is it now?"
    assert session.challenge.name == "forward:z?value, iteration 1"
    assert pressed(walk(REASONS, "2/given"), "n").challenge is None


def test_a_question_for_a_variant_is_asked_in_it_alone():
    assert pressed(walk(REASONS, "update:w1"), "n").challenge is None
    session = session_at(REASONS, at="update:w1", variant="fast")
    session = pressed(session, "n")
    assert session.challenge.name == "update:w2?value, variant fast"


def test_a_question_whose_choices_an_edit_leaves_undecided_is_not_asked(tmp_path):
    path = changed(
        tmp_path, ("x1 != 0 and z != y", "x1 == 5"), ("## backward w1", "## backward w1, always")
    )
    assert pressed(walk(path, "backward:z"), "n").challenge.ask is Ask.WHY
    assert pressed(walk(path, "backward:z", changes=("x1=5",)), "n").challenge.ask is Ask.WHY
    after = pressed(walk(path, "backward:z", changes=("x1=1.5",)), "n")
    assert after.challenge.ask is Ask.COMPARE


def test_a_question_that_an_edit_leaves_undecided_is_closed(tmp_path):
    path = changed(tmp_path, ("x1 != 0 and z != y", "x1 == 5"))
    session = pressed(walk(path, "backward:z"), "n escape e")
    assert typed(session, "x1 5").challenge.ask is Ask.WHY
    assert typed(session, "x1 1.5").challenge is None


def test_a_second_question_about_a_step_comes_before_its_result_shows():
    session = typed(pressed(walk(REASONS, "backward:z"), "n"), "2")
    assert session.challenge.ask is Ask.COMPARE
    assert session.prompt.label == "Right. Now your answer"
    assert typed(session, "2").challenge is None


def test_keys_of_the_walk_are_not_swallowed_by_an_open_question():
    asked = walk(NEURON, "given", "r n")
    assert asked.prompt is not None
    assert "Esc leaves the question" in screen(pressed(asked, "pagedown"))
    assert "Esc leaves the question" in screen(pressed(asked, "f1"))


def test_alt_takes_a_key_to_the_walk():
    asked = walk(NEURON, "given", "r n")
    back, _ = update(asked, Press("alt+left"))
    assert back.prompt is None
    assert back.step == asked.step - 1
    # Nor is it told how to come back to a question that is gone.
    assert not back.message
    assert "back to the question" in update(asked, Press("alt+tab"))[0].message


def test_an_empty_answer_keeps_the_question_open_and_says_how_to_leave():
    session = pressed(predicting(NEURON), "n enter")
    assert session.prompt.error == "Type an answer, then Enter; Esc leaves the question."
    assert pressed(session, "- 1").prompt.text == "-1"


def test_an_answer_is_told_in_the_words_of_its_choice():
    session = pressed(walk(REASONS, "backward:L"), "n n 2 enter")
    assert "|∂L/∂w₂|" in screen(session)
    shown = pressed(session, "escape n")
    assert "The answer is 2: |∂L/∂w₂|." in screen(shown)
    assert "abs(" not in screen(shown)


def test_a_choice_that_stands_inside_another_one_is_told_by_itself():
    session = pressed(walk(REASONS, "backward:L"), "n n 2 enter")
    longer = session.challenge.choices[1]
    side = replace(longer.side, expr=longer.side.expr.args[0])
    inner = replace(longer, text="grad w2", side=side)
    both = ((1, inner), (2, longer))
    message = answer_words((n, c.text) for n, c in both)
    session = replace(session, prompt=None, challenge=None, named_choices=both, message=message)
    assert "The answer is 1: ∂L/∂w₂, 2: |∂L/∂w₂|." in screen(session)


def test_the_key_that_ends_predict_mode_is_named_while_it_is_on():
    at_a_step = pressed(predicting(NEURON), "n escape")
    for session in (predicting(NEURON), at_a_step):
        assert "r ask no more" in screen(session)
    assert "r ask no more" not in screen(walk(NEURON, "given"))


def test_an_answer_rounded_to_three_digits_is_right_and_to_two_right_so_far():
    session = pressed(predicting(NEURON, "backward:z"), "n")
    value = float(working_of(session.moment, session.challenge.step).result)
    assert session.challenge.ask is Ask.VALUE
    short, effects = submitted(session, f"{value:.2g}")
    assert "is right so far" in short.prompt.error
    assert "write 3 digits" in short.prompt.error
    assert not any(isinstance(effect, KeepAttempt) for effect in effects)
    right, effects = submitted(session, f"{value:.3g}")
    assert right.challenge is None
    assert [e.correct for e in effects if isinstance(e, KeepAttempt)] == [True]
    wrong, effects = submitted(session, f"{-value:.3g}")
    assert Slip.SIGN in [fit.slip for fit in wrong.challenge.tried[0].fits]


def test_the_question_says_to_how_many_digits():
    session = pressed(predicting(NEURON), "n")
    assert "A number to 3 digits" in " ".join(screen(session).split())


def test_a_number_typed_again_after_its_question_leads_nowhere_at_once():
    session = pressed(predicting(NETWORK, "forward:Z2"), "n")
    assert session.challenge is not None
    assert session.challenge.hides
    shown, _ = update(replace(session, prompt=None), Press("n"))
    again = pressed(shown, "1 enter")
    assert again.step == shown.step
    assert "1 Enter, twice, goes to" in pressed(shown, "enter").message
    assert again.message == "Already answered; 1 Enter once more goes to that operand."
    assert "Operand 1 of 1" in pressed(again, "1 enter").message
    # There is no such operand.
    assert pressed(shown, "2 enter").message == "Already answered."


def test_an_operand_leads_back_from_an_answer_to_no_question_of_the_same():
    session = pressed(predicting(NETWORK, "forward:Z2"), "n escape n")
    back = pressed(session, "1 enter 1 enter")
    assert back.step < session.step
    again = pressed(back, "n")
    assert (again.step, again.challenge) == (session.step, None)
    assert pressed(again, "n").challenge is not None


def test_a_right_answer_typed_once_more_is_already_answered():
    session, kinds = predicting(NEURON), set()
    for _ in range(12):
        session = session if session.challenge else pressed(session, "n")
        if session.challenge is None:
            continue
        text, ask = right_answer(session), session.challenge.ask
        session, _ = submitted(session, text)
        # Which node comes next is followed by the question for its value.
        if ask is not Ask.NEXT:
            again, effects = submitted(session, text)
            kinds.add(ask)
            assert again.message.startswith("Already answered"), text
            assert ("operand" in again.message) == (ask is Ask.SIGN), text
            assert not effects
    assert {Ask.VALUE, Ask.SIGN} <= kinds


@pytest.mark.parametrize("saving", ["saved", ""])
def test_after_a_named_slip_it_is_told_where_slips_are_listed(saving):
    session = replace(pressed(predicting(NETWORK, "forward:Z2"), "n"), saving=saving)
    challenge = session.challenge
    value = float(working_of(session.moment, challenge.step).result[challenge.cell])
    right, _ = submitted(session, f"{value:.3g}")
    assert right.message == "Right."
    wrong, _ = submitted(session, f"{-value:.3g}")
    assert wrong.challenge.tried[0].fits
    right, _ = submitted(wrong, f"{value:.3g}")
    listed = "Right. gdtutor progress lists the slips that were named."
    assert right.message == (listed if saving else "Right.")


NOISE = """+++
format = 1
id = "noise"
title = "Noise"
[parameters]
w = 0.1
[data]
inputs = ["x"]
targets = ["y"]
examples = [[3, 0.3]]
[training]
batch = 1
optimizer = "adam"
+++
```graph
z = w*x
L = (z - y)**2
```
"""


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_what_is_remembered_of_a_slope_of_about_0_is_0(tmp_path, optimizer):
    path = tmp_path / "noise.md"
    path.write_text(NOISE.replace("adam", optimizer), encoding="utf-8")
    session = pressed(replace(walk(path, "backward:w"), predict=True), "n")
    assert session.challenge.ask is Ask.VALUE
    assert "≈0" in screen(session)
    wrong, _ = submitted(session, "0.001")
    assert wrong.challenge.tried
    right, _ = submitted(session, "0")
    assert right.challenge is None


def test_a_given_value_named_as_the_next_node_is_told_to_be_given():
    """It is drawn as a node is, so that it is no unknown name; and it is no attempt."""
    session = predicting(NEURON, "given")
    step = next(s for s in session.moment.steps if s.node == "z")
    session = posed(session, challenge_at(session.moment, step, Ask.NEXT, 0))
    after, effects = submitted(session, "w1")
    assert (effects, after.challenge) == ((), session.challenge)
    assert after.prompt.error.startswith("w1 is given, not computed here")


def test_what_is_drawn_as_a_single_number_is_asked_for_without_a_cell():
    session = walk(NETWORK, "update:b2")
    step = current_step(session)
    asked = challenge_at(session.moment, step, Ask.VALUE, 0)
    assert asked.cell == (0, 0)
    assert "What is b₂ after the update?" in screen(posed(session, asked))
