"""Text on a page or in a question that reads like a placeholder: there none is filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from gdtutor.lesson.markdown import MarkdownPart
from gdtutor.lesson.placeholders import placeholder_likes
from gdtutor.lesson.readers import Mistake
from gdtutor.lesson.reports import Findings, Place, shown
from gdtutor.lesson.toml_text import Path

CODE = "unfilled"
_HINT = "placeholders are filled in step notes alone: say it in words, or in the note of a step"


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
                findings.warning(place, CODE, _what(text), _HINT)


def of_question(texts: Iterable[tuple[Path, str]]) -> Iterator[Mistake]:
    """Yield a warning for each text of a question that reads like a placeholder.

    Args:
        texts: The path of each text in the question's TOML, and the text.
    """
    for path, text in texts:
        found = next(placeholder_likes(text), None)
        if found is not None:
            yield Mistake(path, CODE, _what(found[0]), _HINT)


def _what(text: str) -> str:
    return f"'{shown(text)}' stays as it is written here"
