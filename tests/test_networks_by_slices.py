"""Networks in the words of slices, masks and repetitions, held to plain NumPy programs."""

from pathlib import Path

import numpy as np
import pytest

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import run_of

HEAD = '+++\nformat = 1\nid = "drawn"\ntitle = "Drawn"\n'
ATTENTION = (
    HEAD
    + """
[parameters]
WQ = { shape = [3, 4], init = "xavier", seed = 1 }
WK = { shape = [3, 4], init = "xavier", seed = 2 }
WV = { shape = [1, 4], init = "xavier", seed = 3 }
E = { shape = [5, 4], init = "normal", seed = 4 }
[constants]
tokens = [0, 3, 1, 4]
mask = [[1, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]]
Y = [[0.2, 0.1, -0.4, 0.9]]
[training]
learning_rate = 0.2
epochs = 3
+++
```graph
X = embed(E, tokens).T
S = (WK @ X).T @ (WQ @ X) / sqrt(3)
A = softmax(where(mask, S, -1e9), axis=0)
P = (WV @ X) @ A
C = mean((P - Y)**2)
```
"""
)


def attention(p):
    """Return the cost in plain NumPy; `p` are the parameters."""
    x = p["E"][[0, 3, 1, 4]].T
    s = (p["WK"] @ x).T @ (p["WQ"] @ x) / np.sqrt(3)
    s = np.where(np.triu(np.ones((4, 4))) > 0, s, -np.inf)
    a = np.exp(s - s.max(axis=0))
    a /= a.sum(axis=0)
    return np.mean((p["WV"] @ x @ a - np.array([[0.2, 0.1, -0.4, 0.9]])) ** 2)


RECURRENT = (
    HEAD
    + """
[parameters]
U = { shape = [3, 1], init = "xavier", seed = 1 }
V = { shape = [3, 3], init = "xavier", seed = 2 }
w = { shape = [1, 3], init = "xavier", seed = 3 }
[constants]
H0 = [[0.0], [0.0], [0.0]]
[data]
inputs = { X = ["x1", "x2", "x3", "x4"] }
targets = { Y = ["y"] }
examples = [[0, 1, 0, 1, 0.5], [1, 1, 0, 0.3, -0.2]]
[training]
learning_rate = 0.2
epochs = 3
+++
```graph
for t in 1..4:
    H{t} = tanh(U @ X[t-1:t] + V @ H{t-1})
C = mean((w @ H4 - Y)**2)
```
"""
)


def recurrent(p):
    """Return the cost in plain NumPy."""
    data = np.array([[0, 1, 0, 1, 0.5], [1, 1, 0, 0.3, -0.2]]).T
    h = np.zeros((3, 2))
    for x in data[:4]:
        h = np.tanh(p["U"] @ x[None] + p["V"] @ h)
    return np.mean((p["w"] @ h - data[4:]) ** 2)


CONVOLUTION = (
    HEAD
    + """
[parameters]
k = { shape = [3, 1], init = "normal", seed = 1 }
w = { shape = [1, 2], init = "xavier", seed = 3 }
[data]
inputs = { X = ["p0", "p1", "p2", "p3", "p4", "p5"] }
targets = { Y = ["y"] }
examples = [[0, 1, 0.7, 0, 0.2, 0, 1], [0.1, 0, 0, 1, 1, 0.5, 0]]
[training]
learning_rate = 0.2
epochs = 3
+++
```graph
A = k[0, 0]*X[:-2] + k[1, 0]*X[1:-1] + k[2, 0]*X[2:]
for i in 0..1:
    P{i} = max(A[2*i:2*i+2], axis=0)
C = mean((w @ concat(P0, P1) - Y)**2)
```
"""
)


def convolution(p):
    """Return the cost in plain NumPy."""
    data = np.array([[0, 1, 0.7, 0, 0.2, 0, 1], [0.1, 0, 0, 1, 1, 0.5, 0]])
    out = []
    for row in data:
        a = np.correlate(row[:6], p["k"][:, 0], "valid")
        out.append((p["w"] @ a.reshape(2, 2).max(axis=1) - row[6])[0])
    return np.mean(np.array(out) ** 2)


NETWORKS = {"attention": (ATTENTION, attention), "recurrent": (RECURRENT, recurrent),
            "convolution": (CONVOLUTION, convolution)}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_costs_are_those_of_a_program_that_descends_by_differences(name):
    text, cost = NETWORKS[name]
    lesson, reports = parse_lesson(text, Path("drawn.md"))
    assert lesson is not None, reports
    run = run_of(lesson)
    run.advance()
    parameters = {key: np.array(value) for key, value in run.state(0).parameters.items()}
    for epoch in range(3):
        assert run.costs[epoch] == pytest.approx(cost(parameters), rel=1e-7)
        slopes = {key: np.zeros_like(value) for key, value in parameters.items()}
        for key, value in parameters.items():
            for cell in np.ndindex(value.shape):
                ends = []
                for step in (1e-6, -1e-6):
                    moved = {**parameters, key: value.copy()}
                    moved[key][cell] += step
                    ends.append(cost(moved))
                slopes[key][cell] = (ends[0] - ends[1]) / 2e-6
        parameters = {key: value - 0.2 * slopes[key] for key, value in parameters.items()}
