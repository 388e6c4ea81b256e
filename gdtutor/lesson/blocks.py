"""What the body of a lesson file is cut into, each part as it is written."""

from __future__ import annotations

from gdtutor.lesson.markdown import MarkdownPart
from gdtutor.lesson.repetition import filled
from gdtutor.lesson.reports import Place
from gdtutor.lesson.when import When
from gdtutor.values import Struct, field


class Formula(Struct, frozen=True):
    """One line of a graph block."""

    name: str
    text: str
    """The formula as written."""
    place: Place
    """Where the name stands."""
    formula_place: Place
    """Where the formula begins."""
    columns: tuple[int, ...] = ()
    """The column of each of its characters, from 1; empty where they follow each other."""
    counts: tuple[tuple[str, int], ...] = ()
    """The counters of the repetitions that it stands in, and their numbers."""
    template: str = ""
    """Its name as written for every count, as `h{t}`; empty outside a repetition."""

    def place_of(self, column: int) -> Place:
        """Return where a character of the formula stands in the file, by its place from 0."""
        first = self.formula_place
        if not self.columns:
            return Place(first.line, first.column + column)
        return Place(first.line, self.columns[min(column, len(self.columns) - 1)])


class NoteBlock(Struct):
    """A step note as written."""

    phase: str
    node: str
    when: When
    place: Place
    """Where the heading's words begin."""
    texts: list[MarkdownPart] = field(default_factory=list)
    counts: tuple[tuple[str, int], ...] = ()
    """The counters and numbers that it is filled with; empty where it is of one step alone."""

    @property
    def text(self) -> str:
        """The note's Markdown."""
        text = "\n".join(part.source for part in self.texts).strip("\n")
        return filled(text, dict(self.counts))[0]


class TomlBlock(Struct, frozen=True):
    """A question, or a task or a program to write of the closing page, as written."""

    toml: str
    line: int
    """The line of the file on which its TOML begins."""
    note: NoteBlock | None = None
    """The note that a question stands in."""
    at: int = 0
    """How many characters of the closing page's prose stand before it."""


class SceneBlock(Struct):
    """One graph block with what belongs to it."""

    line: int
    """The line of the file on which it begins."""
    formulas: list[Formula]
    is_whole: bool = True
    """False where a line is missing because it could not be read."""
    notes: list[NoteBlock] = field(default_factory=list)
    questions: list[TomlBlock] = field(default_factory=list)


class Body(Struct):
    """Everything under the front matter, cut into its parts."""

    prose: str = ""
    scenes: list[SceneBlock] = field(default_factory=list)
    closing: str = ""
    tasks: list[TomlBlock] = field(default_factory=list)
    writing: list[TomlBlock] = field(default_factory=list)
    pages: list[MarkdownPart] = field(default_factory=list)
    """The parts of the opening and the closing page."""
