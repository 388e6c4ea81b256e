"""Programs of learners: right ones in many styles, and wrong ones made from them."""

from __future__ import annotations

from gdtutor.session.slips import Slip
from gdtutor.values import Struct
from tests.judge.handed_on import PROGRAMS, WRONG_LINES

HEAD = "import numpy as np\n"
SIGMOID = HEAD + "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"

HIDDEN = (
    SIGMOID
    + """
Z1 = W1 @ X + b1
A1 = sigmoid(Z1)
Z2 = W2 @ A1 + b2
Yhat = sigmoid(Z2)
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
dZ2 = dYhat * Yhat * (1 - Yhat)
dW2 = dZ2 @ A1.T
db2 = np.sum(dZ2, axis=1, keepdims=True)
dA1 = W2.T @ dZ2
dZ1 = dA1 * A1 * (1 - A1)
dW1 = dZ1 @ X.T
db1 = np.sum(dZ1, axis=1, keepdims=True)
"""
)
"""Lesson 16, and 20, by columns."""

OR = (
    SIGMOID
    + """
Z = W @ X + b
Yhat = sigmoid(Z)
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
dZ = dYhat * Yhat * (1 - Yhat)
dW = dZ @ X.T
db = np.sum(dZ, axis=1, keepdims=True)
"""
)
"""Lesson 10."""

UPDATE_OR = (
    OR
    + """
W = W - learning_rate * dW
b = b - learning_rate * db
"""
)

TWO_SCENES = (
    HEAD
    + """
z1 = w1*a1 + w2*a2
yhat1 = 1/(1 + np.exp(-z1))
L1 = (yhat1 - t)**2 / 2
dyhat1 = yhat1 - t
dz1 = dyhat1 * yhat1*(1 - yhat1)
dw1_L1 = dz1 * a1
dw2_L1 = dz1 * a2
s = 1/(1 + np.exp(-u))
du = s*(1 - s)
z = w1*x1 + w2*x2
yhat = 1/(1 + np.exp(-z))
L = (yhat - y)**2 / 2
dyhat = yhat - y
dz = dyhat * yhat*(1 - yhat)
dw1 = dz * x1
dw2 = dz * x2
"""
)
"""Lesson 05."""

SOFTMAX = (
    HEAD
    + """
e = np.exp(z)
s = np.sum(e)
p = e / s
L = -np.sum(t * np.log(p))
dp = -t / p
ds = np.sum(-dp * p / s)
de = dp / s + ds
dz = de * e
q = 1 / (1 + np.exp(-u))
S = (q - 1)**2 / 2
dq = q - 1
du = dq * q * (1 - q)
r = 1 / (1 + np.exp(-v))
E = -np.log(r)
dr = -1 / r
dv = dr * r * (1 - r)
Z = W @ X + b
ez = np.exp(Z - Z.max(axis=0))
P = ez / np.sum(ez, axis=0)
H = -np.sum(Y * np.log(P), axis=0, keepdims=True)
C = np.sum(H) / m
dH = np.ones_like(H) / m
dP = -dH * Y / P
dZ = (P - Y) / m
dW = dZ @ X.T
db = np.sum(dZ, axis=1, keepdims=True)
"""
)
"""Lesson 27."""

ADD_UP = """
s = a*a
u = p + q
v = q*r
J = u*v
z1 = w*x1 + b
z2 = w*x2 + b
K = (z1 - y1)**2/2 + (z2 - y2)**2/2
da = 2*a
dv = u
du = v
dq = du*1 + dv*r
dr = dv*q
dp = du
dz1 = z1 - y1
dz2 = z2 - y2
dw = dz1*x1 + dz2*x2
db = dz1 + dz2
"""
"""Lesson 12."""

CROSS = (
    HEAD
    + """
x3 = x1*x2
z = w1*x1 + w2*x2 + w3*x3 + b
yhat = 1/(1 + np.exp(-z))
L = (yhat - y)**2/2
C = np.mean(L)
dL = np.ones(m)/m
dyhat = dL*(yhat - y)
dz = dyhat*yhat*(1 - yhat)
dw1 = np.sum(dz*x1)
dw2 = np.sum(dz*x2)
dw3 = np.sum(dz*x3)
db = np.sum(dz)
"""
)
"""Lesson 15."""

DEEP = (
    SIGMOID
    + """
A0 = X
Z1 = W1 @ A0 + b1
A1 = sigmoid(Z1)
Z2 = W2 @ A1 + b2
A2 = sigmoid(Z2)
Z3 = W3 @ A2 + b3
Yhat = sigmoid(Z3)
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
dZ3 = dYhat * Yhat * (1 - Yhat)
dW3 = dZ3 @ A2.T
db3 = dZ3.sum(axis=1, keepdims=True)
dA2 = W3.T @ dZ3
dZ2 = dA2 * A2 * (1 - A2)
dW2 = dZ2 @ A1.T
db2 = dZ2.sum(axis=1, keepdims=True)
dA1 = W2.T @ dZ2
dZ1 = dA1 * A1 * (1 - A1)
dW1 = dZ1 @ X.T
db1 = dZ1.sum(axis=1, keepdims=True)
"""
)
"""Lesson 18."""

RELU_NET = """+++
format = 1
id = "relu-squares"
title = "ReLU and squares"
chapter = "Own"
summary = "A hidden layer of ReLU"
[network]
layers = [2, 3, 2]
activation = "relu"
output = "linear"
cost = "squared"
init = "he"
seed = 5
[data]
inputs = ["x1", "x2"]
targets = ["y1", "y2"]
examples = [[0.5, -1.0, 1.0, 0.2], [1.5, 0.3, -0.4, 0.7], [-0.7, 0.9, 0.1, -0.6],
    [0.2, 1.1, 0.4, 0.9], [-1.2, -0.4, 0.8, 0.3]]
[training]
learning_rate = 0.1
epochs = 50
batch = "full"
+++
# ReLU and squares
"""

TANH_SQUARE = """+++
format = 1
id = "tanh-square"
title = "A square of weights"
chapter = "Own"
summary = "As many neurons as inputs"
[parameters]
W1 = [[0.3, -0.4], [0.7, 0.2]]
b1 = [[0.1], [-0.2]]
W2 = [[0.6, -0.5], [0.25, 0.8]]
b2 = [[0.05], [0.15]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y1", "y2"] }
examples = [[0.5, -1.0, 1.0, 0.2], [1.5, 0.3, -0.4, 0.7], [-0.7, 0.9, 0.1, -0.6]]
[training]
learning_rate = 0.1
epochs = 50
batch = "full"
+++
# A square of weights
```graph
Z1 = W1 @ X + b1
A1 = tanh(Z1)
Z2 = W2 @ A1 + b2
C = sum((Z2 - Y)**2) / (2*m)
```
"""

RELU = (
    HEAD
    + """
Z1 = W1 @ X + b1
A1 = np.maximum(Z1, 0)
Z2 = W2 @ A1 + b2
Yhat = Z2.copy()
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
dZ2 = dYhat.copy()
dW2 = dZ2 @ A1.T
db2 = np.sum(dZ2, axis=1, keepdims=True)
dA1 = W2.T @ dZ2
dZ1 = dA1 * (Z1 > 0)
dW1 = dZ1 @ X.T
db1 = np.sum(dZ1, axis=1, keepdims=True)
"""
)

SQUARE = (
    HEAD
    + """
Z1 = W1 @ X + b1
A1 = np.tanh(Z1)
Z2 = W2 @ A1 + b2
C = np.sum((Z2 - Y)**2) / (2*m)
dZ2 = (Z2 - Y) / m
dW2 = dZ2 @ A1.T
db2 = np.sum(dZ2, axis=1, keepdims=True)
dA1 = W2.T @ dZ2
dZ1 = dA1 * (1 - A1**2)
dW1 = dZ1 @ X.T
db1 = np.sum(dZ1, axis=1, keepdims=True)
"""
)

LAYERS = (
    HEAD
    + """
class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, A):
        self.A = A
        return self.W @ A + self.b

    def backward(self, dZ):
        self.dW = dZ @ self.A.T
        self.db = np.sum(dZ, axis=1, keepdims=True)
        return self.W.T @ dZ

class Sigmoid:
    def forward(self, Z):
        self.A = 1 / (1 + np.exp(-Z))
        return self.A

    def backward(self, dA):
        return dA * self.A * (1 - self.A)

def compute_cost(Yhat, Y):
    m = Y.shape[1]
    cost = np.sum((Yhat - Y)**2) / (2 * m)
    return cost, (Yhat - Y) / m
"""
)

FUNCTIONS = (
    SIGMOID
    + """
def forward(X, W1, b1, W2, b2):
    Z1 = W1 @ X + b1
    A1 = sigmoid(Z1)
    Z2 = W2 @ A1 + b2
    Yhat = sigmoid(Z2)
    return Z1, A1, Z2, Yhat

def cost(Yhat, Y):
    return np.sum((Yhat - Y)**2) / (2 * Y.shape[1])

C = cost(forward(X, W1, b1, W2, b2)[3], Y)

def backward(X, Y, W2, A1, Yhat):
    m = X.shape[1]
    dYhat = (Yhat - Y) / m
    dZ2 = dYhat * Yhat * (1 - Yhat)
    dW2 = dZ2 @ A1.T
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = dZ1 @ X.T
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2
"""
)

LOOP_OR = (
    HEAD
    + """
Z = np.zeros((1, m)); Yhat = np.zeros((1, m)); dYhat = np.zeros((1, m)); dZ = np.zeros((1, m))
C = 0.0
dW = np.zeros((1, 2))
db = np.zeros((1, 1))
for i in range(int(m)):
    Z[0, i] = W[0, 0]*X[0, i] + W[0, 1]*X[1, i] + b[0, 0]
    Yhat[0, i] = 1 / (1 + np.exp(-Z[0, i]))
    C += (Yhat[0, i] - Y[0, i])**2 / (2*m)
    dYhat[0, i] = (Yhat[0, i] - Y[0, i]) / m
    dZ[0, i] = dYhat[0, i] * Yhat[0, i] * (1 - Yhat[0, i])
    for j in range(2):
        dW[0, j] += dZ[0, i] * X[j, i]
    db[0, 0] += dZ[0, i]
""".replace("(1, m)", "(1, int(m))")
)

LOOP_CROSS = (
    HEAD
    + """
x3 = x1*x2
z = w1*x1 + w2*x2 + w3*x3 + b
yhat = 1/(1 + np.exp(-z))
L = (yhat - y)**2/2
C = np.mean(L)
dL = np.full(int(m), 1/m)
dyhat = dL*(yhat - y)
dz = dyhat*yhat*(1 - yhat)
dw1 = dw2 = dw3 = db = 0
for i in range(int(m)):
    dw1 += dz[i]*x1[i]
    dw2 += dz[i]*x2[i]
    dw3 += dz[i]*x3[i]
    db += dz[i]
"""
)

ROWS_TORCH = (
    HEAD
    + """
names = {"Z1": "fc1_out", "A1": "h", "Z2": "fc2_out", "Yhat": "y_pred", "C": "loss",
         "dYhat": "grad_y_pred", "dZ2": "grad_fc2_out", "dW2": "fc2_weight_grad",
         "db2": "fc2_bias_grad", "dA1": "grad_h", "dZ1": "grad_fc1_out",
         "dW1": "fc1_weight_grad", "db1": "fc1_bias_grad"}
x, y = X.T, Y.T
fc1_weight, fc1_bias, fc2_weight, fc2_bias = W1, b1.ravel(), W2, b2.ravel()
fc1_out = x @ fc1_weight.T + fc1_bias
h = 1 / (1 + np.exp(-fc1_out))
fc2_out = h @ fc2_weight.T + fc2_bias
y_pred = 1 / (1 + np.exp(-fc2_out))
loss = ((y_pred - y)**2).sum() / (2*len(x))
grad_y_pred = (y_pred - y) / len(x)
grad_fc2_out = grad_y_pred * y_pred * (1 - y_pred)
fc2_weight_grad = grad_fc2_out.T @ h
fc2_bias_grad = grad_fc2_out.sum(0)
grad_h = grad_fc2_out @ fc2_weight
grad_fc1_out = grad_h * h * (1 - h)
fc1_weight_grad = grad_fc1_out.T @ x
fc1_bias_grad = grad_fc1_out.sum(0)
"""
)

TORCH_TYPED = ROWS_TORCH.replace(
    'names = {"Z1"',
    """names = {"X": "x", "Y": "y", "W1": "fc1_weight", "b1": "fc1_bias", "W2": "fc2_weight",
         "b2": "fc2_bias", "Z1\"""",
).replace(
    """x, y = X.T, Y.T
fc1_weight, fc1_bias, fc2_weight, fc2_bias = W1, b1.ravel(), W2, b2.ravel()
""",
    """x, y = np.zeros((4, 2)), np.zeros((4, 1))
fc1_weight, fc1_bias = np.zeros((3, 2)), np.zeros(3)
fc2_weight, fc2_bias = np.zeros((1, 3)), np.zeros(1)
""",
)
"""Given values under names of its own too, weights of outputs × inputs."""

OWN_KEYS = (
    HIDDEN.replace(
        "\nZ1 = W1 @ X + b1",
        """
names = {"W1": "p['W1']", "X": "inputs", "Z1": "z[1]"}
p = {"W1": np.full((3, 2), 0.3)}
inputs = np.array([[0.1, 0.2, 0.3, 0.4], [1, 2, 3, 5]])
z = {}
z[1] = p["W1"] @ inputs + b1""",
    )
    .replace("sigmoid(Z1)", "sigmoid(z[1])")
    .replace("X.T", "inputs.T")
)
"""Given values and lines in tables, a whole number as the key."""

ROWS = (
    SIGMOID
    + """
rows = True
Z1 = X @ W1 + b1
A1 = sigmoid(Z1)
Z2 = A1 @ W2 + b2
Yhat = sigmoid(Z2)
C = np.sum((Yhat - Y)**2) / (2*m)
dYhat = (Yhat - Y) / m
dZ2 = dYhat * Yhat * (1 - Yhat)
dW2 = A1.T @ dZ2
db2 = dZ2.sum(axis=0, keepdims=True)
dA1 = dZ2 @ W2.T
dZ1 = dA1 * A1 * (1 - A1)
dW1 = X.T @ dZ1
db1 = dZ1.sum(axis=0, keepdims=True)
"""
)

ROWS_TYPED = (
    SIGMOID
    + """
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])
W1 = np.zeros((2, 3))
b1 = np.zeros(3)
W2 = np.zeros((3, 1))
b2 = np.zeros(1)
m = len(X)
"""
    + ROWS.split("rows = True\n")[1].replace(", keepdims=True", "")
)

EINSUM = (
    HIDDEN.replace("W1 @ X", 'np.einsum("ij,jk->ik", W1, X)')
    .replace("W2 @ A1", 'np.einsum("ij,jk->ik", W2, A1)')
    .replace("dZ2 @ A1.T", 'np.einsum("ik,jk->ij", dZ2, A1)')
    .replace("W2.T @ dZ2", 'np.einsum("ji,jk->ik", W2, dZ2)')
    .replace("dZ1 @ X.T", 'np.einsum("ik,jk->ij", dZ1, X)')
)

LATE_MEAN = (
    HIDDEN.replace("dYhat = (Yhat - Y) / m", "dYhat = Yhat - Y")
    .replace("dZ2 @ A1.T", "dZ2 @ A1.T / m")
    .replace("dZ1 @ X.T", "dZ1 @ X.T / m")
    .replace("np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2, axis=1, keepdims=True) / m")
    .replace("np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, axis=1, keepdims=True) / m")
)

EPOCHS = (
    SIGMOID
    + """
X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[0, 1, 1, 0]])
rng = np.random.RandomState(48)
W1 = rng.randn(3, 2) / np.sqrt(2)
b1 = np.zeros((3, 1))
W2 = rng.randn(1, 3) / np.sqrt(3)
b2 = np.zeros((1, 1))
learning_rate = 1.0
epochs = 5000
m = X.shape[1]
costs = []
for epoch in range(epochs):
"""
    + "\n".join(f"    {row}" for row in HIDDEN.split("\n")[4:] if row)
    + """
    costs.append(C)
    W1 = W1 - learning_rate * dW1
    b1 = b1 - learning_rate * db1
    W2 = W2 - learning_rate * dW2
    b2 = b2 - learning_rate * db2
"""
)

DICTIONARIES = (
    SIGMOID
    + """
def forward(X, params):
    cache = {}
    cache["Z1"] = params["W1"] @ X + params["b1"]
    cache["A1"] = sigmoid(cache["Z1"])
    cache["Z2"] = params["W2"] @ cache["A1"] + params["b2"]
    cache["Yhat"] = sigmoid(cache["Z2"])
    return cache["Yhat"], cache

def backward(X, Y, params, cache):
    m = X.shape[1]
    grads = {}
    grads["dYhat"] = (cache["Yhat"] - Y) / m
    grads["dZ2"] = grads["dYhat"] * cache["Yhat"] * (1 - cache["Yhat"])
    grads["dW2"] = grads["dZ2"] @ cache["A1"].T
    grads["db2"] = np.sum(grads["dZ2"], axis=1, keepdims=True)
    grads["dA1"] = params["W2"].T @ grads["dZ2"]
    grads["dZ1"] = grads["dA1"] * cache["A1"] * (1 - cache["A1"])
    grads["dW1"] = grads["dZ1"] @ X.T
    grads["db1"] = np.sum(grads["dZ1"], axis=1, keepdims=True)
    return grads

params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
out, kept = forward(X, params)
C = np.sum((out - Y)**2) / (2*m)
"""
)

SINGLE = HIDDEN.replace(
    "Z1 = W1",
    "X, Y, W1, b1, W2, b2 = (v.astype(np.float32) for v in (X, Y, W1, b1, W2, b2))\nZ1 = W1",
)

TORCH_LAYERS = (
    HEAD
    + """
class Dense:
    def __init__(self, in_features, out_features):
        self.weight = np.random.randn(out_features, in_features) * 0.1
        self.bias = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, grad_output):
        self.grad_weight = grad_output.T @ self.x
        self.grad_bias = grad_output.sum(axis=0)
        return grad_output @ self.weight

class SigmoidLayer:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad_output):
        return grad_output * self.out * (1 - self.out)

def loss(y_pred, y):
    m = y.shape[0]
    return ((y_pred - y)**2).sum() / (2*m), (y_pred - y) / m
"""
)

NET = (
    SIGMOID
    + """
class Net:
    def __init__(self, W1, b1, W2, b2):
        self.W1, self.b1, self.W2, self.b2 = W1, b1, W2, b2

    def forward(self, X):
        self.Z1 = self.W1 @ X + self.b1
        self.A1 = sigmoid(self.Z1)
        self.Z2 = self.W2 @ self.A1 + self.b2
        self.Yhat = sigmoid(self.Z2)
        return self.Yhat

    def backward(self, X, Y):
        m = X.shape[1]
        self.C = np.sum((self.Yhat - Y)**2) / (2*m)
        self.dYhat = (self.Yhat - Y) / m
        self.dZ2 = self.dYhat * self.Yhat * (1 - self.Yhat)
        self.dW2 = self.dZ2 @ self.A1.T
        self.db2 = np.sum(self.dZ2, axis=1, keepdims=True)
        self.dA1 = self.W2.T @ self.dZ2
        self.dZ1 = self.dA1 * self.A1 * (1 - self.A1)
        self.dW1 = self.dZ1 @ X.T
        self.db1 = np.sum(self.dZ1, axis=1, keepdims=True)
"""
)
"""A network of one class, as it is usually written."""

USED_NET = (
    NET
    + """
net = Net(W1, b1, W2, b2)
Yhat = net.forward(X)
net.backward(X, Y)
dW1 = net.dW1
"""
)

STEP = (
    SIGMOID
    + "def step():\n"
    + "\n".join(f"    {row}" for row in HIDDEN.split("\n")[4:] if row)
    + """
    for p, d in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)):
        p -= learning_rate * d
    return C
costs = [step() for _ in range(100)]
"""
)

ALL_UPDATES = (
    HIDDEN
    + """W1 = W1 - learning_rate * dW1
b1 = b1 - learning_rate * db1
W2 = W2 - learning_rate * dW2
b2 = b2 - learning_rate * db2
"""
)

TRAINED_NET = (
    NET
    + """
    def train(self, X, Y, lr, epochs):
        for e in range(epochs):
            self.forward(X)
            self.backward(X, Y)
            for name in ("W1", "b1", "W2", "b2"):
                value = getattr(self, name)
                value -= lr * getattr(self, "d" + name)

net = Net(W1, b1, W2, b2)
net.train(X, Y, learning_rate, 1000)
print(net.forward(X))
"""
)

FOR_EPOCH = "for epoch in range(epochs):"

OUT_OF_PLACE = UPDATE_OR.replace("W = W - learning_rate * dW", "W -= learning_rate * dW")

PLAIN_LISTS = """
import math
def sigmoid(z):
    return 1 / (1 + math.exp(-z))
Z = [sum(W[0][j]*X[j][i] for j in range(2)) + b[0][0] for i in range(int(m))]
Yhat = [sigmoid(z) for z in Z]
C = sum((a - y)**2 for a, y in zip(Yhat, Y[0])) / (2*m)
dYhat = [(a - y)/m for a, y in zip(Yhat, Y[0])]
dZ = [d*a*(1 - a) for d, a in zip(dYhat, Yhat)]
dW = [[sum(dZ[i]*X[j][i] for i in range(int(m))) for j in range(2)]]
db = [[sum(dZ)]]
"""


MAIN = (
    SIGMOID
    + """
def main():
    X, Y = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 1, 1, 0]])
    rng = np.random.RandomState(48)
    W1 = rng.randn(3, 2) / np.sqrt(2)
    b1, b2 = np.zeros((3, 1)), np.zeros((1, 1))
    W2 = rng.randn(1, 3) / np.sqrt(3)
    m = X.shape[1]
"""
    + "\n".join(f"    {row}" for row in HIDDEN.split("\n")[4:] if row)
    + """

if __name__ == "__main__":
    main()
"""
)


SETTING_NET = (
    NET
    + """
    def fit(self, X, Y, passes, lr):
        for _ in range(passes):
            self.forward(X)
            self.backward(X, Y)
            for n in ("W1", "b1", "W2", "b2"):
                setattr(self, n, getattr(self, n) - lr * getattr(self, "d" + n))

net = Net(W1, b1, W2, b2)
net.fit(X, Y, 300, learning_rate)
"""
)
ADDING_NET = SETTING_NET.replace("W1, b1, W2, b2\n", "W1, b1, W2, b2\n        self.dW1 = 0.0\n", 1)
SHOWN_AFTER = EPOCHS + "print(costs[500])\nZ2 = W2 @ sigmoid(W1 @ X + b1) + b2\n"


class RightProgram(Struct, frozen=True):
    """A program that nothing may be said against."""

    name: str
    lesson: str
    text: str


RIGHT = (
    *(RightProgram(f"values handed on: {name}", "16", text) for name, text in PROGRAMS.items()),
    RightProgram("hidden layer, columns", "16", HIDDEN),
    RightProgram("given values of its own names", "16", TORCH_TYPED),
    RightProgram("outputs × inputs, said to be in rows", "16", TORCH_TYPED + "rows = True\n"),
    RightProgram("given values in tables", "16", OWN_KEYS),
    RightProgram("hidden layer, equal weights", "20", HIDDEN),
    RightProgram("or, with an update", "10", UPDATE_OR),
    RightProgram("or, without one", "10", OR),
    RightProgram("or, updated in place", "10", OUT_OF_PLACE),
    RightProgram("or, lists without NumPy", "10", PLAIN_LISTS),
    RightProgram("or, loops", "10", LOOP_OR),
    RightProgram("three graphs, numbers", "05", TWO_SCENES),
    RightProgram("sums of uses", "12", ADD_UP),
    RightProgram("softmax", "27", SOFTMAX),
    RightProgram("feature cross", "15", CROSS),
    RightProgram("feature cross, loop", "15", LOOP_CROSS),
    RightProgram("three layers", "18", DEEP),
    RightProgram("relu", "relu", RELU),
    RightProgram("square weights", "square", SQUARE),
    RightProgram("layer classes", "16", LAYERS),
    RightProgram("layer classes, deeper", "18", LAYERS),
    RightProgram(
        "layer classes, target first",
        "16",
        LAYERS.replace("def compute_cost(Yhat, Y)", "def compute_cost(Y, Yhat)"),
    ),
    RightProgram("functions", "16", FUNCTIONS),
    RightProgram("dictionaries", "16", DICTIONARIES),
    RightProgram("PyTorch-like names, rows", "16", ROWS_TORCH),
    RightProgram("PyTorch-like classes, rows", "16", TORCH_LAYERS),
    RightProgram("rows declared", "16", ROWS),
    RightProgram("rows by what is typed", "16", ROWS_TYPED),
    RightProgram("einsum", "16", EINSUM),
    RightProgram("1/m at the weights", "16", LATE_MEAN),
    RightProgram("a whole training loop", "16", EPOCHS),
    RightProgram("float32", "16", SINGLE),
    RightProgram("all in a main function", "16", MAIN),
    RightProgram("a class of the network", "16", USED_NET),
    RightProgram("a class of the network, not made use of", "16", NET),
    RightProgram("a class that trains, and shows what it has learned", "16", TRAINED_NET),
    RightProgram(
        "a loop, and what it has learned",
        "16",
        EPOCHS
        + """
Z1 = W1 @ X + b1
A1 = sigmoid(Z1)
Yhat = sigmoid(W2 @ A1 + b2)
print(Yhat)
""",
    ),
    RightProgram(
        "a check by differences behind the names",
        "16",
        HIDDEN
        + """
def cost(W1):
    return np.sum((sigmoid(W2 @ sigmoid(W1 @ X + b1) + b2) - Y)**2) / (2*m)
number = np.zeros_like(W1)
for i in range(W1.shape[0]):
    for j in range(W1.shape[1]):
        W1[i, j] += 1e-5
        up = cost(W1)
        W1[i, j] -= 2e-5
        number[i, j] = (up - cost(W1)) / 2e-5
        W1[i, j] += 1e-5
""",
    ),
    RightProgram("a loop with an assertion behind it", "16", EPOCHS + "assert costs[-1] < 0.05"),
    RightProgram(
        "a loop, and a prediction of one example",
        "16",
        EPOCHS + "print(costs[500])\nX = np.array([[1], [0]])\nprint(sigmoid(W1 @ X + b1))",
    ),
    RightProgram("a class that sets its weights by their names", "16", SETTING_NET),
    RightProgram(
        "a while loop",
        "16",
        EPOCHS.replace(FOR_EPOCH, "epoch = 0\nwhile epoch < 2000:\n    epoch += 1"),
    ),
    RightProgram(
        "a loop with a break",
        "16",
        EPOCHS.replace(FOR_EPOCH, "while True:\n    if len(costs) > 50: break"),
    ),
    RightProgram("a list of steps in place", "16", STEP),
    RightProgram(
        "its own name and number for the rate",
        "16",
        "lr = 0.1\n" + ALL_UPDATES.replace("learning_rate", "lr"),
    ),
    RightProgram(
        "a loop over the updates",
        "16",
        HIDDEN
        + """
params, grads = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, {"1": (dW1, db1), "2": (dW2, db2)}
for layer in range(1, 3):
    for name, d in zip(("W", "b"), grads[str(layer)]):
        params[f"{name}{layer}"] = params[f"{name}{layer}"] - learning_rate * d
""",
    ),
)


class WrongProgram(Struct, frozen=True):
    """A right program with one thing changed, and the slip that it must be named for."""

    lesson: str
    text: str
    old: str
    new: str
    name: str
    slips: tuple[Slip, ...]
    """Any of them names it."""


def _wrong(lesson: str, text: str, rows: list[tuple[str, str, str, object]]) -> list[WrongProgram]:
    return [
        WrongProgram(lesson, text, old, new, name, slips if isinstance(slips, tuple) else (slips,))  # type: ignore[arg-type]
        for old, new, name, slips in rows
    ]


WRONG = (
    *(w for name, rows in WRONG_LINES.items() for w in _wrong("16", PROGRAMS[name], rows)),  # type: ignore[arg-type]
    *_wrong("16", ADDING_NET, [
        ("self.dW1 = self.dZ1 @ X.T", "self.dW1 = self.dW1 + self.dZ1 @ X.T", "dW1",
         Slip.NOT_RESET),
    ]),
    *_wrong("16", SHOWN_AFTER, [
        ("W1 - learning_rate * dW1", "W1 - learning_rate * dW1 / m", "W1", Slip.OTHER_RATE),
        ("    b2 = b2 - learning_rate * db2\n", "", "b2", Slip.STALE),
    ]),
    *_wrong("16", ALL_UPDATES, [
        ("W2 - learning_rate * dW2", "W2 - 0.5 * dW2", "W2", Slip.OTHER_RATE),
        ("W1 - learning_rate * dW1", "W1 - learning_rate * dW1 * m", "W1", Slip.OTHER_RATE),
        ("b1 - learning_rate * db1", "b1 + learning_rate * db1", "b1", Slip.UPHILL),
        ("W1 = W1 - learning_rate * dW1\n", "", "W1", Slip.STALE),
        ("W1 = W1 - learning_rate * dW1", "W1 = dW1", "W1",
         (Slip.STEP_ALONE, Slip.GRADIENT_ALONE)),
    ]),
    *_wrong("16", USED_NET, [
        ("self.dZ1 @ X.T", "-self.dZ1 @ X.T", "dW1", Slip.SIGN),
    ]),
    *_wrong("16", HIDDEN, [
        ("Z1 = W1 @ X + b1", "Z1 = W1 @ X - b1", "Z1", Slip.TERM_SIGN),
        ("W1 @ X + b1", "W1[:, :1] @ X[:1] + b1", "Z1", Slip.FIRST_TERM),
        ("W2 @ A1 + b2", "W2[:, :2] @ A1[:2] + b2", "Z2", Slip.ONE_TERM),
        ("dA1 = W2.T @ dZ2", "dA1 = W2.T @ dZ2 / m", "dA1", Slip.SHARE_TWICE),
        ("dYhat * Yhat * (1 - Yhat)", "dYhat * (1 - Yhat)", "dZ2", Slip.PART_OF_LOCAL),
        ("A1 = sigmoid(Z1)", "A1 = np.tanh(Z1)", "A1", Slip.OTHER_FUNCTION),
        ("Z2 = W2 @ A1 + b2", "Z2 = W2 @ A1", "Z2", Slip.NO_BIAS),
        ("A1 = sigmoid(Z1)", "A1 = sigmoid(W1 @ X)", "A1", Slip.NO_BIAS),
        ("Z2 = W2 @ A1 + b2", "Z2 = W2 @ Z1 + b2", "Z2", Slip.OTHER_VALUE),
        ("Yhat = sigmoid(Z2)", "Yhat = Z2", "Yhat", Slip.NO_FUNCTION),
        ("/ (2*m)", "/ 2", "C", Slip.NO_SHARE),
        ("/ (2*m)", "/ m", "C", Slip.NO_SHARE),
        ("/ (2*m)", "/ (2*m*m)", "C", Slip.SHARE_TWICE),
        ("dYhat = (Yhat - Y) / m", "dYhat = Yhat - Y", "dYhat", Slip.NO_SHARE),
        ("dYhat = (Yhat - Y) / m", "dYhat = (Y - Yhat) / m", "dYhat", Slip.SIGN),
        ("dYhat = (Yhat - Y) / m", "dYhat = 2*(Yhat - Y) / m", "dYhat", (Slip.NO_SHARE,)),
        ("dYhat = (Yhat - Y) / m", "dYhat = (Yhat - Y) / m / m", "dYhat", Slip.SHARE_TWICE),
        ("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = Yhat * (1 - Yhat)", "dZ2", Slip.NO_UPSTREAM),
        ("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat", "dZ2", Slip.NO_LOCAL),
        ("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat * sigmoid(Yhat) * (1 - sigmoid(Yhat))",
         "dZ2", Slip.AT_OUTPUT),
        ("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat * Z2 * (1 - Z2)", "dZ2", Slip.AT_INPUT),
        ("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat * (1 - Yhat**2)", "dZ2",
         Slip.OTHER_DERIVATIVE),
        ("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat * (Z2 > 0)", "dZ2", Slip.OTHER_DERIVATIVE),
        ("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat * (Yhat * (1 - Yhat))**2", "dZ2",
         Slip.LOCAL_TWICE),
        ("dW2 = dZ2 @ A1.T", "dW2 = (dZ2 @ A1.T).T", "dW2", Slip.TRANSPOSED),
        ("dW2 = dZ2 @ A1.T", "dW2 = dZ2 @ A1.T / m", "dW2", (Slip.SHARE_TWICE, Slip.MEAN)),
        ("dW2 = dZ2 @ A1.T", "dW2 = dZ2 @ Z1.T", "dW2", Slip.OTHER_VALUE),
        ("dW2 = dZ2 @ A1.T", "dW2 = dZ2 * A1", "dW2", Slip.ELEMENTWISE),
        ("dW2 = dZ2 @ A1.T", "dW2 = dZ2 * A1.T", "dW2", Slip.ELEMENTWISE),
        ("dW2 = dZ2 @ A1.T", "dW2 = dZ2 @ A1", "dW2", Slip.TRANSPOSED),
        ("db2 = np.sum(dZ2, axis=1, keepdims=True)", "db2 = dZ2", "db2", Slip.NO_SUM),
        ("db1 = np.sum(dZ1, axis=1, keepdims=True)",
         "db1 = np.mean(dZ1, axis=1, keepdims=True)", "db1", Slip.MEAN),
        ("db1 = np.sum(dZ1, axis=1, keepdims=True)", "db1 = np.sum(dZ1, axis=1)", "db1",
         Slip.LOST_AXIS),
        ("db1 = np.sum(dZ1, axis=1, keepdims=True)", "db1 = np.sum(dZ1, axis=0)", "db1",
         Slip.OTHER_AXIS),
        ("db1 = np.sum(dZ1, axis=1, keepdims=True)", "db1 = np.sum(dZ1)", "db1", Slip.OTHER_AXIS),
        ("np.sum(dZ1, axis=1", "np.sum(dA1, axis=1", "db1", Slip.OTHER_VALUE),
        ("dW1 = dZ1 @ X.T", "dW1 = A1 @ X.T", "dW1", Slip.OTHER_VALUE),
        ("Z2 = W2 @ A1 + b2", "Z2 = W2.T * A1", "Z2", Slip.ELEMENTWISE),
        ("dYhat = (Yhat - Y) / m", "dYhat = (Yhat - Y.T) / m", "dYhat", Slip.BROADCAST),
        ("Z1 = W1 @ X + b1", "Z1 = (W1 @ X + b1).astype(np.float32)", "Z1", Slip.PRECISION),
        ("dW2 = dZ2 @ A1.T", "dW2 = 10**400", "dW2", Slip.NOT_FINITE),
        ("dW2 = dZ2 @ A1.T", "dW2 = dZ2.T @ A1", "dW2", Slip.TRANSPOSED),
        ("db1 = np.sum(dZ1, axis=1, keepdims=True)", "db1 = dZ1[:, -1:]", "db1",
         Slip.OVERWRITTEN),
        ("dA1 = W2.T @ dZ2", "W2 = W2 - learning_rate * dW2\ndA1 = W2.T @ dZ2", "dA1",
         Slip.UPDATED),
        ("dA1 = W2.T @ dZ2", "W2 -= learning_rate * dW2\ndA1 = W2.T @ dZ2", "dA1", Slip.UPDATED),
        ("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1\ndZ1 *= A1 * (1 - A1)", "dA1", Slip.IN_PLACE),
        ("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * sigmoid(A1) * (1 - sigmoid(A1))", "dZ1",
         Slip.AT_OUTPUT),
        ("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = A1 * (1 - A1)", "dZ1", Slip.NO_UPSTREAM),
        ("Z1 = W1 @ X + b1", "X -= 0.5\nZ1 = W1 @ X + b1", "Z1", Slip.IN_PLACE),
        ("C = np.sum", "C = np.mean", "C", (Slip.MEAN, Slip.SHARE_TWICE)),
        ("Z1 = W1 @ X + b1", "Z1 = (W1 @ X + b1).astype(int)", "Z1", Slip.PRECISION),
        ("A1 = sigmoid(Z1)", "A1 = sigmoid(Z1).astype(np.float16)", "A1", Slip.PRECISION),
        ("C = np.sum((Yhat - Y)**2) / (2*m)", "C = 0.12926510193084198", "C", Slip.TYPED),
        ("Yhat = sigmoid(Z2)", "Yhat = sigmoid(Z2) * np.nan", "Yhat", Slip.NOT_FINITE),
    ]),
    *_wrong("27", SOFTMAX.replace("Z - Z.max(axis=0)", "Z"), [
        ("P = ez / np.sum(ez, axis=0)", "P = ez / ez.sum()", "P", Slip.OTHER_AXIS),
    ]),
    *_wrong("27", SOFTMAX, [
        ("P = ez / np.sum(ez, axis=0)", "P = ez / ez.sum()", "P", Slip.OTHER_AXIS),
        ("P = ez / np.sum(ez, axis=0)", "P = ez / np.sum(ez, axis=1, keepdims=True)", "P",
         Slip.OTHER_AXIS),
        ("dZ = (P - Y) / m", "dZ = P - Y", "dZ", Slip.NO_SHARE),
    ]),
    *_wrong("10", UPDATE_OR, [
        ("dW = dZ @ X.T", "dW = dZ @ X.T / m", "dW", (Slip.SHARE_TWICE, Slip.MEAN)),
        ("dZ = dYhat * Yhat * (1 - Yhat)", "dZ = dYhat * (1 - Yhat)", "dZ", Slip.PART_OF_LOCAL),
        ("dW = dZ @ X.T", "dW = -dZ @ X.T", "dW", Slip.SIGN),
        ("db = np.sum(dZ, axis=1, keepdims=True)", "db = np.mean(dZ, axis=1, keepdims=True)", "db",
         Slip.MEAN),
        ("Z = W @ X + b", "Z = W.T * X + b", "Z", Slip.ELEMENTWISE),
        ("W = W - learning_rate * dW", "W = W + learning_rate * dW", "W", Slip.UPHILL),
        ("W = W - learning_rate * dW", "W = learning_rate * dW", "W", Slip.STEP_ALONE),
    ]),
    *_wrong("10", LOOP_OR, [
        ("dW[0, j] += dZ[0, i] * X[j, i]", "dW[0, j] = dZ[0, i] * X[j, i]", "dW",
         Slip.OVERWRITTEN),
        ("db[0, 0] += dZ[0, i]", "db[0, 0] = dZ[0, i]", "db", Slip.OVERWRITTEN),
        ("    for j in range(2):", "    dW = np.zeros((1, 2))\n    for j in range(2):", "dW",
         Slip.RESET),
    ]),
    *_wrong("12", ADD_UP, [
        ("da = 2*a", "da = a", "da", (Slip.ONE_PATH, Slip.OVERWRITTEN)),
        ("dq = du*1 + dv*r", "dq = du*1\ndq = dv*r", "dq", (Slip.ONE_PATH, Slip.OVERWRITTEN)),
        ("dw = dz1*x1 + dz2*x2", "dw = dz1*x1", "dw", (Slip.ONE_PATH, Slip.OVERWRITTEN)),
        ("dw = dz1*x1 + dz2*x2", "dw = dz1 + dz2", "dw", Slip.NO_LOCAL),
        ("dr = dv*q", "dr = q", "dr", Slip.NO_UPSTREAM),
        ("dz1 = z1 - y1", "dz1 = y1 - z1", "dz1", Slip.SIGN),
        ("K = (z1 - y1)**2/2", "K = (z1 - y1)**2", "K", Slip.NO_SHARE),
    ]),
    *_wrong("05", TWO_SCENES, [
        ("du = s*(1 - s)", "du = -s*(1 - s)", "du", Slip.SIGN),
        ("dz = dyhat * yhat*(1 - yhat)", "dz = yhat*(1 - yhat)", "dz", Slip.NO_UPSTREAM),
        ("dw1 = dz * x1", "dw1 = dz", "dw1", Slip.NO_LOCAL),
        ("dyhat = yhat - y", "dyhat = y - yhat", "dyhat", Slip.SIGN),
        ("dz1 = dyhat1 * yhat1*(1 - yhat1)", "dz1 = dyhat1 * z1*(1 - z1)", "dz1", Slip.AT_INPUT),
        ("du = s*(1 - s)", "du = u*(1 - u)", "du", Slip.AT_INPUT),
        ("du = s*(1 - s)", "du = 1/(1 + np.exp(-s))*(1 - 1/(1 + np.exp(-s)))", "du",
         Slip.AT_OUTPUT),
    ]),
    *_wrong("15", CROSS, [
        ("dw1 = np.sum(dz*x1)", "dw1 = np.mean(dz*x1)", "dw1", Slip.MEAN),
        ("db = np.sum(dz)", "db = dz", "db", Slip.NO_SUM),
        ("dw2 = np.sum(dz*x2)", "dw2 = dz*x2", "dw2", Slip.NO_SUM),
        ("dw3 = np.sum(dz*x3)", "dw3 = np.sum(dz)", "dw3", Slip.NO_LOCAL),
        ("dL = np.ones(m)/m", "dL = np.ones(m)", "dL", Slip.NO_SHARE),
        ("C = np.mean(L)", "C = np.sum(L)", "C", Slip.NO_SHARE),
        ("w3*x3 + b", "b", "z", Slip.ONE_TERM),
        ("x3 = x1*x2", "x3 = x1*x1", "x3", Slip.OTHER_VALUE),
    ]),
    *_wrong("15", LOOP_CROSS, [
        ("dw1 += dz[i]*x1[i]", "dw1 = dz[i]*x1[i]", "dw1", Slip.OVERWRITTEN),
        ("db += dz[i]", "db = dz[i]", "db", Slip.OVERWRITTEN),
    ]),
    *_wrong("18", DEEP, [
        ("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * (A1 * (1 - A1))**2", "dZ1", Slip.LOCAL_TWICE),
        ("dA1 = W2.T @ dZ2", "W2 -= learning_rate * dW2\ndA1 = W2.T @ dZ2", "dA1", Slip.UPDATED),
        ("dW1 = dZ1 @ X.T", "dW1 = dZ1 @ A1.T", "dW1", Slip.OTHER_VALUE),
        ("dZ2 = dA2 * A2 * (1 - A2)", "dZ2 = dA2 * (1 - A2**2)", "dZ2", Slip.OTHER_DERIVATIVE),
        ("db2 = dZ2.sum(axis=1, keepdims=True)", "db2 = dZ2.sum(axis=1)", "db2", Slip.LOST_AXIS),
        ("dA2 = W3.T @ dZ3", "dA2 = W3 @ dZ3", "dA2", Slip.TRANSPOSED),
    ]),
    *_wrong("20", HIDDEN, [
        ("dA1 = W2.T @ dZ2", "dA1 = np.ones((3, 1)) @ dZ2", "dA1", Slip.NO_LOCAL),
        ("dW1 = dZ1 @ X.T", "dW1 = -dZ1 @ X.T", "dW1", Slip.SIGN),
        ("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1", "dZ1", Slip.NO_LOCAL),
        ("dW1 = dZ1 @ X.T", "dW1 = (dZ1 @ X.T) / m", "dW1", (Slip.SHARE_TWICE, Slip.MEAN)),
    ]),
    *_wrong("relu", RELU, [
        ("dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1 * A1 * (1 - A1)", "dZ1", Slip.OTHER_DERIVATIVE),
        ("dZ1 = dA1 * (Z1 > 0)", "dZ1 = (Z1 > 0) * 1.0", "dZ1", Slip.NO_UPSTREAM),
        ("db1 = np.sum(dZ1, axis=1, keepdims=True)",
         "db1 = np.sum(dZ1, axis=0, keepdims=True)", "db1", Slip.OTHER_AXIS),
        ("A1 = np.maximum(Z1, 0)", "A1 = Z1\nA1[A1 < 0] = 0", "Z1", Slip.IN_PLACE),
        ("dW1 = dZ1 @ X.T", "dW1 = X @ dZ1.T", "dW1", Slip.TRANSPOSED),
    ]),
    *_wrong("square", SQUARE, [
        ("Z1 = W1 @ X + b1", "Z1 = W1.T @ X + b1", "Z1", Slip.TRANSPOSED),
        ("dA1 = W2.T @ dZ2", "dA1 = W2 @ dZ2", "dA1", Slip.TRANSPOSED),
        ("dW1 = dZ1 @ X.T", "dW1 = (dZ1 @ X.T).T", "dW1", Slip.TRANSPOSED),
        ("dZ1 = dA1 * (1 - A1**2)", "dZ1 = dA1 * A1 * (1 - A1)", "dZ1", Slip.OTHER_DERIVATIVE),
        ("dZ1 = dA1 * (1 - A1**2)", "dZ1 = dA1 * (1 - Z1**2)", "dZ1", Slip.AT_INPUT),
    ]),
    *_wrong("16", LAYERS, [
        ("self.dW = dZ", "self.dW = getattr(self, 'dW', 0) + dZ", "dW2", Slip.NOT_RESET),
        ("self.A = A\n", "self.A = A if not hasattr(self, 'A') else self.A\n", "dW2",
         Slip.STALE_CACHE),
        ("return dA * self.A * (1 - self.A)", "return self.A * (1 - self.A)", "dZ2",
         Slip.NO_UPSTREAM),
        ("np.sum(dZ, axis=1, keepdims=True)", "np.mean(dZ, axis=1, keepdims=True)", "db2",
         Slip.MEAN),
        ("return self.W.T @ dZ", "self.W = self.W - self.dW\n        return self.W.T @ dZ", "dA1",
         Slip.UPDATED),
    ]),
    *_wrong("16", FUNCTIONS, [
        ("dW1 = dZ1 @ X.T", "dW1 = dZ1 @ X.T / m", "dW1", (Slip.SHARE_TWICE, Slip.MEAN)),
        ("dYhat = (Yhat - Y) / m", "dYhat = Yhat - Y", "dYhat", Slip.NO_SHARE),
    ]),
    *_wrong("16", ROWS, [
        ("dW1 = X.T @ dZ1", "dW1 = dZ1.T @ X", "dW1", Slip.TRANSPOSED),
        ("db1 = dZ1.sum(axis=0, keepdims=True)", "db1 = dZ1.mean(axis=0, keepdims=True)", "db1",
         Slip.MEAN),
        ("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = (dA1 * A1 * (1 - A1)).T", "dZ1", Slip.TRANSPOSED),
    ]),
    *_wrong("16", DICTIONARIES, [
        ('grads["dYhat"] * cache["Yhat"] * (1 - cache["Yhat"])',
         'cache["Yhat"] * (1 - cache["Yhat"])', "dZ2", Slip.NO_UPSTREAM),
    ]),
)  # fmt: skip
