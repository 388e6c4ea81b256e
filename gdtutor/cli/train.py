"""`gdtutor train`: a lesson trained at full speed, as lines, JSON or CSV."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from gdtutor.cli.lesson_files import check_target, lesson_path
from gdtutor.cli.shell import interrupts, print_as, print_lines
from gdtutor.drive.background import heard, unless_stopped
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import run_of, unevaluated
from gdtutor.report.run import csv_lines, progress_text, result_data, result_of, summary_lines
from gdtutor.training.run import Run, RunSegment
from gdtutor.values import replace

if TYPE_CHECKING:
    from gdtutor.training.sweep import Sweep

_REPORT_EVERY = 0.1
"""Seconds between two progress lines on a terminal."""


def run(arguments: argparse.Namespace) -> int:
    """Train a lesson; Ctrl-C stops it, and what there is is still written."""
    lesson, training = heard(lambda: _run_of(arguments))
    check_target(arguments.csv or "", lesson.path)
    if arguments.sweep:
        return run_sweep(arguments, lesson, training)
    if arguments.show_plan:
        print_lines([training.plan.source])
        return 0
    return train(arguments, lesson, training)


def train(arguments: argparse.Namespace, lesson: Lesson, training: Run) -> int:
    """Train a run and report it, as --csv, --json and --seed of the arguments ask for."""
    started = perf_counter()
    with interrupts() as pressed:
        _advance(arguments, training, partial(progress_text, training), pressed)
        what = training, perf_counter() - started
        # What would take longer to work out than Ctrl-C has time is left out.
        told = unless_stopped(lambda: result_of(*what), pressed)
        told = told or result_of(*what, unevaluated(training))
    if pressed():
        told = replace(told, stopped_by="key")
    data = partial(result_data, lesson, arguments.seed, training, told)
    _tell(arguments, csv_lines(told), data, summary_lines(lesson, training, told))
    return 130 if pressed() else 0


def run_sweep(arguments: argparse.Namespace, lesson: Lesson, training: Run) -> int:
    """Train several runs side by side; Ctrl-C stops them, and what there is is still written."""
    from gdtutor.lesson.sweeps import members_of
    from gdtutor.report.sweep import (
        plan_lines,
        sweep_csv_lines,
        sweep_data,
        sweep_lines,
        sweep_progress_text,
    )
    from gdtutor.training.sweep import Sweep

    sweep = Sweep(members_of(lesson, arguments.seed, arguments.sweep, training.segments))
    if arguments.show_plan:
        print_lines(plan_lines(sweep))
        return 0
    with interrupts() as pressed:
        _advance(arguments, sweep, partial(sweep_progress_text, sweep), pressed)
    data, lines = partial(sweep_data, lesson, sweep), sweep_lines(lesson, sweep)
    _tell(arguments, sweep_csv_lines(sweep), data, lines)
    return 130 if pressed() else 0


def _advance(
    arguments: argparse.Namespace,
    work: Run | Sweep,
    text: Callable[[float, int], str],
    pressed: Callable[[], bool],
) -> None:
    """Train to the end or until Ctrl-C, the progress told meanwhile."""
    with _reporting(arguments, text) as report:
        unless_stopped(
            lambda: work.advance(deadline=lambda: report() or pressed(), clock=perf_counter),
            pressed,
            work.drop_burst,
        )


def _tell(
    arguments: argparse.Namespace,
    csv: Iterable[str],
    data: Callable[[], dict[str, object]],
    lines: Iterable[str],
) -> None:
    """Write the curves where --csv asks for them, and print data or lines."""
    if arguments.csv:
        write_atomically(arguments.csv, "\n".join(csv) + "\n")
    print_as(arguments.json, data, lambda: lines)


def _run_of(arguments: argparse.Namespace) -> tuple[Lesson, Run]:
    """Return the lesson and its run, with changes made and so many epochs; from --at on."""
    iteration = 0
    if arguments.at or arguments.changes or arguments.variant:
        # The walk is imported only where a place or a change is named.
        from gdtutor.cli.starting import session_of

        session = session_of(arguments)
        lesson, run_, iteration = session.lesson, session.run, session.moment.iteration
    else:
        lesson = load_lesson(lesson_path(arguments.lesson))
        run_ = run_of(lesson, arguments.seed)
    if lesson.settings is None:
        what = "this lesson does not train"
        raise GdTutorError(what, "it has no [training] table; see `gdtutor list`")
    segments = run_.segments
    if arguments.epochs is not None:
        segments = tuple(
            replace(s, settings=replace(s.settings, epochs=arguments.epochs)) for s in segments
        )
    if iteration:
        last, parameters = segments[-1], run_.state(iteration).parameters
        segments = (RunSegment(0, replace(last.problem, parameters=parameters), last.settings),)
    return lesson, Run(segments)


@contextmanager
def _reporting(
    arguments: argparse.Namespace, text: Callable[[float, int], str]
) -> Iterator[Callable[[], bool]]:
    """Give what prints the progress where its time has come; it returns False.

    Args:
        arguments: --json, with which nothing is printed, as without a terminal.
        text: Returns the progress after so many seconds, in so many cells.
    """
    is_terminal = not arguments.json and sys.stderr.isatty()
    started = last = perf_counter()
    widest = 0

    def report() -> bool:
        nonlocal last, widest
        now = perf_counter()
        if is_terminal and now - last >= _REPORT_EVERY:
            last = now
            # A line that reaches the last column would make the terminal go on to the next.
            told = text(now - started, _columns() - 1)
            sys.stderr.write("\r" + told.ljust(widest))
            sys.stderr.flush()
            widest = len(told)
        return False

    try:
        yield report
    finally:
        if widest:
            sys.stderr.write("\r" + " " * widest + "\r")


def _columns() -> int:
    """Return how wide the terminal of standard error is; 80 where it does not say."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80
