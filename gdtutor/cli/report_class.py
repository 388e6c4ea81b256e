"""`gdtutor class-report`: what a class has answered, as text or CSV."""

from __future__ import annotations

import argparse
import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from gdtutor.classroom.polls import RIGHT
from gdtutor.classroom.record import KeptAnswer, KeptClass, kept_classes
from gdtutor.cli.output import print_lines

CSV_COLUMNS = ("class", "began", "poll", "lesson", "question", "name", "answer", "verdict", "at")


def run(arguments: argparse.Namespace) -> int:
    """Print the report and return the exit code."""
    classes = kept_classes(Path(arguments.file))
    print_lines(_csv_lines(classes) if arguments.csv else _report_lines(classes))
    return 0


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(" ", "seconds")


def _csv_lines(classes: tuple[KeptClass, ...]) -> Iterator[str]:
    """Yield a row for every answer; a text that a table would compute begins with a quote."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for one in classes:
        for a in one.answers:
            texts = [a.lesson, a.question, a.name, a.answer, a.verdict]
            safe = [f"'{text}" if text[:1] in ("=", "+", "-", "@") else text for text in texts]
            writer.writerow([one.title, _when(one.began), a.poll, *safe, _when(a.at)])
    return iter(out.getvalue().removesuffix("\n").split("\n"))


def _report_lines(classes: tuple[KeptClass, ...]) -> Iterator[str]:
    if not classes:
        yield "No class is kept in this file."
    for one in classes:
        names = sorted({record.name for record in one.attendance})
        yield f"{one.title}, {_when(one.began)}: {len(names)} students"
        for poll in range(1, max((answer.poll for answer in one.answers), default=0) + 1):
            given = [answer for answer in one.answers if answer.poll == poll]
            yield from _poll_lines(given) if given else (f"  {poll}. nobody answered",)
        yield "  at last"
        for name in names:
            last = {a.question: a.verdict for a in one.answers if a.name == name}
            right = sum(verdict == RIGHT for verdict in last.values())
            wrong = ", ".join(f"{q}: {v}" for q, v in last.items() if v != RIGHT)
            yield f"    {name}: {right} of {len(last)} right{'; ' + wrong if wrong else ''}"
        yield ""


def _poll_lines(answers: list[KeptAnswer]) -> Iterator[str]:
    """Yield how the answers to one question are spread."""
    first = answers[0]
    yield f"  {first.poll}. {first.lesson}, {first.question}: {len(answers)} answers"
    for verdict, count in Counter(answer.verdict for answer in answers).most_common():
        texts = Counter(answer.answer for answer in answers if answer.verdict == verdict)
        said = ", ".join(text for text, _ in texts.most_common(3))
        yield f"    {count:3} {verdict} ({said})"
