"""Formulas that compute, and most likely not what was meant."""

from __future__ import annotations

import numpy as np

from gdtutor.check_notes import Notes
from gdtutor.engine.expression import Name
from gdtutor.engine.operations import OPERATIONS, Kind
from gdtutor.session.moment import Moment


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
