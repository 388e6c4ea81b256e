"""A program's arrays brought into the walk's layout: features × examples, outputs × inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName, engine_value, given_values, is_over_batch
from gdtutor.judge.process import ProgramCase
from gdtutor.session.moment import Moment
from gdtutor.values import Struct

DOUBLE = 1e-8
"""How far a float64 may be from the walk's number, as a share of the array's largest number."""
SINGLE = 1e-4
"""The same for float32."""
FLOOR = 1e-12
"""What no number need be nearer than, in float64; 1e-6 in float32."""


class Reading(Struct, frozen=True, eq=False):
    """What a program has for a name on one start, beside the walk's."""

    raw: NDArray[Any]
    """As the program has it."""
    value: Array | None
    """In the walk's layout; None where its shape does not fit."""
    engine: Array
    is_right: bool

    @property
    def tolerance(self) -> float:
        """How far a number may be from the walk's."""
        return tolerance_of(self.raw.dtype, self.engine)


def tolerance_of(kind: np.dtype[Any], engine: Array) -> float:
    """Return how far numbers of a type may be from the walk's array."""
    largest = float(np.max(np.abs(engine), initial=0.0, where=np.isfinite(engine)))
    if kind.kind == "f" and kind.itemsize < 8:
        return SINGLE * largest + 1e-6
    return DOUBLE * largest + FLOOR


def is_by_rows(case: ProgramCase, moment: Moment, asked: Sequence[AskedName]) -> bool:
    """Say whether examples are rows in a program: as it says, or as most of its names have them."""
    if case.facts.get("rows"):
        return True
    votes = 0
    for name in asked:
        if name.name in case.values and is_over_batch(moment, name):
            raw, engine = case.values[name.name], engine_value(moment, name)
            votes += _vote(np.asarray(raw), engine)
    return votes < 0


def _vote(raw: NDArray[Any], engine: Array) -> int:
    """Return 1 for an array in the walk's layout, −1 for the other one, 0 where both may be."""
    if raw.ndim != 2 or engine.ndim != 2:
        return 0
    straight, turned = raw.shape == engine.shape, raw.shape == engine.T.shape
    if straight and turned:
        straight, turned = (bool(np.allclose(raw, e)) for e in (engine, engine.T))
    return int(straight) - int(turned)


def readings_of(
    case: ProgramCase, moment: Moment, asked: Sequence[AskedName], rows: bool
) -> dict[str, Reading]:
    """Return what a program has on one start, by name."""
    given = given_values(moment)
    turned = transposed_parameters(case, given)
    found = {}
    for name in asked:
        raw = case.values.get(name.name)
        if raw is None:
            continue
        over_batch = is_over_batch(moment, name)
        is_turned = rows if over_batch else name.is_gradient and name.node in turned
        own = case.values.get(f"own {name.node}")
        is_strict = name.is_gradient and not over_batch and not rows
        if own is not None and own.ndim < 2:
            is_strict = False
        engine = engine_value(moment, name)
        reading = reading_of(raw, engine, is_turned, is_strict)
        if rows and name.is_gradient and name.node in case.facts.get("turned", ()):
            # The gradient of `w = W.T` is laid out as w is, or as W.
            other = reading_of(raw, engine, not is_turned)
            if other.is_right or reading.value is None:
                reading = other
        if over_batch and reading.value is None:
            joined = _joined(case.values.get(f"each {name.name}"), engine)
            reading = reading if joined is None else reading_of(joined, engine)
        found[name.name] = reading
    return found


def _joined(each: NDArray[Any] | None, engine: Array) -> NDArray[Any] | None:
    """Return the values of one name, example by example, side by side as the walk has them; None
    where they are not as many."""
    if each is None or engine.size % each[0].size or each.size < engine.size:
        return None
    last = each[-(engine.size // each[0].size) :]
    if each.ndim == 1 or engine.ndim == 1:
        return last.reshape(engine.shape)
    parts = list(last) if each.ndim == 3 else [part[:, None] for part in last]
    try:
        sides = np.hstack(parts), np.vstack(parts)
    except ValueError:
        return None
    found = (a for side in sides for a in (side, side.T) if a.shape == engine.shape)
    return next(found, None)


def blamed_for_digits(readings: dict[str, Reading]) -> dict[str, Reading]:
    """Return the readings, the first float32 held to float64 where a float64 after it departs.

    A program that is float32 throughout is right; one that goes back to float64 has lost digits on
    the line that left it.
    """
    small = next((n for n, r in readings.items() if r.raw.dtype == np.float32), None)
    if small is None:
        return readings
    after = list(readings.values())[list(readings).index(small) :]
    if not any(_has_small_digits(r) for r in after):
        return readings
    raw = readings[small].raw.astype(np.float64)
    return {**readings, small: Reading(raw, readings[small].value, readings[small].engine, False)}


def _has_small_digits(reading: Reading) -> bool:
    if reading.is_right or reading.value is None or reading.raw.dtype != np.float64:
        return False
    room = tolerance_of(np.dtype(np.float32), reading.engine)
    return _is_near(reading.value, reading.engine, room)


def reading_of(
    raw: NDArray[Any], engine: Array, is_turned: bool = False, is_strict: bool = False
) -> Reading:
    """Return an array of a program beside the walk's.

    Args:
        raw: The program's.
        engine: The walk's.
        is_turned: Whether the program's layout has it transposed.
        is_strict: Whether a plain vector may not stand for a column. Where examples are columns it
            may not for the gradient of a bias: b − rate·db with b of 3×1 and db of 3 makes 3×3.
    """
    value = _in_walk_layout(raw.astype(np.float64), engine, is_turned, is_strict)
    is_right = value is not None and _is_near(value, engine, tolerance_of(raw.dtype, engine))
    return Reading(raw, value, engine, is_right)


def _is_near(value: Array, engine: Array, room: float) -> bool:
    """Say whether numbers are the walk's: near it, and where that is no number, no number too."""
    with np.errstate(invalid="ignore"):
        near = np.abs(value - engine) <= room
    return bool(np.all(near | (value == engine) | (np.isnan(value) & np.isnan(engine))))


def _in_walk_layout(
    numbers: Array, engine: Array, is_turned: bool, is_strict: bool
) -> Array | None:
    if numbers.ndim == engine.ndim == 2 and engine.size > 1:
        numbers = numbers.T if is_turned else numbers
        return numbers if numbers.shape == engine.shape else None
    if numbers.ndim == 0 and np.all(engine == engine.flat[0]):
        # Where every example has the same slope, as 1/m, one number stands for all of them.
        return np.full(engine.shape, float(numbers))
    is_same = np.squeeze(numbers).shape == np.squeeze(engine).shape
    if not is_same or (is_strict and engine.size > 1 and numbers.ndim != engine.ndim):
        return None
    return numbers.reshape(engine.shape)


def transposed_parameters(case: ProgramCase, given: Mapping[str, Array]) -> frozenset[str]:
    """Return the given matrices that a program holds the other way round."""
    layout = case.facts.get("layout", {})
    found = set()
    for name, value in given.items():
        own = case.values.get(f"own {name}")
        is_turned = own is not None and own.shape == value.T.shape != value.shape
        # What is given in rows is turned already; turned once more, it is as the walk has it.
        is_declared = bool(case.facts.get("rows")) != (layout.get(name) == "transposed")
        if is_turned or is_declared:
            found.add(name)
    return frozenset(found)
