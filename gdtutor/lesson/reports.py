"""What is wrong with a lesson file: where it stands, what it is, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gdtutor.engine.characters import cells, cut_short, pictured
from gdtutor.engine.errors import GdTutorError
from gdtutor.values import Struct, field

MAX_REPORTS = 100
"""Most reports of one file; what follows is left out, which the last report says."""
SHOWN_SOURCE = 96
"""How many characters of the faulty line a report shows."""
SHOWN_NAME = 40
"""How many cells of a faulty name or value a report repeats."""
SHOWN_MESSAGE = 400
"""How many cells of a message that may repeat the file's text a report holds."""

WARNINGS = frozenset({"unused", "unfilled", "clipped", "id-command"})
"""Codes of reports that do not keep a lesson from being used."""


class Place(NamedTuple):
    """A place in the file; 0 where there is none."""

    line: int = 0
    """From 1."""
    column: int = 0
    """From 1, in characters."""


NOWHERE = Place()
"""The file as a whole."""


class Report(Struct, frozen=True):
    """One mistake of a lesson file, or one thing to look at."""

    path: Path
    line: int
    """From 1; 0 for the file as a whole."""
    column: int
    """From 1, in characters; 0 for the file as a whole."""
    level: str
    """error, warning, or note for what is no problem."""
    code: str
    """A key of `CODES`."""
    what: str
    """What is wrong."""
    hint: str
    """What to do; may be empty."""
    source: str = ""
    """The line of the file that it is about."""

    def text(self) -> str:
        """Return the report as it is printed: place, message, and the line with a caret."""
        message = f"{self.what} — {self.hint}" if self.hint else self.what
        where = pictured(str(self.path))
        if not self.line:
            return f"{where}: {self.level}: {message}"
        head = f"{where}:{self.line}:{self.column}: {self.level}: {message}"
        shown, caret = _window(self.source, self.column - 1)
        return f"{head}\n    {shown}\n    {caret}" if shown else head


class LessonError(GdTutorError):
    """A lesson that cannot be used, with every report about it."""

    def __init__(self, reports: tuple[Report, ...]) -> None:
        first = reports[0]
        super().__init__(first.what, first.hint)
        self.reports = reports
        """Every report, warnings too, in the order of the file."""

    def __str__(self) -> str:
        return "\n".join(report.text() for report in self.reports if report.level == "error")


def shown(value: object) -> str:
    """Return a name or value of the file, as a message repeats it: short and on one line."""
    text = pictured(value if isinstance(value, str) else repr(value))
    return cut_short(text, SHOWN_NAME)


class Findings(Struct):
    """Collects the reports of one file while it is read."""

    path: Path
    lines: list[str] = field(default_factory=list)
    """The lines of the file."""
    reports: list[Report] = field(default_factory=list)

    def error(self, place: Place, code: str, what: str, hint: str = "") -> None:
        """Add a mistake."""
        self.reports.append(self.report(place, "error", code, what, hint))

    def warning(self, place: Place, code: str, what: str, hint: str = "") -> None:
        """Add something to look at, which does not keep the lesson from being used."""
        self.reports.append(self.report(place, "warning", code, what, hint))

    @property
    def has_errors(self) -> bool:
        """Whether a mistake was found."""
        return any(report.level == "error" for report in self.reports)

    def ordered(self) -> tuple[Report, ...]:
        """Return the reports in the order of the file, each once, at most `MAX_REPORTS`."""
        unique = dict.fromkeys(self.reports)
        found = sorted(unique, key=lambda report: (report.line, report.column))
        if len(found) <= MAX_REPORTS:
            return tuple(found)
        errors = [report for report in found if report.level == "error"]
        kept = (errors or found)[:MAX_REPORTS]
        level, code = ("error", "bound") if errors else ("warning", "unused")
        what = f"{len(found) - len(kept)} more reports are left out"
        return (*kept, Report(self.path, 0, 0, level, code, what, "mend these first"))

    def report(self, place: Place, level: str, code: str, what: str, hint: str) -> Report:
        """Return the report of one thing, with its line of the file; it is not added."""
        source = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        return Report(self.path, *place, level, code, what, hint, source)


def shown_sentence(text: str) -> str:
    """Return a message that may repeat the file's text, on one line and of bounded length."""
    return cut_short(pictured(text), SHOWN_MESSAGE)


def _window(source: str, column: int) -> tuple[str, str]:
    """Return the part of a line around a column, and a line with a caret below that column."""
    source = pictured(source.replace("\t", " "))
    # What stands before the column is cut at its other end.
    before = cut_short(source[:column][::-1], SHOWN_SOURCE * 2 // 3)[::-1]
    part = cut_short(before + source[column:], SHOWN_SOURCE)
    return part.rstrip(), " " * cells(before) + "^"
