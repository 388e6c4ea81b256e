"""Programs as students of NumPy write them: right ones, and wrong ones by a single mistake."""

from __future__ import annotations

from gdtutor.session.slips import Slip

_PROPERTIES = """import numpy as np

class Net:
    def __init__(self): self.w, self.c = W, b
    @property
    def Z(self): return self.w @ X + self.c
    @property
    def Yhat(self): return 1/(1+np.exp(-self.Z))
    @property
    def C(self): return ((self.Yhat-Y)**2).mean()/2
    @property
    def dYhat(self): return (self.Yhat-Y)/m
    @property
    def dZ(self): return self.dYhat*self.Yhat*(1-self.Yhat)
    @property
    def dW(self): return self.dZ @ X.T
    @property
    def db(self): return self.dZ.sum(axis=1, keepdims=True)
net = Net()
"""

RIGHT = {
    "einsum with ellipsis": (
        "16",
        """import numpy as np

def sigmoid(z): return 1/(1+np.exp(-z))
Z1 = np.einsum("ij,j...->i...", W1, X) + b1
A1 = sigmoid(Z1)
Z2 = np.einsum("ij,j...->i...", W2, A1) + b2
Yhat = sigmoid(Z2)
C = np.einsum("...i,...i->", Yhat[0] - Y[0], Yhat[0] - Y[0]) / (2*m)
dYhat = (Yhat - Y)/m
dZ2 = np.einsum("...,...,...->...", dYhat, Yhat, 1 - Yhat)
dW2 = np.einsum("ik,jk->ij", dZ2, A1)
db2 = np.einsum("ij->i", dZ2)[:, None]
dA1 = np.einsum("ij,i...->j...", W2, dZ2)
dZ1 = np.einsum("...,...,...->...", dA1, A1, 1 - A1)
dW1 = np.einsum("ik,jk->ij", dZ1, X)
db1 = np.einsum("ij->i", dZ1)[:, None]
""",
    ),
    "dot with out": (
        "18",
        """import numpy as np

Z1 = np.empty((5, 4)); A1 = np.empty((5, 4)); Z2 = np.empty((3, 4)); A2 = np.empty((3, 4))
Z3 = np.empty((1, 4)); Yhat = np.empty((1, 4)); dZ3 = np.empty((1, 4))
dA2 = np.empty((3, 4)); dZ2 = np.empty((3, 4)); dA1 = np.empty((5, 4)); dZ1 = np.empty((5, 4))
dW3 = np.empty((1, 3)); dW2 = np.empty((3, 5)); dW1 = np.empty((5, 2))
def sig(z, out):
    np.negative(z, out=out); np.exp(out, out=out); np.add(out, 1, out=out)
    np.reciprocal(out, out=out)
def back(d, a, out):
    np.subtract(1, a, out=out); np.multiply(out, a, out=out); np.multiply(out, d, out=out)
np.dot(W1, X, out=Z1); Z1 += b1
sig(Z1, A1)
np.dot(W2, A1, out=Z2); Z2 += b2
sig(Z2, A2)
np.dot(W3, A2, out=Z3); Z3 += b3
sig(Z3, Yhat)
C = float(np.sum((Yhat - Y)**2))/(2*m)
dYhat = np.subtract(Yhat, Y); dYhat /= m
back(dYhat, Yhat, dZ3)
np.dot(dZ3, A2.T, out=dW3)
db3 = dZ3.sum(axis=1, keepdims=True)
np.dot(W3.T, dZ3, out=dA2)
back(dA2, A2, dZ2)
np.dot(dZ2, A1.T, out=dW2)
db2 = dZ2.sum(axis=1, keepdims=True)
np.dot(W2.T, dZ2, out=dA1)
back(dA1, A1, dZ1)
np.dot(dZ1, X.T, out=dW1)
db1 = dZ1.sum(axis=1, keepdims=True)
""",
    ),
    "in place sums over examples": (
        "16",
        """import numpy as np

n = X.shape[1]
Z1 = np.zeros((3, n)); A1 = np.zeros((3, n)); Z2 = np.zeros((1, n)); Yhat = np.zeros((1, n))
dYhat = np.zeros((1, n)); dZ2 = np.zeros((1, n)); dA1 = np.zeros((3, n)); dZ1 = np.zeros((3, n))
dW1 = np.zeros_like(W1); db1 = np.zeros_like(b1); dW2 = np.zeros_like(W2); db2 = np.zeros_like(b2)
C = 0
for i in range(n):
    x = X[:, i:i+1]
    Z1[:, i:i+1] = W1 @ x + b1
    A1[:, i:i+1] = 1/(1+np.exp(-Z1[:, i:i+1]))
    Z2[:, i] = W2 @ A1[:, i] + b2[:, 0]
    Yhat[:, i] = 1/(1+np.exp(-Z2[:, i]))
    C += ((Yhat[:, i] - Y[:, i])**2).item()/2/n
    dYhat[:, i] = (Yhat[:, i] - Y[:, i])/n
    dZ2[:, i] = dYhat[:, i]*Yhat[:, i]*(1-Yhat[:, i])
    dA1[:, i] = W2.T @ dZ2[:, i]
    dZ1[:, i] = dA1[:, i]*A1[:, i]*(1-A1[:, i])
    dW2 += np.outer(dZ2[:, i], A1[:, i])
    db2 += dZ2[:, i:i+1]
    dW1 += np.outer(dZ1[:, i], x)
    db1 += dZ1[:, i:i+1]
""",
    ),
    "class with __call__": (
        "16",
        """import numpy as np

class Dense:
    def __init__(self, w, b): self.w, self.b = w, b
    def __call__(self, a):
        self.a = a
        return self.w @ a + self.b
    def grad(self, g):
        return g @ self.a.T, g.sum(axis=1, keepdims=True), self.w.T @ g
class Sigmoid:
    def __call__(self, z):
        self.y = 1/(1+np.exp(-z))
        return self.y
    def grad(self, g): return g*self.y*(1-self.y)
l1, s1, l2, s2 = Dense(W1, b1), Sigmoid(), Dense(W2, b2), Sigmoid()
Z1 = l1(X)
A1 = s1(Z1)
Z2 = l2(A1)
Yhat = s2(Z2)
C = np.mean((Yhat-Y)**2)/2
dYhat = (Yhat-Y)/m
dZ2 = s2.grad(dYhat)
dW2, db2, dA1 = l2.grad(dZ2)
dZ1 = s1.grad(dA1)
dW1, db1, dX = l1.grad(dZ1)
""",
    ),
    "generator of layers": (
        "16",
        """import numpy as np

def forward_pass(x):
    for W, b in ((W1, b1), (W2, b2)):
        z = W @ x + b
        x = 1/(1+np.exp(-z))
        yield z, x
(Z1, A1), (Z2, Yhat) = forward_pass(X)
C = ((Yhat-Y)**2).sum()/2/m
def backward_pass(g):
    for W, a, before in ((W2, Yhat, A1), (W1, A1, X)):
        gz = g*a*(1-a)
        yield g, gz, gz @ before.T, gz.sum(1, keepdims=True)
        g = W.T @ gz
(dYhat, dZ2, dW2, db2), (dA1, dZ1, dW1, db1) = backward_pass((Yhat-Y)/m)
""",
    ),
    "dataclass": (
        "10",
        """import numpy as np

from dataclasses import dataclass, field
@dataclass
class Neuron:
    W: np.ndarray
    b: np.ndarray
    cache: dict = field(default_factory=dict)
    def run(self, X, Y):
        Z = self.W @ X + self.b
        Yhat = 1/(1+np.exp(-Z))
        C = ((Yhat-Y)**2).mean()/2
        dYhat = (Yhat-Y)/X.shape[1]
        dZ = dYhat*Yhat*(1-Yhat)
        self.cache.update(Z=Z, Yhat=Yhat, C=C, dYhat=dYhat)
        self.cache.update(dZ=dZ, dW=dZ @ X.T, db=dZ.sum(1, keepdims=True))
        return C
    def step(self, rate):
        self.W = self.W - rate*self.cache["dW"]
        self.b = self.b - rate*self.cache["db"]
n = Neuron(W, b)
for epoch in range(20):
    n.run(X, Y)
    n.step(learning_rate)
""",
    ),
    "functools.partial": (
        "05",
        """import numpy as np

from functools import partial
def lin(w, v, p, q): return w*p + v*q
sig = lambda z: 1/(1+np.exp(-z))
neuron = partial(lin, w1, w2)
half = lambda p, t: 0.5*(p-t)**2
z1 = neuron(a1, a2)
yhat1 = sig(z1)
L1 = half(yhat1, t)
dyhat1 = yhat1 - t
dz1 = dyhat1*yhat1*(1-yhat1)
times = partial(lambda d, p: d*p, dz1)
dw1_L1, dw2_L1 = map(times, (a1, a2))
s = sig(u); du = s*(1-s)
z = neuron(x1, x2); yhat = sig(z); L = half(yhat, y)
dyhat = yhat - y
dz = dyhat*yhat*(1-yhat)
dw1, dw2 = (dz*p for p in (x1, x2))
""",
    ),
    "permutation batches, lists of layers": (
        "16",
        """import numpy as np

rng = np.random.default_rng(4)
layers = [[W1, b1], [W2, b2]]
for epoch in range(20):
    order = rng.permutation(X.shape[1])
    for part in np.split(order, 2):
        xb, yb = X[:, part], Y[:, part]
        k = xb.shape[1]
        zs, acts = [], [xb]
        for W, b in layers:
            zs.append(W @ acts[-1] + b)
            acts.append(1/(1+np.exp(-zs[-1])))
        Z1, Z2 = zs
        _, A1, Yhat = acts
        C = ((Yhat-yb)**2).sum()/2/k
        dYhat = (Yhat-yb)/k
        dZ2 = dYhat*Yhat*(1-Yhat)
        dW2, db2 = dZ2 @ A1.T, dZ2.sum(1, keepdims=True)
        dA1 = layers[1][0].T @ dZ2
        dZ1 = dA1*A1*(1-A1)
        dW1, db1 = dZ1 @ xb.T, dZ1.sum(1, keepdims=True)
        for layer, grads in zip(layers, ((dW1, db1), (dW2, db2))):
            for i in range(2): layer[i] = layer[i] - learning_rate*grads[i]
""",
    ),
    "rows, deep, lists": (
        "18",
        """import numpy as np

rows = True
def sig(z): return 1/(1+np.exp(-z))
Ws, bs = [W1, W2, W3], [b1, b2, b3]
a, zs, acts = X, [], []
for W, b in zip(Ws, bs):
    zs.append(a @ W + b); acts.append(sig(zs[-1])); a = acts[-1]
Z1, Z2, Z3 = zs
A1, A2, Yhat = acts
C = ((Yhat-Y)**2).sum()/2/m
dYhat = (Yhat-Y)/m
dZ3 = dYhat*Yhat*(1-Yhat)
dW3, db3, dA2 = A2.T @ dZ3, dZ3.sum(0, keepdims=True), dZ3 @ W3.T
dZ2 = dA2*A2*(1-A2)
dW2, db2, dA1 = A1.T @ dZ2, dZ2.sum(0, keepdims=True), dZ2 @ W2.T
dZ1 = dA1*A1*(1-A1)
dW1, db1 = X.T @ dZ1, dZ1.sum(0, keepdims=True)
""",
    ),
    "float32 throughout": (
        "18",
        """import numpy as np

given = X, Y, W1, b1, W2, b2, W3, b3
X, Y, W1, b1, W2, b2, W3, b3 = [np.asarray(v, dtype=np.float32) for v in given]
one = np.float32(1)
sig = lambda z: one/(one+np.exp(-z))
Z1 = W1 @ X + b1; A1 = sig(Z1)
Z2 = W2 @ A1 + b2; A2 = sig(Z2)
Z3 = W3 @ A2 + b3; Yhat = sig(Z3)
C = np.sum((Yhat-Y)**2, dtype=np.float32)/np.float32(2*m)
dYhat = (Yhat-Y)/np.float32(m)
dZ3 = dYhat*Yhat*(one-Yhat)
dW3 = dZ3 @ A2.T; db3 = dZ3.sum(axis=1, keepdims=True)
dA2 = W3.T @ dZ3
dZ2 = dA2*A2*(one-A2)
dW2 = dZ2 @ A1.T; db2 = dZ2.sum(axis=1, keepdims=True)
dA1 = W2.T @ dZ2
dZ1 = dA1*A1*(one-A1)
dW1 = dZ1 @ X.T; db1 = dZ1.sum(axis=1, keepdims=True)
""",
    ),
    "property": (
        "10",
        _PROPERTIES
        + "Z, Yhat, C, dYhat, dZ, dW, db = "
        + '(getattr(net, k) for k in "Z Yhat C dYhat dZ dW db".split())\n',
    ),
    "property, not unpacked": ("10", _PROPERTIES),
    "tensordot": (
        "20",
        """import numpy as np

def sig(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1/(1+small), small/(1+small))
Z1 = np.tensordot(W1, X, 1) + b1
A1 = sig(Z1)
Z2 = np.tensordot(W2, A1, axes=([1], [0])) + b2
Yhat = sig(Z2)
C = np.tensordot(Yhat-Y, Yhat-Y, 2)/(2*m)
dYhat = (Yhat-Y)/m
dZ2 = dYhat*Yhat*(1-Yhat)
dW2 = np.tensordot(dZ2, A1, axes=([1], [1]))
db2 = np.tensordot(dZ2, np.ones((4, 1)), 1)
dA1 = np.tensordot(W2, dZ2, axes=([0], [0]))
dZ1 = dA1*A1*(1-A1)
dW1 = np.tensordot(dZ1, X, axes=([1], [1]))
db1 = np.tensordot(dZ1, np.ones((4, 1)), 1)
""",
    ),
    "walrus": (
        "15",
        """import numpy as np

yhat = 1/(1+np.exp(-(z := w1*x1 + w2*x2 + w3*(x3 := x1*x2) + b)))
C = (L := 0.5*(e := yhat - y)**2).mean()
dz = (dyhat := (dL := np.full(len(x1), 1/m))*e)*yhat*(1-yhat)
dw1, dw2, dw3, db = ((dz*f).sum() for f in (x1, x2, x3, 1.0))
""",
    ),
    "recursion over layers": (
        "18",
        """import numpy as np

P = [(W1, b1), (W2, b2), (W3, b3)]
v = {}
def go(k, a):
    if k == 3:
        v["Yhat"] = a
        v["C"] = ((a-Y)**2).sum()/2/m
        return (a-Y)/m
    w, c = P[k]
    z = w @ a + c
    h = 1/(1+np.exp(-z))
    v[f"Z{k+1}"] = z
    v["Yhat" if k == 2 else f"A{k+1}"] = h
    g = go(k+1, h)
    v["dYhat" if k == 2 else f"dA{k+1}"] = g
    gz = g*h*(1-h)
    v[f"dZ{k+1}"], v[f"dW{k+1}"], v[f"db{k+1}"] = gz, gz @ a.T, gz.sum(1, keepdims=True)
    return w.T @ gz
go(0, X)
""",
    ),
    "recursion, sums of uses": (
        "12",
        """from operator import mul, add
s = mul(a, a); da = sum([a, a])
u, v = add(p, q), mul(q, r)
J = mul(u, v)
def grads(g):
    yield from (("u", g*v), ("v", g*u))
dv, du = (dict(grads(1))[k] for k in "vu")
dq = 0
dq += du
dq += dv*r
dr, dp = dv*q, du
z1, z2 = (w*x+b for x in (x1, x2))
K = sum((z-t)**2/2 for z, t in ((z1, y1), (z2, y2)))
dz1, dz2 = z1-y1, z2-y2
dw, db = sum(d*x for d, x in ((dz1, x1), (dz2, x2))), sum((dz1, dz2))
""",
    ),
    "reduce, dicts of arrays": (
        "20",
        """import numpy as np

from functools import reduce
P = {"W": {1: W1, 2: W2}, "b": {1: b1, 2: b2}}
def layer(state, k):
    z = P["W"][k] @ state["A"][k-1] + P["b"][k]
    return {"A": {**state["A"], k: 1/(1+np.exp(-z))}, "Z": {**state["Z"], k: z}}
st = reduce(layer, (1, 2), {"A": {0: X}, "Z": {}})
Z1, Z2, A1, Yhat = st["Z"][1], st["Z"][2], st["A"][1], st["A"][2]
C = np.square(Yhat-Y).sum()/m/2
G = {}
G["Yhat"] = (Yhat-Y)/m
d = G["Yhat"]
for k in (2, 1):
    d = d*st["A"][k]*(1-st["A"][k])
    G["Z", k], G["W", k], G["b", k] = d, d @ st["A"][k-1].T, d.sum(1)[:, None]
    d = P["W"][k].T @ d
    G["A", k-1] = d
dYhat, dZ2, dW2, db2 = G["Yhat"], G["Z",2], G["W",2], G["b",2]
dA1, dZ1, dW1, db1 = G["A",1], G["Z",1], G["W",1], G["b",1]
""",
    ),
    "a network of the playground": (
        "play",
        """import numpy as np
class Net:
    def __init__(self): self.layers = [(W1, b1), (W2, b2)]
    def __call__(self, x):
        self.kept = []
        for i, (w, c) in enumerate(self.layers):
            z = np.tensordot(w, x, 1) + c
            a = np.tanh(z) if i == 0 else 1/(1+np.exp(-z))
            self.kept.append((x, z, a)); x = a
        return x
net = Net()
Yhat = net(X)
(_, Z1, A1), (_, Z2, _) = net.kept
E = -np.mean(Y*np.log(Yhat) + (1-Y)*np.log(1-Yhat))
L2 = sum((w**2).sum() for w, _ in net.layers)
L2 = l2*L2/2
C = E + L2
dL2 = dE = 1.0
dYhat = (Yhat-Y)/(Yhat*(1-Yhat))/m
dZ2 = (Yhat-Y)/m
dW2, db2 = dZ2 @ A1.T + l2*W2, dZ2.sum(1, keepdims=True)
dA1 = W2.T @ dZ2
dZ1 = dA1*(1-A1**2)
dW1, db1 = dZ1 @ X.T + l2*W1, dZ1.sum(1, keepdims=True)
""",
    ),
}
"""By style, the lesson and the program."""

WRONG = (
    (
        "einsum with ellipsis",
        '"ik,jk->ij", dZ2, A1',
        '"ik,jk->ji", dZ2, A1',
        "dW2",
        Slip.TRANSPOSED,
    ),
    ("rows, deep, lists", "A1.T @ dZ2", "dZ2.T @ A1", "dW2", Slip.TRANSPOSED),
    (
        "tensordot",
        "np.tensordot(dZ1, X, axes=([1], [1]))",
        "np.tensordot(X, dZ1, axes=([1], [1]))",
        "dW1",
        Slip.TRANSPOSED,
    ),
    ("walrus", "dL := np.full(len(x1), 1/m)", "dL := np.full(len(x1), -1/m)", "dL", Slip.SIGN),
    ("functools.partial", "dyhat1 = yhat1 - t", "dyhat1 = t - yhat1", "dyhat1", Slip.SIGN),
    ("recursion over layers", "return (a-Y)/m", "return a-Y", "dYhat", Slip.NO_SHARE),
    ("dataclass", "dYhat = (Yhat-Y)/X.shape[1]", "dYhat = Yhat-Y", "dYhat", Slip.NO_SHARE),
    (
        "class with __call__",
        "return g @ self.a.T,",
        "return g @ self.a.T/m,",
        "dW2",
        Slip.SHARE_TWICE,
    ),
    ("property", "return self.dZ @ X.T", "return self.dZ @ X.T / m", "dW", Slip.SHARE_TWICE),
    ("tensordot", "db2 = np.tensordot(dZ2, np.ones((4, 1)), 1)", "db2 = dZ2", "db2", Slip.NO_SUM),
    (
        "walrus",
        "dw1, dw2, dw3, db = ((dz*f).sum() for f in (x1, x2, x3, 1.0))",
        "dw1, dw2, dw3, db = (dz*f for f in (x1, x2, x3, 1.0))",
        "dw1",
        Slip.NO_SUM,
    ),
    (
        "generator of layers",
        "gz = g*a*(1-a)",
        "z = np.log(a/(1-a)); s = 1/(1+np.exp(-a)); gz = g*s*(1-s)",
        "dZ2",
        Slip.AT_OUTPUT,
    ),
    (
        "recursion over layers",
        "gz = g*h*(1-h)",
        "s = 1/(1+np.exp(-h)); gz = g*s*(1-s)",
        "dZ3",
        Slip.AT_OUTPUT,
    ),
    (
        "einsum with ellipsis",
        '"...,...,...->...", dA1, A1, 1 - A1',
        '"...,...->...", A1, 1 - A1',
        "dZ1",
        Slip.NO_UPSTREAM,
    ),
    ("functools.partial", "dz = dyhat*yhat*(1-yhat)", "dz = yhat*(1-yhat)", "dz", Slip.NO_UPSTREAM),
    ("class with __call__", "return g*self.y*(1-self.y)", "return g", "dZ2", Slip.NO_LOCAL),
    ("dot with out", "back(dA2, A2, dZ2)", "np.copyto(dZ2, dA2)", "dZ2", Slip.NO_LOCAL),
    ("in place sums over examples", "dW2 += np.outer", "dW2 = np.outer", "dW2", Slip.OVERWRITTEN),
    ("recursion, sums of uses", "dq += dv*r", "dq = dv*r", "dq", Slip.OVERWRITTEN),
    ("in place sums over examples", "db1 += dZ1", "db1 = dZ1", "db1", Slip.OVERWRITTEN),
    (
        "permutation batches, lists of layers",
        "dA1 = layers[1][0].T @ dZ2",
        "layers[1][0] = layers[1][0] - learning_rate*dW2; dA1 = layers[1][0].T @ dZ2",
        "dA1",
        Slip.UPDATED,
    ),
    (
        "class with __call__",
        "dZ2 = s2.grad(dYhat)\n",
        "dZ2 = s2.grad(dYhat)\nl2.w = l2.w - learning_rate*(dZ2 @ A1.T)\n",
        "dA1",
        Slip.UPDATED,
    ),
    (
        "tensordot",
        "Z1 = np.tensordot(W1, X, 1) + b1",
        "Z1 = np.tensordot(W1, X, 1) + b1.T",
        "Z1",
        None,
    ),
    ("reduce, dicts of arrays", "d.sum(1)[:, None]", "d.sum(1)", "db1", Slip.LOST_AXIS),
    (
        "rows, deep, lists",
        "dZ2.sum(0, keepdims=True)",
        "dZ2.mean(0, keepdims=True)",
        "db2",
        Slip.MEAN,
    ),
    (
        "generator of layers",
        "gz.sum(1, keepdims=True)",
        "np.average(gz, axis=1)[:, None]",
        "db2",
        Slip.MEAN,
    ),
    ("einsum with ellipsis", '"ik,jk->ij", dZ1, X', '"ik,jk->ik", dZ1, X', "dW1", None),
    (
        "float32 throughout",
        "sig = lambda z: one/(one+np.exp(-z))",
        "sig = lambda z: np.tanh(z)",
        "A1",
        Slip.OTHER_FUNCTION,
    ),
    (
        "property",
        "return self.dYhat*self.Yhat*(1-self.Yhat)",
        "return self.dYhat*(1-self.Yhat**2)",
        "dZ",
        Slip.OTHER_DERIVATIVE,
    ),
    (
        "reduce, dicts of arrays",
        'd = d*st["A"][k]*(1-st["A"][k])',
        'd = d*(1-st["A"][k]**2)',
        "dZ2",
        Slip.OTHER_DERIVATIVE,
    ),
    (
        "dataclass",
        "self.cache.update(Z=Z",
        'self.cache.update(Z=self.cache.get("Z", Z)',
        "Z",
        Slip.STALE_CACHE,
    ),
    ("class with __call__", "self.a = a\n", "self.a = a.astype(int)\n", "dW2", None),
    (
        "float32 throughout",
        "dtype=np.float32) for v",
        "dtype=np.float16) for v",
        "Z1",
        Slip.PRECISION,
    ),
    (
        "in place sums over examples",
        "Z1[:, i:i+1] = W1 @ x + b1",
        "x *= 2; Z1[:, i:i+1] = W1 @ x + b1",
        "Z1",
        Slip.IN_PLACE,
    ),
    ("walrus", "0.5*(e := yhat - y)**2", "0.5*np.log(e := yhat - y)**2", "L", Slip.NOT_FINITE),
    ("tensordot", "axes=([0], [0]))", "axes=([0], [0]))*np.inf", "dA1", Slip.NOT_FINITE),
    ("dataclass", "self.W = self.W - rate", "self.W = self.W + rate", "W", Slip.UPHILL),
    (
        "permutation batches, lists of layers",
        "layer[i] - learning_rate",
        "layer[i] + learning_rate",
        "W1",
        Slip.UPHILL,
    ),
    ("rows, deep, lists", "dZ1.sum(0, keepdims=True)", "dZ1[:1]", "db1", Slip.FIRST_EXAMPLE),
    ("recursion, sums of uses", "da = sum([a, a])", "da = a", "da", Slip.ONE_PATH),
    ("dot with out", "np.multiply(out, d, out=out)", "np.multiply(d, d, out=out)", "dZ3", None),
    ("a network of the playground", " + l2*W1", "", "dW1", Slip.ONE_PATH),
    ("a network of the playground", " + l2*W2", " - l2*W2", "dW2", None),
    ("a network of the playground", "= (Yhat-Y)/m", "= (Y-Yhat)/m", "dZ2", Slip.SIGN),
    ("a network of the playground", "dA1*(1-A1**2)", "dA1*A1*(1-A1)", "dZ1", Slip.OTHER_DERIVATIVE),
)
"""The style, what stands there, the mistake in its place, the first name that departs, and its
slip; None where no usual one gives the numbers."""
