"""The line of NumPy at the bottom of a step's panel."""

import ast

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, find_lesson, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE, Size
from gdtutor.view.lines import line, text_of
from gdtutor.view.numpy_line import code_panel, code_steps, numpy_text, with_numpy_line
from tests.tries import in_turn
from tests.walks import NETWORK, NEURON, screen, walk


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("forward:Z1", "Z1 = W1 @ X + b1"),
        ("forward:A1", "A1 = np.maximum(0, Z1)"),
        ("backward:C", "dC = 1.0"),
        ("backward:W1", "dW1 = dZ1 @ X.T"),
        ("backward:b1", "db1 = np.sum(dZ1, axis=1, keepdims=True)"),
        ("update:W1", "W1 = W1 - learning_rate*dW1"),
        ("given", ""),
    ],
)
def test_a_step_is_one_assignment(at, expected):
    context = context_of(walk(NETWORK, at), UNICODE)
    assert numpy_text(context, is_inline=True) == expected


def test_an_operation_that_numpy_lacks_is_called_by_name_where_its_formula_is_too_long():
    context = context_of(walk(NETWORK, "forward:A1"), UNICODE)
    assert numpy_text(context, is_inline=False) == "A1 = relu(Z1)  # relu: see gdtutor export"


def test_the_line_stands_at_the_bottom_of_the_panel_where_there_is_room():
    rows = screen(walk(NETWORK, "backward:W1"), 80, 26).splitlines()
    bottom = next(row for row in rows[::-1] if "╰" in row)
    assert "NumPy  dW1 = dZ1 @ X.T" in rows[rows.index(bottom) - 1]
    assert "▸ dW1 = dZ1 @ X.T" in screen(walk(NETWORK, "backward:W1"), 120, 36)
    assert "NumPy" not in screen(walk(NETWORK, "backward:W1"), 40, 12)


def test_a_long_assignment_takes_two_lines():
    rows = screen(walk(NETWORK, "backward:b1")).splitlines()
    start = next(index for index, row in enumerate(rows) if "NumPy" in row)
    assert "NumPy  db1 = np.sum(dZ1, axis=1," in rows[start]
    assert "  keepdims=True)" in rows[start + 1]


def test_it_gives_way_to_the_proof():
    assert "NumPy" in screen(walk(NEURON, "backward:z"))
    assert "NumPy" not in screen(walk(NEURON, "backward:z", "v"))


def test_every_step_of_the_last_lesson_shows_its_line_at_80x24():
    session = session_at(find_lesson("write-it-yourself", shipped_lessons_folder()))
    for step in session.moment.steps:
        shown = screen(moved(session, 0, step.number))
        assert ("│ NumPy " in shown) is (step.phase is not Phase.GIVEN), step


def test_empty_lines_give_way_to_the_line_the_upper_ones_first():
    context = context_of(walk(NETWORK, "forward:Z1"), UNICODE)
    panel = (line("a"), (), line("b"), (), line("c"))
    shown = [text_of(row) for row in with_numpy_line(context, panel, Size(40, 5))]
    assert shown == ["a", "b", "c", "", "NumPy  Z1 = W1 @ X + b1"]
    closer = with_numpy_line(context, panel, Size(40, 4))
    assert [text_of(row) for row in closer][:3] == ["a", "b", "c"]
    assert with_numpy_line(context, panel, Size(40, 3)) == panel


OWN_WORDS = """+++
format = 1
id = "own-words"
title = "Own words"
[parameters]
lambda = 0.5
v = [1.0, 1.0]
[training]
+++
```graph
M = max(v)
z = lambda*M
```
"""


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("forward:z", "z = lambda_*M"),
        ("backward:lambda", "dlambda = dz*M"),
        ("update:lambda", "lambda_ = lambda_ - learning_rate*dlambda"),
        ("backward:v", "dv = dM*np.heaviside(v - M, 1.0)/ties(v)  # ties: see gdtutor export"),
    ],
)
def test_the_line_is_python_and_says_what_is_no_numpy(tmp_path, at, expected):
    path = tmp_path / "own-words.md"
    path.write_text(OWN_WORDS, encoding="utf-8")
    context = context_of(walk(path, at), UNICODE)
    assert numpy_text(context, is_inline=False) == expected


def test_a_listing_calls_an_operation_one_way_and_breaks_a_line_that_has_no_room():
    session = session_at(find_lesson("why-x-transpose", shipped_lessons_folder()))
    listing = screen(goto(session, "backward:W"), 120, 36).partition("NumPy")[2]
    assert "▸ dW = dZ @ X.T" in listing
    assert "C = np.sum((1/(1 + np.exp(-Z)) - Y)**2)/(2*m)" in listing
    assert "sigmoid(" not in listing


@pytest.mark.slow
@pytest.mark.parametrize(("name", "at"), [("deeper", "forward:A1"), ("neuron", "forward:neuron")])
def test_the_line_of_a_step_and_the_listing_write_what_numpy_lacks_alike(name, at):
    session = session_at(find_lesson(name, shipped_lessons_folder()), at=at)
    for size in ((80, 24), (120, 36), (200, 50)):
        listing = screen(session, *size).partition("NumPy")[2]
        assert ("np.exp(-" in listing) or (name == "neuron" and size != (80, 24)), size
        assert "sigmoid(" not in listing, size


@pytest.mark.parametrize("name", ["xor-hidden", "initialisation", "brute-force"])
def test_a_line_that_has_no_room_below_a_long_step_stands_below_the_note(name):
    session = session_at(find_lesson(name, shipped_lessons_folder()), at="backward:Z1")
    note = screen(session, 120, 36).partition("─ note ─")[2]
    assert "NumPy  dZ1 = dA1*A1*(1 - A1)" in note


@pytest.mark.sampled
@pytest.mark.parametrize("path", discover(shipped_lessons_folder()), ids=lambda path: path.stem)
def test_a_statement_that_is_broken_is_still_the_one_it_was(path):
    """What stands in a panel is Python as it stands there, however narrow the panel is."""
    session = session_at(path, at="given")

    def parsed(rows):
        return [ast.dump(one) for one in ast.parse("\n".join(rows)).body]

    def ways(at):
        return [parsed([numpy_text(at, is_inline)]) for is_inline in (True, False)]

    every = [context_of(moved(session, 0, s.number), UNICODE) for s in session.moment.steps]
    last = {at.step.scene: at for at in every if at.step.node}
    for width in in_turn(len(every), (36, 44, 64)):
        for at in every:
            rows = [text_of(row) for row in with_numpy_line(at, (), Size(width, 3))]
            shown = [row[7:] for row in rows if row]
            assert not shown or parsed(shown) in ways(at)
        for at in last.values():
            steps = code_steps(at)
            panel = code_panel(at, steps, Size(width, 9 * len(steps)))
            rows = [text_of(row)[2:] for row in panel.lines]
            for one, statement in zip(steps, parsed(rows), strict=True):
                here = replace(at, step=one, challenge=None)
                assert [statement] in ways(here)
