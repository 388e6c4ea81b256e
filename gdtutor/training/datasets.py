"""Data sets that lessons name: the logic gates, and clouds of points in the plane."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.training.errors import DataError
from gdtutor.values import Struct

# In quotes, since NumPy imports its generators when they are first named.
Make = Callable[["np.random.RandomState", int, float, int], Array]
"""(generator, number of rows, noise, classes) → rows, inputs then target: a class or a number."""

MAX_EXAMPLES = 100_000
"""The most examples that a lesson's data may hold, generated or read."""
MAX_NOISE = 10.0
"""The largest noise; the points themselves lie within about 1 of the origin."""

QUADRANT_GAP = 0.05
"""How far the points of "quadrants" keep from the axes when there is no noise."""
SPIRAL_TURNS = 1.75
"""How often an arm of the spiral goes round."""
CHECKERS = 4
"""Fields of the checkerboard along each axis."""
BUMPS = (
    (0.0, 0.5, 1.0), (0.5, -0.25, 1.0), (-0.5, -0.25, 1.0),
    (0.0, -0.5, -1.0), (0.5, 0.25, -1.0), (-0.5, 0.25, -1.0),
)  # fmt: skip
"""The Gaussians of "bumps": x1 and x2 of the middle, and the height."""
BUMP_WIDTH = 0.2
"""The standard deviation of each of them."""
MOST_CLASSES = 6
"""The most classes of a data set that can have more than two."""


class Dataset(Struct, frozen=True):
    """One named data set."""

    make: Make
    """Draws the rows; a gate ignores its arguments. Its docstring says what a reader should know
    before: what the set looks like, the range of each input without noise, what the noise does."""
    count: int = 200
    """How many rows where the lesson does not say."""
    noise: float = 0.0
    """The standard deviation of the noise where the lesson does not say."""
    is_gate: bool = False
    """A gate is its four rows: neither their number nor noise can be chosen."""
    inputs: tuple[str, ...] = ("x1", "x2")
    """The names of the input columns."""
    targets: tuple[str, ...] = ("y",)
    """The names of the target columns where classes are not told apart by a column each."""
    most_classes: int = 2
    """How many classes it can have; 0 where the target is no class but a number."""


def _gate(says: str, *outputs: int) -> Dataset:
    """Return a truth table whose rows are (0,0), (0,1), (1,0), (1,1)."""
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    rows = [(*pair, y) for pair, y in zip(pairs, outputs, strict=True)]

    def make(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
        return np.array(rows, dtype=np.float64)

    make.__doc__ = f"{says}; inputs 0 and 1, rows 00, 01, 10, 11"
    return Dataset(make, count=4, is_gate=True)


def _rows(
    rng: np.random.RandomState, x1: Array, x2: Array, target: NDArray[np.int64], noise: float
) -> Array:
    """Join the columns, with N(0, noise²) added to every coordinate and none to the target."""
    points = np.stack([x1, x2], axis=1) + noise * rng.standard_normal((x1.size, 2))
    return np.column_stack([points, target.astype(np.float64)])


def _alternate(count: int, classes: int = 2) -> NDArray[np.int64]:
    # Classes take turns, so that a small batch in the given order holds all of them.
    return np.arange(count, dtype=np.int64) % classes


def _circle(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """A disc of radius 0.5 (target 1) in a ring of radii 0.7 to 1 (target 0), within −1 to 1;
    noise moves each point after its class is set."""
    inside = _alternate(count)
    radius = np.where(inside == 1, 0.0, 0.7) + rng.random_sample(count) * np.where(
        inside == 1, 0.5, 0.3
    )
    angle = 2 * math.pi * rng.random_sample(count)
    return _rows(rng, radius * np.cos(angle), radius * np.sin(angle), inside, noise)


def _quadrants(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """XOR spread over the plane: target 1 where the signs of the inputs differ, each input
    {QUADRANT_GAP:g} to 1 away from 0; noise moves each point after its class is set."""
    corner = np.arange(count, dtype=np.int64) % 4
    first, second = corner // 2, corner % 2
    away = QUADRANT_GAP + (1 - QUADRANT_GAP) * rng.random_sample((2, count))
    return _rows(rng, (2 * first - 1) * away[0], (2 * second - 1) * away[1], first ^ second, noise)


def _gaussians(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """Two round clouds around (−0.5, −0.5) (target 0) and (0.5, 0.5) (target 1);
    noise is the standard deviation of a cloud, so its points have no bounds;
    more classes are clouds on the circle through these."""
    target = _alternate(count, classes)
    angle = 2 * math.pi * (target / classes - 3 / 8)
    away = math.sqrt(0.5)
    return _rows(rng, away * np.cos(angle), away * np.sin(angle), target, noise)


def _spiral(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """Two arms that go round {SPIRAL_TURNS:g} times from the middle to radius 1, or as many
    as there are classes; noise moves each point off its arm."""
    arm = _alternate(count, classes)
    # Places along the arms come in an order drawn at random: what is held back from the end of the
    # rows would else be the outer end of every arm.
    place = rng.permutation(-(-count // classes))[np.arange(count) // classes]
    along = place / max(1, (count - 1) // classes)
    angle = 2 * math.pi * (SPIRAL_TURNS * along + arm / classes)
    return _rows(rng, along * np.cos(angle), along * np.sin(angle), arm, noise)


def _moons(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """Two half circles that reach into each other, x1 within −1 to 1 and x2 within −0.5 to
    0.5; noise moves each point off its arc."""
    lower = _alternate(count)
    angle = math.pi * rng.random_sample(count)
    side: Array = np.where(lower == 1, -1.0, 1.0)
    x1: Array = side * (np.cos(angle) - 0.5) / 1.5
    x2: Array = side * (np.sin(angle) - 0.25) / 1.5
    return _rows(rng, x1, x2, lower, noise)


def _checkerboard(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """{CHECKERS}×{CHECKERS} fields of 0 and 1 in turn within −1 to 1;
    noise moves each point after its class is set."""
    target = _alternate(count)
    # A column of fields, then one of the rows whose fields have the class.
    column = rng.randint(0, CHECKERS, count)
    row = 2 * rng.randint(0, CHECKERS // 2, count) + (column + target) % 2
    points = (np.stack([column, row]) + rng.random_sample((2, count))) * 2 / CHECKERS - 1
    return _rows(rng, points[0], points[1], target, noise)


def _plane(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """Regression: the target is (x1 + x2)/2, inputs within −1 to 1; noise moves the target."""
    x1, x2 = 2 * rng.random_sample((2, count)) - 1
    return _measured(rng, x1, x2, (x1 + x2) / 2, noise)


def _bumps(rng: np.random.RandomState, count: int, noise: float, classes: int) -> Array:
    """Regression: the target is the sum of three Gaussians of height 1 and three of −1,
    of standard deviation {BUMP_WIDTH:g}, inputs within −1 to 1; noise moves the target."""
    x1, x2 = 2 * rng.random_sample((2, count)) - 1
    height = np.zeros(count)
    for first, second, top in BUMPS:
        distance = (x1 - first) ** 2 + (x2 - second) ** 2
        height += top * np.exp(-distance / (2 * BUMP_WIDTH**2))
    return _measured(rng, x1, x2, height, noise)


def _measured(
    rng: np.random.RandomState, x1: Array, x2: Array, height: Array, noise: float
) -> Array:
    """Join the columns of a regression, with N(0, noise²) added to every target."""
    return np.column_stack([x1, x2, height + noise * rng.standard_normal(len(x1))])


DATASETS: dict[str, Dataset] = {
    "and": _gate("AND: 1 where both inputs are 1", 0, 0, 0, 1),
    "or": _gate("OR: 1 where an input is 1", 0, 1, 1, 1),
    "xor": _gate("XOR: 1 where the inputs differ", 0, 1, 1, 0),
    "nand": _gate("NAND: 0 where both inputs are 1", 1, 1, 1, 0),
    "nor": _gate("NOR: 1 where both inputs are 0", 1, 0, 0, 0),
    "xnor": _gate("XNOR: 1 where the inputs agree", 1, 0, 0, 1),
    "circle": Dataset(_circle),
    "quadrants": Dataset(_quadrants),
    "gaussians": Dataset(_gaussians, noise=0.2, most_classes=MOST_CLASSES),
    "spiral": Dataset(_spiral, most_classes=MOST_CLASSES),
    "moons": Dataset(_moons, noise=0.05),
    "checkerboard": Dataset(_checkerboard),
    "plane": Dataset(_plane, most_classes=0),
    "bumps": Dataset(_bumps, most_classes=0),
}
"""Every data set by its name in a lesson."""


def make_dataset(
    name: str,
    seed: int,
    count: int | None = None,
    noise: float | None = None,
    classes: int | None = None,
) -> Array:
    """Return the rows of a named data set, the same for the same arguments.

    Args:
        name: a name of `DATASETS`.
        seed: of the data set's own generator, from 0 to 2³² − 1.
        count: how many rows, from 2 to `MAX_EXAMPLES`; None for the set's own.
        noise: the standard deviation of the noise, from 0 to `MAX_NOISE`; None for the set's own.
        classes: how many classes, each with a target of its own that is 1 for it and 0 for the
            others; None for the set's own targets.

    Returns:
        A write-protected array of shape (rows, inputs + targets).

    Raises:
        DataError: a gate with a count or noise, or classes that the set cannot have.
    """
    dataset = DATASETS[name]
    count = dataset.count if count is None else count
    noise = dataset.noise if noise is None else noise
    if dataset.is_gate and (count != dataset.count or noise != 0):
        what = f"the gate '{name}' has its four rows and no noise"
        raise DataError(what, "leave count and noise out")
    if classes is not None:
        _check_classes(name, dataset, classes)
    rows = dataset.make(np.random.RandomState(seed), count, noise, classes or 2)
    if classes is not None:
        one_hot = rows[:, -1:] == np.arange(classes)
        rows = np.column_stack([rows[:, :-1], one_hot.astype(np.float64)])
    rows.setflags(write=False)
    return rows


def _check_classes(name: str, dataset: Dataset, classes: int) -> None:
    most = dataset.most_classes
    if not most:
        raise DataError(f"'{name}' has no classes: its target is a number", "leave classes out")
    if classes > most:
        several = [other for other, row in DATASETS.items() if row.most_classes > 2]
        hint = f"use 2 to {most}" if most > 2 else f"use 2; {' and '.join(several)} can have more"
        raise DataError(f"'{name}' with {classes} classes", hint)


def target_names(name: str, classes: int | None) -> tuple[str, ...]:
    """Return the names of a data set's target columns: y, or y1, y2, … for one-hot classes."""
    if classes is None:
        return DATASETS[name].targets
    return tuple(f"y{position}" for position in range(1, classes + 1))
