"""How much work a graph is, counted from the shapes of every operation before any is computed."""

from __future__ import annotations

import math
from functools import lru_cache

from gdtutor.engine.expression import Attribute, Expr, Name, Number
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import (
    OPERANDS,
    OPERATIONS,
    Kind,
    definition,
    local_formula,
    vjp_formula,
)
from gdtutor.engine.shapes import Shape, Shapes, operation_shape
from gdtutor.values import Struct

SLOWNESS = 10
"""A function that is not rounded to the nearest number, as the exponential, takes about so many
times as long for a cell as an addition does."""


class Work(Struct, frozen=True):
    """Work of some operations; works add up."""

    calls: int = 0
    """Operations on whole arrays."""
    cells: int = 0
    """For each of them the cells of its largest array, in additions."""
    products: int = 0
    """Multiplications of cells in products of matrices: m·n·k for m×k by k×n."""

    def __add__(self, other: Work) -> Work:
        return Work(
            self.calls + other.calls, self.cells + other.cells, self.products + other.products
        )


_NOTHING = Work()


def forward_work(graph: Graph, given: Shapes) -> Work:
    """Return the work of one forward pass.

    Args:
        graph: The graph.
        given: The shape of every leaf.
    """
    return _graph_work(graph, given, frozenset())


def iteration_work(graph: Graph, given: Shapes) -> Work:
    """Return the work of one forward and backward pass, down to every parameter.

    Args:
        graph: The graph.
        given: The shape of every leaf.
    """
    return _graph_work(graph, given, frozenset(graph.parameters))


def _graph_work(graph: Graph, given: Shapes, wanted: frozenset[str]) -> Work:
    shapes, reached = dict(given), set(wanted)
    calls = cells = products = 0
    for node in graph.nodes:
        args = tuple(() if isinstance(a, Number) else shapes[a.name] for a in node.args)
        back = tuple(isinstance(a, Name) and a.name in reached for a in node.args)
        shapes[node.name], work = _operation(node.op, args, node.attribute, back)
        calls, cells = calls + work.calls, cells + work.cells
        products += work.products
        if any(back):
            reached.add(node.name)
    return Work(calls, cells, products)


@lru_cache(maxsize=4096)
def _operation(
    name: str, args: tuple[Shape, ...], attribute: Attribute, back: tuple[bool, ...]
) -> tuple[Shape, Work]:
    """Return the shape of an operation's result, and its work.

    Args:
        name: The operation.
        args: The shapes of its operands.
        attribute: What its call fixes.
        back: Which operands get a gradient.
    """
    op = OPERATIONS[name]
    shape, work = _applied(name, args, attribute)
    known = {**dict(zip(OPERANDS, args, strict=False)), "out": shape, "g": shape}
    for operand, gets in enumerate(back):
        if not gets:
            continue
        if op.local:
            work += _formula(local_formula(op, operand), known)[1]
            # The product with the upstream gradient, the sum over what was broadcast, and the sum
            # with what came along other ways.
            work += Work(3, 3 * max(math.prod(shape), math.prod(args[operand])))
        else:
            ranks = tuple(len(arg) for arg in args)
            work += _formula(vjp_formula(op, operand, ranks), known)[1]
            work += Work(1, math.prod(args[operand]))
    return shape, work


def _applied(name: str, args: tuple[Shape, ...], attribute: Attribute) -> tuple[Shape, Work]:
    """Return the shape and the work of one operation forward."""
    op = OPERATIONS[name]
    shape = operation_shape(op, args, attribute)
    body = definition(op)
    if body is not None:
        return shape, _formula(body, dict(zip(OPERANDS, args, strict=False)))[1]
    cells = max(math.prod(one) for one in (shape, *args))
    if op.kind is Kind.MATMUL:
        return shape, Work(1, cells, math.prod(shape) * args[0][-1])
    is_slow = op.kind is Kind.ELEMENTWISE and op.rounds > 1
    return shape, Work(1, cells * (SLOWNESS if is_slow else 1))


def _formula(expr: Expr, known: Shapes) -> tuple[Shape, Work]:
    """Return the shape and the work of a rule."""
    if isinstance(expr, Number):
        return (), _NOTHING
    if isinstance(expr, Name):
        return known[expr.name], _NOTHING
    parts = [_formula(arg, known) for arg in expr.args]
    shape, work = _applied(expr.op, tuple(part[0] for part in parts), expr.attribute)
    for _, below in parts:
        work += below
    return shape, work
