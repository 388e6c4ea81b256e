"""Formulas that compute, and most likely not what was meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtutor.check.findings import Notes
from gdtutor.engine.expression import Apply, Expr, Name, names_in, to_text
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import OPERATIONS, Kind
from gdtutor.session.moment import Moment

SHOWN = 60
"""Characters of a formula that a report repeats at most."""


def check_vectors(notes: Notes, moment: Moment) -> None:
    """Report given vectors that broadcasting lays along the columns of a matrix.

    It is NumPy's rule, and seldom meant: a bias of the same length as the batch is then added
    example by example, and beside one column it makes a square.
    """
    for done in moment.traces:
        for node in done.graph.nodes:
            names = [arg.name for arg in node.args if isinstance(arg, Name)]
            shapes = {name: np.shape(done.values[name]) for name in names}
            if OPERATIONS[node.op].kind is not Kind.ELEMENTWISE:
                continue
            for name, shape in shapes.items():
                matrix = next((other for other in shapes.values() if len(other) == 2), None)
                is_given = name in notes.lesson.starts or name in notes.lesson.constants
                if is_given and len(shape) == 1 and shape[0] > 1 and matrix is not None:
                    line = done.graph.lines[node.line].name
                    size = "x".join(map(str, matrix))
                    what = f"the vector {name} meets a {size} matrix as a row in {line}"
                    hint = f"a column, one value for each row, is {name} = [[0.1], [0.2]]"
                    notes.add("row", what, hint, notes.of_name(line), "warning")


def check_losses(notes: Notes, moment: Moment) -> None:
    """Report losses that take the target for the prediction.

    They can be computed all the same, since a target is a share like a prediction.
    """
    for graph in (done.graph for done in moment.traces):
        targets = {leaf.name for leaf in graph.leaves if leaf.role is Role.TARGET}
        given, trained = graph.depending_on(targets), graph.depending_on(graph.parameters)
        for line in graph.lines:
            for loss in _losses(line.expr):
                first, second = ({name.name for name in names_in(arg)} for arg in loss.args)
                if first & given and not first & trained and second & trained:
                    _report_swapped(notes, line.name, loss)


def _losses(expr: Expr) -> Iterator[Apply]:
    """Yield every operation of a formula that holds its first operand against a target."""
    pending = [expr]
    while pending:
        part = pending.pop()
        if isinstance(part, Apply):
            pending.extend(part.args)
            if OPERATIONS[part.op].has_target:
                yield part


def _report_swapped(notes: Notes, line: str, loss: Apply) -> None:
    right = to_text(Apply(loss.op, loss.args[::-1]))
    shown = f", as {right}" if len(right) <= SHOWN else ""
    what = f"{loss.op} in {line} takes the target for the prediction"
    hint = f"the prediction comes first{shown}"
    notes.add("swapped", what, hint, notes.of_name(line), "warning")
