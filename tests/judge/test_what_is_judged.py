"""What of a program is judged that does not take the step or compute the cost by itself, or keeps
them where they are not seen; and what is said of it."""

from pathlib import Path

import pytest

from gdtutor.judge.outcome import judge_file
from gdtutor.judge.telling import verdict_lines
from gdtutor.judge.verdict import Verdict
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson
from gdtutor.session.slips import Slip
from tests.judge.corpus import ALL_UPDATES, HIDDEN, LAYERS
from tests.judge.judging import judged

FUNCTIONS = """import numpy as np
def forward(X, W1, b1, W2, b2):
    Z1 = W1 @ X + b1
    A1 = 1/(1+np.exp(-Z1))
    Z2 = W2 @ A1 + b2
    Yhat = 1/(1+np.exp(-Z2))
    return Z1, A1, Z2, Yhat
def cost(Yhat, Y):
    return np.mean((Yhat-Y)**2)/2
def backward(X, Y, W2, A1, Yhat):
    dYhat = (Yhat-Y)/X.shape[1]
    dZ2 = dYhat*Yhat*(1-Yhat)
    dW2 = dZ2 @ A1.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dA1 = W2.T @ dZ2
    dZ1 = dA1*A1*(1-A1)
    dW1 = dZ1 @ X.T
    db1 = dZ1.sum(axis=1, keepdims=True)
    return dW1, db1, dW2, db2
def update(W1, b1, W2, b2, dW1, db1, dW2, db2, lr):
    return W1 - lr*dW1, b1 - lr*db1, W2 - lr*dW2, b2 - lr*db2
"""
NETWORK = """import numpy as np
class Network:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, X):
        self.X, self.Z = X, self.W @ X + self.b
        self.Yhat = 1/(1+np.exp(-self.Z))
    def cost(self, Y):
        return np.mean((self.Yhat-Y)**2)/2
    def backward(self, Y):
        self.dYhat = (self.Yhat-Y)/Y.shape[1]
        self.dZ = self.dYhat*self.Yhat*(1-self.Yhat)
        self.dW, self.db = self.dZ @ self.X.T, self.dZ.sum(axis=1, keepdims=True)
    def step(self, lr):
        self.W = self.W - lr*self.dW
        self.b = self.b - lr*self.db
"""
WITH_STEPS = LAYERS.replace(
    "    def forward(self, A):",
    "    def update(self, lr):\n        self.W -= lr*self.dW\n        self.b -= lr*self.db\n"
    "    def forward(self, A):",
)
PURE = """import math
Z = [b[0][0] + W[0][0]*X[0][i] + W[0][1]*X[1][i] for i in range(4)]
Yhat = [1/(1+math.exp(-z)) for z in Z]
C = sum((Yhat[i] - Y[0][i])**2 for i in range(4))/8
dYhat = [(Yhat[i] - Y[0][i])/4 for i in range(4)]
dZ = [dYhat[i]*Yhat[i]*(1-Yhat[i]) for i in range(4)]
dW = [sum(dZ[i]*X[j][i] for i in range(4)) for j in range(2)]
db = sum(dZ)
for j in range(2):
    W[0][j] -= learning_rate*dW[j]
b[0][0] -= learning_rate*db
"""
NEURON = """import math
z = w1*x1 + w2*x2 + b
yhat = 1/(1+math.exp(-z))
L = (yhat-y)**2/2
dyhat = yhat-y
dz = dyhat*yhat*(1-yhat)
dw1, dw2, db = dz*x1, dz*x2, dz
w1 = w1 - learning_rate*dw1
w2 = w2 - learning_rate*dw2
b = b - learning_rate*db
"""
MOMENTUM = """import numpy as np
v1, v2 = 0, 0
for t in range(50):
    z = w1*x1 + w2*x2
    L = (z - y)**2/2
    C = np.mean(L)
    dz = (z - y)/len(y)
    dw1, dw2 = np.sum(dz*x1), np.sum(dz*x2)
    v1 = 0.9*v1 + dw1
    v2 = 0.9*v2 + dw2
    w1 = w1 - learning_rate*v1
    w2 = w2 - learning_rate*v2
"""
IN_A_LIST = """params = [W1, b1, W2, b2]
for i, g in enumerate([dW1, db1, dW2, db2]):
    params[i] = params[i] - learning_rate*g
"""
UPDATED = {
    "functions": ("16", FUNCTIONS, "W1 - lr", "W1 + lr", "W1"),
    "a class": ("10", NETWORK, "self.b - lr", "self.b + lr", "b"),
    "layers": ("16", WITH_STEPS, "self.W -= lr", "self.W += lr", "W1"),
    "lists": ("10", PURE, "W[0][j] -=", "W[0][j] +=", "W"),
}
"""Where a step is taken, and how it goes uphill."""


@pytest.mark.slow
@pytest.mark.parametrize("place", UPDATED)
def test_a_step_that_is_written_as_such_is_judged(place: str, tmp_path: Path) -> None:
    lesson, text, old, new, name = UPDATED[place]
    right, wrong = judged([(lesson, text), (lesson, text.replace(old, new))], tmp_path)
    assert isinstance(right, Verdict), right
    assert right.is_right
    assert right.updates == right.program.parts["update"]
    assert isinstance(wrong, Verdict), wrong
    assert wrong.first is not None
    assert (wrong.first.name.name, wrong.first.slip and wrong.first.slip.slip) == (
        name, Slip.UPHILL,
    )  # fmt: skip
    assert new in wrong.source.written(wrong.first.line)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesson", "text", "old", "new", "name", "slip"),
    [
        ("16", FUNCTIONS, "np.mean((Yhat-Y)**2)/2", "np.mean((Yhat-Y)**2)", "C", Slip.NO_SHARE),
        ("10", NETWORK, "self.Yhat-Y)**2)/2", "self.Yhat-Y)**2)", "C", Slip.NO_SHARE),
        ("16", ALL_UPDATES, "learning_rate * db1", "learning_rate * db2", "b1", Slip.OTHER_VALUE),
        ("10", PURE, "(Yhat[i] - Y[0][i])/4", "(Y[0][i] - Yhat[i])/4", "dYhat", Slip.SIGN),
        ("10", PURE, "1/(1+math", "1//(1+math", "Yhat", Slip.PRECISION),
        ("08", NEURON, "dz*x1", "dyhat*x1", "dw1", Slip.OTHER_VALUE),
        ("08", NEURON, "w1 = w1 -", "w1 = 0.3 -", "w1", None),
        ("23", MOMENTUM, "= 0.9*v1", "= 0.9*0", "w1", None),
        ("23", MOMENTUM, "w2 - learning", "w2 + learning", "w2", Slip.UPHILL),
    ],
)
def test_a_slip_of_a_cost_a_step_or_a_list_is_named(
    lesson: str, text: str, old: str, new: str, name: str, slip: Slip | None, tmp_path: Path
) -> None:
    assert old in text
    (verdict,) = judged([(lesson, text.replace(old, new))], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert (verdict.first.name.name, verdict.first.slip and verdict.first.slip.slip) == (name, slip)
    assert not verdict.also
    if name[0] in "bw":
        assert f"{name} = " in verdict.source.written(verdict.first.line)
    if slip is Slip.OTHER_VALUE:
        assert verdict.first.slip is not None
        assert verdict.first.slip.about in new


def told_of(text: str, folder: Path, lesson: str = "16") -> str:
    (verdict,) = judged([(lesson, text)], folder)
    assert isinstance(verdict, Verdict), verdict
    return " ".join(" ".join(verdict_lines(verdict, Path("mine.py"), None)).split())


def test_a_step_in_a_list_of_parameters_is_seen_by_its_numbers(tmp_path: Path) -> None:
    assert "update: W1 b1 W2 b2 All 13" in told_of(HIDDEN + IN_A_LIST, tmp_path)


def test_a_loop_that_binds_its_own_variable_alone_is_told_how_parameters_change(
    tmp_path: Path,
) -> None:
    loop = (
        "for p, g in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)):\n    p = p - learning_rate*g\n"
    )
    told = told_of(HIDDEN + loop, tmp_path)
    assert "not seen update: W1 b1 W2 b2. In its loop p is bound anew" in told
    assert "not seen" not in told_of(HIDDEN + loop.replace("p = p -", "p -="), tmp_path)


def test_an_update_that_no_pass_takes_over_is_told_so(tmp_path: Path) -> None:
    passes = "".join(f"    {line}\n" for line in ALL_UPDATES.splitlines()[4:])
    head = "\n".join(ALL_UPDATES.splitlines()[:4]) + "\nfor epoch in range(100):\n"
    stays = passes.replace("    W1 = W1", "    W1_new = W1")
    assert "W1_new is taken over nowhere." in told_of(head + stays, tmp_path)
    assert "All 13" in told_of(head + stays + "    W1 = W1_new\n", tmp_path)


def test_a_step_without_a_gradient_by_name_lacks_the_mean(tmp_path: Path) -> None:
    text = """import numpy as np
w, c = W.copy(), b.copy()
for epoch in range(300):
    Z = w @ X + c
    Yhat = 1/(1+np.exp(-Z))
    g = (Yhat-Y)*Yhat*(1-Yhat)
    w = w - learning_rate*(g @ X.T)
    c = c - learning_rate*g.sum(1, keepdims=True)
"""
    assert "constant factor forgotten: The factor 1/m was forgotten." in told_of(
        text, tmp_path, "10"
    )


IN_A_LOOP = """import numpy as np
W, b = np.array([[0.1, 0.6]]), np.array([[0.0]])
X, Y = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0.0, 1, 1, 1]])
params = {"W": W, "b": b}
def forward(params, X):
    Z = params["W"] @ X + params["b"]
    return {"Z": Z, "Yhat": 1/(1+np.exp(-Z))}
def backward(cache, X, Y):
    dYhat = (cache["Yhat"]-Y)/X.shape[1]
    dZ = dYhat*cache["Yhat"]*(1-cache["Yhat"])
    return {"dYhat": dYhat, "dZ": dZ, "dW": dZ @ X.T, "db": dZ.sum(axis=1, keepdims=True)}
def cost(Yhat, Y):
    return np.sum((Yhat-Y)**2)/(2*Y.shape[1])
costs = []
for epoch in range(20):
    cache = forward(params, X)
    costs.append(cost(cache["Yhat"], Y))
    grads = backward(cache, X, Y)
    params = {k: params[k] - learning_rate*grads["d"+k] for k in params}
"""


@pytest.mark.slow
def test_a_cost_without_a_name_is_that_of_the_pass_that_is_judged(tmp_path: Path) -> None:
    wrong = IN_A_LOOP.replace("/(2*Y", "/(Y")
    right, departs = judged([("10", IN_A_LOOP), ("10", wrong)], tmp_path)
    assert isinstance(right, Verdict)
    assert right.is_right
    assert isinstance(departs, Verdict)
    assert departs.first is not None
    assert departs.first.name.name == "C"
    assert departs.first.slip is not None
    assert departs.first.slip.slip is Slip.NO_SHARE


@pytest.mark.slow
def test_a_cost_that_takes_parameters_which_have_moved_since_is_blamed_for_nothing(
    tmp_path: Path,
) -> None:
    text = IN_A_LOOP.replace("cost(Yhat, Y):\n", "cost(params, Yhat, Y):\n    _ = params['W']\n")
    text = text.replace("cost(cache", "cost(params, cache")
    (found,) = judged([("10", text)], tmp_path)
    assert isinstance(found, Verdict)
    assert (found.first, found.missing) == (None, ("C",))


@pytest.mark.slow
def test_a_loop_without_costs_is_told_that_its_later_passes_are_not_judged(tmp_path: Path) -> None:
    lesson = load_lesson(find_lesson("10", shipped_lessons_folder()))
    path = tmp_path / "mine.py"
    told = []
    for text in (IN_A_LOOP, IN_A_LOOP.replace("costs.append(", "C = (")):
        path.write_text(text, encoding="utf-8")
        told.append(any("after the second" in n for n in judge_file(lesson, path).verdict.notes))
    assert told == [False, True]


@pytest.mark.slow
def test_an_update_under_a_new_name_is_read_beside_parameters_of_less_precision(
    tmp_path: Path,
) -> None:
    head, *_ = IN_A_LOOP.replace("]])", "]], np.float32)").split("costs = []")
    text = head + (
        "c = forward(params, X)\nC = cost(c['Yhat'], Y)\ng = backward(c, X, Y)\n"
        "W_new = W - learning_rate*g['dW']\nb_new = b - learning_rate*g['db']\n"
    )
    right, wrong = judged([("10", text), ("10", text.replace("W - l", "W + l"))], tmp_path)
    assert isinstance(right, Verdict)
    assert (right.is_right, right.parts["update"]) == (True, (("W", "b"), ()))
    assert isinstance(wrong, Verdict)
    assert not wrong.is_right
