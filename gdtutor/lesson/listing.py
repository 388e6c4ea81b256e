"""The lessons of a folder as a list shows them: their front matter, checked."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.discovery import discover, number_of
from gdtutor.lesson.fences import divide
from gdtutor.lesson.front_matter import read_raw, structured
from gdtutor.lesson.reports import Findings, LessonError, Report
from gdtutor.lesson.source import read_source
from gdtutor.values import Struct


class Entry(Struct, frozen=True):
    """One lesson of a folder, as a list of lessons shows it."""

    path: Path
    id: str
    """Empty where the file cannot be read."""
    number: str
    """The digits at the start of the file name."""
    title: str
    chapter: str
    summary: str
    source: str
    trains: bool
    reports: tuple[Report, ...] = ()
    """Why the front matter cannot be read; none where it can."""


def listing(folder: Path) -> tuple[Entry, ...]:
    """Return an entry for every lesson of a folder. Only front matter is read, no graph is made."""
    return tuple(entry_of(path) for path in discover(folder))


def entry_of(path: Path) -> Entry:
    """Return the entry of one lesson file."""
    number = number_of(path)
    findings = Findings(path)
    try:
        text = read_source(path)
    except LessonError as error:
        return Entry(path, "", number, path.stem, "", "", "", False, error.reports)
    findings.lines = text.split("\n")
    divided = divide(text, findings)
    front = None
    if divided is not None:
        raw = read_raw(divided.toml, findings)
        front = None if raw is None else structured(raw, divided.toml, findings)
    if front is None:
        return Entry(path, "", number, path.stem, "", "", "", False, findings.ordered())
    return Entry(
        path, front.id, number, front.title, front.chapter, front.summary, front.source,
        front.training is not None,
    )  # fmt: skip
