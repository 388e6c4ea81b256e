"""What the checks of one lesson have found so far, and where in its file each thing stands."""

from __future__ import annotations

from gdtutor.check.time_limit import TimeLimit
from gdtutor.lesson.fences import front_place
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Place, Report
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.values import Struct, field


class Notes(Struct):
    """Collects what is found about one lesson, each thing once."""

    lesson: Lesson
    limit: TimeLimit = field(default_factory=TimeLimit)
    """How long the checks may take."""
    variant: str = ""
    """The variant that is checked; empty for the lesson itself."""
    reports: dict[Report, None] = field(default_factory=dict)
    """What was found, in the order in which it was."""
    lost: list[Report] = field(default_factory=list)
    """What variants have no note for."""
    errors: dict[str, float] = field(default_factory=dict)
    """The worst relative error of each gradient that was checked."""

    @property
    def of(self) -> str:
        """What a report begins with: which variant it is about."""
        return f"with the variant '{self.variant}' " if self.variant else ""

    @property
    def shares(self) -> int:
        """How many runs share what the checks may take: the lesson's own and its variants'."""
        return len(self.lesson.variants) + 1

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
        wanted: tuple[TomlPath, ...] = ((*path, "="), path, (path[0], "="), (path[0],))
        return front_place(self.lesson.text, *wanted, ("network", "="))

    def of_variant(self) -> Place:
        """Return the place of the variant that is checked."""
        names = [variant.name for variant in self.lesson.variants]
        return self.in_front("variants", names.index(self.variant))

    def of_name(self, name: str) -> Place:
        """Return the place of a line or of a given value."""
        line = name.partition(".")[0]
        if line in self.lesson.places:
            return Place(*self.lesson.places[line])
        table = "constants" if name in self.lesson.constants else "parameters"
        if any(binding.leaf == name for binding in self.lesson.bindings):
            return self.in_front("data")
        return self.in_front(table, name)
