"""A lesson in matrices told the other way round: examples as rows in place of columns, or back.

Every value is turned and keeps its numbers: (A·B)ᵀ = Bᵀ·Aᵀ, what goes cell by cell stays,
and what goes along one axis goes along the other. A vector counts as one row, and becomes a column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gdtutor.engine.building import build_graph
from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Expr, Range, to_text, transposed
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import OPERATIONS, Array, Kind
from gdtutor.engine.shapes import Shape, Shapes, expression_shape, infer_shapes
from gdtutor.engine.trace import frozen
from gdtutor.lesson.front_matter import read_front
from gdtutor.lesson.load import parse_lesson, with_variant
from gdtutor.lesson.markdown import FENCE, divide_body
from gdtutor.lesson.model import Lesson, Scene, Start
from gdtutor.lesson.repetition import refolded, unrolled
from gdtutor.lesson.reports import Findings
from gdtutor.lesson.runs import problem_of
from gdtutor.lesson.starts import seeds_of, start_values
from gdtutor.lesson.toml_text import toml_of
from gdtutor.training.initialise import UNDRAWN
from gdtutor.values import replace

WIDE = 80
"""Characters from which an array of rows stands in several lines."""
_BY_PLACE = ("argmax", "argmin")
"""Reductions whose result over all cells is a place in an order that turning changes."""


def is_in_rows(lesson: Lesson) -> bool:
    """Say whether the examples of a lesson are rows of its matrices."""
    return any(binding.examples_first for binding in lesson.bindings)


def turned(lesson: Lesson, seed: int | None = None) -> Lesson:
    """Return a lesson told the other way round, without its notes and questions.

    Args:
        lesson: The lesson.
        seed: Replaces every seed of the drawn parameters; see `start_values`.

    Raises:
        GdTutorError: The lesson is not told in matrices, or a line has an operation that has no
            counterpart.
    """
    if not lesson.bindings or not lesson.bindings[0].is_matrix:
        what = "the lesson binds no matrices, so that no example is a row or a column"
        raise GdTutorError(what, "leave out --rows and --columns")
    starts = start_values(lesson.starts, seed)
    return replace(
        lesson,
        scenes=tuple(_scene(lesson, number) for number in range(len(lesson.scenes))),
        starts={name: Start(value=_turned_value(value)) for name, value in starts.items()},
        constants={name: _turned_value(value) for name, value in lesson.constants.items()},
        bindings=tuple(replace(b, examples_first=not b.examples_first) for b in lesson.bindings),
    )


def _turned_value(value: Array) -> Array:
    return frozen(np.ascontiguousarray(np.atleast_2d(value).T)) if np.ndim(value) else value


def _scene(lesson: Lesson, number: int) -> Scene:
    """Return a scene with its graph turned and without what the author wrote about it."""
    scene, shapes = lesson.scenes[number], _shapes(lesson, number)
    graph = scene.graph
    lines = [(line.name, _turned(line.expr, shapes)) for line in graph.lines]
    leaves = [
        replace(leaf, examples_first=not leaf.examples_first)
        if leaf.role in (Role.INPUT, Role.TARGET)
        else leaf
        for leaf in graph.leaves
    ]
    rebuilt = build_graph(leaves, [(name, expr, to_text(expr)) for name, expr in lines])
    return Scene(rebuilt, (), (), scene.backward)


def _shapes(lesson: Lesson, number: int) -> dict[str, Shape]:
    problem = problem_of(lesson, scene=number)
    return infer_shapes(lesson.scenes[number].graph, problem.leaf_shapes(max(problem.size, 1)))


def _turned(expr: Expr, shapes: Shapes) -> Expr:
    """Return a formula whose value is that of another turned."""
    if not isinstance(expr, Apply):
        return expr
    operation = OPERATIONS[expr.op]
    args = tuple(_turned(arg, shapes) for arg in expr.args)
    ranks = [len(expression_shape(arg, shapes)) for arg in expr.args]
    match operation.kind:
        case Kind.ELEMENTWISE:
            return Apply(expr.op, args)
        case Kind.MATMUL if ranks in ([2, 2], [1, 2]):
            return Apply(expr.op, args[::-1])
        case Kind.MATMUL if ranks == [2, 1]:
            return Apply(expr.op, (transposed(args[0]), args[1]))
        case Kind.TRANSPOSE if ranks == [2]:
            return Apply(expr.op, args)
        case Kind.REDUCTION if expr.attribute is None and expr.op not in _BY_PLACE:
            return Apply(expr.op, args)
        case Kind.REDUCTION | Kind.COLUMNS | Kind.COLUMN_LOSS if isinstance(expr.attribute, int):
            return Apply(expr.op, args, _other_axis(expr.attribute, ranks[0]))
        case Kind.COLUMNS | Kind.COLUMN_LOSS:
            return Apply(expr.op, args, _other_axis(0, ranks[0]))
        case Kind.CONCAT if ranks == [2, 2] and not isinstance(expr.attribute, tuple):
            return Apply(expr.op, args, 1 - (expr.attribute or 0))
        case Kind.OUTER if ranks == [1, 1]:
            return Apply("matmul", (args[1], transposed(args[0])))
        case Kind.CONCAT if ranks == [1, 1]:
            return Apply(expr.op, args, 0)
        case Kind.RESHAPE if isinstance(expr.attribute, tuple):
            # Cells are read row by row, of a matrix as it was before it was turned.
            read = transposed(args[0]) if ranks == [2] else args[0]
            if len(expr.attribute) == 1:
                return Apply(expr.op, (read,), (*expr.attribute, 1))
            return transposed(Apply(expr.op, (read,), expr.attribute))
        case Kind.PICK if isinstance(expr.attribute, tuple):
            row, column = (*expr.attribute, Range(None, None))[:2]
            return _picked(args[0], ranks[0], row, column)
    hint = "products with a matrix, operations cell by cell and those along an axis can"
    raise GdTutorError(f"{to_text(expr)} cannot be told the other way round", hint)


def _picked(of: Expr, rank: int, row: int | Range, column: int | Range) -> Expr:
    """Return the cells of a turned array that stand for a pick of the array."""
    if rank == 1:
        return Apply("pick", (of,), (row, 0 if isinstance(row, int) else column))
    if isinstance(row, int) and isinstance(column, Range):
        # A row alone is a vector, which becomes a column.
        return Apply("pick", (of,), (column, _alone(row)))
    if isinstance(row, Range) and isinstance(column, int):
        return transposed(Apply("pick", (of,), (_alone(column), row)))
    return Apply("pick", (of,), (column, row))


def _alone(place: int) -> Range:
    """Return the stretch that holds one place, counted from the end where it is negative."""
    return Range(place, place + 1 or None)


def _other_axis(axis: int, rank: int) -> int:
    """Return the axis of a turned array that stands for one of the array; a vector is one row."""
    return 1 - axis if rank == 2 else 0


_CELL = re.compile(r"(?<!\w)(?P<name>[A-Za-z_]\w*(?:\{[^{}]*\})?\w*)\[(\d+)(?:,\s*(\d+))?\]")
_ASKED = re.compile(r"^(cell\s*=\s*)\[(\d+),\s*(\d+)\]", re.MULTILINE)


def retold(lesson: Lesson) -> str:
    """Return the text of a lesson file told the other way round.

    Given values, formulas, and cells that are named are turned; what is drawn stands there as the
    numbers that were drawn, and prose as it is.

    Raises:
        GdTutorError: It cannot be told so.
    """
    told, way = _with_variants(lesson), "columns" if is_in_rows(lesson) else "rows"
    others = [turned(one) for one in told]
    findings = Findings(lesson.path)
    divided, raw, _ = read_front(lesson.text, findings)
    is_drawn = False
    start = start_values(lesson.starts)
    for table, one in zip((raw, *raw.get("variants", ())), told, strict=True):
        is_drawn |= bool(seeds_of(one.starts).keys() & table.get("parameters", {}).keys())
        values = {**start_values(one.starts), **one.constants}
        if table is not raw:
            # What is drawn after a parameter that a variant draws anew is drawn anew as well.
            listed = [name for name in raw.get("parameters", {}) if name in values]
            moved = {n: None for n in listed if not np.array_equal(values[n], start[n])}
            table.update({"parameters": {**moved, **table.get("parameters", {})}} if moved else {})
        for key in {"parameters", "constants"} & table.keys():
            table[key] = {name: _given(v, values[name]) for name, v in table[key].items()}
    raw |= {"id": f"{lesson.id}-in-{way}", "orientation": way}
    pictures = raw.get("pictures", [])
    for picture in pictures:
        if picture["kind"] == "space":
            # A row is a column of the other way; which of them, its line tells.
            picture["along"] = [re.sub(r"\[:, ?", "[", text) for text in picture["along"]]
    if is_drawn:
        # What was drawn becomes numbers, which no seed changes.
        raw["pictures"] = [one for one in pictures if one["kind"] != "seeds"]
    is_short = len(raw.get("pictures", [])) < len(pictures)
    if not raw.get("pictures"):
        raw.pop("pictures", None)
    ranks, after = _ranks(lesson), _ranks(others[0])

    def cell(match: re.Match[str]) -> str:
        written, row, column = match.groups()
        # Of a name that is written for every count, as `H{t}`, any one tells the shape.
        pattern = re.sub(r"\{.*\}", r"\\d+", written)
        name = next((name for name in ranks if re.fullmatch(pattern, name)), "")
        if column is None:
            is_column = name and (ranks[name], after[name]) == (1, 2)
            return f"{written}[{row},0]" if is_column else match[0]
        return f"{written}[{column},{row}]" if name else match[0]

    scenes = iter(others[0].scenes)
    text = f"# Told in {way} by gdtutor; what the prose says of shapes may be of the other way.\n"
    if is_short:
        text += "# The picture of many starts is left out: what was drawn stands here as numbers.\n"
    text = f"{FENCE}\n{text}{_CELL.sub(cell, _front(raw))}{FENCE}"
    for part in divide_body(divided.body.split("\n"), divided.body_line, findings):
        is_graph = part.block == "graph"
        prose = "" if is_graph else _ASKED.sub(r"\1[\3, \2]", _CELL.sub(cell, part.source))
        text += "\n" + (_block(part.source, next(scenes)) if is_graph else prose)
    found, reports = parse_lesson(text, lesson.path)
    if found is None or [_sense(one) for one in _with_variants(found)] != [*map(_sense, others)]:
        why = next((f": {r.what}" for r in reports if r.level == "error"), "")
        what = f"told in {way} the file would be another lesson{why}"
        raise GdTutorError(what, "a script can be told so: leave out --lesson")
    return text


def _with_variants(lesson: Lesson) -> list[Lesson]:
    return [lesson, *(with_variant(lesson, variant.name) for variant in lesson.variants)]


def _sense(lesson: Lesson) -> tuple[object, ...]:
    """Return what a lesson computes: its operations and its given values."""
    nodes = [
        (n.name, n.op, [*map(to_text, n.args)], OPERATIONS[n.op].axis_of(n.attribute))
        for scene in lesson.scenes
        for n in scene.graph.nodes
    ]
    values = {**start_values(lesson.starts), **lesson.constants}
    return nodes, {name: value.tolist() for name, value in values.items()}


def _ranks(lesson: Lesson) -> dict[str, int]:
    shapes = (_shapes(lesson, number) for number in range(len(lesson.scenes)))
    return {name: len(shape) for scene in shapes for name, shape in scene.items()}


def _given(written: object, value: Array) -> object:
    """Return a given value turned, as the front matter writes it."""
    if isinstance(written, dict) and written.get("init") in UNDRAWN:
        return {**written, "shape": list(_turned_value(value).shape)}
    return _turned_value(value).tolist()


def _front(raw: Mapping[str, Any]) -> str:
    """Return front matter as TOML: plain keys first, then tables."""
    plain, tables = "", ""
    for key, value in raw.items():
        is_many = isinstance(value, list) and isinstance(value[0] if value else None, dict)
        if not is_many and not isinstance(value, dict):
            plain += f"{key} = {toml_of(value, WIDE)}\n"
            continue
        for table in value if is_many else [value]:
            tables += f"\n[[{key}]]\n" if is_many else f"\n[{key}]\n"
            tables += "".join(f"{name} = {toml_of(v, WIDE)}\n" for name, v in table.items())
    return plain + tables


def _block(source: str, scene: Scene) -> str:
    """Return a graph block with its formulas turned; comments and repetitions stay."""
    lines = source.split("\n")
    bare = [(n, text.split("#", 1)[0].rstrip()) for n, text in enumerate(lines)][1:-1]
    uses: dict[int, list[tuple[dict[str, int], str]]] = {}
    read = unrolled([one for one in bare if one[1].strip()], Findings(Path())) or []
    for one, line in zip(read, scene.graph.lines, strict=False):
        formula = f"{line.name} = {to_text(line.expr)}"
        uses.setdefault(one.number, []).append((dict(one.counts), formula))
    for number, found in uses.items():
        head, sign, comment = lines[number].partition("#")
        indent = head[: len(head) - len(head.lstrip())]
        lines[number] = indent + refolded(found) + (f"  #{comment}" if sign else "")
    return "\n".join(lines)
