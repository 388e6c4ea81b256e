"""The curvatures of the cost at a point, and the learning rate above which steps grow."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import numpy as np

from gdtutor.engine.expression import Name
from gdtutor.engine.gradient_check import step_for
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.trace import Trace, trace
from gdtutor.training.evaluation import averaged, fitting_batches
from gdtutor.training.optimisers import coupled_decay
from gdtutor.training.problem import Indices, Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import State
from gdtutor.training.trouble import JUMPS, STILL, Trouble, judge, transient_of
from gdtutor.training.walked import is_jumping, norm_of
from gdtutor.values import Struct

ROUNDS = 60
"""Most directions in which the largest curvature is looked for."""
ENOUGH = 1e-6
"""Relative error of the largest curvature at which that ends."""
MOST_WORK = 5_000_000
"""Trained cells times examples above which the limit is not worked out: it would take seconds."""

MOST_CELLS = 64
"""Trained cells above which the curvatures are not worked out one by one."""

FEW_CELLS = 16
"""Trained cells up to which a flat curve is held against the lowest cost there can be."""
FEW_EXAMPLES = 10_000
"""Examples up to which it is."""
THROWN = 10 * STILL
"""Share of the cost that a run on batches may still gain at its lowest point: its last batch has by
chance thrown it up to ten times as high as it lies on average, which a flat curve shows."""

_ROUNDING = float(np.finfo(np.float64).eps)
_MARGIN = 4.0
"""Times what another step makes of the second derivatives, and their rounding: a curvature no
larger than that may be 0, or of the other sign."""

Measure = Callable[[Trace], Arrays]
Gradient = Callable[[Array], Array]
"""The gradient of the cost at a vector of all trained parameters."""


class Stability(Struct, frozen=True):
    """How steep the cost bends, and what that allows."""

    curvature: float
    """λmax, the largest eigenvalue of the matrix of second derivatives of what is descended: the
    cost, and what a weight decay adds to it."""
    limit: float
    """2/λmax: along the steepest bend, gradient descent with a larger rate moves away; infinite
    where nothing bends upwards."""
    is_everywhere: bool = False
    """Whether it bends the same everywhere, as a regression's cost does."""
    decay: float = 0.0
    """The weight decay that its slope is with."""


def stability_of(
    problem: Problem, parameters: dict[str, Array], batch: Indices, settings: Settings | None = None
) -> Stability | None:
    """Return the stability limit at some parameters, for the cost of a batch and the weight decay
    of the settings.

    None where a value is not finite, or where it would take too long.

    Source: LeCun, Simard and Pearlmutter, Automatic learning rate maximization by on-line
    estimation of the Hessian's eigenvectors, 1993, with a central difference; the limit
    2/λmax is that of the quadratic model, as in LeCun et al., Efficient BackProp, 1998.
    """
    cells = problem.trained_cells
    if not cells or cells * max(len(batch), 1) > MOST_WORK:
        return None
    gradient, start = gradient_of(problem, parameters, batch, settings)
    curvature = largest_curvature(gradient, start)
    if curvature is None:
        return None
    limit = 2 / curvature if curvature > 0 else np.inf
    return Stability(curvature, limit, _is_linear(gradient, start), coupled_decay(settings))


def _is_linear(gradient: Gradient, start: Array) -> bool:
    """Say whether a gradient changes by the same over the same way, near and far."""
    way = np.random.RandomState(0).uniform(-1, 1, start.size)
    far = 100 * max(1.0, float(np.max(np.abs(start)))) * way
    with np.errstate(all="ignore"):
        here = gradient(start)
        whole, half, back = (gradient(start + share * far) - here for share in (1, 0.5, -1))
        rounding = 1e-9 * float(np.max(np.abs(whole)))
        told = all(np.allclose(one, whole, 1e-6, rounding) for one in (2 * half, -back))
    return told and bool(np.isfinite(whole).all())


class Bend(Struct, frozen=True):
    """The cost along its only trained number, where it bends the same everywhere: a parabola."""

    curvature: float
    """The second derivative."""
    factor: float = 1.0
    """It is so many times the square of what the number is multiplied with,"""
    of: str = ""
    """an input; empty where it is something else."""
    is_mean: bool = False
    """Whether the square is a mean over the batch."""


def bend_of(problem: Problem, parameters: dict[str, Array], batch: Indices) -> Bend | None:
    """Return how the cost bends along its only trained number, None where that changes.

    On a parabola one step of gradient descent multiplies the distance to its lowest point by
    1 - rate * curvature.
    """
    if problem.trained_cells != 1:
        return None
    gradient, start = gradient_of(problem, parameters, batch)
    name, given = problem.trained[0], problem.given(parameters, batch)
    with np.errstate(all="ignore"):
        step = max(1.0, abs(float(start[0])))
        slopes = [float(gradient(start + way * step)[0]) for way in (-2, -1, 1, 2)]
        bends = np.diff(slopes) / (step * np.array([1, 2, 1]))
        uses = trace(problem.graph, given, wanted=(name,)).contributions.get(name, ())
    bend = float(bends[1])
    # Between two places that are as far on either side a cubic bends as a parabola does.
    if not np.isfinite(bends).all() or np.max(np.abs(bends - bend)) > 1e-9 * abs(bend):
        return None
    formula = uses[0].local_formula if len(uses) == 1 else None
    if isinstance(formula, Name) and formula.name in given:
        square = float(np.mean(np.square(given[formula.name])))
        factor = round(bend / square, 9) if square else 0.0
        if factor in (1.0, 2.0):
            return Bend(bend, factor, formula.name, np.ndim(given[formula.name]) > 0)
    return Bend(bend)


def is_lowest(problem: Problem, parameters: Arrays, settings: Settings, cost: float) -> bool:
    """Say whether no step lowers a cost that bends the same everywhere, as a regression's does,
    and what a weight decay adds to it.

    Its gradient is linear in what is trained, so that one step of Newton's method leads to its
    lowest point: there is no more to gain than what a flat curve may move by, or where batches
    have thrown it.

    Args:
        problem: The problem.
        parameters: Where it stands.
        settings: Of the run.
        cost: The cost there.
    """
    cells, examples = problem.trained_cells, settings.trained_on(problem.size)
    if not 0 < cells <= FEW_CELLS or examples > FEW_EXAMPLES:
        return False
    gradient, start = gradient_of(problem, dict(parameters), np.arange(examples), settings)
    if not _is_linear(gradient, start):
        return False
    with np.errstate(all="ignore"):
        slope, step = gradient(start), max(1.0, float(np.max(np.abs(start))))
        ways = step * np.eye(cells)
        bends = np.array([gradient(start + w) - gradient(start - w) for w in ways]) / (2 * step)
        if not np.isfinite(bends).all():
            return False
        newton = np.linalg.lstsq(bends, -slope, rcond=1e-10)[0]
        lowest = float(np.linalg.eigvalsh((bends + bends.T) / 2)[0])
        is_bowl = lowest > -1e-9 * np.max(np.abs(bends))
        is_root = np.allclose(bends @ newton, -slope, rtol=1e-6, atol=1e-9)
    most = STILL if settings.is_whole(examples) else THROWN
    return bool(is_bowl and is_root and -float(slope @ newton) / 2 <= most * abs(cost))


def verdict_of(
    problem: Problem,
    settings: Settings,
    state_of: Callable[[], State],
    costs: Array,
    stopped_by: str | None,
) -> str:
    """Return the word for what went wrong with a run, as `judge`, with what it has come to, which
    is asked for where the curve is flat alone.

    A flat curve whose cost is the lowest there is has come to its end, and is not stuck: one whose
    parameters are not known, as those of costs alone are not, is.
    """
    transient = transient_of(settings, settings.trained_on(problem.size))
    found = judge(costs, stopped_by, transient)
    if found != Trouble.STUCK.value:
        return found
    state = state_of()
    if not set(problem.trained) <= set(state.parameters):
        return found
    if is_lowest(problem, state.parameters, settings, float(costs[-1])):
        return ""
    return JUMPS if is_jumping(problem, settings, state, float(costs[-1])) else found


def gradient_of(
    problem: Problem, parameters: dict[str, Array], examples: Indices,
    settings: Settings | None = None, of: Measure = attrgetter("gradients"),
) -> tuple[Gradient, Array]:  # fmt: skip
    """Return the gradient of the cost of examples as a function of all trained cells, with the
    weight decay of the settings, if any, and where they are.

    The cells stand in one vector, parameter after parameter, each in row order. Of a trace that
    function may be of something else: the bounds of its gradients' rounding.
    """
    trained = [(name, parameters[name]) for name in problem.trained]
    start = np.concatenate([np.ravel(value) for _, value in trained])
    ends = np.cumsum([np.size(value) for _, value in trained])[:-1]
    if problem.is_single and len(examples) > 1:
        problem = averaged(problem)
    batches, decay = fitting_batches(problem, examples), coupled_decay(settings)
    decays = [settings is not None and settings.decays(name) for name, _ in trained]
    shares = decay * np.repeat(decays, [np.size(value) for _, value in trained])

    def of_batch(values: dict[str, Array], batch: Indices) -> Array:
        given = problem.given(values, batch)
        gradients = of(trace(problem.graph, given, wanted=problem.trained))
        return np.concatenate([np.ravel(gradients.get(n, np.zeros_like(v))) for n, v in trained])

    def gradient(point: Array) -> Array:
        parts = np.split(point, ends)
        own = {n: part.reshape(np.shape(v)) for (n, v), part in zip(trained, parts, strict=True)}
        each = [of_batch({**parameters, **own}, batch) for batch in batches]
        found = each[0] if len(each) == 1 else np.mean(each, axis=0)
        return found + shares * point if decay else found

    return gradient, start


def curvatures(problem: Problem, parameters: dict[str, Array], batch: Indices) -> Array | None:
    """Return the eigenvalues of the cost's matrix of second derivatives, the lowest first.

    Each column of the matrix is a central difference of gradients; its two triangles differ by
    rounding alone, and their mean is taken. All above 0 at a point without slope is a minimum; one
    below 0 is a way down. One that steps twice as wide may make 0 is 0. None for no trained cell,
    or more than `MOST_CELLS`.
    """
    if not 0 < problem.trained_cells <= MOST_CELLS:
        return None
    gradient, start = gradient_of(problem, parameters, batch)
    steps = np.array([step_for(float(number)) for number in start])
    with np.errstate(all="ignore"):
        matrix, wider = (
            np.array([gradient(start + way) - gradient(start - way) for way in np.diag(times)])
            / (2 * times[:, None])
            for times in (steps, 2 * steps)
        )
        rounding = _ROUNDING * (abs(matrix) + np.outer(1 / steps, abs(gradient(start))))
    if not np.isfinite([matrix, wider, rounding]).all():
        return np.full(start.size, np.nan)
    found = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    error = norm_of(matrix - wider) + norm_of(rounding)
    found[np.abs(found) <= _MARGIN * error] = 0.0
    return found


def largest_curvature(gradient: Gradient, point: Array) -> float | None:
    """Return the largest eigenvalue of the matrix of second derivatives at a point.

    The product with a direction is a central difference of gradients along it; each direction is
    what the last product has beside all directions before, and in these the matrix has two equal
    rows of numbers beside its diagonal.

    Source: Lanczos, An iteration method for the solution of the eigenvalue problem of linear
    differential and integral operators, 1950.
    """
    rounds, found = min(ROUNDS, point.size), 0.0
    basis, small = np.zeros((rounds, point.size)), np.zeros((rounds, rounds))
    rest = np.random.RandomState(0).normal(size=point.shape)
    with np.errstate(all="ignore"):
        step, size = step_for(norm_of(point)), norm_of(rest)
        open_ = _MARGIN * _ROUNDING * norm_of(gradient(point)) / step
        for at in range(rounds):
            basis[at] = rest / size
            above, below = (gradient(point + way * basis[at]) for way in (step, -step))
            product = (above - below) / (2 * step)
            if not np.isfinite(product).all():
                return None
            small[at, at] = basis[at] @ product
            rest = product - basis.T @ (basis @ product)
            rest -= basis.T @ (basis @ rest)
            size = norm_of(rest)
            values, vectors = np.linalg.eigh(small[: at + 1, : at + 1])
            found = float(values[-1])
            if size * abs(vectors[-1, -1]) <= max(ENOUGH * abs(found), open_) or at + 1 == rounds:
                break
            small[at, at + 1] = small[at + 1, at] = size
    return found if abs(found) > open_ else 0.0
