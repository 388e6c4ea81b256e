"""Slips of a cell: the wrong formulas that people and programs use, the table of all judging."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import EllipsisType
from typing import NamedTuple

import numpy as np

from gdtutor.engine.expression import Apply, Attribute, Expr, Name, names_in
from gdtutor.engine.operations import (
    OPERATIONS,
    Array,
    Kind,
    Operation,
    apply,
    evaluate,
    local_formula,
)
from gdtutor.engine.trace import Contribution
from gdtutor.session.formula_changes import sums_in, terms_of, total_of, with_part, without_term
from gdtutor.session.operands import node_expr
from gdtutor.session.slips import Slip, SlipMatch, biases_of, factors_of
from gdtutor.session.steps import Phase
from gdtutor.session.working import Operands, Working

MOST_EXAMPLES = 16
"""Largest batch in which a forgotten example is looked for."""
Cell = tuple[int, ...] | EllipsisType
"""A cell of a result; `...` for all of them, as in NumPy."""
Formula = Callable[[Operands], Array | float]
"""Returns what a wrong formula gives: for one cell a number, for all of them an array."""


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
    biases = biases_of(expr, working)
    for part, terms in sums_in(expr):
        for index, (_, left_out) in enumerate(terms):
            rest = total_of([term for i, term in enumerate(terms) if i != index])
            lacking = with_part(expr, part, rest)
            if left_out not in biases and _fills(lacking, working):
                yield SlipMatch(Slip.ONE_TERM), of(lacking)
    for bias in biases:
        yield SlipMatch(Slip.NO_BIAS, bias.name), of(without_term(expr, bias))
    for use in {name.name for name in names_in(expr)} & trace.graph.line_by_name.keys():
        made = node_expr(trace, use)
        for bias in biases_of(made, working):
            fit = SlipMatch(Slip.NO_BIAS, bias.name)
            yield fit, _with_line(of(expr), use, without_term(made, bias))
    for minus, term in terms_of(expr):
        if isinstance(term, Apply) and term.op == "matmul":
            yield from _products_changed(working, cell, term.args, -1.0 if minus else 1.0)
    yield from _softmax_slips(expr, working, cell)
    is_function = isinstance(expr, Apply) and len(expr.args) == 1 and expr.op != "neg"
    if is_function and isinstance(expr, Apply) and OPERATIONS[expr.op].kind is Kind.ELEMENTWISE:
        yield SlipMatch(Slip.NO_FUNCTION, expr.op), of(expr.args[0])


def _divided(working: Working, cell: Cell, share: float) -> Formula:
    return lambda o: _at(working.compute(o), cell) / share


def _with(working: Working, cell: Cell, values: Mapping[str, Array]) -> Formula:
    return lambda o: _at(working.compute(o.with_values(values)), cell)


def _part_divided(working: Working, index: int, share: float) -> Callable[[Operands], Array]:
    return lambda o: working.contribution(index, o) / share


def _products_changed(
    working: Working, cell: Cell, args: tuple[Expr, ...], sign: float
) -> Iterator[tuple[SlipMatch, Formula]]:
    """Yield a matrix product in which one of its products is left out, or all but the first; and
    for one cell, in which one has the other sign."""
    shapes = [np.shape(evaluate(arg, working.operands.values)) for arg in args]
    if [len(shape) for shape in shapes] != [2, 2] or not 1 < shapes[0][1] <= MOST_EXAMPLES:
        return

    def less(o: Operands, these: slice, times: float) -> Array:
        left, right = (evaluate(arg, o.values) for arg in args)
        return _at(working.compute(o) - times * sign * (left[:, these] @ right[these]), cell)

    yield SlipMatch(Slip.FIRST_TERM), partial(less, these=slice(1, None), times=1.0)
    for k in range(shapes[0][1]):
        if shapes[0][1] > 2 or k == 0:
            yield SlipMatch(Slip.ONE_TERM), partial(less, these=slice(k, k + 1), times=1.0)
        if not isinstance(cell, EllipsisType):
            yield SlipMatch(Slip.TERM_SIGN), partial(less, these=slice(k, k + 1), times=2.0)


def _with_line(formula: Formula, name: str, made: Expr) -> Formula:
    """Return a formula over what another line would make of its own operands."""
    return lambda o: formula(o.with_values({name: np.asarray(evaluate(made, o.values))}))


def _softmax_slips(expr: Expr, working: Working, cell: Cell) -> Iterator[tuple[SlipMatch, Formula]]:
    """Yield what a softmax gives that goes over other cells than those of one example."""
    if not (isinstance(expr, Apply) and expr.op == "softmax"):
        return
    source = expr.args[0]
    shares = np.asarray(evaluate(expr, working.operands.values))
    by_rows = shares.ndim == 2 and bool(np.allclose(np.sum(shares, axis=1), 1))

    def over(o: Operands, largest: int | None, axis: int | None) -> Array:
        z = np.asarray(evaluate(source, o.values))
        powers = np.exp(z - np.max(z, largest, keepdims=True))
        return _at(powers / np.sum(powers, axis, keepdims=True), cell)

    for largest in (None, 0, shares.ndim - 1):
        for axis in (None, 0 if by_rows else shares.ndim - 1):
            if shares.ndim:
                fit = SlipMatch(Slip.OTHER_AXIS, "row" * by_rows)
                yield fit, partial(over, largest=largest, axis=axis)


def _fills(lacking: Expr, working: Working) -> bool:
    """Say whether a formula that lacks a term still has a value for every cell."""
    with np.errstate(all="ignore"):
        value = evaluate(lacking, working.operands.values)
    return np.broadcast_shapes(np.shape(value), working.result.shape) == working.result.shape


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
    fit = SlipMatch(Slip.NO_UPSTREAM)
    yield fit, lambda o: _at(working.compute(Operands(o.values, ones)), cell)
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
        fit = SlipMatch(Slip.ONE_PATH, c.consumer)
        yield fit, instead(lambda o: np.zeros(working.result.shape))
    trace = working.moment.traces[working.step.scene]
    expr = node_expr(trace, c.consumer)
    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.NO_SHARE, about), instead(_part_divided(working, index, share))
    node = working.step.node
    for call in _calls_of(expr, working, c.consumer):
        about = node if call.inner == Name(node) else f"the input of {call.op.name}"
        for slip, named in ((Slip.AT_OUTPUT, c.consumer), (Slip.AT_INPUT, about)):
            at = partial(_slope_elsewhere, working, index, call, slip is Slip.AT_OUTPUT)
            yield SlipMatch(slip, named), instead(at)
    axes = working.moment.traces[working.step.scene].axes[c.consumer]
    examples = c.upstream.shape[axes[0]] if len(axes) == 1 else 1
    if 1 < examples <= MOST_EXAMPLES and _lacks_examples(working):
        for k in range(examples):
            fit = SlipMatch(Slip.ONE_EXAMPLE, str(k))
            yield fit, instead(_without_example(working, index, axes[0], k))


def with_slope(working: Working, index: int, o: Operands, times: Array | float) -> Array:
    """Return what one use sends back where the slope of its function is so many times as steep."""
    steeper = np.asarray(o.upstreams[index] * times)
    return working.contribution(index, o.with_upstream(index, steeper))


class Called(NamedTuple):
    """A function that a use calls, and what of."""

    op: Operation
    attribute: Attribute
    inner: Expr


def _calls_of(expr: Expr, working: Working, consumer: str) -> Iterator[Called]:
    """Yield the function that a use calls; where it is one of the node written out as a formula,
    `1/(1 + exp(-u))`, those that give its values.
    """
    node = working.step.node
    if isinstance(expr, Apply) and len(expr.args) == 1:
        op = OPERATIONS[expr.op]
        if op.kind is Kind.ELEMENTWISE and op.name != "neg" and op.local:
            yield Called(op, expr.attribute, expr.args[0])
        return
    a, out = working.operands.values[node], working.operands.values[consumer]
    for row in OPERATIONS.values() if np.shape(a) == np.shape(out) else ():
        if row.operands == 1 and row.kind is Kind.ELEMENTWISE and row.local:
            with np.errstate(all="ignore"):
                is_it = np.allclose(apply(row, (a,), None), out)
            if is_it:
                yield Called(row, None, Name(node))


def _slope_elsewhere(
    working: Working, index: int, call: Called, is_at_output: bool, o: Operands
) -> Array:
    """Return what one use sends back with the slope of its function taken at its output, or with
    the input put in where the output belongs."""
    slope = local_formula(call.op, 0, call.attribute)
    a, out = evaluate(call.inner, o.values), o.values[working.received[index].consumer]
    beyond = apply(call.op, (out,), call.attribute) if is_at_output else a
    wrong = evaluate(slope, {"a": out if is_at_output else a, "out": beyond})
    if call.inner == Name(working.step.node):
        return np.asarray(o.upstreams[index] * wrong)
    return with_slope(working, index, o, wrong / evaluate(slope, {"a": a, "out": out}))


def _lacks_examples(working: Working) -> bool:
    """Say whether the result has no axis of examples, so that they were added up."""
    return working.step.node in working.moment.traces[working.step.scene].graph.parameters


def _without_example(
    working: Working, index: int, axis: int, example: int
) -> Callable[[Operands], Array]:
    def changed(o: Operands) -> Array:
        upstream = np.array(o.upstreams[index])
        np.moveaxis(upstream, axis, 0)[example] = 0.0
        return working.contribution(index, o.with_upstream(index, upstream))

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
