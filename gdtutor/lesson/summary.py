"""What a lesson file says of itself, read without checking the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gdtutor.lesson.fences import TOML_LINE, Divided, divide
from gdtutor.lesson.markdown import divide_body, joined, opening_of
from gdtutor.lesson.reports import Findings, LessonError
from gdtutor.lesson.source import read_source
from gdtutor.lesson.toml_text import read_toml
from gdtutor.values import Struct


class LessonSummary(Struct, frozen=True):
    """The first things about a lesson; a text that is missing, or is no text, is empty."""

    path: Path
    id: str
    title: str
    chapter: str
    summary: str
    trains: bool
    divided: Divided
    """The file's two parts."""

    @property
    def prose(self) -> str:
        """The Markdown of the opening page; cut out when it is asked for, as lists never do."""
        lines = self.divided.body.split("\n")
        parts = divide_body(lines, self.divided.body_line, Findings(self.path))
        return joined(opening_of(parts))


def read_summary(path: Path) -> LessonSummary | None:
    """Return what a file says of itself, None where it has no front matter that can be read."""
    findings = Findings(path)
    try:
        divided = divide(read_source(path), findings)
    except LessonError:
        return None
    raw = None if divided is None else read_toml(divided.toml, TOML_LINE, findings)
    if divided is None or raw is None:
        return None
    return LessonSummary(
        path,
        _text(raw, "id"),
        _text(raw, "title"),
        _text(raw, "chapter"),
        _text(raw, "summary"),
        "training" in raw,
        divided,
    )


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""
