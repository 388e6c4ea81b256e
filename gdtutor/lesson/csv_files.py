"""Which CSV files a lesson file names, whatever else is right or wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

from gdtutor.lesson.fences import TOML_LINE, divide
from gdtutor.lesson.reports import Findings, LessonError
from gdtutor.lesson.source import read_source
from gdtutor.lesson.toml_text import read_toml


def csv_files(lesson: Path) -> tuple[Path, ...] | None:
    """Return the CSV files of a lesson file and of its variants, each once.

    Names that lead out of the lesson's folder are left out, as they are never read. None where the
    file cannot be read, or its front matter is no TOML.
    """
    findings = Findings(lesson)
    try:
        divided = divide(read_source(lesson), findings)
    except LessonError:
        return None
    raw = None if divided is None else read_toml(divided.toml, TOML_LINE, findings)
    if raw is None:
        return None
    tables = raw.get("variants", [])
    named: list[object] = []
    for table in [raw.get("data"), *(tables if isinstance(tables, list) else [])]:
        if isinstance(table, dict):
            inner = table.get("data")
            named += [table.get("csv"), table.get("data.csv")]
            named += [inner.get("csv")] if isinstance(inner, dict) else []
    inside = (name for name in named if isinstance(name, str) and _is_inside(name))
    return tuple(dict.fromkeys(lesson.parent / name for name in inside))


def _is_inside(name: str) -> bool:
    way = Path(os.path.normpath(name))
    is_name = bool(name) and "\0" not in name
    return is_name and not way.is_absolute() and not way.drive and ".." not in way.parts
