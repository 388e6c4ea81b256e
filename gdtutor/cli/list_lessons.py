"""`gdtutor list`: the lessons, one line each."""

from __future__ import annotations

import argparse
from pathlib import Path

from gdtutor.cli.output import print_json, print_lines
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.characters import cells, padded
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.lesson.listing import Entry, listing
from gdtutor.library.lessons import steps_in


def run(arguments: argparse.Namespace) -> int:
    """Print the lessons of a folder, the shipped ones without one."""
    folder = Path(arguments.folder) if arguments.folder else shipped_lessons_folder()
    entries = listing(folder)
    if arguments.json:
        print_json([_data(entry) for entry in entries])
    else:
        print_lines(_lines(entries))
    return 0


def _data(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "number": entry.number,
        "title": entry.title,
        "source": entry.source,
        "summary": entry.summary,
        "path": str(entry.path),
        "trains": entry.trains,
    }


def _steps(entry: Entry) -> int | None:
    """Return the steps of the first iteration, None for a lesson that cannot be opened."""
    try:
        return steps_in(entry.path)
    except GdTutorError:
        return None


def _lines(entries: tuple[Entry, ...]) -> list[str]:
    wide = max((len(entry.id) for entry in entries), default=0)
    long = max((cells(entry.title) for entry in entries), default=0)
    lines: list[str] = []
    chapter = None
    for entry in entries:
        if entry.chapter != chapter:
            chapter = entry.chapter
            lines.append(chapter)
        lines.append(f"  {entry.number:>2}  {entry.id:<{wide}}  {_about(entry, long)}")
    return lines


def _about(entry: Entry, wide: int) -> str:
    if not entry.id:
        return f"cannot be read: {entry.reports[0].what}"
    steps = _steps(entry)
    told = "cannot be opened" if steps is None else f"{steps:>4} steps"
    return f"{padded(entry.title, wide)}  {told}"
