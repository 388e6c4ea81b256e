"""What is seen of a program's values while its lines are done, and of what makes it fail."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gdtutor.judge import value_watch
from gdtutor.judge.source import bindings_of
from gdtutor.judge.value_watch import ValueWatch, Whole, error_facts, examples_in

PATH = "mine.py"
X = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.5]])


@contextmanager
def stepping(watch: ValueWatch) -> Iterator[None]:
    """Have a watch see a program as its own `watching` does, but so that its steps are traced too,
    for what measures coverage: no tracer is traced unless it asks for that."""
    found = sys.gettrace()

    def traced(follow: Any) -> Any:
        def followed(*what: Any) -> Any:
            # Python 3.11 traces again only once it is told so here.
            sys.settrace(step)
            return follow(*what)

        return lambda *what: traced(sys.call_tracing(followed, what))

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename == PATH:
            return traced(watch.trace)(frame, event, argument)
        beside = None if found is None else found(frame, event, argument)
        sys.settrace(step)
        return beside

    sys.settrace(step)
    try:
        yield
    finally:
        sys.settrace(found)


def seen(text: str, names: str = "Z", whole: Whole | None = None) -> tuple[ValueWatch, Any]:
    """Run a program that is given X; return the watch, and the names that it has left."""
    bindings = bindings_of(ast.parse(text))
    watch = ValueWatch(PATH, set(names.split()), bindings, whole or {}, {"X"})
    space = {"np": np, "X": X.copy(), "__name__": "__main__"}
    with stepping(watch):
        exec(compile(text, PATH, "exec"), space)
    return watch, space


def test_a_change_in_place_is_seen_with_its_line_and_the_value_before() -> None:
    watch, _ = seen("Z = X * 2\nA = 1 / Z\nZ += 1\nX -= 1\ndZ = Z\ndZ *= 0\n")
    before, line = watch.changed["Z"]
    np.testing.assert_array_equal(before, X * 2 + 1)
    assert line == 6
    before, line = watch.revised["Z"]
    np.testing.assert_array_equal(before, X * 2)
    assert line == 3
    np.testing.assert_array_equal(watch.revised["X"][0], X)
    np.testing.assert_array_equal(watch.after["X"], X - 1)
    np.testing.assert_array_equal(watch.after["Z"], X * 2 + 1)


def test_what_keeps_its_numbers_is_not_changed() -> None:
    watch, _ = seen(
        "Z = X * np.nan\nZ[0] = Z[0]\nW = 0 * X\nW *= -1\nZ = 0 * X\nnp.negative(Z, out=Z)\n", "Z W"
    )
    assert not watch.changed
    assert not watch.revised


def test_an_error_that_a_program_catches_changes_nothing() -> None:
    head = "def f():\n    Z = X * 2\n    return Z @ Z\n"
    watch, space = seen(f"{head}try:\n    f()\nexcept ValueError:\n    A = X\n")
    np.testing.assert_array_equal(watch.left["Z"], X * 2)
    assert watch.made(space["A"])[1:] == [7]


def test_a_part_that_is_known_keeps_its_line() -> None:
    watch, space = seen("A = X * 2\nB = X * 3\npair = [A, B]\nB = A\n")
    assert watch.made(space["pair"])[1:] == [3]
    assert [watch.made(part)[1:] for part in space["pair"]] == [[1, 4], [2]]


def test_a_large_array_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_watch, "MOST_CELLS", 7)
    watch, _ = seen("Z = X * 2\nA = Z\nA += 1\n")
    assert not watch.changed


def test_what_a_function_has_when_it_returns_is_left_but_not_what_it_is_handed() -> None:
    watch, _ = seen(
        "def f(x, k):\n"
        "    Z = x * 2\n"
        "    small = 0.5\n"
        "    word = 'Z'\n"
        "    return Z\n"
        "top = f(X, 3.0)\n"
    )
    assert sorted(watch.left) == ["Z", "small"]
    assert watch.left["small"] == 0.5


def test_the_lines_that_made_a_value_begin_with_that_of_the_function() -> None:
    watch, space = seen(
        "def f(x):\n"
        "    return {'Z': x * 2, 'word': 'Z'}, [x + 1]\n"
        "found, more = f(X)\n"
        "Z = found['Z']\n"
        "zs = []\n"
        "zs.append(X * 3)\n"
        "other = X + 5\n"
        "(other)[0, 0] = 2\n"
    )
    assert watch.made(space["Z"])[1:] == [4]
    assert watch.made(space["more"])[1:] == [2, 3]
    assert watch.made(space["more"][0])[1:] == [3]
    assert watch.made(space["zs"])[1:] == [6]
    assert watch.made(space["zs"][0])[1:] == [6]
    # What is changed by key is made anew there.
    assert watch.made(space["other"])[1:] == [8]
    assert watch.made(space["np"])[1:] == []


def test_a_value_is_found_where_the_target_says_without_running_anything() -> None:
    watch, space = seen(
        "class Net: pass\n"
        "net, net.p = Net(), {}\n"
        "net.p['W', 1] = X * 2\n"
        "ws = [0, 0]\n"
        "ws[-1] = X * 3\n"
        "ws[0] = X * 4\n"
        "k = 1\n"
        "net.p['b'] = X * 5\n"
        "net.p[k] = X * 6\n"
        "dict(a=1)[k] = X * 7\n"
        "X[X > 2] = 0\n"
        "net.p[1.5] = X * 8\n"
    )
    p, ws = space["net"].p, space["ws"]
    made = [watch.made(v)[1:] for v in (p["W", 1], ws[1], ws[0], p["b"], p[1], p[1.5])]
    assert made == [[3], [5], [6], [8], [9], []]


def test_so_many_values_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_watch, "_MOST", 3)
    watch, space = seen("".join(f"v{n} = X + {n}\n" for n in range(5)))
    assert [watch.made(space[f"v{n}"])[1:] for n in range(5)] == [[], [], [3], [4], [5]]


def test_values_that_a_name_is_given_one_after_the_other_stand_together() -> None:
    watch, _ = seen(
        "for k in range(3):\n    net = {'Z': X[:, k]}\n    Z = X[:, k]\n    Y = X[:, :k]\nA = X\n",
        "Z Y A B",
    )
    np.testing.assert_array_equal(watch.each("Z"), X.T[:3])
    # One value alone is no example after the other, nor are arrays of several shapes.
    assert watch.each("Y") is None
    assert watch.each("A") is None
    assert watch.each("B") is None


def test_the_examples_that_a_program_takes_are_seen_those_taken_last_first() -> None:
    watch, _ = seen(
        "def f(part):\n"
        "    return part.sum()\n"
        "f(X[:, [3, 0]])\n"
        "batch = X[:, 1:3]\n"
        "rows = X[:, 2:].T\n"
        "one = X[:, 1]\n"
        "again = X[:, [3, 0]]\n"
        "every = X.copy()\n"
        "other = X + 1\n"
        "Z = X[:, :2]\n",
        whole={"X": (X, 1)},
    )
    assert watch.taken == [[3, 0], [1], [2, 3], [1, 2]]


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ("text", (X, 1)),
        (np.array(["1.0"]), (X, 1)),
        (np.empty((2, 0)), (X, 1)),
        (np.ones((2, 5)), (X, 1)),
        (X[:, :1], (np.zeros(4), 0)),
        (X[0, :2], (X, 1)),
        (np.array(1.0), (X, 1)),
    ],
)  # fmt: skip
def test_what_holds_anything_else_holds_no_examples(value: Any, data: Any) -> None:
    assert list(examples_in(value, {"X": data})) == []


def test_examples_in_rows_are_told_in_the_layout_of_the_data_last() -> None:
    square = np.array([[1.0, 2.0], [2.0, 1.0]])
    turned = np.array([[2.0, 1.0], [1.0, 2.0]])
    assert list(examples_in(turned, {"X": (square, 0)})) == [[1, 0], [1, 0]]
    assert list(examples_in(X.T[[2, 1]], {"X": (X.T, 0)})) == [[2, 1]]


def failure(text: str, **space: Any) -> dict[str, Any]:
    with pytest.raises(BaseException) as raised:  # noqa: PT011
        exec(compile(text, PATH, "exec"), {"np": np, "X": X, **space})
    return error_facts(raised.value, PATH, text)


@pytest.mark.parametrize(
    ("line", "operands"),
    [
        ("Z = X @ X", [("X", [2, 4]), ("X", [2, 4])]),
        ("Z = X.T + X", [("X.T", [4, 2]), ("X", [2, 4])]),
        ("Z = np.dot(X, abs(X))", [("X", [2, 4]), ("abs(X)", None)]),
        ("X += p['W']", [("X", [2, 4]), ("p['W']", [3])]),
        ("Z = net.W @ ws[0]", [("net.W", [3]), ("ws[0]", [2, 4])]),
        ("Z = X.reshape(3)", []),
        ("Z = (X @\n     X)", []),
        ("raise ValueError('own')", []),
        ("Z = int('x')", []),
    ],
)
def test_the_operands_of_what_fails_are_told_with_the_shapes_of_what_calls_nothing(
    line: str, operands: list[Any]
) -> None:
    net = SimpleNamespace(W=np.zeros(3))
    facts = failure(line, p={"W": np.zeros(3)}, net=net, ws=[X])
    assert facts["operands"] == operands
    assert facts["type"] == "ValueError"
    assert facts["line"] == facts["outer"] == 1
    assert not facts["ends"]


def test_an_error_is_told_with_the_line_inside_and_the_one_that_calls_it() -> None:
    facts = failure("def f():\n    return 1 / 0\n\nf()\n")
    assert (facts["type"], facts["line"], facts["outer"]) == ("ZeroDivisionError", 2, 4)
    assert facts["operands"] == []


def test_what_ends_a_program_is_no_mistake_of_a_line_and_an_error_may_have_none() -> None:
    assert failure("raise SystemExit(3)")["ends"]
    facts = error_facts(ValueError("elsewhere"), PATH, "")
    assert (facts["line"], facts["operands"]) == (0, [])


def test_a_tracer_that_is_there_goes_on_to_see_all_but_the_program() -> None:
    found, lines = sys.gettrace(), list[tuple[str, str]]()

    def elsewhere() -> str:
        return "seen"

    def tracer(frame: FrameType, event: str, _: Any) -> Any:
        lines.append((frame.f_code.co_name, event))
        if event == "call":
            # As coverage's does.
            sys.settrace(tracer)
        return tracer

    text = "Z = X * 2\nelsewhere()\nZ += 1\nelsewhere()\n"
    watch = ValueWatch(PATH, {"Z"}, bindings_of(ast.parse(text)), {}, set())
    try:
        sys.settrace(tracer)
        with watch.watching():
            exec(compile(text, PATH, "exec"), {"X": X, "elsewhere": elsewhere})
        after = sys.gettrace()
    finally:
        sys.settrace(found)
    assert after is tracer
    assert watch.revised["Z"][1] == 3
    assert [event for name, event in lines if name == "elsewhere"] == ["call", "line", "return"] * 2
    assert "<module>" not in {name for name, _ in lines}
