"""How the parameters start: given values, or draws that a seed decides."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import MAX_CELLS, Shape
from gdtutor.engine.trace import frozen
from gdtutor.lesson.model import Start
from gdtutor.lesson.readers import Mistake
from gdtutor.lesson.tables import DrawnTable
from gdtutor.training.errors import DataError
from gdtutor.training.initialise import (
    CONSTANTS,
    INITIALISATIONS,
    MAX_SEED,
    UNDRAWN,
    check_seed,
    constants_of,
    draw_with,
)


def read_starts(
    tables: Mapping[str, Array | DrawnTable], mistakes: list[Mistake], *, in_rows: bool
) -> dict[str, Start]:
    """Return the start of every parameter that the front matter lists, in its order.

    Args:
        tables: The parameters.
        mistakes: Mistakes to add to.
        in_rows: Whether examples are rows, so that weights are inputs × outputs.
    """
    starts: dict[str, Start] = {}
    for name, value in tables.items():
        if isinstance(value, DrawnTable):
            problem = _problem(value)
            if problem is not None:
                mistakes.append(Mistake(("parameters", name), *problem))
            starts[name] = Start(
                shape=value.shape,
                init=value.init,
                seed=value.seed or 0,
                constants=_told(value),
                inputs_first=in_rows,
            )
        else:
            starts[name] = Start(value=value)
    return starts


def _problem(table: DrawnTable) -> tuple[str, str, str] | None:
    if math.prod(table.shape) > MAX_CELLS:
        what = f"the parameter would have {math.prod(table.shape):,} cells"
        return "bound", what, f"an array may have at most {MAX_CELLS:,}"
    known = INITIALISATIONS[table.init].constants
    told = _told(table)
    for name in told:
        if name not in known:
            return "conflict", f"'{table.init}' takes no {name}", f"leave {name} out"
    for name, default in known.items():
        if default is None and name not in told:
            return "missing-key", f"the {table.init} has no {name}", f"add {name} = 0.5"
    try:
        constants_of(table.init, told)
    except DataError as error:
        return "value", error.what, error.hint
    if table.init not in UNDRAWN and table.seed is None:
        return "missing-key", "a drawn parameter needs a seed", "add seed = 1"
    return None


def _told(table: DrawnTable) -> dict[str, float]:
    """Return the constants that a table gives its rule."""
    wishes = {name: getattr(table, name) for name in CONSTANTS}
    return {name: value for name, value in wishes.items() if value is not None}


def start_shape(start: Start) -> Shape:
    """Return the shape of a parameter."""
    return start.shape if start.value is None else np.shape(start.value)


def start_values(starts: Mapping[str, Start], seed: int | None = None) -> dict[str, Array]:
    """Return the value at which every parameter starts. Arrays are read-only.

    Args:
        starts: The parameters.
        seed: Replaces every seed: as it stands where parameters share a stream, and raised by i
            for the i-th of those that draw from their own generator, counted from 0.

    Raises:
        DataError: The seed is one that no generator takes.
    """
    if seed is not None:
        check_seed(seed)
    streams: dict[int, np.random.RandomState] = {}
    values: dict[str, Array] = {}
    seeds = seeds_of(starts, seed)
    for name, start in starts.items():
        if start.value is not None:
            values[name] = start.value
        elif name in seeds and start.stream is not None:
            rng = streams.setdefault(start.stream, np.random.RandomState(seeds[name]))
            values[name] = _drawn(start, rng)
        else:
            values[name] = _drawn(start, np.random.RandomState(seeds.get(name, 0)))
    return values


def _drawn(start: Start, rng: np.random.RandomState) -> Array:
    """Draw one parameter; one that is turned is drawn as the other orientation has it."""
    shape = start.shape[::-1] if start.is_turned else start.shape
    inputs_first = start.inputs_first is not start.is_turned
    drawn = draw_with(start.init, shape, rng, start.constants, inputs_first=inputs_first)
    return frozen(np.ascontiguousarray(drawn.T)) if start.is_turned else drawn


def seeds_of(starts: Mapping[str, Start], seed: int | None = None) -> dict[str, int]:
    """Return the seed of every parameter that is drawn; those of one stream have the same.

    Args:
        starts: The parameters.
        seed: Replaces every seed, as in `start_values`.
    """
    seeds: dict[str, int] = {}
    drawn = 0
    for name, start in starts.items():
        if start.value is not None or start.init in UNDRAWN:
            continue
        seeds[name] = start.seed
        if seed is not None:
            seeds[name] = seed if start.stream is not None else (seed + drawn) % (MAX_SEED + 1)
        drawn += start.stream is None
    return seeds
