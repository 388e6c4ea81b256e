"""What the plans are measured against: the same training written by hand in three ways.

All train sigmoid networks on half the mean squared error by gradient descent, batch by batch in the
given order. Each returns a function that trains some epochs and returns their costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Train = Callable[[int], Array]
Starts = Mapping[str, Array]


def batches_of(examples: Array, inputs: int, batch: int) -> list[tuple[Array, Array]]:
    """Return features × examples and targets × examples of every batch."""
    found = []
    for at in range(0, len(examples), batch):
        rows = examples[at : at + batch]
        found.append(
            (np.ascontiguousarray(rows[:, :inputs].T), np.ascontiguousarray(rows[:, inputs:].T))
        )
    return found


def plain(layers: Sequence[int], examples: Array, batch: int, starts: Starts) -> Train:
    """Allocating NumPy, as one writes it down."""
    depth = len(layers) - 1
    weights = [np.array(starts[f"W{i + 1}"]) for i in range(depth)]
    biases = [np.array(starts[f"b{i + 1}"]) for i in range(depth)]
    data = batches_of(examples, layers[0], batch)

    def train(epochs: int) -> Array:
        costs = []
        for _ in range(epochs):
            total = 0.0
            for x, y in data:
                m = x.shape[1]
                activations = [x]
                for w, b in zip(weights, biases, strict=True):
                    z = w @ activations[-1] + b
                    activations.append(1 / (1 + np.exp(-z)))
                error = activations[-1] - y
                total += float(np.sum(error**2)) / 2
                upstream = error / m
                for i in reversed(range(depth)):
                    a = activations[i + 1]
                    dz = upstream * a * (1 - a)
                    dw = dz @ activations[i].T
                    db = np.sum(dz, axis=1, keepdims=True)
                    upstream = weights[i].T @ dz
                    weights[i] = weights[i] - dw
                    biases[i] = biases[i] - db
            costs.append(total / len(examples))
        return np.array(costs)

    return train


class Linear:
    """A layer object that keeps what its backward pass needs."""

    def __init__(self, weights: Array, bias: Array) -> None:
        self.params = {"W": np.array(weights), "b": np.array(bias)}

    def forward(self, below: Array) -> None:
        self.below = below
        self.out = np.dot(self.params["W"], below) + self.params["b"]

    def backward(self, upstream: Array) -> None:
        self.dw = np.dot(upstream, self.below.T)
        self.db = np.sum(upstream, axis=1, keepdims=True)
        self.dbelow = np.dot(self.params["W"].T, upstream)

    def update(self, rate: float) -> None:
        self.params["W"] = self.params["W"] - rate * self.dw
        self.params["b"] = self.params["b"] - rate * self.db


class Sigmoid:
    """An activation object."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.out = np.zeros(shape)

    def forward(self, z: Array) -> None:
        self.out = 1 / (1 + np.exp(-z))

    def backward(self, upstream: Array) -> None:
        self.dz = upstream * self.out * (1 - self.out)


def squared_cost(y: Array, yhat: Array) -> tuple[float, Array]:
    """Return the cost of a batch and its gradient."""
    m = y.shape[1]
    cost = (1 / (2 * m)) * np.sum(np.square(y - yhat))
    return float(np.squeeze(cost)), -1 / m * (y - yhat)


def layer_objects(layers: Sequence[int], examples: Array, batch: int, starts: Starts) -> Train:
    """Objects for layers, as in articles that teach backpropagation."""
    stack: list[tuple[Linear, Sigmoid]] = []
    for i in range(len(layers) - 1):
        linear = Linear(starts[f"W{i + 1}"], starts[f"b{i + 1}"])
        stack.append((linear, Sigmoid((layers[i + 1], batch))))
    data = batches_of(examples, layers[0], batch)

    def train(epochs: int) -> Array:
        costs = []
        for _ in range(epochs):
            total = 0.0
            for x, y in data:
                below = x
                for linear, sigmoid in stack:
                    linear.forward(below)
                    sigmoid.forward(linear.out)
                    below = sigmoid.out
                cost, upstream = squared_cost(y, below)
                total += cost * x.shape[1]
                for linear, sigmoid in reversed(stack):
                    sigmoid.backward(upstream)
                    linear.backward(sigmoid.dz)
                    upstream = linear.dbelow
                for linear, _ in stack:
                    linear.update(1.0)
            costs.append(total / len(examples))
        return np.array(costs)

    return train


def _with_ones(x: Array) -> Array:
    return np.vstack([x, np.ones((1, x.shape[1]))])


def _flat(layers: Sequence[int], starts: Starts) -> tuple[Array, Array, list[Array], list[Array]]:
    """Weights with their bias as a last column, turned, in one flat array; the gradient alike."""
    blocks = [
        -np.hstack([starts[f"W{i + 1}"], starts[f"b{i + 1}"]]) for i in range(len(layers) - 1)
    ]
    p = np.concatenate([block.ravel() for block in blocks])
    g = np.empty_like(p)
    views: list[list[Array]] = []
    for flat in (p, g):
        cut, at = [], 0
        for block in blocks:
            cut.append(flat[at : at + block.size].reshape(block.shape))
            at += block.size
        views.append(cut)
    return p, g, views[0], views[1]


def hand_one(layers: Sequence[int], examples: Array, batch: int, starts: Starts) -> Train:
    """One layer on one full batch, by hand, with every lever."""
    ((x, y),) = batches_of(examples, layers[0], batch)
    m = x.shape[1]
    p, g, (w,), (gw,) = _flat(layers, starts)
    x1 = _with_ones(x)
    x1t = x1.T
    z, a, t, u = (np.empty((layers[1], m)) for _ in range(4))
    block = np.empty((256, layers[1], m))
    rows = list(block)
    one, factor = np.array(1.0), np.array(1 / m)
    exp, add, reciprocal = np.exp, np.add, np.reciprocal
    subtract, multiply = np.subtract, np.multiply
    step = np.empty_like(g)

    def train(epochs: int) -> Array:
        costs = []
        for at in range(0, epochs, 256):
            chosen = rows[: min(256, epochs - at)]
            for e in chosen:
                w.dot(x1, z)
                exp(z, z)
                add(z, one, z)
                reciprocal(z, a)
                subtract(a, y, e)
                subtract(a, one, t)
                multiply(a, t, t)
                multiply(e, t, u)
                u.dot(x1t, gw)
                multiply(g, factor, step)
                subtract(p, step, p)
            used = block[: len(chosen)].reshape(len(chosen), -1)
            costs.append((used * used).sum(axis=1) / (2 * m))
        return np.concatenate(costs)

    return train


class _Two:
    """Arrays of a two-layer network for one batch size."""

    def __init__(self, layers: Sequence[int], m: int, rows: int) -> None:
        _, n1, n2 = layers
        self.arena = np.empty((n1 + 1 + n2) * m)
        self.slope = np.empty_like(self.arena)
        self.a1b = self.arena[: (n1 + 1) * m].reshape(n1 + 1, m)
        self.a1b[n1] = 1.0
        self.a1 = self.a1b[:n1]
        self.a1bt = self.a1b.T
        self.a2 = self.arena[(n1 + 1) * m :].reshape(n2, m)
        self.s1 = self.slope[: n1 * m].reshape(n1, m)
        self.s2 = self.slope[(n1 + 1) * m :].reshape(n2, m)
        self.z1, self.d1 = np.empty((n1, m)), np.empty((n1, m))
        self.z2, self.d2 = np.empty((n2, m)), np.empty((n2, m))
        self.down = np.empty((n1 + 1, m))
        self.e1 = self.down[:n1]
        self.factor = np.array(1 / m)
        self.errors = np.empty((rows, n2, m))


def hand_two(layers: Sequence[int], examples: Array, batch: int, starts: Starts) -> Train:
    """Two layers, by hand: folded biases and signs, one call for both slopes, late costs."""
    data = batches_of(examples, layers[0], batch)
    p, g, (w1, w2), (g1, g2) = _flat(layers, starts)
    w2t = w2.T
    step = np.empty_like(g)
    one = np.array(1.0)
    sizes = [x.shape[1] for x, _ in data]
    full = sum(size == batch for size in sizes)
    epochs_a_block = max(1, min(512, 32_768 // (layers[-1] * batch)) // full)
    main = _Two(layers, batch, epochs_a_block * full)
    inputs = [_with_ones(x) for x, _ in data]
    items = [
        (inputs[i % full], inputs[i % full].T, data[i % full][1], main.errors[i])
        for i in range(epochs_a_block * full)
    ]
    short = _Two(layers, sizes[-1], 1) if sizes[-1] != batch else None

    def steps(k: _Two, chosen: list[tuple[Array, Array, Array, Array]]) -> None:
        exp, add, reciprocal = np.exp, np.add, np.reciprocal
        subtract, multiply = np.subtract, np.multiply
        z1, a1, a1b, a1bt, z2, a2 = k.z1, k.a1, k.a1b, k.a1bt, k.z2, k.a2
        arena, slope, s1, s2, d1, d2 = k.arena, k.slope, k.s1, k.s2, k.d1, k.d2
        down, e1, factor = k.down, k.e1, k.factor
        for x1, x1t, y, e in chosen:
            w1.dot(x1, z1)
            exp(z1, z1)
            add(z1, one, z1)
            reciprocal(z1, a1)
            w2.dot(a1b, z2)
            exp(z2, z2)
            add(z2, one, z2)
            reciprocal(z2, a2)
            subtract(a2, y, e)
            subtract(arena, one, slope)
            multiply(arena, slope, slope)
            multiply(e, s2, d2)
            d2.dot(a1bt, g2)
            w2t.dot(d2, down)
            multiply(e1, s1, d1)
            d1.dot(x1t, g1)
            multiply(g, factor, step)
            subtract(p, step, p)

    def train(epochs: int) -> Array:
        costs = []
        done = 0
        while done < epochs:
            count = 1 if short else min(epochs_a_block, epochs - done)
            steps(main, items[: count * full])
            used = main.errors[: count * full].reshape(count, -1)
            totals = (used * used).sum(axis=1)
            if short is not None:
                steps(short, [(inputs[-1], inputs[-1].T, data[-1][1], short.errors[0])])
                totals += (short.errors * short.errors).sum()
            costs.append(totals / (2 * len(examples)))
            done += count
        return np.concatenate(costs)

    return train


def hand_wide(layers: Sequence[int], examples: Array, batch: int, starts: Starts) -> Train:
    """Two layers with many inputs, by hand: the first bias stays by itself."""
    data = batches_of(examples, layers[0], batch)
    w1, b1 = -starts["W1"], -starts["b1"]
    w2 = -np.hstack([starts["W2"], starts["b2"]])
    w2t = w2.T
    gw1, gb1, gw2 = np.empty_like(w1), np.empty_like(b1), np.empty_like(w2)
    kernels = {size: _Two(layers, size, len(data)) for size in {x.shape[1] for x, _ in data}}
    ones = {size: np.ones((size, 1)) for size in kernels}
    one = np.array(1.0)

    def train(epochs: int) -> Array:
        costs = []
        for _ in range(epochs):
            total = 0.0
            for i, (x, y) in enumerate(data):
                m = x.shape[1]
                k = kernels[m]
                np.dot(w1, x, k.z1)
                np.add(k.z1, b1, k.z1)
                np.exp(k.z1, k.z1)
                np.add(k.z1, one, k.z1)
                np.reciprocal(k.z1, k.a1)
                np.dot(w2, k.a1b, k.z2)
                np.exp(k.z2, k.z2)
                np.add(k.z2, one, k.z2)
                np.reciprocal(k.z2, k.a2)
                e = k.errors[i]
                np.subtract(k.a2, y, e)
                np.subtract(k.a2, one, k.s2)
                np.multiply(k.a2, k.s2, k.s2)
                np.multiply(e, k.s2, k.d2)
                np.dot(k.d2, k.a1bt, gw2)
                np.dot(w2t, k.d2, k.down)
                np.subtract(k.a1, one, k.s1)
                np.multiply(k.a1, k.s1, k.s1)
                np.multiply(k.e1, k.s1, k.d1)
                np.dot(k.d1, x.T, gw1)
                np.dot(k.d1, ones[m], gb1)
                total += float(np.vdot(e, e)) / 2
                for parameter, gradient in ((w1, gw1), (b1, gb1), (w2, gw2)):
                    np.multiply(gradient, k.factor, gradient)
                    np.subtract(parameter, gradient, parameter)
            costs.append(total / len(examples))
        return np.array(costs)

    return train


def hand_three(layers: Sequence[int], examples: Array, batch: int, starts: Starts) -> Train:
    """Three layers and batches that all have one size, by hand."""
    data = batches_of(examples, layers[0], batch)
    _, n1, n2, n3 = layers
    p, g, (w1, w2, w3), (g1, g2, g3) = _flat(layers, starts)
    w2t, w3t, step = w2.T, w3.T, np.empty_like(g)
    m = batch
    offsets = np.cumsum([0, (n1 + 1) * m, (n2 + 1) * m, n3 * m])
    arena, slope = np.empty(offsets[-1]), np.empty(offsets[-1])
    a1b = arena[: offsets[1]].reshape(n1 + 1, m)
    a2b = arena[offsets[1] : offsets[2]].reshape(n2 + 1, m)
    a3 = arena[offsets[2] :].reshape(n3, m)
    a1b[-1] = a2b[-1] = 1.0
    a1, a2, a1bt, a2bt = a1b[:-1], a2b[:-1], a1b.T, a2b.T
    s1 = slope[: n1 * m].reshape(n1, m)
    s2 = slope[offsets[1] : offsets[1] + n2 * m].reshape(n2, m)
    s3 = slope[offsets[2] :].reshape(n3, m)
    z1, z2, z3 = np.empty((n1, m)), np.empty((n2, m)), np.empty((n3, m))
    d1, d2, d3 = np.empty((n1, m)), np.empty((n2, m)), np.empty((n3, m))
    down2, down1 = np.empty((n2 + 1, m)), np.empty((n1 + 1, m))
    e2, e1 = down2[:-1], down1[:-1]
    one, factor = np.array(1.0), np.array(1 / m)
    errors = np.empty((len(data), n3, m))
    inputs = [_with_ones(x) for x, _ in data]
    items = [(x, x.T, y, e) for x, (_, y), e in zip(inputs, data, errors, strict=True)]
    exp, add, reciprocal = np.exp, np.add, np.reciprocal
    subtract, multiply = np.subtract, np.multiply

    def train(epochs: int) -> Array:
        costs = []
        for _ in range(epochs):
            for x1, x1t, y, e in items:
                w1.dot(x1, z1)
                exp(z1, z1)
                add(z1, one, z1)
                reciprocal(z1, a1)
                w2.dot(a1b, z2)
                exp(z2, z2)
                add(z2, one, z2)
                reciprocal(z2, a2)
                w3.dot(a2b, z3)
                exp(z3, z3)
                add(z3, one, z3)
                reciprocal(z3, a3)
                subtract(a3, y, e)
                subtract(arena, one, slope)
                multiply(arena, slope, slope)
                multiply(e, s3, d3)
                d3.dot(a2bt, g3)
                w3t.dot(d3, down2)
                multiply(e2, s2, d2)
                d2.dot(a1bt, g2)
                w2t.dot(d2, down1)
                multiply(e1, s1, d1)
                d1.dot(x1t, g1)
                multiply(g, factor, step)
                subtract(p, step, p)
            costs.append((errors * errors).sum() / (2 * len(examples)))
        return np.array(costs)

    return train
