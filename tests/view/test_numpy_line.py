"""The line of NumPy at the bottom of a step's panel."""

import pytest

from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.numpy_line import numpy_text
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
    assert numpy_text(context, 60) == expected


def test_an_operation_that_numpy_lacks_is_called_by_name_where_its_formula_is_too_long():
    context = context_of(walk(NETWORK, "forward:A1"), UNICODE)
    assert numpy_text(context, 16) == "A1 = relu(Z1)"


def test_the_line_stands_at_the_bottom_of_the_panel_where_there_is_room():
    rows = screen(walk(NETWORK, "backward:W1"), 120, 36).splitlines()
    bottom = next(row for row in rows[::-1] if "╰" in row)
    assert "NumPy  dW1 = dZ1 @ X.T" in rows[rows.index(bottom) - 1]
    assert "NumPy" not in screen(walk(NETWORK, "backward:W1"), 40, 12)


def test_a_long_assignment_takes_two_lines():
    rows = screen(walk(NETWORK, "backward:b1")).splitlines()
    start = next(index for index, row in enumerate(rows) if "NumPy" in row)
    assert "NumPy  db1 = np.sum(dZ1, axis=1," in rows[start]
    assert "  keepdims=True)" in rows[start + 1]


def test_it_gives_way_to_the_proof():
    assert "NumPy" in screen(walk(NEURON, "backward:z"))
    assert "NumPy" not in screen(walk(NEURON, "backward:z", "v"))
