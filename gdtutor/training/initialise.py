"""Starting values of parameters: each rule with its formula, drawn from a frozen random stream.

The generator is NumPy's `RandomState`, whose streams NumPy has frozen: the same seed gives the same
digits on every version. Parameters that share a seed draw one after the other from one generator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shape
from gdtutor.training.errors import DataError
from gdtutor.values import Struct, field


class Sampling(Struct, frozen=True):
    """What a rule is asked for."""

    shape: Shape
    n_in: int
    """The number of inputs of a neuron; see `fan_in`."""
    constants: Mapping[str, float]
    """The rule's own constants by name, those that it has by itself included."""


# In quotes, since NumPy imports its generators when they are first named.
Sample = Callable[["np.random.RandomState", Sampling], Array]
"""Draws an array of the given shape; advances the generator by what it draws."""

MAX_SEED = 2**32 - 1
"""The largest seed that the generator takes."""


class Initialisation(Struct, frozen=True):
    """One rule for the starting values of a parameter."""

    formula: str
    """The rule as learners see it; n_in is `fan_in` of the shape."""
    summary: str
    """What the rule is good or bad for, in one sentence."""
    sample: Sample
    """How it draws."""
    constants: Mapping[str, float | None] = field(default_factory=dict)
    """What it can be told, by name: the number that it takes where it is not told, or None where
    it has none."""
    numpy: str = ""
    """How it draws the (n_out, n_in) weights of a layer from `rng`, as NumPy source."""


def fan_in(shape: Shape, *, inputs_first: bool = False) -> int:
    """Return n_in, the number of inputs that one neuron with weights of this shape sums over.

    A weight matrix is (n_out, n_in), so it is the last axis; where examples are rows it is
    (n_in, n_out), so it is the first. A vector (n,) holds the weights of one neuron, so it is n; a
    scalar is the weight of one input, so it is 1. A bias column (n_out, 1) and a bias row
    (1, n_out) come out as 1 by the same rule: it acts like a weight on a constant input of 1.
    """
    return shape[0 if inputs_first else -1] if shape else 1


def _standard_normal(rng: np.random.RandomState, wish: Sampling) -> Array:
    return np.asarray(rng.standard_normal(wish.shape), dtype=np.float64)


def _uniform(rng: np.random.RandomState, wish: Sampling) -> Array:
    low, high = wish.constants["low"], wish.constants["high"]
    # Written so that from -1 to 1 it is 2*rand - 1 to the last bit, and from 0 to 1 rand itself.
    return np.asarray((high - low) * rng.random_sample(wish.shape) + low, dtype=np.float64)


INITIALISATIONS: dict[str, Initialisation] = {
    "zeros": Initialisation("0", "Every neuron of a layer stays the same as its neighbours.",
            lambda rng, wish: np.zeros(wish.shape)),
    "constant": Initialisation("value", "Equal values, which stay equal like zeros do.",
            lambda rng, wish: np.full(wish.shape, wish.constants["value"]), {"value": None}),
    "plain": Initialisation("0.01·N(0, 1)", "Small and different, whatever the size of the layer.",
            lambda rng, wish: np.asarray(0.01 * _standard_normal(rng, wish)),
            numpy="0.01*rng.standard_normal((n_out, n_in))"),
    "xavier": Initialisation("N(0, 1) / √n_in",
            "Keeps the size of signals through sigmoid and tanh layers.",
            lambda rng, wish: np.asarray(_standard_normal(rng, wish) / math.sqrt(wish.n_in)),
            numpy="rng.standard_normal((n_out, n_in))/np.sqrt(n_in)"),
    "he": Initialisation("N(0, 1)·√(2 / n_in)", "Makes up for the half that ReLU cuts off.",
            lambda rng, wish: np.asarray(_standard_normal(rng, wish) * math.sqrt(2 / wish.n_in)),
            numpy="rng.standard_normal((n_out, n_in))*np.sqrt(2/n_in)"),
    "uniform": Initialisation("U[low, high)", "Evenly spread, all positive from 0 on.", _uniform,
            {"low": 0.0, "high": 1.0}),
    "normal": Initialisation("std·N(0, 1)", "Normal, whatever the layer.",
            lambda rng, wish: np.asarray(wish.constants["std"] * _standard_normal(rng, wish)),
            {"std": 1.0}),
}  # fmt: skip
"""Every rule by its name in a lesson. N(0, 1) is standard normal, U[0, 1) is uniform.

Source: xavier after Glorot and Bengio 2010, in the form N(0, 1)/√n_in; he after He et al. 2015,
eq. 10.
"""

CONSTANTS = tuple(dict.fromkeys(name for row in INITIALISATIONS.values() for name in row.constants))
"""Every constant that some rule takes."""

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
    init: str,
    shape: Shape,
    rng: np.random.RandomState,
    constants: Mapping[str, float] | None = None,
    *,
    inputs_first: bool = False,
) -> Array:
    """Draw one parameter from a generator that others share, which moves on by what is drawn.

    Args:
        init: a name of `INITIALISATIONS`.
        shape: the parameter's shape, () for a number.
        rng: the generator; zeros and constant leave it where it is.
        constants: the rule's own constants, by name.
        inputs_first: whether weights are inputs × outputs.

    Returns:
        A write-protected array of that shape.

    Raises:
        DataError: as `constants_of`.
    """
    told = constants_of(init, constants or {})
    wish = Sampling(shape, fan_in(shape, inputs_first=inputs_first), told)
    drawn = INITIALISATIONS[init].sample(rng, wish)
    drawn.setflags(write=False)
    return drawn


def constants_of(init: str, told: Mapping[str, float]) -> dict[str, float]:
    """Return every constant of a rule, as told or by itself.

    Raises:
        DataError: the bounds are turned.
    """
    own = INITIALISATIONS[init].constants
    found = {name: value for name, value in {**own, **told}.items() if value is not None}
    if init == "uniform" and not found["low"] < found["high"]:
        what = f"low is {found['low']:g} and high is {found['high']:g}"
        raise DataError(what, "low is the smaller one")
    return found


def formula_of(init: str, told: Mapping[str, float]) -> str:
    """Return a rule's formula with its constants as numbers; see `constants_of`."""
    text = INITIALISATIONS[init].formula
    for name, value in constants_of(init, told).items():
        text = text.replace(name, number_text(value))
    return text.removeprefix("1·")
