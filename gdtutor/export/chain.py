"""A graph as a chain of layers: `Z = W @ A + b` and activations of it, then one line of cost."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Name, names_in
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


def chain_of(graph: Graph) -> Chain:
    """Return the layers of a graph.

    Raises:
        GdTutorError: A line is neither a layer nor the cost behind the last one.
    """
    roles = {leaf.name: leaf.role for leaf in graph.leaves}
    layers: list[Layer] = []
    inputs = before = ""
    for line in graph.lines[:-1]:
        match line.expr:
            case Apply("add", (Apply("matmul", (Name(w), Name(a))), Name(b))) if roles.get(
                w
            ) is roles.get(b) is Role.PARAMETER and (
                a == before if layers else roles.get(a) is Role.INPUT
            ):
                inputs = inputs or a
                layers.append(Layer(w, b, ""))
            case Apply(op, (Name(z),), None) if (
                layers and z == before and not layers[-1].activation and _is_activation(op)
            ):
                last = layers.pop()
                layers.append(Layer(last.weights, last.bias, op))
            case Name(z) | Apply("identity", (Name(z),)) if layers and z == before:
                pass
            case _:
                raise _no_chain(line.name)
        before = line.name
    root = graph.lines[-1]
    known = {BATCH_SIZE, before, *(n for n, role in roles.items() if role is Role.TARGET)}
    if not layers or not {name.name for name in names_in(root.expr)} <= known:
        raise _no_chain(root.name)
    return Chain(inputs, tuple(layers), before)


def _is_activation(op: str) -> bool:
    row = OPERATIONS[op]
    return row.operands == 1 and row.kind in (Kind.ELEMENTWISE, Kind.COLUMNS)


def _no_chain(name: str) -> GdTutorError:
    return GdTutorError(
        f"line {name} is no layer: Z = W @ A + b, an activation of it, or the cost at the end",
        "leave out --classes: every lesson can be written as a script",
    )
