"""Program: a graph becomes straight-line operations of its cost and gradients for one batch size.

Forward nodes are lowered from their rows' definitions; gradients are accumulated in reverse from
the same rows' local gradients and vector-Jacobian rules, in the order in which the walk does it.
Of XOR's second layer:

    Yhat = sigmoid(Z2)           →   v15 = exp(Z2)
                                     v16 = add(1.0, v15)
                                     Yhat = recip(v16)
    g*out*(1 - out), g = ∂/∂Yhat →   v23 = add(Yhat, -1.0)
                                     v24 = mul(Yhat, v23)
                                     ∂/∂Z2 = mul(C.1, v24)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Name, Number
from gdtutor.engine.graph import Graph, Node, Role
from gdtutor.engine.operations import OPERANDS, OPERATIONS, Kind, local_formula, vjp_formula
from gdtutor.engine.shapes import infer_shapes
from gdtutor.training.errors import TrainingError
from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.packing import packed, turned
from gdtutor.training.plan.terms import ONE, Op, Term
from gdtutor.training.problem import Problem
from gdtutor.values import Struct, replace


class FlatProgram(Struct, frozen=True, eq=False):
    """The cost and the gradients of one batch as primitive operations, in order."""

    ops: tuple[Op, ...]
    notes: Mapping[int, str]
    """What a value is to the learner, by id, where there is something to say."""
    root: str
    """The line whose value is the cost."""
    cost: Term
    gradients: Mapping[str, Term]
    """Of every trained parameter, with the parameter's shape."""
    values: Mapping[str, Term]
    """Of every line."""
    packs: Mapping[str, str]
    """Weights and the bias that is folded into them."""
    signs: Mapping[str, float]
    """1, or −1 for a parameter that is kept with its sign turned."""

    @property
    def varying(self) -> set[int]:
        """The ids of values that depend on a parameter."""
        found: set[int] = set()
        for index, op in enumerate(self.ops):
            if op.kind == "parameter" or not found.isdisjoint(op.args):
                found.add(index)
        return found

    def folded_comments(self, *, knows_data: bool = False) -> str:
        """Return a comment line for each line that has no operation of its own, as `# yhat is z`.

        Args:
            knows_data: Whether the data stand in the plan as numbers, with what follows from them.
        """
        varying = self.varying
        told = []
        for name, term in self.values.items():
            op = self.ops[term.id]
            if op.is_literal or (knows_data and term.id not in varying):
                told.append(f"# {name} is a number, as nothing in it changes\n")
            elif op.code == "leaf" or self.notes.get(term.id) != name:
                other = self.notes.get(term.id) or op.name or op.code
                factor = "" if term.scale == 1 else f"{term.scale:g}·"
                told.append(f"# {name} is {factor}{other}\n")
        return "".join(told)


def lower(problem: Problem, batch: int, signs: Mapping[str, float] | None = None) -> FlatProgram:
    """Lower a problem's cost and gradients.

    Args:
        problem: What is trained.
        batch: Examples in the batch.
        signs: −1 for parameters that are kept with their sign turned; None where none is.

    Raises:
        TrainingError: The root is not one number, or depends on no trained parameter.
        ShapeError: Shapes do not fit.
    """
    return _Lowering(problem, batch, signs or {}).program()


def lower_turned(problem: Problem, batch: int) -> FlatProgram:
    """Lower a problem with its parameters turned where `turned` says that it saves negations."""
    first = lower(problem, batch)
    roots = (first.cost, *first.gradients.values())
    chosen = turned(first.ops, first.packs, (term.id for term in roots))
    return lower(problem, batch, chosen) if chosen else first


def lower_cost(problem: Problem, batch: int) -> FlatProgram:
    """Lower the mean cost of examples that are not trained on; it has no gradients.

    Formulas about one example are applied to rows of all of them.
    """
    rows = replace(problem, is_single=False)
    return _Lowering(rows, batch, {}, trains=False).program()


def for_runs(program: FlatProgram, runs: int) -> FlatProgram:
    """Return the program as so many runs at once compute it, with the run as first axis.

    For one run a sum of products is one call; for several it would multiply once more:

        mul(x2, C.1), vdot(x2, C.1)   →   mul(x2, C.1), sum(mul(x2, C.1))
    """
    if not runs:
        return program
    ops = program.ops
    products = {op.args: index for index, op in enumerate(ops) if op.code == "mul"}
    changed = (
        replace(op, code="sum", args=(products[op.args],)) if op.code == "vdot" else op
        for op in ops
    )
    # Only data, which all runs share, gets a row of ones: in a stack that row would lie between
    # the runs, and elementwise operations would have to step over it.
    products_of = [op for op in ops if op.code == "affine"]
    inner = {ops[op.args[0]].name for op in products_of if ops[op.args[2]].code != "leaf"}
    packs = {weights: bias for weights, bias in program.packs.items() if weights not in inner}
    return replace(program, ops=tuple(changed), packs=packs)


class _Lowering:
    def __init__(
        self, problem: Problem, batch: int, signs: Mapping[str, float], *, trains: bool = True
    ) -> None:
        self._problem, self._batch, self._trains = problem, batch, trains
        self._graph: Graph = problem.graph
        try:
            self._shapes = infer_shapes(self._graph, problem.leaf_shapes(batch))
        except ShapeError as error:
            what = f"'{error.line}' does not fit a batch of {batch}: {error.what}"
            raise ShapeError(what, error.hint, line=error.line, column=error.column) from None
        self._builder = Builder()
        self._signs = {name: signs.get(name, 1.0) for name in problem.parameters}
        self._values: dict[str, Term] = {}

    def program(self) -> FlatProgram:
        self._leaves()
        for node in self._graph.nodes:
            args = tuple(self._operand(arg) for arg in node.args)
            term = self._builder.apply(node.op, args, node.attribute)
            self._values[node.name] = self._builder.spread(term, self._shapes[node.name])
            self._builder.notes.setdefault(self._values[node.name].id, node.name)
        builder = self._builder
        # Local gradients are simplified like those that the walk shows.
        builder.folds = True
        gradients = self._gradients() if self._trains else {}
        cost = self._values[self._graph.root]
        if builder.shape(cost) != () and not self._trains:
            cost = builder.apply("mean", (cost,))
        cost = builder.owned(cost)
        ops, packs = packed(builder.ops, self._problem.trained)
        values = {line.name: self._values[line.name] for line in self._graph.lines}
        notes, root = dict(builder.notes), self._graph.root
        return FlatProgram(ops, notes, root, cost, gradients, values, packs, self._signs)

    def _leaves(self) -> None:
        for leaf in self._graph.leaves:
            name = leaf.name
            if name in self._problem.parameters:
                term = self._builder.leaf("parameter", name, self._shapes[name])
                self._values[name] = Term(self._signs[name], term.id)
            elif name in self._problem.constants:
                value = self._problem.constants[name]
                # A constant of 0 is no number of the formula: the walk multiplies by it.
                if np.shape(value) == () and value != 0:
                    self._values[name] = Term(float(value), ONE)
                else:
                    self._values[name] = self._builder.leaf("constant", name, np.shape(value))
            elif leaf.role in (Role.INPUT, Role.TARGET):
                self._values[name] = self._builder.leaf("data", name, self._shapes[name])
            else:
                self._values[name] = Term(float(self._batch), ONE)

    def _operand(self, arg: Name | Number) -> Term:
        return Term(arg.value, ONE) if isinstance(arg, Number) else self._values[arg.name]

    def _gradients(self) -> dict[str, Term]:
        root = self._graph.root
        if self._shapes[root] not in ((), (1,), (1, 1)):
            what = f"the root {root} is not one number, so there is nothing to descend"
            raise TrainingError(what, "let the last line be the loss or the cost")
        trained = self._problem.trained
        depends = set(trained)
        for node in self._graph.nodes:
            if not depends.isdisjoint(node.names):
                depends.add(node.name)
        one = self._builder.spread(Term(1.0, ONE), self._shapes[root])
        found: dict[str, Term] = {root: one}
        for node in reversed(self._graph.nodes):
            upstream = found.get(node.name)
            if upstream is None or node.name not in depends:
                continue
            for position, arg in enumerate(node.args):
                if isinstance(arg, Name) and arg.name in depends:
                    self._deliver(node, position, arg.name, upstream, found)
        zeros = {n: self._builder.spread(Term(0.0, ONE), self._shapes[n]) for n in trained}
        return {name: found.get(name, zeros[name]) for name in trained}

    def _deliver(
        self, node: Node, position: int, source: str, upstream: Term, found: dict[str, Term]
    ) -> None:
        builder = self._builder
        contribution = self._contribution(node, position, upstream)
        share = builder.spread(contribution, self._shapes[source])
        if builder.is_zero(share):
            share = self._zero_share(node, source, found)
        total = builder.add(found[source], share) if source in found else share
        found[source] = total
        builder.notes.setdefault(total.id, f"∂/∂{source}")

    def _zero_share(self, node: Node, source: str, found: Mapping[str, Term]) -> Term:
        """Return what a local gradient of 0 delivers: the walk multiplies the gradient of the line
        by it, unless there is but a rule, which is a plain 0."""
        builder, graph, shape = self._builder, self._graph, self._shapes[source]
        line = graph.lines[node.line].name
        is_inner = source in graph.node_by_name and source not in graph.line_by_name
        is_product = graph.by_rows or self._shapes[line] == shape
        if is_inner or not is_product or builder.is_zero(found[line]):
            return builder.spread(Term(0.0, ONE), shape)
        product = builder.times_zero(found[line])
        return builder.spread(builder.sum_to(product, shape), shape)

    def _contribution(self, node: Node, position: int, upstream: Term) -> Term:
        builder, row = self._builder, OPERATIONS[node.op]
        operands = [self._operand(arg) for arg in node.args]
        shapes = [builder.shape(operand) for operand in operands]
        values = dict(zip(OPERANDS, operands, strict=False))
        values |= {"out": self._values[node.name], "g": upstream}
        if not row.local:
            formula = vjp_formula(row, position, tuple(map(len, shapes)), node.attribute)
            return builder.evaluate(formula, values)
        local = builder.evaluate(local_formula(row, position, node.attribute), values)
        product = builder.mul(upstream, local)
        is_by_cell = row.kind is Kind.ELEMENTWISE
        return builder.sum_to(product, shapes[position]) if is_by_cell else product
