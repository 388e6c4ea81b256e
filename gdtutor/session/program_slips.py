"""Slips of whole arrays: what a learner's program makes of a step, beside the slips of a cell."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from functools import partial

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Expr, Name, names_in
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import (
    OPERATIONS,
    Array,
    Arrays,
    Kind,
    Operation,
    apply,
    evaluate,
    local_formula,
)
from gdtutor.session.cell_slips import Called, called_by, with_slope, wrong_formulas
from gdtutor.session.formula_changes import (
    call_in,
    cell_by_cell,
    functions,
    has_operation,
    parts_of,
    sums_in,
    terms_of,
    total_of,
    turned,
    with_operation,
    with_part,
    with_parts_changed,
    without_factors,
    without_one_factor,
    without_operation,
)
from gdtutor.session.slips import (
    Formula,
    Slip,
    SlipMatch,
    Slips,
    factors_of,
    scaled,
    summed_examples,
    with_contribution,
    with_values,
    without_examples,
)
from gdtutor.session.steps import Phase
from gdtutor.session.working import Operands, Working, node_expr


def wrong_arrays(
    working: Working, before: Arrays, among: Container[SlipMatch] | None = None
) -> Iterator[tuple[SlipMatch, Array]]:
    """Yield what each slip gives in the place of a step's result.

    Args:
        working: The step, with the operands that the program has.
        before: The values of the iteration before, for what a cache may have kept.
        among: Which slips alone are computed; None computes all.
    """
    tables = (whole_slips(working, before), None), (wrong_formulas(working), working.result.shape)
    for slips, shape in tables:
        for fit, formula in slips:
            if among is None or fit in among:
                found = computed(formula, working.operands)
                if found is not None and shape in (None, found.shape):
                    yield fit, found


def computed(formula: Formula, operands: Operands) -> Array | None:
    """Return what a wrong formula gives; None where its shapes do not fit."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(formula(operands))
    except (ValueError, IndexError, KeyError, GdTutorError, ZeroDivisionError):
        return None


def whole_slips(working: Working, before: Arrays) -> Slips:
    """Yield the wrong formulas of a step that give all of its cells; see `wrong_arrays`."""
    yield SlipMatch(Slip.TRANSPOSED), lambda o: working.compute(o).T
    if working.step.phase is Phase.FORWARD:
        yield from _forward(working)
    elif working.step.phase is Phase.BACKWARD:
        yield from _backward(working)
    yield from _other_operands(working, before)


def _forward(working: Working) -> Slips:
    trace = working.trace
    expr = node_expr(trace, working.step.node)

    def of(changed: Expr) -> Formula:
        return lambda o: np.asarray(evaluate(changed, o.values))

    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.SHARE_TWICE, about), scaled(working.compute, share)
    if has_operation(expr, "sum"):
        yield SlipMatch(Slip.MEAN), of(with_operation(expr, "sum", "mean"))
    if has_operation(expr, "mean"):
        yield SlipMatch(Slip.NO_SHARE, "1/m"), of(with_operation(expr, "mean", "sum"))
    for op in ("sum", "mean"):
        if has_operation(expr, op):
            yield SlipMatch(Slip.NO_SUM), of(without_operation(expr, op))
    sums = (Kind.REDUCTION, Kind.COLUMN_LOSS)
    if working.result.size > 1 and isinstance(expr, Apply) and OPERATIONS[expr.op].kind in sums:
        yield SlipMatch(Slip.OTHER_AXIS), lambda o: np.asarray(np.sum(working.compute(o)))
    # A term may stand alone: who takes * for @ often has the bias in the next line.
    for part in (expr, *(term for _, term in terms_of(expr))):
        for changed in cell_by_cell(part):
            yield SlipMatch(Slip.ELEMENTWISE), of(changed)
    for about, lacking in without_one_factor(expr):
        is_share = about.removeprefix("1/") not in trace.graph.leaf_by_name or about == "1/m"
        yield SlipMatch(Slip.NO_SHARE if is_share else Slip.NO_FACTOR, about), of(lacking)
    for part, terms in sums_in(expr):
        for index, _ in enumerate(terms):
            turned = total_of([(m ^ (i == index), t) for i, (m, t) in enumerate(terms)])
            yield SlipMatch(Slip.TERM_SIGN), of(with_part(expr, part, turned))
    if call := call_in(expr):
        for op in functions():
            if op != call.op:
                yield SlipMatch(Slip.OTHER_FUNCTION, op), of(with_operation(expr, call.op, op))
    for use in {name.name for name in names_in(expr)}:
        value = trace.values.get(use)
        if value is not None and value.ndim == 2 and 1 in value.shape:
            flat = {use: value.reshape(-1)}
            yield SlipMatch(Slip.BROADCAST, use), with_values(of(expr), flat)
            yield SlipMatch(Slip.BROADCAST, use), with_values(of(expr), {use: value.T})


def _backward(working: Working) -> Slips:
    trace = working.trace
    for index, c in enumerate(working.received):
        yield from _contribution_slips(working, index)
        others = {f"d{name}": value for name, value in trace.gradients.items()}
        for name, value in {**others, **trace.values}.items():
            # An inner node has no name that anyone would write.
            is_other = value.shape == c.upstream.shape and not np.array_equal(value, c.upstream)
            if is_other and "." not in name:
                yield SlipMatch(Slip.OTHER_VALUE, name), _with_upstream(working, index, value)
    if len(working.received) > 1:
        for index in (-1, *range(len(working.received) - 1)):
            yield SlipMatch(Slip.OVERWRITTEN), partial(working.contribution, index)


def _contribution_slips(working: Working, index: int) -> Slips:
    """Yield what a gradient comes to where one of its contributions is wrong."""
    trace = working.trace
    c = working.received[index]
    expr, part = node_expr(trace, c.consumer), partial(working.contribution, index)
    instead = partial(with_contribution, working, index)
    path = c.consumer if len(working.received) > 1 else ""
    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.SHARE_TWICE, about), instead(scaled(part, share))
    axis, examples = summed_examples(working, c)
    if examples > 1:
        every = range(examples)
        for slip, others in ((Slip.OVERWRITTEN, every[:-1]), (Slip.FIRST_EXAMPLE, every[1:])):
            yield SlipMatch(slip), instead(without_examples(working, index, axis, others))
        share = 1 / examples
        for slip, about, factor in ((Slip.MEAN, "", share), (Slip.SHARE_TWICE, "1/m", share),
                                    (Slip.NO_SHARE, "1/m", examples)):  # fmt: skip
            yield SlipMatch(slip, about), instead(scaled(part, factor))
        other = 1 - axis if c.upstream.ndim == 2 else 0
        yield SlipMatch(Slip.NO_SUM), lambda o: o.upstreams[index]
        yield SlipMatch(Slip.OTHER_AXIS), lambda o: np.sum(o.upstreams[index], other)
        yield SlipMatch(Slip.OTHER_AXIS), lambda o: np.asarray(np.sum(o.upstreams[index]))
        if c.local is not None:
            local = c.local
            yield SlipMatch(Slip.NO_SUM), lambda o: o.upstreams[index] * local
    else:
        for added in (part for part in parts_of(c.rule) if part.op == "sum_to"):
            yield from _other_sums(working, index, added)
    if has_operation(c.rule, "matmul"):
        # One of several paths stands beside the others; alone, it may have another shape.
        beside = instead if len(working.received) > 1 else lambda changed: changed
        for changed in cell_by_cell(c.rule):
            yield SlipMatch(Slip.ELEMENTWISE), beside(_ruled(changed, index))
        names = {n.name for n in names_in(c.rule)} - {UPSTREAM}
        for name in names:
            yield SlipMatch(Slip.TRANSPOSED, name), beside(_ruled(turned(c.rule, name), index))
        if c.upstream.shape == c.upstream.shape[::-1]:
            fit = SlipMatch(Slip.TRANSPOSED, f"d{c.consumer}")
            yield fit, lambda o: instead(_with_upstream(working, index, o.upstreams[index].T))(o)
        for name in names:
            ones = {name: np.ones_like(trace.values[name])}
            yield SlipMatch(Slip.NO_LOCAL, path), instead(with_values(part, ones))
    for without in without_factors(c.rule):
        if UPSTREAM in {n.name for n in names_in(without)}:
            slip = Slip.NO_LOCAL if without == Name(UPSTREAM) else Slip.PART_OF_LOCAL
            yield SlipMatch(slip, path), instead(_ruled(without, index))
    if c.local is not None:
        slope = c.local
        fit = SlipMatch(Slip.LOCAL_TWICE, c.consumer)
        yield fit, instead(lambda o: part(o) * slope)
    if isinstance(expr, Apply) and OPERATIONS[expr.op].kind is Kind.COLUMNS:
        slopes = SlipMatch(Slip.OTHER_DERIVATIVE, "sigmoid")
        yield slopes, instead(lambda o: o.upstreams[index] * (v := o.values[c.consumer]) * (1 - v))
    if call := call_in(expr):
        yield from _other_derivatives(working, index, called_by(call), instead)


def _other_sums(working: Working, index: int, added: Apply) -> Slips:
    """Yield what a sum along a broadcast, of what is no example's, gives as a mean, where it is
    left out, and over another axis."""
    rule, (wide, narrow) = working.received[index].rule, added.args
    sizes = (_ruled(part, index)(working.operands).size for part in (wide, narrow))
    share = next(sizes) / next(sizes)

    def of(changed: Expr) -> Formula:
        return _ruled(with_part(rule, added, changed), index)

    yield SlipMatch(Slip.MEAN), with_contribution(working, index, scaled(of(added), 1 / share))
    yield SlipMatch(Slip.NO_SUM), of(wide)
    for axis in (0, 1, None) if working.result.ndim == 2 else ():
        yield SlipMatch(Slip.OTHER_AXIS), of(Apply("sum", (wide,), axis))


def _other_derivatives(
    working: Working, index: int, call: Called, instead: Callable[[Formula], Formula]
) -> Slips:
    """Yield what the derivatives of other functions give in the place of the right one."""
    consumer = working.received[index].consumer
    for row in map(OPERATIONS.__getitem__, functions()):
        if row is call.op or not row.local:
            continue

        def other(o: Operands, row: Operation, is_own_output: bool) -> Array:
            value = np.asarray(evaluate(call.inner, o.values))
            out = apply(row, (value,), None) if is_own_output else o.values[consumer]
            slope = evaluate(local_formula(row, 0, None), {"a": value, "out": out})
            return with_slope(working, index, call, o, np.asarray(slope))

        for is_own in (False, True):
            fit = SlipMatch(Slip.OTHER_DERIVATIVE, row.name)
            yield fit, instead(partial(other, row=row, is_own_output=is_own))


def _other_operands(working: Working, before: Arrays) -> Slips:
    """Yield what the step gives where an operand is another value of the same shape."""
    trace = working.trace
    for name in sorted(_names_used(working)):
        value = trace.values.get(name)
        if value is None:
            continue
        if name in before and np.shape(before[name]) == value.shape:
            fit = SlipMatch(Slip.STALE_CACHE, name)
            yield fit, with_values(working.compute, {name: before[name]})
        if value.ndim == 2 and value.shape[0] == value.shape[1] > 1:
            yield SlipMatch(Slip.TRANSPOSED, name), with_values(working.compute, {name: value.T})
        for other in (*trace.graph.line_by_name, *trace.graph.leaf_by_name):
            found = trace.values[other]
            if other == name or found.ndim != value.ndim or np.array_equal(found, value):
                continue
            moved = {name: found}
            if found.shape == value.shape:
                yield SlipMatch(Slip.OTHER_VALUE, other), with_values(working.compute, moved)
            elif len(working.received) == 1:
                rule = _ruled(working.received[0].rule, 0)
                yield SlipMatch(Slip.OTHER_VALUE, other), with_values(rule, moved)
    kept = {name: value for name, value in before.items() if name in trace.graph.line_by_name}
    if kept:
        yield SlipMatch(Slip.STALE_CACHE), with_values(working.compute, kept)


def _names_used(working: Working) -> set[str]:
    """Return the names whose values go into a step; not those of which the shape alone does."""
    trace = working.trace
    if working.step.phase is Phase.FORWARD:
        return {name.name for name in names_in(node_expr(trace, working.step.node))}
    rules = [with_parts_changed(c.rule, _without_shape) for c in working.received]
    return {n.name for rule in rules for n in names_in(rule)} - {UPSTREAM}


def _without_shape(part: Apply) -> Expr | None:
    """Return what a sum over the axes of a broadcast is of."""
    return part.args[0] if OPERATIONS[part.op].kind is Kind.SPREAD else None


def _with_upstream(working: Working, index: int, value: Array) -> Formula:
    return lambda o: np.asarray(working.compute(o.with_upstream(index, value)))


def _ruled(rule: Expr, index: int) -> Formula:
    return lambda o: np.asarray(evaluate(rule, {**o.values, UPSTREAM: o.upstreams[index]}))
