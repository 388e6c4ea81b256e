"""Folding, cells, examples, digits: looking changes no number."""

import numpy as np
import pytest
from session_walks import open_at, press

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import to_text
from gdtutor.session.display_options import operands, scroll
from gdtutor.session.footer import named_keys
from gdtutor.session.navigation import goto
from gdtutor.session.state import Session, Tab, current_step
from gdtutor.session.steps import Phase, find_step
from gdtutor.session.working import node_expr
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of, shown


def node(session: Session) -> str:
    step = current_step(session)
    return "" if step is None else step.node


def test_unfolding_shows_the_operations_in_order_of_evaluation() -> None:
    session = press(open_at("bias", "forward:z"), "x")
    names = [step.node for step in session.moment.steps if step.phase.value == "forward"]
    assert names == ["z.1", "z.2", "z.3", "z", "yhat", "L"]
    assert node(press(session, "n n x")) == "z"


def test_unfolding_leads_to_the_operation_that_the_walk_comes_to_first() -> None:
    forward = press(open_at("bias", "forward:z"), "x")
    assert node(forward) == "z.1"
    assert forward.message == "z is 4 operations, this one first; x folds them."
    backward = press(open_at("bias", "backward:z"), "x")
    assert node(backward) == "z"
    assert "going back, the last comes first" in backward.message
    assert node(press(backward, "2n")) == "z.3"
    for there in (forward, backward):
        folded = press(there, "2n x")
        assert (node(folded), folded.message) == ("z", "")


def test_unfolding_leaves_an_open_question_where_it_is() -> None:
    asked = press(open_at("bias", "given"), "r n escape")
    assert asked.challenge is not None
    assert node(asked) == "z"
    unfolded = press(asked, "x")
    assert unfolded.challenge is not None
    assert unfolded.challenge.step == current_step(unfolded)
    assert node(unfolded) == "z"


def test_the_first_operation_of_a_line_has_its_own_formula() -> None:
    session = press(open_at("bias", "forward:z"), "x")
    written = [to_text(node_expr(session.moment.trace, name)) for name in ("z.1", "z.3", "z")]
    assert written == ["w1*x1", "z.1 + z.2", "z.3 + b"]
    assert to_text(node_expr(session.moment.trace, "yhat")) == "sigmoid(z)"


@pytest.mark.parametrize("name", ["bias", "or-vectorised", "xor-hidden", "gradients-add-up"])
def test_folded_and_unfolded_walks_have_the_same_gradients(name: str) -> None:
    folded = open_at(name)
    lines = {line.name for scene in folded.lesson.scenes for line in scene.graph.lines}
    unfolded = folded
    for line in sorted(lines):
        unfolded = press(unfolded, f": forward:{line} enter x")
    for one, other in zip(folded.moment.traces, unfolded.moment.traces, strict=True):
        for key, value in one.gradients.items():
            np.testing.assert_allclose(other.gradients[key], value, rtol=1e-12, atol=1e-300)


def test_what_cannot_be_unfolded_says_why() -> None:
    assert "one operation" in press(open_at("bias", "forward:yhat"), "x").message
    assert "computed node" in press(open_at("bias", "given"), "x").message


def test_a_cell_opens_moves_and_closes_by_keys() -> None:
    session = press(open_at("xor-hidden", "backward:W1"), "c")
    assert session.look.cell == (0, 0)
    session = press(session, "right down down down")
    assert session.look.cell == (2, 1)
    assert press(session, "escape").look.cell is None
    assert press(session, "c").look.cell is None
    assert press(session, "n").look.cell is None
    assert "no matrix" in press(open_at("bias", "forward:z"), "c").message


def test_the_followed_example_goes_round_the_batch() -> None:
    session = open_at("or-vectorised", "forward:Z")
    assert press(session, "o").look.example == 1
    assert press(session, "4o").look.example == 0
    assert press(session, "3o n n").look.example == 3
    assert "one example" in press(open_at("bias"), "o").message


def test_digits_stay_between_one_and_seventeen() -> None:
    session = open_at("bias", "forward:z")
    assert press(session, "2D").look.digits == 6
    assert press(session, "9d").look.digits == 1
    assert press(session, "99D").look.digits == 17


def test_the_prose_stays_at_its_top_and_goes_down_by_lines() -> None:
    session = open_at("bias", "forward:z")
    assert scroll(session, -3).look.scroll == 0
    assert scroll(scroll(session, 5), -2).look.scroll == 3


def test_left_and_right_go_from_cell_to_cell_while_one_is_open() -> None:
    session = press(open_at("or-vectorised", "forward:Z"), "c")
    assert session.look.cell == (0, 0)
    right = press(session, "3right")
    assert right.look.cell == (0, 3)
    left = press(right, "2left")
    assert left.look.cell == (0, 1)
    assert left.step == session.step


def test_an_operand_of_an_open_cell_is_followed_to_its_step_and_back() -> None:
    session = press(open_at("xor-hidden", "backward:Z1"), "c right down")
    names = [command.name for command in named_keys(session, is_narrow=False)]
    assert {"operand", "operand_back"} & set(names) == {"operand"}
    first = press(session, "enter")
    assert current_step(first) == find_step(first.moment.steps, Phase.BACKWARD, "A1")
    assert first.look.cell == session.look.cell
    assert first.message == (
        "Operand 1 of 2: the gradient of A1. Backspace goes back; 2 Enter there: A1."
    )
    assert "operand_back" in [command.name for command in named_keys(first, is_narrow=False)]
    second = press(first, "backspace 2 enter")
    assert current_step(second) == find_step(second.moment.steps, Phase.FORWARD, "A1")
    given = press(second, "enter 2 enter")
    assert current_step(given).phase is Phase.GIVEN
    back = press(given, "backspace backspace backspace")
    assert (current_step(back), back.look.cell) == (current_step(session), session.look.cell)
    assert "Backspace back from it" in press(back, "backspace").message


def test_every_operand_of_every_step_is_an_earlier_step_of_its_graph() -> None:
    for name in ("bias", "xor-hidden", "why-x-transpose", "optimisers"):
        session = open_at(name, "given")
        for step in session.moment.steps:
            found = operands(replace(session, step=step.number))
            assert all(one.number < step.number for _, one in found), step
            is_root = step.phase is Phase.BACKWARD and step.node == "L"
            assert found or not step.node or is_root or step.phase is Phase.BACKWARD


def test_backspace_goes_back_to_where_a_typed_place_led_away_from() -> None:
    session = press(open_at("bias", "forward:z"), ": b a c k w a r d : b enter n")
    assert node(press(session, "backspace")) == "z"


def test_the_name_of_a_node_alone_is_its_nearest_step() -> None:
    session = open_at("bias", "forward:z")
    assert current_step(goto(session, "w1")).phase is Phase.BACKWARD
    late = open_at("bias", "update:b")
    assert current_step(goto(late, "w1")).phase is Phase.UPDATE
    assert current_step(goto(late, "yhat")).phase is Phase.BACKWARD
    cell = goto(open_at("xor-hidden", "given"), "W1[2,1]")
    assert (node(cell), cell.look.cell) == ("W1", (2, 1))
    with pytest.raises(GdTutorError, match="is not a phase"):
        goto(session, "nobody")


def test_an_operand_of_another_shape_opens_the_first_cell_that_the_sum_takes() -> None:
    session = press(goto(open_at("xor-hidden", "given"), "forward:Z2[0,2]"), "2 enter")
    assert (node(session), session.look.cell) == ("A1", (0, 2))
    assert "The cell takes A1[0,2] to A1[2,2]." in session.message
    gradient = press(goto(open_at("xor-hidden", "given"), "backward:W1[2,1]"), "enter")
    assert (node(gradient), gradient.look.cell) == ("Z1", (2, 0))
    assert "The cell takes Z1[2,0] to Z1[2,3]." in gradient.message


def test_a_parameter_of_a_later_iteration_is_followed_to_the_update_that_computed_it() -> None:
    session = press(goto(open_at("xor-hidden", "given"), "iteration 3"), ": Z 2 enter")
    given = press(session, "1 enter")
    assert current_step(given).phase is Phase.GIVEN
    update = press(given, "enter")
    assert (update.moment.iteration, node(update)) == (2, "W2")
    assert current_step(update).phase is Phase.UPDATE
    assert "W2 was computed here" in update.message
    back = press(update, "backspace")
    assert (back.moment.iteration, current_step(back).phase) == (3, Phase.GIVEN)
    first = press(open_at("xor-hidden", "given"), "1 enter")
    assert (first.moment.iteration, first.step) == (0, 1)
    edited = press(goto(open_at("xor-hidden", "given"), "iteration 3"), "e W2[0,0]=1 enter")
    assert [label for label, _ in operands(edited)] == ["W1", "b1", "b2"]


def test_the_mark_of_the_followed_column_is_not_explained_where_an_opened_cell_hides_it() -> None:
    session = open_at("xor-hidden", "backward:W1")
    seen = replace(session, look=replace(session.look, met=(("▾", 0, session.step),)))
    assert "▾ the column" not in shown(press(seen, "c"), 120, 36, UNICODE)[1].text()
    there = goto(session, "forward:A1")
    seen = replace(there, look=replace(there.look, met=(("▾", 0, there.step),)))
    assert "▾ the column" in frame_of(seen, 120, 36, UNICODE).text()


def test_a_cell_opens_at_the_top_of_its_node_and_closes_again() -> None:
    session = open_at("xor-hidden", "forward:Z1")
    scrolled = replace(session, look=replace(session.look, tab=Tab.VALUES, scroll=5))
    opened = press(scrolled, "c")
    assert (opened.look.cell, opened.look.tab, opened.look.scroll) == ((0, 0), Tab.NODE, 0)
    assert press(opened, "c").look.cell is None


def test_the_cell_that_opens_is_of_the_example_that_is_followed() -> None:
    session = press(open_at("xor-hidden", "forward:Z1"), "o o")
    assert press(session, "c").look.cell == (0, session.look.example) == (0, 2)
    last = replace(session, look=replace(session.look, example=9))
    assert press(last, "c").look.cell == (0, 3)


def test_a_matrix_of_one_row_offers_no_other_and_its_ends_are_told() -> None:
    session = press(open_at("or-vectorised", "forward:Z"), "c")
    assert "down" not in {command.name for command in named_keys(session, is_narrow=False)}
    for key in ("up", "down"):
        assert "One row is all there is" in press(session, key).message
    end = press(session, "9right")
    assert end.look.cell == (0, 3)
    assert "[0,3] is the last cell this way." in press(end, "right").message
    several = press(open_at("xor-hidden", "forward:Z1"), "c")
    assert "down" in {command.name for command in named_keys(several, is_narrow=False)}


def test_given_operands_of_an_open_cell_are_told_with_the_cells_it_takes() -> None:
    session = press(open_at("or-vectorised", "forward:Z"), "c right 2 enter")
    assert session.message == (
        "Operand 2 of 3: X. Backspace goes back; 3 Enter there: b. The cell takes X[0,1] to X[1,1]."
    )


@pytest.mark.parametrize(
    ("lesson", "at", "expected"),
    [
        ("xor-hidden", "forward:Z2", ["W2", "A1", "b2"]),
        ("xor-hidden", "backward:A1", ["W2", "the gradient of Z2"]),
        ("xor-hidden", "update:b2", ["b2", "the gradient of b2"]),
        ("bias", "backward:w1", ["the gradient of z", "x1"]),
    ],
)
def test_operands_are_counted_in_the_order_of_the_formula(
    lesson: str, at: str, expected: list[str]
) -> None:
    session = open_at(lesson, at)
    assert [label for label, _ in operands(session)] == expected
    for number, label in enumerate(expected, start=1):
        told = press(session, f"{number} enter").message
        assert told.startswith(f"Operand {number} of {len(expected)}: {label}.")
    beyond = press(session, f"{len(expected) + 1} enter")
    there = "is" if len(expected) == 1 else "are"
    assert beyond.message.startswith(f"There is no operand {len(expected) + 1}: there {there} ")
    assert beyond.step == session.step


def test_the_given_value_that_an_operand_leads_to_is_marked_until_the_walk_goes_on():
    session = press(open_at("bias", "forward:z"), "3 enter")
    assert session.step == 1
    text = _text(session)
    assert "▸w₂ = 0.6" in text
    assert "▸w₁" not in text
    assert "▸w" not in _text(press(session, "n p"))
    matrix = press(open_at("xor-hidden", "forward:Z1"), "1 enter")
    assert "▸W₁" in _text(matrix)


def _text(session: Session) -> str:
    return frame_of(session, 120, 36, UNICODE).text()
