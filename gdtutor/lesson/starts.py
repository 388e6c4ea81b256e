"""How the parameters start: given values, or draws that a seed decides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import MAX_CELLS, Shape
from gdtutor.engine.trace import frozen
from gdtutor.lesson.mistakes import Mistakes, Wrong, collected, located
from gdtutor.lesson.model import Start
from gdtutor.lesson.network import NETWORK_STREAM
from gdtutor.lesson.readers import one_of
from gdtutor.lesson.reports import shown
from gdtutor.lesson.tables import DrawnTable
from gdtutor.training.initialise import (
    CONSTANTS,
    INITIALISATIONS,
    MAX_SEED,
    UNDRAWN,
    check_seed,
    constants_of,
    draw_with,
)

FIRST_STREAM = NETWORK_STREAM + 1
"""The number of the first generator that parameters share by `after`."""


def read_starts(
    tables: Mapping[str, Array | DrawnTable], mistakes: Mistakes, *, in_rows: bool
) -> dict[str, Start]:
    """Return the start of every parameter that the front matter lists, in its order.

    Args:
        tables: The parameters.
        mistakes: Mistakes to add to.
        in_rows: Whether examples are rows, so that weights are inputs × outputs.
    """
    starts: dict[str, Start] = {}
    for name, value in tables.items():
        if not isinstance(value, DrawnTable):
            starts[name] = Start(value=value)
            continue
        # Each mistake is told: one hides none of the others.
        with collected(mistakes, "parameters", name):
            with located("init"):
                one_of(INITIALISATIONS, "initialisation")(value.init, (), mistakes)
            _check_rule(value)
        seed, stream = 0, None
        with collected(mistakes, "parameters", name):
            seed, stream = _generator(name, value, tables, starts)
        starts[name] = Start(
            shape=value.shape,
            init=value.init,
            seed=seed,
            stream=stream,
            constants=_constants(value),
            inputs_first=in_rows,
        )
    return starts


def _generator(
    name: str,
    table: DrawnTable,
    tables: Mapping[str, Array | DrawnTable],
    above: Mapping[str, Start],
) -> tuple[int, int | None]:
    """Return the seed of the generator that a parameter is drawn from, and the number of the
    generator where it shares it with others.

    Raises:
        Wrong: The table does not say from which generator.
    """
    if table.init in UNDRAWN:
        return 0, None
    if table.after is None and table.seed is None:
        raise Wrong("missing-key", "a drawn parameter needs a seed", "add seed = 1")
    afters = {
        other: told.after
        for other, told in tables.items()
        if isinstance(told, DrawnTable) and told.init not in UNDRAWN
    }
    if table.after is None:
        return table.seed or 0, FIRST_STREAM + len(above) if name in afters.values() else None
    if table.seed is not None:
        hint = "the first of a generator has the seed, the others have after"
        raise Wrong("conflict", "a seed, and another parameter to come after", hint)
    drawn = [other for other in above if other in afters]
    if table.after not in drawn:
        raise _not_above(name, table.after, tables, drawn)
    taken = next((n for n in drawn if afters[n] == table.after != n), None)
    if taken is not None:
        what = f"{taken} already comes after {table.after}"
        raise Wrong("conflict", what, f'write after = "{taken}", or the last one drawn')
    return above[table.after].seed, above[table.after].stream


def _not_above(
    name: str, after: str, tables: Mapping[str, Array | DrawnTable], drawn: Sequence[str]
) -> Wrong:
    """Return what is wrong with a parameter that comes after none that is drawn above it."""
    known = tables.get(after)
    what = f"no parameter above is drawn as '{shown(after)}'"
    hint = did_you_mean(after, drawn) or "name a drawn parameter above it"
    if isinstance(known, DrawnTable) and known.init not in UNDRAWN and after != name:
        what, hint = f"{name} comes after {after}, which stands below it", f"write {after} first"
    elif known is not None and after != name:
        what = f"{name} comes after {after}, which is not drawn"
        hint = f"give {name} a seed = 1 in place of its after"
    return Wrong("undefined", what, hint)


def _check_rule(table: DrawnTable) -> None:
    """Raise `Wrong` where a rule cannot fill a parameter so."""
    if math.prod(table.shape) > MAX_CELLS:
        what = f"the parameter would have {math.prod(table.shape):,} cells"
        raise Wrong("bound", what, f"an array may have at most {MAX_CELLS:,}")
    known = INITIALISATIONS[table.init].constants
    told = _constants(table)
    for name in told:
        if name not in known:
            raise Wrong("conflict", f"'{table.init}' takes no {name}", f"leave {name} out")
    for name, default in known.items():
        if default is None and name not in told:
            raise Wrong("missing-key", f"the {table.init} has no {name}", f"add {name} = 0.5")
    with located(code="value"):
        constants_of(table.init, told)


def _constants(table: DrawnTable) -> dict[str, float]:
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
        seed: Replaces every seed: as it stands for a network's weights, and raised by i for the
            i-th generator of the other parameters, counted from 0.

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
    of_stream: dict[int, int] = {NETWORK_STREAM: 0}
    for name, start in starts.items():
        if start.value is not None or start.init in UNDRAWN:
            continue
        is_first = start.stream not in of_stream
        number = drawn if start.stream is None else of_stream.setdefault(start.stream, drawn)
        drawn += is_first
        seeds[name] = start.seed if seed is None else (seed + number) % (MAX_SEED + 1)
    return seeds
