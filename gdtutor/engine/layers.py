"""A line of a graph as a layer of a network: what every program made of layers recognises."""

from __future__ import annotations

from gdtutor.engine.expression import Apply, Name
from gdtutor.engine.graph import Line
from gdtutor.engine.operations import OPERATIONS, Kind

Link = tuple[str, ...]
"""A layer of a chain: `("linear", Z, W, b)`, or `("call", A, operation)`."""


def link_of(line: Line, *, in_rows: bool) -> tuple[str, Link]:
    """Return what a line is computed from and the layer that it is; both empty where it is none."""
    match line.expr:
        case Apply("add", (Apply("matmul", (Name(first), Name(second))), Name(bias))):
            weights, source = (second, first) if in_rows else (first, second)
            return source, ("linear", line.name, weights, bias)
        case Apply(op, (Name(source),)) if OPERATIONS[op].kind in (Kind.ELEMENTWISE, Kind.COLUMNS):
            return source, ("call", line.name, op)
    return "", ()
