"""The file of the lesson that the command line names."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder


def lesson_path(text: str) -> Path:
    """Return the file of a lesson named by id, number or path."""
    return find_lesson(text, shipped_lessons_folder())
