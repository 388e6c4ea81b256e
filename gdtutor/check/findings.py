"""What the checks of one lesson have found so far, where in its file each thing stands, and how
long the checks may take: what the clock leaves no time for is left out."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.lesson.markdown import front_place
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Findings, Place, Report
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.values import Struct, field

SECONDS = 15.0
"""For the checks of one lesson and its variants together."""

Clock = Callable[[], float]
"""Tells the time in seconds; the processor's, so that a busy machine leaves nothing out."""

GRADIENTS, TRAINING, QUESTIONS, SCREENS = 0.25, 0.5, 0.75, 1.0
"""Up to which part of a run's time each check may go on; what one leaves is the next one's."""


class TimeLimit:
    """Shares the time of a lesson among its run and those of its variants, and remembers what there
    was no time for.

    Args:
        clock: Tells the time; None where nothing is bounded by it.
        seconds: For the lesson.
    """

    def __init__(self, clock: Clock | None = None, seconds: float = SECONDS) -> None:
        # A clock that stands bounds nothing.
        self._clock: Clock = clock or (lambda: 0.0)
        self._begun = self._clock()
        self._end = self._whole = self._begun + seconds
        self.left_out: dict[str, None] = {}
        """What there was no time for."""

    def begin(self, runs_left: int) -> None:
        """Begin the checks of a run; so many are left, it included."""
        self._begun = self._clock()
        self._end = self._begun + max(0.0, self._whole - self._begun) / runs_left

    def is_over(self, part: float = SCREENS) -> bool:
        """Say whether a part of the run's time has passed."""
        return self._clock() >= self._begun + part * (self._end - self._begun)

    def within(self, part: float, what: str) -> bool:
        """Say whether there is time for a check; where there is none it is remembered."""
        if self.is_over(part):
            self.left_out.setdefault(what)
            return False
        return True


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
    looked_at: set[tuple[object, ...]] = field(default_factory=set)
    """The open questions whose screens were looked at, each once for a layout."""

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
        file = Findings(self.lesson.path, self.lesson.text.split("\n"))
        return file.report(place, level, code, what, hint)

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
