"""Which slip explains a value that departs, from the table of slips and what the source shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName
from gdtutor.judge.blend import blended
from gdtutor.judge.layout import Reading, is_rounded
from gdtutor.judge.process import ProgramCase
from gdtutor.judge.source import SourceSigns
from gdtutor.session.moment import Moment
from gdtutor.session.program_slips import wrong_arrays
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.values import Struct, replace

_ORDER = (
    Slip.SIGN, Slip.TERM_SIGN, Slip.TRANSPOSED, Slip.NO_SHARE, Slip.NO_SUM, Slip.NO_UPSTREAM,
    Slip.NO_LOCAL,
    Slip.PART_OF_LOCAL, Slip.SHARE_TWICE, Slip.AT_OUTPUT, Slip.AT_INPUT, Slip.LOCAL_TWICE,
    Slip.UPDATED, Slip.ONE_PATH, Slip.OVERWRITTEN, Slip.ONE_EXAMPLE, Slip.FIRST_EXAMPLE, Slip.MEAN,
    Slip.ELEMENTWISE, Slip.NO_FUNCTION, Slip.NO_BIAS, Slip.NO_FACTOR, Slip.FIRST_TERM,
    Slip.ONE_TERM,
    Slip.OTHER_DERIVATIVE, Slip.OTHER_FUNCTION, Slip.STALE_CACHE, Slip.OTHER_AXIS, Slip.BROADCAST,
    Slip.OTHER_VALUE,
)  # fmt: skip
"""Which slip is named where several give one number."""


_Among = Collection[SlipMatch] | None
"""Which slips alone are looked for, on a start after the first; None looks for all."""


class OneStart(Struct, frozen=True, eq=False):
    """A program on one start, in the walk's layout."""

    moment: Moment
    case: ProgramCase
    readings: Mapping[str, Reading]
    before: Mapping[str, Array]
    """The values of the iteration before it; empty where there is none."""
    taken: tuple[int, ...] = ()
    """Which of the examples the program takes, in its order; empty where it takes all of them."""

    def own(self, without: str = "") -> dict[str, Array]:
        """Return the program's values by name."""
        values = ((n, reading.value) for n, reading in self.readings.items() if n != without)
        return {name: value for name, value in values if value is not None}

    def held(self, parameter: str) -> dict[str, Sequence[int]]:
        """Return where the program has changed a parameter that it keeps in places of its own, each
        with the identity of its value and the lines that made it."""
        held = self.case.facts.get("held", {})
        return {n: made for n, made in held.items() if n.split()[2] == parameter}

    def others(self) -> dict[str, NDArray[Any]]:
        """Return the numbers that the program has under names of its own."""
        names = self.case.facts.get("others", ())
        return {name: self.case.values[f"other {index}"] for index, name in enumerate(names)}

    def renewed(self, parameter: str) -> str:
        """Return the new name of a parameter's update where the program leaves it as it is."""
        return str(self.case.facts.get("renewed", {}).get(parameter, ""))


class Departure(Struct, frozen=True, eq=False):
    """A name whose value departs from the walk's."""

    name: AskedName
    line: int
    """Of the program, from 1; 0 where no line gives the name its value."""
    slip: SlipMatch | None
    start: int
    """Which of the starts it is shown on."""
    reading: Reading | None
    """What the program has there; None where the line failed."""
    engine: Array
    helper: str = ""
    """The function that the line stands in, where another line of the program calls it."""
    called: int = 0
    """That line; 0 where there is none."""


def slip_of(
    name: AskedName, asked: Sequence[AskedName], starts: Sequence[OneStart], shown: SourceSigns
) -> SlipMatch | None:
    """Return the slip that explains a name on every start on which it departs, at least one."""
    departing = _departing(name, starts)
    first = departing[0]
    if _lost_an_axis(name, asked, first):
        return SlipMatch(Slip.LOST_AXIS)
    plain = _of_the_array(name, asked, starts, shown)
    small = first.readings[name.name].raw.dtype
    is_rough = small.kind == "f" and small.itemsize < 8
    if plain is not None and not (is_rough and plain.slip is Slip.PRECISION):
        return plain
    if not any(np.any(s.readings[name.name].raw) for s in departing):
        # Too many a slip gives nothing but zeros.
        return plain
    for way in (_fitting, _fitting_twice):
        fits: dict[SlipMatch, None] | None = None
        for start in departing:
            here = dict.fromkeys(way(name, asked, start, fits))
            fits = here if fits is None else {fit: None for fit in fits if fit in here}
            if not fits:
                break
        if way is _fitting_twice:
            # What the line does not have cannot be half of what is wrong with it.
            fits = {fit: None for fit in fits or {} if _is_possible(fit, shown)}
        if fits:
            return min(fits, key=lambda fit: _rank(fit, shown))
    # Among small numbers a slip is as little as lost digits are, which are said where none fits.
    return plain or of_the_shape(first.readings[name.name])


def _departing(name: AskedName, starts: Sequence[OneStart]) -> list[OneStart]:
    return [s for s in starts if name.name in s.readings and not s.readings[name.name].is_right]


def _lost_an_axis(name: AskedName, asked: Sequence[AskedName], start: OneStart) -> bool:
    """Say whether a column has its right numbers, or what follows from those before it, in a plain
    vector."""
    reading = start.readings[name.name]
    raw = np.squeeze(reading.raw.astype(np.float64))
    if reading.value is not None or reading.raw.ndim >= reading.engine.ndim:
        return False
    follows = blended(start.moment, asked, start.own(without=name.name)).computed(name)
    answers = (reading.engine, reading.engine if follows is None else follows)
    return any(_agree(raw, np.squeeze(answer), reading.tolerance) for answer in answers)


def _of_the_array(
    name: AskedName, asked: Sequence[AskedName], starts: Sequence[OneStart], shown: SourceSigns
) -> SlipMatch | None:
    """Return the slip that the array tells by itself: NaN, a change in place, lost digits."""
    departing = _departing(name, starts)
    reading = departing[0].readings[name.name]
    if not np.all(np.isfinite(reading.raw.astype(np.float64))):
        return SlipMatch(Slip.NOT_FINITE)
    was = departing[0].case.values.get(f"was {name.name}")
    if was is not None and was.shape == reading.raw.shape:
        before = reading.engine if was.shape == reading.engine.shape else reading.engine.T
        if was.shape == before.shape and np.all(np.abs(was - before) <= reading.tolerance):
            return SlipMatch(Slip.IN_PLACE, name.name)
    for given in departing[0].case.facts.get("inputs_changed", ()):
        if _follows_from(name, asked, departing[0], given):
            return SlipMatch(Slip.IN_PLACE, given)
    if is_rounded(reading, shown.rough):
        return SlipMatch(Slip.PRECISION)
    if shown.small and all(is_rounded(s.readings[name.name], 1e-5) for s in departing):
        return SlipMatch(Slip.EPSILON, shown.small)
    if _still_has(name, starts[starts.index(departing[0]) - 1], departing[0]):
        return SlipMatch(Slip.NOT_RESET)
    own = starts[0].readings[name.name]
    is_same = all(np.array_equal(s.readings[name.name].raw, own.raw) for s in departing)
    if not (own.is_right and is_same):
        return None
    # What another start moves is not typed in, but kept from the pass before.
    is_kept = len(starts) > len(departing) + 1 and all(s.before for s in departing)
    return SlipMatch(Slip.STALE_CACHE, name.name) if is_kept else SlipMatch(Slip.TYPED)


def _still_has(name: AskedName, earlier: OneStart, start: OneStart) -> bool:
    """Say whether a gradient has that of the iteration before added to it."""
    before = earlier.readings.get(name.name)
    reading = start.readings[name.name]
    if not (name.is_gradient and start.before and before is not None):
        return False
    if before.value is None or before.value.shape != reading.engine.shape or reading.value is None:
        return False
    return _agree(reading.engine + before.value, reading.value, reading.tolerance)


def _follows_from(name: AskedName, asked: Sequence[AskedName], start: OneStart, given: str) -> bool:
    """Say whether the value is what a given array makes that was changed in place."""
    now, value = start.case.values[f"now {given}"], start.readings[name.name].value
    scene = name.step.scene
    blend = blended(start.moment, asked, start.own(without=name.name))
    was = blend.values[scene].get(given, now)
    # What a gradient has after the update of a parameter is another slip.
    is_update = name.is_gradient and given in start.moment.problem.parameters
    if value is None or is_update or was.shape not in (now.shape, now.T.shape):
        return False
    values = {**blend.values[scene], given: now if now.shape == was.shape else now.T}
    replaced = replace(blend, values=tuple(
        values if index == scene else v for index, v in enumerate(blend.values)
    ))  # fmt: skip
    found = replaced.computed(name)
    return found is not None and _agree(found, value, start.readings[name.name].tolerance)


def _agree(found: Array, answer: Array, tolerance: float) -> bool:
    if found.shape != answer.shape or not np.all(np.isfinite(found)):
        return False
    return bool(np.all(np.abs(found - answer) <= tolerance))


def _fitting(
    name: AskedName, asked: Sequence[AskedName], start: OneStart, among: _Among
) -> Iterator[SlipMatch]:
    """Yield the slips that give a value on one start, at its own step or at one not written."""
    reading = start.readings[name.name]
    room = reading.tolerance
    own = start.own(without=name.name)
    blend = blended(start.moment, asked, own)
    raw = reading.raw.astype(np.float64)
    answers = [raw, raw.T] if reading.value is None else [reading.value]
    working = blend.working(name)
    for fit, found in wrong_arrays(working, start.before, among):
        small = np.squeeze(found)
        if any(_agree(small, np.squeeze(a), room) for a in answers):
            yield fit
    if reading.value is None:
        return
    m, engine = max(len(start.moment.batch), 1), blend.computed(name)
    if name.is_gradient and m > 1 and engine is not None:
        for slip, factor in ((Slip.NO_SHARE, m), (Slip.SHARE_TWICE, 1 / m)):
            if _agree(engine * factor, reading.value, room):
                yield SlipMatch(slip, "1/m")
    for earlier in _not_written(name, asked, start):
        engine = start.moment.traces[earlier.step.scene].gradients[earlier.node]
        for fit, found in wrong_arrays(blend.working(earlier), start.before, among):
            if found.shape != engine.shape or np.array_equal(found, engine):
                continue
            moved = blended(start.moment, asked, {**own, earlier.name: found}).computed(name)
            if moved is not None and _agree(moved, reading.value, room):
                yield fit


def _fitting_twice(
    name: AskedName, asked: Sequence[AskedName], start: OneStart, among: _Among
) -> Iterator[SlipMatch]:
    """Yield the slips that give a value together with a sign flipped, or 1/m forgotten or twice."""
    reading, m = start.readings[name.name], max(len(start.moment.batch), 1)
    if reading.value is None:
        return
    shares = (Slip.NO_SHARE, Slip.SHARE_TWICE, Slip.MEAN)
    working = blended(start.moment, asked, start.own(without=name.name)).working(name)
    room, ones = reading.tolerance, among and {replace(fit, second=None) for fit in among}
    for fit, found in wrong_arrays(working, start.before, ones):
        for second, factor in ((Slip.SIGN, -1), (Slip.NO_SHARE, m), (Slip.SHARE_TWICE, 1 / m)):
            is_same = fit.slip is second or (fit.slip in shares and second in shares)
            if not is_same and _agree(found * factor, reading.value, room):
                yield replace(fit, second=second)


def _not_written(name: AskedName, asked: Sequence[AskedName], start: OneStart) -> list[AskedName]:
    """Return the gradients that come right before a gradient and that the program does not name."""
    if not name.is_gradient:
        return []
    contributions = start.moment.traces[name.step.scene].contributions
    by_node = {a.node: a for a in asked if a.is_gradient and a.step.scene == name.step.scene}
    found: dict[str, AskedName] = {}
    waiting = [name.node]
    while waiting:
        for c in contributions.get(waiting.pop(), ()):
            earlier = by_node.get(c.consumer)
            if earlier is not None and earlier.name not in start.readings:
                found.setdefault(earlier.name, earlier)
                waiting.append(earlier.node)
    return list(found.values())


def _is_possible(fit: SlipMatch, shown: SourceSigns) -> bool:
    """Say whether a line has the name whose update it is said to use."""
    is_named = fit.slip is Slip.UPDATED and bool(fit.about)
    return not is_named or re.search(rf"\b{fit.about}\b", shown.text) is not None


def _rank(fit: SlipMatch, shown: SourceSigns) -> float:
    """Return a place in the order of slips, moved forward by what the line itself shows."""
    place = float(_ORDER.index(fit.slip)) if fit.slip in _ORDER else 50.0
    if fit.slip is Slip.MEAN:
        place += -40 if "mean" in shown.text or "average" in shown.text else 30
    if fit.slip is Slip.OVERWRITTEN and shown.is_overwritten:
        place -= 40
    if not _is_possible(fit, shown):
        place += 10
    # 1/m is what is asked for; a factor that names other numbers as well says less.
    return place + (0.5 if " and " in fit.about else 0.0)


def of_the_shape(reading: Reading) -> SlipMatch | None:
    """Return the slip that a shape tells where no numbers fit."""
    if reading.value is not None:
        return None
    raw, engine = reading.raw, reading.engine
    is_outer = engine.ndim == 2 and 1 in engine.shape and raw.shape == (max(engine.shape),) * 2
    return SlipMatch(Slip.BROADCAST) if is_outer and raw.size > engine.size else None
