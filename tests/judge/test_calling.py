"""A program's own functions and layers, called with what they ask for by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdtutor.judge.calling import Layers, call_by_names, laid_by, layer_class

X = np.array([[1.0, 2.0, 0.5], [0.25, -1.0, 3.0]])
Y = np.array([[1.0, 0.0, 1.0]])
W1, b1 = np.array([[0.5, -0.25]]), np.array([[0.125]])
GIVEN = {"X": X, "Y": Y, "W1": W1, "b1": b1}
CHAIN = (("linear", "Z1", "W1", "b1"), ("call", "Yhat", "sigmoid"))
ENDS = ("X", "Y", "C")

LINEAR = """
class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.rand(n_out, n_in)
        self.b = np.zeros((n_out, 1))
    def forward(self, A):
        self.A = A
        return self.W @ A + self.b
    def backward(self, dZ):
        self.dW = dZ @ self.A.T
        self.db = dZ.sum(axis=1, keepdims=True)
        return self.W.T @ dZ
"""
ROWS = """
class Dense:
    def __init__(self, fan_in, fan_out):
        self.weights, self.bias = np.zeros((fan_in, fan_out)), np.zeros(fan_out)
    def forward(self, A):
        self.A = A
        return A @ self.weights + self.bias
    def backward(self, dZ):
        self.grad_W, self.grad_b = self.A.T @ dZ, dZ.sum(axis=0)
        return dZ @ self.weights.T
"""
SIGMOID = """
class Sigmoid:
    def forward(self, z):
        self.a = 1 / (1 + np.exp(-z))
        return self.a
    def backward(self, dA):
        return dA * self.a * (1 - self.a)
"""
COST = """
def compute_cost(p, t):
    return ((p - t) ** 2).sum(), 2 * (p - t)
"""


def module(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"np": np, "__name__": "__main__"}
    exec(text, space)
    return space


def layers_run(text: str, chain: Any = CHAIN, given: Any = GIVEN) -> tuple[bool, dict[str, Any]]:
    found: dict[str, Any] = {}
    return Layers(module(text), chain).run(given, ENDS, found), found


def by_hand() -> dict[str, Any]:
    Z1 = W1 @ X + b1
    Yhat = 1 / (1 + np.exp(-Z1))
    dYhat = 2 * (Yhat - Y)
    dZ1 = dYhat * Yhat * (1 - Yhat)
    return {
        "Z1": Z1, "Yhat": Yhat, "C": ((Yhat - Y) ** 2).sum(), "dYhat": dYhat, "dZ1": dZ1,
        "dW1": dZ1 @ X.T, "db1": dZ1.sum(axis=1, keepdims=True),
    }  # fmt: skip


@pytest.mark.parametrize(
    "cost",
    [
        COST,
        "def loss(y_true, yhat):\n    return ((yhat - y_true) ** 2).sum(), 2 * (yhat - y_true)\n",
    ],
)
def test_layers_give_every_name_its_value_whichever_way_their_cost_is_called(cost: str) -> None:
    is_whole, found = layers_run(LINEAR + SIGMOID + cost)
    assert is_whole
    assert found.keys() == by_hand().keys()
    for name, value in by_hand().items():
        np.testing.assert_allclose(found[name], value, err_msg=name)


def test_layers_in_rows_get_the_examples_as_rows() -> None:
    is_whole, found = layers_run(ROWS + SIGMOID + COST)
    assert is_whole
    for name, value in by_hand().items():
        own = np.squeeze(value) if name == "db1" else np.transpose(value)
        np.testing.assert_allclose(np.squeeze(found[name]), np.squeeze(own), err_msg=name)
        assert np.shape(found["Z1"]) == (3, 1)


def test_a_bias_as_a_vector_says_that_a_square_layer_is_in_rows() -> None:
    square = {**GIVEN, "W1": np.array([[1.0, 2.0], [3.0, 4.0]]), "b1": np.array([[5.0], [6.0]])}
    chain = (("linear", "Z1", "W1", "b1"),)
    text = "class FC:\n    def __init__(self): self.W, self.b = np.ones((2, 2)), np.ones(2)\n"
    text += (
        "    def forward(self, A): return A @ self.W + self.b\n    def backward(self, d): pass\n"
    )
    is_whole, found = layers_run(text, chain, square)
    # It has no function of its cost, and goes backward in lines of its own if at all.
    assert not is_whole
    np.testing.assert_array_equal(found["Z1"], X.T @ square["W1"] + [5.0, 6.0])


def test_a_lesson_in_rows_is_handed_to_layers_as_it_is() -> None:
    rows = {"X": X.T, "Y": Y.T, "W1": W1.T, "b1": b1}
    text = "class Affine:\n    def __init__(self, W, b): self.W, self.b = W, b\n"
    text += (
        "    def forward(self, A): return A @ self.W + self.b\n    def backward(self, d): pass\n"
    )
    text += "class Tanh:\n    def forward(self, z): return np.tanh(z)\n"
    text += "    def backward(self, d): return d\n"
    _, found = layers_run(text, (CHAIN[0], ("call", "Yhat", "tanh")), rows)
    np.testing.assert_allclose(found["Yhat"], np.tanh(X.T @ W1.T + b1))
    sizes = ROWS.replace("Dense", "Fully").replace("fan_in", "in_dim").replace("fan_out", "nout")
    _, found = layers_run(sizes + SIGMOID, CHAIN, rows)
    np.testing.assert_allclose(found["Z1"], X.T @ W1.T + b1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SIGMOID + COST, "no class with forward and backward is called Linear"),
        (LINEAR + COST, "no class with forward and backward is called Sigmoid"),
        (LINEAR + SIGMOID + "cost = lambda p, t: p", "compute_cost returns no pair"),
        (LINEAR.replace("rng", "temperature") + SIGMOID, "asks for 'temperature', which"),
    ],
)
def test_layers_that_cannot_be_run_say_what_they_lack(text: str, said: str) -> None:
    with pytest.raises(LookupError, match=said):
        layers_run(text)


def test_of_a_layer_that_fails_what_it_has_set_before_counts() -> None:
    text = LINEAR.replace("        self.db =", "        raise KeyError('db')\n        self.db =")
    found: dict[str, Any] = {}
    layers = Layers(module(text + SIGMOID + COST), CHAIN)
    with pytest.raises(KeyError):
        layers.run(GIVEN, ENDS, found)
    np.testing.assert_allclose(found["dW1"], by_hand()["dW1"])
    assert "db1" not in found
    assert layers.computing[""] == "dX"
    assert layers.computing["grad_b"] == "db1"


def test_layers_are_made_once_and_given_their_parameters_at_every_pass() -> None:
    layers, found = Layers(module(LINEAR + SIGMOID + COST), CHAIN), dict[str, Any]()
    layers.run(GIVEN, ENDS, found)
    layers.run({**GIVEN, "W1": W1 * 2}, ENDS, found)
    np.testing.assert_allclose(found["Z1"], 2 * W1 @ X + b1)


def test_a_class_without_both_ways_or_of_another_module_is_no_layer() -> None:
    space = module("class Linear:\n    def forward(self, A): return A\n")
    assert layer_class(space) is None
    elsewhere = module(LINEAR)["Linear"]
    elsewhere.__module__ = "course"
    assert layer_class({"Linear": elsewhere, "__name__": "__main__"}) is None


def test_a_function_gets_what_its_parameters_are_named_for() -> None:
    def backward(inputs: Any, targets: Any, W1: Any, Params: Any, Cache: Any, lr: Any = 0.5,
                 verbose: bool = False, *more: Any, **others: Any) -> Any:  # fmt: skip
        return inputs, targets, W1, Params, Cache, lr, verbose, more, others

    known = {**GIVEN, "params": {"W1": W1}, "learning_rate": 0.1}
    assert call_by_names(backward, known, {"A1": X}) == (
        X, Y, W1, {"W1": W1}, {"A1": X}, 0.1, False, (), {},
    )  # fmt: skip
    with pytest.raises(LookupError, match="backward asks for 'Cache', which the lesson does not"):
        call_by_names(backward, known, None)


def test_what_is_given_is_laid_in_rows_where_a_program_has_them() -> None:
    assert laid_by(np.array(3), True) == 3.0
    assert isinstance(laid_by(np.array(3), False), float)
    np.testing.assert_array_equal(laid_by(X, True), X.T)
    np.testing.assert_array_equal(laid_by(X[0], True), X[0])
    laid = laid_by(X, False)
    laid += 1
    assert X[0, 0] == 1.0
