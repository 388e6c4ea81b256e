"""`check`: everything that can be wrong with lesson files, found in one pass and reported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gdtutor.check_gradients import GradientChecked
from gdtutor.check_lesson import LessonChecked, check_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.csv_files import csv_files
from gdtutor.lesson.discovery import discover, strays
from gdtutor.lesson.fences import TOML_LINE, divide
from gdtutor.lesson.glance import glance
from gdtutor.lesson.load import read_lesson
from gdtutor.lesson.reports import Findings, Place, Report
from gdtutor.lesson.source import read_source
from gdtutor.lesson.toml_text import find_places

FORMAT = 1
"""Version of the JSON."""

FOLDER_CODES = {
    "no-lessons": "a folder holds no file NN-name.md",
    "duplicate-id": "two lessons have one id",
    "duplicate-number": "two files of a folder have one number",
    "stray": "a file of the folder is no lesson and nothing uses it",
}
"""Every code that is about files beside each other, with what it means."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found."""

    files: int
    """Lesson files that were checked."""
    problems: tuple[Report, ...]
    """Errors and warnings, in the order of the files and of the lines in them."""
    gradients: tuple[GradientChecked, ...]
    """Every parameter of every lesson, held against central differences."""

    @property
    def has_errors(self) -> bool:
        """Whether a problem is an error, not just a warning."""
        return any(report.level == "error" for report in self.problems)

    @property
    def worst(self) -> float:
        """The worst relative error of a gradient, 0 where none was checked."""
        return max((gradient.relative_error for gradient in self.gradients), default=0.0)


def check_paths(paths: Iterable[Path]) -> CheckResult:
    """Check lesson files and folders of lessons.

    Args:
        paths: Files, which may be called anything, and folders, of which every `NN-name.md` is
            checked and other files are reported as stray.

    Raises:
        GdTutorError: A path does not exist, or a folder cannot be read.
    """
    paths = tuple(paths)
    for path in paths:
        if not os.path.lexists(path):
            raise GdTutorError(f"there is no file or folder '{path}'", "check the name")
    files: dict[Path, None] = {}
    problems: list[Report] = []
    for path in paths:
        found = discover(path) if path.is_dir() else (path,)
        files |= dict.fromkeys(found)
        if path.is_dir():
            problems.extend(_about_folder(path, found))
    checked = [_check_file(path) for path in files]
    problems.extend(_about_ids(tuple(files)))
    problems.extend(report for one in checked for report in one.problems)
    order = {path: place for place, path in enumerate(files)}
    problems.sort(key=lambda r: (order.get(r.path, len(order)), r.line, r.column))
    gradients = tuple(gradient for one in checked for gradient in one.gradients)
    return CheckResult(len(files), tuple(problems), gradients)


def _check_file(path: Path) -> LessonChecked:
    """Check one file: what the loader reports, and what its numbers and screens show."""
    lesson, reports = read_lesson(path)
    if lesson is None:
        return LessonChecked(reports, ())
    checked = check_lesson(lesson)
    return replace(checked, problems=(*reports, *checked.problems))


def _about_folder(folder: Path, lessons: Sequence[Path]) -> list[Report]:
    """Report what is wrong with the files of a folder as such."""
    if not lessons:
        return [_report(folder, "no-lessons", "the folder holds no lesson", _NAMES)]
    reports = []
    used = [file for lesson in lessons for file in csv_files(lesson) or ()]
    for path in strays(folder, used):
        # A Markdown file was most likely meant to be a lesson, and no list of lessons shows it.
        is_markdown = path.suffix.lower() == ".md"
        hint = _NAMES if is_markdown else "remove it, or name it in a lesson's csv"
        what = "this is no lesson" if is_markdown else "no lesson uses this file"
        level = "error" if is_markdown else "warning"
        reports.append(replace(_report(path, "stray", what, hint), level=level))
    numbers: dict[int, Path] = {}
    for path in lessons:
        number = int(path.name.split("-", 1)[0])
        if number in numbers:
            what = f"{numbers[number].name} has the number {number} too"
            hint = "give it another: lessons are named by their numbers"
            reports.append(_report(path, "duplicate-number", what, hint))
        numbers.setdefault(number, path)
    return reports


_NAMES = "lessons are called NN-name.md, as 07-learning-rate.md"


def _about_ids(files: Sequence[Path]) -> list[Report]:
    """Report every id that an earlier file has already."""
    first: dict[str, Path] = {}
    reports = []
    for path in files:
        seen = glance(path)
        lesson_id = "" if seen is None else seen.id
        if lesson_id and lesson_id in first:
            what = f"{first[lesson_id].name} has the id '{lesson_id}' too"
            hint = "choose another: progress is kept under it"
            reports.append(_at_id(path, _report(path, "duplicate-id", what, hint)))
        first.setdefault(lesson_id, path)
    return reports


def _at_id(path: Path, report: Report) -> Report:
    text = read_source(path)
    divided = divide(text, Findings(path))
    places = find_places(divided.toml, TOML_LINE, {("id", "=")}) if divided is not None else {}
    place = places.get(("id", "="), Place(1, 1))
    source = text.split("\n")[place.line - 1]
    return replace(report, line=place.line, column=place.column, source=source)


def _report(path: Path, code: str, what: str, hint: str) -> Report:
    return Report(path, 0, 0, "error", code, what, hint)


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
    return [*(report.text() for report in result.problems), ", ".join(parts)]


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def check_data(result: CheckResult) -> dict[str, object]:
    """Return the report as JSON data; an error that is not finite is the text inf."""
    return {
        "format": FORMAT,
        "files": result.files,
        "problems": [
            {
                "path": str(report.path),
                "line": report.line,
                "column": report.column,
                "level": report.level,
                "code": report.code,
                "what": report.what,
                "hint": report.hint,
            }
            for report in result.problems
        ],
        "gradients": [
            {
                "lesson": gradient.lesson,
                "parameter": gradient.parameter,
                "relative_error": (
                    "inf" if gradient.relative_error == float("inf") else gradient.relative_error
                ),
            }
            for gradient in result.gradients
        ],
    }
