"""Programs that hand values on: in tuples, dictionaries, objects, and calls of layers."""

from __future__ import annotations

from gdtutor.session.slips import Slip

CACHES = """import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def linear_forward(A, W, b):
    Z = W @ A + b
    cache = (A, W, b)
    return Z, cache

def activation_forward(Z):
    A = 1 / (1 + np.exp(-Z))
    return A, Z

def linear_backward(dZ, cache):
    A_prev, W, b = cache
    dW = dZ @ A_prev.T
    db = np.sum(dZ, axis=1, keepdims=True)
    dA_prev = W.T @ dZ
    return dA_prev, dW, db

def activation_backward(dA, cache):
    s = 1 / (1 + np.exp(-cache))
    dZ = dA * s * (1 - s)
    return dZ

Z1, lin1 = linear_forward(X, W1, b1)
A1, act1 = activation_forward(Z1)
Z2, lin2 = linear_forward(A1, W2, b2)
Yhat, act2 = activation_forward(Z2)
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
dZ2 = activation_backward(dYhat, act2)
dA1, dW2, db2 = linear_backward(dZ2, lin2)
dZ1 = activation_backward(dA1, act1)
_, dW1, db1 = linear_backward(dZ1, lin1)
"""

TUPLES = """import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(X, W1, b1, W2, b2):
    z1 = W1 @ X + b1
    a1 = sigmoid(z1)
    z2 = W2 @ a1 + b2
    a2 = sigmoid(z2)
    cache = (z1, a1, z2, a2)
    return a2, cache

def backward(X, Y, W2, cache):
    z1, a1, z2, a2 = cache
    m = X.shape[1]
    d_a2 = (a2 - Y) / m
    d_z2 = d_a2 * a2 * (1 - a2)
    d_w2 = d_z2 @ a1.T
    d_b2 = np.sum(d_z2, axis=1, keepdims=True)
    d_a1 = W2.T @ d_z2
    d_z1 = d_a1 * a1 * (1 - a1)
    d_w1 = d_z1 @ X.T
    d_b1 = np.sum(d_z1, axis=1, keepdims=True)
    return d_a2, d_z2, d_w2, d_b2, d_a1, d_z1, d_w1, d_b1

Yhat, cache = forward(X, W1, b1, W2, b2)
Z1, A1, Z2, _ = cache
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat, dZ2, dW2, db2, dA1, dZ1, dW1, db1 = backward(X, Y, W2, cache)
"""

TABLES = """import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(X, p):
    z1 = p["W1"] @ X + p["b1"]
    a1 = sigmoid(z1)
    z2 = p["W2"] @ a1 + p["b2"]
    a2 = sigmoid(z2)
    return a2, {"Z1": z1, "A1": a1, "Z2": z2, "Yhat": a2}

def backward(p, cache, X, Y):
    m = Y.shape[1]
    g = (cache["Yhat"] - Y) / m
    g2 = g * cache["Yhat"] * (1 - cache["Yhat"])
    gw2 = g2 @ cache["A1"].T
    gb2 = np.sum(g2, axis=1, keepdims=True)
    g1 = p["W2"].T @ g2
    gz1 = g1 * cache["A1"] * (1 - cache["A1"])
    gw1 = gz1 @ X.T
    gb1 = np.sum(gz1, axis=1, keepdims=True)
    return {"dYhat": g, "dZ2": g2, "dW2": gw2, "db2": gb2, "dA1": g1, "dZ1": gz1,
            "dW1": gw1, "db1": gb1}

p = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
out, cache = forward(X, p)
C = np.sum((out - Y)**2) / (2*m)
grads = backward(p, cache, X, Y)
"""

RECORDS = """import numpy as np

from dataclasses import dataclass

@dataclass
class Pass:
    Z1: np.ndarray
    A1: np.ndarray
    Z2: np.ndarray
    Yhat: np.ndarray

@dataclass
class Slopes:
    dYhat: np.ndarray
    dZ2: np.ndarray
    dW2: np.ndarray
    db2: np.ndarray
    dA1: np.ndarray
    dZ1: np.ndarray
    dW1: np.ndarray
    db1: np.ndarray

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def run():
    hidden_in = W1 @ X + b1
    hidden = sigmoid(hidden_in)
    last_in = W2 @ hidden + b2
    last = sigmoid(last_in)
    return Pass(Z1=hidden_in, A1=hidden, Z2=last_in, Yhat=last)

def slopes(f):
    d_last = (f.Yhat - Y) / m
    d_last_in = d_last * f.Yhat * (1 - f.Yhat)
    w2 = d_last_in @ f.A1.T
    c2 = np.sum(d_last_in, axis=1, keepdims=True)
    d_hidden = W2.T @ d_last_in
    d_hidden_in = d_hidden * f.A1 * (1 - f.A1)
    w1 = d_hidden_in @ X.T
    c1 = np.sum(d_hidden_in, axis=1, keepdims=True)
    return Slopes(d_last, d_last_in, w2, c2, d_hidden, d_hidden_in, w1, c1)

f = run()
C = np.sum((f.Yhat - Y)**2) / (2*m)
g = slopes(f)
Z1, A1, Z2, Yhat = f.Z1, f.A1, f.Z2, f.Yhat
dYhat, dZ2, dW2, db2 = g.dYhat, g.dZ2, g.dW2, g.db2
dA1, dZ1, dW1, db1 = g.dA1, g.dZ1, g.dW1, g.db1
"""

CALLED = """import numpy as np

class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def __call__(self, x):
        self.x = x
        self.z = self.W @ x + self.b
        return self.z

    def back(self, g):
        self.gw = g @ self.x.T
        self.gb = np.sum(g, axis=1, keepdims=True)
        return self.W.T @ g

class Act:
    def __call__(self, z):
        self.a = 1 / (1 + np.exp(-z))
        return self.a

    def back(self, g):
        return g * self.a * (1 - self.a)

l1, s1, l2, s2 = Linear(W1, b1), Act(), Linear(W2, b2), Act()
Z1 = l1(X)
A1 = s1(Z1)
Z2 = l2(A1)
Yhat = s2(Z2)
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
dZ2 = s2.back(dYhat)
dA1 = l2.back(dZ2)
dZ1 = s1.back(dA1)
l1.back(dZ1)
dW2, db2, dW1, db1 = l2.gw, l2.gb, l1.gw, l1.gb
"""

LISTED = """import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

params = [(W1, b1), (W2, b2)]
zs, acts = [], [X]
for W, b in params:
    z = W @ acts[-1] + b
    zs.append(z)
    acts.append(sigmoid(z))
Z1, Z2 = zs
A1, Yhat = acts[1:]
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
delta = dYhat * Yhat * (1 - Yhat)
dZ2 = delta
gw, gb = [None, None], [None, None]
gw[1] = delta @ acts[1].T
gb[1] = delta.sum(axis=1, keepdims=True)
dA1 = W2.T @ delta
delta = dA1 * acts[1] * (1 - acts[1])
dZ1 = delta
gw[0] = delta @ acts[0].T
gb[0] = delta.sum(axis=1, keepdims=True)
dW1, dW2 = gw
db1, db2 = gb
"""

NAMED_TUPLES = """import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

from collections import namedtuple
Cache = namedtuple("Cache", "Z1 A1 Z2 Yhat")

def forward():
    h = W1 @ X + b1
    return Cache(h, sigmoid(h), W2 @ sigmoid(h) + b2, sigmoid(W2 @ sigmoid(h) + b2))

def backward(c):
    go = (c.Yhat - Y) / m
    gz = go * c.Yhat * (1 - c.Yhat)
    ga = W2.T @ gz
    gh = ga * c.A1 * (1 - c.A1)
    sums = gz.sum(axis=1, keepdims=True), gh.sum(axis=1, keepdims=True)
    return go, gz, gz @ c.A1.T, sums[0], ga, gh, gh @ X.T, sums[1]

c = forward()
Z1, A1, Z2, Yhat = c
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat, dZ2, dW2, db2, dA1, dZ1, dW1, db1 = backward(c)
"""

ATTRIBUTES = """import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

class Net:
    def forward(self, x):
        self.z1 = W1 @ x + b1
        self.a1 = sigmoid(self.z1)
        self.z2 = W2 @ self.a1 + b2
        self.a2 = sigmoid(self.z2)
        return self.a2

    def backward(self, y):
        n = y.shape[1]
        self.g = {}
        self.g["a2"] = (self.a2 - y) / n
        self.g["z2"] = self.g["a2"] * self.a2 * (1 - self.a2)
        self.g["w2"] = self.g["z2"] @ self.a1.T
        self.g["b2"] = self.g["z2"].sum(axis=1, keepdims=True)
        self.g["a1"] = W2.T @ self.g["z2"]
        self.g["z1"] = self.g["a1"] * self.a1 * (1 - self.a1)
        self.g["w1"] = self.g["z1"] @ X.T
        self.g["b1"] = self.g["z1"].sum(axis=1, keepdims=True)

net = Net()
Yhat = net.forward(X)
net.backward(Y)
Z1, A1, Z2 = net.z1, net.a1, net.z2
C = np.sum((Yhat - Y)**2) / (2*m)
keys = ("a2", "z2", "w2", "b2", "a1", "z1", "w1", "b1")
dYhat, dZ2, dW2, db2, dA1, dZ1, dW1, db1 = (net.g[k] for k in keys)
"""


PROGRAMS = {
    "caches": CACHES, "tuples": TUPLES, "tables": TABLES, "records": RECORDS, "called": CALLED,
    "listed": LISTED, "named tuples": NAMED_TUPLES, "attributes": ATTRIBUTES,
}  # fmt: skip
MEANS = (Slip.MEAN, Slip.SHARE_TWICE)
WRONG_LINES = {
    "caches": [
        ("Z = W @ A + b", "Z = W @ A - b", "Z1", Slip.TERM_SIGN),
        ("dW = dZ @ A_prev.T", "dW = -dZ @ A_prev.T", "dW2", Slip.SIGN),
        ("dA_prev = W.T @ dZ", "dA_prev = W.T @ dZ / m", "dA1", Slip.SHARE_TWICE),
        ("dZ = dA * s * (1 - s)", "dZ = s * (1 - s)", "dZ2", Slip.NO_UPSTREAM),
        ("db = np.sum(dZ", "db = np.mean(dZ", "db2", Slip.MEAN),
    ],
    "tuples": [
        ("z1 = W1 @ X + b1", "z1 = W1 @ X - b1", "Z1", Slip.TERM_SIGN),
        ("a2 = sigmoid(z2)", "a2 = z2", "Yhat", Slip.NO_FUNCTION),
        ("d_w2 = d_z2 @ a1.T", "d_w2 = d_z2 @ z1.T", "dW2", Slip.OTHER_VALUE),
        ("d_b1 = np.sum(", "d_b1 = np.mean(", "db1", Slip.MEAN),
    ],
    "tables": [
        ('z2 = p["W2"] @ a1 + p["b2"]', 'z2 = p["W2"] @ a1', "Z2", Slip.NO_BIAS),
        ('g2 = g * cache["Yhat"] * (1 - cache["Yhat"])', "g2 = g", "dZ2", Slip.NO_LOCAL),
        ("gw1 = gz1 @ X.T", "gw1 = -gz1 @ X.T", "dW1", Slip.SIGN),
    ],
    "records": [
        ("hidden_in = W1 @ X + b1", "hidden_in = W1 @ X - b1", "Z1", Slip.TERM_SIGN),
        ("d_hidden_in = d_hidden * f.A1 * (1 - f.A1)", "d_hidden_in = d_hidden", "dZ1",
         Slip.NO_LOCAL),
        ("w1 = d_hidden_in @ X.T", "w1 = d_hidden_in @ X.T / m", "dW1", MEANS),
    ],
    "called": [
        ("self.z = self.W @ x + self.b", "self.z = self.W @ x - self.b", "Z1", Slip.TERM_SIGN),
        ("self.a = 1 / (1 + np.exp(-z))", "self.a = np.tanh(z)", "A1", Slip.OTHER_FUNCTION),
        ("self.gw = g @ self.x.T", "self.gw = -g @ self.x.T", "dW2", Slip.SIGN),
        ("return g * self.a * (1 - self.a)", "return self.a * (1 - self.a)", "dZ2",
         Slip.NO_UPSTREAM),
        ("return self.W.T @ g", "return self.W.T @ g / m", "dA1", Slip.SHARE_TWICE),
    ],
    "listed": [
        ("z = W @ acts[-1] + b", "z = W @ acts[-1] - b", "Z1", Slip.TERM_SIGN),
        ("gw[1] = delta @ acts[1].T", "gw[1] = -delta @ acts[1].T", "dW2", Slip.SIGN),
        ("delta = dA1 * acts[1] * (1 - acts[1])", "delta = dA1", "dZ1", Slip.NO_LOCAL),
    ],
    "named tuples": [
        ("h = W1 @ X + b1", "h = W1 @ X - b1", "Z1", Slip.TERM_SIGN),
        ("gz = go * c.Yhat * (1 - c.Yhat)", "gz = go", "dZ2", Slip.NO_LOCAL),
    ],
    "attributes": [
        ("self.z1 = W1 @ x + b1", "self.z1 = W1 @ x - b1", "Z1", Slip.TERM_SIGN),
        ('self.g["w1"] = self.g["z1"] @ X.T', 'self.g["w1"] = -self.g["z1"] @ X.T', "dW1",
         Slip.SIGN),
        ('self.g["z2"] = self.g["a2"] * self.a2 * (1 - self.a2)', 'self.g["z2"] = self.g["a2"]',
         "dZ2", Slip.NO_LOCAL),
    ],
}  # fmt: skip
"""By program, a line with what it becomes, the name that departs by it, and its slip."""
