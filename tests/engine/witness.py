"""The same graphs by the `autograd` package, translated from the formula's tree alone."""

import autograd
import autograd.numpy as anp
import numpy as np

from gdtutor.engine.expression import Name, Number

NEAR = 1e-7


class AtKinkError(Exception):
    """The point is so close to a kink that two right answers may differ."""


def _apart(a, b):
    if anp.any(anp.abs(a - b) < NEAR):
        raise AtKinkError
    return a, b


def _larger(a, b):
    a, b = _apart(a, b)
    is_first = 1.0 * (a > b)
    return a * is_first + b * (1 - is_first)


def _largest(a, axis):
    result = anp.max(a, axis=axis, keepdims=axis is not None)
    if anp.any(anp.sum(a > result - NEAR, axis=axis) > 1):
        raise AtKinkError
    return result


def _smallest(a, axis):
    return -_largest(-a, axis)


def _held(a):
    """The value alone: autograd sees no number move in it."""
    while hasattr(a, "_value"):
        a = a._value
    return np.asarray(a)


def _place(a, axis):
    _largest(a, axis)
    return np.argmax(_held(a), axis=axis, keepdims=axis is not None) + 0 * anp.sum(a)


def _var(a, axis):
    if anp.any(anp.ptp(_held(a), axis=axis) < NEAR):
        raise AtKinkError
    return anp.var(a, axis=axis, keepdims=axis is not None)


def _logsumexp(a, axis):
    return anp.log(anp.sum(anp.exp(a), axis=axis, keepdims=axis is not None))


def _softmax(a, axis=0):
    e = anp.exp(a)
    return e / anp.sum(e, axis=axis, keepdims=True)


def _sigmoid(a):
    return 0.5 * (anp.tanh(a / 2) + 1)


def _surprise(p, t):
    return -(t * anp.log(p) + (1 - t) * anp.log(1 - p))


FORWARD = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "matmul": anp.dot,
    "neg": lambda a: -a,
    "transpose": anp.transpose,
    "identity": lambda a: a,
    "square": lambda a: a * a,
    "sqrt": lambda a: a**0.5,
    "exp": anp.exp,
    "log": anp.log,
    "log1p": lambda a: anp.log(1 + a),
    "abs": lambda a: _larger(a, -a),
    "sign": lambda a: 0 * a + anp.sign(_apart(a, 0)[0]),
    "step": lambda a: 0 * a + (_apart(a, 0)[0] > 0),
    "maximum": _larger,
    "minimum": lambda a, b: -_larger(-a, -b),
    "clip": lambda a, b, c: -_larger(-_larger(a, b), -c),
    "where": lambda a, b, c: b * (_held(a) != 0) + c * (_held(a) == 0),
    "outer": anp.outer,
    "embed": lambda a, b: a[_held(b).astype(int).ravel()] + 0 * anp.sum(b),
    "stop_gradient": lambda a: _held(a) + 0 * a,
    "sigmoid": _sigmoid,
    "tanh": anp.tanh,
    "relu": lambda a: _larger(a, 0 * a),
    "leaky_relu": lambda a: _larger(a, 0 * a) - 0.01 * _larger(-a, 0 * a),
    "softplus": lambda a: anp.logaddexp(0, a),
    "sin": anp.sin,
    "cos": anp.cos,
    "binary_cross_entropy": _surprise,
    "binary_cross_entropy_logits": lambda a, t: _surprise(_sigmoid(a), t),
}
FIXED = {
    "pick": lambda a, index: a[tuple(slice(*p) if isinstance(p, tuple) else p for p in index)],
    "reshape": anp.reshape,
    "concat": lambda a, b, axis: anp.concatenate((a, b), axis),
}
"""Operations that do nothing without what their call fixes."""
COLUMNS = {
    "softmax": _softmax,
    "cross_entropy": lambda p, t, axis=0: -anp.sum(t * anp.log(p), axis=axis, keepdims=True),
    "cross_entropy_logits": lambda a, t, axis=0: (
        _logsumexp(a, axis) - anp.sum(a * t, axis=axis, keepdims=True)
    ),
}
"""Operations that go down the columns where their call names no axis."""
REDUCTIONS = {
    "sum": lambda a, axis: anp.sum(a, axis=axis, keepdims=axis is not None),
    "mean": lambda a, axis: anp.mean(a, axis=axis, keepdims=axis is not None),
    "max": _largest,
    "min": _smallest,
    "argmax": _place,
    "var": _var,
    "std": lambda a, axis: _var(a, axis) ** 0.5,
    "logsumexp": _logsumexp,
}


def value_of(expr, values):
    """Compute a formula's tree with autograd's NumPy; AtKinkError too close to a kink."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Name):
        return values[expr.name]
    args = [value_of(arg, values) for arg in expr.args]
    if expr.op in FIXED:
        return FIXED[expr.op](*map(anp.array, args), expr.attribute)
    if expr.op in REDUCTIONS:
        return REDUCTIONS[expr.op](args[0], expr.attribute)
    if expr.op in COLUMNS:
        return COLUMNS[expr.op](*args, *([] if expr.attribute is None else [expr.attribute]))
    return FORWARD[expr.op](*args)


def values_of(graph, given):
    """Compute every line."""
    values = dict(given)
    for line in graph.lines:
        values[line.name] = value_of(line.expr, values)
    return values


def gradients_of(graph, given):
    """Return the gradient of the root with respect to every leaf."""

    def root(leaves):
        return anp.sum(values_of(graph, leaves)[graph.root])

    return autograd.grad(root)(given)
