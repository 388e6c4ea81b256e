"""The file of the lesson that the command line names, which no command writes over."""

from __future__ import annotations

import os
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder


def lesson_path(text: str) -> Path:
    """Return the file of a lesson named by id, number or path."""
    return find_lesson(text, shipped_lessons_folder())


def check_target(target: str, lesson: Path) -> None:
    """Refuse a file to be written where a lesson, or what this one is made from, would be lost.

    Args:
        target: The file; empty for none.
        lesson: The lesson that is read.

    Raises:
        GdTutorError: The file is a lesson, or holds the examples of this one.
    """
    if not target or not os.path.isfile(target):
        return
    from gdtutor.lesson.discovery import csv_files

    kept = [path for path in (lesson, *(csv_files(lesson) or ())) if path.exists()]
    is_lesson = _begins_like_a_lesson(Path(target))
    if is_lesson or any(os.path.samefile(target, path) for path in kept):
        what = "a lesson" if is_lesson else "read by the lesson"
        raise GdTutorError(f"'{target}' is {what}, and would be lost", "write to another file")


def _begins_like_a_lesson(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(6).removeprefix(b"\xef\xbb\xbf").startswith(b"+++")
    except OSError:
        return False
