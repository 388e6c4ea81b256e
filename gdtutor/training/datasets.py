"""Data sets that lessons name: the logic gates, and clouds of points in the plane."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.training.errors import DataError
from gdtutor.training.initialise import check_seed
from gdtutor.values import Struct

Make = Callable[[np.random.RandomState, int, float], Array]
"""(generator, number of rows, noise) → rows, inputs then target."""

MAX_EXAMPLES = 100_000
"""The most examples that a lesson's data may hold, generated or read."""
MAX_NOISE = 10.0
"""The largest noise; the points themselves lie within about 1 of the origin."""

QUADRANT_GAP = 0.05
"""How far the points of "quadrants" keep from the axes when there is no noise."""
SPIRAL_TURNS = 1.75
"""How often an arm of the spiral goes round."""


class Dataset(Struct, frozen=True):
    """One named data set, with what a reader should know before drawing it."""

    description: str
    """What it looks like, the range of each input without noise, and what the noise does."""
    make: Make
    """Draws the rows; a gate ignores its arguments."""
    count: int = 200
    """How many rows where the lesson does not say."""
    noise: float = 0.0
    """The standard deviation of the noise where the lesson does not say."""
    is_gate: bool = False
    """A gate is its four rows: neither their number nor noise can be chosen."""
    inputs: tuple[str, ...] = ("x1", "x2")
    """The names of the input columns."""
    targets: tuple[str, ...] = ("y",)
    """The names of the target columns; every target is 0 or 1."""


def _gate(*outputs: int) -> Make:
    """Return the maker of a truth table whose rows are (0,0), (0,1), (1,0), (1,1)."""

    def make(rng: np.random.RandomState, count: int, noise: float) -> Array:
        pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
        rows = [(*pair, y) for pair, y in zip(pairs, outputs, strict=True)]
        return np.array(rows, dtype=np.float64)

    return make


def _rows(
    rng: np.random.RandomState, x1: Array, x2: Array, target: NDArray[np.int64], noise: float
) -> Array:
    """Join the columns, with N(0, noise²) added to every coordinate and none to the target."""
    points = np.stack([x1, x2], axis=1) + noise * rng.standard_normal((x1.size, 2))
    return np.column_stack([points, target.astype(np.float64)])


def _alternate(count: int) -> NDArray[np.int64]:
    # Classes take turns, so that a small batch in the given order holds both.
    return np.arange(count, dtype=np.int64) % 2


def _circle(rng: np.random.RandomState, count: int, noise: float) -> Array:
    inside = _alternate(count)
    radius = np.where(inside == 1, 0.0, 0.7) + rng.random_sample(count) * np.where(
        inside == 1, 0.5, 0.3
    )
    angle = 2 * math.pi * rng.random_sample(count)
    return _rows(rng, radius * np.cos(angle), radius * np.sin(angle), inside, noise)


def _quadrants(rng: np.random.RandomState, count: int, noise: float) -> Array:
    corner = np.arange(count, dtype=np.int64) % 4
    first, second = corner // 2, corner % 2
    away = QUADRANT_GAP + (1 - QUADRANT_GAP) * rng.random_sample((2, count))
    return _rows(rng, (2 * first - 1) * away[0], (2 * second - 1) * away[1], first ^ second, noise)


def _gaussians(rng: np.random.RandomState, count: int, noise: float) -> Array:
    target = _alternate(count)
    centre = np.where(target == 1, 0.5, -0.5).astype(np.float64)
    return _rows(rng, centre, centre, target, noise)


def _spiral(rng: np.random.RandomState, count: int, noise: float) -> Array:
    arm = _alternate(count)
    along = np.arange(count) // 2 / max(1, (count - 1) // 2)
    angle = 2 * math.pi * SPIRAL_TURNS * along + math.pi * arm
    return _rows(rng, along * np.cos(angle), along * np.sin(angle), arm, noise)


def _moons(rng: np.random.RandomState, count: int, noise: float) -> Array:
    lower = _alternate(count)
    angle = math.pi * rng.random_sample(count)
    side: Array = np.where(lower == 1, -1.0, 1.0)
    x1: Array = side * (np.cos(angle) - 0.5) / 1.5
    x2: Array = side * (np.sin(angle) - 0.25) / 1.5
    return _rows(rng, x1, x2, lower, noise)


def _gate_row(name: str, words: str, *outputs: int) -> Dataset:
    text = f"{name}: {words}; inputs 0 and 1, rows 00, 01, 10, 11"
    return Dataset(text, _gate(*outputs), count=4, is_gate=True)


DATASETS: dict[str, Dataset] = {
    "and": _gate_row("AND", "1 where both inputs are 1", 0, 0, 0, 1),
    "or": _gate_row("OR", "1 where an input is 1", 0, 1, 1, 1),
    "xor": _gate_row("XOR", "1 where the inputs differ", 0, 1, 1, 0),
    "nand": _gate_row("NAND", "0 where both inputs are 1", 1, 1, 1, 0),
    "nor": _gate_row("NOR", "1 where both inputs are 0", 1, 0, 0, 0),
    "xnor": _gate_row("XNOR", "1 where the inputs agree", 1, 0, 0, 1),
    "circle": Dataset(
        "a disc of radius 0.5 (target 1) in a ring of radii 0.7 to 1 (target 0), within −1 to 1; "
        "noise moves each point after its class is set",
        _circle,
    ),
    "quadrants": Dataset(
        "XOR spread over the plane: target 1 where the signs of the inputs differ, each input "
        f"{QUADRANT_GAP:g} to 1 away from 0; noise moves each point after its class is set",
        _quadrants,
    ),
    "gaussians": Dataset(
        "two round clouds around (−0.5, −0.5) (target 0) and (0.5, 0.5) (target 1); "
        "noise is the standard deviation of a cloud, so its points have no bounds",
        _gaussians,
        noise=0.2,
    ),
    "spiral": Dataset(
        f"two arms that go round {SPIRAL_TURNS:g} times from the middle to radius 1; "
        "noise moves each point off its arm",
        _spiral,
    ),
    "moons": Dataset(
        "two half circles that reach into each other, x1 within −1 to 1 and x2 within −0.5 to "
        "0.5; noise moves each point off its arc",
        _moons,
        noise=0.05,
    ),
}
"""Every data set by its name in a lesson."""


def make_dataset(
    name: str, seed: int, count: int | None = None, noise: float | None = None
) -> Array:
    """Return the rows of a named data set, the same for the same arguments.

    Args:
        name: a name of `DATASETS`.
        seed: of the data set's own generator, from 0 to 2³² − 1.
        count: how many rows, from 2 to `MAX_EXAMPLES`; None for the set's own.
        noise: the standard deviation of the noise, from 0 to `MAX_NOISE`; None for the set's own.

    Returns:
        A write-protected array of shape (rows, inputs + targets).

    Raises:
        DataError: unknown name, a value out of its bounds, or a gate with a count or noise.
    """
    dataset = DATASETS.get(name)
    if dataset is None:
        known = did_you_mean(name, DATASETS) or f"use one of {', '.join(DATASETS)}"
        raise DataError(f"unknown data set '{name}'", known)
    check_seed(seed)
    count = dataset.count if count is None else count
    noise = dataset.noise if noise is None else noise
    if dataset.is_gate and (count != dataset.count or noise != 0):
        raise DataError(
            f"the gate '{name}' has its four rows and no noise", "leave count and noise out"
        )
    if not 2 <= count <= MAX_EXAMPLES:
        raise DataError(f"{count} examples are asked for", f"use 2 to {MAX_EXAMPLES}")
    if not 0 <= noise <= MAX_NOISE:
        raise DataError(f"the noise is {noise:g}", f"use 0 to {MAX_NOISE:g}")
    rows = dataset.make(np.random.RandomState(seed), count, noise)
    rows.setflags(write=False)
    return rows
