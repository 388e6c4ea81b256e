"""What the checks of one lesson have found so far, and where in its file each thing stands."""

from __future__ import annotations

from gdtutor.check.time_limit import TimeLimit
from gdtutor.lesson.fences import TOML_LINE, divide
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Findings, Place, Report
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.lesson.toml_text import find_places
from gdtutor.values import Struct, field


class Notes(Struct):
    """Collects what is found about one lesson, each thing once."""

    lesson: Lesson
    limit: TimeLimit = field(default_factory=TimeLimit)
    """How long the checks may take."""
    reports: dict[Report, None] = field(default_factory=dict)
    """What was found, in the order in which it was."""
    lost: list[Report] = field(default_factory=list)
    """What variants have no note for."""
    errors: dict[str, float] = field(default_factory=dict)
    """The worst relative error of each gradient that was checked."""

    def add(self, code: str, what: str, hint: str, place: Place, level: str = "error") -> None:
        """Report one thing at a place."""
        self.reports.setdefault(self.report(code, what, hint, place, level))

    def report(self, code: str, what: str, hint: str, place: Place, level: str) -> Report:
        """Return the report of one thing, with its line of the file."""
        lines = self.lesson.text.split("\n")
        source = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        return Report(self.lesson.path, *place, level, code, what, hint, source)

    def has(self, code: str, line: int) -> bool:
        """Say whether a line has been reported under a code."""
        return any((one.code, one.line) == (code, line) for one in self.reports)

    def in_front(self, *path: str | int) -> Place:
        """Return the place of a key of the front matter, or of the table around it."""
        divided = divide(self.lesson.text, Findings(self.lesson.path))
        if divided is None:
            return Place(1, 1)
        wanted: list[TomlPath] = [(*path, "="), path, (path[0], "="), (path[0],), ("network", "=")]
        places = find_places(divided.toml, TOML_LINE, set(wanted))
        return next((places[key] for key in wanted if key in places), Place(1, 1))

    def of_name(self, name: str) -> Place:
        """Return the place of a line or of a given value."""
        line = name.partition(".")[0]
        if line in self.lesson.places:
            return Place(*self.lesson.places[line])
        table = "constants" if name in self.lesson.constants else "parameters"
        if any(binding.leaf == name for binding in self.lesson.bindings):
            return self.in_front("data")
        return self.in_front(table, name)
