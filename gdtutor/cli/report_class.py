"""`gdtutor class-report`: what a class has answered, as text or CSV."""

from __future__ import annotations

import argparse
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from gdtutor.classroom.polls import RIGHT, counted_answers, question_called
from gdtutor.classroom.record import (
    Attendance,
    KeptAnswer,
    KeptAsked,
    KeptClass,
    KeptQuestion,
    KeptVerdict,
    kept_classes,
)
from gdtutor.cli.shell import print_lines

CSV_COLUMNS = ("class", "began", "kind", "poll", "round", "lesson", "question", "text", "name",
               "answer", "verdict", "answer_before", "verdict_before", "at")  # fmt: skip
"""What stands before is the same student's in an earlier round of the question."""


SO_FAR = "right so far"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?")


def run(arguments: argparse.Namespace) -> None:
    """Print the report."""
    classes = kept_classes(Path(arguments.file))
    print_lines(_csv_lines(classes) if arguments.csv else _report_lines(classes))


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(" ", "seconds")


def _csv_lines(classes: tuple[KeptClass, ...]) -> Iterator[str]:
    """Yield a row for all that is kept; a text that a table would compute begins with a quote."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for one in classes:
        for at, *row in sorted(_csv_rows(one), key=lambda row: row[0]):
            row += [""] * (len(CSV_COLUMNS) - 3 - len(row))
            writer.writerow(map(_safe, (one.title, _when(one.began), *row, _when(at))))
    return iter(out.getvalue().removesuffix("\n").split("\n"))


def _safe(text: str) -> str:
    is_computed = text[:1] in ("=", "+", "-", "@") and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_computed else text


def _csv_rows(one: KeptClass) -> Iterator[tuple[float, *tuple[str, ...]]]:
    """Yield time, kind, question and who gave which answer; each row says all of it."""
    texts = {asked.poll: asked.text for asked in one.questions}
    turns = (enumerate(rounds, 1) for rounds in _polls_by_question(one))
    rounds = {poll: str(number) for turn in turns for number, poll in turn}
    before: dict[tuple[str, str], tuple[str, str]] = {}
    for q in one.questions:
        yield q.at, "asked", str(q.poll), rounds[q.poll], q.lesson, q.question, q.text
    for a in one.answers:
        asked = str(a.poll), rounds[a.poll], a.lesson, a.question, texts.get(a.poll, "")
        earlier = before.get((a.name, _called(a)), ("", ""))
        before[a.name, _called(a)] = a.answer, a.verdict
        yield a.at, "answer", *asked, a.name, a.answer, a.verdict, *earlier
    for v in one.verdicts:
        text = f"own program: {f'first departs at {v.first}' if v.first else 'nothing departs'}"
        verdict = v.slip or ("departs" if v.first else RIGHT if v.right == v.asked else SO_FAR)
        yield v.at, "program", "", "", v.lesson, v.first, text, v.name, _rightness(v), verdict
    for move in one.attendance:
        kind = "came" if move.is_here else "left"
        yield move.at, kind, "", "", "", "", "", move.name


def _report_lines(classes: tuple[KeptClass, ...]) -> Iterator[str]:
    if not classes:
        yield "No class is kept in this file."
    for one in classes:
        names = sorted({r.name for r in one.attendance} | {v.name for v in one.verdicts})
        answered = len({answer.name for answer in one.answers})
        known = f"{_many(len(names), 'name')}, {answered} answered"
        yield f"{one.title}, {_when(one.began)}: {known}"
        for rounds in _polls_by_question(one):
            given = {n: [answer for answer in one.answers if answer.poll == n] for n in rounds}
            yield from _poll_lines(rounds, given)
        yield from _program_lines(one.verdicts)
        programs = {(v.name, v.lesson): v for v in one.verdicts}
        yield "  at last"
        for name in names:
            last = {_called(a): a for a in one.answers if a.name == name}
            wrong = [f"{a.poll}. {a.verdict}" for a in last.values() if a.verdict != RIGHT]
            right = f"{len(last) - len(wrong)} of {len(last)} right"
            theirs = [_program_text(v) for v in programs.values() if v.name == name]
            here = f"here {_presence(one.attendance, name) or 'on no screen'}"
            yield f"    {name}: {'; '.join((right, *wrong, *theirs, here))}"
        yield ""


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _called(asked: KeptAsked) -> str:
    return f"{asked.lesson}, {question_called(asked.question)}"


def _presence(attendance: tuple[Attendance, ...], name: str) -> str:
    """Return when somebody came and left, as `10:02-10:40, 10:41-end`."""
    times = ""
    for move in (move for move in attendance if move.name == name):
        when = datetime.fromtimestamp(move.at).strftime("%H:%M")
        times += f"{', ' if times else ''}{when}-" if move.is_here else when
    return times + ("end" if times.endswith("-") else "")


def _program_text(told: KeptVerdict) -> str:
    first = f", {told.first}{f' ({told.slip})' if told.slip else ''}" if told.first else ""
    return f"program of {told.lesson} {_rightness(told)}{first}"


def _rightness(told: KeptVerdict) -> str:
    return f"{told.right} of {told.asked}"


def _program_lines(verdicts: tuple[KeptVerdict, ...]) -> Iterator[str]:
    """Yield at which names programs departed first, once for each student who was there."""
    there = {(v.lesson, v.first, v.name) for v in verdicts if v.first}
    if there:
        yield "  programs, each judged on its own machine: how many departed first at a name"
    for (lesson, first), count in Counter(place[:2] for place in sorted(there)).most_common():
        slips = sorted({v.slip for v in verdicts if (v.lesson, v.first) == (lesson, first)} - {""})
        told = f" ({', '.join(slips)})" if slips else ""
        yield f"    {count:3} {lesson}, {first}{told}"


_Rounds = dict[int, KeptAsked | None]
"""The numbers of a question's rounds; None where nothing is kept of one."""


def _polls_by_question(one: KeptClass) -> Iterator[_Rounds]:
    """Yield the rounds of each question, in the order of the first ones."""
    found: dict[int, KeptAsked | None] = {a.poll: a for a in (*one.answers, *one.questions)}
    rounds: dict[str, _Rounds] = {}
    for poll in range(1, max(found, default=0) + 1):
        which = found.get(poll)
        rounds.setdefault(_called(which) if which else str(poll), {})[poll] = which
    yield from rounds.values()


def _poll_lines(rounds: _Rounds, given: dict[int, list[KeptAnswer]]) -> Iterator[str]:
    """Yield what was asked, and how the answers of its rounds are spread, beside each other."""
    (asked, *_), turns = rounds.values(), [given[poll] for poll in rounds]
    said = [_many(len(one), "answer") if one else "nobody answered" for one in turns]
    if said[1:]:
        said = [f"round {number}, {one}" for number, one in enumerate(said, 1)]
    text = f"{asked.text}: " if isinstance(asked, KeptQuestion) else ""
    yield f"  {', '.join(map(str, rounds))}. {text}{'; '.join(said)}"
    if asked is not None:
        yield f"     {_called(asked)}"
    for verdict, _ in Counter(a.verdict for one in turns for a in one).most_common():
        those = [[a.answer for a in one if a.verdict == verdict] for one in turns]
        name = asked.question if asked is not None else ""
        texts = counted_answers((text for one in those for text in one), name)
        told = ", ".join(f"{text}{f' {n}' if n > 1 else ''}" for text, n in texts)
        yield f"    {' '.join(f'{len(one):3}' for one in those)} {verdict} ({told})"
