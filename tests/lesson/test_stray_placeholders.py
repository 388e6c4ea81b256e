"""Placeholders are filled in notes alone; where they stand elsewhere a warning says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from lessons_for_tests import NETWORK, SCALAR, lesson_of

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.placeholders import placeholder_likes


def likes(text: str) -> list[tuple[str, int]]:
    return list(placeholder_likes(text))


@pytest.mark.parametrize(
    "text", ["{z}", "{ z }", "{grad w1}", "{W1[0,1]}", "{cost}", "{garda w}", "{z.1}"]
)
def test_what_a_note_would_fill_or_refuse_is_found_at_its_place(text: str) -> None:
    assert likes(f"a {text} b") == [(text, 2)]


@pytest.mark.parametrize(
    "text", ["{0, 1}", "{a, b}", "{", "}", "{}", "{see below}", "{{z}}", r"\{z\}", "{x | x > 0}"]
)
def test_other_braces_are_left_alone(text: str) -> None:
    assert likes(text) == []


def test_a_page_keeps_its_braces() -> None:
    lesson = lesson_of(SCALAR, ("Opening prose.", "The weight is {w}."))
    assert lesson.prose == "The weight is {w}."


def test_the_page_of_a_network_without_notes_is_looked_at() -> None:
    _, reports = parse_lesson(NETWORK.replace("Opening prose.", "It is {W1}."), Path("a.md"))
    assert [(report.code, report.column) for report in reports] == [("unfilled", 7)]
