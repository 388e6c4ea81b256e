"""A graph as a chain of layers: `Z = W @ A + b` and activations of it, then one line of cost."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Name, names_in
from gdtutor.engine.graph import Graph, Line, Role
from gdtutor.engine.layers import link_of
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import OPERATIONS
from gdtutor.values import Struct, replace


class Layer(Struct, frozen=True):
    """One layer of a network: the names of its parameters, and its activation."""

    weights: str
    bias: str
    activation: str
    """A name of the table of operations; empty where the sums themselves go on."""


class Chain(Struct, frozen=True):
    """A graph that is a chain of layers and a cost."""

    inputs: str
    layers: tuple[Layer, ...]
    prediction: str
    in_rows: bool
    """Whether an example is a row, so that a layer is `A @ W + b`."""


def chain_of(graph: Graph) -> Chain:
    """Return the layers of a graph.

    Raises:
        GdTutorError: A line is neither a layer nor the cost behind the last one.
    """
    roles = {leaf.name: leaf.role for leaf in graph.leaves}
    in_rows = graph.in_rows
    layers: list[Layer] = []
    inputs = before = ""
    for line in graph.lines[:-1]:
        source, link = link_of(line, in_rows=in_rows)
        follows = source == before if layers else roles.get(source) is Role.INPUT
        match link:
            case ("linear", _, w, b) if follows and roles.get(w) is roles.get(b) is Role.PARAMETER:
                inputs = inputs or source
                layers.append(Layer(w, b, ""))
            case ("call", _, op) if (
                layers and follows and not layers[-1].activation and _is_along(line, op, in_rows)
            ):
                layers[-1] = replace(layers[-1], activation=op)
            case ("call", _, "identity") if layers and follows:
                pass
            case () if layers and line.expr == Name(before):
                pass
            case _:
                raise _no_chain(line.name, in_rows)
        before = line.name
    root = graph.lines[-1]
    known = {BATCH_SIZE, before, *(n for n, role in roles.items() if role is Role.TARGET)}
    if not layers or not {name.name for name in names_in(root.expr)} <= known:
        raise _no_chain(root.name, in_rows)
    return Chain(inputs, tuple(layers), before, in_rows)


def _is_along(line: Line, op: str, in_rows: bool) -> bool:
    """Say whether an operation takes every example by itself."""
    axis = line.expr.attribute if isinstance(line.expr, Apply) else None
    return OPERATIONS[op].axis_of(axis) in (None, int(in_rows))


def _no_chain(name: str, in_rows: bool) -> GdTutorError:
    layer = "A @ W + b" if in_rows else "W @ A + b"
    cases = f"Z = {layer}, an activation of it, or the cost at the end"
    return GdTutorError(f"line {name} is no layer: {cases}")
