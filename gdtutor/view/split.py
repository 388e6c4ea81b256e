"""How graph and node share the room of a screen: by what both need at the steps of an iteration.

A graph is read best from left to right. Where the usual columns leave it too few cells for that,
the node gives some away, if every step of the iteration still has its lines, and its
panel stays as wide as at 80 columns, for which formulas and matrices are written. Where that is too
little, the graph lies above both columns on a large terminal, if the longest step, the lesson's
longest note, the table of values and the picture keep their lines below it. On a very large one
the graph has room around it, if no step takes more lines for that. All is measured
at all steps of a graph together, so that the panels stand still through an iteration. What has
more steps than can be measured keeps the usual columns.

At 120×36 lessons 15, 17 and 18 lack lines for that, and their graphs flow down. So do graphs at 80
columns that need more than their column, where the node has no cell to give: 28 of 37 of the
shipped lessons would lie across the whole width, in 4 to 14 lines with their border, but of the 17
lines of all panels only five (03, 04, 07, two of 27) would leave the longest step those it needs.
In each of these a picture of the lesson's own takes the graph's place at some step, and has all 17
lines only beside the node: panels would move from step to step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Contribution, Trace
from gdtutor.lesson.placeholders import fill
from gdtutor.session.asking import placed_at, placed_challenge, predicted
from gdtutor.session.challenge import Ask, Challenge, Tried
from gdtutor.session.moment import roughly
from gdtutor.session.notes import comes_after_training
from gdtutor.session.slips import SlipMatch
from gdtutor.session.state import Look, Walk
from gdtutor.session.steps import Step
from gdtutor.values import Struct, replace
from gdtutor.view.context import Context
from gdtutor.view.explain import node_lines, note_lines
from gdtutor.view.graph.drawing import GraphDrawing
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.once import once
from gdtutor.view.prose import prose_lines
from gdtutor.view.values import has_room

THREE = 160
"""Cells of a line from which the table of values has a column of its own."""
MEASURED = 64
"""Steps of an iteration up to which its panels are as large as the longest of them needs."""
FRAME = 4
"""Cells of a panel beside its lines."""
BORDER = 2
"""Lines of a panel above and below its own."""
LEAST_NODE = 42
"""Cells of the node panel at 80 columns, its border included."""
VALUE, SLOPE = 0.12345, -0.12345
"""What is as wide as most numbers at four digits: a value, and a gradient."""
FEW_NOTES = 8
"""Notes of a graph that are tried where the longest of them is looked for."""
TRIED = 4
"""Cells by which it gives way at a time: few widths to try, and few to change to."""
LEAST_PROGRAM = 50
"""Cells of the column of the step, borders included, in which a program stands in few lines."""
AROUND = 6
"""Cells beside a graph, of both sides together, that it has on a very large terminal."""


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


def plain_step(context: Context) -> Context:
    """Return a step as it is measured: at its first look, with nothing hidden.

    One step may take more: where a cell, a proof, or more digits are open.
    """
    look = Look(digits=context.look.digits, example=context.look.example)
    return replace(context, look=look, challenge=None)


def _steps(context: Context) -> list[Step]:
    """Return the steps of the iteration at the graph of a step."""
    return [step for step in context.moment.steps if step.scene == context.step.scene]


def _key(session: Walk, context: Context, *more: object) -> tuple[object, ...]:
    of = context.step.scene, context.moment, context.own, plain_step(context).look, context.chars
    return (*of, comes_after_training(session), *more)


def at_end(session: Walk, context: Context) -> Context:
    """Return the last step at a graph as it is measured: all that is told there is known."""

    def measured() -> Context:
        plain = _typical(replace(plain_step(context), moment=roughly(context.moment), beside=()))
        return replace(plain, step=_steps(plain)[-1])

    return once(_key(session, context, "end"), measured)


def most_lines(session: Walk, context: Context, width: int) -> tuple[int, int]:
    """Return the lines of the longest step of an iteration and of its longest note."""

    def measured() -> tuple[int, int]:
        rough = replace(plain_step(context), moment=roughly(context.moment), is_measured=True)
        plain = _typical(rough)
        at = [replace(plain, step=step) for step in _steps(plain)]
        return (
            max(len(node_lines(one, width)) for one in at),
            max(len(note_lines(session, one, width)) for one in at),
        )

    return once(_key(session, context, "lines", width), measured)


def most_asked(session: Walk, context: Context, width: int) -> int:
    """Return the lines of the longest question at a step of an iteration: of those that the lesson
    asks as they open, in predict mode of all, with their hints and what is said of a wrong answer.
    """

    def questions(step: Step) -> Iterator[Challenge]:
        for question in placed_at(session, step):
            if question.kind != "next":
                yield placed_challenge(question, session.moment, step, context.look.example)
        if session.predict and step.node:
            yield predicted(session, step)

    def looks(challenge: Challenge) -> Iterator[Challenge]:
        yield challenge
        if session.predict:
            from gdtutor.view.asking import SAYS

            longest = SlipMatch(max(SAYS, key=lambda slip: len(SAYS[slip])))
            fits = (longest,) if challenge.ask is Ask.VALUE else ()
            for wrong in "+-0" if challenge.ask is Ask.SIGN else "0":
                tried = (Tried(wrong, fits),)
                yield replace(challenge, tried=tried, hints_shown=challenge.stages)

    def measured() -> int:
        plain = plain_step(context)
        return max(
            (
                len(node_lines(replace(plain, step=step, challenge=asked, is_left=is_left), width))
                for step in _steps(plain)
                for one in questions(step)
                for asked in looks(one)
                for is_left in (False, True)
            ),
            default=0,
        )

    return once(_key(session, context, "asked", width, session.predict), measured)


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


def _longest_note(context: Context, width: int) -> int:
    """Return the lines of the longest of the author's notes on a graph, whenever they are told.

    Only those with the longest text are tried, with a number of usual width for what they fill in.
    """
    names = frozenset(context.trace.shapes)
    notes = context.lesson.scenes[context.step.scene].notes
    texts = (fill(note.text, names, lambda _: "0" * (context.look.digits + 2)) for note in notes)
    tried = sorted(texts, key=len)[-FEW_NOTES:]
    return max((len(prose_lines(text, width, context.chars)) for text in tried), default=0)


def has_table(session: Walk, context: Context, width: int, rows: int) -> bool:
    """Say whether the table of values has room whole at every step of the iteration."""

    def measured() -> bool:
        plain = at_end(session, context)
        # Within a phase the table only gains numbers.
        last = {step.phase: step for step in _steps(plain)}.values()
        return all(has_room(replace(plain, step=step), width, rows) for step in last)

    return once(_key(session, context, "table", width, rows), measured)


def lines_above(
    session: Walk, context: Context, widths: Widths, height: int, picture: int
) -> tuple[int, int]:
    """Return the lines of a graph that lies across above the node, and those of a picture below.

    Those of the graph are 0 where it stands beside the node: where it lies across there, does so
    nowhere, or would take lines from a step, a note, the table of values or the picture; a program
    may stand in the picture's place.

    Args:
        session: The walk.
        context: A step of the iteration.
        widths: The columns below the graph: of picture and values, and of the node.
        height: Lines of all panels, their borders included, as what is returned.
        picture: Lines of the least picture, 0 where there is none.
    """
    left = widths.graph - FRAME
    node = widths.node - FRAME

    def has_all(graph: int, shown: int) -> bool:
        """Say whether all else has room below so many lines of the graph."""
        longest, note = most_lines(session, context, node)
        note = max(note, _longest_note(context, node))
        if longest + note + 2 * BORDER > height - graph:
            return False
        rows = height - graph - shown - BORDER
        return bool(widths.values) or has_table(session, context, left, rows)

    def measured() -> tuple[int, int]:
        first = replace(plain_step(context), step=_steps(context)[0])
        beside = graph_drawing(first, left, height - BORDER)
        whole = graph_drawing(first, left + widths.node, height - BORDER)
        graph = whole.rows + BORDER
        shown = max(picture, height - beside.rows - BORDER) if picture else 0
        is_above = whole.is_across and not beside.is_across and has_all(graph, shown)
        return (graph, shown) if is_above else (0, picture)

    if len(context.moment.steps) > MEASURED:
        return 0, picture
    return once(_key(session, context, "above", widths, height, picture), measured)


def node_cells(session: Walk, context: Context, widths: Widths, rows: int) -> int:
    """Return the cells of the node panel, its border included.

    Args:
        session: The walk.
        context: A step of the iteration.
        widths: The columns where the graph has room enough, or never has. Where the values have one
            of their own, a graph that lies across has also the cells that the node does not need:
            without which its longest step has as many lines, and until there is room around it.
        rows: Lines of the graph at the most.
    """
    usual, both = widths.node, widths.graph + widths.node

    def drawing(node: int) -> GraphDrawing:
        first = replace(plain_step(context), step=_steps(context)[0])
        return graph_drawing(first, both - node - FRAME, rows)

    def lies_across(node: int) -> bool:
        drawn = drawing(node)
        return drawn.is_across and not (node < usual and drawn.is_tight)

    def has_room_around(node: int) -> bool:
        return drawing(node).columns + AROUND <= both - node - FRAME

    def measured() -> int:
        tried = range(usual, LEAST_NODE - 1, -TRIED)
        widest = bisect_left(tried, True, key=lies_across)
        if widths.values and not widest:
            roomy = bisect_left(tried, True, key=has_room_around)
            wanted = [n for n in tried[1 : roomy + 1] if n >= LEAST_PROGRAM]
            lines, *less = (most_lines(session, context, n - FRAME)[0] for n in (usual, *wanted))
            return tried[bisect_left(less, lines + 1)]
        if widest == len(tried):
            return usual
        before, after = (
            most_lines(session, context, width - FRAME)[0] for width in (usual, tried[widest])
        )
        return tried[widest] if after <= max(before, rows // 2) else usual

    if usual <= LEAST_NODE or len(context.moment.steps) > MEASURED:
        return usual
    return once(_key(session, context, "cells", widths, rows), measured)
