"""A verdict as lines of text, and as data for other programs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.judge.asked import shape_text
from gdtutor.judge.blanks import how_seen
from gdtutor.judge.cost import CostSlope
from gdtutor.judge.naming import Departure
from gdtutor.judge.notes import (
    is_computed,
    says_of,
    taken_of,
)
from gdtutor.judge.verdict import Verdict
from gdtutor.lesson.selectors import Selector
from gdtutor.session.link import lesson_word, selector_of
from gdtutor.session.steps import Phase
from gdtutor.values import replace

_MOST_ROWS, _MOST_COLUMNS = 8, 5
_HEAD = " " * 9
"""What stands below a word such as `departs`."""
_NARROW = 60
"""Columns below which sentences and numbers are moved in less."""
_WIDTH, _PROSE = 140, 75
"""Columns of a verdict that is printed, and of its sentences."""


def open_command(verdict: Verdict, departure: Departure) -> str:
    """Return the command line that opens the walk at the step of a name, at the first cell."""
    lesson, start = verdict.program.lesson, departure.start
    moment = verdict.program.moments[start if start < verdict.program.own else 0]
    selector: Selector = selector_of(moment, departure.name.step)
    cell = _first_cell(departure)
    if cell and not selector.step:
        selector = replace(selector, cell=cell)
    return shlex.join(["gdtutor", lesson_word(lesson), "--at", selector.text()])


def _first_cell(departure: Departure) -> tuple[int, ...]:
    reading = departure.reading
    if reading is None or reading.value is None or departure.engine.ndim != 2:
        return ()
    apart = np.argwhere(_departing(reading.value, departure.engine, reading.tolerance))
    return tuple(int(i) for i in apart[0]) if len(apart) else ()


def _departing(value: NDArray[Any], engine: NDArray[Any], tolerance: float) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.logical_not(np.abs(value - engine) <= tolerance))


def verdict_lines(verdict: Verdict, path: Path, slope: CostSlope | None) -> Iterator[str]:
    """Yield a verdict as text."""
    yield f"{verdict.program.lesson.title}: {path}"
    yield ""
    yield from lines_below_title(verdict, path, slope)


def lines_below_title(
    verdict: Verdict, path: Path, slope: CostSlope | None, width: int = _WIDTH
) -> Iterator[str]:
    """Yield what is said below a verdict's title, sentences and numbers no wider than a width."""
    asked, prose = verdict.program.wanted, min(width, _PROSE)
    for note in verdict.notes:
        yield from wrap(f"note     {note}", prose, subsequent_indent=_HEAD)
    if verdict.is_right and verdict.source.text:
        yield from _seen_lines(verdict, prose)
    else:
        yield from _names("right", verdict.right, prose)
    if verdict.first is not None:
        yield from _departure_lines(verdict, verdict.first, path, width)
    if slope is not None:
        yield from _slope_lines(slope, width)
    yield from _names("follows", verdict.follows, prose)
    for said, names in _alike(verdict, path).items():
        yield from wrap(f"also     {' '.join(names)}, {said}", prose, subsequent_indent=_HEAD)
    yield from _names("missing", verdict.missing, prose)
    if verdict.mishap is not None:
        line = _place(path, verdict.mishap.line)
        said = f"failed   {line}: {verdict.mishap.kind}: {verdict.mishap.message}"
        yield from wrap(said, prose, subsequent_indent=_HEAD)
    yield ""
    if verdict.is_right:
        starts = len(set(map(id, verdict.starts)))
        on = f"on {starts} starts" if starts > 1 else "on the lesson's own start"
        alone = ", the first pass alone" if taken_of(verdict.starts) else ""
        yield f"All {len(asked)} names are right, {on}{alone}."
    elif verdict.first is not None and verdict.first.name.step.phase is Phase.UPDATE:
        yield (f"{len(verdict.right)} of {len(asked)} names are right; "
               f"the update of {verdict.first.name.name} is not.")  # fmt: skip
    else:
        yield f"{len(verdict.right)} of {len(asked)} names are right."


def _seen_lines(verdict: Verdict, width: int) -> Iterator[str]:
    """Yield what a right program was judged by, and what was not seen of it and how it is."""
    seen = verdict.parts
    for head, index in (("right", 0), ("not seen", 1)):
        for part, both in seen.items():
            if both[index]:
                said = f"{head:<9}{part}: {' '.join(both[index])}"
                ways = how_seen(part, both[1], verdict.program, verdict.source) if index else ""
                yield from wrap(f"{said}. {ways}" if ways else said, width, subsequent_indent=_HEAD)
                head = ""


def _alike(verdict: Verdict, path: Path) -> dict[str, list[str]]:
    """Return the other names that depart by themselves, those together that one line has made."""
    found: dict[str, list[str]] = {}
    first = 0 if verdict.first is None else verdict.first.line
    for one in verdict.also:
        place = "by the same line" if one.line == first > 0 else _place(path, one.line)
        slip = f": {one.slip.slip.value}" if one.slip else ""
        found.setdefault(f"{place}{slip}", []).append(one.name.name)
    return found


def _names(head: str, names: tuple[str, ...], width: int) -> Iterator[str]:
    """Yield names on as many lines as they need."""
    if names:
        yield from wrap(f"{head:<9}{' '.join(names)}", width, subsequent_indent=_HEAD)


def _place(path: Path, line: int) -> str:
    return f"{path}:{line}" if line else str(path)


def _departure_lines(verdict: Verdict, first: Departure, path: Path, width: int) -> Iterator[str]:
    before, written = _indent(width), verdict.source.written(first.line)
    helper = f", in {first.helper}(), called at line {first.called}" if first.called else ""
    yield f"departs  {first.name.name}, {_place(path, first.line)}{helper}"
    if written:
        yield f"{before}  {written}"
    if first.slip is None and first.reading is None:
        yield f"{before}The line fails, with what is said below."
    elif first.slip is None:
        yield f"{before}No usual slip gives these numbers."
    else:
        second = first.slip.second
        called = "array changed in place" if is_computed(first) else first.slip.slip.value
        called += f" and {second.value}" if second else ""
        said = f"{called}: {says_of(first, first.slip, verdict.rows)}"
        yield from wrap(said, min(width, _PROSE), initial_indent=before, subsequent_indent=before)
    if first.start >= verdict.program.own:
        yield f"{before}It shows on another start than the lesson's own, with these numbers:"
    elif first.start:
        yield f"{before}It shows at iteration {first.start}:"
    yield from _beside(first, width, verdict.rows)
    yield f"open     {open_command(verdict, first)}"


def _beside(departure: Departure, width: int, rows: bool) -> Iterator[str]:
    """Yield the program's numbers beside the walk's, those marked that depart."""
    if departure.reading is None:
        yield f"{_indent(width)}the walk has {shape_text(departure.engine.shape)}:"
        yield from _array(_rows(departure.engine, width=width), width)
        return
    value, raw = departure.reading.value, departure.reading.raw
    if value is None:
        mine, walk, shape = shape_text(raw.shape), "the walk's", departure.engine.shape
        is_turned = raw.shape == shape or (rows and raw.shape != shape[::-1])
        walk, shape = ("in rows it is", shape[::-1]) if is_turned else (walk, shape)
        yield f"{_indent(width)}yours is {mine}, {walk} {shape_text(shape)}:"
        yield from _array(_rows(raw.astype(np.float64), width=width), width)
        return
    marked = _departing(value, departure.engine, departure.reading.tolerance)
    left = ["yours (* departs)", *_rows(value, marked, width)]
    yield from _two(left, ["the walk's", *_rows(departure.engine, width=width)], width)


def _indent(width: int) -> str:
    """Return what stands before sentences; two blanks more stand before numbers."""
    return _HEAD if width >= _NARROW else " "


def _array(rows: list[str], width: int) -> Iterator[str]:
    yield from (f"{_indent(width)}  {row}" for row in rows)


def _two(left: list[str], right: list[str], width: int) -> Iterator[str]:
    """Yield two arrays side by side, one below the other where they are wider than a width."""
    room = max(len(row) for row in left)
    beside = [f"{mine:<{room}}   {walk}" for mine, walk in zip(left, right, strict=True)]
    fits = max(len(row) for row in beside) + len(_indent(width)) + 2 <= width
    yield from _array(beside if fits else [*left, *right], width)


def _rows(
    array: NDArray[Any], marked: NDArray[np.bool_] | None = None, width: int = _WIDTH
) -> list[str]:
    """Return the cells of an array in columns, the middle left out where there are many."""
    grid = np.atleast_2d(array)
    marks = np.zeros(grid.shape, bool) if marked is None else np.atleast_2d(marked)
    rows = _kept(grid.shape[0], _MOST_ROWS)
    told: list[str] = []
    for most in range(_MOST_COLUMNS, 1, -1):
        texts = [["…" if i < 0 or j < 0 else f"{grid[i, j]:.4g}{'*' if marks[i, j] else ' '}"
                  for j in _kept(grid.shape[1], most)] for i in rows]  # fmt: skip
        room = max(len(text) for row in texts for text in row)
        told = [" ".join(f"{text:>{room}}" for text in row).rstrip() for row in texts]
        if max(len(row) for row in told) + len(_indent(width)) + 2 <= width:
            break
    return told


def _kept(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    half = most // 2
    return [*range(half), -1, *range(count - half, count)]


def _slope_lines(slope: CostSlope, width: int) -> Iterator[str]:
    yield f"cost     central difference of your own cost, for {slope.name}:"
    right = ["(cost(p + h) − cost(p − h)) / 2h", *_rows(slope.difference, width=width)]
    yield from _two(["yours", *_rows(slope.yours, width=width)], right, width)
    agrees = "They agree: the gradient is right, of another cost than the lesson's."
    differs = "They differ: the gradient is not that of your cost."
    yield f"{_indent(width)}{agrees if slope.agrees else differs}"
