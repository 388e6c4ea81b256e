"""Slips of a cell: the wrong formulas that people and programs use, the table of all judging."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
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
from gdtutor.session.formula_changes import (
    call_in,
    sums_in,
    terms_of,
    total_of,
    with_part,
    without_term,
)
from gdtutor.session.slips import (
    Formula,
    Slip,
    SlipMatch,
    Slips,
    biases_of,
    factors_of,
    scaled,
    summed_examples,
    with_contribution,
    with_values,
    without_examples,
)
from gdtutor.session.steps import Phase
from gdtutor.session.working import Operands, Working, node_expr, undecayed
from gdtutor.training.optimisers import WEIGHT_DECAY

MOST_EXAMPLES = 16
"""Largest batch in which a forgotten example is looked for."""


def wrong_formulas(working: Working, cell: tuple[int, ...] | None = None) -> Slips:
    """Yield the wrong formulas of a step; with a cell also those that take this one for another,
    or flip one sign on the way to it.
    """
    yield SlipMatch(Slip.SIGN), lambda o: -working.compute(o)
    if cell is not None:
        yield from _transposed(working, cell)
    match working.step.phase:
        case Phase.FORWARD:
            yield from _forward(working, flips_signs=cell is not None)
            yield from _updated(working)
        case Phase.BACKWARD:
            yield from _backward(working)
            yield from _updated(working)
        case Phase.UPDATE:
            yield from _update(working)


def _transposed(working: Working, cell: tuple[int, ...]) -> Slips:
    swapped, shape = cell[::-1], working.result.shape
    if len(cell) == 2 and swapped != cell and swapped[0] < shape[0] and swapped[1] < shape[1]:
        fit = SlipMatch(Slip.TRANSPOSED)
        yield fit, lambda o: np.broadcast_to(working.compute(o)[swapped], shape)


def _forward(working: Working, *, flips_signs: bool) -> Slips:
    trace, shape = working.trace, working.result.shape
    expr = node_expr(trace, working.step.node)

    def of(changed: Expr) -> Formula:
        return lambda o: np.broadcast_to(evaluate(changed, o.values), shape)

    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.NO_SHARE, about), scaled(working.compute, 1 / share)
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
            sign = -1.0 if minus else 1.0
            yield from _products_changed(working, term.args, sign, flips_signs=flips_signs)
    yield from _softmax_slips(expr, working)
    if call := call_in(expr):
        yield SlipMatch(Slip.NO_FUNCTION, call.op), of(call.args[0])


def _products_changed(
    working: Working, args: tuple[Expr, ...], sign: float, *, flips_signs: bool
) -> Slips:
    """Yield a matrix product in which one of its products is left out, or all but the first; or
    has the other sign.
    """
    shapes = [np.shape(evaluate(arg, working.operands.values)) for arg in args]
    if [len(shape) for shape in shapes] != [2, 2] or not 1 < shapes[0][1] <= MOST_EXAMPLES:
        return

    def less(o: Operands, these: slice, times: float) -> Array:
        left, right = (evaluate(arg, o.values) for arg in args)
        return np.asarray(working.compute(o) - times * sign * (left[:, these] @ right[these]))

    yield SlipMatch(Slip.FIRST_TERM), partial(less, these=slice(1, None), times=1.0)
    for k in range(shapes[0][1]):
        if shapes[0][1] > 2 or k == 0:
            yield SlipMatch(Slip.ONE_TERM), partial(less, these=slice(k, k + 1), times=1.0)
        if flips_signs:
            yield SlipMatch(Slip.TERM_SIGN), partial(less, these=slice(k, k + 1), times=2.0)


def _with_line(formula: Formula, name: str, made: Expr) -> Formula:
    """Return a formula over what another line would make of its own operands."""
    return lambda o: formula(o.with_values({name: np.asarray(evaluate(made, o.values))}))


def _softmax_slips(expr: Expr, working: Working) -> Slips:
    """Yield what a softmax gives that goes over other cells than those of one example."""
    if not (isinstance(expr, Apply) and expr.op == "softmax"):
        return
    source = expr.args[0]
    shares = np.asarray(evaluate(expr, working.operands.values))
    by_rows = shares.ndim == 2 and bool(np.allclose(np.sum(shares, axis=1), 1))

    def over(o: Operands, largest: int | None, axis: int | None) -> Array:
        z = np.asarray(evaluate(source, o.values))
        powers = np.exp(z - np.max(z, largest, keepdims=True))
        return np.asarray(powers / np.sum(powers, axis, keepdims=True))

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


def _updated(working: Working) -> Slips:
    """Yield what the parameters after this iteration's update would give."""
    for name, done in working.moment.updates.items():
        is_used = working.step.scene == len(working.moment.traces) - 1
        before = working.moment.state.parameters[name]
        if is_used and not np.array_equal(before, done.p):
            yield SlipMatch(Slip.UPDATED, name), with_values(working.compute, {name: done.p})


def _backward(working: Working) -> Slips:
    received = working.received
    if not received:
        return
    ones = tuple(np.ones_like(c.upstream) for c in received)
    yield SlipMatch(Slip.NO_UPSTREAM), lambda o: working.compute(Operands(o.values, ones))
    if all(_may_be_whole(working, c) for c in received):
        every = range(len(received))
        fit = SlipMatch(Slip.NO_LOCAL)
        yield fit, lambda o: np.asarray(sum(_alone(working, index, o) for index in every))
    for index, c in enumerate(received):
        yield from _of_one_use(working, index, c)


def _may_be_whole(working: Working, c: Contribution) -> bool:
    """Say whether the upstream gradient could be taken for the whole contribution."""
    shape = working.result.shape
    return c.upstream.shape == shape or (c.sums and not shape)


def _alone(working: Working, index: int, o: Operands) -> Array:
    """Return the upstream gradient in the place of what one use sends back."""
    upstream = o.upstreams[index]
    return upstream if upstream.shape == working.result.shape else np.asarray(upstream.sum())


def _of_one_use(working: Working, index: int, c: Contribution) -> Slips:
    """Yield the slips that concern the contribution of one use alone."""
    instead = partial(with_contribution, working, index)
    expr, own = node_expr(working.trace, c.consumer), partial(working.contribution, index)
    if len(working.received) > 1:
        fit = SlipMatch(Slip.ONE_PATH, c.consumer)
        yield fit, instead(lambda o: np.zeros(working.result.shape))
        one = np.ones_like(c.upstream)
        fit = SlipMatch(Slip.NO_UPSTREAM, c.consumer)
        yield fit, instead(lambda o: own(o.with_upstream(index, one)))
        if _may_be_whole(working, c):
            yield SlipMatch(Slip.NO_LOCAL, c.consumer), instead(partial(_alone, working, index))
    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.NO_SHARE, about), instead(scaled(own, 1 / share))
    node = working.step.node
    for call in _calls_of(expr, working, c.consumer):
        about = node if call.inner == Name(node) else f"the input of {call.op.name}"
        for slip, named in ((Slip.AT_OUTPUT, c.consumer), (Slip.AT_INPUT, about)):
            at = partial(_slope_elsewhere, working, index, call, slip is Slip.AT_OUTPUT)
            yield SlipMatch(slip, named), instead(at)
    axis, examples = summed_examples(working, c)
    if 1 < examples <= MOST_EXAMPLES:
        for k in range(examples):
            fit = SlipMatch(Slip.ONE_EXAMPLE, str(k))
            yield fit, instead(without_examples(working, index, axis, [k]))


def with_slope(working: Working, index: int, call: Called, o: Operands, slope: Array) -> Array:
    """Return what one use sends back with another slope of the function that it calls."""
    if isinstance(call.inner, Name):
        return np.asarray(o.upstreams[index] * slope)
    given = {"a": evaluate(call.inner, o.values), "out": o.values[working.received[index].consumer]}
    right = evaluate(local_formula(call.op, 0, call.attribute), given)
    upstream = np.asarray(o.upstreams[index] * (slope / right))
    return working.contribution(index, o.with_upstream(index, upstream))


class Called(NamedTuple):
    """A function that a use calls, and what of."""

    op: Operation
    attribute: Attribute
    inner: Expr


def called_by(call: Apply) -> Called:
    """Return the function of a call."""
    return Called(OPERATIONS[call.op], call.attribute, call.args[0])


def _calls_of(expr: Expr, working: Working, consumer: str) -> Iterator[Called]:
    """Yield the function that a use calls; where it is one of the node written out as a formula,
    `1/(1 + exp(-u))`, those that give its values.
    """
    node = working.step.node
    if isinstance(expr, Apply) and len(expr.args) == 1:
        if (call := call_in(expr)) and OPERATIONS[call.op].local:
            yield called_by(call)
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
    return with_slope(working, index, call, o, np.asarray(wrong))


def _update(working: Working) -> Slips:
    if working.step.variable != "p":
        return
    new = working.compute

    def old(o: Operands) -> Array:
        return np.asarray(o.values["p"])

    yield SlipMatch(Slip.UPHILL), lambda o: 2 * old(o) - new(o)
    yield SlipMatch(Slip.GRADIENT_ALONE), lambda o: np.asarray(o.values["g"])
    yield SlipMatch(Slip.STEP_ALONE), lambda o: new(o) - old(o)
    yield SlipMatch(Slip.STEP_ALONE), lambda o: old(o) - new(o)
    yield SlipMatch(Slip.STALE), old
    if float(working.operands.values["learning_rate"]) != 1.0:
        yield SlipMatch(Slip.NO_RATE), with_values(new, {"learning_rate": np.asarray(1.0)})
    if np.any(working.operands.values.get(WEIGHT_DECAY, 0.0)):
        yield SlipMatch(Slip.NO_DECAY), partial(undecayed, working)
