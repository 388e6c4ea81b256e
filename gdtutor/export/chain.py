"""A graph as a chain of layers: `Z = W @ A + b` and activations of it, then one line of cost."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Attribute, Name, names_in
from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import OPERATIONS, Kind
from gdtutor.values import Struct


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
    in_rows = any(leaf.examples_first for leaf in graph.leaves)
    layers: list[Layer] = []
    inputs = before = ""
    for line in graph.lines[:-1]:
        match line.expr:
            case Apply("add", (Apply("matmul", (Name(first), Name(second))), Name(b))):
                w, a = (second, first) if in_rows else (first, second)
                follows = a == before if layers else roles.get(a) is Role.INPUT
                if not (follows and roles.get(w) is roles.get(b) is Role.PARAMETER):
                    raise _no_chain(line.name, in_rows)
                inputs = inputs or a
                layers.append(Layer(w, b, ""))
            case Apply(op, (Name(z),), axis) if (
                layers
                and z == before
                and not layers[-1].activation
                and _is_activation(op, axis, in_rows)
            ):
                last = layers.pop()
                layers.append(Layer(last.weights, last.bias, op))
            case Name(z) | Apply("identity", (Name(z),)) if layers and z == before:
                pass
            case _:
                raise _no_chain(line.name, in_rows)
        before = line.name
    root = graph.lines[-1]
    known = {BATCH_SIZE, before, *(n for n, role in roles.items() if role is Role.TARGET)}
    if not layers or not {name.name for name in names_in(root.expr)} <= known:
        raise _no_chain(root.name, in_rows)
    return Chain(inputs, tuple(layers), before, in_rows)


def _is_activation(op: str, axis: Attribute, in_rows: bool) -> bool:
    row = OPERATIONS[op]
    along = row.axis_of(axis) == int(in_rows)
    return row.operands == 1 and (
        row.kind is Kind.ELEMENTWISE or (row.kind is Kind.COLUMNS and along)
    )


def _no_chain(name: str, in_rows: bool) -> GdTutorError:
    layer = "A @ W + b" if in_rows else "W @ A + b"
    return GdTutorError(
        f"line {name} is no layer: Z = {layer}, an activation of it, or the cost at the end",
        "leave out --classes: every lesson can be written as a script",
    )
