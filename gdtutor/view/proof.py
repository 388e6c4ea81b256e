"""Proof on demand: the central difference beside a gradient, and what it was computed from."""

from __future__ import annotations

from gdtutor.engine.cells import cell_name
from gdtutor.engine.expression import Number
from gdtutor.engine.gradient_check import TOLERANCE, nodes_at_kink
from gdtutor.engine.graph import Node
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.proof import Proof, prove
from gdtutor.session.navigation import with_keys
from gdtutor.session.rounded import bounds_of, cancellation
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Line, Lines, Style
from gdtutor.view.lines import line, stacked, width_of, wrapped, wrapped_formula

ESTIMATE_DIGITS = 10
"""Digits of the central difference; what it loses by cancelling lies behind them."""


def proved_cell(context: Context) -> tuple[int, ...]:
    """Return the cell whose gradient is proved: the opened one, else the followed example's."""
    node = context.step.node
    shape = context.shape(node)
    if context.look.cell is not None and len(context.look.cell) == len(shape):
        return context.look.cell
    return context.cell_of_example(node)


def convention_at(context: Context) -> str:
    """Return the convention that the gradient of a backward step follows where no derivative
    exists; nothing where one does."""
    if not nodes_at_kink(context.graph, context.trace.values):
        return ""
    node, cell = context.step.node, proved_cell(context)
    gradient = float(context.trace.gradients[node][cell])
    return _conventions(
        context, prove(context.graph, context.trace.values, node, cell, gradient).kinks
    )


def _conventions(context: Context, kinks: tuple[str, ...]) -> str:
    nodes = [context.graph.nodes[context.graph.node_by_name[name]] for name in kinks]
    used = dict.fromkeys(OPERATIONS[node.op].convention for node in nodes)
    return _listed(list(used)) if used else ""


def proof_lines(context: Context, width: int) -> Lines:
    """Return the gradient, two evaluations, their central difference, and whether both agree."""
    node = context.step.node
    cell = proved_cell(context)
    gradient = float(context.trace.gradients[node][cell])
    proof = prove(context.graph, context.trace.values, node, cell, gradient)
    called = cell_name(context.gradient_name(node), cell)
    sign, shown = context.equal(gradient)
    head = line(f"{called} {sign} ", (shown, Style.CURRENT))
    by = "  by the backward pass"
    if width_of(head) + len(by) <= width:
        head = (*head, *line((by, Style.DIM)))
    evaluations = _evaluations(context, proof, cell, width)
    told = (head, *evaluations, *_verdict(context, proof, width))
    if proof.kinks:
        return stacked([told, _kink(context, proof, width)])
    has_cells = context.shape(node) != () and not context.graph.by_rows
    if has_cells and context.look.cell is None:
        way = with_keys("`c` opens another cell to prove.", context.moment)
        return stacked([told, wrapped(way, width, Style.DIM)])
    return told


def _exact(context: Context, value: float) -> str:
    """Return all digits of a number, so that who computes with them gets the same difference."""
    text = notation.exact(value)
    return text.replace("-", "−") if context.chars.unicode else text


def _evaluations(context: Context, proof: Proof, cell: tuple[int, ...], width: int) -> Lines:
    difference = proof.difference
    moved = cell_name(context.name(context.step.node), cell)
    root = context.name(context.root)
    digits = max(ESTIMATE_DIGITS, context.look.digits)
    estimate = notation.shown(difference.estimate, digits, context.chars)
    rows = (
        (f"{root} at {moved} + h", _exact(context, difference.above)),
        (f"{root} at {moved} {context.chars.minus} h", _exact(context, difference.below)),
        ("difference / 2h", estimate),
    )
    labels = max(len(label) for label, _ in rows)
    wide = max(labels + len(number) for label, number in rows) + 3 > width
    lines: list[Line] = []
    for label, number in rows:
        if wide:
            lines.extend(wrapped_formula(f" {label} ", number, width))
        else:
            lines.append(line(f" {label:<{labels}}  ", number))
    step = _exact(context, difference.step)
    parts = [f"Move {moved} by", f"h = {step}:"]
    told = parts if sum(map(len, parts)) >= width else [" ".join(parts)]
    return (*(row for part in told for row in wrapped(part, width, Style.DIM)), *lines)


def _verdict(context: Context, proof: Proof, width: int) -> Lines:
    if proof.kinks:
        return ()
    difference = proof.difference
    if difference.relative_error == float("inf"):
        text = "A value is not finite, so this proves nothing."
        return wrapped(text, width, Style.WARNING)
    larger = max(abs(difference.estimate), abs(difference.gradient))
    apart = abs(difference.estimate - difference.gradient)
    relative = apart / larger if larger else 0.0
    error = notation.shown(relative, 2, context.chars)
    if not difference.is_confirmed:
        node, why = context.step.node, "The slope changes much within h."
        if cancellation(context.trace, node):
            most = float(bounds_of(context.trace).gradients[node][difference.cell])
            by = context.number(notation.raised(most, 2))
            why = f"Terms cancel in the backward pass, and rounding may move its result by {by}."
        text = f"Relative error {error}: they do not agree. {why}"
        return wrapped(text, width, Style.WARNING)
    if relative <= TOLERANCE:
        text = f"Relative error {error}: they agree."
        return wrapped(text, width, Style.GOOD)
    far = notation.shown(apart, 2, context.chars)
    if difference.takes_bend_out:
        text = (
            f"They differ by {far}, for the slope changes within h. "
            "A second difference, over 2h each way, takes that out: they agree."
        )
    else:
        noise = notation.shown(notation.raised(difference.noise, 2), 2, context.chars)
        text = f"They differ by {far}. Rounding alone may do that, up to {noise}: they agree."
    return wrapped(text, width, Style.GOOD)


def _kink(context: Context, proof: Proof, width: int) -> Lines:
    """Return that no derivative exists here, the slopes on both sides, and the convention."""
    nodes = [context.graph.nodes[context.graph.node_by_name[name]] for name in proof.kinks]
    called = dict.fromkeys(_call(context, node) for node in nodes)
    at = "is at its kink" if len(called) == 1 else "are at their kinks"
    left, right = context.number(proof.left), context.number(proof.right)
    convention = _conventions(context, proof.kinks)
    text = (
        f"No derivative exists here: {_listed(list(called))} {at}. "
        f"The slope is {left} below and {right} above. By convention {convention}."
    )
    return wrapped(text, width, Style.WARNING)


def _call(context: Context, node: Node) -> str:
    inside = [
        notation.number(arg.value) if isinstance(arg, Number) else context.name(arg.name)
        for arg in node.args
    ]
    return f"{OPERATIONS[node.op].name}({', '.join(inside)})"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
