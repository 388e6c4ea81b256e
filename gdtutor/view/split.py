"""How graph and node share the cells of a line: by what both need at the steps of an iteration.

A graph is read best from left to right. Where the usual columns leave it too few cells for that,
the node gives some away, if every step of the iteration still has its lines, and its
panel stays as wide as at 80 columns, for which formulas and matrices are written. Both is measured
at all steps of a graph together, so that the columns stand still through an iteration. What has
more steps than can be measured keeps the usual columns.

At 80 columns the node has no cell to give. Above it a graph from left to right takes 6 to 12 lines
with its border: of the graphs of the shipped lessons that need more than their column, all but
those of 01, 05 and 19 would then cut the longest step, or show a lesson's picture in as few lines.
There the graph flows down, in one layout for all lessons.
"""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Contribution, Trace
from gdtutor.session.moment import roughly
from gdtutor.session.notes import comes_after_training
from gdtutor.session.state import Look, Walk
from gdtutor.session.steps import Step
from gdtutor.values import Struct, replace
from gdtutor.view.context import Context, once
from gdtutor.view.explain import node_lines, note_lines
from gdtutor.view.graph.panel import graph_drawing

THREE = 160
"""Cells of a line from which the table of values has a column of its own."""
MEASURED = 64
"""Steps of an iteration up to which its panels are as large as the longest of them needs."""
FRAME = 4
"""Cells of a panel beside its lines."""
LEAST_NODE = 42
"""Cells of the node panel at 80 columns, its border included."""
SPARE = 2
"""Cells that a new value may take beyond those of a gradient: updates are not worked out before."""
VALUE, SLOPE = 0.12345, -0.12345
"""What is as wide as most numbers at four digits: a value, and a gradient."""
TRIED = 4
"""Cells by which it gives way at a time: few widths to try, and few to change to."""


class Widths(Struct, frozen=True):
    """Cells of the columns, the borders of their panels included."""

    graph: int
    node: int
    values: int
    """0 where the table of values shares another column."""


def widths_for(width: int) -> Widths:
    """Share out the cells of a line; graph and node have no less room than at 80 columns."""
    node = min(width * 9 // 20, 66)
    values = 44 if width >= THREE else 0
    return Widths(width - node - values, node, values)


def _plain(context: Context) -> Context:
    """Return a step as it is measured: at its first look, with nothing hidden.

    One step may take more: where a cell, a proof, or more digits are open.
    """
    look = Look(digits=context.look.digits, example=context.look.example)
    return replace(context, look=look, challenge=None)


def _steps(context: Context) -> list[Step]:
    """Return the steps of the iteration at the graph of a step."""
    return [step for step in context.moment.steps if step.scene == context.step.scene]


def _key(session: Walk, context: Context, *more: object) -> tuple[object, ...]:
    of = context.step.scene, context.moment, context.own, _plain(context).look, context.chars
    return (*of, comes_after_training(session), *more)


def most_lines(session: Walk, context: Context, width: int) -> tuple[int, int]:
    """Return the lines of the longest step of an iteration and of its longest note."""

    def measured() -> tuple[int, int]:
        rough = replace(_plain(context), moment=roughly(context.moment), is_measured=True)
        plain = _typical(rough)
        at = [replace(plain, step=step) for step in _steps(plain)]
        return (
            max(len(node_lines(one, width)) for one in at),
            max(len(note_lines(session, one, width)) for one in at),
        )

    return once(_key(session, context, "lines", width), measured)


def _typical(context: Context) -> Context:
    """Return a step with one number in place of all that is computed: what is measured of it tells
    nothing of a number that is asked for."""

    def typical(trace: Trace) -> Trace:
        computed = {name: full(trace, name, VALUE) for name in trace.graph.node_by_name}
        gradients = {name: full(trace, name, SLOPE) for name in trace.gradients}
        arrived = {
            name: tuple(slopes(one) for one in trace.contributions[name])
            for name in trace.contributions
        }
        values = {**trace.values, **computed}
        return replace(trace, values=values, gradients=gradients, contributions=arrived)

    def slopes(one: Contribution) -> Contribution:
        local = None if one.local is None else np.full_like(one.local, SLOPE)
        upstream, amount = (np.full_like(part, SLOPE) for part in (one.upstream, one.value))
        return replace(one, upstream=upstream, local=local, value=amount)

    def full(trace: Trace, name: str, number: float) -> Array:
        return np.full(trace.shapes[name], number)

    traces = tuple(map(typical, context.moment.traces))
    return replace(context, moment=replace(context.moment, traces=traces))


def node_cells(session: Walk, context: Context, both: int, usual: int, rows: int) -> int:
    """Return the cells of the node panel, its border included.

    Args:
        session: The walk.
        context: A step of the iteration.
        both: Cells of graph and node together.
        usual: Those of the node where the graph has room enough, or never has.
        rows: Lines of the graph at the most.
    """

    def measured() -> int:
        first = replace(_typical(_plain(context)), step=_steps(context)[0])
        for node in range(usual, LEAST_NODE - 1, -TRIED):
            cells = both - node - FRAME - (SPARE if node < usual else 0)
            if graph_drawing(first, cells, rows).is_across:
                before, after = (
                    most_lines(session, context, width - FRAME)[0] for width in (usual, node)
                )
                return node if after <= max(before, rows // 2) else usual
        return usual

    if usual <= LEAST_NODE or len(context.moment.steps) > MEASURED:
        return usual
    return once(_key(session, context, "cells", both, usual, rows), measured)
