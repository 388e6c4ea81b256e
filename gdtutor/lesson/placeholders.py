"""Placeholders in notes: `{z}`, `{grad w1}`, `{W1[0,1]}`; read here, filled by the view.

A note may also hold claims, `{check: grad w1 == 0}`: they show nothing, and `check` proves them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.markdown import MarkdownPart
from gdtutor.lesson.mistakes import Mistake
from gdtutor.lesson.reports import Findings, Place, shown
from gdtutor.lesson.selectors import cell_of, cell_text
from gdtutor.lesson.toml_text import Path
from gdtutor.values import Struct

Cell = tuple[int, ...]

UNFILLED = "unfilled"
"""The code of a report on a text that reads like a placeholder where none is filled."""
_IN_NOTES = "placeholders are filled in step notes alone: say it in words, or in the note of a step"

WORDS = {
    "cost": "the value of the last line: the cost, or the loss of one example",
    "learning_rate": "the learning rate of this iteration",
    "iteration": "the number of this iteration, from 0",
    "epoch": "the number of this epoch, from 0",
    "epochs": "how many epochs the lesson trains",
    "examples": "how many examples the data hold",
    "batch": "how many examples this iteration's batch holds",
    "gradient_norm": "the length of the gradient of all parameters",
    "curvatures": "the curvatures of the cost: all of a few, the lowest and highest of many",
}
"""Placeholders of one word that is no name of the lesson, with what each stands for."""

ABOUT = {
    "grad": "the gradient of the last line with respect to NAME",
    "shape": "the shape of NAME",
    "new": "the value of a parameter after this iteration's update; `{new w1.v}`, what the "
    "optimiser remembers of it then, and `{w1.v}` before",
    "name": "NAME as the screens write it, with subscripts",
}
"""Words before a name, with what each asks for: `{grad w1}`."""

CHECK = "check"
"""Before a colon and a condition: a claim of the note."""
MAX_DIGITS = 17
"""Most significant digits of a placeholder."""

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]{0,520})\}|[{}]")
_CLAIM = re.compile(r"check[ \t]*:(?P<condition>.*)$")
_SILENT = "\0"
"""Stands for a claim until the lines that hold nothing else are taken out."""
_INSIDE = re.compile(
    r"(?:(?P<about>[A-Za-z_]+)[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[a-z0-9]{1,10})?)"
    r"(?:\[(?P<cell>[0-9]{1,8}(?:[ \t]*,[ \t]*[0-9]{1,8})?)\])?(?::(?P<digits>[0-9]{1,2}))?$"
)


class Placeholder(Struct, frozen=True):
    """One `{…}` of a note."""

    about: str
    """value, or a key of `ABOUT`, or a key of `WORDS` where it stands for no name, or `CHECK`."""
    name: str
    """The name it asks about; empty for a word."""
    cell: Cell | None
    """The cell of an array; None for the whole value."""
    start: int
    """Where in the text, in characters from 0."""
    digits: int | None = None
    """Significant digits of its own; None where the screen's hold."""
    condition: str = ""
    """What a claim claims."""

    def text(self) -> str:
        """Return it as it is written in a note."""
        if self.condition:
            return f"{{{CHECK}: {self.condition}}}"
        digits = "" if self.digits is None else f":{self.digits}"
        if not self.name:
            return f"{{{self.about}{digits}}}"
        before = "" if self.about == "value" else f"{self.about} "
        return f"{{{before}{self.name}{cell_text(self.cell)}{digits}}}"


class PlaceholderError(GdTutorError):
    """A `{…}` that is no placeholder."""

    code = "placeholder"

    def __init__(self, what: str, hint: str, start: int) -> None:
        super().__init__(what, hint)
        self.start = start
        """Where in the text, in characters from 0."""


@lru_cache(1024)
def read_placeholders(text: str) -> tuple[str | Placeholder, ...]:
    """Cut a note into plain text and placeholders. `{{` and `}}` stand for braces.

    Raises:
        PlaceholderError: A brace that is not closed, or something else inside.
    """
    parts: list[str | Placeholder] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            parts.append(text[at : match.start()])
        at = match.end()
        if match.group() in ("{{", "}}"):
            parts.append(match.group()[0])
        elif match[1] is None:
            what = f"a '{match.group()}' that belongs to no placeholder"
            hint = "write {z} for a value, and {{ or }} for a brace itself"
            raise PlaceholderError(what, hint, match.start())
        else:
            parts.append(_placeholder(match[1].strip(), match.start()))
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts)


def _placeholder(inside: str, start: int) -> Placeholder:
    claim = _CLAIM.match(inside)
    if claim is not None:
        return Placeholder(CHECK, "", None, start, condition=claim["condition"].strip())
    match = _INSIDE.match(inside)
    if match is None:
        what = f"'{{{shown(inside)}}}' is no placeholder"
        hint = "write {z}, {grad w1}, {shape W1}, {W1[0,1]} or {cost}"
        raise PlaceholderError(what, hint, start)
    about = match["about"]
    cell = cell_of(match["cell"])
    digits = None if match["digits"] is None else int(match["digits"])
    if digits is not None and not 0 < digits <= MAX_DIGITS:
        raise PlaceholderError(f"{digits} significant digits", f"use 1 to {MAX_DIGITS}", start)
    if about is None:
        return Placeholder("value", match["name"], cell, start, digits)
    if about not in ABOUT:
        near = did_you_mean(about, ABOUT) or f"known are {', '.join(ABOUT)}"
        raise PlaceholderError(f"'{shown(about)}' before a name", near, start)
    return Placeholder(about, match["name"], cell, start, digits)


def placeholder_likes(text: str) -> Iterator[tuple[str, int]]:
    """Yield what of a text a note would fill, or refuse as a misspelt placeholder.

    Other braces, as those of the set {0, 1}, are left alone.

    Yields:
        The text with its braces, and where it begins, in characters from 0.
    """
    for match in _TOKEN.finditer(text):
        if match[1] is None:
            continue
        inside = _INSIDE.match(match[1].strip())
        about = inside["about"] or "value" if inside else ""
        is_filled = about in ("value", *ABOUT) or bool(about and did_you_mean(about, ABOUT))
        if is_filled or _CLAIM.match(match[1].strip()):
            yield match.group(), match.start()


def as_word(placeholder: Placeholder) -> Placeholder:
    """Return `{cost}` and the like as the word that it is, once no name of the lesson fits."""
    if placeholder.about == "value" and placeholder.cell is None and placeholder.name in WORDS:
        return Placeholder(placeholder.name, "", None, placeholder.start, placeholder.digits)
    return placeholder


def fill(text: str, names: frozenset[str], value: Callable[[Placeholder], str]) -> str:
    """Return a note with its placeholders filled.

    Args:
        text: The note; the loader has checked it.
        names: Every leaf and node of the note's graph, which come before words such as `cost`.
        value: Gives the text of one placeholder.
    """
    filled = []
    for part in read_placeholders(text):
        if isinstance(part, str):
            filled.append(part)
        elif part.about == CHECK:
            filled.append(_SILENT)
        else:
            filled.append(value(part if part.name in names else as_word(part)))
    whole = re.sub(r"(?m)^[ \t]*\0[ \t\0]*(?:\n|$)", "", "".join(filled))
    return re.sub(r"[ \t]*\0", "", whole)


def claims_of(text: str) -> Iterator[tuple[str, int]]:
    """Yield every claim of a note that the loader has checked, with its line in it, from 0."""
    for at, written in enumerate(text.split("\n")):
        for part in read_placeholders(written):
            if isinstance(part, Placeholder) and part.about == CHECK:
                yield part.condition, at


def warn_pages(parts: Iterable[MarkdownPart], findings: Findings) -> None:
    """Warn of each line of the opening and the closing page that seems to hold a placeholder.

    Code in a fenced block is left alone: its braces belong to a language.
    """
    for part in parts:
        if part.kind == "fence":
            continue
        for offset, written in enumerate(part.source.split("\n")):
            for text, start in islice(placeholder_likes(written), 1):
                place = Place(part.line + offset, start + 1)
                findings.warning(place, UNFILLED, _stays(text), _IN_NOTES)


def placeholders_in_question(texts: Iterable[tuple[Path, str]]) -> Iterator[Mistake]:
    """Yield a warning for each text of a question that reads like a placeholder.

    Args:
        texts: The path of each text in the question's TOML, and the text.
    """
    for path, text in texts:
        found = next(placeholder_likes(text), None)
        if found is not None:
            yield Mistake(path, UNFILLED, _stays(found[0]), _IN_NOTES)


def _stays(text: str) -> str:
    return f"'{shown(text)}' stays as it is written here"
