"""The sentence of a step names what is there: a matrix as a matrix, a number as a number."""

import pytest
from lesson_texts import lesson_text
from walks import NETWORK, NEURON, pressed, screen, typed, walk

from gdtutor.drive.opening import session_at
from gdtutor.engine.operations import parse_formula
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.navigation import goto
from gdtutor.values import replace
from gdtutor.view.explain import context_of, note_lines
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.sentences import _folded, sentence


def said(session):
    return sentence(context_of(session, UNICODE))


def test_an_input_with_rows_and_columns_is_a_matrix():
    assert said(walk(NETWORK, "given")).startswith("Given: 1 input matrix, ")


def test_inputs_that_are_numbers_are_no_matrices():
    assert said(walk(NEURON, "given")).startswith("Given: 2 inputs, ")


def test_a_number_without_a_gradient_stays_and_nothing_is_said_of_everywhere():
    session = typed(pressed(walk(NEURON, "given"), "e"), "x1[0] 0")
    session = goto(session, "update:w1")
    assert said(session).endswith("stays as it is: its gradient is 0.")


def test_a_parameter_that_the_loss_does_not_depend_on_stays_as_it_is(tmp_path):
    graph = "\n```graph\nz = w*x\nn = v*z\nL = (z - y)**2\n```\n"
    front = """
[parameters]
w = 0.5
v = 0.25
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 0]]
[training]
batch = 1
"""
    path = tmp_path / "dead.md"
    path.write_text(lesson_text(graph, front), encoding="utf-8")
    assert said(walk(path, "update:v")) == "v stays as it is: L does not depend on it."


def test_a_word_of_the_authors_own_is_no_number_that_a_run_came_to(tmp_path):
    path = tmp_path / "neuron.md"
    note = "\n## backward z, always\nNo inf here, and no nan: {z}.\n"
    path.write_text(NEURON.read_text(encoding="utf-8") + note, encoding="utf-8")
    session = walk(path, "backward:z")
    rows = note_lines(replace(session, challenge=None), context_of(session, UNICODE), 200)
    assert text_of(rows[0]) == "No inf here, and no nan: 1.45."


@pytest.mark.parametrize(
    ("path", "at", "folds"),
    [
        (NEURON, "forward:z", "It folds 2 products and 2 sums; x shows them one by one."),
        (NEURON, "forward:L", "It folds a difference, a square and a division; x shows"),
        (NETWORK, "forward:Z2", "It folds a matrix product and a sum; x shows"),
    ],
)
def test_a_folded_step_says_which_operations_it_holds(path, at, folds):
    assert folds in said(walk(path, at))


def test_a_key_is_called_one_where_the_lesson_has_a_value_of_that_name():
    lesson = find_lesson("loss", shipped_lessons_folder())
    session = replace(walk(lesson, "forward:Q"), challenge=None)
    assert "; the key x shows them one by one." in sentence(context_of(session, UNICODE))


def test_one_operation_alone_folds_nothing():
    assert "folds" not in said(walk(NEURON, "forward:yhat"))


def test_a_function_is_folded_under_its_own_name():
    folded = _folded(parse_formula("exp(z) / (1 + exp(z)) * b"))
    assert "It folds 2 times exp, a sum, a division and a product;" in folded


def test_an_update_by_less_than_the_digits_show_is_told_with_more_of_them():
    session = typed(pressed(walk(NEURON, "given"), "e"), "w1 1.76")
    session = typed(pressed(session, "e"), "learning_rate 1e-9")
    told = said(goto(session, "update:b"))
    start, end = told.split(" from ")[1].split(";")[0].split(" to ")
    assert start != end


def test_what_is_given_is_counted_for_the_graph_that_is_walked():
    path = shipped_lessons_folder() / "13-why-x-transpose.md"
    start = typed(pressed(walk(path, "given"), "e"), "x01 0")
    given = (
        "Given: 2 parameters, 4 constants. Everything else in this graph is computed from these."
    )
    assert said(start) == given
    last = next(step.number for step in start.moment.steps if step.scene == 2)
    told = said(goto(start, str(last)))
    start = "Given: 1 input matrix, 1 target matrix, 2 parameters. This iteration sees 4 "
    assert told.startswith(start)


def test_a_slope_is_told_as_a_share_of_the_change():
    told = said(walk(NEURON, "backward:w1"))
    assert "a little" in told
    assert " by " in told
    assert told.endswith(" times that.")


def test_a_minus_is_written_as_a_minus():
    session = typed(pressed(walk(NEURON, "forward:yhat"), "e"), "activation tanh")
    assert "to between −1 and 1" in said(session)


@pytest.mark.parametrize(
    ("front", "graph", "node"),
    [
        ('W = [[1.0, 2.0]]\n[data]\ninputs = { X = ["a", "b"] }\ntargets = { Y = ["y"] }\n'
         "examples = [[0, 0, 1], [1, 0, 0], [1, 1, 1]]",
         "S = W @ X\nP = where(S > 0, log(S), S)\nC = mean((P - Y)**2)", "S"),
        ("a = 0.0\nb = 1.0", "p = where(a, b/a, a)", "a"),
    ],
)  # fmt: skip
def test_a_gradient_that_is_no_number_is_told_with_no_convention(tmp_path, front, graph, node):
    path = tmp_path / "untaken.md"
    text = lesson_text(f"\n```graph\n{graph}\n```\n", f"[parameters]\n{front}\n")
    path.write_text(text, encoding="utf-8")
    told = said(walk(path, f"backward:{node}"))
    assert "NaN is no number: it comes of a slope that is infinite or none" in told
    assert "is used there" not in told
    assert "convention" not in told


@pytest.mark.slow
@pytest.mark.parametrize(
    ("node", "way", "equation"),
    [
        ("n", "With operations written out", "= nan × 1"),
        ("a", "In one line", "= 0 × 1e162"),
    ],
)
def test_a_gradient_that_only_one_way_leaves_the_range_says_which(tmp_path, node, way, equation):
    path = tmp_path / "range.md"
    graph = "n = log(a)/(x/y)\nL = binary_cross_entropy(sigmoid(n + w), y)"
    front = "[parameters]\na = 1e-162\nw = 0.1\n[constants]\nx = 1e8\ny = 1e300\n"
    path.write_text(lesson_text(f"\n```graph\n{graph}\n```\n", front), encoding="utf-8")
    session = pressed(walk(path, "forward:n"), "x")
    session = goto(pressed(goto(session, "forward:L"), "x"), f"backward:{node}")
    given = {"n": "0", "a": "nan"}[node]
    told = f"{way} a number on its way leaves the range of float64; it is {given}, as one line"
    assert told in said(session)
    assert equation in screen(session)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_a_loss_too_large_to_be_read_is_told_with_its_digits_in_note_node_and_picture(size):
    session = session_at(find_lesson("learning-rate", shipped_lessons_folder()))
    session = goto(typed(pressed(session, "e"), "learning_rate=50"), "49/forward:L")
    long = "2.112e82 (a number of 83 digits)"
    shown = screen(session, *size)
    assert f"The loss is {long}." in shown
    assert "w 5.138e41, L 2.112e82 (a number" in shown
    assert shown.count("digits)") == 3
    assert said(session).startswith(f"L divides (ŷ − y)² by 2: {long}.")


STAYS, OPEN = "stays as it is: its gradient is 0", "is not finite: no step leads back to a number."


@pytest.mark.parametrize(
    ("lesson", "rate", "at", "note"),
    [
        ("cost", "1e60", "1/update:w1", f"w₁ {STAYS}."),
        ("cost", "1e6", "0/update:w1", "A step against this slope: from 0.1 to 48010."),
        ("or-vectorised", "1e60", "1/update:W", f"W {STAYS} everywhere."),
        ("learning-rate", "1e60", "5/update:w",
         "w leaves the finite numbers, from 2.097e296 to −inf; the learning rate is 1e60."),
        ("learning-rate", "1e60", "6/forward:z", "z multiplies w by x: −inf."),
        ("learning-rate", "1e60", "8/backward:z", "The gradient reaches z from ŷ. It is nan, for z "
         "is not finite itself."),
        ("learning-rate", "1e60", "8/update:w", f"w {OPEN}"),
        ("scaling", "1e6", "40/update:W", f"W {OPEN}"),
    ],
)  # fmt: skip
def test_a_run_that_stands_still_or_is_not_finite_is_told_of_in_sentences_that_are_true_of_it(
    lesson, rate, at, note
):
    path = find_lesson(lesson, shipped_lessons_folder())
    session = session_at(path, changes=[f"learning_rate={rate}"], at=at)
    rows = note_lines(replace(session, challenge=None), context_of(session, UNICODE), 200)
    assert " ".join(map(text_of, rows)) == note
