"""A lesson's network as a chain of layers, for programs that are written as layer classes."""

from __future__ import annotations

from gdtutor.engine.expression import Apply, Expr, Name
from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.operations import OPERATIONS, Kind

Link = tuple[str, ...]
"""`("linear", Z, W, b)`, or `("call", A, operation)`."""


def chain_of(graph: Graph) -> tuple[Link, ...]:
    """Return the layers from the input to the prediction; empty where a graph is no such chain."""
    inputs = [leaf.name for leaf in graph.leaves if leaf.role is Role.INPUT]
    if len(inputs) != 1:
        return ()
    before, chain, in_rows = inputs[0], [], is_in_rows(graph)
    for line in graph.lines[:-1]:
        link = _link(line.name, line.expr, before, in_rows)
        if link is None:
            return ()
        chain.append(link)
        before = line.name
    return tuple(chain)


def ends_of(graph: Graph) -> tuple[str, str, str]:
    """Return the input, the target and the cost of a graph; empty where there are none."""
    by_role = dict.fromkeys((Role.INPUT, Role.TARGET), "")
    for leaf in graph.leaves:
        if leaf.role in by_role:
            by_role[leaf.role] = leaf.name
    return by_role[Role.INPUT], by_role[Role.TARGET], graph.root


def class_of(link: Link) -> str:
    """Return how the class of a layer is called in the blanks."""
    if link[0] == "linear":
        return "Linear"
    return {"relu": "ReLU", "leaky_relu": "LeakyReLU"}.get(
        link[2], link[2].title().replace("_", "")
    )


def is_in_rows(graph: Graph) -> bool:
    """Say whether an example is a row of the data."""
    return any(leaf.examples_first for leaf in graph.leaves)


def _link(name: str, expr: Expr, before: str, in_rows: bool) -> Link | None:
    match expr:
        case Apply("add", (Apply("matmul", (Name(first), Name(second))), Name(bias))):
            weight, source = (second, first) if in_rows else (first, second)
            return ("linear", name, weight, bias) if source == before else None
        case Apply(op, (Name(source),)):
            is_call = OPERATIONS[op].kind in (Kind.ELEMENTWISE, Kind.COLUMNS)
            return ("call", name, op) if source == before and is_call else None
    return None
