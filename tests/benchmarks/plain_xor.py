"""The lesson xor-hidden as one writes it with NumPy: what a whole process is measured against."""

import numpy as np

X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
Y = np.array([[0.0, 1.0, 1.0, 0.0]])
m = 4

rng = np.random.RandomState(48)
W1 = rng.randn(3, 2) / np.sqrt(2)
W2 = rng.randn(1, 3) / np.sqrt(3)
b1 = np.zeros((3, 1))
b2 = np.zeros((1, 1))


def sigmoid(z):
    """Return the sigmoid of every cell."""
    return 1 / (1 + np.exp(-z))


costs = []
for _ in range(5000):
    A1 = sigmoid(W1 @ X + b1)
    Yhat = sigmoid(W2 @ A1 + b2)
    error = Yhat - Y
    costs.append(np.sum(error**2) / (2 * m))
    dZ2 = error / m * Yhat * (1 - Yhat)
    dW2 = dZ2 @ A1.T
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = (W2.T @ dZ2) * A1 * (1 - A1)
    dW1 = dZ1 @ X.T
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    W1 -= dW1
    b1 -= db1
    W2 -= dW2
    b2 -= db2

print(f"{costs[-1]:.6g}")
