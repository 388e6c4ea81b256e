"""Every rule of the format has a file that breaks it, with the exact report kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtutor.lesson.load import read_lesson
from gdtutor.lesson.reports import WARNINGS, Report
from gdtutor.testing.lessons import GoldenScreens
from gdtutor.values import replace
from tests.format_parts import codes_listed

FOLDER = Path(__file__).parent.parent / "data" / "bad_lessons"
KEPT = Path(__file__).parent / "screens" / "test_bad_lessons"
FILES = sorted(FOLDER.glob("*.md"))


def reports_of(path: Path) -> tuple[Report, ...]:
    return tuple(replace(report, path=Path(path.name)) for report in read_lesson(path)[1])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_lesson_gets_exactly_its_report(path: Path, assert_screen: GoldenScreens) -> None:
    text = "".join(report.text() + "\n" for report in reports_of(path))
    assert_screen(text, path.stem)


@pytest.mark.sampled
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_lesson_is_no_lesson_unless_there_are_only_warnings(path: Path) -> None:
    lesson, reports = read_lesson(path)
    assert (lesson is None) == any(report.level == "error" for report in reports)
    assert all((report.level == "warning") == (report.code in WARNINGS) for report in reports)


def test_every_code_has_a_broken_lesson() -> None:
    seen = {report.code for path in FILES for report in reports_of(path)}
    assert seen == set(codes_listed()[0])


def test_the_page_says_which_codes_are_warnings() -> None:
    assert {code for code, said in codes_listed()[0].items() if "(a warning)" in said} == WARNINGS


def test_every_broken_lesson_has_its_report_and_the_other_way_round() -> None:
    assert {p.stem for p in FILES} == {p.stem for p in KEPT.glob("*.txt")}
