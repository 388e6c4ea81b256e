"""What a step is computed from, its formula and the operands that it names, and how the result
comes about as a function of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from gdtutor.engine.expression import Apply, Expr, names_in
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import Array, Arrays, evaluate, parse_rule, sum_to
from gdtutor.engine.places import places_of
from gdtutor.engine.trace import Contribution, Trace
from gdtutor.session.answers import Interval, honest
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.matrix_digits import read_back_all
from gdtutor.session.moment import Moment, over
from gdtutor.session.rounded import of_rounding, rounded_cells
from gdtutor.session.steps import Phase, Step
from gdtutor.training.optimisers import OPTIMISERS, WEIGHT_DECAY, root_of
from gdtutor.training.updates import zero_state
from gdtutor.training.walked import Iteration
from gdtutor.values import Found, Struct, replace


def node_expr(trace: Trace, name: str) -> Expr:
    """Return the formula of a visible node: its line's, or its own operation."""
    graph = trace.graph
    node = places_of(trace).visible[name]
    line, inner = graph.lines[node.line], graph.nodes[node.last]
    if node.folded or line.first == line.last:
        return line.expr
    return Apply(inner.op, inner.args, inner.attribute)


def update_operands(moment: Moment, name: str, variable: str) -> dict[str, Array]:
    """Return what an optimiser's line is computed from, by the names in its formula."""
    values: dict[str, Array] = {
        "p": moment.state.parameters[name],
        "g": moment.updates[name].gradient,
    }
    if moment.settings is not None:
        row = OPTIMISERS[moment.settings.optimizer]
        facts = moment.problem, moment.settings, moment.state, moment.batch
        constants = Iteration(*facts, moment.learning_rate).constants()
        values |= {key: np.asarray(value) for key, value in constants.items()}
        values |= zero_state(row, values["p"])
    values |= moment.state.optimizer.get(name, {})
    for line_name, _, value in moment.updates[name].lines:
        if line_name == variable:
            break
        values[line_name] = value
    return values


def named_operands(moment: Moment, step: Step) -> tuple[tuple[Phase, str, str], ...]:
    """Return what a step with a node is computed from, in the order of its formula: values,
    gradients by whose they are, and an update's own variables.
    """
    trace, back, forward = moment.traces[step.scene], Phase.BACKWARD, Phase.FORWARD
    found: list[tuple[Phase, str, str]] = []
    match step.phase:
        case Phase.FORWARD:
            found = [(forward, n.name, "") for n in names_in(node_expr(trace, step.node))]
        case Phase.BACKWARD:
            for c in trace.contributions[step.node]:
                names = [name.name for name in names_in(c.rule)]
                found += [
                    (back, c.consumer, "") if n == UPSTREAM else (forward, n, "") for n in names
                ]
        case Phase.UPDATE:
            formulas, own = moment.updates[step.node].formulas, {"p": forward, "g": back}
            done = list(formulas)[: list(formulas).index(step.variable)]
            for name in names_in(parse_rule(formulas[step.variable])):
                if name.name in own:
                    found.append((own[name.name], step.node, ""))
                elif name.name in done:
                    found.append((Phase.UPDATE, step.node, name.name))
    return tuple(dict.fromkeys(found))


Reader = Callable[[Array], Array]
"""What a learner reads in place of an array."""


class Operands(Struct, frozen=True, eq=False):
    """What a step is computed from."""

    values: Arrays
    """By the names in its formula."""
    upstreams: tuple[Array, ...] = ()
    """Going back, the gradient of each consumer, in order of arrival."""

    def read(self, reader: Reader) -> Operands:
        """Return them as a learner reads them: of all values those that are asked for, since a step
        names few of them, and their cells may be many.
        """
        read = tuple(reader(value) for value in self.upstreams)
        return Operands(Found(self.values, lambda name: reader(self.values[name])), read)

    def with_values(self, values: Arrays) -> Operands:
        """Return them with some values replaced."""
        return replace(self, values=over(self.values, values))

    def with_upstream(self, index: int, upstream: Array) -> Operands:
        """Return them with one upstream gradient replaced."""
        upstreams = (*self.upstreams[:index], upstream, *self.upstreams[index + 1 :])
        return replace(self, upstreams=upstreams)


class Working(Struct, frozen=True, eq=False):
    """A step's result: what it is, and how it is computed."""

    moment: Moment
    step: Step
    result: Array
    operands: Operands

    @property
    def trace(self) -> Trace:
        """The trace of the step's graph."""
        return self.moment.traces[self.step.scene]

    @property
    def received(self) -> tuple[Contribution, ...]:
        """Going back, what the uses of the node send; else none."""
        if self.step.phase is not Phase.BACKWARD:
            return ()
        return self.trace.contributions[self.step.node]

    def compute(self, operands: Operands) -> Array:
        """Return the result that these operands give."""
        node = self.step.node
        with np.errstate(all="ignore"):
            match self.step.phase:
                case Phase.FORWARD:
                    return np.asarray(evaluate(node_expr(self.trace, node), operands.values))
                case Phase.BACKWARD:
                    parts = [self.contribution(i, operands) for i in range(len(self.received))]
                    return np.asarray(sum(parts)) if parts else np.ones(self.result.shape)
                case Phase.UPDATE if not self._is_solved:
                    rule = parse_rule(self.moment.updates[node].formulas[self.step.variable])
                    return np.asarray(evaluate(rule, operands.values))
        return self.result

    @property
    def _is_solved(self) -> bool:
        """Whether an update solves an equation, so that no formula gives its result."""
        return bool(root_of(self.moment.settings))

    def contribution(self, index: int, operands: Operands) -> Array:
        """Return what one use of the node sends back."""
        rule = self.received[index].rule
        values = operands.with_values({UPSTREAM: operands.upstreams[index]}).values
        with np.errstate(all="ignore"):
            return np.broadcast_to(evaluate(rule, values), self.result.shape)

    def sign(self, cell: tuple[int, ...]) -> int:
        """Return 1, −1 or 0 for a cell; 0 also for a gradient that is 0 but for its rounding."""
        if self._is_rounded(cell):
            return 0
        value = float(self.result[cell])
        return (value > 0) - (value < 0)

    def _is_rounded(self, cell: tuple[int, ...]) -> bool:
        if self.received:
            return bool(rounded_cells(self.trace, self.step.node)[cell])
        is_forward = self.step.phase is Phase.FORWARD
        return is_forward and bool(of_rounding(self.trace, self.result, is_late=False)[cell])

    def interval(self, cell: tuple[int, ...], digits: int) -> Interval:
        """Return which numbers are accepted for a cell.

        Operands are exact, or read; going back also with the local gradient, or each contribution,
        rounded before the next operation.
        """
        reading = self.compute(as_read(self, digits))
        found = [float(self.result[cell]), float(reading[cell])]
        if self.received:
            found.append(float(self._rounded_on_the_way(digits)[cell]))
        if self._is_rounded(cell):
            found.append(0.0)
        return honest(found, digits)

    def _rounded_on_the_way(self, digits: int) -> Array:
        reader, total = partial(read_back_all, digits=digits), np.zeros(self.result.shape)
        with np.errstate(all="ignore"):
            for c in self.received:
                part = c.value
                if c.local is not None:
                    product = reader(c.upstream) * reader(c.local)
                    part = sum_to(product, self.result)
                total = total + reader(np.broadcast_to(part, self.result.shape))
        return total


@lru_cache(maxsize=2)
def as_read(working: Working, digits: int) -> Operands:
    """Return what a step is computed from as a learner reads it, once for all its slips: ≈0 as 0,
    where an update takes it.
    """
    reader = partial(read_back_all, digits=digits)
    if working.step.phase is not Phase.UPDATE or digits > DEFAULT_DIGITS:
        return working.operands.read(reader)
    is_none = partial(of_rounding, working.trace, is_late=True)
    return working.operands.read(lambda value: np.where(is_none(value), 0.0, reader(value)))


def working_of(moment: Moment, step: Step) -> Working:
    """Return how the result of a step comes about; only for a step with a node."""
    trace = moment.traces[step.scene]
    match step.phase:
        case Phase.BACKWARD:
            received = trace.contributions[step.node]
            operands = Operands(trace.values, tuple(c.upstream for c in received))
            return Working(moment, step, trace.gradients[step.node], operands)
        case Phase.UPDATE:
            result = moment.updates[step.node].values[step.variable]
            values = update_operands(moment, step.node, step.variable)
            return Working(moment, step, result, Operands(values))
        case _:
            return Working(moment, step, trace.values[step.node], Operands(trace.values))


def undecayed(working: Working, operands: Operands) -> Array:
    """Return what an update would give where no line of it had the weight decay."""
    moment, node = working.moment, working.step.node
    lines = moment.updates[node].formulas
    own = {name: operands.values[name] for name in ("p", "g")}
    values = {**update_operands(moment, node, next(iter(lines))), **own}
    values[WEIGHT_DECAY] = np.asarray(0.0)
    for variable, formula in lines.items():
        values[variable] = np.asarray(evaluate(parse_rule(formula), values))
    return values["p"]
