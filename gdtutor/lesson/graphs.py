"""Formulas become graphs: leaves with their roles, single assignment, shapes before any number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from gdtutor.engine.building import NO_NAME, build_graph
from gdtutor.engine.errors import FormulaError, GraphError, ShapeError, did_you_mean
from gdtutor.engine.expression import Apply, Expr, Name, calls_in, names_in
from gdtutor.engine.graph import Graph, Leaf, Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import OPERATIONS, Arrays, Kind, parse_formula
from gdtutor.engine.shapes import Shape, Shapes, infer_shapes
from gdtutor.lesson.blocks import Formula, SceneBlock
from gdtutor.lesson.names import name_problem
from gdtutor.lesson.network import COST
from gdtutor.lesson.reports import Findings, Place, shown_sentence
from gdtutor.lesson.shape_hints import one_class_too_many, shape_hint
from gdtutor.values import Struct, field, replace

MAX_NODES = 20_000
"""Most operations of a lesson's formulas, all graphs together."""
_FOR_INSIDE = re.compile(r"\bfor\s+\w+\s+in\b")
_NO_NUMBERS = ("inf", "Inf", "infinity", "Infinity", "nan", "NaN")
RETRIED_LINES = 20_000
"""How many lines are looked at again, all in all, to find further mistakes of a graph."""


class Given(Struct, frozen=True):
    """What a graph is given, apart from its formulas."""

    roles: Mapping[str, Role]
    """Every name that the front matter gives a value, in the order of the given step."""
    shapes: Shapes
    """The shape of each for the first batch."""
    by_rows: bool
    """Whether formulas are about one example."""
    is_matrix: bool
    """Whether data are bound as matrices, whose columns `m` counts."""
    averages: bool
    """Whether the program appends C = mean(L) to the last graph."""
    values: Arrays = field(default_factory=dict)
    """Values that the file itself gives, for messages that repeat them."""
    in_rows: bool = False
    """Whether an example is a row of the data's matrices."""
    doubts: Mapping[str, tuple[Place, str]] = field(default_factory=dict)
    """Where leaves of labels are bound of which a class may be none, and which that is."""


class Parsed(Struct):
    """A graph block with its formulas as trees."""

    block: SceneBlock
    lines: list[tuple[Formula, Expr]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Names of lines that could not be read; their uses are not mistakes of their own."""
    used: set[str] = field(default_factory=set)
    """Every name that a formula uses."""

    @property
    def formulas(self) -> dict[str, Formula]:
        """The formulas that were read, by the name of their line."""
        return {formula.name: formula for formula, _ in self.lines}


def parse_blocks(blocks: Iterable[SceneBlock], findings: Findings) -> list[Parsed] | None:
    """Read every formula; None where there are too many operations."""
    parsed: list[Parsed] = []
    seen: dict[str, Place] = {}
    operations = 0
    for block in blocks:
        scene = Parsed(block)
        parsed.append(scene)
        for formula in block.formulas:
            expr = _parsed_line(formula, seen, scene, findings)
            if expr is None:
                continue
            operations += max(1, sum(1 for _ in calls_in(expr)))
            if operations > MAX_NODES:
                what = f"more than {MAX_NODES:,} operations in the formulas"
                hint = "the graph is too large to be walked"
                findings.error(formula.place, "bound", what, hint)
                return None
            scene.lines.append((formula, expr))
            scene.used.update(name.name for name in names_in(expr))
    return parsed


def _parsed_line(
    formula: Formula, seen: dict[str, Place], scene: Parsed, findings: Findings
) -> Expr | None:
    problem = name_problem(formula.name)
    if problem is not None:
        _report(findings, formula, formula.place, problem)
        scene.block.is_whole = False
        return None
    if formula.name in seen:
        what = f"'{formula.name}' is defined twice"
        hint = f"line {seen[formula.name].line} defines it; names are unique in a file"
        _report(findings, formula, formula.place, ("redefined", what, hint))
        return None
    seen[formula.name] = formula.place
    try:
        return parse_formula(formula.text)
    except FormulaError as error:
        column, what, hint = error.column, shown_sentence(error.what), error.hint
        if inside := _FOR_INSIDE.search(formula.text):
            column, what = inside.start(), "'for' cannot stand inside of a formula"
            hint = "it begins a line of its own, as for i in 1..3, above the lines that it repeats"
        _report(findings, formula, formula.place_of(column), (error.code, what, hint))
        scene.broken.add(formula.name)
    return None


def _report(
    findings: Findings, formula: Formula, place: Place, mistake: tuple[str, str, str]
) -> None:
    """Report a mistake of a line, with the count at which it is read; of a repeated line once."""
    code, what, hint = mistake
    known = (r for r in findings.reports if r.line == place.line and r.level == "error")
    if not formula.counts:
        findings.error(place, code, what, hint)
    elif not any(known):
        at = ", ".join(f"{counter} = {count}" for counter, count in formula.counts)
        findings.error(place, code, f"{what}, at {at}", hint)


def build_scene(
    parsed: Parsed, given: Given, elsewhere: Mapping[str, int], findings: Findings, *, is_last: bool
) -> Graph | None:
    """Return the graph of one block, None where a mistake was found.

    Args:
        parsed: The block.
        given: What the front matter gives.
        elsewhere: Lines of the other blocks, with the line of the file that defines each.
        findings: Where mistakes are reported.
        is_last: Whether this is the graph that trains.
    """
    lines = [
        (formula.name, along_rows(expr) if given.in_rows else expr, formula.text)
        for formula, expr in parsed.lines
    ]
    if not lines:
        if not parsed.broken and parsed.block.is_whole:
            place = Place(parsed.block.line, 1)
            findings.error(place, "no-graph", "the graph has no line", "write one, as z = w*x + b")
        return None
    formulas = parsed.formulas
    taken = given.roles.keys() | formulas.keys()
    for formula in formulas.values():
        for counter in (counter for counter, _ in formula.counts if counter in taken):
            what, hint = f"'{counter}' counts here and has a value", "let another name count"
            _report(findings, formula, formula.place, ("redefined", what, hint))
            return None
    appended = given.averages and is_last
    if appended and COST in formulas:
        return None
    if appended:
        root = lines[-1][0]
        lines.append((COST, Apply("mean", (Name(root),)), f"mean({root})"))
    leaves = _leaves(parsed, given, appended)
    broken = {name: Leaf(name, Role.CONSTANT) for name in sorted(parsed.broken)}
    # Each mistake costs another look at all lines, so a long graph shows fewer at a time.
    for _ in range(max(1, RETRIED_LINES // len(lines))):
        try:
            graph = build_graph(
                [*leaves, *broken.values()],
                [line for line in lines if line[0] not in broken],
                by_rows=given.by_rows,
                appended={COST} if appended else frozenset(),
            )
        except GraphError as error:
            if error.line not in formulas or error.line in broken:
                return None
            formula = formulas[error.line]
            broken[error.line] = Leaf(error.line, Role.CONSTANT)
            if error.code == "undefined" and not parsed.block.is_whole:
                continue
            hint = _better_hint(error, formula, elsewhere, given) or error.hint
            is_name = error.code == "redefined"
            place = formula.place if is_name else formula.place_of(error.column)
            _report(findings, formula, place, (error.code, error.what, hint))
        else:
            return graph if not broken and parsed.block.is_whole else None
    return None


def along_rows(expr: Expr) -> Expr:
    """Return a formula in which what sets the cells of an example against each other goes along
    the rows, where a call names no axis."""
    if not isinstance(expr, Apply):
        return expr
    operation = OPERATIONS.get(expr.op)
    by_example = operation is not None and operation.kind in (Kind.COLUMNS, Kind.COLUMN_LOSS)
    axis = 1 if by_example and expr.attribute is None else expr.attribute
    return replace(expr, args=tuple(map(along_rows, expr.args)), attribute=axis)


def _leaves(parsed: Parsed, given: Given, appended: bool) -> list[Leaf]:
    used = parsed.used
    # A line that has the name of a given value is a mistake that build_graph finds.
    taken = used | parsed.formulas.keys()
    leaves = [
        Leaf(name, role, given.in_rows and role in (Role.INPUT, Role.TARGET))
        for name, role in given.roles.items()
        if name in taken
    ]
    if appended or (given.is_matrix and BATCH_SIZE in used):
        leaves.append(Leaf(BATCH_SIZE, Role.CONSTANT))
    return leaves


def _better_hint(
    error: GraphError, formula: Formula, elsewhere: Mapping[str, int], given: Given
) -> str:
    """Return a hint that only the whole file can give, or an empty text."""
    if error.code != "undefined":
        return ""
    names = names_in(parse_formula(formula.text))
    used = next((name.name for name in names if name.column == error.column), "")
    if used in _NO_NUMBERS:
        return "every number is finite: a large one stands for infinity, as 1e9"
    if used in elsewhere:
        return f"line {elsewhere[used]} defines it in another graph block, which is a graph apart"
    if used == BATCH_SIZE and given.by_rows:
        return "write the loss of one example; for a batch the program adds C = mean(loss)"
    # A value that is given and not used yet stands in no graph.
    return did_you_mean(used, given.roles) if error.hint == NO_NAME else ""


def shapes_of(
    graph: Graph, given: Given, parsed: Parsed, fallback: Place, findings: Findings
) -> dict[str, Shape] | None:
    """Return the shape of every leaf and node, None where operands do not fit."""
    shapes = {leaf.name: given.shapes.get(leaf.name, ()) for leaf in graph.leaves}
    try:
        return infer_shapes(graph, shapes)
    except ShapeError as error:
        formula = parsed.formulas.get(error.line)
        if leaf := one_class_too_many(graph, shapes, given.doubts, error):
            place, doubt = given.doubts[leaf]
            findings.error(place, "value", f"{leaf} has one class too many", doubt)
            return None
        hint = shape_hint(graph, shapes, given.values, error) if error.code == "shape" else ""
        if formula and formula.place.line:
            mistake = (error.code, error.what, hint or error.hint)
            _report(findings, formula, formula.place_of(error.column), mistake)
        else:
            findings.error(fallback, error.code, error.what, hint or error.hint)
    return None


def depends_on(graph: Graph, names: Iterable[str]) -> bool:
    """Say whether the root depends on one of these leaves."""
    return graph.root in graph.depending_on(names)


def is_one_number(shape: Shape) -> bool:
    """Say whether a value of this shape is a single number."""
    return math.prod(shape) == 1
