"""Named slips: what went wrong, what tells it from what is right, and its wrong formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Name, Number, number_text, to_text
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import Array, Arrays, evaluate
from gdtutor.engine.trace import Contribution
from gdtutor.session.formula_changes import parts_of, terms_of
from gdtutor.session.working import Operands, Working
from gdtutor.values import Struct


class Slip(Enum):
    """What went wrong."""

    SIGN = "sign flipped"
    NO_UPSTREAM = "upstream factor missing"
    NO_LOCAL = "local factor missing"
    NO_SHARE = "constant factor forgotten"
    NO_FACTOR = "factor forgotten"
    AT_OUTPUT = "derivative taken at the output"
    AT_INPUT = "input in place of the output"
    UPDATED = "updated weight used"
    ONE_PATH = "one path forgotten"
    ONE_EXAMPLE = "one example forgotten"
    TRANSPOSED = "transposed"
    ONE_TERM = "one term forgotten"
    FIRST_TERM = "first term alone"
    TERM_SIGN = "sign of one term flipped"
    NO_BIAS = "bias forgotten"
    NO_FUNCTION = "function left out"
    UPHILL = "step in the wrong direction"
    NO_RATE = "learning rate forgotten"
    NO_DECAY = "weight decay forgotten"
    STEP_ALONE = "the step instead of the new value"
    GRADIENT_ALONE = "the gradient instead of the new value"
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
    RESET = "reset too often"
    PRECISION = "float32 or integers"
    EPSILON = "small number added"
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


Formula = Callable[[Operands], Array]
"""Returns what a wrong formula gives in the place of a step's result."""
Slips = Iterator[tuple[SlipMatch, Formula]]
"""Slips, each with the wrong formula that it is."""


def scaled(formula: Formula, factor: float) -> Formula:
    """Return a formula whose result is so many times as large."""
    return lambda o: formula(o) * factor


def with_values(formula: Formula, values: Arrays) -> Formula:
    """Return a formula over other values of some names."""
    return lambda o: formula(o.with_values(values))


def with_contribution(working: Working, index: int, changed: Formula) -> Formula:
    """Return a gradient with something else in the place of what one use sends back."""
    return lambda o: working.compute(o) - working.contribution(index, o) + changed(o)


def without_examples(working: Working, index: int, axis: int, left_out: Sequence[int]) -> Formula:
    """Return what one use sends back of the other examples alone."""

    def changed(o: Operands) -> Array:
        upstream = np.array(o.upstreams[index])
        np.moveaxis(upstream, axis, 0)[left_out] = 0.0
        return working.contribution(index, o.with_upstream(index, upstream))

    return changed


def summed_examples(working: Working, c: Contribution) -> tuple[int, int]:
    """Return over which axis one use adds up examples, and how many there are; 1 where it does not,
    since the result has an axis of examples itself.
    """
    axes = working.trace.axes[c.consumer]
    if len(axes) != 1 or working.step.node not in working.trace.graph.parameters:
        return 0, 1
    return axes[0], c.upstream.shape[axes[0]]


def biases_of(expr: Expr, working: Working) -> list[Name]:
    """Return the parameters that a formula adds as they are to what it computes of others."""
    own = working.trace.graph.parameters
    sums = [terms_of(part) for part in parts_of(expr) if part.op in ("add", "sub")]
    found = [
        term for terms in sums for _, term in terms if isinstance(term, Name) and term.name in own
        and not any(isinstance(other, Name) for _, other in terms if other is not term)
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def factors_of(expr: Expr, working: Working) -> list[tuple[str, float]]:
    """Return the constant factors that a formula is multiplied by, such as 1/2 and 1/m."""
    found: list[tuple[str, float]] = []
    pending: list[tuple[Expr, bool]] = [(expr, True)]
    while pending:
        part, multiplies = pending.pop()
        value = _constant(part, working)
        if value is not None and value not in (0.0, 1.0) and part is not expr:
            about = number_text(value) if isinstance(part, Number) else to_text(part)
            found.append((about, value) if multiplies else (f"1/{about}", 1 / value))
        elif isinstance(part, Apply) and part.op in ("mul", "div"):
            over = multiplies if part.op == "mul" else not multiplies
            pending += [(part.args[0], multiplies), (part.args[1], over)]
        elif isinstance(part, Apply) and part.op == "neg":
            pending.append((part.args[0], multiplies))
        elif isinstance(part, Apply) and part.op == "mean" and multiplies:
            whole = evaluate(part.args[0], working.trace.values)
            count = np.size(whole) / max(np.size(evaluate(part, working.operands.values)), 1)
            found.append(("1/m", 1 / count))
    both = math.prod(share for _, share in found)
    if len(found) > 1:
        found.append((" and ".join(about for about, _ in found), both))
    return found


def _constant(expr: Expr, working: Working) -> float | None:
    """Return the value of a number, or of the batch size m."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Name) and expr.name == BATCH_SIZE:
        return float(working.trace.values[BATCH_SIZE])
    if isinstance(expr, Apply) and len(expr.args) == 1 and isinstance(expr.args[0], Number):
        return float(evaluate(expr, {}))
    return None
