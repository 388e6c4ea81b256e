"""`gdtutor train`: a lesson trained at full speed, as lines, JSON or CSV."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from time import perf_counter

from gdtutor.cli.interrupts import interrupts
from gdtutor.cli.lesson_files import lesson_path
from gdtutor.cli.output import print_json, print_lines
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import run_of
from gdtutor.results import csv_lines, progress_text, result_of, summary_lines
from gdtutor.training.run import Run, Segment
from gdtutor.writing import write_atomically

_REPORT_EVERY = 0.1
"""Seconds between two progress lines on a terminal."""


def run(arguments: argparse.Namespace) -> int:
    """Train a lesson; Ctrl-C stops it, and what there is is still written."""
    lesson, training = _run_of(arguments)
    if arguments.sweep:
        return run_sweep(arguments, lesson, training)
    if arguments.show_plan:
        print_lines([training.plan.source])
        return 0
    started = perf_counter()
    with interrupts() as pressed:
        _train(training, pressed, shows=not arguments.json)
    result = result_of(lesson, training, arguments.seed, perf_counter() - started)
    if pressed:
        result = replace(result, stopped_by="key")
    if arguments.csv:
        write_atomically(arguments.csv, "\n".join(csv_lines(result)) + "\n")
    if arguments.json:
        print_json(result.data())
    else:
        print_lines(summary_lines(lesson, result))
    return 130 if pressed else 0


def run_sweep(arguments: argparse.Namespace, lesson: Lesson, training: Run) -> int:
    """Train several runs side by side; Ctrl-C stops them, and what there is is still written."""
    from gdtutor.lesson.sweeps import members_of
    from gdtutor.sweep_results import sweep_csv_lines, sweep_data, sweep_lines
    from gdtutor.training.sweep import Sweep

    members = members_of(lesson, arguments.seed, arguments.sweep, training.segments[0])
    sweep = Sweep(members)
    with interrupts() as pressed:
        sweep.advance(deadline=lambda: bool(pressed))
    if arguments.csv:
        write_atomically(arguments.csv, "\n".join(sweep_csv_lines(sweep)) + "\n")
    if arguments.json:
        print_json(sweep_data(lesson, sweep))
    else:
        print_lines(sweep_lines(lesson, sweep))
    return 130 if pressed else 0


def _run_of(arguments: argparse.Namespace) -> tuple[Lesson, Run]:
    """Return the lesson and its run, with changes made and so many epochs; from --at on."""
    iteration = 0
    if arguments.at or arguments.changes or arguments.variant:
        # The walk is imported only where a place or a change is named.
        from gdtutor.cli.lessons import session_of

        session = session_of(arguments)
        lesson, run_ = session.lesson, session.run
        iteration = session.moment.iteration if session.moment is not None else 0
    else:
        lesson = load_lesson(lesson_path(arguments.lesson))
        run_ = run_of(lesson, arguments.seed)
    if lesson is None or run_ is None or lesson.settings is None:
        raise GdTutorError(
            "this lesson does not train", "it has no [training] table; see `gdtutor list`"
        )
    segments = run_.segments
    if arguments.epochs is not None:
        segments = tuple(
            replace(s, settings=replace(s.settings, epochs=arguments.epochs)) for s in segments
        )
    if iteration:
        segments = (_start_at(run_, iteration, segments[-1]),)
    return lesson, Run(segments)


def _start_at(run_: Run, iteration: int, last: Segment) -> Segment:
    """Return a segment that starts from the parameters of an iteration of another run."""
    parameters = run_.state(iteration).parameters
    problem = replace(last.problem, parameters=parameters)
    return Segment(0, problem, last.settings)


def _train(training: Run, pressed: list[int], *, shows: bool) -> None:
    is_terminal = shows and sys.stderr.isatty()
    started = last = perf_counter()

    def is_over() -> bool:
        nonlocal last
        now = perf_counter()
        if is_terminal and now - last >= _REPORT_EVERY:
            last = now
            sys.stderr.write("\r" + progress_text(training, now - started).ljust(78))
            sys.stderr.flush()
        return bool(pressed)

    training.advance(deadline=is_over)
    if is_terminal:
        sys.stderr.write("\r" + " " * 78 + "\r")
