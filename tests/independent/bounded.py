"""Numbers that carry a bound on what rounding may have done to them in float64.

A value is computed in long double; its bound is that of a float64 computation, to first order:
what the operands' bounds become through the derivative, and one rounding of the result. A bound of
infinity says that nothing can be said: a decision within rounding, a border of overflow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Wide = np.longdouble
ROUNDING = Wide(2) ** -53
"""Half the distance from 1 to the next float64."""
LEAST = Wide(2) ** -1074
LARGEST = Wide(np.finfo(np.float64).max)
_PLAIN = LARGEST / 2
"""A number below that is as far from overflowing as its bound."""
_FAR = Wide(0.5)
"""Of a turn in radians: where it may be anywhere, so may a sine."""
_LINEAR = Wide(0.01)
"""A relative change up to which first order is enough."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """An array and, for each cell, how far a float64 computation may be from it."""

    value: np.ndarray
    bound: np.ndarray

    @property
    def shape(self):
        """The lengths of its axes."""
        return self.value.shape


def exact(value):
    """Return what is a float64 already."""
    value = np.asarray(value, dtype=Wide)
    return Bounded(value, np.zeros(value.shape, Wide))


def _is_short(value):
    """Say of each cell whether it is a small multiple of 2**-20: float64 adds such exactly."""
    scaled = value * 2**20
    return (np.abs(value) < 2**25) & (scaled == np.floor(scaled))


def made(value, bound, operands, roundings=1, is_exact=False):
    """Return a result, rounded as float64 would round it.

    Args:
        value: The result in long double.
        bound: What the operands' bounds become.
        operands: The operands; where the bound of one is infinite, so is that of the result.
        roundings: How many half units in the last place the operation itself may be off.
        is_exact: Of each cell, whether it is exact where the operands are.
    """
    value = np.asarray(value, Wide)
    bound = np.asarray(bound, Wide)
    size = np.abs(value)
    rounded = bound + roundings * ROUNDING * size
    if size.min() < 1e-290:
        rounded = rounded + np.where(size < 1e-290, roundings * LEAST, 0)
    rounded = np.where((bound == 0) & is_exact, 0, rounded)
    if (size + rounded).max() < _PLAIN and all(one.bound.max() < LARGEST for one in operands):
        return Bounded(value, rounded)
    over = size > LARGEST
    at_border = np.abs(size - LARGEST) <= rounded + LARGEST * 1e-12
    value = np.where(over, np.sign(value) * np.inf, value)
    unknown = np.zeros(np.shape(value), bool)
    for one in operands:
        unknown = unknown | _reaching(np.isinf(one.bound), value.shape)
    rounded = np.where(np.isfinite(value), rounded, 0)
    rounded = np.where(unknown | at_border | np.isnan(rounded), np.inf, rounded)
    return Bounded(value, rounded)


def _reaching(unknown, shape):
    """Return which cells an unknown operand reaches; all, where shapes do not say."""
    try:
        return np.broadcast_to(unknown, shape)
    except ValueError:
        return np.full(shape, bool(unknown.any()))


def add(a, b):
    """Return a + b."""
    value = a.value + b.value
    plain = (a.value == 0) | (b.value == 0) | (_is_short(a.value) & _is_short(b.value))
    return made(value, a.bound + b.bound, (a, b), 1, plain)


def neg(a):
    """Return -a."""
    return Bounded(-a.value, a.bound)


def sub(a, b):
    """Return a - b."""
    return add(a, neg(b))


def mul(a, b):
    """Return a*b; an exact 0 times what is finite is 0."""
    bound = _times(np.abs(b.value), a.bound) + _times(np.abs(a.value), b.bound)
    bound = bound + _times(a.bound, b.bound)
    value = a.value * b.value
    plain = (value == 0) & ((a.value == 0) | (b.value == 0))
    plain = plain | (np.abs(a.value) == 1) | (np.abs(b.value) == 1)
    plain = plain | (_is_short(a.value) & _is_short(b.value) & _is_short(value))
    return made(value, bound, (a, b), 1, plain)


def _times(size, bound):
    return np.where(bound == 0, 0, size * bound)


def div(a, b):
    """Return a/b."""
    value = a.value / b.value
    far = np.where(b.bound == 0, 0, b.bound / np.abs(b.value))
    bound = np.where(a.bound == 0, 0, a.bound / np.abs(b.value)) + _times(np.abs(value), far)
    bound = np.where(far > _LINEAR, np.inf, bound)
    plain = ((a.value == 0) & (b.value != 0)) | (_is_short(value) & _is_short(b.value))
    return made(value, bound, (a, b), 1, plain)


def power(a, b):
    """Return a**b."""
    value = np.where(b.value == 0, 1, a.value**b.value)
    far = np.where(a.bound == 0, 0, np.abs(b.value) * a.bound / np.abs(a.value))
    other = np.where(b.bound == 0, 0, np.abs(np.log(np.abs(a.value))) * b.bound)
    bound = _times(np.abs(value), far + other)
    bound = np.where((far > _LINEAR) | (other > _LINEAR), np.inf, bound)
    # 1 to the power of anything is 1, even of what is no number; so is anything to the power of 0.
    at_one = (np.abs(a.value - 1) <= 8 * a.bound) & np.isnan(b.value)
    at_zero = (np.abs(b.value) <= 8 * b.bound) & np.isnan(a.value)
    # A negative number has a power where float64 rounds the exponent to a whole number.
    has_sign = (a.value < a.bound) & (b.bound > 0)
    is_open = (at_one & (a.bound > 0)) | (at_zero & (b.bound > 0)) | has_sign
    is_square = (b.value == 2) & (b.bound == 0)
    bound = np.where(is_square, 2 * np.abs(a.value) * a.bound + a.bound**2, bound)
    plain = is_square & _is_short(a.value) & _is_short(value)
    plain = plain | (b.value == 1) | (b.value == 0) | (is_square & (a.value == 0))
    found = made(value, bound, (a, b), 6, plain)
    return Bounded(found.value, np.where(is_open, np.inf, found.bound))


def _curve(function, slope, roundings=6, zero=False):
    """Return an operation of one operand with its slope; `zero` where 0 gives a 0 exactly."""

    def apply(a):
        value = function(a.value)
        steep = np.abs(slope(a.value, value))
        return made(value, _times(steep, a.bound), (a,), roundings, zero & (a.value == 0))

    return apply


def _wave(function, slope, zero=False):
    """Return a sine: how steep it is changes within the bound of a large operand."""

    def apply(a):
        steep = np.abs(slope(a.value)) + a.bound
        bound = np.where(a.bound > _FAR, np.inf, _times(steep, a.bound))
        return made(function(a.value), bound, (a,), 6, zero & (a.value == 0))

    return apply


def _relative(function, slope, roundings=6, exact_at=None):
    """Return an operation that first order describes only while the operand keeps its size."""
    plain = _curve(function, slope, roundings)

    def apply(a):
        got = plain(a)
        far = (a.bound > 0) & (a.bound > _LINEAR * np.abs(a.value))
        bound = np.where(far, np.inf, got.bound)
        if exact_at is not None:
            bound = np.where((a.bound == 0) & (a.value == exact_at), 0, bound)
        return Bounded(got.value, bound)

    return apply


def exp(a):
    """Return e**a."""
    value = np.exp(a.value)
    bound = np.where(a.bound > _LINEAR, np.inf, _times(value, a.bound))
    return made(value, bound, (a,), 6, a.value == 0)


def sigmoid(a):
    """Return 1/(1 + exp(-a)); below -709 a float64 exp overflows, and gives 0."""
    value = 1 / (1 + np.exp(-a.value))
    value = np.where(np.isnan(a.value), np.nan, value)
    bound = np.minimum(_times(value * (1 - value), a.bound) * 2, 1)
    bound = bound + np.where(value < 1e-300, 1e-300, 0)
    return made(value, bound, (a,), 8, a.value == 0)


def square(a):
    """Return a², which near 0 is steep only as far as the operand's bound reaches."""
    bound = _times(2 * np.abs(a.value) + a.bound, a.bound)
    return made(np.square(a.value), bound, (a,), 1, a.value == 0)


log = _relative(np.log, lambda a, out: 1 / a, exact_at=1)
sqrt = _relative(np.sqrt, lambda a, out: 1 / (2 * out), exact_at=0)
tanh = _curve(np.tanh, lambda a, out: 1 - out**2 + 1e-16, zero=True)
sin = _wave(np.sin, np.cos, zero=True)
cos = _wave(np.cos, np.sin)
absolute = _curve(np.abs, lambda a, out: 1, 0, zero=True)


def log1p(a):
    """Return log(1 + a)."""
    value = np.log1p(a.value)
    far = np.where(a.bound == 0, 0, a.bound / np.abs(1 + a.value))
    bound = np.where(far > _LINEAR, np.inf, far)
    return made(value, bound, (a,), 6, a.value == 0)


def softplus(a):
    """Return log(1 + exp(a))."""
    value = np.logaddexp(Wide(0), a.value)
    return made(value, a.bound, (a,), 8)


def maximum(a, b):
    """Return the larger of a and b."""
    value = np.maximum(a.value, b.value)
    is_first = a.value - b.value > a.bound + b.bound
    is_second = b.value - a.value > a.bound + b.bound
    both = np.maximum(*np.broadcast_arrays(a.bound, b.bound))
    bound = np.where(is_first, a.bound, np.where(is_second, b.bound, both))
    return made(value, bound, (a, b), 0, True)


def decided(difference, at_zero):
    """Return 1 where a difference is positive, 0 where negative, and so much where it is 0.

    Within rounding nobody can tell, and the bound is infinite.
    """
    value = np.heaviside(difference.value, Wide(at_zero))
    return _sure(value, difference)


def sign(a):
    """Return the sign of a."""
    return _sure(np.sign(a.value), a)


def _sure(value, a):
    unsure = (a.bound > 0) & (np.abs(a.value) <= 8 * a.bound)
    return Bounded(value, np.where(unsure | np.isinf(a.bound), np.inf, Wide(0)))


def matmul(a, b):
    """Return a @ b."""
    value = a.value @ b.value
    sizes = np.abs(a.value) @ np.abs(b.value)
    terms = a.value.shape[-1]
    bound = a.bound @ np.abs(b.value) + np.abs(a.value) @ b.bound + a.bound @ b.bound
    is_short = bool(_is_short(a.value).all() and _is_short(b.value).all())
    plain = np.full(np.shape(value), is_short) & _is_short(sizes)
    bound = np.where(plain & (bound == 0), 0, bound + (terms + 1) * ROUNDING * sizes)
    bound = np.where(np.isfinite(value) & (sizes > LARGEST), np.inf, bound)
    found = made(value, np.where(np.isnan(bound), np.inf, bound), (), 1, plain)
    unknown = np.isinf(a.bound).astype(float) @ np.ones(b.shape)
    return _opened(found, unknown + np.ones(a.shape) @ np.isinf(b.bound).astype(float))


def _opened(found, unknown):
    """Return a result with its bound infinite where something unknown goes into it."""
    return Bounded(found.value, np.where(unknown, np.inf, found.bound))


def total(a, axis=None):
    """Return the sum of all cells, or along an axis that keeps length 1."""
    keep = axis is not None
    value = np.sum(a.value, axis=axis, keepdims=keep)
    sizes = np.sum(np.abs(a.value), axis=axis, keepdims=keep)
    bound = np.sum(a.bound, axis=axis, keepdims=keep)
    terms = a.value.size if axis is None else a.value.shape[axis]
    plain = bool(_is_short(a.value).all()) & _is_short(sizes) | (terms == 1) | (sizes == 0)
    bound = np.where(plain & (bound == 0), 0, bound + terms * ROUNDING * sizes)
    bound = np.where(np.isfinite(value) & (sizes > LARGEST), np.inf, bound)
    found = made(value, np.where(np.isnan(bound), np.inf, bound), (), 1, plain)
    return _opened(found, np.any(np.isinf(a.bound), axis=axis, keepdims=keep))


def gathered(parts):
    """Return the sum of terms that float64 may add in any order: x + 1 - 1 is not always x."""
    found = parts[0]
    for part in parts[1:]:
        found = add(found, part)
    if len(parts) < 3:
        return found
    sizes = sum(np.abs(part.value) for part in parts)
    short = _is_short(sizes)
    for part in parts:
        short = short & _is_short(part.value)
    lost = np.where(short, 0, (len(parts) - 1) * ROUNDING * sizes)
    lost = np.where(sizes > LARGEST, np.inf, lost)
    return Bounded(found.value, found.bound + np.where(np.isfinite(sizes), lost, 0))


def largest(a, axis=None):
    """Return the largest cell, or the largest ones along an axis."""
    keep = axis is not None
    value = np.max(a.value, axis=axis, keepdims=keep)
    near = a.value + a.bound >= value
    bound = np.max(np.where(near, a.bound, 0), axis=axis, keepdims=keep)
    return Bounded(value, np.where(np.isnan(bound), np.inf, bound))


def transpose(a):
    """Return the rows as columns."""
    return Bounded(a.value.T, a.bound.T)


def spread(a, shape):
    """Return a with its cells repeated to a shape."""
    return Bounded(np.broadcast_to(a.value, shape), np.broadcast_to(a.bound, shape))


def summed_to(a, shape):
    """Return a summed over the axes along which an operand of that shape was broadcast."""
    if a.shape == shape:
        return a
    extra = len(a.shape) - len(shape)
    narrow = tuple(extra + i for i, n in enumerate(shape) if n == 1 and a.shape[extra + i] != 1)
    axes = (*range(extra), *narrow)
    sizes = np.sum(np.abs(a.value), axis=axes).reshape(shape)
    terms = int(np.prod([a.shape[i] for i in axes]))
    value = np.sum(a.value, axis=axes).reshape(shape)
    bound = np.sum(a.bound, axis=axes).reshape(shape) + terms * ROUNDING * sizes
    found = made(value, np.where(np.isnan(bound), np.inf, bound), ())
    return _opened(found, np.any(np.isinf(a.bound), axis=axes).reshape(shape))
