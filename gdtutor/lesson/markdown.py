"""A lesson file cut at its two fences into front matter and body, and the Markdown of the body cut
where a lesson needs it: fenced blocks, headings, and the text between them.

Only two constructs of Markdown divide a body: fenced blocks and ATX headings, as CommonMark defines
them. They are found here rather than by a Markdown library, whose import would cost more time than
training a small lesson does; the tests hold both against each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from gdtutor.lesson.reports import Findings, Place, shown
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.lesson.toml_text import find_places
from gdtutor.values import Struct

FENCE = "+++"
"""The line before and after the front matter."""
TOML_LINE = 2
"""The line of the file on which the front matter begins."""


class Divided(Struct, frozen=True):
    """A lesson file cut into front matter and body."""

    toml: str
    """The lines between the fences."""
    body: str
    """Everything after the second fence."""
    body_line: int
    """The line of the file on which the body begins."""


def divide(text: str, findings: Findings) -> Divided | None:
    """Cut a file at its two fences; None where they are not there, which is reported."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        hint = f"the first line is {FENCE}, then TOML, then {FENCE} again"
        if lines[0].rstrip() == "---":
            hint = f"front matter is TOML between {FENCE} lines, not YAML between --- lines"
        findings.error(Place(1, 1), "front-matter", "the file has no front matter", hint)
        return None
    for index in range(1, len(lines)):
        if lines[index].rstrip() == FENCE:
            toml = "\n".join(lines[1:index]) + "\n"
            return Divided(toml, "\n".join(lines[index + 1 :]), index + 2)
    hint = f"end it with a {FENCE} line"
    findings.error(Place(1, 1), "front-matter", "the front matter is not closed", hint)
    return None


def front_place(text: str, *wanted: TomlPath) -> Place:
    """Return where the front matter of a file has the first of these that it has; the first line of
    the file where it has none. See `find_places`."""
    divided = divide(text, Findings(Path()))
    places = {} if divided is None else find_places(divided.toml, TOML_LINE, wanted)
    return next((places[path] for path in wanted if path in places), Place(1, 1))


BLOCKS = ("graph", "question", "task", "write")
"""What a fenced block can be besides prose."""

_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}(?=[^`]*$)|~{3,})[ \t]*(?P<info>.*)$")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?![^ \t])(?P<text>.*)$")
_FORMULA = re.compile(r"[ \t]*[A-Za-z_]\w*[ \t]*=(?!=)")
_CLOSING_MARKS = re.compile(r"(?:^|(?<=[ \t]))#+$")


class MarkdownPart(Struct, frozen=True):
    """A fenced block or a heading, or the text between two of them."""

    kind: str
    """fence, heading, or text."""
    line: int
    """Its first line in the file, from 1."""
    text: str
    """The inside of a fence, the words of a heading, or the text."""
    info: str = ""
    """What stands behind the opening fence."""
    level: int = 0
    """The level of a heading."""
    source: str = ""
    """The part as written."""

    @property
    def block(self) -> str:
        """The kind of block that a fence opens, one of `BLOCKS`; empty for everything else."""
        kind = next(iter(self.info.split()), "")
        return kind if self.kind == "fence" and kind in BLOCKS else ""

    @property
    def is_note(self) -> bool:
        """Whether this is the heading of a step note."""
        return self.kind == "heading" and self.level == 2


def divide_body(lines: list[str], first_line: int, findings: Findings) -> list[MarkdownPart]:
    """Cut Markdown into fenced blocks, headings, and the text between them."""
    parts: list[MarkdownPart] = []
    text: list[str] = []

    def end_text(line: int) -> None:
        if text:
            joined = "\n".join(text)
            parts.append(MarkdownPart("text", line - len(text), joined, source=joined))
            text.clear()

    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        heading = _HEADING.match(lines[at])
        if fence:
            end_text(first_line + at)
            part, at = _fenced(lines, at, first_line, fence, findings)
            parts.append(part)
        elif heading:
            end_text(first_line + at)
            words = _CLOSING_MARKS.sub("", heading["text"].strip()).strip()
            level = len(heading["level"])
            parts.append(
                MarkdownPart("heading", first_line + at, words, level=level, source=lines[at])
            )
            at += 1
        else:
            text.append(lines[at])
            at += 1
    end_text(first_line + len(lines))
    return parts


def opening_of(parts: Sequence[MarkdownPart]) -> list[MarkdownPart]:
    """Return what stands before the first block or step note: the lesson's opening page."""
    return list(takewhile(lambda part: not (part.block or part.is_note), parts))


def joined(parts: Sequence[MarkdownPart]) -> str:
    """Return parts as the Markdown that they were."""
    return "\n".join(part.source for part in parts).strip("\n")


def _fenced(
    lines: list[str], at: int, first_line: int, fence: re.Match[str], findings: Findings
) -> tuple[MarkdownPart, int]:
    marks = fence["marks"]
    closing = re.compile(rf" {{0,3}}{re.escape(marks[0])}{{{len(marks)},}}[ \t]*$")
    end = at + 1
    while end < len(lines) and not closing.match(lines[end]):
        end += 1
    if end == len(lines):
        place = Place(first_line + at, 1)
        findings.error(place, "fence", "the block is not closed", f"end it with {marks}")
    inside = "\n".join(lines[at + 1 : end])
    source = "\n".join(lines[at : end + 1])
    # What an open block swallowed is not read: most of it was not meant to be inside.
    info = fence["info"].strip() if end < len(lines) else ""
    part = MarkdownPart("fence", first_line + at, inside, info, source=source)
    return part, end + 1


def report_missing_graph(parts: Sequence[MarkdownPart], findings: Findings) -> None:
    """Report that there is no graph, where anything in the body belongs to one.

    A block that is not closed, or whose kind is misspelt, has been reported, and may be the graph.
    """
    if any(report.code == "fence" for report in findings.reports):
        return
    what = "the lesson has no formulas"
    meant = next((part for part in parts if _looks_like_formulas(part)), None)
    if meant is not None:
        kind = next(iter(meant.info.split()), "")
        of = f"is of the kind '{shown(kind)}'" if kind else "has no kind"
        hint = "begin it with ```graph"
        findings.error(Place(meant.line, 1), "no-graph", f"{what}: this block {of}", hint)
        return
    first = next((part for part in parts if part.block or part.is_note), None)
    if first is not None:
        hint = "add a ```graph block above this, or a [network] table"
        findings.error(Place(first.line, 1), "no-graph", what, hint)


def _looks_like_formulas(part: MarkdownPart) -> bool:
    if part.kind != "fence" or part.block:
        return False
    lines = [line for line in part.text.split("\n") if line.split("#", 1)[0].strip()]
    return bool(lines) and all(_FORMULA.match(line) for line in lines)
