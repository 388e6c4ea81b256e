"""The front matter: read as TOML, and checked against its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from gdtutor.lesson.body import TomlBlock
from gdtutor.lesson.fences import TOML_LINE, Divided, divide
from gdtutor.lesson.misplaced_keys import rehomed
from gdtutor.lesson.readers import Mistake, read_table
from gdtutor.lesson.reports import WARNINGS, Findings, LessonError, Place, shown
from gdtutor.lesson.tables import FORMAT, FrontMatter
from gdtutor.lesson.toml_text import Path, find_places, read_toml

T = TypeVar("T")


def read_raw(toml: str, findings: Findings) -> dict[str, object] | None:
    """Read the front matter as TOML of the right format; None where it is not."""
    raw = read_toml(toml, TOML_LINE, findings)
    if raw is None or not _has_known_format(raw, toml, findings):
        return None
    return raw


def structured(raw: Mapping[str, object], toml: str, findings: Findings) -> FrontMatter | None:
    """Check raw TOML values against the format; None where a mistake was found."""
    mistakes: list[Mistake] = []
    front = read_table(FrontMatter, dict(raw), (), mistakes)
    report_mistakes(rehomed(mistakes), toml, TOML_LINE, findings)
    return None if mistakes else front


def read_front(text: str, findings: Findings) -> tuple[Divided, dict[str, Any], FrontMatter]:
    """Return a lesson file's parts, and its front matter raw and checked.

    Raises:
        LessonError: It has none, or mistakes in it.
    """
    divided = divide(text, findings)
    raw = None if divided is None else read_raw(divided.toml, findings)
    front = None if divided is None or raw is None else structured(raw, divided.toml, findings)
    if divided is None or raw is None or front is None:
        raise LessonError(findings.ordered())
    return divided, raw, front


def report_mistakes(
    mistakes: list[Mistake], toml: str, first_line: int, findings: Findings
) -> None:
    """Report mistakes with the places that their paths have in the text."""
    if not mistakes:
        return
    wanted = {path[:size] for path in (m.path for m in mistakes) for size in range(len(path) + 1)}
    wanted |= {(*path, "=") for path in wanted}
    places = find_places(toml, first_line, wanted)
    for mistake in mistakes:
        place = _nearest(mistake.path, places) or Place(max(1, first_line - 1), 1)
        report = findings.warning if mistake.code in WARNINGS else findings.error
        report(place, mistake.code, mistake.what, mistake.hint)


@contextmanager
def read_block(
    cls: type[T], block: TomlBlock, findings: Findings
) -> Iterator[tuple[T | None, list[Mistake]]]:
    """Give the table of a block, None where it is none, and its mistakes, to which others may be
    added; in the end they are reported."""
    mistakes: list[Mistake] = []
    raw = read_toml(block.toml, block.line, findings)
    yield None if raw is None else read_table(cls, raw, (), mistakes), mistakes
    report_mistakes(mistakes, block.toml, block.line, findings)


def _nearest(path: Path, places: Mapping[Path, Place]) -> Place | None:
    """Return the place of a path, or of the innermost table around it that the scan found."""
    while path:
        if path in places:
            return places[path]
        if (*path, "=") in places:
            return places[(*path, "=")]
        path = path[:-1]
    return None


def _has_known_format(raw: Mapping[str, object], toml: str, findings: Findings) -> bool:
    given = raw.get("format")
    what = hint = ""
    if "format" not in raw:
        what, hint = "the key 'format' is missing", f"write format = {FORMAT} as the first key"
    elif isinstance(given, int) and not isinstance(given, bool) and given > FORMAT:
        what = f"the lesson has a newer format than this program's {FORMAT}"
        hint = "update the program: pip install --upgrade gdtutor"
    elif isinstance(given, int) and not isinstance(given, bool) and given < FORMAT:
        what = f"there is no format {shown(given)}"
        hint = f"the first one is {FORMAT}; write format = {FORMAT} and mend what is then reported"
    if what:
        report_mistakes([Mistake(("format",), "format", what, hint)], toml, TOML_LINE, findings)
    return not what
