"""Programs in the styles of those who write more than scripts: closures, modules, loops."""

from __future__ import annotations

from gdtutor.session.slips import Slip

STYLES = {
    "generator": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

def batches(X, Y, size):
    for s in range(0, X.shape[1], size):
        yield X[:, s:s+size], Y[:, s:s+size]

def train(W1, b1, W2, b2, lr=1.0, epochs=10):
    for epoch in range(epochs):
        for xb, yb in batches(X, Y, X.shape[1]):
            n = xb.shape[1]
            Z1 = W1 @ xb + b1
            A1 = sigmoid(Z1)
            Z2 = W2 @ A1 + b2
            Yhat = sigmoid(Z2)
            C = ((Yhat - yb)**2).sum() / (2*n)
            dYhat = (Yhat - yb) / n
            dZ2 = dYhat * Yhat * (1 - Yhat)
            dW2 = dZ2 @ A1.T
            db2 = dZ2.sum(1, keepdims=True)
            dA1 = W2.T @ dZ2
            dZ1 = dA1 * A1 * (1 - A1)
            dW1 = dZ1 @ xb.T
            db1 = dZ1.sum(1, keepdims=True)
            W1 = W1 - lr*dW1
            b1 = b1 - lr*db1
            W2 = W2 - lr*dW2
            b2 = b2 - lr*db2
            yield C

for cost in train(W1, b1, W2, b2):
    pass
""",
    ),
    "closures": (
        "16",
        """import numpy as np

def linear(W, b):
    saved = {}
    def forward(a):
        saved["a"] = a
        return W @ a + b
    def backward(g):
        return W.T @ g, g @ saved["a"].T, np.sum(g, axis=1, keepdims=True)
    return forward, backward

def logistic():
    out = None
    def forward(z):
        nonlocal out
        out = 1/(1+np.exp(-z))
        return out
    def backward(g):
        return g*out*(1-out)
    return forward, backward

f1, g1 = linear(W1, b1)
s1, t1 = logistic()
f2, g2 = linear(W2, b2)
s2, t2 = logistic()
Z1 = f1(X)
A1 = s1(Z1)
Z2 = f2(A1)
Yhat = s2(Z2)
C = 0.5*np.mean((Yhat - Y)**2)
dYhat = (Yhat - Y)/X.shape[1]
dZ2 = t2(dYhat)
dA1, dW2, db2 = g2(dZ2)
dZ1 = t1(dA1)
_, dW1, db1 = g1(dZ1)
""",
    ),
    "modules": (
        "16",
        """import numpy as np

class Parameter:
    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)

class Module:
    def parameters(self):
        return [v for v in vars(self).values() if isinstance(v, Parameter)]
    def __call__(self, *args):
        return self.forward(*args)

class Affine(Module):
    def __init__(self, W, b):
        self.W = Parameter(W)
        self.b = Parameter(b)
    def forward(self, x):
        self.x = x
        return self.W.data @ x + self.b.data
    def backward(self, g):
        self.W.grad += g @ self.x.T
        self.b.grad += g.sum(axis=1, keepdims=True)
        return self.W.data.T @ g

class Sig(Module):
    def forward(self, x):
        self.y = 1/(1+np.exp(-x))
        return self.y
    def backward(self, g):
        return g*self.y*(1-self.y)

class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)
    def step(self):
        for p in self.params:
            p.data -= self.lr*p.grad

fc1, act1, fc2, act2 = Affine(W1, b1), Sig(), Affine(W2, b2), Sig()
opt = SGD(fc1.parameters() + fc2.parameters(), learning_rate)
for epoch in range(20):
    opt.zero_grad()
    Z1 = fc1(X)
    A1 = act1(Z1)
    Z2 = fc2(A1)
    Yhat = act2(Z2)
    C = ((Yhat - Y)**2).sum()/(2*Y.shape[1])
    dYhat = (Yhat - Y)/Y.shape[1]
    dZ2 = act2.backward(dYhat)
    dA1 = fc2.backward(dZ2)
    dZ1 = act1.backward(dA1)
    fc1.backward(dZ1)
    dW1, db1 = fc1.W.grad, fc1.b.grad
    dW2, db2 = fc2.W.grad, fc2.b.grad
    opt.step()
""",
    ),
    "walrus": (
        "10",
        """import numpy as np

if (n := X.shape[1]) and (Z := W @ X + b).shape == (1, n):
    C = float(np.sum(((Yhat := 1/(1 + np.exp(-Z))) - Y)**2))/(2*n)
dZ = (dYhat := (Yhat - Y)/n) * Yhat * (1 - Yhat)
dW, db = dZ @ X.T, dZ.sum(axis=1, keepdims=True)
""",
    ),
    "match": (
        "16",
        """import numpy as np

net = [("linear", W1, b1), ("sigmoid",), ("linear", W2, b2), ("sigmoid",)]
trail = [X]
for layer in net:
    match layer:
        case ("linear", W, b):
            trail.append(W @ trail[-1] + b)
        case ("sigmoid",):
            trail.append(1/(1+np.exp(-trail[-1])))
_, Z1, A1, Z2, Yhat = trail
C = ((Yhat - Y)**2).sum()/(2*m)
grad = dYhat = (Yhat - Y)/m
found = []
for layer, a, out in zip(net[::-1], trail[-2::-1], trail[::-1]):
    match layer:
        case ("linear", W, b):
            found += [grad @ a.T, grad.sum(axis=1, keepdims=True)]
            grad = W.T @ grad
        case ("sigmoid",):
            grad = grad*out*(1-out)
    found.append(grad)
dZ2, dW2, db2, dA1, dZ1, dW1, db1, _ = found
""",
    ),
    "add at": (
        "15",
        """import numpy as np

x3 = x1*x2
z = w1*x1 + w2*x2 + w3*x3 + b
yhat = 1/(1+np.exp(-z))
L = 0.5*(yhat - y)**2
C = L.mean()
dL = np.full(len(L), 1/len(L))
dyhat = dL*(yhat - y)
dz = dyhat*yhat*(1-yhat)
acc = np.zeros(4)
k = np.arange(4)
for row in np.stack([dz*x1, dz*x2, dz*x3, dz], axis=1):
    np.add.at(acc, k, row)
dw1, dw2, dw3, db = acc
""",
    ),
    "one example after the other": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

dW1, db1, dW2, db2 = (np.zeros_like(p) for p in (W1, b1, W2, b2))
C = 0
n = X.shape[1]
for i in range(n):
    x, t = X[:, i:i+1], Y[:, i:i+1]
    Z1 = W1 @ x + b1
    A1 = sigmoid(Z1)
    Z2 = W2 @ A1 + b2
    Yhat = sigmoid(Z2)
    C += np.sum((Yhat - t)**2)/(2*n)
    dYhat = (Yhat - t)/n
    dZ2 = dYhat*Yhat*(1-Yhat)
    dW2 += dZ2 @ A1.T
    db2 += dZ2
    dA1 = W2.T @ dZ2
    dZ1 = dA1*A1*(1-A1)
    dW1 += dZ1 @ x.T
    db1 += dZ1
""",
    ),
    "globals": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

cache = {}
def fwd():
    global Z1, A1, Z2, Yhat
    Z1 = W1 @ X + b1
    A1 = sigmoid(Z1)
    Z2 = W2 @ A1 + b2
    Yhat = sigmoid(Z2)
def bwd():
    global C, dYhat, dZ2, dW2, db2, dA1, dZ1, dW1, db1
    C = np.sum(np.square(Yhat - Y))/(2*m)
    dYhat = (Yhat - Y)/m
    dZ2 = dYhat*Yhat*(1-Yhat)
    dW2 = np.dot(dZ2, A1.T)
    db2 = dZ2.sum(axis=1)[:, None]
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1*A1*(1-A1)
    dW1 = np.dot(dZ1, X.T)
    db1 = dZ1.sum(axis=1)[:, None]
def update():
    global W1, b1, W2, b2
    W1 = W1 - learning_rate*dW1
    b1 = b1 - learning_rate*db1
    W2 = W2 - learning_rate*dW2
    b2 = b2 - learning_rate*db2
for step in range(100):
    fwd()
    bwd()
    update()
""",
    ),
    "early return": (
        "18",
        """import numpy as np

def act(z, slope=False):
    s = 1/(1+np.exp(-z))
    if not slope:
        return s
    return s*(1-s)

weights = [W1, W2, W3]
biases = [b1, b2, b3]
zs, hs = [], [X]
for W, b in zip(weights, biases):
    zs.append(W.dot(hs[-1]) + b)
    hs.append(act(zs[-1]))
Z1, Z2, Z3 = zs
A0, A1, A2, Yhat = hs
C = np.sum((hs[-1] - Y)**2)/(2*m)
dYhat = (hs[-1] - Y)/m
delta = dYhat*act(zs[-1], slope=True)
deltas, back = [delta], []
for l in (2, 1):
    back.append(weights[l].T @ deltas[-1])
    deltas.append(back[-1]*act(zs[l-1], True))
dZ3, dZ2, dZ1 = deltas
dA2, dA1 = back
dW3, dW2, dW1 = [d @ h.T for d, h in zip(deltas, hs[2::-1])]
db3, db2, db1 = [d.sum(axis=1, keepdims=True) for d in deltas]
""",
    ),
    "in place": (
        "16",
        """import numpy as np

Z1 = W1 @ X
Z1 += b1
A1 = np.empty_like(Z1)
np.negative(Z1, out=A1)
np.exp(A1, out=A1)
A1 += 1
np.reciprocal(A1, out=A1)
Z2 = W2 @ A1
Z2 += b2
Yhat = -Z2
np.exp(Yhat, out=Yhat)
Yhat += 1
np.divide(1, Yhat, out=Yhat)
C = np.square(Yhat - Y).sum()/2/m
dYhat = Yhat - Y
dYhat /= m
dZ2 = dYhat.copy()
dZ2 *= Yhat
dZ2 *= 1 - Yhat
dW2 = dZ2 @ A1.T
db2 = np.add.reduce(dZ2, axis=1, keepdims=True)
dA1 = W2.T @ dZ2
dZ1 = np.multiply(dA1, A1)
dZ1 *= 1 - A1
dW1 = np.zeros_like(W1)
dW1 += dZ1 @ X.T
db1 = dZ1 @ np.ones((X.shape[1], 1))
""",
    ),
    "tape": (
        "12",
        """
class Value:
    def __init__(self, data, parents=()):
        self.data, self.parents, self.grad = data, parents, 0.0
    def __add__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data + o.data, ((self, 1.0), (o, 1.0)))
    def __sub__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data - o.data, ((self, 1.0), (o, -1.0)))
    def __mul__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data*o.data, ((self, o.data), (o, self.data)))
    __rmul__ = __mul__
    __radd__ = __add__
    def backward(self):
        order, seen = [], set()
        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for p, _ in v.parents:
                    visit(p)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for p, local in v.parents:
                p.grad += local*v.grad

va, vp, vq, vr, vw, vb = map(Value, (a, p, q, r, w, b))
vs = va*va
vs.backward()
s, da = vs.data, va.grad
vu = vp + vq
vv = vq*vr
vJ = vu*vv
vJ.backward()
u, v, J = vu.data, vv.data, vJ.data
du, dv, dp, dq, dr = vu.grad, vv.grad, vp.grad, vq.grad, vr.grad
vz1, vz2 = vw*x1 + vb, vw*x2 + vb
e1, e2 = vz1 - y1, vz2 - y2
vK = e1*e1*0.5 + e2*e2*0.5
vK.backward()
z1, z2, K = vz1.data, vz2.data, vK.data
dz1, dz2, dw, db = vz1.grad, vz2.grad, vw.grad, vb.grad
""",
    ),
    "dataclasses": (
        "20",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

from dataclasses import dataclass, field

@dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray
    inp: np.ndarray = None
    z: np.ndarray = None
    out: np.ndarray = None
    dW: np.ndarray = None
    db: np.ndarray = None

    def run(self, a):
        self.inp = a
        self.z = self.W @ a + self.b
        self.out = sigmoid(self.z)
        return self.out

    def back(self, da):
        self.da = da
        self.dz = da * self.out * (1 - self.out)
        self.dW = self.dz @ self.inp.T
        self.db = self.dz.sum(axis=1, keepdims=True)
        return self.W.T @ self.dz

@dataclass
class Net:
    layers: list = field(default_factory=list)

    def predict(self, x):
        for layer in self.layers:
            x = layer.run(x)
        return x

    def gradients(self, g):
        for layer in reversed(self.layers):
            g = layer.back(g)

net = Net([Layer(W1, b1), Layer(W2, b2)])
Yhat = net.predict(X)
C = np.sum((Yhat - Y)**2)/(2*m)
dYhat = (Yhat - Y)/m
net.gradients(dYhat)
first, second = net.layers
Z1, A1, Z2 = first.z, first.out, second.z
dZ2, dW2, db2 = second.dz, second.dW, second.db
dA1, dZ1, dW1, db1 = first.da, first.dz, first.dW, first.db
""",
    ),
    "float32": (
        "10",
        """import numpy as np

f = np.float32
X, Y, W, b = (np.asarray(v, dtype=f) for v in (X, Y, W, b))
Z = W @ X + b
Yhat = f(1)/(f(1)+np.exp(-Z))
C = f(0.5)*np.mean((Yhat - Y)**2)
dYhat = (Yhat - Y)/f(X.shape[1])
dZ = dYhat*Yhat*(f(1)-Yhat)
dW = dZ @ X.T
db = dZ.sum(axis=1, keepdims=True)
""",
    ),
    "trained in rows": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

def train(data, targets, W1, b1, W2, b2, epochs=50, lr=1.0):
    history = []
    n = len(data)
    for _ in range(epochs):
        Z1 = data @ W1.T + b1.T
        A1 = sigmoid(Z1)
        Z2 = A1 @ W2.T + b2.T
        Yhat = sigmoid(Z2)
        C = 0.5*((Yhat - targets)**2).sum()/n
        history.append(C)
        dYhat = (Yhat - targets)/n
        dZ2 = dYhat*Yhat*(1-Yhat)
        dW2 = dZ2.T @ A1
        db2 = dZ2.sum(axis=0, keepdims=True).T
        dA1 = dZ2 @ W2
        dZ1 = dA1*A1*(1-A1)
        dW1 = dZ1.T @ data
        db1 = dZ1.sum(axis=0, keepdims=True).T
        W1, b1, W2, b2 = [p - lr*g for p, g in zip((W1, b1, W2, b2), (dW1, db1, dW2, db2))]
    return history
losses = train(X.T, Y.T, W1, b1, W2, b2)
""",
    ),
    "recursion": (
        "18",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

params = [(W1, b1), (W2, b2), (W3, b3)]
record = {}
def run(a, l):
    if l == len(params):
        record["cost"] = np.sum((a - Y)**2)/(2*m)
        record["out"] = (a - Y)/m
        return record["out"]
    W, b = params[l]
    z = W @ a + b
    h = sigmoid(z)
    g = run(h, l + 1)
    dz = g*h*(1-h)
    record[l] = a, z, h, g, dz, dz @ a.T, dz.sum(axis=1, keepdims=True)
    return W.T @ dz
run(X, 0)
A0, Z1, A1, dA1, dZ1, dW1, db1 = record[0]
_, Z2, A2, dA2, dZ2, dW2, db2 = record[1]
_, Z3, Yhat, dYhat, dZ3, dW3, db3 = record[2]
C = record["cost"]
""",
    ),
    "einsum over features": (
        "15",
        """import numpy as np

x3 = x1*x2
F = np.stack([x1, x2, x3, np.ones_like(x1)])
theta = np.array([w1, w2, w3, b])
z = np.einsum("f,fm->m", theta, F)
yhat = 1/(1+np.exp(-z))
L = (yhat - y)**2/2
C = np.einsum("m->", L)/len(L)
dL = np.ones_like(L)/len(L)
dyhat = dL*(yhat - y)
dz = np.einsum("m,m,m->m", dyhat, yhat, 1 - yhat)
dw1, dw2, dw3, db = np.einsum("fm,m->f", F, dz)
""",
    ),
    "lambdas": (
        "05",
        """import numpy as np

logistic = lambda v: 1/(1+np.exp(-v))
slope = lambda s: s*(1-s)
loss = lambda p, t: 0.5*(p-t)**2
neuron = lambda w, v: sum(a*b for a, b in zip(w, v))
z1 = neuron((w1, w2), (a1, a2))
yhat1 = logistic(z1)
L1 = loss(yhat1, t)
dyhat1 = yhat1 - t
dz1 = dyhat1*slope(yhat1)
dw1_L1, dw2_L1 = (dz1*v for v in (a1, a2))
s = logistic(u)
du = slope(s)
z = neuron((w1, w2), (x1, x2))
yhat = logistic(z)
L = loss(yhat, y)
dyhat = yhat - y
dz = dyhat*slope(yhat)
dw1, dw2 = (dz*v for v in (x1, x2))
""",
    ),
    "zipped examples": (
        "10",
        """import numpy as np

dW, db, C = np.zeros_like(W), np.zeros_like(b), 0.0
n = X.shape[1]
for x, t in zip(X.T, Y.T):
    x = x.reshape(-1, 1)
    Z = W @ x + b
    Yhat = 1/(1+np.exp(-Z))
    C = C + ((Yhat - t)**2).item()/(2*n)
    dYhat = (Yhat - t)/n
    dZ = dYhat*Yhat*(1-Yhat)
    dW = dW + dZ @ x.T
    db = db + dZ
""",
    ),
    "bias in the weights": (
        "10",
        """import numpy as np

Xa = np.vstack([X, np.ones((1, X.shape[1]))])
Wa = np.hstack([W, b])
Z = Wa @ Xa
Yhat = 1/(1+np.exp(-Z))
C = np.mean((Yhat - Y)**2)/2
dYhat = (Yhat - Y)/Y.size
dZ = dYhat*Yhat*(1-Yhat)
dWa = dZ @ Xa.T
dW, db = dWa[:, :-1], dWa[:, -1:]
""",
    ),
    "recurrent": (
        "25",
        """import numpy as np

def tick(s, v):
    return np.tanh(a*s + v)

def step(h, x):
    z = w*h + u*x
    return np.tanh(z)

def slope(h):
    return 1 - h**2

def back(dh, h, before, x):
    dz = dh*slope(h)
    return dz*w, dz*before, dz*x

s1 = tick(s0, c)
s2 = tick(s1, c)
s3 = tick(s2, c)
s4 = tick(s3, c)
s5 = tick(s4, c)
change = s5 - s4
h1 = step(h0, x1)
h2 = step(h1, x2)
h3 = step(h2, x3)
L = (h3 - y)**2/2
dh3 = h3 - y
dh2, gw3, gu3 = back(dh3, h3, h2, x3)
dh1, gw2, gu2 = back(dh2, h2, h1, x2)
_, gw1, gu1 = back(dh1, h1, h0, x1)
dw = gw1 + gw2 + gw3
du = gu1 + gu2 + gu3
""",
    ),
    "recurrent loop": (
        "25",
        """import numpy as np
def step(h, x):
    return np.tanh(w*h + u*x)
s = [s0]
for t in range(5):
    s.append(np.tanh(a*s[-1] + c))
_, s1, s2, s3, s4, s5 = s
change = s[5] - s[4]
h = [h0]
for x in (x1, x2, x3):
    h.append(step(h[-1], x))
h1, h2, h3 = h[1:]
L = 0.5*(h[-1] - y)**2
dw = du = 0
grads = [h[-1] - y]
for t in (3, 2, 1):
    g = grads[-1]
    dz = g*(1 - h[t]**2)
    dw += dz*h[t-1]
    du += dz*(x1, x2, x3)[t-1]
    grads.append(dz*w)
dh3, dh2, dh1, _ = grads
""",
    ),
}
"""By name, the lesson and a right program."""

WRONG_STYLES = (
    ("generator", "W2 = W2 - lr*dW2", "W2 = W2 + lr*dW2", "W2", Slip.UPHILL),
    (
        "generator",
        "db1 = dZ1.sum(1, keepdims=True)",
        "db1 = dZ1.sum(0, keepdims=True)",
        "db1",
        Slip.OTHER_AXIS,
    ),
    ("closures", "return W @ a + b", "return W @ a", "Z1", Slip.NO_BIAS),
    ("closures", "return g*out*(1-out)", "return g*(1-out**2)", "dZ2", Slip.OTHER_DERIVATIVE),
    ("modules", "    opt.zero_grad()\n", "", "dW2", Slip.NOT_RESET),
    ("modules", "return self.W.data.T @ g", "return g.T @ self.W.data", "dA1", Slip.TRANSPOSED),
    ("match", "grad.sum(axis=1, keepdims=True)", "grad.sum(axis=1)", "db1", Slip.LOST_AXIS),
    ("add at", "    np.add.at(acc, k, row)", "    acc[k] = row", "dw1", Slip.OVERWRITTEN),
    ("one example after the other", "dW1 += dZ1 @ x.T", "dW1 = dZ1 @ x.T", "dW1", Slip.OVERWRITTEN),
    (
        "one example after the other",
        "dYhat = (Yhat - t)/n",
        "dYhat = (Yhat - t)",
        "dYhat",
        Slip.NO_SHARE,
    ),
    (
        "one example after the other",
        "dZ1 = dA1*A1*(1-A1)",
        "dZ1 = A1*(1-A1)",
        "dZ1",
        Slip.NO_UPSTREAM,
    ),
    (
        "early return",
        "deltas.append(back[-1]*act(zs[l-1], True))",
        "deltas.append(back[-1])",
        "dZ2",
        Slip.NO_LOCAL,
    ),
    ("early return", "hs[2::-1]", "zs[2::-1]", "dW3", Slip.OTHER_VALUE),
    ("in place", "dZ2 = dYhat.copy()", "dZ2 = dYhat", "dYhat", Slip.IN_PLACE),
    ("tape", "p.grad += local*v.grad", "p.grad = local*v.grad", "da", Slip.ONE_PATH),
    (
        "dataclasses",
        "self.dz = da * self.out * (1 - self.out)",
        "self.dz = da",
        "dZ2",
        Slip.NO_LOCAL,
    ),
    ("trained in rows", "dA1 = dZ2 @ W2", "dA1 = dYhat @ W2", "dA1", Slip.OTHER_VALUE),
    ("recursion", "return W.T @ dz", "return W.T @ g", "dA2", Slip.OTHER_VALUE),
    ("zipped examples", "db = db + dZ", "db = dZ", "db", Slip.OVERWRITTEN),
    ("zipped examples", "dW = dW + dZ @ x.T", "dW = dW + x.T", "dW", Slip.NO_UPSTREAM),
    ("recurrent", "return np.tanh(a*s + v)", "return np.tanh(a*s - v)", "s1", Slip.TERM_SIGN),
    ("recurrent", "z = w*h + u*x", "z = w*h + x", "h1", Slip.NO_FACTOR),
    ("recurrent", "return dz*w,", "return dz,", "dh2", Slip.PART_OF_LOCAL),
    (
        "recurrent loop",
        "s.append(np.tanh(a*s[-1] + c))",
        "s.append(np.tanh(a*s[-1]))",
        "s1",
        Slip.ONE_TERM,
    ),
    (
        "recurrent loop",
        "dz = g*(1 - h[t]**2)",
        "dz = g*h[t]*(1-h[t])",
        "dh2",
        Slip.OTHER_DERIVATIVE,
    ),
)
"""By program, a line with what it becomes, the name that departs by it, and its slip."""

_PASS = """        n = xb.shape[1]
        Z1 = W1 @ xb + b1
        A1 = sigmoid(Z1)
        Z2 = W2 @ A1 + b2
        Yhat = sigmoid(Z2)
        C = np.sum((Yhat - yb)**2)/(2*n)
        dYhat = (Yhat - yb)/n
        dZ2 = dYhat*Yhat*(1-Yhat)
        dW2 = dZ2 @ A1.T
        db2 = dZ2.sum(axis=1, keepdims=True)
        dA1 = W2.T @ dZ2
        dZ1 = dA1*A1*(1-A1)
        dW1 = dZ1 @ xb.T
        db1 = dZ1.sum(axis=1, keepdims=True)
        W1 = W1 - learning_rate*dW1
        b1 = b1 - learning_rate*db1
        W2 = W2 - learning_rate*dW2
        b2 = b2 - learning_rate*db2
"""
"""What a loop does with the examples of one part."""

PARTS = {
    "two at a time": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

size = 2
for epoch in range(10):
    for start in range(0, X.shape[1], size):
        xb, yb = X[:, start:start+size], Y[:, start:start+size]
"""
        + _PASS,
    ),
    "one at a time": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

size = 1
for epoch in range(10):
    for start in range(0, X.shape[1], size):
        xb, yb = X[:, start:start+size], Y[:, start:start+size]
"""
        + _PASS,
    ),
    "in another order": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

size = 4
for epoch in range(10):
    order = np.random.RandomState(3).permutation(X.shape[1])
    X, Y = X[:, order], Y[:, order]
    for start in range(0, X.shape[1], size):
        xb, yb = X[:, start:start+size], Y[:, start:start+size]
"""
        + _PASS,
    ),
    "two, in another order": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

size = 2
for epoch in range(10):
    order = np.random.RandomState(3).permutation(X.shape[1])
    for start in range(0, X.shape[1], size):
        at = order[start:start+size]
        xb, yb = X[:, at], Y[:, at]
"""
        + _PASS,
    ),
    "two handed to a method": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

class Net:
    def __init__(self, W1, b1, W2, b2):
        self.W1, self.b1, self.W2, self.b2 = W1, b1, W2, b2
    def step(self, xb, yb, lr):
        n = xb.shape[1]
        Z1 = self.W1 @ xb + self.b1
        A1 = sigmoid(Z1)
        Z2 = self.W2 @ A1 + self.b2
        Yhat = sigmoid(Z2)
        C = np.sum((Yhat - yb)**2)/(2*n)
        dYhat = (Yhat - yb)/n
        dZ2 = dYhat*Yhat*(1-Yhat)
        dW2 = dZ2 @ A1.T
        db2 = dZ2.sum(axis=1, keepdims=True)
        dA1 = self.W2.T @ dZ2
        dZ1 = dA1*A1*(1-A1)
        dW1 = dZ1 @ xb.T
        db1 = dZ1.sum(axis=1, keepdims=True)
        self.W1 = self.W1 - lr*dW1
        self.b1 = self.b1 - lr*db1
        self.W2 = self.W2 - lr*dW2
        self.b2 = self.b2 - lr*db2
net = Net(W1, b1, W2, b2)
rng = np.random.default_rng(0)
for epoch in range(30):
    for at in np.array_split(rng.permutation(X.shape[1]), 2):
        net.step(X[:, at], Y[:, at], learning_rate)
""",
    ),
    "vectors of one example": (
        "10",
        """import numpy as np

for epoch in range(10):
    for x, t in zip(X.T, Y[0]):
        Z = W[0] @ x + b[0, 0]
        Yhat = 1/(1+np.exp(-Z))
        C = (Yhat - t)**2/2
        dYhat = Yhat - t
        dZ = dYhat*Yhat*(1-Yhat)
        dW = (dZ*x)[None]
        db = np.array([[dZ]])
        W = W - learning_rate*dW
        b = b - learning_rate*db
""",
    ),
    "cut out in each line": (
        "16",
        """import numpy as np
def sigmoid(z):
    return 1/(1+np.exp(-z))

size = 2
for epoch in range(10):
    for start in range(0, X.shape[1], size):
        n = size
        Z1 = W1 @ X[:, start:start+size] + b1
        A1 = sigmoid(Z1)
        Z2 = W2 @ A1 + b2
        Yhat = sigmoid(Z2)
        C = np.sum((Yhat - Y[:, start:start+size])**2)/(2*n)
        dYhat = (Yhat - Y[:, start:start+size])/n
        dZ2 = dYhat*Yhat*(1-Yhat)
        dW2 = dZ2 @ A1.T
        db2 = dZ2.sum(axis=1, keepdims=True)
        dA1 = W2.T @ dZ2
        dZ1 = dA1*A1*(1-A1)
        dW1 = dZ1 @ X[:, start:start+size].T
        db1 = dZ1.sum(axis=1, keepdims=True)
        W1 = W1 - learning_rate*dW1
        b1 = b1 - learning_rate*db1
        W2 = W2 - learning_rate*dW2
        b2 = b2 - learning_rate*db2
""",
    ),
}
"""Right programs that train on a part of the examples at a time, or in another order."""
