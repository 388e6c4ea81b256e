"""`check`: everything that can be wrong with lesson files, found in one pass and reported."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gdtutor.check.findings import Clock
from gdtutor.check.gradients import GradientChecked
from gdtutor.check.lesson import CheckResult, check_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import (
    LessonEntry,
    csv_files,
    discover,
    links_out,
    number_of,
    read_summary,
    shipped_lessons_folder,
    strays,
)
from gdtutor.lesson.front_matter_checks import ID
from gdtutor.lesson.load import read_lesson
from gdtutor.lesson.markdown import front_place
from gdtutor.lesson.reports import NOWHERE, Findings, Report, shown
from gdtutor.lesson.source import near_file, read_source
from gdtutor.values import asdict

FORMAT = 1
"""Version of the JSON."""


def check_paths(paths: Iterable[Path], clock: Clock | None = None) -> CheckResult:
    """Check lesson files and folders of lessons.

    Args:
        paths: Files, which may be called anything, and folders, of which every `NN-name.md` is
            checked and other files are reported as stray.
        clock: Tells the time in seconds, by which the checks of a file are bounded.

    Raises:
        GdTutorError: A path does not exist, or a folder cannot be read.
    """
    paths = tuple(paths)
    for path in paths:
        if not os.path.lexists(path):
            hint = near_file(path) or "check the name"
            raise GdTutorError(f"there is no file or folder '{path}'", hint)
    files: dict[Path, None] = {}
    problems: list[Report] = []
    for path in paths:
        found = discover(path) if path.is_dir() else (path,)
        files |= dict.fromkeys(found)
        if path.is_dir():
            problems.extend(_about_folder(path, found))
    problems.extend(_about_ids(tuple(files)))
    gradients: list[GradientChecked] = []
    lost: list[Report] = []
    for path in files:
        lesson, reports = read_lesson(path)
        problems += reports
        if lesson is not None:
            checked = check_lesson(lesson, clock)
            problems += checked.problems
            gradients += checked.gradients
            lost += checked.lost
    order = {path: place for place, path in enumerate(files)}
    problems.sort(key=lambda r: (order.get(r.path, len(order)), r.line, r.column))
    return CheckResult(len(files), tuple(problems), tuple(gradients), tuple(lost))


def _about_folder(folder: Path, lessons: Sequence[Path]) -> list[Report]:
    """Report what is wrong with the files of a folder as such."""
    reports = [_report(path, "link", _LINK, _LINK_HINT) for path in links_out(folder)]
    if not lessons:
        return [*reports, _report(folder, "no-lessons", "the folder holds no lesson", _NAMES)]
    used = [file for lesson in lessons for file in csv_files(lesson) or ()]
    for path in strays(folder, used):
        # A Markdown file was most likely meant to be a lesson, and no list of lessons shows it.
        is_markdown = path.suffix.lower() == ".md"
        hint = _NAMES if is_markdown else "remove it, or name it in a lesson's csv"
        what = "this is no lesson" if is_markdown else "no lesson uses this file"
        level = "error" if is_markdown else "warning"
        reports.append(_report(path, "stray", what, hint, level))
    numbers: dict[int, Path] = {}
    for path in lessons:
        number = int(number_of(path))
        if number in numbers:
            what = f"{numbers[number].name} has the number {number} too"
            hint = "give it another: lessons are named by their numbers"
            reports.append(_report(path, "duplicate-number", what, hint))
        numbers.setdefault(number, path)
    return reports


_LINK = "the file is a link that leads out of the folder"
_LINK_HINT = "put the lesson itself into the folder; nothing outside of it is read"
_NAMES = "lessons are called NN-name.md, as 07-learning-rate.md"


def _about_ids(files: Sequence[Path]) -> list[Report]:
    """Report every id that another lesson has, and every id that is not likely to stay.

    Progress is kept under the id alone: an id that another lesson has mixes the progress of both,
    and one that is changed loses it.
    """
    shipped = {glanced.id: path for path, glanced in _glances(discover(shipped_lessons_folder()))}
    first: dict[str, Path] = {}
    reports = []
    for path, glanced in _glances(files):
        own = glanced.id
        if own in first:
            what = f"{first[own].name} has the id '{own}' too"
            hint = "choose another: progress is kept under it"
            reports.append(_at_id(path, "duplicate-id", what, hint, "error"))
        elif own in shipped and shipped[own].name != path.name:
            what = f"the lesson {shipped[own].name} of the program has the id '{own}' too"
            hint = "choose another: progress is kept under it, and would be that of both"
            reports.append(_at_id(path, "shipped-id", what, hint))
        first.setdefault(own, path)
        what, hint = _about_name(path, own)
        if what:
            reports.append(_at_id(path, "id-name", what, hint))
    return reports


def _glances(files: Iterable[Path]) -> Iterator[tuple[Path, LessonEntry]]:
    """Yield the files that have an id, with what they say of themselves."""
    for path in files:
        glanced = read_summary(path)
        if glanced is not None and glanced.id:
            yield path, glanced


def _about_name(path: Path, lesson_id: str) -> tuple[str, str]:
    """Return what is wrong between the id and the name of a file NN-name.md, and what to do.

    Either may say more than the other: 03-forward.md may have the id forward-or.
    """
    number = number_of(path)
    if not number or not ID.fullmatch(lesson_id):
        return "", ""
    called = path.stem.split("-", 1)[1]
    name = "-".join(re.findall("[a-z0-9]+", called.lower()))
    shorter, longer = sorted((name, lesson_id), key=len)
    first = lesson_id.split("-", 1)[0]
    if first.lstrip("0") == number.lstrip("0") and not name.startswith(first):
        what = f"the id '{shown(lesson_id)}' holds the number of the file"
        return what, "leave it out: the number changes with the order, and the id has to stay"
    if not name or f"-{shorter}-" in f"-{longer}-":
        return "", ""
    what = f"the id is '{shown(lesson_id)}', and the file is called '{shown(called)}'"
    better = f"{number}-{shown(lesson_id)}.md"
    hint = f"call the file {better}; change the id only while nobody has progress under it"
    return what, hint


def _at_id(path: Path, code: str, what: str, hint: str, level: str = "warning") -> Report:
    text = read_source(path)
    file = Findings(path, text.split("\n"))
    return file.report(front_place(text, ("id", "=")), level, code, what, hint)


def _report(path: Path, code: str, what: str, hint: str, level: str = "error") -> Report:
    return Findings(path).report(NOWHERE, level, code, what, hint)


def check_lines(result: CheckResult) -> list[str]:
    """Return the report as it is printed: every problem, then one line that sums up."""
    errors = sum(1 for report in result.problems if report.level == "error")
    parts = [
        _count(result.files, "file"),
        _count(errors, "error"),
        _count(len(result.problems) - errors, "warning"),
        _count(len(result.gradients), "gradient"),
    ]
    if result.gradients:
        parts.append(f"worst relative error {result.worst:.1e}")
    told = (report.text() for report in (*result.problems, *result.lost))
    return [*told, ", ".join(parts)]


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def check_data(result: CheckResult) -> dict[str, object]:
    """Return the report as JSON data; an error that is not finite is the text inf."""
    problems = [
        asdict(report) | {"path": str(report.path)} for report in (*result.problems, *result.lost)
    ]
    for problem in problems:
        del problem["source"]
    gradients = [
        asdict(one) | ({"relative_error": "inf"} if math.isinf(one.relative_error) else {})
        for one in result.gradients
    ]
    return {
        "format": FORMAT, "files": result.files, "problems": problems, "gradients": gradients,
    }  # fmt: skip
