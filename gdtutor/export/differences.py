"""Where a script computes otherwise than the walk: how far its values may be from the walk's, where
no two computations agree, and which lines are written one operation after the other.

A script rounds in its own way, and so each iteration begins a little off; where an update divides
by the size of gradients, or a sine turns once more, that little becomes much.

The formula of a gradient that a folded line shows has the line's inner results written out, and is
shortened: `0*a` is 0 whatever a is, `b*(c*d)` is `b*c*d`. It is computed from the inner results as
they are; where that can make more than a rounding of difference, a script names them.
"""

from __future__ import annotations

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Number, substitute
from gdtutor.engine.graph import Graph, Line
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.rounding import RoundingErrors, rounding_of
from gdtutor.engine.trace import Trace, trace
from gdtutor.session.moment import Moment
from gdtutor.training.optimisers import optimiser_of, root_of, row_for
from gdtutor.training.updates import update, zero_state


def needs_inner_results(trace: Trace, line: Line) -> bool:
    """Say whether a gradient through a line may come out otherwise by the formula that is shown.

    An overflow, a missing number that a factor of 0 hides, or a near tie of products that are
    multiplied in another order; a constant factor in another place is a rounding.
    """
    if line.first == line.last:
        return False
    inner = _written_out(trace.graph, line)
    return any(
        _without_constants(substitute(c.computed, inner)) != _without_constants(c.rule)
        for received in trace.contributions.values()
        for c in received
        if c.consumer == line.name
    )


def _written_out(graph: Graph, line: Line) -> dict[str, Expr]:
    """Return the inner results of a line as formulas over what the line names."""
    found: dict[str, Expr] = {}
    for node in graph.nodes[line.first : line.last]:
        args = tuple(substitute(arg, found) for arg in node.args)
        found[node.name] = Apply(node.op, args, node.attribute)
    return found


def _without_constants(expr: Expr) -> Expr:
    """Return a product without its signs and its constant factors; one of 0 stays."""
    if not isinstance(expr, Apply) or expr.op not in ("mul", "div", "neg"):
        return expr
    args = [_without_constants(arg) for arg in expr.args]
    if expr.op == "neg":
        return args[0]
    if _is_factor(args[1]):
        return args[0]
    if expr.op == "mul" and _is_factor(args[0]):
        return args[1]
    return Apply(expr.op, tuple(args))


def _is_factor(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value != 0


_RELATIVE, _ABSOLUTE = 5e-10, 5e-16
"""What a line may move by: half of what a script lets it differ by from the walk's."""
_DRAWS = 3
"""How often an iteration is computed again from where the script may begin it."""
_MARGIN = 2.0
"""What is furthest off may be further than so few draws tell."""
_ROUNDED = 4 * float(np.finfo(np.float64).eps)
"""What an update may be off by, relative to what it gives."""


def errors_of(own: Trace, errors: Arrays) -> RoundingErrors:
    """Return how far every value of an iteration may be off.

    Args:
        own: What the walk shows.
        errors: How far every parameter may be off where the iteration begins.
    """
    found = rounding_of(own)
    off = {leaf.name: errors[leaf.name] for leaf in own.graph.leaves if leaf.name in errors}
    unfolded = {own.graph.lines[node.line].name for node in own.visible if not node.folded}
    random = np.random.RandomState(0)
    for _ in range(_DRAWS if any(np.any(error) for error in off.values()) else 0):
        given = {leaf.name: own.values[leaf.name] for leaf in own.graph.leaves}
        for name, error in off.items():
            given[name] = given[name] + error * random.uniform(-1, 1, np.shape(error))
        wanted = [name for name in own.backward_order if name in given]
        found = _widened(
            found, own, trace(own.graph, given, wanted=wanted, unfolded=unfolded)
        )  # fmt: skip
    return found


def _widened(known: RoundingErrors, own: Trace, other: Trace) -> RoundingErrors:
    """Return bounds that hold both computations of an iteration."""
    shares, local = {}, {}
    for name, received in own.contributions.items():
        pairs = list(zip(received, other.contributions[name], strict=True))
        shares[name] = tuple(
            _wider(bound, a.value, b.value)
            for bound, (a, b) in zip(known.shares[name], pairs, strict=True)
        )
        local[name] = tuple(
            bound if bound is None else _wider(bound, a.local, b.local)
            for bound, (a, b) in zip(known.locals[name], pairs, strict=True)
        )
    return RoundingErrors(
        {n: _wider(b, own.values[n], other.values[n]) for n, b in known.values.items()},
        {n: _wider(b, own.gradients[n], other.gradients[n]) for n, b in known.gradients.items()},
        shares,
        local,
    )


def _wider(bound: Array, one: Array | None, other: Array | None) -> Array:
    if one is None or other is None:
        return bound
    with np.errstate(all="ignore"):
        apart = _MARGIN * np.abs(one - other)
    return np.fmax(bound, apart)


def rounded_cells(moment: Moment, bounds: Arrays) -> dict[str, Array]:
    """Return where the rounding of a gradient moves what an update gives far, for every parameter
    with such cells: 1 there, else 0.

    An optimiser that divides by the size of gradients makes much of one that is small beside the
    terms of which it is the sum, and of one that is 0 where these cancel.

    Args:
        moment: The iteration.
        bounds: How far every gradient may be off.
    """
    found = {}
    for name in moment.updates:
        if name in moment.trace.gradients:
            cells = np.zeros(np.shape(moment.state.parameters[name]), dtype=bool)
            for value, off in _moved(moment, name, bounds[name]):
                cells |= off > _RELATIVE * np.abs(value) + _ABSOLUTE
            if cells.any():
                found[name] = cells.astype(np.float64)
    return found


def errors_after(moment: Moment, bounds: Arrays, errors: Arrays) -> dict[str, Array]:
    """Return how far every parameter may be off after the updates of an iteration.

    Args:
        moment: The iteration.
        bounds: How far every gradient may be off.
        errors: How far every parameter was off before.
    """
    found = {}
    settled = rounded_cells(moment, bounds)
    for name, done in moment.updates.items():
        off = errors.get(name, np.zeros(np.shape(done.p)))
        for _, moved in _moved(moment, name, bounds[name]) if name in bounds else ():
            off = off + np.where(np.isfinite(moved), moved, 0.0)
        off = np.where(settled.get(name, 0.0), 0.0, off)
        size = np.where(np.isfinite(done.p), np.abs(done.p), 0.0)
        found[name] = np.asarray(off + _ROUNDED * size)
    return found


def _moved(moment: Moment, name: str, bound: Array) -> list[tuple[Array, Array]]:
    """Return what every line of an update gives, and how far a gradient's error moves it."""
    done, p = moment.updates[name], moment.state.parameters[name]
    if moment.settings is None or root_of(moment.settings):
        return []
    row, constants = row_for(moment.settings, name), optimiser_of(moment.settings)[1]
    constants |= {"t": moment.state.t + 1, "learning_rate": moment.learning_rate}
    state = moment.state.optimizer.get(name) or zero_state(row, p)
    found = [(value, np.zeros(np.shape(value))) for _, _, value in done.lines]
    with np.errstate(all="ignore"):
        for side in (1.0, -1.0):
            other = update(row, p, done.gradient + side * bound, state, constants)
            found = [
                (one, np.fmax(off, np.abs(one - two)))
                for (one, off), (_, _, two) in zip(found, other.lines, strict=True)
            ]
    return found
