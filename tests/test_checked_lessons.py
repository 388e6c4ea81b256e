"""Lessons that load, each with the exact report of what is odd about their numbers beside it."""

from dataclasses import replace
from pathlib import Path

import pytest
from walks import DATA

from gdtutor.check_lesson import LESSON_CODES, check_lesson
from gdtutor.lesson.load import load_lesson

FOLDER = DATA / "checked_lessons"
FILES = sorted(FOLDER.glob("*.md"))


def reports_of(path):
    problems = check_lesson(load_lesson(path)).problems
    return [replace(report, path=Path(path.name)) for report in problems]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_odd_lesson_gets_exactly_its_report(path):
    text = "".join(report.text() + "\n" for report in reports_of(path))
    assert text == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_report_has_a_code_of_the_table_and_its_level(path):
    for report in reports_of(path):
        meaning = LESSON_CODES[report.code]
        assert (report.level == "warning") == meaning.endswith("(a warning)")


def test_no_report_blames_the_program_for_numbers_that_are_not_finite():
    assert not any("mistake of gdtutor" in report.text() for p in FILES for report in reports_of(p))


def test_every_odd_lesson_has_its_report_and_the_other_way_round():
    assert {p.stem for p in FILES} == {p.stem for p in FOLDER.glob("*.expected")}
