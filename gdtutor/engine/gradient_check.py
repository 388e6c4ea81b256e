"""Gradients held against central differences of the forward pass alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from gdtutor.engine.graph import Graph, Node
from gdtutor.engine.moved import MovedCell, extrapolated, rounding_noise
from gdtutor.engine.operations import OPERANDS, OPERATIONS, Array, Arrays, evaluate, parse_rule
from gdtutor.engine.shapes import Shape
from gdtutor.engine.trace import forward
from gdtutor.values import Struct, replace

TOLERANCE = 1e-6
"""Relative error up to which a gradient counts as confirmed."""

_ROUNDING = float(np.finfo(np.float64).eps)
_STEP: float = _ROUNDING ** (1 / 3)
_SHORTER = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
"""Shares of the step that are tried where it is too wide."""
_LONGER = (1e3, 1e2, 1e1)
"""Multiples of the step that are tried besides where no smaller one confirms the gradient, or only
what is granted to rounding does: it does less to them."""
_SETTLED = 1e-3
"""Relative difference up to which steps say the same of a slope."""
_CLEAR = 0.1
"""Share of a slope that rounding may make up where steps are compared, and of the gradient's error
that they may differ by."""


class Difference(Struct, frozen=True):
    """One central difference, (f(x + h) − f(x − h)) / 2h, beside the gradient it checks."""

    name: str
    cell: tuple[int, ...]
    step: float
    """h, in units of the leaf's value."""
    above: float
    """The root's value at x + h."""
    below: float
    """The root's value at x − h."""
    estimate: float
    gradient: float
    noise: float
    """How far rounding may have moved the estimate."""
    relative_error: float
    """|estimate − gradient| over the larger of both, 0 where that is no more than the noise."""
    takes_bend_out: bool = False
    """Whether the error is that of the estimate without the change of the slope within h."""
    is_settled: bool = True
    """Whether a difference with another step says the same, so that what it says can be held
    against the gradient; only looked at where both do not agree."""

    @property
    def is_confirmed(self) -> bool:
        """Whether both agree within `TOLERANCE`."""
        return bool(self.relative_error <= TOLERANCE)

    @property
    def is_close(self) -> bool:
        """Whether they agree so without what is granted to rounding."""
        larger = max(abs(self.estimate), abs(self.gradient))
        return abs(self.estimate - self.gradient) <= TOLERANCE * larger or self.takes_bend_out

    @property
    def is_finite(self) -> bool:
        """Whether gradient and difference are numbers that can be compared."""
        return bool(np.isfinite(self.gradient) and np.isfinite(self.estimate))


def check_cell(
    graph: Graph, given: Arrays, name: str, cell: tuple[int, ...], gradient: float
) -> Difference:
    """Compare one cell of a leaf's gradient with the central difference of the root.

    Where both do not agree, the root may bend within the step: next to a pole or to the end of a
    logarithm, or in a wave that is shorter than the step. Smaller steps then show its slope, as
    long as rounding leaves digits for that.

    Returns:
        The difference that confirms the gradient; else one that two steps agree on; else the first,
        which is not settled.

    Source: Nocedal and Wright, Numerical Optimization, 2nd ed., eq. 8.7; the step is the cube root
    of the machine epsilon, times the size of the value.
    """
    moved = MovedCell(graph, forward(graph, given), name, cell)

    def at(step: float) -> Difference:
        roots = moved.root_at(moved.value + step), moved.root_at(moved.value - step)
        return difference_of(moved, step, roots, gradient)

    first = at(step_for(moved.value))
    if first.is_finite and not first.is_confirmed:
        first = refined(first, moved)
    if first.is_confirmed:
        return first if first.is_close else _sharper(first, at, moved)
    closer = [at(step) for step in _smaller_steps(moved.value)]
    for found in closer:
        if found.is_confirmed and found.noise <= TOLERANCE * abs(found.estimate):
            return found
    wider = [at(first.step * longer) for longer in _LONGER]
    return _settled((*wider, first, *closer), len(wider)) or replace(first, is_settled=False)


def _sharper(first: Difference, at: Callable[[float], Difference], moved: MovedCell) -> Difference:
    """Return the difference whose digits agree best with a gradient that one has confirmed.

    Beside a large root rounding hides the gradient in a small step; a wider one lifts it out.
    """
    if max(abs(first.estimate), abs(first.gradient)) <= first.noise:
        return first
    best = first
    for longer in reversed(_LONGER):
        wide = at(first.step * longer)
        straight = replace(wide, estimate=extrapolated(moved, wide.step, wide.estimate))
        best = min((best, wide, straight), key=_apart)
        if best.is_close:
            break
    return best


def _apart(found: Difference) -> float:
    """Return the relative error with what is granted to rounding."""
    return _relative_error(found.estimate, found.gradient, 0.0)


def _smaller_steps(value: float) -> list[float]:
    """Return steps for where the first one is too wide, from wide to narrow."""
    step = step_for(value)
    own = _STEP * abs(value)
    steps = [step * shorter for shorter in _SHORTER]
    return sorted([*steps, *([own] if 0 < own < step else [])], reverse=True)


def _settled(tried: Sequence[Difference], first: int) -> Difference | None:
    """Return a difference that can be held against the gradient, None where there is none.

    It is one that the next two smaller steps agree with, and more so than with the gradient; or the
    usual one, where it tells of a slope of 0. Where the root is a wave shorter than all steps, or
    nothing but rounding, a smaller step gives a larger difference.

    Args:
        tried: Differences that do not confirm the gradient, from wide to narrow.
        first: The place of the one with the usual step, which has all its noise.
    """
    usual = tried[first]
    rounding = usual.noise * usual.step
    for three in zip(tried, tried[1:], tried[2:], strict=False):
        estimates = np.array([found.estimate for found in three])
        with np.errstate(all="ignore"):
            apart, size = float(np.ptp(estimates)), float(np.max(np.abs(estimates)))
            wrong = float(np.min(np.abs(estimates - usual.gradient)))
        noise = sum(rounding / found.step for found in three)
        if noise <= _CLEAR * size and apart <= min(_SETTLED * size + noise, _CLEAR * wrong):
            return three[-1]
    return usual if _vanishes(tried[first : first + 3]) else None


def _vanishes(three: Sequence[Difference]) -> bool:
    """Say whether differences tell of a slope of 0, far below the gradient.

    Either they shrink with the step, or the first is nothing but rounding, of a root that rounding
    leaves most of its digits.
    """
    usual = three[0]
    least = _SETTLED * abs(usual.gradient)
    sizes = [abs(found.estimate) for found in three]
    if sizes == sorted(sizes, reverse=True) and sizes[0] <= least:
        return True
    root = max(abs(usual.above), abs(usual.below))
    return sizes[0] <= usual.noise <= least and usual.noise * usual.step <= _SETTLED * root


def step_for(value: float) -> float:
    """Return the step of a central difference at a value."""
    return _STEP * max(1.0, abs(value))


def difference_of(
    moved: MovedCell, step: float, roots: tuple[float, float], gradient: float
) -> Difference:
    """Compare a gradient with the central difference of the root's values above and below.

    Args:
        moved: The cell that is moved.
        step: How far it is moved each way.
        roots: The root's values above and below.
        gradient: What is compared.
    """
    # The step that float64 really takes.
    above_at, below_at = moved.value + step, moved.value - step
    above, below = roots
    with np.errstate(all="ignore"):
        estimate = float(np.float64(above - below) / np.float64(above_at - below_at))
        noise = 4 * _ROUNDING * max(abs(above), abs(below)) / step
        error = _relative_error(estimate, gradient, noise)
    return Difference(moved.name, moved.cell, step, above, below, estimate, gradient, noise, error)


def refined(found: Difference, moved: MovedCell) -> Difference:
    """Look again at a difference that does not agree: what rounding and bending did to it.

    At a minimum, where the gradient is exactly 0, nothing else is left of a difference. What the
    slope's change within h contributes is measured and taken out; only rounding widens what counts
    as agreement.

    Args:
        found: The difference.
        moved: The cell that it moves.
    """
    noise = max(found.noise, rounding_noise(moved, found.step))
    error = _relative_error(found.estimate, found.gradient, noise)
    seen = replace(found, noise=noise, relative_error=error)
    if seen.is_confirmed:
        return seen
    better = extrapolated(moved, found.step, found.estimate)
    # Its rounding errors are at most (4 + 1/2)/3 times those of the difference.
    error = _relative_error(better, found.gradient, 1.5 * noise)
    is_better = error <= TOLERANCE
    return replace(seen, relative_error=error, takes_bend_out=True) if is_better else seen


def _relative_error(estimate: float, gradient: float, noise: float) -> float:
    """Return the error relative to the larger; differences below the rounding noise count as 0.

    Infinite where a value is not finite, which confirms nothing.
    """
    difference = abs(estimate - gradient)
    if not np.isfinite(difference):
        return float("inf")
    if difference <= noise:
        return 0.0
    return difference / max(abs(estimate), abs(gradient), 1e-12)


def spread_cells(shape: Shape, most: int) -> list[tuple[int, ...]]:
    """Return cells of an array, at most so many, spread evenly."""
    count = math.prod(shape)
    places = np.linspace(0, count - 1, min(most, count)).astype(int)
    return [tuple(int(i) for i in np.unravel_index(place, shape)) for place in places]


def nodes_at_kink(graph: Graph, values: Arrays) -> tuple[str, ...]:
    """Return the elementary nodes that stand where their derivative does not exist."""
    return tuple(
        node.name
        for node in graph.nodes
        if OPERATIONS[node.op].kink and bool(np.any(apart_from_kink(node, values) == 0))
    )


def apart_from_kink(node: Node, values: Arrays) -> Array:
    """Return, cell by cell, what is 0 exactly where a node's derivative does not exist.

    Only for a node whose operation has a kink.
    """
    operands = {key: evaluate(arg, values) for key, arg in zip(OPERANDS, node.args, strict=False)}
    kink = parse_rule(OPERATIONS[node.op].kink, node.attribute)
    with np.errstate(all="ignore"):
        return evaluate(kink, {**operands, "out": values[node.name]})
