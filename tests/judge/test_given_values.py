"""What a program is given in the place of what it types, and which of its lines ask for that."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from gdtutor.judge.givens import GIVEN, Givens, ask_for_given, globals_read, spelled

W = np.array([[1.5, 2.0, 3.0], [4.0, 5.0, 6.0]])
b = np.array([[7.0], [8.0]])


def asked_in(text: str, given: str = "X W b m learning_rate", own: str = "Z W b") -> list[str]:
    """Return what a program asks for, those with a star that are taken out of what is handed."""
    tree = ast.parse(text)
    ask_for_given(tree, set(given.split()), set(own.split()))
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call))
    words = [n.args for n in calls if isinstance(n.func, ast.Name) and n.func.id == GIVEN]
    constants = ([w.value for w in (a[0], a[2]) if isinstance(w, ast.Constant)] for a in words)
    found = [f"{name}{'*' if is_handed else ''}" for name, is_handed in constants]
    # What asks still runs as Python, with what was typed as its second word.
    space: dict[str, Any] = {GIVEN: lambda _name, typed, _is_handed: typed, "np": np}
    exec(compile(tree, "mine.py", "exec"), space)
    return sorted(found)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("W = np.ones((2, 3))", ["W"]),
        ("W, b = np.ones((2, 3)), np.zeros(2)", ["W", "b"]),
        ("W, b = (np.ones(2), np.ones(2)) + ()", []),
        ("W, (b, c) = 1, (2, 3)", ["W"]),
        ("W = b = np.ones(2)", []),
        ("p = {'W': np.ones(2), 'other': 1, **{}}", []),
        ("other = 1", []),
        ("learning_rate = 0.1", ["learning_rate"]),
        # Weights may be drawn in the shape of the data, but what is made of the data is its own.
        ("X = np.ones((2, 2))\nW = np.zeros(X.shape)", ["W", "X"]),
        ("X = np.ones((2, 2))\nm = X.shape[1]", ["X"]),
        ("X = np.ones((2, 2))\nX = X.T", ["X"]),
        ("W = np.ones(2)\nZ = W\nW = W - 1\nb = Z + 1", ["W"]),
        ("if True:\n    W = np.ones(2)", ["W"]),
        ("def f(n):\n    W = np.ones(n)\n    return W\nf(2)", ["W"]),
        ("def f(p):\n    W = p['W']\n    b = np.zeros(2)\n    return W\nf({'W': 1})", ["W*", "b"]),
        ("def f(p):\n    k = 2\n    W = p[k]\n    b = np.random.rand(k)\nf({2: 1})", ["W*", "b"]),
    ],
)
def test_lines_that_type_a_given_value_ask_for_it(text: str, asked: list[str]) -> None:
    assert asked_in(text) == asked


def test_a_table_of_parameters_is_asked_for_by_its_paths() -> None:
    text = "p = {'W': np.ones(2), 'other': 1}\np['b'] = np.zeros(2)\n"
    assert asked_in(text, "p['W'] p['b']", "Z") == ["p['W']", "p['b']"]


def test_behind_a_loop_that_trains_parameters_are_what_has_become_of_them() -> None:
    loop = "for k in __gdtutor_first__(range(2), 1, 2, 3):\n    pass\n"
    text = f"W = 1\n{loop}b = 2\n"
    tree = ast.parse(text)
    ask_for_given(tree, {"W", "b"}, set())
    assert f"W = {GIVEN}('W', 1, False)" in ast.unparse(tree)
    assert "b = 2" in ast.unparse(tree)
    other = ast.parse(text.replace("__gdtutor_first__", "max"))
    ask_for_given(other, {"W", "b"}, set())
    assert f"b = {GIVEN}('b', 2, False)" in ast.unparse(other)


def givens(names: dict[str, str] | None = None, by_rows: str = "", **values: Any) -> Givens:
    known = {"W": W, "b": b, "learning_rate": 0.25, **values}
    return Givens(known, names or {}, {}, set(by_rows.split()))


@pytest.mark.parametrize(
    ("called", "typed", "value", "layout"),
    [
        ("W", np.zeros((2, 3)), W, "same"),
        ("W", np.zeros((3, 2)), W.T, "transposed"),
        ("W", np.zeros(6), W.ravel(), "flat"),
        ("b", [0.0, 0.0], [7.0, 8.0], "flat"),
        ("b", np.array([1, 2]), np.array([7, 8]), "flat"),
        ("W", np.array([[1, 2, 3], [4, 5, 6]]), W, "same"),
        ("W", np.zeros((2, 3), np.float32), W.astype(np.float32), "same"),
        ("lr", 1.0, 0.25, "same"),
    ],
)
def test_what_is_typed_says_how_it_is_given(
    called: str, typed: Any, value: Any, layout: str
) -> None:
    layouts: dict[str, str] = {}
    asked = Givens({"W": W, "b": b, "learning_rate": 0.25}, {}, layouts, set())
    found = asked.ask(called, typed, 3)
    np.testing.assert_array_equal(found, value)
    assert isinstance(found, type(typed))
    assert np.asarray(found).dtype == np.asarray(value).dtype
    assert layouts == {called: layout}


def test_another_shape_is_refused_with_both() -> None:
    with pytest.raises(LookupError, match=r"W has the shape \[2, 2\], the lesson's W has \[2, 3\]"):
        givens().ask("W", np.zeros((2, 2)), 1)


def test_how_many_epochs_there_are_is_told_in_the_place_of_what_is_typed() -> None:
    assert givens().ask("epochs", 1000, 2) == 2
    assert givens().take("n_epochs", 1000, 2) == 2


def test_rows_are_given_as_they_are_once_one_array_is_typed_as_the_lesson_has_it() -> None:
    rows = givens(by_rows="W")
    np.testing.assert_array_equal(rows.ask("W", np.zeros((3, 2)), 1), W)
    # All that follows is taken for turned too.
    np.testing.assert_array_equal(rows.ask("b", np.zeros((1, 2)), 1), b)


def test_a_given_array_is_nobody_elses() -> None:
    asked = givens()
    asked.ask("W", np.zeros((2, 3)), 1)[0, 0] = 99
    np.testing.assert_array_equal(asked.ask("W", np.zeros((2, 3)), 1), W)


def test_what_a_function_takes_of_what_it_is_handed_is_that_very_value() -> None:
    asked = givens()
    asked.reads({"W"})
    typed = np.zeros((2, 3))
    # A program that reads W has been given it.
    assert asked.take("W", typed, 1) is typed
    assert asked.take("W", np.zeros(4), 1).shape == (4,)
    assert asked.take("unknown", 3.0, 1) == 0.25
    # In the place of one that it has drawn in no line that asks, the numbers are put there.
    own = np.zeros((2, 1))
    assert asked.take("b", own, 1) is own
    np.testing.assert_array_equal(own, b)
    assert asked.take("b", own, 1) is own


def test_where_no_numbers_can_be_put_a_function_takes_others_every_time() -> None:
    asked = givens()
    for _ in range(2):
        assert asked.take("b", [0.0, 0.0], 1) == [7.0, 8.0]
        whole = asked.take("b", np.array([[0], [0]]), 1)
        np.testing.assert_array_equal(whole, b)


def test_what_is_neither_read_nor_typed_is_unread() -> None:
    asked = givens({"W": "weights", "b": "p['b']"}, c=1.0, d=2.0)
    asked.reads({"c"})
    asked.ask("d", 5.0, 1)
    assert asked.unread() == ["W", "learning_rate"]
    assert spelled('p["b"]') == "p['b']"
    assert spelled("no path") == "no path"


def test_the_names_that_a_program_reads_are_found_in_its_functions_too() -> None:
    text = "A = W\ndef f(b):\n    def g():\n        return X\n    return b, np\nm = 1\n"
    known = {"W", "b", "X", "m"}
    assert globals_read(compile(text, "mine.py", "exec"), known) == {"W", "X"}
