"""Every rule that only `check` has is broken by a file or a folder, with the exact report kept.

The rules of the format itself have theirs in tests/lesson/test_bad_lessons.py.
"""

from functools import cache
from pathlib import Path

import pytest

from gdtutor.check import lesson as check_lesson
from gdtutor.check.paths import check_paths
from gdtutor.lesson.discovery import discover
from tests.format_parts import codes_listed

FOLDER = Path(__file__).parent / "data" / "bad_checks"
CASES = sorted(FOLDER.iterdir())
BAD_LESSONS = sorted(
    path for path in (FOLDER.parent / "bad_lessons").glob("*.md") if path.is_file()
)


@cache
def reports_of(path):
    """Return what check finds, once for every test of this module."""
    found = check_paths([Path(path.name)])
    return (*found.problems, *found.lost)


@pytest.fixture(autouse=True)
def beside_the_cases(monkeypatch):
    """Check from the folder of the cases; a run counts as long after a hundredth of a second, and
    an iteration as slow after a thousandth."""
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr(check_lesson, "TRAINING_WORK", 1e4)
    monkeypatch.setattr(check_lesson, "SLOW_ITERATION", 1e3)


pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_bad_file_or_folder_gets_exactly_its_report(path, assert_screen):
    text = "".join(report.text() + "\n" for report in reports_of(path))
    assert_screen(text, path.stem)


def test_every_rule_of_check_is_broken_by_one():
    """All but a wrong gradient and a shown answer, which only a wrong program gives."""
    codes = {r.code for path in CASES for r in reports_of(path)}
    _, of_lessons, of_folders = codes_listed()
    assert codes == {*of_lessons, *of_folders} - {"gradient", "folding", "seen"}


def test_every_case_has_its_report_and_the_other_way_round():
    kept = Path(__file__).parent / "screens" / "test_bad_checks"
    assert {path.stem for path in CASES} == {path.stem for path in kept.iterdir()}


def test_a_folder_of_all_bad_lessons_is_checked_to_its_end(tmp_path):
    for number, path in enumerate(BAD_LESSONS):
        (tmp_path / f"{number}-{path.stem}.md").write_bytes(path.read_bytes())
    result = check_paths([tmp_path])
    assert result.files == len(discover(tmp_path)) == len(BAD_LESSONS)
    assert result.has_errors
