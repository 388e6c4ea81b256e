"""Formulas that compute, and most likely not what was meant."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import permutations

import numpy as np

from gdtutor.check.findings import Notes
from gdtutor.check.reach import unreached
from gdtutor.engine.batch_axis import batch_axes
from gdtutor.engine.errors import ShapeError
from gdtutor.engine.expression import Apply, Name, Number, calls_in, names_in, to_text
from gdtutor.engine.graph import Graph, Node, Role
from gdtutor.engine.operations import OPERATIONS, Kind, Operation, evaluate
from gdtutor.engine.shapes import Shapes, infer_shapes, shape_text
from gdtutor.engine.trace import Trace
from gdtutor.session.moment import Moment

SHOWN = 60
"""Characters of a formula that a report repeats at most."""


_NAMED_AXIS = re.compile(r"\baxis\s*=")
_NARROW = ("log", "log1p", "sqrt", "pow")
"""Operations of two or one operands that have no value for some numbers."""

_OF_TWO = {"max": "maximum", "min": "minimum"}
"""Reductions that are easily taken for the operation on two operands, and that one."""


Doubt = tuple[str, str, str, str]
"""The line that it is about, the code of the report, what is most likely not meant, and what to
do."""


def check_formulas(notes: Notes, moment: Moment) -> None:
    """Report every formula that most likely is not what was meant."""
    for check in (_vectors, _losses, _broadcasts, _axes, _bounds, _shares, unreached):
        for done in moment.traces:
            for line, code, what, hint in check(moment, done):
                notes.add(code, what, hint, notes.of_name(line), "warning")


def _vectors(_moment: Moment, done: Trace) -> Iterator[Doubt]:
    """Doubt given vectors that broadcasting lays along the columns of a matrix.

    It is NumPy's rule, and seldom meant: a bias of the same length as the batch is then added
    example by example, and beside one column it makes a square. Where examples are rows it is
    meant.
    """
    given = {*done.graph.parameters, *done.graph.of_role(Role.CONSTANT)}
    for node in done.graph.nodes:
        if OPERATIONS[node.op].kind is not Kind.ELEMENTWISE:
            continue
        line = done.graph.lines[node.line].name
        for name, other in permutations(node.names, 2):
            own, beside = done.shapes[name], done.shapes[other]
            axes, size = done.axes[other], shape_text(beside)
            if name not in given or len(beside) != 2:
                continue
            if len(own) == 1 and own[0] > 1 and axes != (0,):
                what = f"the vector {name} meets a {size} matrix as a row in {line}"
                hint = f"a column, one value for each row, is {name} = [[0.1], [0.2]]"
                yield line, "row", what, hint
            elif len(own) == 2 and 1 in own and any(own[a] == beside[a] > 1 for a in axes):
                what = f"{name} has a value for each example of {size} in {line}"
                hint = "a bias has one for all examples: a length of 1 along their axis"
                yield line, "row", what, hint


def _losses(_moment: Moment, done: Trace) -> Iterator[Doubt]:
    """Doubt losses that take the target for the prediction.

    They can be computed all the same, since a target is a share like a prediction.
    """
    graph = done.graph
    targets = graph.of_role(Role.TARGET)
    given, trained = graph.depending_on(targets), graph.depending_on(graph.parameters)
    for line in graph.lines:
        for loss in (call for call in calls_in(line.expr) if OPERATIONS[call.op].has_target):
            first, second = ({name.name for name in names_in(arg)} for arg in loss.args)
            if first & given and not first & trained and second & trained:
                right = to_text(Apply(loss.op, loss.args[::-1]))
                shown = f", as {right}" if len(right) <= SHOWN else ""
                what = f"{loss.op} in {line.name} takes the target for the prediction"
                yield line.name, "swapped", what, f"the prediction comes first{shown}"


def _broadcasts(moment: Moment, done: Trace) -> Iterator[Doubt]:
    """Doubt operations in which examples meet other examples, or one target several predictions.

    NumPy broadcasts a column against a row to a square, and one row against several, without a
    word; where examples and their targets are set against each other it is seldom meant.
    """
    graph, shapes = done.graph, _shapes_of_all(moment, done)
    axes, aimed = batch_axes(graph, shapes), _aimed_at(graph)
    for node in graph.nodes:
        names, operation = node.names, OPERATIONS[node.op]
        if operation.kind is not Kind.ELEMENTWISE or len(names) < 2:
            continue
        line = graph.lines[node.line].name
        met = " against ".join(shape_text(shapes[name]) for name in names)
        if len(axes[node.name]) > 1 and all(len(axes[name]) == 1 for name in names):
            what = f"{line} sets {met}: every example meets every other, not itself alone"
            hint = "turn one of them with .T, so that both have their examples along one axis"
            if len({len(shapes[name]) for name in names}) > 1:
                hint = "weights of one column, as [[0.1], [0.2]], give a column like the target"
            yield line, "outer", what, hint
        elif _is_uneven(operation, [n for n in names if axes[n]], aimed, shapes):
            what = f"{line} sets {met}: several predictions meet one target"
            hint = "give each prediction a target of its own, or make one prediction of them"
            yield line, "uneven", what, hint


def _shapes_of_all(moment: Moment, done: Trace) -> Shapes:
    """Return the shapes of a scene with all examples in the batch, where those fit."""
    problem = moment.problem
    if done.graph is not problem.graph or len(moment.batch) > 1 or problem.is_single:
        return done.shapes
    given = problem.given(moment.state.parameters, np.arange(problem.size))
    try:
        return infer_shapes(done.graph, {name: np.shape(value) for name, value in given.items()})
    except ShapeError:
        return done.shapes


def _aimed_at(graph: Graph) -> set[str]:
    """Return the targets, and every node that is computed from targets and numbers alone."""
    found = set(graph.of_role(Role.TARGET))
    for node in graph.nodes:
        if node.names and found.issuperset(node.names):
            found.add(node.name)
    return found


def _is_uneven(operation: Operation, names: list[str], aimed: set[str], shapes: Shapes) -> bool:
    """Say whether a difference or loss spreads one target over several predictions.

    Args:
        operation: The operation.
        names: Its operands that have a value for each example.
        aimed: The names that are computed from targets alone.
        shapes: The shape of every name.
    """
    if operation.name != "sub" and not operation.has_target:
        return False
    targets = [name for name in names if name in aimed]
    others = [name for name in names if name not in aimed]
    if len(targets) != 1 or len(others) != 1:
        return False
    return math.prod(shapes[targets[0]]) < math.prod(shapes[others[0]])


def _axes(_moment: Moment, done: Trace) -> Iterator[Doubt]:
    """Doubt reductions along an axis that was plainly meant as an operand.

    `max(1 - Y*S, 0)` is the largest cell down the rows and seldom the larger of two: where the axis
    holds one cell there is nothing to gather, a margin or a sum with a bias is held against 0, and
    nobody means the largest of all examples by `max(Z, 0)`.
    """
    for node in done.graph.nodes:
        line, axis, of = done.graph.lines[node.line], node.attribute, node.args[0]
        # An axis that is named is meant as one.
        if node.op not in _OF_TWO or not isinstance(axis, int) or _NAMED_AXIS.search(line.text):
            continue
        if not isinstance(of, Name):
            continue
        is_batch = axis in done.axes[of.name]
        is_single = done.shapes[of.name][axis] == 1 and not is_batch
        if is_single or (is_batch and axis == 0) or _is_margin(done.graph, of):
            what = f"the {axis} of {node.op}(…, {axis}) in {line.name} is an axis"
            two = _OF_TWO[node.op]
            hint = f"the {OPERATIONS[two].says.split()[2]} of two numbers is {two}(…, {axis})"
            yield line.name, "axis", what, hint


def _is_margin(graph: Graph, operand: Name) -> bool:
    """Say whether an inner result is a number or a parameter plus or minus something."""
    node = graph.node_of(operand)
    return (
        node is not None
        and "." in node.name
        and node.op in ("add", "sub")
        and any(isinstance(part, Number) or part.name in graph.parameters for part in node.args)
    )


def _shares(_moment: Moment, done: Trace) -> Iterator[Doubt]:
    """Doubt shares over examples, losses of shares with other targets or of sums with shares."""
    for node in done.graph.nodes:
        line, row, arg = done.graph.lines[node.line].name, OPERATIONS[node.op], node.args[0]
        is_matrix = isinstance(arg, Name) and len(done.shapes[arg.name]) == 2
        batch = done.axes[arg.name] if isinstance(arg, Name) and is_matrix else ()
        is_share = row.kind is Kind.COLUMNS and not row.internal
        if is_share and batch == (row.axis_of(node.attribute),):
            what = f"{node.op} in {line} goes along the examples, not along the classes"
            yield line, "shares", what, f"the classes are along axis={1 - batch[0]}"
        if row.squashes is None:
            continue
        aimed = evaluate(node.args[1], done.values)
        wrong = aimed[(aimed < 0) | (aimed > 1)]
        if wrong.size:
            what = f"the targets of {node.op} in {line} are shares, and one is {wrong[0]:g}"
            hint = "give classes the numbers 0 and 1, as values = { no = 0, yes = 1 }"
            yield line, "shares", what, hint
        of = done.graph.node_of(arg)
        if of is not None and of.op == row.squashes:
            what = f"{node.op} in {line} takes sums, and is given what {of.op} has made"
            plain = node.op.removesuffix("_logits")
            yield line, "shares", what, f"give it what {of.op} is given, or write {plain}"


def _bounds(_moment: Moment, done: Trace) -> Iterator[Doubt]:
    """Doubt a clip whose bounds are the wrong way round, which keeps nothing of what it clips."""
    for node in (node for node in done.graph.nodes if node.op == "clip"):
        _, low, high = (evaluate(arg, done.values) for arg in node.args)
        if np.any(low > high):
            line = done.graph.lines[node.line].name
            what = f"the lower bound of clip in {line} is above the upper one"
            hint = "the value comes first, then the smaller bound, then the larger"
            yield line, "swapped", what, hint


def why_not_finite(done: Trace, node: Node) -> str:
    """Return why the first value that is not finite is so, and what to do."""
    values = [evaluate(arg, done.values) for arg in node.args]
    kind, names = OPERATIONS[node.op].kind, [_operand_name(arg) for arg in node.args]
    strange = ~np.isfinite(done.values[node.name])
    if kind is Kind.EMBED:
        last = len(values[0]) - 1
        wrong = np.argwhere(~np.isin(values[1], np.arange(last + 1)))[0]
        cell = f"[{','.join(map(str, wrong))}]" if len(wrong) else ""
        number = f"{values[1][tuple(wrong)]:.6g}"
        return f"{names[1]}{cell} is {number}, where the rows of {names[0]} are 0 to {last}"
    if not all(np.isfinite(value).all() for value in values):
        return "a value that it is given is not finite"
    if node.op == "div":
        divisor, of = names[1], done.graph.node_of(node.args[1])
        if np.any(values[1] == 0):
            if of is not None and OPERATIONS[of.op].kink == "out":
                return f"{divisor}, given by {of.op}, is 0: divide by {divisor} + 1e-8"
            return f"it divides by {divisor}, which is 0; give other values, or add a little to it"
    if kind is Kind.ELEMENTWISE and node.op in _NARROW:
        cells = np.broadcast_arrays(*values, strange)
        at = f"{cells[0][cells[-1]].flat[0]:.6g}"
        if np.any(values[0] <= 0) and not (node.op == "pow" and float(at) > 0):
            return f"{node.op} has no finite value for {at}, in {names[0]}; give other values"
    return "its numbers overflow: a float64 ends at 1.8e308; give smaller values"


def _operand_name(arg: Name | Number) -> str:
    if isinstance(arg, Number):
        return f"{arg.value:g}"
    return arg.name if "." not in arg.name else "an inner result"
