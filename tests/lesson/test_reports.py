"""A report names the place, shows the line, and puts the caret under the fault."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.reports import MAX_REPORTS, Findings, LessonError, Place, Report


def report(source: str, column: int, what: str = "wrong") -> Report:
    return Report(Path("a.md"), 3, column, "error", "value", what, "mend it", source)


def caret_under(text: str) -> str:
    _, source, caret = text.split("\n")
    return source[caret.index("^")]


def test_a_report_is_place_message_line_and_caret() -> None:
    expected = "a.md:3:5: error: wrong — mend it\n    w = q\n        ^"
    assert report("w = q", 5).text() == expected


def test_a_report_about_the_whole_file_has_no_place() -> None:
    whole = Report(Path("a.md"), 0, 0, "error", "file", "missing", "")
    assert whole.text() == "a.md: error: missing"


def test_the_caret_stands_under_the_fault_of_a_very_long_line() -> None:
    source = "x" * 500_000 + "!" + "y" * 500_000
    text = report(source, 500_001).text()
    assert caret_under(text) == "!"
    assert len(text) < 300


def test_tabs_and_wide_characters_do_not_move_the_caret_off_the_fault() -> None:
    assert caret_under(report("\t\tw!", 4).text()) == "!"
    wide = report("重重!", 3).text().split("\n")
    assert wide[2].index("^") == len("    ") + 4


def test_no_control_character_of_the_file_reaches_the_text() -> None:
    path = Path("a\x1b[31m\u202e.md")
    hostile = Report(path, 1, 1, "error", "value", "wrong", "", "\x1b]0;title\x07")
    assert not any(ord(c) < 32 and c != "\n" for c in hostile.text())
    assert "\u202e" not in hostile.text()


def test_reports_come_in_the_order_of_the_file_and_once() -> None:
    findings = Findings(Path("a.md"), ["one", "two"])
    findings.error(Place(2, 1), "value", "second")
    findings.error(Place(1, 2), "value", "first")
    findings.error(Place(2, 1), "value", "second")
    assert [report.what for report in findings.ordered()] == ["first", "second"]


def test_reports_are_cut_after_a_bound_and_say_so() -> None:
    findings = Findings(Path("a.md"))
    for line in range(MAX_REPORTS + 7):
        findings.warning(Place(line, 1), "unused", "not used")
    cut = findings.ordered()
    assert len(cut) == MAX_REPORTS + 1
    assert cut[-1].what.startswith("7 more")
    assert cut[-1].level == "warning"
    findings.error(Place(900, 1), "value", "wrong")
    assert [r.code for r in findings.ordered()] == ["value", "bound"]


def test_a_lesson_error_prints_its_errors_and_not_its_warnings() -> None:
    findings = Findings(Path("a.md"))
    findings.error(Place(2, 1), "value", "wrong", "mend it")
    findings.warning(Place(1, 1), "unused", "not used")
    error = LessonError(findings.ordered())
    assert str(error) == "a.md:2:1: error: wrong — mend it"
    assert len(error.reports) == 2
