"""Slips of whole arrays: what a learner's program makes of a step, beside the slips of a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Expr, Name, Number, names_in
from gdtutor.engine.local import BATCH_SIZE, UPSTREAM
from gdtutor.engine.operations import OPERATIONS, Array, Kind, apply, evaluate, local_formula
from gdtutor.session.operands import node_expr
from gdtutor.session.slips import Formula, Slip, SlipMatch, factors_of, terms_of, wrong_formulas
from gdtutor.session.steps import Phase
from gdtutor.session.working import Operands, Working

Whole = Callable[[Operands], Array]


def wrong_arrays(
    working: Working, before: Mapping[str, Array]
) -> Iterator[tuple[SlipMatch, Array]]:
    """Yield what each slip gives in the place of a step's result.

    Args:
        working: The step, with the operands that the program has.
        before: The values of the iteration before, for what a cache may have kept.
    """
    for fit, formula in _whole_slips(working, before):
        found = _computed(formula, working.operands)
        if found is not None:
            yield fit, found
    for fit, of_cells in wrong_formulas(working, ...):
        found = _computed(of_cells, working.operands)
        if found is not None and found.shape == working.result.shape:
            yield fit, found


def _computed(formula: Formula, operands: Operands) -> Array | None:
    """Return what a wrong formula gives; None where its shapes do not fit."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(formula(operands))
    except (ValueError, IndexError, KeyError, GdTutorError, ZeroDivisionError):
        return None


def _whole_slips(
    working: Working, before: Mapping[str, Array]
) -> Iterator[tuple[SlipMatch, Whole]]:
    yield SlipMatch(Slip.TRANSPOSED), lambda o: working.compute(o).T
    if working.step.phase is Phase.FORWARD:
        yield from _forward(working)
    elif working.step.phase is Phase.BACKWARD:
        yield from _backward(working)
    yield from _other_operands(working, before)


def _forward(working: Working) -> Iterator[tuple[SlipMatch, Whole]]:
    trace = working.moment.traces[working.step.scene]
    expr = node_expr(trace, working.step.node)

    def of(changed: Expr) -> Whole:
        return lambda o: np.asarray(evaluate(changed, o.values))

    for about, share in factors_of(expr, working):
        yield SlipMatch(Slip.SHARE_TWICE, about), _scaled(working, share)
    if _has(expr, "sum"):
        yield SlipMatch(Slip.MEAN), of(_with_op(expr, "sum", "mean"))
    if _has(expr, "mean"):
        yield SlipMatch(Slip.NO_SHARE, "1/m"), of(_with_op(expr, "mean", "sum"))
    for op in ("sum", "mean"):
        if _has(expr, op):
            yield SlipMatch(Slip.NO_SUM), of(_without_op(expr, op))
    for changed in _cell_by_cell(expr):
        yield SlipMatch(Slip.ELEMENTWISE), of(changed)
    for about, lacking in _without_one_factor(expr):
        yield SlipMatch(Slip.NO_SHARE, about), of(lacking)
    for index, _ in enumerate(terms := terms_of(expr)):
        if len(terms) > 1:
            turned = [(not m if i == index else m, t) for i, (m, t) in enumerate(terms)]
            yield SlipMatch(Slip.SIGN), of(_total(turned))
    called = _called(expr)
    if called:
        for op in _functions():
            if op != called:
                yield SlipMatch(Slip.OTHER_FUNCTION, op), of(_with_op(expr, called, op))
    for use in {name.name for name in names_in(expr)}:
        value = trace.values.get(use)
        if value is not None and value.ndim == 2 and 1 in value.shape:
            flat = {use: value.reshape(-1)}
            yield SlipMatch(Slip.BROADCAST, use), _with_values(of(expr), flat)
            yield SlipMatch(Slip.BROADCAST, use), _with_values(of(expr), {use: value.T})


def _backward(working: Working) -> Iterator[tuple[SlipMatch, Whole]]:
    trace = working.moment.traces[working.step.scene]
    for index, c in enumerate(working.received):
        expr = node_expr(trace, c.consumer)

        def others(o: Operands, index: int = index) -> Array:
            return working.compute(o) - working.contribution(index, o)

        def instead(changed: Whole, others: Whole = others) -> Whole:
            return lambda o: others(o) + changed(o)

        for about, share in factors_of(expr, working):
            yield SlipMatch(Slip.SHARE_TWICE, about), instead(_part_scaled(working, index, share))
        axes = trace.axes[c.consumer]
        examples = c.upstream.shape[axes[0]] if len(axes) == 1 else 1
        is_summed = working.step.node in trace.graph.parameters
        if examples > 1 and is_summed:
            for k, slip in ((examples - 1, Slip.OVERWRITTEN), (0, Slip.FIRST_EXAMPLE)):
                yield SlipMatch(slip), instead(_example_alone(working, index, axes[0], k))
            yield SlipMatch(Slip.MEAN), instead(_part_scaled(working, index, 1 / examples))
            yield (
                SlipMatch(Slip.SHARE_TWICE, "1/m"),
                instead(_part_scaled(working, index, 1 / examples)),
            )
            yield (
                SlipMatch(Slip.NO_SHARE, "1/m"),
                instead(_part_scaled(working, index, float(examples))),
            )
            yield SlipMatch(Slip.NO_SUM), lambda o, i=index: o.upstreams[i]  # type: ignore[misc]
            if c.local is not None:
                local = c.local
                yield SlipMatch(Slip.NO_SUM), lambda o, i=index, g=local: o.upstreams[i] * g  # type: ignore[misc]
        if _has(c.rule, "matmul"):
            for changed in _cell_by_cell(c.rule):
                yield SlipMatch(Slip.ELEMENTWISE), _ruled(changed, index)
            for name in {n.name for n in names_in(c.rule)} - {UPSTREAM}:
                yield SlipMatch(Slip.TRANSPOSED, name), _ruled(_turned(c.rule, name), index)
            for name in {n.name for n in names_in(c.rule)} - {UPSTREAM}:
                ones = {name: np.ones_like(trace.values[name])}
                yield (
                    SlipMatch(Slip.NO_LOCAL, name),
                    instead(
                        lambda o, i=index, v=ones: working.contribution(i, o.with_values(v))  # type: ignore[misc]
                    ),
                )
        for part in _parts_of_product(c.rule):
            yield SlipMatch(Slip.NO_LOCAL), instead(_ruled(part, index))
        if c.local is not None:
            squared = c.local
            yield (
                SlipMatch(Slip.LOCAL_TWICE, c.consumer),
                instead(
                    lambda o, i=index, g=squared: working.contribution(i, o) * g  # type: ignore[misc]
                ),
            )
        called = _called(expr)
        if called and called in OPERATIONS and isinstance(expr, Apply) and len(expr.args) == 1:
            yield from _other_derivatives(working, index, expr, instead)
    if len(working.received) > 1:
        last = len(working.received) - 1
        yield SlipMatch(Slip.OVERWRITTEN), lambda o: working.contribution(last, o)
        for index in range(last):
            yield SlipMatch(Slip.OVERWRITTEN), lambda o, i=index: working.contribution(i, o)  # type: ignore[misc]


def _other_derivatives(
    working: Working, index: int, expr: Apply, instead: Callable[[Whole], Whole]
) -> Iterator[tuple[SlipMatch, Whole]]:
    """Yield what the derivatives of other functions give in the place of the right one."""
    c = working.received[index]
    for op in _functions():
        row = OPERATIONS[op]
        if op == expr.op or not row.local:
            continue
        formula = local_formula(row, 0, None)
        for own_output in (False, True):

            def other(
                o: Operands, own: bool = own_output, formula: Expr = formula, op: str = op
            ) -> Array:
                value = np.asarray(evaluate(expr.args[0], o.values))
                out = apply(OPERATIONS[op], (value,), None) if own else o.values[c.consumer]
                slope = np.asarray(evaluate(formula, {"a": value, "out": out}))
                return np.asarray(o.upstreams[index] * slope)

            yield SlipMatch(Slip.OTHER_DERIVATIVE, op), instead(other)


def _other_operands(
    working: Working, before: Mapping[str, Array]
) -> Iterator[tuple[SlipMatch, Whole]]:
    """Yield what the step gives where an operand is another value of the same shape."""
    trace = working.moment.traces[working.step.scene]
    used = _names_used(working)
    for name in sorted(used):
        value = trace.values.get(name)
        if value is None:
            continue
        if name in before and np.shape(before[name]) == value.shape:
            yield (
                SlipMatch(Slip.STALE_CACHE, name),
                _with_values(working.compute, {name: before[name]}),
            )
        if value.ndim == 2 and value.shape[0] == value.shape[1] > 1:
            yield SlipMatch(Slip.TRANSPOSED, name), _with_values(working.compute, {name: value.T})
        for other in (*trace.graph.line_by_name, *trace.graph.leaf_by_name):
            found = trace.values[other]
            if other == name or found.ndim != value.ndim or np.array_equal(found, value):
                continue
            moved = {name: found}
            if found.shape == value.shape:
                yield SlipMatch(Slip.OTHER_VALUE, other), _with_values(working.compute, moved)
            elif len(working.received) == 1:
                rule = _ruled(working.received[0].rule, 0)
                yield SlipMatch(Slip.OTHER_VALUE, other), _with_values(rule, moved)
    kept = {name: value for name, value in before.items() if name in trace.graph.line_by_name}
    if kept:
        yield SlipMatch(Slip.STALE_CACHE), _with_values(working.compute, kept)


def _names_used(working: Working) -> set[str]:
    trace = working.moment.traces[working.step.scene]
    if working.step.phase is Phase.FORWARD:
        return {name.name for name in names_in(node_expr(trace, working.step.node))}
    return {n.name for c in working.received for n in names_in(c.rule)} - {UPSTREAM}


def _functions() -> Iterator[str]:
    """Yield the names of all functions of one operand."""
    for name, row in OPERATIONS.items():
        if (
            row.operands == 1
            and row.kind is Kind.ELEMENTWISE
            and not row.internal
            and name != "neg"
        ):
            yield name


def _called(expr: Expr) -> str:
    """Return the function that a line is a call of; empty where it is none."""
    is_call = isinstance(expr, Apply) and len(expr.args) == 1 and expr.op != "neg"
    if not (is_call and isinstance(expr, Apply)):
        return ""
    return expr.op if OPERATIONS[expr.op].kind is Kind.ELEMENTWISE else ""


def _has(expr: Expr, op: str) -> bool:
    return any(part.op == op for part in _inside(expr))


def _changed(expr: Expr, change: Callable[[Apply], Expr | None]) -> Expr:
    if not isinstance(expr, Apply):
        return expr
    args = tuple(_changed(arg, change) for arg in expr.args)
    rebuilt = Apply(expr.op, args, expr.attribute)
    return change(rebuilt) or rebuilt


def _with_op(expr: Expr, old: str, new: str) -> Expr:
    return _changed(
        expr, lambda part: Apply(new, part.args, part.attribute) if part.op == old else None
    )


def _without_op(expr: Expr, op: str) -> Expr:
    return _changed(expr, lambda part: part.args[0] if part.op == op else None)


def _cell_by_cell(expr: Expr) -> Iterator[Expr]:
    """Yield a formula with * in place of @, as it stands and with an operand turned around."""
    if not _has(expr, "matmul"):
        return
    turns: tuple[Callable[[Expr], Expr], ...] = (lambda e: e, _flipped)
    for left in turns:
        for right in turns:

            def change(part: Apply, a: object = left, b: object = right) -> Expr | None:
                if part.op != "matmul" or not (callable(a) and callable(b)):
                    return None
                return Apply("mul", (a(part.args[0]), b(part.args[1])))

            yield _changed(expr, change)


def _flipped(expr: Expr) -> Expr:
    if isinstance(expr, Apply) and expr.op == "transpose":
        return expr.args[0]
    return Apply("transpose", (expr,))


def _without_one_factor(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Yield a formula without one of the constants that a part of it is multiplied by."""
    places = [part for part in _inside(expr) if part.op in ("mul", "div")]
    for place in places:
        left, right = place.args
        for kept, left_out in ((left, right), (right, left)):
            is_constant = isinstance(left_out, Number) or _is_named(left_out, BATCH_SIZE)
            if is_constant and not (place.op == "div" and kept is right):
                called = left_out.name if isinstance(left_out, Name) else f"{_number(left_out):g}"
                about = called if place.op == "mul" else f"1/{called}"
                yield about, _changed(expr, lambda p, a=place, k=kept: k if p == a else None)  # type: ignore[misc]


def _parts_of_product(rule: Expr) -> Iterator[Expr]:
    """Yield a rule without one factor of its products."""
    for place in [part for part in _inside(rule) if part.op == "mul"]:
        for kept in place.args:
            if any(name.name == UPSTREAM for name in names_in(rule)):
                yield _changed(rule, lambda p, a=place, k=kept: k if p == a else None)  # type: ignore[misc]


def _number(expr: Expr) -> float:
    return expr.value if isinstance(expr, Number) else 0.0


def _inside(expr: Expr) -> Iterator[Apply]:
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Apply):
            yield part
            waiting.extend(part.args)


def _turned(expr: Expr, name: str) -> Expr:
    """Return a rule in which a name stands transposed where it did not, and the other way round."""

    def change(part: Apply) -> Expr | None:
        if part.op == "transpose" and _is_named(part.args[0], name):
            return Name(name)
        if part.op == "matmul":
            args = tuple(Apply("transpose", (a,)) if _is_named(a, name) else a for a in part.args)
            return Apply("matmul", args, part.attribute) if args != part.args else None
        return None

    return _changed(expr, change)


def _is_named(expr: Expr, name: str) -> bool:
    return isinstance(expr, Name) and expr.name == name


def _total(terms: list[tuple[bool, Expr]]) -> Expr:
    total: Expr = Number(0.0)
    for minus, term in terms:
        total = Apply("sub" if minus else "add", (total, term))
    return total


def _with_values(formula: Whole, values: Mapping[str, Array]) -> Whole:
    return lambda o: formula(o.with_values(values))


def _ruled(rule: Expr, index: int) -> Whole:
    return lambda o: np.asarray(evaluate(rule, {**o.values, UPSTREAM: o.upstreams[index]}))


def _scaled(working: Working, share: float) -> Whole:
    return lambda o: working.compute(o) * share


def _part_scaled(working: Working, index: int, share: float) -> Whole:
    return lambda o: working.contribution(index, o) * share


def _example_alone(working: Working, index: int, axis: int, example: int) -> Whole:
    def alone(o: Operands) -> Array:
        upstream = np.zeros_like(o.upstreams[index])
        np.moveaxis(upstream, axis, 0)[example] = np.moveaxis(o.upstreams[index], axis, 0)[example]
        upstreams = (*o.upstreams[:index], upstream, *o.upstreams[index + 1 :])
        return working.contribution(index, Operands(o.values, upstreams))

    return alone
