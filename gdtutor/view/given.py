"""The node panel where an iteration begins: the given values, and what they were before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import product

import numpy as np

from gdtutor.engine.cells import largest_change
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import Array
from gdtutor.values import replace
from gdtutor.view.context import Context
from gdtutor.view.frame import Line, Lines, Style
from gdtutor.view.lines import ROOM, fitting, line, width_of
from gdtutor.view.matrix import MatrixLook, matrix_lines
from gdtutor.view.notation import shape as shape_text
from gdtutor.view.once import once
from gdtutor.view.origins import origin_lines

_ROLES = (
    (Role.INPUT, "inputs", Style.INPUT),
    (Role.TARGET, "targets", Style.INPUT),
    (Role.PARAMETER, "parameters", Style.PARAMETER),
    (Role.CONSTANT, "constants", Style.INPUT),
)

FIRST, LAST = 6, 4
"""Matrices of a group that are named where there is no room for all."""
SPARE = 4
"""Lines that what matrices were may take: few enough for the step to stay the shorter one."""
MOST = ", most changed:"
"""What is said of the cells that are named."""
TRIED = 8
"""Matrices beside which that is tried, those that have changed most: every key makes the panel."""
MANY = 5
"""Numbers of a group up to which each has a line of its own."""


def given_lines(context: Context, width: int) -> Lines:
    """Return every given value, in groups; small arrays stand side by side.

    Below them stands where they come from: how inputs were scaled, and parameters drawn.
    Where they would not fit the panel, columns of numbers lie down, marked as transposed; then
    an array shows its ends alone, and at last its shape.
    """
    if not context.chars.draws:
        return (*_given_alone(context, width), *origin_lines(context, width))
    whole, brief = (origin_lines(context, width, is_brief=is_brief) for is_brief in (False, True))
    changed = _changed_matrices(context)

    def laid_out() -> Lines:
        tried = (_given(context, width, *shown, changed) for shown in _GIVEN)
        return fitting(((given, below) for given in tried for below in (whole, brief)), ROOM)

    # A message has its frame made anew, and the values lie as they lay.
    look = replace(context.look, met=())
    at = context.moment, context.own, context.previous, context.step, look, context.chars
    key = (*at, bool(context.changes), context.is_measured, context.seed, width)
    return once(("given", *key), laid_out)


class _Shown(Enum):
    """How much of a given array stands in the panel, the most first."""

    STANDING = "its rows"
    TURNED = "its rows, columns of numbers lying down"
    ENDS = "its first and last number"
    SHAPE = "its shape"
    FEW = "its shape, and of many matrices the first and the last ones"


_GIVEN = (
    (_Shown.STANDING, _Shown.STANDING),
    (_Shown.TURNED, _Shown.TURNED),
    (_Shown.TURNED, _Shown.ENDS),
    (_Shown.TURNED, _Shown.SHAPE),
    (_Shown.ENDS, _Shown.SHAPE),
    (_Shown.SHAPE, _Shown.FEW),
)
"""How the data and the parameters are shown, in the order in which that is tried."""


def _given(
    context: Context, width: int, data: _Shown, parameters: _Shown, changed: Mapping[str, str]
) -> Lines:
    """Return the given values, and what matrices were as far as few lines more have room for it.

    Args:
        context: The step.
        width: Cells of a line.
        data: How much of the data is shown.
        parameters: How much of the parameters is.
        changed: What the last update has changed of each matrix, the most first.
    """
    blocks = {
        role: _blocks(context, names, style, width, parameters if role is Role.PARAMETER else data)
        for role, _, style in _ROLES
        if (names := context.graph.of_role(role))
    }
    plain = _in_groups(context, width, blocks)
    room = range(len(plain), min(len(plain) + SPARE, ROOM) + 1) if changed else ()
    told = (_with_old(context, blocks, changed, (width, rows)) for rows in room)
    return min(told, key=lambda one: one[0], default=(None, plain))[1]


def _with_old(
    context: Context,
    blocks: Mapping[Role, Mapping[str, Lines]],
    changed: Mapping[str, str],
    size: tuple[int, int],
) -> tuple[tuple[int, int], Lines]:
    """Return how many matrices do not say what they were and how many do so in the title, and the
    given values in lines of a size: it stands beside each that has room for it, then in the title,
    which counts the others.
    """
    (width, rows), left, own = size, dict(changed), dict(blocks.get(Role.PARAMETER, {}))

    def grouped(named: Mapping[str, Lines], title: str = "") -> Lines:
        return _in_groups(context, width, {**blocks, Role.PARAMETER: named}, title)

    def fits(lines: Lines) -> bool:
        return len(lines) <= rows and max(map(width_of, lines)) <= width

    for name, was in tuple(changed.items())[:TRIED]:
        tried = ({**own, name: block} for block in _carrying(own.get(name, ()), was))
        if carried := next((named for named in tried if fits(grouped(named))), None):
            own = carried
            del left[name]
    each = [f"  {context.name(name)} {was}" for name, was in left.items()]
    said = (MOST, "") if any("[" in was for was in changed.values()) else ("",)
    for count in range(min(len(each), MANY), -1, -1):
        hidden, before = len(each) - count, "".join(each[:count])
        more = f"{hidden}{' more' * (hidden < len(changed))}"
        ways = f"  {more} updated: Tab", f"  {hidden} more: Tab"
        words = said if hidden < len(changed) else ("",)
        for after, most in product(ways if hidden else ("",), words):
            if fits(lines := grouped(own, most + before + after)):
                return (hidden, count), lines
    return (len(left), 0), grouped(own)


def _changed_matrices(context: Context) -> dict[str, str]:
    """Return what the last update has changed of each matrix, the one it changed most first."""
    if context.previous is None or context.own:
        return {}
    names = context.graph.parameters
    matrices = [name for name in names if context.trace.values[name].ndim == 2]
    told = {name: was for name in matrices if (was := context.was(name, shows_both=False))}
    before = context.previous.traces[context.step.scene].values

    def size(name: str) -> float:
        return largest_change(before[name], context.trace.values[name])[1]

    return {name: told[name] for name in sorted(told, key=size, reverse=True)}


def _carrying(block: Lines, was: str) -> Iterator[Lines]:
    """Yield a matrix with what it was behind its first row, behind its first two, or below one."""
    if block:
        yield ((*block[0], *_marked(f"  {was}")), *block[1:])
    if len(block) == 1:
        yield (*block, _marked(f"   {was}"))
    if len(block) > 1:
        cell, _, number = was.rpartition(" ")
        first, second, *others = block
        gap = " " * (width_of(first) - width_of(second))
        yield ((*first, *_marked(f"  {cell}")), (*second, *_marked(f"{gap}   {number}")), *others)


def _marked(text: str) -> Line:
    """Return what has changed, with no mark on the blanks before each part of it."""
    parts = re.split("(  +)", text)
    return line(*((part, Style.CHANGED) if part.strip() else part for part in parts))


def _in_groups(
    context: Context, width: int, blocks: Mapping[Role, Mapping[str, Lines]], told: str = ""
) -> Lines:
    """Return the given values in groups, with what is told of the parameters in their title."""
    groups: list[Lines] = []
    for role, title, _ in _ROLES:
        if named := blocks.get(role):
            own = tuple(named.values())
            are_few = len(own) <= MANY and all(len(block) == 1 for block in own)
            listed = tuple(row for block in own for row in block) if are_few else ()
            if role is Role.CONSTANT and len(listed) == 1:
                groups.append((line((title, Style.DIM), *listed[0]),))
                continue
            said = told if role is Role.PARAMETER else ""
            head = (*line((title, Style.DIM)), *_marked(said))
            groups.append((head, *(listed or side_by_side(own, width))))
    are_arrays = any(context.shape(leaf.name) for leaf in context.graph.leaves)
    return side_by_side(groups, width) if are_arrays else tuple(row for g in groups for row in g)


def _blocks(
    context: Context, names: Sequence[str], style: Style, width: int, shown: _Shown
) -> dict[str, Lines]:
    """Return the given values of one group by their names, under none how many are left out."""
    are_matrices = all(len(context.shape(name)) == 2 for name in names)
    left_out = len(names) - FIRST - LAST
    if shown is not _Shown.FEW or left_out < 2 or not are_matrices:
        return {name: _block(context, name, style, width, shown) for name in names}
    ends = {n: _block(context, n, style, width, shown) for n in (*names[:FIRST], *names[-LAST:])}
    more = line((f" {context.chars.ellipsis} {left_out} more", Style.DIM))
    shown_first = dict(list(ends.items())[:FIRST])
    return {**shown_first, "": (more,), **ends}


def _given_alone(context: Context, width: int) -> Lines:
    """Return every given value, each in lines of its own."""
    lines: list[Line] = []
    for role, title, style in _ROLES:
        names = context.graph.of_role(role)
        lines += [line((title, Style.DIM))] if names else []
        for name in names:
            lines += _alone(context, name, style, width)
    return tuple(lines)


def _alone(context: Context, name: str, style: Style, width: int) -> Lines:
    """Return a given value: a number, a row of numbers, or a line for each row of a matrix."""
    value, label = context.trace.values[name], context.name(name)
    is_matrix = value.ndim == 2
    if not value.ndim or (is_matrix and value.shape[0] > 1 and np.all(value == value.flat[0])):
        return _block(context, name, style, width, _Shown.STANDING)
    said = f", {shape_text(value.shape, context.chars)}:" if is_matrix else ":"
    head = line(" ", (label, style), (said, Style.DIM))
    rows = matrix_lines(value, MatrixLook(width - 3, context.look.digits), context.chars)
    if len(rows) == 1 and width_of(head) + 1 + width_of(rows[0]) <= width:
        return ((*head, *line(" "), *rows[0]),)
    return (head, *(line("   ", *row) for row in rows))


def _block(context: Context, name: str, style: Style, width: int, how: _Shown) -> Lines:
    """Return a given value with its name before it."""
    value = context.trace.values[name]
    label = context.name(name)
    start: str | tuple[str, Style] = " "
    if name == context.look.given:
        start, style = (context.chars.pointer, Style.CURRENT), Style.CURRENT
    if value.ndim == 0:
        was = context.was(name)
        told = _marked(f"  {was}" if was else "")
        return (line(start, (label, style), " = ", context.number(float(value)), *told),)
    # A row over the examples of a scalar lesson is no matrix, so its length is not said.
    shape = shape_text(value.shape, context.chars) if value.ndim == 2 else ""
    if how in (_Shown.SHAPE, _Shown.FEW) and value.ndim == 2 and value.size > 1:
        return (line(start, (label, style), (f" {shape}", Style.DIM)),)
    if value.ndim == 2 and value.shape[0] > 1 and np.all(value == value.flat[0]):
        every = f" {shape}, all {context.number(float(value.flat[0]))}"
        return (line(start, (label, style), every),)
    if how is _Shown.ENDS and value.ndim == 2 and value.size > 1:
        ends = f"  {_ends(context, value)}"
        return (line(start, (label, style), (f" {shape}", Style.DIM), ends),)
    if how is _Shown.TURNED and value.ndim == 2 and value.shape[0] > 1 and value.shape[1] == 1:
        label, value = f"{label}{'ᵀ' if context.chars.unicode else '.T'}", value.T
        shape = shape_text(value.shape, context.chars)
    indent = max(len(label), len(shape)) if shape and value.shape[0] > 1 else 0
    said = f" {shape}" if shape and not indent else ""
    head = line(start, (label.ljust(indent), style), (said, Style.DIM), " ")
    look = MatrixLook(width - width_of(head), context.look.digits, max_rows=3)
    cells = matrix_lines(value, look, context.chars)
    if not indent:
        return ((*head, *cells[0]),)
    below = [
        line((f" {shape.ljust(indent)} ", Style.DIM)),
        *[line(" " * (indent + 2))] * len(cells),
    ]
    return ((*head, *cells[0]), *((*b, *row) for b, row in zip(below, cells[1:], strict=False)))


def _ends(context: Context, value: Array) -> str:
    """Return the first and the last number of an array, with what is left out between them."""
    first, last = (context.number(float(number)) for number in (value.flat[0], value.flat[-1]))
    return f"{first} {context.chars.ellipsis} {last}" if value.size > 2 else f"{first} {last}"


def side_by_side(blocks: Sequence[Lines], width: int) -> Lines:
    """Return blocks in rows, as many beside each other as fit."""
    lines: list[Line] = []
    start, used = 0, 0
    for block in blocks:
        wide = max(width_of(row) for row in block)
        if used and used + 2 + wide > width:
            start, used = len(lines), 0
        lines.extend([()] * (start + len(block) - len(lines)))
        for row, content in enumerate(block, start):
            gap = used + (2 if used else 0) - width_of(lines[row])
            lines[row] = (*lines[row], *line(" " * gap), *content)
        used += wide + (2 if used else 0)
    return tuple(lines)
