"""Starting values of parameters: each rule with its formula, drawn from a frozen random stream.

The generator is NumPy's `RandomState`, whose streams NumPy has frozen: the same seed gives the same
digits on every version. Parameters that share a seed draw one after the other from one generator.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import MAX_CELLS, Shape
from gdtutor.training.errors import DataError
from gdtutor.values import Struct

Sample = Callable[[np.random.RandomState, Shape], Array]
"""Draws an array of the given shape; advances the generator by what it draws."""

MAX_SEED = 2**32 - 1
"""The largest seed that the generator takes."""


class Initialisation(Struct, frozen=True):
    """One rule for the starting values of a parameter."""

    formula: str
    """The rule as learners see it; n_in is `fan_in` of the shape."""
    summary: str
    """What the rule is good or bad for, in one sentence."""
    sample: Sample | None
    """How it draws; None for the rule whose value the author gives."""
    numpy: str = ""
    """How it draws the (n_out, n_in) weights of a layer from `rng`, as NumPy source."""


def fan_in(shape: Shape) -> int:
    """Return n_in, the number of inputs that one neuron with weights of this shape sums over.

    A weight matrix is (n_out, n_in), so it is the last axis. A vector (n,) holds the weights of one
    neuron, so it is n; a scalar is the weight of one input, so it is 1. A bias column (n_out, 1)
    comes out as 1 by the same rule: it acts like a weight on a constant input of 1.
    """
    return shape[-1] if shape else 1


def _standard_normal(rng: np.random.RandomState, shape: Shape) -> Array:
    return np.asarray(rng.standard_normal(shape), dtype=np.float64)


def _zeros(rng: np.random.RandomState, shape: Shape) -> Array:
    return np.zeros(shape)


def _plain(rng: np.random.RandomState, shape: Shape) -> Array:
    return np.asarray(0.01 * _standard_normal(rng, shape))


def _xavier(rng: np.random.RandomState, shape: Shape) -> Array:
    return np.asarray(_standard_normal(rng, shape) / math.sqrt(fan_in(shape)))


def _he(rng: np.random.RandomState, shape: Shape) -> Array:
    return np.asarray(_standard_normal(rng, shape) * math.sqrt(2 / fan_in(shape)))


def _uniform(rng: np.random.RandomState, shape: Shape) -> Array:
    return np.asarray(rng.random_sample(shape), dtype=np.float64)


INITIALISATIONS: dict[str, Initialisation] = {
    "zeros": Initialisation(
        "0", "Every neuron of a layer stays the same as its neighbours.", _zeros
    ),
    "constant": Initialisation("c", "Equal values, which stay equal like zeros do.", None),
    "plain": Initialisation(
        "0.01·N(0, 1)",
        "Small and different, whatever the size of the layer.",
        _plain,
        "0.01*rng.standard_normal((n_out, n_in))",
    ),
    "xavier": Initialisation(
        "N(0, 1) / √n_in",
        "Keeps the size of signals through sigmoid and tanh layers.",
        _xavier,
        "rng.standard_normal((n_out, n_in))/np.sqrt(n_in)",
    ),
    "he": Initialisation(
        "N(0, 1)·√(2 / n_in)",
        "Makes up for the half that ReLU cuts off.",
        _he,
        "rng.standard_normal((n_out, n_in))*np.sqrt(2/n_in)",
    ),
    "uniform": Initialisation("U[0, 1)", "All weights positive, evenly spread.", _uniform),
    "normal": Initialisation("N(0, 1)", "Standard normal, whatever the layer.", _standard_normal),
}
"""Every rule by its name in a lesson. N(0, 1) is standard normal, U[0, 1) is uniform.

Source: xavier after Glorot and Bengio 2010, in the form N(0, 1)/√n_in; he after He et al. 2015,
eq. 10.
"""

UNDRAWN = ("zeros", "constant")
"""The rules that draw nothing, so that they need no seed."""


def check_seed(seed: int) -> None:
    """Refuse a seed that the generator does not take.

    Raises:
        DataError: the seed is negative or above `MAX_SEED`.
    """
    if not 0 <= seed <= MAX_SEED:
        raise DataError(f"the seed is {seed}", f"use a whole number from 0 to {MAX_SEED}")


def draw_with(
    init: str, shape: Shape, rng: np.random.RandomState, value: float | None = None
) -> Array:
    """Draw one parameter from a generator that others share, which moves on by what is drawn.

    Args:
        init: a name of `INITIALISATIONS`.
        shape: the parameter's shape, () for a number.
        rng: the generator; zeros and constant leave it where it is.
        value: the number c of "constant"; no other rule takes one.

    Returns:
        A write-protected array of that shape.

    Raises:
        DataError: unknown rule, empty or too large shape, a value missing or too many.
    """
    row = INITIALISATIONS.get(init)
    if row is None:
        known = did_you_mean(init, INITIALISATIONS) or f"use one of {', '.join(INITIALISATIONS)}"
        raise DataError(f"unknown initialisation '{init}'", known)
    if any(length < 1 for length in shape):
        raise DataError(f"the shape {list(shape)} has no cells", "give lengths of 1 or more")
    if math.prod(shape) > MAX_CELLS:
        raise DataError(
            f"the shape {list(shape)} has {math.prod(shape):,} cells",
            f"a parameter may have {MAX_CELLS:,}",
        )
    if row.sample is None:
        if value is None or not math.isfinite(value):
            raise DataError(f"initialisation '{init}' has no value", "give it a finite number")
        drawn = np.full(shape, value, dtype=np.float64)
    elif value is not None:
        raise DataError(f"initialisation '{init}' takes no value", "leave the value out")
    else:
        drawn = row.sample(rng, shape)
    drawn.setflags(write=False)
    return drawn


def draw(init: str, shape: Shape, seed: int, value: float | None = None) -> Array:
    """Draw one parameter from a generator of its own; see `draw_with`.

    Raises:
        DataError: as `draw_with`, or the seed is out of range.
    """
    check_seed(seed)
    return draw_with(init, shape, np.random.RandomState(seed), value)
