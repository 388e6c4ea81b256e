import re

import numpy as np
import pytest
from walks import DATA, NETWORK, NEURON, ROWS, pressed, screen, screens, typed, walk

from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.report.transcript import read_aloud
from gdtutor.session.challenge import Ask
from gdtutor.session.slips import Slip
from gdtutor.session.state import ClassRole, Surroundings
from gdtutor.session.steps import Phase
from gdtutor.session.working import working_of
from gdtutor.values import replace
from gdtutor.view.asking import SAYS, operand_lines
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of

REASONS = DATA / "lessons" / "reasons.md"
ASKED = DATA / "lessons" / "asked.md"


def predicting(path, at, keys, *answers):
    session = pressed(replace(walk(path, at), predict=True), keys)
    for answer in answers:
        session = typed(session, answer)
    return session


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("forward", predicting(NEURON, "given", "n")),
        ("diagnosis", predicting(NEURON, "backward:yhat", "n", "-0.19")),
        ("hints", predicting(NEURON, "backward:yhat", "n", "-0.19", "?", "?")),
        ("none-fits", predicting(ROWS, "backward:a", "n", "17")),
        ("matrix", predicting(NETWORK, "backward:b1", "n", "?", "?")),
        ("shape", predicting(NETWORK, "given", "n", "4x2", "?")),
        ("next", predicting(NETWORK, "backward:Z1", "n", "Z1")),
        ("sign", predicting(NEURON, "backward:L", "n", "+", "?")),
        ("update", predicting(NEURON, "backward:b", "n", "0.11462 - 0.02924", "?", "?")),
        ("lesson", predicting(ASKED, "given", "n", "?")),
        ("choice", predicting(ASKED, "backward:z", "n", "1")),
        ("why", predicting(REASONS, "backward:z", "n", "1")),
        ("compare", predicting(REASONS, "backward:z", "n", "2", "?")),
    ],
)
def test_the_question_its_diagnosis_and_its_hints(name, session, assert_screen):
    assert session.challenge is not None
    assert_screen(screens(session), name)


def test_a_question_offers_a_hint_while_its_input_is_open_and_one_is_left():
    back = "Enter: back to the question"
    asked = predicting(NEURON, "backward:L", "n")
    left = pressed(asked, "escape")
    panels = [screen(s).rsplit("╰", 1)[0] for s in (asked, left, pressed(left, "enter"))]
    assert ["? for a hint" in panel for panel in panels] == [True, False, True]
    assert [back in panel for panel in panels] == [False, True, False]
    assert "? for a hint" not in screen(predicting(NEURON, "backward:L", "n", "?", "?"))
    # Who follows a class has an input beside the screen; the others' own is closed.
    for role in ClassRole:
        says_back = back in screen(replace(left, around=Surroundings(class_role=role), message=""))
        assert says_back is (role is not ClassRole.FOLLOWER)


def test_a_question_about_a_cell_shows_the_matrices_of_which_it_is_made():
    asked = predicting(find_lesson("xor-hidden", shipped_lessons_folder()), "2/backward:W1", "n")
    assert asked.challenge.step.node == "b1"
    text = screen(asked)
    # All of each row, whose sum it is, and no array whose values are still to come.
    for row in ("−9.52  6.031  7.746 −6.884", "7.398 −4.662 −6.755  7.833 ⎦", "Y [ 0 1 1 0 ]"):
        assert row in text, text
    assert "∇b₁ ⎡" not in text
    assert "more: Esc 2Tab" in text
    left = screen(pressed(asked, "escape"))
    assert "more: 2Tab" in left
    # Without a graph beside it plain numbers stand there as well.
    assert "w₁=0.1" in screen(predicting(NEURON, "given", "n"), 40, 12)
    context = context_of(asked, read_aloud(UNICODE))
    told = [text_of(row) for row in operand_lines(context, 70)]
    assert told[0] == "dZ₁, 3×4:"
    assert "row 2: 7.398, −4.662, −6.755, 7.833" in told


@pytest.mark.parametrize(
    ("path", "at", "told"),
    [
        (NEURON, "backward:L", "That is the sign of the upstream gradient alone"),
        (NEURON, "1/forward:L", "The pass begins here"),
        (NETWORK, "2/backward:A1", "One of its factors is 0."),
        (NETWORK, "backward:b2", "Products add up here"),
    ],
)
def test_a_wrong_sign_is_told_what_is_wrong_with_it(path, at, told):
    asked = predicting(path, at, "n")
    assert asked.challenge.ask is Ask.SIGN
    right = working_of(asked.moment, asked.challenge.step).sign(asked.challenge.cell)
    wrong = typed(asked, "-" if right > 0 else "+")
    assert told in node_text(wrong)
    if right:
        assert "It is 0 only where a factor is 0" in node_text(typed(asked, "0"))


def node_text(session):
    rows = node_lines(context_of(session, UNICODE), 70)
    return " ".join(map(text_of, rows))


def test_what_is_told_last_shows_on_a_small_terminal():
    asked = predicting(REASONS, "backward:z", "n")
    hinted = predicting(REASONS, "backward:z", "n", "?")
    rows = screen(hinted, 40, 12).splitlines()
    assert "Answer with its number" in " ".join(rows)
    assert "your answer:" in rows[-2]
    assert screen(asked, 40, 12) != "\n".join(rows)


def with_other_result(session):
    """Return the session with another hidden result, and nothing else changed."""
    step = session.challenge.step
    moment = session.moment
    trace = moment.traces[step.scene]
    name = step.node

    def other(array):
        return np.asarray(array) * 3 + 7

    if step.phase is Phase.UPDATE:
        done = moment.updates[name]
        lines = tuple((k, t, other(v) if k == step.variable else v) for k, t, v in done.lines)
        new = replace(done, lines=lines, p=other(done.p) if step.variable == "p" else done.p)
        return replace(session, moment=replace(moment, updates={**moment.updates, name: new}))
    if step.phase is Phase.BACKWARD:
        changed = replace(trace, gradients={**trace.gradients, name: other(trace.gradients[name])})
    else:
        later = {node.name for node in trace.graph.nodes[trace.graph.node_by_name[name] :]}
        values = {k: other(v) if k in later or k == name else v for k, v in trace.values.items()}
        changed = replace(trace, values=values)
    traces = tuple(changed if i == step.scene else t for i, t in enumerate(moment.traces))
    return replace(session, moment=replace(moment, traces=traces))


@pytest.mark.slow
@pytest.mark.parametrize("path", [NEURON, ROWS, NETWORK])
def test_nothing_on_the_screen_gives_the_answer_away(path):
    """The screens are the same whatever the hidden value is, in every panel and after every key;
    the sizes take turns at the keys from question to question.
    """
    sizes = [(80, 24), (40, 12), (120, 36)]
    session = replace(walk(path, "given"), predict=True)
    for turn in range(len(session.moment.steps) - 1):
        session = pressed(session, "n")
        challenge = session.challenge
        if challenge is not None and challenge.ask in (Ask.VALUE, Ask.SIGN):
            keys = ("", "escape", "escape tab", "escape tab tab", "escape tab tab tab",
                    "escape v", "escape w", "escape c", "escape f")  # fmt: skip
            for place, pressing in enumerate(keys):
                hidden = pressed(session, pressing)
                assert hidden.challenge is not None
                other = with_other_result(hidden)
                for size in sizes if place < 2 else [sizes[(place + turn) % 3]]:
                    assert screen(hidden, *size) == screen(other, *size), (size, pressing)
            session = pressed(session, "escape n")
        elif challenge is not None:
            session = pressed(session, "escape n")


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_a_shape_that_is_asked_for_shows_nowhere(size):
    session = replace(walk(NETWORK, "given"), predict=True)
    session = pressed(session, "n")
    assert session.challenge.ask is Ask.SHAPE
    for keys in ("", "escape tab", "escape tab tab", "escape tab tab tab"):
        assert "2×4" not in re.sub(r"X +2×4", "", screen(pressed(session, keys), *size))


def test_every_slip_is_put_into_words():
    assert set(SAYS) == set(Slip)
    assert all(text.endswith(".") for text in SAYS.values())


def test_the_header_says_that_values_are_asked_for():
    assert "?  " in screen(pressed(walk(NEURON, "given"), "r")).splitlines()[0]


def test_the_title_keeps_a_name_beside_all_that_holds_at_a_step():
    path = find_lesson("activations", shipped_lessons_folder())
    session = typed(pressed(walk(path, "12"), "r e"), "z3=0.4")
    header = screen(pressed(session, "a")).splitlines()[0]
    assert "auto" in header
    assert "*edited" in header
    assert header.startswith(" 02 Activation… ")
    assert "iteration 0" in screen(walk(path, "12")).splitlines()[0]


@pytest.mark.parametrize(
    ("lesson", "at", "header"),
    [
        ("gradients-add-up", "2",
         "12 Gradients add up graph 1/3 ▸ backward ▸ a ? step 4/23 (skips 3)"),
        ("bias", "4", "06 The bias to the rescue it. 0 ▸ backward ▸ ŷ ? step 6/13 (skips 5)"),
        ("feedback", "150/step:2",
         "25 Feedback networks it. 150 ▸ graph 1/2 ▸ forward ▸ s₂ ? step 3/20"),
    ],
)  # fmt: skip
def test_the_title_is_whole_where_fewer_words_beside_it_are_enough(lesson, at, header):
    session = walk(find_lesson(lesson, shipped_lessons_folder()), at)
    assert screen(pressed(session, "r right")).split("\n")[0].split() == header.split()


def test_the_example_of_an_answer_is_no_answer_of_a_lesson():
    # Its question about b has the answer 0 - 1·0.125 = -0.125.
    session = pressed(walk(find_lesson("bias", shipped_lessons_folder())), "12n n")
    assert session.challenge is not None
    example = re.search(r"calculation: (\S+); ", screen(session))[1]
    assert typed(session, example).challenge.tried
    assert typed(session, "-0.125").challenge is None
    assert "0.125" not in typed(session, "?!").prompt.error


def test_a_name_that_is_asked_for_is_said_as_it_is_typed():
    session = replace(walk(NEURON, "given"), predict=True)
    for _ in session.moment.steps:
        if session.challenge is not None and session.challenge.ask is Ask.NEXT:
            break
        session = pressed(session, "escape n" if session.challenge else "n")
    assert "ŷ as yhat" in " ".join(screen(session, 40, 12).split())


@pytest.mark.parametrize(
    ("at", "formulas"),
    [("2", ["ŷ₁ = σ(z₁)", "σ(z) = 1/(1 + exp(−z))"]), ("5", ["L₁ = (ŷ₁ − t)²/2"]),
     ("6", ["ŷ₁ = σ(z₁)", "σ(z) = 1/(1 + exp(−z))"])],
)  # fmt: skip
def test_the_formulas_that_an_answer_is_worked_out_from_stand_beside_the_question(at, formulas):
    path = find_lesson("backward-or", shipped_lessons_folder())
    session = predicting(path, at, "n")
    assert session.challenge.hides
    for keys in ("", "?"):
        shown = screen(pressed(session, keys))
        assert all(shown.count(one) == 1 for one in formulas)


@pytest.mark.parametrize(
    ("path", "at", "asked", "counted"),
    [
        (NEURON, "given", "What is the value of z?", ""),
        (ROWS, "given", " for example 0?", "Examples count from 0."),
        (NETWORK, "backward:b1", "What is W₁[0,0] after", "Cells count from 0: [row, column]."),
    ],
)
def test_a_value_is_asked_for_in_a_sentence_that_says_where_its_place_counts_from(
    path, at, asked, counted
):
    text = node_text(predicting(path, at, "n"))
    assert asked in text
    assert counted in text
    assert ("count from 0" in text) == bool(counted)


def test_a_cell_that_is_opened_says_where_cells_count_from():
    session = pressed(walk(NETWORK, "backward:W1"), "c")
    assert session.message == "Cells count from 0: [row, column]."
