"""All that is said about a file: the verdict, the slope of its cost, its training; the file is put
back where its program took it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.judge.cost import CostCurves, CostSlope, cost_curves, slope_of_cost
from gdtutor.judge.notes import taken_of
from gdtutor.judge.process import BOUNDS, Bounds
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
    return Outcome(verdict, slope, curves)
