"""A lesson file cut at its two fences into front matter and body."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.reports import Findings, Place
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
