"""Every gradient that a lesson shows, held against central differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtutor.check.findings import GRADIENTS, Notes, TimeLimit
from gdtutor.engine.expression import Name
from gdtutor.engine.gradient_check import (
    TOLERANCE,
    Difference,
    check_cell,
    nodes_at_kink,
    spread_cells,
)
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import Array, Arrays, evaluate
from gdtutor.engine.proof import prove
from gdtutor.engine.rounding import is_rounding, rounding_of
from gdtutor.engine.trace import Trace, trace
from gdtutor.engine.work import forward_work
from gdtutor.lesson.selectors import cell_text
from gdtutor.session.moment import Moment
from gdtutor.session.steps import wanted_gradients
from gdtutor.values import Struct

GRADIENT_WORK = 3e6
"""How long the central differences of one lesson may take together, in estimated microseconds."""
_CELLS = 64
"""Cells of one parameter that are checked at most."""
_ASIDE = 1e-3
"""How far beside a kink a gradient is checked."""


class GradientChecked(Struct, frozen=True):
    """A parameter's gradient beside the central difference."""

    lesson: str
    """The lesson's id."""
    parameter: str
    """The parameter, or the input that the lesson asks a gradient for."""
    relative_error: float
    """Of its worst cell, in any graph and variant of the lesson."""


def check_gradients(notes: Notes, moment: Moment) -> None:
    """Hold every gradient that the walk shows against central differences."""
    shown = [
        (scene, done, name)
        for scene, done in zip(notes.lesson.scenes, moment.traces, strict=True)
        if scene.backward
        for name in wanted_gradients(notes.lesson, done.graph)
        if name in done.gradients
    ]
    for done in {id(done): done for _, done, _ in shown}.values():
        if notes.limit.within(GRADIENTS, "folding"):
            _check_folding(notes, done)
    for _, done, name in shown:
        if not notes.limit.within(GRADIENTS, f"the gradient of {name}"):
            continue
        strange = np.argwhere(~np.isfinite(done.gradients[name]))
        if len(strange):
            _report_strange(notes, done, name, tuple(int(i) for i in strange[0]))
            continue
        work = 2 * _microseconds(done) * len(shown) * notes.shares
        most = int(min(max(GRADIENT_WORK // max(work, 1), 1), _CELLS))
        found = _difference(notes, done, name, most)
        if found.is_confirmed or _contradicts(found):
            notes.errors[name] = max(_stated(found), notes.errors.get(name, 0.0))


def _check_folding(notes: Notes, done: Trace) -> None:
    """Report gradients that are not the same where every line is unfolded."""
    lines = frozenset(line.name for line in done.graph.lines if line.first != line.last)
    if not lines:
        return
    given = {leaf.name: done.values[leaf.name] for leaf in done.graph.leaves}
    names, bounds = tuple(name for name in done.gradients if name in given), rounding_of(done)
    other = trace(done.graph, given, wanted=names, unfolded=lines)
    for name in names:
        one, two = done.gradients[name], other.gradients[name]
        apart = ~np.isclose(one, two, rtol=TOLERANCE, atol=_scale(one, two), equal_nan=True)
        apart &= np.isfinite(one) & np.isfinite(two)
        # What is rounding in both is no number that could be the same.
        apart &= ~is_rounding(np.maximum(np.abs(one), np.abs(two)), 2 * bounds.gradients[name])
        if np.any(apart):
            cell = tuple(int(i) for i in np.argwhere(apart)[0])
            what = (
                f"{notes.of}the gradient of {_called(name, cell)} is {one[cell]:.6g} where lines "
                f"are folded and {two[cell]:.6g} where they are unfolded"
            )
            hint = "both are one number; this is a mistake of gdtutor"
            notes.add("folding", what, hint, notes.of_name(name))


def _scale(*gradients: Array) -> float:
    """Return what is nothing beside the largest finite cell: what sums that cancel leave."""
    finite = [np.abs(gradient[np.isfinite(gradient)]) for gradient in gradients]
    return TOLERANCE * max((float(np.max(part)) for part in finite if part.size), default=0.0)


def _microseconds(done: Trace) -> float:
    """Return about how long a forward pass takes: a microsecond for each operation, and its cells
    and products."""
    graph = done.graph
    work = forward_work(graph, {leaf.name: done.values[leaf.name].shape for leaf in graph.leaves})
    return len(graph.nodes) + work.cells / 1000 + work.products / 4000


def _report_strange(notes: Notes, done: Trace, name: str, cell: tuple[int, ...]) -> None:
    """Report a gradient that is itself not finite, unless the lesson is about that."""
    if notes.lesson.diverges:
        return
    what = f"{notes.of}the gradient of {_called(name, cell)} is {done.gradients[name][cell]:.6g}"
    notes.add("not-finite", what, _why_strange(done), notes.of_name(name))


def _why_strange(done: Trace) -> str:
    """Return why a gradient may not be finite, and what to do."""
    for node in done.graph.nodes:
        if node.op != "pow" or not isinstance(node.args[1], Name):
            continue
        if np.any(evaluate(node.args[0], done.values) < 0):
            return "a negative number to a power has no slope in the exponent; give other values"
    return "the way back divides by 0 here, or its numbers overflow; give other values"


def _difference(notes: Notes, done: Trace, name: str, most: int) -> Difference:
    """Return the worst difference of a gradient; what is wrong with it is reported.

    At a kink the derivative does not exist, so there the gradient is checked a little beside, where
    the same rules hold.
    """
    given = {leaf.name: done.values[leaf.name] for leaf in done.graph.leaves}
    found = _worst(notes.limit, done, given, name, most)
    kinks = nodes_at_kink(done.graph, done.values)
    left = _left_kinks(notes.limit, done, name, most) if kinks and found.is_confirmed else kinks
    for kink in left:
        line = kink.partition(".")[0]
        what = f"{notes.of}{line} stands at a kink, where its derivative does not exist"
        hint = "gradients are checked beside it; another start would avoid it"
        notes.add("kink", what, hint, notes.of_name(line), "warning")
    if found.is_confirmed:
        return found
    beside = _beside(given, [leaf.name for leaf in done.graph.leaves if leaf.name != BATCH_SIZE])
    again = _worst(notes.limit, trace(done.graph, beside, wanted=(name,)), beside, name, most)
    if again.is_confirmed:
        return again
    wrong = next((d for d in ((again,) if kinks else (found, again)) if _contradicts(d)), None)
    if wrong is None:
        _report_unconfirmed(notes, done, found)
        return found
    what = (
        f"{notes.of}the gradient of {_called(name, wrong.cell)} is {wrong.gradient:.6g}, the "
        f"central difference {wrong.estimate:.6g}"
    )
    hint = f"a relative error of {wrong.relative_error:.1e}; this may be a mistake of gdtutor"
    notes.add("gradient", what, hint, notes.of_name(name))
    return wrong


def _left_kinks(limit: TimeLimit, done: Trace, name: str, most: int) -> tuple[str, ...]:
    """Return the nodes at whose kink a leaf's cells stand, though the difference agrees: where the
    gradient is shared, it is halfway between both slopes."""
    found: list[str] = []
    gradient = done.gradients[name]
    for cell in spread_cells(gradient.shape, most):
        if found or not limit.within(GRADIENTS, f"kinks of {name}"):
            break
        found += prove(done.graph, done.values, name, cell, float(gradient[cell])).kinks
    return tuple(found)


def _contradicts(found: Difference) -> bool:
    """Say whether a difference that does not agree can be believed."""
    return found.is_finite and found.is_settled and not found.is_confirmed


def _report_unconfirmed(notes: Notes, done: Trace, found: Difference) -> None:
    """Report a gradient that nothing can be held against: no difference beside it tells."""
    called = _called(found.name, found.cell)
    strange = [root for root in (found.above, found.below) if not np.isfinite(root)]
    so = f"so its gradient {found.gradient:.6g} cannot be confirmed"
    if strange and np.isnan(strange[0]):
        what = f"{done.graph.root} has no value where {called} moves by {found.step:.1e}, {so}"
        hint = "start further from where a root, a logarithm or a division has no value"
    elif not found.is_finite:
        what = f"the numbers overflow where {called} moves by {found.step:.1e}, {so}"
        hint = "a float64 ends at 1.8e308; give smaller values"
    else:
        what = f"{done.graph.root} changes too abruptly where {called} moves by little, {so}"
        hint = "smaller factors, or another start, make it smoother"
    notes.add("unconfirmed", notes.of + what, hint, notes.of_name(found.name), "warning")


def _called(name: str, cell: tuple[int, ...]) -> str:
    return name + cell_text(cell or None)


def _worst(limit: TimeLimit, done: Trace, given: Arrays, name: str, most: int) -> Difference:
    """Return the difference of the worst of a leaf's cells, at most so many, one at least."""
    found: list[Difference] = []
    gradient = done.gradients[name]
    for cell in spread_cells(gradient.shape, most):
        if found and not limit.within(GRADIENTS, f"cells of the gradient of {name}"):
            break
        found.append(check_cell(done.graph, given, name, cell, float(gradient[cell])))
    return max(found, key=_badness)


def _badness(found: Difference) -> tuple[int, float]:
    """Return how bad a difference is: a wrong gradient is worse than one that nothing tells."""
    if found.is_confirmed:
        return 0, _stated(found)
    return 1 + _contradicts(found), _stated(found)


def _stated(found: Difference) -> float:
    """Return the relative error that is reported.

    A confirmed gradient's own error is stated even below the rounding noise, unless gradient and
    difference are themselves so small that they are nothing but noise.
    """
    if not found.is_confirmed or found.takes_bend_out:
        return found.relative_error
    larger = max(abs(found.estimate), abs(found.gradient))
    return 0.0 if larger <= found.noise else abs(found.estimate - found.gradient) / larger


def _beside(given: Arrays, names: Sequence[str]) -> dict[str, Array]:
    """Return the given values, each moved by a little that differs from cell to cell."""
    moved = dict(given)
    for place, name in enumerate(names):
        value = np.asarray(given[name])
        cells = np.arange(value.size, dtype=np.float64).reshape(value.shape)
        moved[name] = np.asarray(value + _ASIDE * np.cos(1.0 + 7 * place + cells))
    return moved
