"""`new`: a first lesson to change, which explains itself and passes `check`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_new
from gdtutor.lesson.discovery import discover, number_of, read_summary
from gdtutor.lesson.front_matter_checks import ID
from gdtutor.lesson.load import parse_lesson

TEMPLATE = Path(__file__).with_name("new-lesson.md")
"""The lesson that `new` writes, under an id and a title of its own."""

_NAME = re.compile(rf"(?:(?P<number>\d{{1,6}})-)?(?P<id>{ID.pattern})(?:\.md)?\Z")
_LONGEST = 32
"""Longest name, in characters: as a title it has room in the first line of every step."""


def new_lesson(name: str) -> Path:
    """Write a new lesson and return its file.

    Args:
        name: As `my-lesson`, `27-my-lesson` or `course/27-my-lesson.md`. Without a number it gets
            the one after the folder's highest.

    Raises:
        GdTutorError: The name cannot be used, the folder is not there, or a lesson of this name,
            number or id is there already. Nothing is overwritten.
    """
    folder, last = os.path.split(name)
    match = _NAME.match(last)
    if match is None or len(last) > _LONGEST:
        raise GdTutorError(
            f"'{last}' cannot be the name of a lesson",
            f"use small letters, digits and single hyphens, at most {_LONGEST}: 27-my-lesson",
        )
    here = Path(folder or ".")
    if not os.path.isdir(here):
        raise GdTutorError(f"there is no folder '{folder}'", "make it first")
    lesson_id, number = match["id"], _number(here, match["number"], match["id"])
    path = here / f"{number}-{lesson_id}.md"
    title = lesson_id.replace("-", " ").capitalize()
    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("new-lesson", lesson_id).replace("New lesson", title)
    _, reports = parse_lesson(text, path)
    if reports:
        raise GdTutorError(reports[0].what, reports[0].hint)
    write_new(path, text)
    return path


def _number(folder: Path, wanted: str | None, lesson_id: str) -> str:
    """Return the digits of the new file's name, which no other lesson of the folder has."""
    lessons = discover(folder)
    taken = {int(number_of(path)): path for path in lessons}
    for path in lessons:
        seen = read_summary(path)
        if seen is not None and seen.id == lesson_id:
            raise GdTutorError(f"{path.name} has the id '{lesson_id}'", "choose another name")
    if wanted is None:
        return f"{max(taken, default=0) + 1:02d}"
    if int(wanted) in taken:
        what = f"{taken[int(wanted)].name} has the number {wanted}"
        raise GdTutorError(what, "choose another, or leave it out")
    return wanted
