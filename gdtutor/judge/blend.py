"""The walk's formulas over a program's own values: what follows from a value that departs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Array, evaluate
from gdtutor.engine.trace import share_of
from gdtutor.judge.asked import AskedName, operands_of
from gdtutor.judge.layout import DOUBLE, Reading, is_near
from gdtutor.session.moment import Moment
from gdtutor.session.working import Operands, Working, node_expr, working_of
from gdtutor.values import Struct, replace


class Blend(Struct, frozen=True, eq=False):
    """Values and gradients of every scene: the program's where it has them, else what follows."""

    moment: Moment
    values: tuple[Mapping[str, Array], ...]
    gradients: tuple[Mapping[str, Array], ...]

    def working(self, asked: AskedName) -> Working:
        """Return how a step's result comes about from what the program has before it."""
        own = working_of(self.moment, asked.step)
        scene = asked.step.scene
        upstreams = tuple(self.gradients[scene].get(c.consumer, c.upstream) for c in own.received)
        return Working(self.moment, asked.step, own.result, Operands(self.values[scene], upstreams))

    def computed(self, asked: AskedName) -> Array | None:
        """Return what the walk's formula gives here; None where the shapes do not fit."""
        working = self.working(asked)
        try:
            with np.errstate(all="ignore"):
                return np.asarray(working.compute(working.operands))
        except (ValueError, GdTutorError):
            return None


def blended(moment: Moment, asked: Sequence[AskedName], own: Mapping[str, Array]) -> Blend:
    """Return the iteration with a program's values in the place of the walk's.

    Args:
        moment: The iteration.
        asked: The names.
        own: By name, the program's values in the walk's layout.
    """
    values, gradients = [], []
    for scene, trace in enumerate(moment.traces):
        here = [a for a in asked if a.step.scene == scene and a.name in own]
        mine = {a.node: own[a.name] for a in here if not a.is_gradient}
        back = {a.node: own[a.name] for a in here if a.is_gradient}
        found = dict(trace.values)
        with np.errstate(all="ignore"):
            for line in trace.graph.lines:
                if line.name in mine:
                    found[line.name] = mine[line.name]
                elif mine:
                    made = np.asarray(evaluate(node_expr(trace, line.name), found))
                    # What fits nowhere leaves the walk's value.
                    fits = made.shape == found[line.name].shape
                    found[line.name] = made if fits else found[line.name]
            slopes: dict[str, Array] = {}
            for name in trace.backward_order:
                total = trace.gradients[name]
                if name in back:
                    total = back[name]
                elif trace.contributions[name] and (mine or back):
                    parts = [
                        share_of(c.rule, slopes[c.consumer], found, total.shape)
                        for c in trace.contributions[name]
                    ]
                    total = np.asarray(sum(parts))
                slopes[name] = total
        values.append(found)
        gradients.append(slopes)
    return Blend(moment, tuple(values), tuple(gradients))


def follows(
    name: AskedName,
    asked: Sequence[AskedName],
    moment: Moment,
    readings: Mapping[str, Reading],
    share: float = 1.0,
) -> bool:
    """Say whether a value is what the walk's formula makes of the program's own before it, or a
    share of that."""
    reading = readings.get(name.name)
    if reading is None or reading.value is None:
        return False
    own = {n: r.value for n, r in readings.items() if r.value is not None and n != name.name}
    found = blended(moment, asked, own).computed(name)
    if found is None or found.shape != reading.value.shape:
        return False
    # float32 loses its digits in every step anew, also where the result is a float64.
    kinds = [r.raw.dtype for r in readings.values() if r.raw.dtype.kind == "f"]
    coarsest = max((float(np.finfo(kind).eps) for kind in kinds), default=0.0)
    largest = float(np.max(np.abs(reading.value), initial=0.0, where=np.isfinite(reading.value)))
    room = reading.tolerance + max(DOUBLE, 16 * coarsest) * largest
    return is_near(reading.value, found * share, room)


def settled(
    readings: dict[str, Reading], moment: Moment, asked: Sequence[AskedName]
) -> dict[str, Reading]:
    """Return the readings, none wrong for what right ones lack within their tolerance.

    A program that is float32 throughout is right; one that goes back to float64 has lost digits on
    the line that left it, and the first such is held to float64.
    """
    found = dict(readings)
    for name in (a for a in asked if a.name in found and not found[a.name].is_right):
        before = operands_of(name, asked, moment, found)
        if all(found[n].is_right for n in before) and follows(name, asked, moment, found):
            small = {n: r for n, r in found.items()
                     if r.raw.dtype.kind == "f" and r.raw.dtype.itemsize < 8}  # fmt: skip
            lossy = (n for n, r in small.items() if np.any(r.value != r.engine))
            blamed = next(lossy, None)
            if blamed is not None:
                return {**found, blamed: replace(found[blamed], is_right=False)}
            found[name.name] = replace(found[name.name], is_right=True)
    return found
