"""`gdtutor judge`: the learner's own program, compared with the walk by name."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from shutil import get_terminal_size
from time import sleep, time

from gdtutor.cli.interrupts import exit_on_signals
from gdtutor.cli.lesson_files import check_target, lesson_path
from gdtutor.cli.output import flush, print_json, print_lines, printed_chars
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_new
from gdtutor.judge.blanks import blank_layers, blank_program
from gdtutor.judge.central import CostSlope, slope_of_cost
from gdtutor.judge.program_file import read_learners
from gdtutor.judge.standing import ASCII_MARKS, UNICODE_MARKS, side_by_side, standing_lines
from gdtutor.judge.starts import asked_of
from gdtutor.judge.telling import verdict_data, verdict_lines
from gdtutor.judge.training import CostCurves, cost_curves, curve_lines
from gdtutor.judge.verdict import Verdict, judge
from gdtutor.lesson.characters import shell_word
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.progress.records import Attempt, ProgressError
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import TASK, WRITTEN
from gdtutor.values import Struct

CLEAR = "\x1b[H\x1b[2J\x1b[3J"
"""Clears a terminal; what is not one gets the verdicts one below the other."""
_LOOK = 0.25
"""Seconds between two looks at the file."""
_GONE = 4
"""Looks without the file after which it is said to be gone."""


def run(arguments: argparse.Namespace) -> int:
    """Judge a program, or write one to begin with; 1 where a name departs or is missing."""
    # The program's own process must not outlive this one, and its files are put back.
    exit_on_signals()
    path = Path(arguments.file)
    lesson = load_lesson(lesson_path(arguments.lesson))
    if arguments.new or arguments.layers:
        return _write_blanks(arguments, path)
    if arguments.watch:
        return _watch(arguments, lesson, path)
    judged = _judged(arguments, lesson, path)
    _remember(judged.verdict)
    if arguments.json:
        print_json(verdict_data(judged.verdict, judged.slope, judged.curves))
    else:
        print_lines(judged.lines(path))
    return 0 if judged.is_right else 1


class _Judged(Struct, frozen=True, eq=False):
    """A verdict with what is computed beside it."""

    verdict: Verdict
    slope: CostSlope | None
    curves: CostCurves | None

    @property
    def is_right(self) -> bool:
        """Whether the names are, and the run from the lesson's start."""
        return self.verdict.is_right and (self.curves is None or not self.curves.departs)

    def lines(self, path: Path) -> list[str]:
        """Return all of it as text."""
        curves = [] if self.curves is None else list(curve_lines(self.curves))
        return [*verdict_lines(self.verdict, path, self.slope), *curves]


def _judged(arguments: argparse.Namespace, lesson: Lesson, path: Path) -> _Judged:
    learners = read_learners(path)
    try:
        verdict = judge(lesson, learners.text, path, arguments.seconds)
    finally:
        for line in learners.put_back():
            print(line, file=sys.stderr)
    needs_slope = verdict.first is not None and verdict.first.slip is None
    slope = slope_of_cost(verdict, path, arguments.seconds) if needs_slope else None
    curves = cost_curves(verdict.program, verdict.source, path, arguments.seconds)
    return _Judged(verdict, slope, curves)


def _remember(verdict: Verdict) -> None:
    """Keep how the program did, under its lesson."""
    first = verdict.first
    slip = None if first is None or first.slip is None else first.slip.slip.value
    said = f"{len(verdict.right)} of {len(verdict.program.asked)} names"
    lesson = verdict.program.lesson.id
    kept = Attempt(lesson, f"{TASK}{WRITTEN}", said, verdict.is_right, slip, time())
    with contextlib.suppress(ProgressError), ProgressStore(default_path()) as store:
        store.apply((kept,))


def _watch(arguments: argparse.Namespace, lesson: Lesson, path: Path) -> int:
    """Judge at every save until Ctrl-C."""
    read_learners(path)
    seen: tuple[int, int] | None = None
    gone = 0
    while True:
        now = _signature(path)
        # Editors write beside a file and move it there: it may be gone for a moment.
        gone = 0 if now is not None else gone + 1
        if gone == _GONE:
            seen = None
            _show([f"{path} is gone.", "", "Save it there, and it is judged again; Ctrl-C ends."])
        elif now is not None and now != seen:
            seen = now
            _show(_watched(arguments, lesson, path))
        sleep(_LOOK)


def _watched(arguments: argparse.Namespace, lesson: Lesson, path: Path) -> list[str]:
    """Return what is shown after a save: how far the program is, and what departs."""
    try:
        judged = _judged(arguments, lesson, path)
        _remember(judged.verdict)
    except GdTutorError as error:
        return [str(error), "", "Save it again, and it is judged again; Ctrl-C ends."]
    chars = printed_chars(None)
    marks = ASCII_MARKS if not chars.unicode else UNICODE_MARKS
    left = list(standing_lines(judged.verdict, marks))
    width, height = get_terminal_size((80, 24))
    rows = list(side_by_side(left, judged.lines(path), width))
    if sys.stdout.isatty() and len(rows) > height - 4:
        # What scrolls off is the end, not the name that departs.
        rows = [*rows[: height - 5], "… `gdtutor judge` without --watch prints all of it"]
    return [*rows, "", "Ctrl-C ends."]


def _show(lines: list[str]) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(CLEAR)
    print_lines([*lines, ""])
    flush()


def _signature(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file is saved; None where it is gone for a moment."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _write_blanks(arguments: argparse.Namespace, path: Path) -> int:
    if path.suffix != ".py":
        raise GdTutorError(f"'{path}' is no Python file", "end its name in .py")
    lesson = load_lesson(lesson_path(arguments.lesson))
    check_target(arguments.file, lesson.path)
    command = f"gdtutor judge {shell_word(arguments.lesson)} {shell_word(arguments.file)}"
    write = blank_layers if arguments.layers else blank_program
    write_new(path, write(asked_of(lesson), command))
    print_lines([f"wrote {shell_word(arguments.file)}", f"  {command}   judges it"])
    return 0
