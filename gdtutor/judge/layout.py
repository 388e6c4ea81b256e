"""A program's arrays brought into the walk's layout: features × examples, outputs × inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.expression import Name
from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName, data_names, engine_value, given_values, is_over_batch
from gdtutor.judge.process import ProgramCase
from gdtutor.judge.source import ProgramText, factors_in
from gdtutor.judge.value_watch import examples_in
from gdtutor.session.formula_changes import parts_of
from gdtutor.session.moment import Moment
from gdtutor.session.working import node_expr
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
        room = tolerance_of(self.raw.dtype, self.engine)
        small = None if self.is_right else self.value
        if small is not None and is_near(small, self.engine, room):
            # Of a program that is float32 here and float64 behind it.
            return tolerance_of(np.dtype(np.float64), self.engine)
        return room


def tolerance_of(kind: np.dtype[Any], engine: Array) -> float:
    """Return how far numbers of a type may be from the walk's array."""
    largest = float(np.max(np.abs(engine), initial=0.0, where=np.isfinite(engine)))
    if kind.kind == "f" and kind.itemsize < 8:
        return SINGLE * largest + 1e-6
    return DOUBLE * largest + FLOOR


def is_by_rows(
    case: ProgramCase, moment: Moment, asked: Sequence[AskedName], source: ProgramText
) -> bool:
    """Say whether examples are rows in a program: as it says, or as most of its names have them.

    What stands on one turned array is turned as well, so that the data as the program has left
    them and the order of the factors of its products count too.
    """
    if case.facts.get("rows"):
        return True
    given, votes = given_values(moment), 0
    data = (_vote(own, given[n]) for n in data_names(moment)
            if (own := case.values.get(f"own {n}")) is not None)  # fmt: skip
    votes += int(np.sign(sum(data)))
    for name in asked:
        if is_over_batch(moment, name):
            raw, engine = case.values.get(name.name), engine_value(moment, name)
            votes += 0 if raw is None else _vote(raw, engine)
            votes += 0 if name.is_gradient else _vote_of_products(name, moment, source)
    return votes < 0


def _vote_of_products(name: AskedName, moment: Moment, source: ProgramText) -> int:
    """Return 1 where a line has the factors of a product in the walk's order, −1 turned around."""
    expr = node_expr(moment.traces[name.step.scene], name.node)
    walk = [[n.name for n in part.args if isinstance(n, Name)]
            for part in parts_of(expr) if part.op == "matmul"]  # fmt: skip
    statements = map(source.statement, source.lines_of(name.name))
    written = [[n for n, _ in factors] for text in statements for factors in factors_in(text)]
    return int(np.sign(sum((w in walk) - (w[::-1] in walk) for w in written)))


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
        engine = engine_value(moment, name)
        is_turned = rows if over_batch else name.is_gradient and name.node in turned
        own = case.values.get(f"own {name.node}")
        is_strict = name.is_gradient and not over_batch and not rows
        # Lists of Python's own are spread over nothing.
        is_strict &= name.name not in case.facts.get("lists", ())
        if own is not None and own.ndim < 2:
            is_strict = False
        reading = reading_of(raw, engine, is_turned, is_strict)
        if rows and not over_batch and name.node not in given and 1 in engine.shape:
            # A vector of no example is laid out as those of its scene that are given.
            alike = (n for n in moment.traces[name.step.scene].values
                     if n in given and given[n].shape == engine.shape)  # fmt: skip
            ways = {n in turned and _is_laid(case, n, given[n]) for n in alike}
            readings = [reading_of(raw, engine, way) for way in sorted(ways, reverse=True)]
            reading = next((r for r in readings if r.is_right), [*readings, reading][0])
        if rows and name.is_gradient and name.node in case.facts.get("turned", ()):
            # The gradient of `w = W.T` is laid out as w is, or as W.
            other = reading_of(raw, engine, not is_turned)
            if other.is_right or reading.value is None:
                reading = other
        if over_batch and reading.value is None:
            joined = _joined(case.values.get(f"each {name.name}"), engine)
            reading = reading if joined is None else reading_of(joined, engine)
        if raw.ndim == 0 < engine.ndim and not (name.is_gradient or reading.is_right):
            # A slope may be one number for all examples; what each of them has is not.
            reading = Reading(raw, None, engine, False)
        found[name.name] = reading
    return found


def _is_laid(case: ProgramCase, name: str, value: Array) -> bool:
    """Say whether a program leaves what it holds the other way round as it was given."""
    own = case.values.get(f"own {name}")
    return own is None or own.shape != value.shape


def _joined(each: NDArray[Any] | None, engine: Array) -> NDArray[Any] | None:
    """Return the values of one name, example by example, side by side as the walk has them; None
    where they are not as many."""
    if each is None or engine.size % each[0].size or each.size < engine.size:
        return None
    last = each[-(engine.size // each[0].size) :]
    if each.ndim == 1 or engine.ndim == 1:
        return last.reshape(engine.shape)
    parts = list(last) if each.ndim == 3 else [part[:, None] for part in last]
    sides = np.hstack(parts), np.vstack(parts)
    found = (a for side in sides for a in (side, side.T) if a.shape == engine.shape)
    return next(found, None)


def examples_seen(
    moment: Moment, case: ProgramCase, asked: Sequence[AskedName]
) -> Iterator[list[int]]:
    """Yield the examples that a value over a batch is of, the first whose numbers say so.

    Of a number per example, none may be there twice: 0 and 1 are in many of them. Nor may any of
    as many as there are: `W[:, :1] @ X[:1]` is that of other examples where X has 0 below.
    """
    for name in asked:
        if name.name in case.values and not name.is_gradient and is_over_batch(moment, name):
            axis = next(iter(moment.traces[name.step.scene].axes[name.node]))
            value, engine = case.values[name.name], engine_value(moment, name)
            if engine.ndim == 1:
                value, engine, axis = np.atleast_2d(value), engine[None], 1
            found = [
                taken for taken in examples_in(value, {"": (engine, axis)})
                if len(set(taken)) == len(taken)
                or (len(engine) > 1 and len(taken) < len(moment.batch))
            ]  # fmt: skip
            yield from found
            if found:
                return


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
    is_right = value is not None and is_near(value, engine, tolerance_of(raw.dtype, engine))
    return Reading(raw, value, engine, is_right)


def is_near(value: Array, engine: Array, room: float) -> bool:
    """Say whether numbers are the walk's: near it, and where that is no number, no number too."""
    with np.errstate(invalid="ignore"):
        near = np.abs(value - engine) <= room
    return bool(np.all(near | (value == engine) | (np.isnan(value) & np.isnan(engine))))


def is_rounded(reading: Reading, rough: float) -> bool:
    """Say whether an array has the walk's numbers but for digits that were lost.

    Args:
        reading: The array.
        rough: How far that may take a float64, as a share of the largest number.
    """
    value = reading.value
    if value is None:
        return False
    if reading.raw.dtype.kind in "iu" or (rough >= 1e-2 and np.all(value % 1 == 0)):
        whole = (np.trunc(reading.engine), np.round(reading.engine), np.floor(reading.engine))
        return any(np.array_equal(value, w) for w in whole)
    largest = float(np.max(np.abs(reading.engine), initial=0.0))
    share = 1e-2 if reading.raw.dtype.itemsize < 8 else rough
    return bool(largest > 0 and np.all(np.abs(value - reading.engine) <= share * largest))


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
