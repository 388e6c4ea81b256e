"""Whether a graph is one linear or sigmoid neuron with squared loss, told from its formulas."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Name, Number, names_in, substitute
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import OPERANDS, OPERATIONS, body_of, evaluate
from gdtutor.engine.shapes import infer_shapes
from gdtutor.training.errors import TrainingError
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.values import Struct


class LinearNeuron(Struct, frozen=True):
    """A problem of the one kind that the implicit rule is for."""

    z: str
    """The line that is linear in the parameters."""
    target: str
    """The leaf with the value that is wanted."""
    is_sigmoid: bool


def neuron_of(problem: Problem, settings: Settings, train: int) -> LinearNeuron:
    """Return the neuron that the problem is.

    Raises:
        TrainingError: It is something else, or the batch holds several examples; with the reason.
    """
    found = _Formulas(problem).neuron()
    if found is None:
        raise TrainingError(
            "implicit gradient descent is for one linear or sigmoid neuron with squared loss: only "
            "there the update is a root in one dimension",
            "use another optimizer, as sgd",
        )
    if (settings.batch or train) != 1:
        what = "implicit gradient descent takes one example at a time"
        hint = "use a lesson with batch = 1 under [training], or another optimizer, as sgd"
        raise TrainingError(what, hint)
    return found


class _Formulas:
    """The lines of a graph, through whose names formulas are read."""

    def __init__(self, problem: Problem) -> None:
        graph = problem.graph
        self._graph = graph
        self._lines = {line.name: line.expr for line in graph.lines}
        self._depends = graph.depending_on(graph.parameters)
        self._numbers = {n: v for n, v in problem.constants.items() if np.shape(v) == ()}
        self._numbers.setdefault(BATCH_SIZE, np.array(1.0))
        self._linear = set(graph.parameters)
        """Parameters, and lines that are linear in them."""
        for line in graph.lines:
            if line.name in self._depends and self._is_linear(line.expr):
                self._linear.add(line.name)
        shapes = infer_shapes(graph, problem.leaf_shapes(1))
        self._single = {name for name, shape in shapes.items() if math.prod(shape) == 1}

    def neuron(self) -> LinearNeuron | None:
        """Return the neuron if L is (sigmoid(z) − y)²/2 or (z − y)²/2 of a line z, else None."""
        factor, square = self._factored(Name(self._graph.root))
        match square:
            case Apply(op="pow", args=(root, power)) if power == Number(2.0):
                pass
            case Apply(op="mul", args=(root, other)) if root == other:
                pass
            case _:
                return None
        error = self._read(root)
        if factor != 0.5 or not isinstance(error, Apply) or error.op != "sub":
            return None
        for out, target in (error.args, error.args[::-1]):
            if not isinstance(target, Name) or target.name not in self._graph.leaf_by_name:
                continue
            for found, is_sigmoid in ((out, False), (self._in_sigmoid(out), True)):
                z = self._origin(found)
                if isinstance(z, Name) and z.name in self._linear & self._single & {*self._lines}:
                    return LinearNeuron(z.name, target.name, is_sigmoid)
        return None

    def _read(self, expr: Expr) -> Expr:
        """Return what stands behind a name, or for a call its definition where it has one."""
        while (inner := self._behind(expr)) != expr:
            expr = inner
        if isinstance(expr, Apply) and OPERATIONS[expr.op].function is None:
            body = body_of(OPERATIONS[expr.op], expr.attribute)
            return substitute(body, dict(zip(OPERANDS, expr.args, strict=False)))
        return expr

    def _behind(self, expr: Expr) -> Expr:
        """Return the formula of a line's name, what stands in `identity`, or else what it is."""
        if isinstance(expr, Name):
            expr = self._lines.get(expr.name, expr)
        match expr:
            case Apply(op="identity", args=(inner,)):
                return inner
        return expr

    def _origin(self, expr: Expr) -> Expr:
        """Return the line that a name stands for, as z for yhat of `yhat = identity(z)`."""
        inner = self._behind(expr)
        while isinstance(inner, Name) and inner.name in self._lines and inner != expr:
            expr, inner = inner, self._behind(inner)
        return expr

    def _factored(self, expr: Expr) -> tuple[float, Expr]:
        """Return the number that a formula about one example is multiplied by, and the rest."""
        factor = 1.0
        while True:
            expr = self._read(expr)
            match expr:
                case Apply(op="sum" | "mean", args=(inner,)):
                    number = 1.0
                case Apply(op="mul", args=(left, right)) if self._is_number(left):
                    inner, number = right, self._number(left)
                case Apply(op="mul", args=(inner, right)) if self._is_number(right):
                    number = self._number(right)
                case Apply(op="div", args=(inner, right)) if self._is_number(right):
                    number = 1 / self._number(right)
                case _:
                    return factor, expr
            factor, expr = factor * number, inner

    def _is_number(self, expr: Expr) -> bool:
        return all(name.name in self._numbers for name in names_in(expr))

    def _number(self, expr: Expr) -> float:
        with np.errstate(all="ignore"):
            return float(evaluate(expr, self._numbers)) or math.nan

    def _in_sigmoid(self, expr: Expr) -> Expr:
        """Return z of 1/(1 + exp(−z)), and anything else as it is."""
        match self._read(expr):
            case Apply(op="div", args=(one, below)) if one == Number(1.0):
                match self._read(below):
                    case Apply(op="add", args=args) if Number(1.0) in args:
                        for arg in map(self._read, args):
                            match arg:
                                case Apply(op="exp", args=(Apply(op="neg", args=(z,)),)):
                                    return z
        return Number(math.nan)

    def _is_linear(self, expr: Expr) -> bool:
        """Say whether it is a sum of parameters and of products of a parameter with an input."""
        if all(name.name not in self._depends for name in names_in(expr)):
            return True
        match expr:
            case Name(name=name):
                return name in self._linear
            case Apply(op="add" | "sub" | "neg" | "identity" | "transpose" | "sum", args=args):
                return all(map(self._is_linear, args))
            case Apply(op="mul" | "matmul", args=args):
                varying = [a for a in args if any(n.name in self._depends for n in names_in(a))]
                return len(varying) == 1 and self._is_linear(varying[0])
        return False
