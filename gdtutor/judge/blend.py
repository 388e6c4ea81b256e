"""The walk's formulas over a program's own values: what follows from a value that departs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply
from gdtutor.engine.operations import OPERATIONS, Array, Kind, apply, evaluate, local_formula
from gdtutor.engine.trace import share_of
from gdtutor.judge.asked import AskedName
from gdtutor.session.moment import Moment
from gdtutor.session.operands import node_expr
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.steps import Phase
from gdtutor.session.working import Operands, Working, working_of
from gdtutor.values import Struct


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
        mine = {a.node: own[a.name] for a in asked if a.step.scene == scene
                and not a.is_gradient and a.name in own}  # fmt: skip
        back = {a.node: own[a.name] for a in asked if a.step.scene == scene
                and a.is_gradient and a.name in own}  # fmt: skip
        found = dict(trace.values)
        with np.errstate(all="ignore"):
            for line in trace.graph.lines:
                made = mine.get(line.name)
                if made is None and mine:
                    made = _of_shape(evaluate(node_expr(trace, line.name), found), found[line.name])
                found[line.name] = found[line.name] if made is None else made
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


def _of_shape(value: Array, like: Array) -> Array:
    return np.asarray(value) if np.shape(value) == like.shape else like


def written_out(working: Working) -> Iterator[tuple[SlipMatch, Array]]:
    """Yield what slips give where a function is written out as a formula, `1/(1 + exp(-u))`: the
    derivative of the function that it is, taken at another value; and a softmax over other cells
    than a column's.
    """
    trace, o, node = working.moment.traces[working.step.scene], working.operands, working.step.node
    if working.step.phase is Phase.FORWARD:
        expr = node_expr(trace, node)
        if isinstance(expr, Apply) and expr.op == "softmax":
            z = np.asarray(evaluate(expr.args[0], o.values))
            by_rows = z.ndim == 2 and np.allclose(np.sum(evaluate(expr, o.values), axis=1), 1)
            for largest in (np.max(z), np.max(z, axis=0), np.max(z, axis=-1, keepdims=True)):
                powers = np.exp(z - largest)
                for axis in (None, 0 if by_rows else z.ndim - 1):
                    shares = powers / np.sum(powers, axis, keepdims=True)
                    yield SlipMatch(Slip.OTHER_AXIS, "row" * by_rows), np.asarray(shares)
    for c, upstream in zip(working.received, o.upstreams, strict=True):
        a, out = o.values[node], o.values[c.consumer]
        is_cell_by_cell = len(working.received) == 1 and np.shape(a) == np.shape(out)
        for row in OPERATIONS.values() if is_cell_by_cell else ():
            is_function = row.operands == 1 and row.kind is Kind.ELEMENTWISE and row.local
            with np.errstate(all="ignore"):
                if not is_function or not np.allclose(apply(row, (a,), None), out):
                    continue
                slope, beyond = local_formula(row, 0, None), apply(row, (out,), None)
                at_input = evaluate(slope, {"a": a, "out": a})
                at_output = evaluate(slope, {"a": out, "out": beyond})
            yield SlipMatch(Slip.AT_INPUT, node), np.asarray(upstream * at_input)
            yield SlipMatch(Slip.AT_OUTPUT, c.consumer), np.asarray(upstream * at_output)
