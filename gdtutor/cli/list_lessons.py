"""`gdtutor list`: the lessons, one line each."""

from __future__ import annotations

import argparse
from itertools import groupby
from pathlib import Path

from gdtutor.cli.shell import print_as
from gdtutor.engine.characters import cells, padded
from gdtutor.lesson.discovery import LessonEntry, shipped_lessons_folder
from gdtutor.library.lessons import counted, listing


def run(arguments: argparse.Namespace) -> None:
    """Print the lessons of a folder, the shipped ones without one."""
    folder = Path(arguments.folder) if arguments.folder else shipped_lessons_folder()
    entries = listing(folder)
    print_as(arguments.json, lambda: [_data(one) for one in entries], lambda: _lines(entries))


def _data(entry: LessonEntry) -> dict[str, object]:
    names = ("id", "number", "title", "source", "summary", "path", "trains")
    return {name: getattr(entry, name) for name in names} | {"path": str(entry.path)}


def _lines(entries: tuple[LessonEntry, ...]) -> list[str]:
    wide = max((cells(entry.id) for entry in entries), default=0)
    long = max((cells(entry.title) for entry in entries), default=0)
    lines: list[str] = []
    for chapter, those in groupby(entries, lambda entry: entry.chapter):
        told = (f"  {one.number:>2}  {padded(one.id, wide)}  {_about(one, long)}" for one in those)
        lines += [chapter, *told]
    return lines


def _about(entry: LessonEntry, wide: int) -> str:
    if not entry.id:
        return f"cannot be read: {entry.problem}"
    entry = counted(entry)
    told = "cannot be opened" if entry.problem else f"{entry.count('steps'):>4} steps"
    return f"{padded(entry.title, wide)}  {told}"
