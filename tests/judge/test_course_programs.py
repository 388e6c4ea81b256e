"""Programs in the manner of courses: what they compute is judged as Python computes it, in
the loops and functions that they have."""

from pathlib import Path

import numpy as np
import pytest

from gdtutor.judge.cost import CostCurves, curve_facts
from gdtutor.judge.telling import verdict_lines
from gdtutor.judge.verdict import Verdict
from gdtutor.session.slips import Slip
from tests.judge.judging import judged

UNPACKED = """import numpy as np
n = X.shape[0]
def predict(X, net):
    W, b = net["W"], net["b"]
    Z = W @ X + b
    return Z, 1/(1 + np.exp(-Z))
net = {"W": W.copy(), "b": b.copy()}
for i in range(200):
    Z, Yhat = predict(X, net)
    C = np.sum((Yhat - Y)**2)/(2*m)
    dYhat = (Yhat - Y)/m
    dZ = dYhat*Yhat*(1 - Yhat)
    dW = dZ @ X.T
    db = dZ.sum(axis=1, keepdims=True)
    net = {k: net[k] - learning_rate*g for k, g in (("W", dW), ("b", db))}
W = net["W"]
"""

HIDDEN = """import numpy as np
def f(z): return 1/(1 + np.exp(-z))
def forward(x, weights):
    W1, b1 = weights["W1"], weights["b1"]
    W2 = weights["W2"]; b2 = weights["b2"]
    Z1 = W1 @ x + b1
    A1 = f(Z1)
    Z2 = W2 @ A1 + b2
    return Z1, A1, Z2, f(Z2)
def backward(x, y, weights, A1, Yhat):
    m = x.shape[1]
    C = ((Yhat - y)**2).sum()/(2*m)
    dYhat = (Yhat - y)/m
    dZ2 = dYhat*Yhat*(1 - Yhat)
    dA1 = weights["W2"].T @ dZ2
    dZ1 = dA1*A1*(1 - A1)
    dW1, db1 = dZ1 @ x.T, dZ1.sum(1, keepdims=True)
    dW2, db2 = dZ2 @ A1.T, dZ2.sum(1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
weights = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
for i in range(100):
    Z1, A1, Z2, Yhat = forward(X, weights)
    grads = backward(X, Y, weights, A1, Yhat)
    for k in weights:
        weights[k] = weights[k] - learning_rate*grads[k]
"""
"""The parameters stand in a dictionary that the functions unpack into names of their own."""

PARTS = HIDDEN.replace(
    "Z1, A1, Z2, Yhat = forward(X, weights)\n    grads = backward(X, Y,",
    "k = 2*(i % 2)\n    Z1, A1, Z2, Yhat = forward(X[:, k:k+2], weights)\n"
    "    grads = backward(X[:, k:k+2], Y[:, k:k+2],",
)
"""Two examples at a time, so that m within the function is 2."""

DRAWN = HIDDEN.replace(
    'weights = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}',
    "sizes, weights = (2, 3, 1), {}\nfor n in (1, 2):\n"
    "    weights['W%d' % n] = np.random.randn(sizes[n], sizes[n-1])\n"
    "    weights['b%d' % n] = np.zeros((sizes[n], 1))",
)
"""No line types a parameter under its own name."""

BATCHES = """import numpy as np
rows = True
order = np.random.permutation(len(X))
for sweep in range(40):
    for start in range(0, len(X), 2):
        chosen = order[start:start+2]
        xb, yb = X[chosen], Y[chosen]
        Z1 = xb @ W1 + b1
        A1 = 1/(1 + np.exp(-Z1))
        Z2 = A1 @ W2 + b2
        Yhat = 1/(1 + np.exp(-Z2))
        C = ((Yhat - yb)**2).sum()/(2*len(xb))
        dYhat = (Yhat - yb)/len(xb)
        dZ2 = dYhat*Yhat*(1 - Yhat)
        dW2 = A1.T @ dZ2
        db2 = dZ2.sum(0, keepdims=True)
        dA1 = dZ2 @ W2.T
        dZ1 = dA1*A1*(1 - A1)
        dW1 = xb.T @ dZ1
        db1 = dZ1.sum(0, keepdims=True)
        for parameter, slope in zip([W1, b1, W2, b2], [dW1, db1, dW2, db2]):
            parameter -= 1.0*slope
"""
"""No line of the update names a parameter or a learning rate."""

RETURNED = """import numpy as np
def one_step(x, y, W1, b1, W2, b2):
    Z1 = W1 @ x + b1
    A1 = 1/(1 + np.exp(-Z1))
    Z2 = W2 @ A1 + b2
    Yhat = 1/(1 + np.exp(-Z2))
    C = np.sum((Yhat - y)**2)/(2*y.size)
    dYhat = (Yhat - y)/y.size
    dZ2 = dYhat*Yhat*(1 - Yhat)
    dW2, db2 = dZ2 @ A1.T, dZ2.sum(1, keepdims=True)
    dA1 = W2.T @ dZ2
    dZ1 = dA1*A1*(1 - A1)
    dW1, db1 = dZ1 @ x.T, dZ1.sum(1, keepdims=True)
    return W1 - 1.0*dW1, b1 - 1.0*db1, W2 - 1.0*dW2, b2 - 1.0*db2
for sweep in range(50):
    for at in (0, 2):
        W1, b1, W2, b2 = one_step(X[:, at:at+2], Y[:, at:at+2], W1, b1, W2, b2)
"""
"""The update is what a function returns."""

ONE_BY_ONE = """import numpy as np
f = lambda z: 1/(1 + np.exp(-z))
dW1, db1, dW2, db2 = (np.zeros_like(p) for p in (W1, b1, W2, b2))
C = 0
for i in range(m):
    x, y = X[:, i:i+1], Y[:, i:i+1]
    Z1 = W1 @ x + b1; A1 = f(Z1)
    Z2 = W2 @ A1 + b2; Yhat = f(Z2)
    C += ((Yhat - y)**2).item()/(2*m)
    dYhat = (Yhat - y)/m; dZ2 = dYhat*Yhat*(1 - Yhat)
    dA1 = W2.T @ dZ2; dZ1 = dA1*A1*(1 - A1)
    dW2 += dZ2 @ A1.T; db2 += dZ2
    dW1 += dZ1 @ x.T; db1 += dZ1
"""
"""Several statements stand in one line."""

RIGHT = {
    "a loop over parameters": ("16", BATCHES),
    "a loop over parameters, their cells set": (
        "16",
        BATCHES.replace("parameter -= 1.0*slope", "parameter[...] = parameter - slope"),
    ),
    "a loop over parameters, by out": (
        "16",
        BATCHES.replace("parameter -= 1.0*slope", "np.subtract(parameter, slope, out=parameter)"),
    ),
    "an update returned": ("16", RETURNED),
    "several statements in a line": ("16", ONE_BY_ONE),
    "a dictionary unpacked": ("10", UNPACKED),
    "functions unpack a dictionary": ("16", HIDDEN),
    "updated in place": ("16", HIDDEN.replace("weights[k] = weights[k] -", "weights[k] -=")),
    "a count of the function's own": ("16", PARTS),
    "drawn by key": ("16", DRAWN),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict | Exception]:
    verdicts = judged([*RIGHT.values()], tmp_path_factory.mktemp("courses"))
    return dict(zip(RIGHT, verdicts, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_program_of_a_course_is_right(found: dict[str, Verdict | Exception], name: str) -> None:
    verdict = found[name]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.is_right, (verdict.first, verdict.missing)


def told(lesson: str, text: str, folder: Path) -> list[str]:
    (verdict,) = judged([(lesson, text)], folder)
    assert isinstance(verdict, Verdict), verdict
    return [line.strip() for line in verdict_lines(verdict, folder / "program.py", None)]


def test_a_wrong_count_is_told_at_its_own_line(tmp_path: Path) -> None:
    lines = told("10", UNPACKED.replace("/(2*m)", "/(2*n)"), tmp_path)
    at = lines.index("n = X.shape[0]")
    assert lines[at + 1 : at + 3] == [
        "another value in its place: The count n is not the number of",
        "examples.",
    ]


def test_what_is_computed_and_then_changed_in_place_was_not_given(tmp_path: Path) -> None:
    lines = told("16", HIDDEN.replace("dW1, db1", "A1 *= 2\n    dW1, db1"), tmp_path)
    assert "array changed in place: A1 was changed in place, and is no longer" in lines
    assert "what it was computed as." in lines


def test_shapes_of_rows_are_told_in_rows(tmp_path: Path) -> None:
    text = BATCHES.replace("dZ1.sum(0, keepdims=True)", "dZ1")
    assert "yours is 2×3, in rows it is 1×3:" in told("16", text, tmp_path)


@pytest.mark.slow
def test_a_name_that_is_handed_a_wrong_value_departs_at_its_own_line(tmp_path: Path) -> None:
    text = BATCHES.replace("dA1*A1*(1 - A1)", "dA1*A1").replace("dZ1.sum(0, keepdims=True)", "dZ1")
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    (db1,) = verdict.also
    assert db1.name.name == "db1"
    assert verdict.source.written(db1.line) == "db1 = dZ1"


def test_nothing_but_zeros_is_no_sign_of_a_mean_taken_late(tmp_path: Path) -> None:
    text = ONE_BY_ONE.replace("Yhat = f(Z2)", "Yhat = np.round(f(Z2))")
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert verdict.first.name.name == "Yhat"
    assert verdict.also == ()


def test_costs_that_differ_are_told_with_digits_that_do() -> None:
    curves = CostCurves(np.array([0.5, 0.12842901]), np.array([0.5, 0.12842903]), 1e-9, 1, True)
    assert next(curve_facts(curves)) == (
        "training the first epoch that differs is 1: yours 0.12842901, the run's 0.12842903"
    )


WRONG = [
    ("16", HIDDEN, "Z1 @ x.T, dZ1.sum", "Z1 @ x.T/m, dZ1.sum", "dW1", Slip.SHARE_TWICE),
    ("16", HIDDEN, 'W1, b1 = weights["W1"]', 'W1, b1 = 2*weights["W1"]', "Z1", None),
    (
        "16",
        HIDDEN,
        "dZ2.sum(1, keepdims=True)",
        "dZ2.sum(0, keepdims=True)",
        "db2",
        Slip.OTHER_AXIS,
    ),
    ("10", UNPACKED, "/(2*m)", "/(2*n)", "C", Slip.OTHER_VALUE),
    ("16", BATCHES, "dZ2 @ W2.T", "dZ2 @ W2.T/len(xb)", "dA1", Slip.SHARE_TWICE),
    ("16", RETURNED, "= (Yhat - y)/y.size", "= (y - Yhat)/y.size", "dYhat", Slip.SIGN),
    ("16", ONE_BY_ONE, "; dZ1 = dA1*A1*(1 - A1)", "; dZ1 = dA1*A1", "dZ1", Slip.PART_OF_LOCAL),
    ("10", UNPACKED, "net[k] - learning", "net[k] + learning", "W", Slip.UPHILL),
]


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "text", "old", "new", "name", "slip"), WRONG)
def test_a_mistake_in_a_program_of_a_course_is_named(
    lesson: str, text: str, old: str, new: str, name: str, slip: Slip | None, tmp_path: Path
) -> None:
    assert old in text
    (verdict,) = judged([(lesson, text.replace(old, new))], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert (verdict.first.name.name, verdict.first.slip and verdict.first.slip.slip) == (name, slip)
