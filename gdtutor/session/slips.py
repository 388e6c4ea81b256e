"""Named slips: the wrong formulas that learners use, and which of them fit a wrong answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import EllipsisType

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Name, Number
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import OPERATIONS, Array, Kind, apply, evaluate
from gdtutor.engine.trace import Contribution
from gdtutor.session.operands import node_expr
from gdtutor.session.steps import Phase
from gdtutor.session.working import Operands, Working, slip_interval
from gdtutor.values import Struct

MOST_EXAMPLES = 16
"""Largest batch in which a forgotten example is looked for."""
MOST_FITTING = 3
"""Where more kinds of slips than this give one number, none is named."""

Cell = tuple[int, ...] | EllipsisType
"""A cell of a result; `...` for all of them, as in NumPy."""
Formula = Callable[[Operands], Array | float]
"""Returns what a wrong formula gives: for one cell a number, for all of them an array."""


class Slip(Enum):
    """What went wrong."""

    SIGN = "sign flipped"
    NO_UPSTREAM = "upstream factor missing"
    NO_LOCAL = "local factor missing"
    NO_SHARE = "constant factor forgotten"
    AT_OUTPUT = "derivative taken at the output"
    AT_INPUT = "input in place of the output"
    UPDATED = "updated weight used"
    ONE_PATH = "one path forgotten"
    ONE_EXAMPLE = "one example forgotten"
    TRANSPOSED = "transposed"
    ONE_TERM = "one term forgotten"
    NO_FUNCTION = "function left out"
    UPHILL = "step in the wrong direction"
    NO_RATE = "learning rate forgotten"
    STEP_ALONE = "the step instead of the new value"
    STALE = "value before the update"
    SHARE_TWICE = "constant factor twice"
    NO_SUM = "sum over the batch forgotten"
    OVERWRITTEN = "= in place of +="
    FIRST_EXAMPLE = "first example alone"
    MEAN = "mean in place of sum"
    ELEMENTWISE = "* in place of @"
    PART_OF_LOCAL = "part of the local factor missing"
    LOCAL_TWICE = "local factor twice"
    OTHER_DERIVATIVE = "derivative of another function"
    OTHER_FUNCTION = "another function"
    OTHER_VALUE = "another value in its place"
    STALE_CACHE = "stale cache"
    BROADCAST = "bias broadcast"
    LOST_AXIS = "keepdims forgotten"
    OTHER_AXIS = "sum over the wrong axis"
    OTHER_RATE = "another step size"
    NOT_RESET = "gradient not reset"
    PRECISION = "float32 or integers"
    IN_PLACE = "given array changed in place"
    NOT_FINITE = "NaN or infinity"
    TYPED = "number typed in"


class SlipMatch(Struct, frozen=True):
    """A slip that explains an answer."""

    slip: Slip
    about: str = ""
    """The node, parameter or number that it is about; empty where there is none to name."""
    second: Slip | None = None
    """Another one in the same line."""


def slips_that_fit(
    working: Working, cell: tuple[int, ...], answer: float, digits: int
) -> tuple[SlipMatch, ...]:
    """Return every slip that gives this answer, none where they cannot be told apart.

    A slip that the right value itself allows, or that gives 0, says nothing.
    """
    right = working.interval(cell, digits)
    fits: dict[SlipMatch, None] = {}
    for fit, formula in wrong_formulas(working, cell):
        wrong = slip_interval(formula, working.operands, digits)
        is_telling = math.isfinite(wrong.low) and not (wrong.low <= 0 <= wrong.high)
        if is_telling and wrong.holds(answer) and not wrong.overlaps(right):
            fits[fit] = None
    kinds = {fit.slip for fit in fits}
    return tuple(fits) if len(kinds) <= MOST_FITTING else ()


def wrong_formulas(working: Working, cell: Cell) -> Iterator[tuple[SlipMatch, Formula]]:
    """Yield the wrong formulas of a step, for one cell of its result."""
    yield SlipMatch(Slip.SIGN), lambda o: -_at(working.compute(o), cell)
    if not isinstance(cell, EllipsisType):
        yield from _transposed(working, cell)
    match working.step.phase:
        case Phase.FORWARD:
            yield from _forward(working, cell)
            yield from _updated(working, cell)
        case Phase.BACKWARD:
            yield from _backward(working, cell)
            yield from _updated(working, cell)
        case Phase.UPDATE:
            yield from _update(working, cell)


def _transposed(working: Working, cell: tuple[int, ...]) -> Iterator[tuple[SlipMatch, Formula]]:
    swapped = cell[::-1]
    shape = working.result.shape
    if len(cell) == 2 and swapped != cell and swapped[0] < shape[0] and swapped[1] < shape[1]:
        yield SlipMatch(Slip.TRANSPOSED), lambda o: _at(working.compute(o), swapped)


def _at(array: Array, cell: Cell) -> Array:
    return np.asarray(array[cell])


def _forward(working: Working, cell: Cell) -> Iterator[tuple[SlipMatch, Formula]]:
    trace = working.moment.traces[working.step.scene]
    expr = node_expr(trace, working.step.node)
    shape = working.result.shape

    def of(changed: Expr) -> Formula:
        return lambda o: _at(np.broadcast_to(evaluate(changed, o.values), shape), cell)

    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.NO_SHARE, about), _divided(working, cell, share)
    terms = terms_of(expr)
    if len(terms) > 1:
        for index in range(len(terms)):
            rest = [term for i, term in enumerate(terms) if i != index]
            if _fills(rest, working):
                yield SlipMatch(Slip.ONE_TERM), of(_sum(rest))
    is_function = isinstance(expr, Apply) and len(expr.args) == 1 and expr.op != "neg"
    if is_function and isinstance(expr, Apply) and OPERATIONS[expr.op].kind is Kind.ELEMENTWISE:
        yield SlipMatch(Slip.NO_FUNCTION, expr.op), of(expr.args[0])


def _divided(working: Working, cell: Cell, share: float) -> Formula:
    return lambda o: _at(working.compute(o), cell) / share


def _with(working: Working, cell: Cell, values: Mapping[str, Array]) -> Formula:
    return lambda o: _at(working.compute(o.with_values(values)), cell)


def _part_divided(working: Working, index: int, share: float) -> Callable[[Operands], Array]:
    return lambda o: working.contribution(index, o) / share


def terms_of(expr: Expr) -> list[tuple[bool, Expr]]:
    """Return the terms of a sum, each with whether it is subtracted."""
    if isinstance(expr, Apply) and expr.op in ("add", "sub"):
        left, right = expr.args
        turned = [(minus != (expr.op == "sub"), term) for minus, term in terms_of(right)]
        return [*terms_of(left), *turned]
    return [(False, expr)]


def _sum(terms: list[tuple[bool, Expr]]) -> Expr:
    total: Expr = Number(0.0)
    for minus, term in terms:
        total = Apply("sub" if minus else "add", (total, term))
    return total


def _fills(terms: list[tuple[bool, Expr]], working: Working) -> bool:
    """Say whether a sum of fewer terms still has a value for every cell."""
    with np.errstate(all="ignore"):
        value = evaluate(_sum(terms), working.operands.values)
    return np.broadcast_shapes(np.shape(value), working.result.shape) == working.result.shape


def factors_of(expr: Expr, working: Working) -> list[tuple[str, float]]:
    """Return the constant factors that a formula is multiplied by, such as 1/2 and 1/m."""
    found: list[tuple[str, float]] = []
    pending: list[tuple[Expr, bool]] = [(expr, True)]
    while pending:
        part, multiplies = pending.pop()
        value = _constant(part, working)
        if value is not None and value not in (0.0, 1.0) and part is not expr:
            about = part.name if isinstance(part, Name) else f"{value:g}"
            found.append((f"1/{about}" if not multiplies else about, _share(value, multiplies)))
        elif isinstance(part, Apply) and part.op in ("mul", "div"):
            over = multiplies if part.op == "mul" else not multiplies
            pending += [(part.args[0], multiplies), (part.args[1], over)]
        elif isinstance(part, Apply) and part.op == "neg":
            pending.append((part.args[0], multiplies))
        elif isinstance(part, Apply) and part.op == "mean" and multiplies:
            whole = evaluate(part.args[0], working.moment.traces[working.step.scene].values)
            count = np.size(whole) / max(np.size(evaluate(part, working.operands.values)), 1)
            found.append(("1/m", 1 / count))
    both = math.prod(share for _, share in found)
    if len(found) > 1:
        found.append((" and ".join(about for about, _ in found), both))
    return found


def _share(value: float, multiplies: bool) -> float:
    return value if multiplies else 1 / value


def _constant(expr: Expr, working: Working) -> float | None:
    """Return the value of a number, or of the batch size m."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Name) and expr.name == BATCH_SIZE:
        return float(working.moment.traces[working.step.scene].values[BATCH_SIZE])
    return None


def _updated(working: Working, cell: Cell) -> Iterator[tuple[SlipMatch, Formula]]:
    """Yield what the parameters after this iteration's update would give."""
    for name, done in working.moment.updates.items():
        is_used = working.step.scene == len(working.moment.traces) - 1
        before = working.moment.state.parameters[name]
        if is_used and not np.array_equal(before, done.p):
            yield SlipMatch(Slip.UPDATED, name), _with(working, cell, {name: done.p})


def _backward(working: Working, cell: Cell) -> Iterator[tuple[SlipMatch, Formula]]:
    received = working.received
    if not received:
        return
    ones = tuple(np.ones_like(c.upstream) for c in received)
    yield (
        SlipMatch(Slip.NO_UPSTREAM),
        lambda o: _at(working.compute(Operands(o.values, ones)), cell),
    )
    alone = [_upstream_alone(working, c) for c in received]
    if all(alone):
        yield (
            SlipMatch(Slip.NO_LOCAL),
            lambda o: sum(
                np.sum(up) if up.shape != working.result.shape else _at(up, cell)
                for up in o.upstreams
            ),
        )
    for index, c in enumerate(received):
        yield from _of_one_use(working, cell, index, c)


def _upstream_alone(working: Working, c: Contribution) -> bool:
    """Say whether the upstream gradient could be taken for the whole contribution."""
    return c.upstream.shape == working.result.shape or (c.sums and working.result.ndim == 0)


def _of_one_use(
    working: Working, cell: Cell, index: int, c: Contribution
) -> Iterator[tuple[SlipMatch, Formula]]:
    """Yield the slips that concern the contribution of one use alone."""

    def instead(changed: Callable[[Operands], Array]) -> Formula:
        def formula(o: Operands) -> Array:
            others = working.compute(o) - working.contribution(index, o)
            return _at(others + changed(o), cell)

        return formula

    if len(working.received) > 1:
        yield (
            SlipMatch(Slip.ONE_PATH, c.consumer),
            instead(lambda o: np.zeros(working.result.shape)),
        )
    trace = working.moment.traces[working.step.scene]
    expr = node_expr(trace, c.consumer)
    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.NO_SHARE, about), instead(_part_divided(working, index, share))
    node = working.step.node
    if isinstance(expr, Apply) and _is_call_of(expr, node):
        op = OPERATIONS[expr.op]

        def at_output(o: Operands) -> Array:
            out = o.values[c.consumer]
            moved = {node: out, c.consumer: apply(op, (out,), expr.attribute)}
            return working.contribution(index, o.with_values(moved))

        def at_input(o: Operands) -> Array:
            return working.contribution(index, o.with_values({c.consumer: o.values[node]}))

        if op.kind is Kind.ELEMENTWISE:
            yield SlipMatch(Slip.AT_OUTPUT, c.consumer), instead(at_output)
            yield SlipMatch(Slip.AT_INPUT, node), instead(at_input)
    axes = working.moment.traces[working.step.scene].axes[c.consumer]
    examples = c.upstream.shape[axes[0]] if len(axes) == 1 else 1
    if 1 < examples <= MOST_EXAMPLES and _lacks_examples(working):
        for k in range(examples):
            yield SlipMatch(Slip.ONE_EXAMPLE, str(k)), instead(_without(working, index, axes[0], k))


def _is_call_of(expr: Apply, node: str) -> bool:
    return len(expr.args) == 1 and isinstance(expr.args[0], Name) and expr.args[0].name == node


def _lacks_examples(working: Working) -> bool:
    """Say whether the result has no axis of examples, so that they were added up."""
    return working.step.node in working.moment.traces[working.step.scene].graph.parameters


def _without(working: Working, index: int, axis: int, example: int) -> Callable[[Operands], Array]:
    def changed(o: Operands) -> Array:
        upstream = np.array(o.upstreams[index])
        np.moveaxis(upstream, axis, 0)[example] = 0.0
        upstreams = (*o.upstreams[:index], upstream, *o.upstreams[index + 1 :])
        return working.contribution(index, Operands(o.values, upstreams))

    return changed


def _update(working: Working, cell: Cell) -> Iterator[tuple[SlipMatch, Formula]]:
    if working.step.variable != "p":
        return

    def new(o: Operands) -> Array:
        return _at(working.compute(o), cell)

    def old(o: Operands) -> Array:
        return _at(o.values["p"], cell)

    yield SlipMatch(Slip.UPHILL), lambda o: 2 * old(o) - new(o)
    yield SlipMatch(Slip.STEP_ALONE), lambda o: new(o) - old(o)
    yield SlipMatch(Slip.STEP_ALONE), lambda o: old(o) - new(o)
    yield SlipMatch(Slip.STALE), old
    if float(working.operands.values["learning_rate"]) != 1.0:
        one = {"learning_rate": np.asarray(1.0)}
        yield SlipMatch(Slip.NO_RATE), lambda o: new(o.with_values(one))
