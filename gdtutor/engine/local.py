"""The local gradient of an edge, composed from the rows of the operations along its path.

A line is a tree, so each occurrence of a name has one path to the line's result, and its local
gradient is the product of the rows' local gradients along it (chain rule). Where the path crosses
a matrix product or another operation that is not elementwise there is no such product, but a rule
that turns the upstream gradient into the contribution.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Name, Number, Range, names_in, substitute
from gdtutor.engine.graph import Edge, Graph, Node
from gdtutor.engine.operations import OPERANDS, OPERATIONS, Kind, local_formula, vjp_formula
from gdtutor.engine.shapes import Shape, Shapes, expression_shape
from gdtutor.engine.simplify import product, simplify
from gdtutor.values import Struct

UPSTREAM = "∂"
"""The name of the upstream gradient inside a rule; no lesson can use it."""

BATCH_SIZE = "m"
"""The name of the number of examples in the batch."""


class EdgeRule(Struct, frozen=True):
    """How a gradient crosses one edge."""

    local: Expr | None
    """The local gradient as a formula; None where only a rule exists."""
    rule: Expr
    """The contribution as a formula over the upstream gradient `UPSTREAM`."""
    sums: bool
    """True where the contribution is summed because the source was broadcast."""


def edge_rule(
    graph: Graph, edge: Edge, shapes: Shapes, *, expand: bool = True, counts: bool = True
) -> EdgeRule:
    """Compose the rule of one edge.

    Args:
        graph: The graph.
        edge: One occurrence of a name.
        shapes: The shape of every leaf and node.
        expand: Whether inner nodes are written out (a folded line) or named (an unfolded one).
        counts: Whether counts of cells are replaced by their numbers.
    """
    return _Composer(graph, shapes, expand, counts).compose(edge)


class _Composer:
    def __init__(self, graph: Graph, shapes: Shapes, expand: bool, counts: bool) -> None:
        self._graph = graph
        self._shapes = shapes
        self._expand = expand
        self._counts = counts
        self._known: dict[int, Expr] = {}

    def compose(self, edge: Edge) -> EdgeRule:
        rule: Expr = Name(UPSTREAM)
        factors: list[Expr] = []
        local: list[Expr] | None = []
        sums = False
        for index, position in edge.path:
            node = self._graph.nodes[index]
            operation = OPERATIONS[node.op]
            if not operation.local:
                rule = self._through_vjp(product(rule, *factors), edge, node, position)
                factors, local = [], None
                continue
            step = self._local(node, position)
            factors.append(step)
            is_reduction = operation.kind is not Kind.ELEMENTWISE
            is_widened = self._operand_shape(node.args[position]) != self._shapes[node.name]
            if is_widened and not is_reduction:
                sums = True
                rule = self._summed(product(rule, *factors), edge, node, position)
                factors = []
            if local is not None:
                is_lost = (is_widened or is_reduction) and not self._graph.by_rows
                local = None if is_lost else [*local, step]
        composed = None if local is None else product(*local)
        return EdgeRule(composed, product(rule, *factors) if factors else rule, sums)

    def _local(self, node: Node, position: int) -> Expr:
        """Return the local gradient of an operation for one of its operands."""
        operation = OPERATIONS[node.op]
        slope = local_formula(operation, position, node.attribute)
        names = {arg.name for arg in node.args if isinstance(arg, Name)}
        is_plain = not self._expand and operation.kind is Kind.ELEMENTWISE
        if is_plain and len(names) == len(node.args):
            # With other names it is the same formula.
            return substitute(_simplified(slope), _operands(node))
        return simplify(self._counted(self._over(node, slope)))

    def _through_vjp(self, rule: Expr, edge: Edge, node: Node, position: int) -> Expr:
        if _is_zero(rule):
            return rule
        operation = OPERATIONS[node.op]
        ranks = tuple(len(self._operand_shape(arg)) for arg in node.args)
        upstream = self._as_wide_as(node, rule, edge)
        formula = vjp_formula(operation, position, ranks, node.attribute)
        return self._cut(simplify(self._over(node, formula, upstream)), node, position)

    def _cut(self, expr: Expr, node: Node, position: int) -> Expr:
        """Write a part of joined arrays as the cells that are picked."""
        if not self._counts or not isinstance(expr, Apply) or expr.op not in ("first", "last"):
            return expr
        axis = expr.attribute if isinstance(expr.attribute, int) else 0
        length = self._operand_shape(node.args[position])[axis]
        before = self._shapes[node.name][axis] - length
        part = Range(None, length) if expr.op == "first" else Range(before, None)
        return Apply("pick", (expr.args[0],), (*(Range(None, None),) * axis, part))

    def _summed(self, rule: Expr, edge: Edge, node: Node, position: int) -> Expr:
        """Sum over the axes along which the operand was broadcast."""
        if _is_zero(rule):
            return rule
        operand = self._written(node.args[position])
        return Apply("sum_to", (self._as_wide_as(node, rule, edge), operand))

    def _as_wide_as(self, node: Node, rule: Expr, edge: Edge) -> Expr:
        """Bring a rule to the node's shape where it has one value for several cells.

        Behind a reduction, or where constants were merged, a rule is narrower than the node.
        """
        of_target = substitute(rule, {UPSTREAM: Name(edge.target)})
        if expression_shape(of_target, self._shapes) == self._shapes[node.name]:
            return rule
        return Apply("spread", (rule, self._written(Name(node.name))))

    def _over(self, node: Node, formula: Expr, upstream: Expr | None = None) -> Expr:
        """Return a row's formula over what the node's own operands are."""
        operands = _operands(node)
        used = {name.name for name in names_in(formula)} & set(operands)
        values = {name: self._written(operands[name]) for name in used}
        return substitute(formula, values if upstream is None else values | {"g": upstream})

    def _written(self, arg: Name | Number) -> Expr:
        """Return an operand as the learner sees it: inner nodes of a folded line written out."""
        if isinstance(arg, Number) or not self._expand:
            return arg
        index = self._graph.node_by_name.get(arg.name)
        if index is None:
            return arg
        node = self._graph.nodes[index]
        if self._graph.lines[node.line].last == index:
            return arg
        if index not in self._known:
            args = tuple(self._written(a) for a in node.args)
            self._known[index] = Apply(node.op, args, node.attribute)
        return self._known[index]

    def _operand_shape(self, arg: Name | Number) -> Shape:
        return () if isinstance(arg, Number) else self._shapes[arg.name]

    def _counted(self, expr: Expr) -> Expr:
        """Replace counts of cells by the number, or by m where it is the number of examples."""
        if not isinstance(expr, Apply) or not self._counts:
            return expr
        if expr.op == "count":
            cells = int(np.prod(expression_shape(expr.args[0], self._shapes)))
            is_batch = self._graph.by_rows and cells > 1 and BATCH_SIZE in self._shapes
            return Name(BATCH_SIZE) if is_batch else Number(float(cells))
        return Apply(expr.op, tuple(self._counted(arg) for arg in expr.args), expr.attribute)


def _operands(node: Node) -> dict[str, Name | Number]:
    """Return what stands in a node's row for the names of its formulas."""
    return {**dict(zip(OPERANDS, node.args, strict=False)), "out": Name(node.name)}


_simplified = lru_cache(1024)(simplify)


def _is_zero(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 0
