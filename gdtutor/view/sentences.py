"""One sentence for every step, made from its operation and its numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np

from gdtutor.engine.cells import cell_name
from gdtutor.engine.expression import Apply, Expr, Name, Number
from gdtutor.engine.graph import Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import OPERANDS, OPERATIONS, Array
from gdtutor.session.navigation import with_keys
from gdtutor.session.rounded import Cancellation, cancellation, is_all_rounding, is_step_of_rounding
from gdtutor.session.steps import Phase
from gdtutor.training.optimisers import WEIGHT_DECAY
from gdtutor.view.context import Context
from gdtutor.view.graph.text import summary
from gdtutor.view.notation import apart, plural, raised
from gdtutor.view.proof import convention_at

MOST_NAMES = 4
"""Consumers that a sentence names one by one."""


def sentence(context: Context) -> str:
    """Return what happened in this step, in plain words."""
    told = {
        Phase.GIVEN: _given, Phase.FORWARD: _forward, Phase.BACKWARD: _backward,
        Phase.UPDATE: _update,
    }  # fmt: skip
    return with_keys(told[context.step.phase](context), context.moment)


def _given(context: Context) -> str:
    leaves = [leaf for leaf in context.graph.leaves if leaf.name != BATCH_SIZE]
    counts = {role: sum(1 for leaf in leaves if leaf.role is role) for role in Role}
    parts = [
        f"{count} {plural(count, f'{role.value}{_kind(context, role)}')}"
        for role, count in counts.items()
        if count
    ]
    start = f"Given: {', '.join(parts)}."
    examples = len(context.moment.batch) * bool(counts[Role.INPUT] + counts[Role.TARGET])
    if examples > 1:
        start += f" This iteration sees {examples} examples at once."
    where = "in this graph" if len(context.moment.traces) > 1 else "on the screens"
    return f"{start} Everything else {where} is computed from these."


def _kind(context: Context, role: Role) -> str:
    """Return what all data of a role are, where they are more than numbers of one example each."""
    names = context.graph.of_role(role)
    kinds = {context.trace.values[name].ndim for name in names}
    is_data = role in (Role.INPUT, Role.TARGET) and not context.graph.by_rows
    return " matrix" if is_data and kinds == {2} else " vector" if is_data and kinds == {1} else ""


def _value(context: Context, array: Array) -> str:
    text = summary(context, array)
    if context.graph.by_rows and array.ndim:
        return f"{text} for example {context.look.example}"
    return text if array.size == 1 else f"{text} numbers"


def _forward(context: Context) -> str:
    node = context.step.node
    expr = context.node_expr(node)
    array = context.trace.values[node]
    is_root = node == context.root and not array.ndim
    value = context.counted(float(array)) if is_root else _value(context, array)
    called = context.name(node)
    if isinstance(expr, Name):
        return f"{called} is {context.name(expr.name)}: {value}."
    if not isinstance(expr, Apply):
        return f"{called} is {value}."
    writer = context.writer()
    says = OPERATIONS[expr.op].says
    if expr.attribute == 1:
        says = says.replace("each column", "each row")
    if context.chars.unicode:
        says = says.replace("-1", "−1")
    written = map(writer.write, expr.args)
    says = says.format(**dict(zip(OPERANDS, written, strict=False)))
    return f"{called} {says}: {value}.{_folded(expr)}"


_NOUNS = {
    "add": ("a sum", "sums"),
    "sub": ("a difference", "differences"),
    "mul": ("a product", "products"),
    "div": ("a division", "divisions"),
    "pow": ("a power", "powers"),
    "square": ("a square", "squares"),
    "neg": ("a change of sign", "changes of sign"),
    "matmul": ("a matrix product", "matrix products"),
    "transpose": ("a transpose", "transposes"),
    "sum": ("a sum over cells", "sums over cells"),
    "mean": ("a mean", "means"),
}
"""What one operation and several are called; a function that is not here has its own name."""


def _folded(expr: Apply) -> str:
    """Say which operations a formula holds, where it holds several, in order of evaluation."""
    operations = _operations(expr)
    if len(operations) < 2:
        return ""
    parts = []
    for op, count in Counter(operations).items():
        one, more = _NOUNS.get(op, (op, f"times {op}"))
        parts.append(one if count == 1 else f"{count} {more}")
    listed = " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
    return f" It folds {listed}; `x` shows them one by one."


def _operations(expr: Expr) -> list[str]:
    """Return what a formula does, in order of evaluation; a power of 2 is a square."""
    found, pending = [], [expr]
    while pending:
        part = pending.pop()
        if isinstance(part, Apply):
            is_square = part.op == "pow" and part.args[1] == Number(2.0)
            found.append("square" if is_square else part.op)
            pending.extend(part.args)
    return found[::-1]


_ROUNDING = "It is 0 but for rounding, which alone may be as large."


def _backward(context: Context) -> str:
    node = context.step.node
    root, called = context.name(context.root), context.name(node)
    received = context.trace.contributions[node]
    gradient = context.trace.gradients[node]
    if not received:
        return f"Backward starts at {root}. Every other gradient says how {root} answers a change."
    consumers = _listed(list(dict.fromkeys(context.name(c.consumer) for c in received)))
    start = f"The gradient reaches {called} from {consumers}"
    start += f"; it has the shape of {called}." if gradient.ndim else "."
    if node in context.trace.settled:
        return f"{start} {_as_folded(context)}"
    if (count := len(received)) > 1:
        added = f"{called} is used {count} times, so {count} contributions add up."
        start = f"{start} It is the sum of {count} contributions." if gradient.ndim else added
    if np.isnan(gradient).any():
        return f"{start} {_no_number(context)}"
    convention = convention_at(context)
    if convention and not gradient.ndim:
        value = context.number(float(gradient))
        with_it = f"with the convention at its kink it is {value}; `v` shows why"
        return f"{start} No derivative exists at this point: {with_it}."
    if is_all_rounding(context.trace, node):
        return f"{start} {_ROUNDING}"
    if lost := cancellation(context.trace, node):
        at = f" at {cell_name(called, lost.cell)}" if lost.cell else ""
        slope = f"the slope{at} is {context.number(lost.estimate)}, as `v` measures it"
        return f"{start} {_cancels(context, lost)}: {slope}."
    if gradient.ndim:
        return f"{start} At a tie or kink {convention}." if convention else start
    return f"{start} {_meaning(context, called, root, float(gradient))}"


def _cancels(context: Context, lost: Cancellation) -> str:
    """Say how far a gradient that has lost its digits may be off."""
    most = context.number(raised(lost.bound, 2))
    return f"Terms cancel on the way to it, and rounding alone may move it by {most}"


def _as_folded(context: Context) -> str:
    """Say that a gradient is what the folded line gives where the way written out gives another."""
    gradient = context.trace.gradients[context.step.node]
    way = "With operations written out" if np.isfinite(gradient).all() else "In one line"
    value = "what" if gradient.ndim else f"{context.number(float(gradient))}, as"
    return f"{way} a number on its way leaves the range of float64; it is {value} one line gives."


def _no_number(context: Context) -> str:
    """Return why a gradient is NaN."""
    node = context.step.node
    if not np.isfinite(context.trace.values[node]).all():
        return f"It is nan, for {context.name(node)} is not finite itself."
    finite = (np.isfinite(c.upstream).all() for c in context.trace.contributions[node])
    if not all(finite):
        return "It is nan, for what arrives is not finite: a step along it would be lost."
    behind = "a slope that is infinite or none, even 0 times that of a branch that is not taken"
    return f"NaN is no number: it comes of {behind}."


def _listed(names: list[str]) -> str:
    """Return names in a row; of many the first ones, and how many there are besides."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"


def _meaning(context: Context, called: str, root: str, value: float) -> str:
    if not np.isfinite(value):
        return "It is not a finite number: a step along it would be lost."
    if value == 0:
        flat = f"It is 0: {root} is flat in {called} here"
        return f"{flat}, a small change does nothing or next to nothing."
    way = "grows" if value > 0 else "shrinks"
    return (
        f"Where {called} grows a little, {root} {way} by {context.number(abs(value))} times that."
    )


def _update(context: Context) -> str:
    name, variable = context.step.node, context.step.variable
    called = context.name(name)
    done = context.moment.updates[name]
    if variable != "p":
        kept = context.memory_name(variable, name)
        return f"The optimiser remembers {kept} for {called}, and needs it for the step."
    before, after = context.moment.state.parameters[name], done.p
    rate = context.number(context.moment.learning_rate)
    gradient = context.trace.gradients.get(name)
    if gradient is None:
        return f"{called} stays as it is: {context.name(context.root)} does not depend on it."
    if not np.isfinite(before).all():
        return f"{called} is not finite: no step leads back to a number."
    if not np.isfinite(after).all():
        leap = f", from {_value(context, before)} to {_value(context, after)}" * (not after.ndim)
        why = "" if np.isfinite(gradient).all() else "its gradient is not finite, "
        return f"{called} leaves the finite numbers{leap}; {why}the learning rate is {rate}."
    if np.array_equal(before, after):
        zero = "its gradient is 0" + (" everywhere" if gradient.ndim else "")
        why = "the step is too small" if gradient.any() else zero
        return f"{called} stays as it is: {why}."
    if is_step_of_rounding(context.moment, name):
        return (
            f"The gradient of {called} is 0 but for rounding, which alone may be as large. What "
            "rounding leaves of it makes this step."
        )
    if lost := cancellation(context.trace, name):
        return f"This step follows a gradient that has lost its digits. {_cancels(context, lost)}."
    moved = f"{_course(context, before, after, gradient)}, "
    if before.ndim == 0:
        way = "down" if float(after) < float(before) else "up"
        ends = float(before), float(after)
        start, end = apart(ends, context.look.digits, context.chars)
        return f"{called} goes {way}, {moved}from {start} to {end}; the learning rate is {rate}."
    with np.errstate(all="ignore"):
        largest = raised(float(np.max(np.abs(after - before))), context.look.digits)
    most = context.number(largest)
    return f"{called} moves {moved}no cell by more than {most}; the learning rate is {rate}."


def _course(context: Context, before: Array, after: Array, gradient: Array) -> str:
    """Say how a step lies to its gradient: an optimiser with a memory may go along it, and one
    with a decay.
    """
    with np.errstate(all="ignore"):
        along = np.sign(after - before) * np.sign(gradient)
    # A cell whose gradient is 0 and that moves all the same is carried, too.
    is_carried = bool(np.any((along > 0) | ((gradient == 0) & (before != after))))
    if not is_carried:
        return "against its gradient"
    partly, done = "partly " * (before.ndim > 0), context.moment.updates[context.step.node]
    ways = ["drawn by its decay"] * any(WEIGHT_DECAY in text for text in done.formulas.values())
    ways += ["carried by earlier steps"] * (not ways or not {"v", "m1"}.isdisjoint(done.state))
    return partly + " or ".join(ways)
