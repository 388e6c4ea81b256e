"""`gdtutor judge`: the learner's own program, compared with the walk by name."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep, time
from typing import TYPE_CHECKING

from gdtutor.cli.lesson_files import check_target, lesson_path
from gdtutor.cli.open_app import show
from gdtutor.cli.shell import exit_on_signals, flush, print_as, print_lines, printed_chars
from gdtutor.cli.starting import FROM
from gdtutor.drive.watching import SaveWatch
from gdtutor.engine.characters import pictured, shell_word
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_new
from gdtutor.judge.asked import asked_of
from gdtutor.judge.blanks import blank_layers, blank_program
from gdtutor.judge.board import AGAIN, Board
from gdtutor.judge.cost import curve_facts, curve_plot
from gdtutor.judge.outcome import Outcome, Tell, judge_file, read_learners, verdict_data
from gdtutor.judge.process import Bounds
from gdtutor.judge.telling import open_command, verdict_lines
from gdtutor.judge.verdict import Verdict
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.progress.schema import Attempt, ProgressError
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import TASK, WRITTEN
from gdtutor.session.link import lesson_word
from gdtutor.ui.terminal import speaks_plainly
from gdtutor.view.lines import merged, text_of

if TYPE_CHECKING:
    from gdtutor.ui.app import TutorApp
    from gdtutor.ui.judging import JudgingProgram

_CURVE = 66, 12
"""Columns and rows of the curves."""
_LOOK = 0.25
"""Seconds between two looks at the file."""


def run(arguments: argparse.Namespace) -> int:
    """Judge a program, or write one to begin with; 1 where a name departs or is missing."""
    # The program's own process must not outlive this one, and its files are put back.
    exit_on_signals()
    path = Path(arguments.file)
    lesson = load_lesson(lesson_path(arguments.lesson))
    if arguments.new or arguments.layers:
        return _write_blanks(arguments, lesson, path)
    tell_class = _class_teller(arguments)
    if arguments.watch:
        return _watch(arguments, lesson, path, tell_class)
    judged = judge_file(lesson, path, Bounds(arguments.seconds), _complain)
    _remember(judged.verdict)
    told = judged.verdict, judged.slope, judged.curves
    print_as(arguments.json, lambda: verdict_data(*told), lambda: _lines(judged, path))
    flush()
    _complain(tell_class(judged.verdict))
    return 0 if judged.is_right else 1


def _class_teller(arguments: argparse.Namespace) -> Callable[[Verdict], str]:
    """Return what tells a class, and says what came of it; the judging does not depend on it."""
    if not arguments.to_class:
        return lambda _: ""
    from gdtutor.cli.join import login_of, where_of

    where = where_of(arguments.to_class)
    try:
        login = login_of(where, arguments.fingerprint)
    except GdTutorError as error:
        _complain(f"The class has no verdict: {error}")
        return lambda _: ""
    from gdtutor.classroom.login import VerdictTeller

    return VerdictTeller(login).tell


def _lines(judged: Outcome, path: Path) -> list[str]:
    """Return all that is said as text."""
    lines = list(verdict_lines(judged.verdict, path, judged.slope))
    if judged.curves is not None:
        lines += curve_facts(judged.curves)
        if judged.curves.first_that_differs is not None:
            from gdtutor.paint.plots import plot_rows

            chars = printed_chars(None)
            rows = plot_rows(curve_plot(judged.curves, chars), *_CURVE, chars)
            lines += [f"{'':9}{text_of(merged(row)).rstrip()}" for row in rows]
    return lines


def _remember(verdict: Verdict) -> None:
    """Keep how the program did, under its lesson."""
    first = verdict.first
    slip = None if first is None or first.slip is None else first.slip.slip.value
    said = f"{len(verdict.right)} of {len(verdict.program.asked)} names"
    lesson = verdict.program.lesson.id
    kept = Attempt(lesson, f"{TASK}{WRITTEN}", said, verdict.is_right, slip, time())
    with contextlib.suppress(ProgressError), ProgressStore(default_path()) as store:
        store.apply((kept,))


def _watch(
    arguments: argparse.Namespace, lesson: Lesson, path: Path, tell_class: Callable[[Verdict], str]
) -> int:
    """Judge at every save: on a screen, which is back after each walk that was opened from it; or
    in lines, until Ctrl-C."""
    read_learners(path)

    def judged(tell: Tell, is_wanted: Callable[[], bool]) -> Outcome:
        found = judge_file(lesson, path, Bounds(arguments.seconds, is_wanted), tell)
        _remember(found.verdict)
        return found

    if arguments.linear or not sys.stdout.isatty() or speaks_plainly(os.environ, sys.stdin):
        return _watch_in_lines(path, judged, tell_class)
    shown: list[JudgingProgram] = []

    def open_program(app: TutorApp) -> JudgingProgram:
        from gdtutor.ui.judging import JudgingProgram

        shown[:] = [JudgingProgram(app, Board(lesson, path), judged, tell_class)]
        return shown[0]

    while not (code := show(arguments, open_program)) and shown[0].opens_walk:
        outcome, words = shown[0].board.outcome, ["gdtutor", lesson_word(lesson)]
        if outcome is not None and outcome.verdict.first is not None:
            words = shlex.split(open_command(outcome.verdict, outcome.verdict.first))
        opened = {**os.environ, FROM: "judge"}
        subprocess.run([sys.executable, "-m", *words], check=False, env=opened)
    return code


def _watch_in_lines(
    path: Path,
    judged: Callable[[Tell, Callable[[], bool]], Outcome],
    tell_class: Callable[[Verdict], str],
) -> int:
    saves = SaveWatch(path)

    def tell(line: str) -> None:
        _complain(line)
        saves.settle()

    while True:
        is_there = saves.look()
        if is_there is None:
            sleep(_LOOK)
            continue
        outcome, lines = None, [f"{path} is gone."]
        try:
            if is_there:
                outcome = judged(tell, lambda: True)
                lines = _lines(outcome, path)
        except GdTutorError as error:
            lines = [str(error)]
        print_lines([*lines, "", f"{AGAIN} Ctrl-C ends.", ""])
        flush()
        if outcome is not None:
            _complain(tell_class(outcome.verdict))


def _complain(line: str) -> None:
    if line:
        print(pictured(line), file=sys.stderr)


def _write_blanks(arguments: argparse.Namespace, lesson: Lesson, path: Path) -> int:
    if path.suffix != ".py":
        raise GdTutorError(f"'{path}' is no Python file", "end its name in .py")
    check_target(arguments.file, lesson.path)
    command = f"gdtutor judge {shell_word(arguments.lesson)} {shell_word(arguments.file)}"
    write = blank_layers if arguments.layers else blank_program
    write_new(path, write(asked_of(lesson), command))
    print_lines([f"wrote {shell_word(arguments.file)}", f"  {command}   judges it"])
    return 0
