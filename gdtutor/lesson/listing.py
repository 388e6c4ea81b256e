"""The lessons of a folder as a list shows them: their front matter, checked."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.discovery import discover
from gdtutor.lesson.front_matter import read_front
from gdtutor.lesson.reports import Findings, LessonError
from gdtutor.lesson.source import read_source
from gdtutor.lesson.summary import TEXTS, LessonEntry, entry_saying, unread


def listing(folder: Path) -> tuple[LessonEntry, ...]:
    """Return an entry for every lesson of a folder. Only front matter is read, no graph is made."""
    return tuple(entry_of(path) for path in discover(folder))


def entry_of(path: Path) -> LessonEntry:
    """Return the entry of one lesson file, whose problem is what its front matter has first."""
    try:
        text = read_source(path)
        divided, _, front = read_front(text, Findings(path, text.split("\n")))
    except LessonError as error:
        return unread(path, error.reports[0].text().splitlines()[0])
    texts = {key: getattr(front, key) for key in TEXTS}
    return entry_saying(path, texts, divided.body, trains=front.training is not None)
