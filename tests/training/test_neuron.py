"""Which graphs are one neuron with squared loss, however its formulas are written."""

from __future__ import annotations

import pytest

from gdtutor.engine.graph import Role
from gdtutor.training.errors import TrainingError
from gdtutor.training.neuron import LinearNeuron, neuron_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from tests.training.problems import gate_examples, make_problem

Z = ("z", "w1*x1 + w2*x2 + b")


def problem_of(*lines: tuple[str, str]) -> Problem:
    return make_problem(
        list(lines),
        {"w1": 0.1, "w2": 0.6, "b": 0.2},
        gate_examples("or"),
        [
            ("x1", Role.INPUT, (0,), False),
            ("x2", Role.INPUT, (1,), False),
            ("y", Role.TARGET, (2,), False),
        ],
        is_single=True,
    )


@pytest.mark.parametrize(
    ("lines", "is_sigmoid"),
    [
        ([Z, ("L", "(z - y)**2 / 2")], False),
        ([Z, ("L", "0.5*(y - z)**2")], False),
        ([Z, ("e", "z - y"), ("L", "e*e/2")], False),
        ([Z, ("a", "identity(z)"), ("L", "(a - y)**2 / 2")], False),
        ([Z, ("a", "sigmoid(z)"), ("u", "identity(a)"), ("L", "(u - y)**2 / 2")], True),
        ([Z, ("a", "sigmoid(z)"), ("L", "(a - y)**2 / 2")], True),
        ([Z, ("a", "1/(1 + exp(-z))"), ("L", "(a - y)**2 * 0.5")], True),
        ([("z", "-(w1*x1) + b*(x1 - 2)"), ("L", "(sigmoid(z) - y)**2 / (1 + 1)")], True),
    ],
)
def test_a_neuron_is_known_however_it_is_written(
    lines: list[tuple[str, str]], is_sigmoid: bool
) -> None:
    found = neuron_of(problem_of(*lines), Settings(batch=1), 4)
    assert found == LinearNeuron("z", "y", is_sigmoid)


@pytest.mark.parametrize(
    "lines",
    [
        [Z, ("L", "(z - y)**2")],
        [Z, ("L", "(z - y)**4 / 2")],
        [Z, ("L", "(tanh(z) - y)**2 / 2")],
        [Z, ("L", "(sigmoid(2*z) - y)**2 / 2")],
        [Z, ("L", "(z - 2*y)**2 / 2")],
        [("z", "w1*w2*x1 + b"), ("L", "(z - y)**2 / 2")],
        [("z", "w1*x1 + relu(b)"), ("L", "(z - y)**2 / 2")],
        [Z, ("a", "sigmoid(z)"), ("u", "w1*a"), ("L", "(u - y)**2 / 2")],
        [Z, ("L", "(z - y)**2 / 0")],
    ],
)
def test_anything_else_is_none(lines: list[tuple[str, str]]) -> None:
    with pytest.raises(TrainingError, match="root in one dimension"):
        neuron_of(problem_of(*lines), Settings(batch=1), 4)
