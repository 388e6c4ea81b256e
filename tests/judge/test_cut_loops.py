"""Which loops of a program train, and what one of them does in the place of all its passes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdtutor.judge.givens import FIRST
from gdtutor.judge.rewriting import CutLoops, TreeLoader, rewritten, unread_as


def cut(text: str) -> str:
    """Return the heads of the loops of a program that are cut, one in a line."""
    tree = rewritten(ast.parse(text), set(), {"Z"}, {"W", "b"})
    called = (n for n in ast.walk(tree) if isinstance(n, ast.Call))
    passes = [n.args for n in called if isinstance(n.func, ast.Name) and n.func.id == FIRST]
    return "\n".join(f"{ast.unparse(w[0])} {', '.join(map(ast.unparse, w[1:]))}" for w in passes)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("for epoch in range(9):\n    pass\n", "range(9) 1, 2, 0"),
        ("for k in range(n_epochs):\n    pass\nprint(1)\n", "range(n_epochs) 1, 2, 3"),
        ("for step in trange(9):\n    pass\n", "trange(9) 1, 2, 0"),
        ("for epoch in steps:\n    pass\n", ""),
        ("for k in range(9):\n    W = W - 1\n", "range(9) 1, 2, 0"),
        ("for k in range(9):\n    W -= 1\n", "range(9) 1, 2, 0"),
        ("for k in range(9):\n    W[k] -= 1\n", ""),
        ("for k in range(9):\n    W = 1\n", ""),
        ("for k in range(9):\n    v = v - learning_rate * g\n", "range(9) 1, 2, 0"),
        ("for k in range(9):\n    setattr(net, 'W', net.W - lr * 1)\n", "range(9) 1, 2, 0"),
        ("for k in range(9):\n    np.subtract(W, lr * g, out=W)\n", "range(9) 1, 2, 0"),
        ("for k in range(9):\n    np.subtract(Z, g, out=Z)\n", ""),
        ("for k in range(9):\n    for p, g in ((W, 1), (b, 2)):\n        p -= g\n",
         "range(9) 1, 3, 0"),
        ("for k in range(9):\n    for p, g in ((W, 1), (b, 2)):\n        p[...] = p - g\n",
         "range(9) 1, 3, 0"),
        ("for k in range(9):\n    for p, g in ((W, 1), (b, 2)):\n        np.add(p, g, out=p)\n",
         "range(9) 1, 3, 0"),
        ("for k in range(9):\n    for p in (Z,):\n        p -= 1\n", ""),
        ("while cost > 1:\n    W -= 1\n", "[cost > 1, cost > 1] 1, 2, 0"),
        ("while cost > 1:\n    Z = 1\n", ""),
        ("def step():\n    global W\n    W = W - 1\n[step() for _ in range(9)]\n",
         "range(9) 4, 4, 0"),
        ("[k for k in range(9)]\n", ""),
        ("def moved(p):\n    return W - p * 1\nfor k in range(9):\n    W = moved(1)\n",
         "range(9) 3, 4, 0"),
        ("def moved(p):\n    return Z - p * 1\nfor k in range(9):\n    W = moved(1)\n", ""),
        ("def f():\n    W[0] -= 1\ndef g():\n    f()\nfor k in range(9):\n    g()\n",
         "range(9) 5, 6, 0"),
        # A function with a product and an update does a pass, also over what it is handed.
        ("def train(x):\n    global W\n    W = W - lr * (W @ x)\nfor x in X:\n    train(x)\n",
         "X 4, 5, 0"),
        ("def train(x):\n    global W\n    W = W - np.dot(W, x)\nfor x in X:\n    train(x)\n",
         "X 4, 5, 0"),
        ("def move(x):\n    global W\n    W = W - x\nfor x in X:\n    move(x)\n", ""),
        ("for layer in layers:\n    layer.W -= lr * layer.dW\n", ""),
        # A counter in the arithmetic is no choice among parameters or examples.
        ("for t in range(1, 9):\n    Z = W @ X\n    W = W - lr / (1 - 0.9**t)\n",
         "range(1, 9) 1, 3, 0"),
        ("for i in count():\n    Z = 2*W\n    costs[i] = Z\n    W = W - lr * 0.9**(i + 1)\n",
         "count() 1, 4, 0"),
        ("for t in range(9):\n    Q = W @ X\n    W, v = adam(W, v, lr, t)\n", "range(9) 1, 3, 0"),
        ("while t < 9:\n    t += 1\n    Z = W * X\n    W = W - lr / t\n",
         "[t < 9, t < 9] 1, 4, 0"),
        ("for t in range(9):\n    Z = W @ X[:, t]\n    W = W - lr / (1 - 0.9**t)\n", ""),
        ("for t in range(9):\n    W = W - lr / (1 - 0.9**t)\n", ""),
        ("for w in (W, b):\n    Z = W @ X\n    w -= lr * w\n", ""),
        ("while t < 9:\n    t += 1\n    Z = W @ X[t]\n    W = W - lr / t\n", ""),
        # What is sent to a loop comes from another one.
        ("def g():\n    for k in range(9):\n        dw = yield W\n        W[0] -= dw\n", ""),
        ("def g():\n    for k in range(9):\n        yield W\n        W[0] -= 1\n",
         "range(9) 2, 4, 0"),
    ],
)  # fmt: skip
def test_a_loop_trains_that_does_an_update_alike_in_every_pass(text: str, passes: str) -> None:
    assert cut(text) == passes


def test_a_loop_that_trains_within_another_is_cut_as_well() -> None:
    text = "for epoch in range(9):\n    for x in batches:\n        W -= 1\n    print(1)\n"
    assert cut(text).split("\n") == ["range(9) 1, 4, 0", "batches 2, 3, 4"]


def passes_done(loops: CutLoops, body: Callable[[int], Any] = lambda _: None) -> list[int]:
    done = []
    for each in loops.passes_of(range(9), 3, 5, 7):
        done.append(each)
        body(each)
    return done


def test_an_inner_loop_does_one_pass_in_each_of_the_outer_ones() -> None:
    loops, inner = CutLoops(2), list[list[int]]()
    assert passes_done(loops, lambda _: inner.append(passes_done(loops))) == [0, 1]
    assert inner == [[0], [0]]
    assert (loops.begun, loops.after, loops.depth) == (2, 7, 0)


def test_an_error_behind_the_loops_may_come_of_the_passes_that_are_left_out() -> None:
    loops = CutLoops(1)
    assert not loops.are_left_before([9])
    passes_done(loops)
    assert loops.are_left_before([9])
    assert not loops.are_left_before([9, 4])


def test_a_loop_that_is_left_by_an_error_is_no_loop_around_what_follows() -> None:
    loops = CutLoops(1)

    def fails(_: int) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        passes_done(loops, fails)
    assert loops.depth == 0


def test_a_while_loop_does_one_pass_as_python_runs_it() -> None:
    text = "W, n = 5.0, 0\nwhile n < 4:\n    n += 1\n    W -= 1\nelse:\n    n = 99\n"
    tree = rewritten(ast.parse(text), set(), set(), {"W"})
    space: dict[str, Any] = {FIRST: CutLoops(1).passes_of}
    exec(TreeLoader("mine", "mine.py", tree).get_code("mine"), space)
    assert (space["W"], space["n"]) == (4.0, 1)


class Hostile:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no array")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        (..., ""),
        ([[1], [1, 2]], "a list of parts of different lengths"),
        (Hostile(), "unread"),
        ({1: 2}, "of the type dict"),
        ("1", "of the type str"),
        (np.array([1j]), "of complex numbers"),
        (np.array([None]), "of objects"),
        (np.array(["a"]), "of text"),
        (np.empty(0), "of too many numbers or none"),
    ],
)
def test_what_cannot_be_compared_is_called_what_it_is(value: Any, told: str) -> None:
    assert unread_as(value) == told
