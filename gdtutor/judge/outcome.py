"""All that is said about a file: the verdict, the slope of its cost, its training; the file is put
back where its program took it away."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.judge.cost import CostCurves, CostSlope, cost_curves, slope_of_cost
from gdtutor.judge.naming import Departure
from gdtutor.judge.notes import later_pass_notes, passes_of, taken_of, unjudged_from
from gdtutor.judge.process import BOUNDS, Bounds
from gdtutor.judge.telling import open_command
from gdtutor.judge.verdict import Verdict, judge
from gdtutor.lesson.model import Lesson
from gdtutor.values import Struct, replace

MOST_BYTES = 1 << 20
"""Largest program that is read."""
Tell = Callable[[str], object]
"""Hears that a file was written back."""


@contextmanager
def kept_learners(path: Path, tell: Tell = lambda _: None) -> Iterator[str]:
    """Read a program, and write its file again, and tell so, where running it has deleted it.

    Raises:
        GdTutorError: There is none, or it is no text.
    """
    text = read_learners(path)
    try:
        yield text
    finally:
        if not path.exists():
            write_atomically(path, text)
            tell(f"The program deleted {path.name}; it was written back.")


def read_learners(path: Path) -> str:
    """Read a program.

    Raises:
        GdTutorError: There is none, or it is no text.
    """
    if path.is_dir():
        raise GdTutorError(f"'{path}' is a folder", "name a Python file")
    try:
        data = path.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        hint = f"`gdtutor judge LESSON {path} --new` writes one to begin with"
        raise GdTutorError(f"'{path}': {error.strerror}", hint) from None
    if len(data) > MOST_BYTES:
        raise GdTutorError(f"'{path}' is larger than 1 MB", "name a Python file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise GdTutorError(f"'{path}' is no UTF-8 text", "save it as UTF-8") from None


class Outcome(Struct, frozen=True, eq=False):
    """A verdict with what is computed beside it."""

    verdict: Verdict
    slope: CostSlope | None
    curves: CostCurves | None

    @property
    def is_right(self) -> bool:
        """Whether the names are, and the run from the lesson's start."""
        return self.verdict.is_right and (self.curves is None or not self.curves.departs)


def judge_file(
    lesson: Lesson, path: Path, bounds: Bounds = BOUNDS, tell: Tell = lambda _: None
) -> Outcome:
    """Judge a file; one that its program takes away is written back.

    Args:
        lesson: The lesson.
        path: The file.
        bounds: How long each of its runs may take.
        tell: Hears that it was written back.

    Raises:
        GdTutorError: There is none, it is no Python, or could not be run to its end.
    """
    with kept_learners(path, tell) as text:
        verdict = judge(lesson, text, path, bounds)
        needs_slope = verdict.first is not None and verdict.first.slip is None
        slope = slope_of_cost(verdict, path, bounds) if needs_slope else None
        curves = cost_curves(verdict.program, verdict.source, path, bounds)
        if curves is not None and taken_of(verdict.starts):
            # Over other examples in each pass its training is another one, and not a wrong one.
            curves = replace(curves, is_ordered=False)
        if curves is None and passes_of(verdict.starts) > 1:
            verdict = replace(verdict, notes=(*verdict.notes, *later_pass_notes(verdict.starts)))
    return Outcome(verdict, slope, curves)


def verdict_data(
    verdict: Verdict, slope: CostSlope | None, curves: CostCurves | None = None
) -> dict[str, object]:
    """Return a verdict as JSON has it; numbers that are not finite are words."""
    first = verdict.first
    told = None
    if first is not None:
        told = _departure_data(first) | {
            "about": "" if first.slip is None else first.slip.about,
            "second_slip": first.slip.second.value if first.slip and first.slip.second else None,
            "yours": None if first.reading is None else _plain(first.reading.raw),
            "engine": _plain(first.engine),
            "open": open_command(verdict, first),
        }
    error, training, mishap = None, None, verdict.mishap
    if mishap is not None:
        error = {"type": mishap.kind, "message": mishap.message, "line": mishap.line or None}
    if curves is not None:
        training = {"epochs": curves.yours.size, "first_that_differs": curves.first_that_differs}
    return {
        "format": 1,
        "lesson": verdict.program.lesson.id,
        "right": list(verdict.right),
        "first": told,
        "follows": list(verdict.follows),
        "also": [_departure_data(d) for d in verdict.also],
        "missing": list(verdict.missing),
        "parts": {
            part: {"right": right, "not_seen": unseen}
            for part, (right, unseen) in verdict.parts.items()
        }
        if verdict.is_right
        else None,
        "cost": _cost_data(verdict, slope),
        "error": error,
        "notes": list(verdict.notes),
        "passes": passes_of(verdict.starts),
        "not_judged_from": unjudged_from(verdict.starts) or None,
        "training": training,
    }


def _departure_data(departure: Departure) -> dict[str, object]:
    slip = departure.slip
    return {
        "name": departure.name.name,
        "line": departure.line or None,
        "called": departure.called or None,
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
