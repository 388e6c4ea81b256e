"""Lessons' formulas evaluated and differentiated on a tape, by rules written here once more.

A formula is read by Python's own `ast`: the grammar of lessons is a part of Python's.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, field

import numpy as np

from tests.independent import bounded as B
from tests.independent.bounded import Bounded, Wide, exact

_OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow",
    ast.MatMult: "matmul",
}  # fmt: skip
ONE, TWO, HUNDRED = exact(1.0), exact(2.0), exact(-100.0)
HUNDREDTH, SMALL = exact(0.01), exact(1e-12)


def parsed(text):
    """Return a formula as nested tuples: ("name", n), ("number", v), or an operation."""
    return _tree(ast.parse(text.strip(), mode="eval").body)


def _tree(node):
    match node:
        case ast.Constant(value=value):
            return ("number", float(value))
        case ast.Name(id=name):
            return ("name", name)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return ("number", -float(value))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return ("neg", _tree(inner))
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _tree(inner)
        case ast.BinOp(left=left, op=op, right=right):
            return (_OPERATORS[type(op)], _tree(left), _tree(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _mask(_tree(left), _tree(right), op)
        case ast.Attribute(value=inner, attr="T"):
            return ("transpose", _tree(inner))
        case ast.Call(func=ast.Name(id="dot"), args=[left, right]):
            return ("matmul", _tree(left), _tree(right))
        case ast.Call(func=ast.Name(id="flatten"), args=[inner]):
            return ("reshape", _tree(inner), (-1,))
        case ast.Call(func=ast.Name(id="reshape"), args=[inner, *lengths]):
            return ("reshape", _tree(inner), tuple(ast.literal_eval(n) for n in lengths))
        case ast.Call(func=ast.Name(id="concat"), args=args, keywords=named):
            axis = _axis(named[0].value) if named else 0
            joined = _tree(args[0])
            for arg in args[1:]:
                joined = ("concat", joined, _tree(arg), axis)
            return joined
        case ast.Subscript(value=inner, slice=ast.Tuple(elts=parts)):
            return ("pick", _tree(inner), tuple(map(_index, parts)))
        case ast.Subscript(value=inner, slice=part):
            return ("pick", _tree(inner), (_index(part),))
        case ast.Call(func=ast.Name(id=name), args=[*args, ast.Constant(value=int(axis))]) if len(
            args
        ) == _before_axis(name):
            return (name, *map(_tree, args), axis)
        case ast.Call(
            func=ast.Name(id=name),
            args=args,
            keywords=[ast.keyword(value=axis)],
        ):
            return (name, *map(_tree, args), _axis(axis))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return (name, *map(_tree, args))
    raise ValueError(ast.dump(node))


def _before_axis(name):
    """Return how many operands stand before the axis that a call may name."""
    *operands, last = inspect.signature(known(name, FORWARD)).parameters
    return len(operands) if last == "axis" else None


def known(name, table):
    """Return what a table of this engine says of an operation, which is no row of the program's."""
    if name not in table:
        raise LookupError(f"{name} is to be written in FORWARD and BACKWARD of {__name__}")
    return table[name]


def _mask(left, right, op):
    """Return a comparison as the step of a difference, or 1 less the step of the other one."""
    is_strict = isinstance(op, ast.Gt | ast.Lt)
    is_turned = isinstance(op, ast.Lt | ast.LtE) is not is_strict
    above, below = (right, left) if is_turned else (left, right)
    if above == ("number", 0.0):
        off = ("neg", below)
    else:
        off = above if below == ("number", 0.0) else ("sub", above, below)
    return ("sub", ("number", 1.0), ("step", off)) if is_strict else ("step", off)


def _axis(node):
    """Return an axis counted from the first of two, which may be told from the last."""
    axis = int(ast.literal_eval(node))
    return axis if axis >= 0 else axis + 2


def _index(part):
    """Return an index, or the ends of a range as a pair."""
    if not isinstance(part, ast.Slice):
        return ast.literal_eval(part)
    return tuple(None if end is None else ast.literal_eval(end) for end in (part.lower, part.upper))


def _both(function, a):
    """What only moves cells moves bounds alike."""
    return Bounded(function(a.value), function(a.bound))


def _cut(index):
    return tuple(slice(*part) if isinstance(part, tuple) else part for part in index)


def _joined(a, b, axis):
    return Bounded(*(np.concatenate(two, axis) for two in zip(_parts(a), _parts(b), strict=True)))


def _parts(a):
    return a.value, a.bound


def _table(a, b):
    """A row for each number with 1 at its place, none for what is no number of a row."""
    numbers = b.value.reshape(-1, 1)
    there = (numbers == np.floor(numbers)) & (numbers >= 0) & (numbers < a.shape[0])
    sure = Bounded(np.where(there, Wide(1), Wide(np.nan)), 0 * b.bound.reshape(-1, 1))
    value = np.where(there, numbers == np.arange(a.shape[0]), Wide(np.nan))
    bound = np.where(b.bound.reshape(-1, 1) > 0, Wide(np.inf), Wide(0)) + 0 * value
    return Bounded(value.astype(Wide), np.where(np.isnan(bound), np.inf, bound) * (sure.value == 1))


def _logged(a):
    return B.maximum(B.log(a), HUNDRED)


def _binary_cross_entropy(a, b):
    first = B.mul(b, _logged(a))
    return B.neg(B.add(first, B.mul(B.sub(ONE, b), _logged(B.sub(ONE, a)))))


def _cross_entropy(a, b, axis=0):
    return B.neg(B.total(B.mul(b, _logged(a)), axis))


def _softmax(a, axis=0):
    shifted = B.exp(B.sub(a, B.spread(B.largest(a, axis), a.shape)))
    return B.div(shifted, B.total(shifted, axis))


def _cross_entropy_logits(a, b, axis=0):
    top = B.largest(a, axis)
    whole = B.total(B.exp(B.sub(a, B.spread(top, a.shape))), axis)
    return B.sub(B.add(top, B.log(whole)), B.total(B.mul(a, b), axis))


def _mean(a, axis=None):
    count = a.value.size if axis is None else a.value.shape[axis]
    return B.div(B.total(a, axis), exact(count))


def _minimum(a, b):
    return B.neg(B.maximum(B.neg(a), B.neg(b)))


def _smallest(a, axis=None):
    return B.neg(B.largest(B.neg(a), axis))


def _place(a, axis=None):
    """The place of the largest cell; where another is as near as rounding it may be any."""
    keep = axis is not None
    value = np.argmax(a.value, axis=axis, keepdims=keep)
    best = B.largest(a, axis)
    near = np.sum(a.value + a.bound >= best.value - best.bound, axis=axis, keepdims=keep)
    sure = (near == 1) | np.all(a.bound == 0, axis=axis, keepdims=keep)
    return Bounded(value.astype(Wide), np.where(sure, Wide(0), Wide(np.inf)))


def _deviation(a, axis=None):
    """How far every cell is from their mean, by way of the largest: near ones lose nothing."""
    apart = B.sub(a, B.spread(B.largest(a, axis), a.shape))
    return B.sub(apart, B.spread(_mean(apart, axis), a.shape))


def _var(a, axis=None):
    return _mean(B.square(_deviation(a, axis)), axis)


def _std(a, axis=None):
    return B.sqrt(_var(a, axis))


def _logsumexp(a, axis=None):
    top = B.largest(a, axis)
    return B.add(top, B.log(B.total(B.exp(B.sub(a, B.spread(top, a.shape))), axis)))


def _chosen(a, b, c):
    """b where a is not 0, else c; a mask that is no plain number may be either."""
    value = np.where(a.value != 0, b.value, c.value)
    unknown = (a.bound > 0) & (np.abs(a.value) <= a.bound)
    bound = np.where(unknown, np.inf, np.where(a.value != 0, b.bound, c.bound))
    return Bounded(value, bound)


ACTIVATIONS = {
    "sigmoid": (B.sigmoid, lambda a, out: B.mul(out, B.sub(ONE, out))),
    "tanh": (B.tanh, lambda a, out: B.sub(ONE, B.square(out))),
    "relu": (lambda a: B.maximum(exact(0.0), a), lambda a, out: B.decided(a, 0)),
    "leaky_relu": (
        lambda a: B.maximum(B.mul(HUNDREDTH, a), a),
        lambda a, out: B.maximum(HUNDREDTH, B.decided(a, 0)),
    ),
    "softplus": (B.softplus, lambda a, out: B.sigmoid(a)),
    "sin": (B.sin, lambda a, out: B.cos(a)),
    "cos": (B.cos, lambda a, out: B.neg(B.sin(a))),
    "step": (lambda a: B.decided(a, 1), lambda a, out: exact(0.0)),
    "identity": (lambda a: a, lambda a, out: ONE),
}
"""Every activation with its slope; `--set activation` replaces any of them by any other."""


def _back_cellwise(slope):
    return lambda g, a, out: (B.mul(g, slope(a, out)),)


FORWARD = {
    **{name: forward for name, (forward, _) in ACTIVATIONS.items()},
    "minimum": _minimum, "clip": lambda a, b, c: _minimum(B.maximum(a, b), c), "where": _chosen,
    "pick": lambda a, index: _both(lambda cells: cells[_cut(index)], a),
    "reshape": lambda a, shape: _both(lambda cells: cells.reshape(shape), a), "concat": _joined,
    "outer": lambda a, b: _outer(a, b), "embed": lambda a, b: B.matmul(_table(a, b), a),
    "stop_gradient": lambda a: a, "min": _smallest, "argmax": _place, "var": _var,
    "std": _std, "logsumexp": _logsumexp,
    "add": B.add, "sub": B.sub, "mul": B.mul, "div": B.div, "pow": B.power, "neg": B.neg,
    "square": B.square, "sqrt": B.sqrt, "exp": B.exp, "log": B.log,
    "log1p": B.log1p, "abs": B.absolute, "sign": B.sign, "maximum": B.maximum,
    "binary_cross_entropy": _binary_cross_entropy,
    "binary_cross_entropy_logits": lambda a, b: B.sub(B.softplus(a), B.mul(a, b)),
    "matmul": B.matmul, "transpose": B.transpose, "sum": B.total, "mean": _mean,
    "max": B.largest, "softmax": _softmax, "cross_entropy": _cross_entropy,
    "cross_entropy_logits": _cross_entropy_logits,
}  # fmt: skip
"""Every operation going forward."""


def _back_flat(g, a, out):
    """A slope of 0, which makes 0 of any number and nothing of what is none."""
    return (B.mul(g, exact(0.0)),)


def _back_add(g, a, b, out):
    return g, g


def _back_sub(g, a, b, out):
    return g, B.neg(g)


def _back_mul(g, a, b, out):
    return B.mul(g, b), B.mul(g, a)


def _back_div(g, a, b, out):
    each = B.div(g, b)
    return each, B.neg(B.mul(g, B.div(out, b)))


def _back_pow(g, a, b, out):
    """The base's slope is 0 at the exponent 0; the exponent's is 0 where the power is 0."""
    below = B.power(a, B.sub(b, ONE))
    first = B.mul(b, below)
    first = _where(b.value == 0, exact(0.0), first)
    second = B.mul(out, B.log(a))
    second = _where((a.value == 0) & (b.value > 0), exact(0.0), second)
    return B.mul(g, first), B.mul(g, second)


def _where(condition, one, other):
    return Bounded(
        np.where(condition, one.value, other.value), np.where(condition, one.bound, other.bound)
    )


def _back_max(g, a, out, axis=None):
    """Tied cells share equally."""
    gap = B.sub(a, B.spread(out, a.shape))
    at = B.decided(gap, 1)
    count = B.total(at, axis)
    share = B.div(at, B.spread(count, a.shape))
    return (B.mul(B.spread(g, a.shape), share),)


def _back_maximum(g, a, b, out):
    """Two equal operands take half each."""
    first = B.decided(B.sub(a, b), Wide(0.5))
    return B.mul(g, first), B.mul(g, B.sub(ONE, first))


def _back_minimum(g, a, b, out):
    first = B.decided(B.sub(b, a), Wide(0.5))
    return B.mul(g, first), B.mul(g, B.sub(ONE, first))


def _back_clip(g, a, b, c, out):
    """As of the smaller of c and the larger of a and b."""
    larger = B.maximum(a, b)
    inside, above = _back_minimum(g, larger, c, out)
    return (*_back_maximum(inside, a, b, larger), above)


def _back_where(g, a, b, c, out):
    first, zero = _chosen(a, ONE, exact(0.0)), exact(0.0)
    return B.mul(g, zero), B.mul(g, first), B.mul(g, B.sub(ONE, first))


def _back_min(g, a, out, axis=None):
    (found,) = _back_max(g, B.neg(a), B.neg(out), axis)
    return (found,)


def _back_place(g, a, out, axis=None):
    return (B.mul(B.spread(g, a.shape), exact(0.0)),)


def _back_var(g, a, out, axis=None):
    count = a.value.size if axis is None else a.value.shape[axis]
    slope = B.div(B.mul(TWO, _deviation(a, axis)), exact(count))
    return (B.mul(B.spread(g, a.shape), slope),)


def _back_std(g, a, out, axis=None):
    """0 where nothing deviates."""
    count = a.value.size if axis is None else a.value.shape[axis]
    below = B.mul(B.spread(out, a.shape), exact(count))
    slope = B.div(_deviation(a, axis), _where(below.value == 0, ONE, below))
    is_open = (below.value == 0) & (below.bound > 0)
    slope = B.Bounded(slope.value, np.where(is_open, np.inf, slope.bound))
    return (B.mul(B.spread(g, a.shape), slope),)


def _back_logsumexp(g, a, out, axis=None):
    top = B.spread(B.largest(a, axis), a.shape)
    shares = B.exp(B.sub(a, top))
    return (B.mul(B.spread(g, a.shape), B.div(shares, B.total(shares, axis))),)


def _back_pick(g, a, out, index):
    def placed(cells):
        whole = np.zeros(a.shape, Wide)
        whole[_cut(index)] = cells
        return whole

    return (_both(placed, g),)


def _back_concat(g, a, b, out, axis):
    cut = a.shape[axis]
    return tuple(_both(lambda cells, at=at: np.split(cells, [cut], axis)[at], g) for at in (0, 1))


def _back_embed(g, a, b, out):
    return B.matmul(B.transpose(_table(a, b)), g), B.mul(b, exact(0.0))


def _back_sum(g, a, out, axis=None):
    return (B.spread(g, a.shape),)


def _back_mean(g, a, out, axis=None):
    count = a.value.size if axis is None else a.value.shape[axis]
    return (B.spread(B.div(g, exact(count)), a.shape),)


def _back_matmul(g, a, b, out):
    if a.value.ndim == 1 and b.value.ndim == 1:
        return B.mul(g, b), B.mul(g, a)
    if a.value.ndim == 1:
        return B.matmul(b, g), _outer(a, g)
    if b.value.ndim == 1:
        return _outer(g, b), B.matmul(B.transpose(a), g)
    return B.matmul(g, B.transpose(b)), B.matmul(B.transpose(a), g)


def _outer(a, b):
    left = Bounded(a.value[:, None], a.bound[:, None])
    return B.mul(left, Bounded(b.value[None, :], b.bound[None, :]))


def _back_bce(g, a, b, out):
    slope = B.div(B.sub(a, b), B.maximum(B.mul(a, B.sub(ONE, a)), SMALL))
    return B.mul(g, slope), B.mul(g, B.sub(_logged(B.sub(ONE, a)), _logged(a)))


def _back_bce_logits(g, a, b, out):
    return B.mul(g, B.sub(B.sigmoid(a), b)), B.neg(B.mul(g, a))


def _back_softmax(g, a, out, axis=0):
    mean = B.spread(B.total(B.mul(g, out), axis), out.shape)
    return (B.mul(out, B.sub(g, mean)),)


def _back_cross_entropy(g, a, b, out, axis=0):
    first = B.div(B.mul(g, b), B.maximum(a, SMALL))
    return B.neg(first), B.neg(B.mul(g, _logged(a)))


def _back_cross_entropy_logits(g, a, b, out, axis=0):
    return B.mul(g, B.sub(_softmax(a, axis), b)), B.neg(B.mul(g, a))


BACKWARD = {
    **{name: _back_cellwise(slope) for name, (_, slope) in ACTIVATIONS.items()},
    "minimum": _back_minimum, "clip": _back_clip, "where": _back_where,
    "pick": _back_pick, "concat": _back_concat, "embed": _back_embed,
    "reshape": lambda g, a, out, shape: (_both(lambda cells: cells.reshape(a.shape), g),),
    "outer": lambda g, a, b, out: (B.matmul(g, b), B.matmul(B.transpose(g), a)),
    "stop_gradient": _back_flat, "min": _back_min, "argmax": _back_place, "var": _back_var,
    "std": _back_std, "logsumexp": _back_logsumexp,
    "add": _back_add, "sub": _back_sub, "mul": _back_mul, "div": _back_div, "pow": _back_pow,
    "neg": lambda g, a, out: (B.neg(g),),
    "square": lambda g, a, out: (B.mul(g, B.mul(TWO, a)),),
    "sqrt": lambda g, a, out: (B.div(g, B.mul(TWO, out)),),
    "exp": lambda g, a, out: (B.mul(g, out),), "log": lambda g, a, out: (B.div(g, a),),
    "log1p": lambda g, a, out: (B.div(g, B.add(ONE, a)),),
    "abs": lambda g, a, out: (B.mul(g, B.sign(a)),),
    "sign": _back_flat,
    "maximum": _back_maximum,
    "binary_cross_entropy": _back_bce, "binary_cross_entropy_logits": _back_bce_logits,
    "matmul": _back_matmul, "transpose": lambda g, a, out: (B.transpose(g),),
    "sum": _back_sum, "mean": _back_mean, "max": _back_max, "softmax": _back_softmax,
    "cross_entropy": _back_cross_entropy, "cross_entropy_logits": _back_cross_entropy_logits,
}  # fmt: skip
"""For every operation the gradients of its operands from the one that arrives."""


def _is_fixed(part):
    """Say whether a part of a tree is what a call fixes, and no operand."""
    return isinstance(part, int) or not part or not isinstance(part[0], str)


@dataclass
class Tape:
    """Everything that was computed, in order; the names of leaves, lines and inner operations."""

    entries: list = field(default_factory=list)
    """(operation, places of the operands, what its call fixes, value)"""
    places: dict = field(default_factory=dict)

    def leaf(self, name, value):
        """Put a given value on the tape."""
        self.put(name, exact(value))

    def put(self, name, value):
        """Put a value with its bound on the tape."""
        self.places[name] = self._put(None, (), (), value)

    def _put(self, op, args, axis, value):
        self.entries.append((op, args, axis, value))
        return len(self.entries) - 1

    @np.errstate(all="ignore")
    def line(self, name, tree):
        """Evaluate a line; its inner operations are called NAME.1 and so on, as the walk does."""
        counter = [0]
        place = self._evaluate(tree, name, counter)
        if counter[0]:
            # The outermost operation is the line itself.
            self.places.pop(f"{name}.{counter[0]}", None)
        self.places[name] = place

    def _evaluate(self, tree, name, counter):
        op = tree[0]
        if op == "name":
            return self.places[tree[1]]
        if op == "number":
            return self._put(None, (), (), exact(tree[1]))
        axis = tuple(part for part in tree[1:] if _is_fixed(part))
        args = tuple(
            self._evaluate(part, name, counter) for part in tree[1:] if not _is_fixed(part)
        )
        values = [self.entries[i][3] for i in args]
        place = self._put(op, args, axis, known(op, FORWARD)(*values, *axis))
        counter[0] += 1
        self.places[f"{name}.{counter[0]}"] = place
        return place

    def value(self, name):
        """Return the value of a leaf, line or inner operation."""
        return self.entries[self.places[name]][3]

    @np.errstate(all="ignore")
    def gradients(self, root):
        """Return the gradient of a line with respect to every name that it depends on."""
        last = self.places[root]
        parts = {last: [exact(np.ones(self.entries[last][3].shape))]}
        found = {}
        for place in range(last, -1, -1):
            if place not in parts:
                continue
            found[place] = B.gathered(parts.pop(place))
            op, args, axis, out = self.entries[place]
            if op is None:
                continue
            values = [self.entries[i][3] for i in args]
            sent = known(op, BACKWARD)(found[place], *values, out, *axis)
            for i, value, part in zip(args, values, sent, strict=True):
                parts.setdefault(i, []).append(B.summed_to(part, value.shape))
        return {name: found[i] for name, i in self.places.items() if i in found}


def taped(given, lines):
    """Return a tape of leaves, values by name, and of lines, each a name and a tree."""
    tape = Tape()
    for name, value in given.items():
        tape.leaf(name, value)
    for name, tree in lines:
        tape.line(name, tree)
    return tape
