"""A verdict as lines of text, and as data for other programs."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.judge.asked import shape_text
from gdtutor.judge.central import CostSlope
from gdtutor.judge.departure import Departure
from gdtutor.judge.training import CostCurves
from gdtutor.judge.verdict import Verdict
from gdtutor.lesson.selectors import Selector
from gdtutor.session.link import lesson_word, selector_of
from gdtutor.session.slips import Slip
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.asking import SAYS

_MOST_ROWS = 8
_MOST_COLUMNS = 5
_PROSE = 66
"""Columns that a sentence takes."""


def verdict_data(
    verdict: Verdict, slope: CostSlope | None, curves: CostCurves | None = None
) -> dict[str, object]:
    """Return a verdict as JSON has it; numbers that are not finite are words."""
    first = verdict.first
    told = None
    if first is not None:
        told = {
            "name": first.name.name,
            "line": first.line or None,
            "slip": None if first.slip is None else first.slip.slip.value,
            "about": "" if first.slip is None else first.slip.about,
            "second_slip": first.slip.second.value if first.slip and first.slip.second else None,
            "yours": None if first.reading is None else _plain(first.reading.raw),
            "engine": _plain(first.engine),
            "open": open_command(verdict, first),
        }
    mishap = verdict.mishap
    return {
        "format": 1,
        "lesson": verdict.program.lesson.id,
        "right": list(verdict.right),
        "first": told,
        "follows": list(verdict.follows),
        "also": [_told_also(d) for d in verdict.also],
        "missing": list(verdict.missing),
        "cost": _cost_data(verdict, slope),
        "error": None
        if mishap is None
        else {"type": mishap.kind, "message": mishap.message, "line": mishap.line or None},
        "notes": list(verdict.notes),
        "training": None
        if curves is None
        else {"epochs": curves.yours.size, "first_that_differs": curves.first_that_differs},
    }


def _told_also(departure: Departure) -> dict[str, object]:
    slip = departure.slip
    return {
        "name": departure.name.name,
        "line": departure.line or None,
        "slip": None if slip is None else slip.slip.value,
    }


def _cost_data(verdict: Verdict, slope: CostSlope | None) -> dict[str, object] | None:
    root = verdict.program.lesson.scenes[-1].graph.root
    reading = verdict.starts[0].readings.get(root)
    if reading is None:
        return None
    told: dict[str, object] = {
        "name": root, "yours": _plain(reading.raw), "engine": _plain(reading.engine),
    }  # fmt: skip
    if slope is not None:
        told["gradient"] = {
            "name": slope.name,
            "central_difference": _plain(slope.difference),
            "agrees": slope.agrees,
        }
    return told


def _plain(array: NDArray[Any]) -> object:
    if array.ndim:
        return [_plain(part) for part in array]
    number = float(array)
    return number if math.isfinite(number) else str(number)


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
    asked = verdict.program.wanted
    yield f"{verdict.program.lesson.title}: {path}"
    yield ""
    for note in verdict.notes:
        yield from wrap(f"note     {note}", _PROSE + 9, subsequent_indent=" " * 9)
    yield from _names("right", verdict.right)
    if verdict.first is not None:
        yield from _departure_lines(verdict, verdict.first, path)
    yield from _slope_lines(verdict, slope)
    yield from _names("follows", verdict.follows)
    for departure in verdict.also:
        slip = "" if departure.slip is None else f": {_says(departure)}"
        yield f"also     {departure.name.name}, {_place(path, departure.line)}{slip}"
    yield from _names("missing", verdict.missing)
    if verdict.mishap is not None:
        line = _place(path, verdict.mishap.line)
        said = f"failed   {line}: {verdict.mishap.kind}: {verdict.mishap.message}"
        yield from wrap(said, _PROSE + 9, subsequent_indent=" " * 9)
    yield ""
    if verdict.is_right:
        starts = len(set(map(id, verdict.starts)))
        on = f"on {starts} starts" if starts > 1 else "on the lesson's own start"
        yield f"All {len(asked)} names are right, {on}."
    elif verdict.first is not None and verdict.first.name.step.phase is Phase.UPDATE:
        yield (
            f"{len(verdict.right)} of {len(asked)} names are right; "
            f"the update of {verdict.first.name.name} is not."
        )
    else:
        yield f"{len(verdict.right)} of {len(asked)} names are right."


def _names(head: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield names on as many lines as they need."""
    row: list[str] = []
    for name in names:
        if row and len(" ".join([*row, name])) > 66:
            yield f"{head:<9}{' '.join(row)}"
            head, row = "", []
        row.append(name)
    if row:
        yield f"{head:<9}{' '.join(row)}"


def _place(path: Path, line: int) -> str:
    return f"{path}:{line}" if line else str(path)


def _departure_lines(verdict: Verdict, first: Departure, path: Path) -> Iterator[str]:
    written = verdict.source.written(first.line)
    yield f"departs  {first.name.name}, {_place(path, first.line)}"
    if written:
        yield f"           {written}"
    if first.slip is None and first.reading is None:
        yield "         The line fails, with what is said below."
    elif first.slip is None:
        yield "         No usual slip gives these numbers."
    else:
        second = first.slip.second
        called = first.slip.slip.value + (f" and {second.value}" if second else "")
        said = f"{called}: {_says(first)}"
        yield from (f"         {row}" for row in wrap(said, _PROSE))
    if first.start >= verdict.program.own:
        yield "         It shows on another start than the lesson's own, with these numbers:"
    elif first.start:
        yield f"         It shows at iteration {first.start}:"
    yield from _beside(first)
    yield f"open     {open_command(verdict, first)}"


def _says(departure: Departure) -> str:
    if departure.slip is None:
        return ""
    slip, about = departure.slip.slip, departure.slip.about
    if slip is Slip.SIGN and about:
        return f"The sign of {about} is flipped."
    more = f" {about}." if slip is Slip.TRANSPOSED and ".T" in about else ""
    second = departure.slip.second
    # The share that is looked for besides another slip is that of the batch.
    more += f" And: {SAYS[second].format(about='1/m')}" if second else ""
    return SAYS[slip].format(about=about or "the value") + more


def _beside(departure: Departure) -> Iterator[str]:
    """Yield the program's numbers beside the walk's, those marked that depart."""
    if departure.reading is None:
        yield f"         the walk has {_shape(departure.engine)}:"
        yield from (f"           {row}" for row in _rows(departure.engine))
        return
    value, raw = departure.reading.value, departure.reading.raw
    if value is None:
        yield f"         yours is {_shape(raw)}, the walk's {_shape(departure.engine)}:"
        yield from (f"           {row}" for row in _rows(raw.astype(np.float64)))
        return
    marked = _departing(value, departure.engine, departure.reading.tolerance)
    left = ["yours (* departs)", *_rows(value, marked)]
    right = ["the walk's", *_rows(departure.engine)]
    width = max(len(row) for row in left)
    for mine, walk in zip(left, right, strict=True):
        yield f"           {mine:<{width}}   {walk}"


def _shape(array: NDArray[Any]) -> str:
    return shape_text(array.shape)


def _rows(array: NDArray[Any], marked: NDArray[np.bool_] | None = None) -> list[str]:
    """Return the cells of an array in columns, the middle left out where there are many."""
    grid = np.atleast_2d(array)
    marks = np.zeros(grid.shape, bool) if marked is None else np.atleast_2d(marked)
    rows, columns = _kept(grid.shape[0], _MOST_ROWS), _kept(grid.shape[1], _MOST_COLUMNS)
    texts = [["…" if i < 0 or j < 0 else f"{grid[i, j]:.4g}{'*' if marks[i, j] else ' '}"
              for j in columns] for i in rows]  # fmt: skip
    width = max(len(text) for row in texts for text in row)
    return [" ".join(f"{text:>{width}}" for text in row).rstrip() for row in texts]


def _kept(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    half = most // 2
    return [*range(half), -1, *range(count - half, count)]


def _slope_lines(verdict: Verdict, slope: CostSlope | None) -> Iterator[str]:
    if slope is None:
        return
    yield f"cost     central difference of your own cost, for {slope.name}:"
    left = ["yours", *_rows(slope.yours)]
    right = ["(cost(p + h) − cost(p − h)) / 2h", *_rows(slope.difference)]
    width = max(len(row) for row in left)
    for mine, other in zip(left, right, strict=True):
        yield f"           {mine:<{width}}   {other}"
    if slope.agrees:
        yield "         They agree: the gradient is right, of another cost than the lesson's."
    else:
        yield "         They differ: the gradient is not that of your cost."
