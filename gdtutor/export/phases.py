"""The phases of an iteration as lines of NumPy, each with the values that the walk shows there."""

from __future__ import annotations

import builtins
import keyword
from functools import partial

import numpy as np

from gdtutor.engine.expression import Apply, Expr
from gdtutor.engine.local import UPSTREAM, EdgeRule, edge_rule
from gdtutor.engine.numpy_text import NumpyWriter, helper_names
from gdtutor.engine.operations import OPERATIONS, Array, parse_rule
from gdtutor.engine.rounding import RoundingErrors
from gdtutor.engine.shapes import expression_shape
from gdtutor.engine.simplify import is_one
from gdtutor.engine.trace import Contribution, Trace
from gdtutor.export.differences import errors_after, errors_of, needs_inner_results, rounded_cells
from gdtutor.session.moment import Moment
from gdtutor.training.optimisers import OPTIMISERS, STATES
from gdtutor.training.problem import Binding
from gdtutor.values import Struct, field
from gdtutor.view import notation
from gdtutor.view.frame import UNICODE

_OWN = [
    "np", "sys", "math", "check", "settled", "ROUNDING", "train", "main", "order", "order_of",
    "drawn_epochs", "lru_cache", "SHOWN", "EXAMPLES", "sum_to", "place", "one_hot", "k",
    "phase", "epoch",
    "epochs", "turn", "batch", "total", "seen", "cost", "learning_rate", "t", "shrink", "step",
    "signal", "solve", "shrunk", "_sigmoid", "self",
]  # fmt: skip
"""Names that every script uses itself."""


class PythonNames:
    """Names of Python for the names of a lesson, no two alike and none that Python or NumPy has."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, ...], str] = {}
        self._taken = {*_OWN, *dir(builtins), *OPERATIONS}

    def of(self, *key: str) -> str:
        """Return the Python name for a key; the last word of the key is the wish.

        A name that is taken already, or that Python would not assign to, gets underscores.
        """
        if key not in self._given:
            name = key[-1].replace(".", "_")
            name = f"x{name}" if name.startswith("__") else name
            while name in self._taken or keyword.iskeyword(name):
                name += "_"
            self._taken.add(name)
            self._given[key] = name
        return self._given[key]

    def value(self, name: str) -> str:
        """Return what a leaf or node of a lesson is called."""
        return self.of("value", name)

    def gradient(self, name: str) -> str:
        """Return what the gradient of a leaf or node is called."""
        return self.of("gradient", f"d{name}")


class CodeLine(Struct, frozen=True, eq=False):
    """One assignment and what the walk shows for it."""

    target: str
    """The Python name that it assigns."""
    source: str
    """The right side."""
    note: str
    """Which node it computes, for the comment beside it."""
    value: Array
    bound: Array | None = None
    """How large its rounding error may be; None where it is not known to be larger than usual."""


class Code(Struct):
    """Everything that the lines of one lesson share."""

    names: PythonNames = field(default_factory=PythonNames)
    helpers: dict[str, None] = field(default_factory=dict)
    """Operations that NumPy lacks, in the order in which they are needed."""
    bindings: tuple[Binding, ...] = ()
    """How examples give the data leaves of all graphs."""
    batches_differ: bool = False
    """Whether the last batch of an epoch is shorter: counts of cells are then no fixed numbers."""
    passed_on: dict[tuple[str, str, int], bool] = field(default_factory=dict)
    """Whether a consumer passes its gradient on unchanged, by consumer, node and occurrence."""
    apart: dict[str, bool] = field(default_factory=dict)
    """Whether a line is written one operation after the other, since gradients are computed from
    its inner results, by its name."""
    settled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What an update gives of a parameter that rounding of the gradient alone moves far."""
    errors: dict[str, Array] = field(default_factory=dict)
    """How far every parameter may be off where the iteration begins that is written."""
    known: tuple[Trace, RoundingErrors] | None = None
    """A trace and how far its values may be off: the last one that was asked for."""

    def _bounds(self, trace: Trace) -> RoundingErrors:
        if self.known is None or self.known[0] is not trace:
            self.known = trace, errors_of(trace, self.errors)
        return self.known[1]

    def text(self, expr: Expr, trace: Trace, upstream: str = "") -> str:
        """Return a formula of a trace as NumPy source; `upstream` names the gradient it is over."""
        self.helpers.update(dict.fromkeys(helper_names(expr)))
        shapes = dict(trace.shapes)
        if upstream:
            shapes[UPSTREAM] = np.shape(trace.gradients[upstream])

        def name(text: str) -> str:
            return self.names.gradient(upstream) if text == UPSTREAM else self.names.value(text)

        return NumpyWriter(name, shapes).write(expr)

    def forward(self, trace: Trace) -> list[CodeLine]:
        """Return the lines of a graph, with the inner results that gradients are computed from."""
        found = []
        bounds = self._bounds(trace).values
        for line in trace.graph.lines:
            if line.name not in self.apart:
                self.apart[line.name] = needs_inner_results(trace, line)
            nodes = trace.graph.nodes[line.first : line.last + 1]
            formulas = [(line.name, line.expr)]
            if self.apart[line.name]:
                formulas = [(n.name, Apply(n.op, n.args, n.attribute)) for n in nodes]
            for (name, formula), node in zip(formulas, nodes, strict=False):
                note = f"{shown(name)}: {node.op}" if len(nodes) == len(formulas) else shown(name)
                source, value = self.text(formula, trace), trace.values[name]
                found.append(CodeLine(self.names.value(name), source, note, value, bounds[name]))
        return found

    def _rule(self, trace: Trace, c: Contribution, counts: bool = True) -> EdgeRule:
        """Return by which formulas a contribution is computed."""
        is_apart = self.apart.get(c.consumer, False)
        if counts and not is_apart:
            return EdgeRule(c.local_formula, c.rule, c.sums)
        return edge_rule(trace.graph, c.edge, trace.shapes, expand=not is_apart, counts=counts)

    def backward(self, trace: Trace) -> list[CodeLine]:
        """Return the lines of the way back: local gradients, shares, and their sums."""
        found: list[CodeLine] = []
        rounding = self._bounds(trace)
        for node in trace.backward_order:
            received = trace.contributions[node]
            target, total = self.names.gradient(node), trace.gradients[node]
            called = notation.gradient_name(trace.graph.root, node, bool(total.ndim), UNICODE)
            if not received:
                source = "1.0" if total.ndim == 0 else f"np.ones({total.shape})"
                found.append(CodeLine(target, source, f"{called}: here the way back begins", total))
                continue
            shares = []
            bounds = zip(received, rounding.shares[node], rounding.locals[node], strict=True)
            for c, share_bound, local_bound in bounds:
                found += self._local(trace, c, node, local_bound)
                source = self._share(trace, c, node)
                if len(received) > 1:
                    name = self.names.of("share", c.consumer, _nth(f"d{node}_from_{c.consumer}", c))
                    note = f"{called}, the share from {shown(c.consumer)}"
                    found.append(CodeLine(name, source, note, c.value, share_bound))
                    source = name
                shares.append(source)
            note = called if len(shares) == 1 else f"{called}: the shares add up"
            bound = rounding.gradients[node]
            found.append(CodeLine(target, " + ".join(shares), note, total, bound))
        return found

    def _local(
        self, trace: Trace, c: Contribution, node: str, bound: Array | None
    ) -> list[CodeLine]:
        local = self._rule(trace, c).local
        if local is None or c.local is None or self._is_passed_on(local, c, node):
            return []
        self.helpers.update(dict.fromkeys(helper_names(local)))
        source = NumpyWriter(self.names.value).write(local)
        by = f"∂{shown(c.consumer)}/∂{shown(node)}"
        note = f"local gradient {by}"
        return [CodeLine(self._local_name(c, node), source, note, c.local, bound)]

    def _is_passed_on(self, local: Expr, c: Contribution, node: str) -> bool:
        """Say whether a local gradient is 1, as it is in the first iteration written.

        In a last batch of one example 1/m is 1 as well, and the same line holds for it.
        """
        key = (c.consumer, node, c.occurrence)
        return self.passed_on.setdefault(key, is_one(local))

    def _local_name(self, c: Contribution, node: str) -> str:
        return self.names.of("local", c.consumer, node, _nth(f"d{c.consumer}_d{node}", c))

    def _share(self, trace: Trace, c: Contribution, node: str) -> str:
        """Return a contribution, brought to the node's own shape."""
        shape = trace.shapes[node]
        local = self._rule(trace, c).local
        if local is None or c.local is None:
            rule = self._rule(trace, c, counts=not self.batches_differ).rule
            text = self.text(rule, trace, c.consumer)
            arrays = {**trace.shapes, UPSTREAM: np.shape(c.upstream)}
            if expression_shape(rule, arrays) != shape:
                text = f"np.broadcast_to({text}, np.shape({self.names.value(node)}))"
            return text
        upstream = self.names.gradient(c.consumer)
        text, wide = upstream, np.shape(c.upstream)
        if not self._is_passed_on(local, c, node):
            text = f"{upstream} * {self._local_name(c, node)}"
        if len(wide) < len(shape):
            return f"np.broadcast_to({text}, np.shape({self.names.value(node)}))"
        if wide != shape:
            # In a lesson about one example a row over the batch goes back to one number.
            return f"np.sum({text})"
        return text

    def update(self, moment: Moment) -> list[CodeLine]:
        """Return the optimiser's lines for every trained parameter."""
        if moment.settings is None:
            return []
        row = OPTIMISERS[moment.settings.optimizer]
        found: list[CodeLine] = []
        bounds = self._bounds(moment.trace).gradients
        for parameter, cells in rounded_cells(moment, bounds).items():
            targets = (self.variable(parameter, variable) for variable, _ in row.lines)
            self.settled[parameter] = tuple(targets)
            found.append(CodeLine(rounded_name(parameter), "", "", cells))
        for parameter in moment.problem.trained:
            if parameter not in moment.trace.gradients:
                zero = np.zeros(np.shape(moment.state.parameters[parameter]))
                source = f"np.zeros_like({self.names.value(parameter)})"
                note = f"{shown(moment.root)} does not depend on {shown(parameter)}"
                found.append(CodeLine(self.names.gradient(parameter), source, note, zero))
            for variable, text, value in moment.updates[parameter].lines:
                source = NumpyWriter(partial(self.variable, parameter)).write(parse_rule(text))
                what = shown(parameter)
                note = f"{what}: {row.title}" if variable == "p" else f"{what}: its {variable}"
                found.append(CodeLine(self.variable(parameter, variable), source, note, value))
        self.errors = errors_after(moment, bounds, self.errors)
        return found

    def variable(self, parameter: str, name: str) -> str:
        """Return what a name of an optimiser's line is called for one parameter."""
        if name == "p":
            return self.names.value(parameter)
        if name == "g":
            return self.names.gradient(parameter)
        if name in STATES:
            return self.names.of("state", f"{parameter}_{name}")
        if name in ("learning_rate", "t", "shrink"):
            return name
        return self.names.of("constant", name)


def rounded_name(parameter: str) -> str:
    """Return under which name the table of what the walk shows has a parameter's rounded cells."""
    return f"rounded {parameter}"


def _nth(name: str, c: Contribution) -> str:
    return name if c.occurrence == 0 else f"{name}_{c.occurrence + 1}"


def shown(name: str) -> str:
    """Return a name as the screens show it."""
    return notation.name(name, UNICODE)
