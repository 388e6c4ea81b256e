"""The program that a closing page asks for: `gdtutor judge` compares it with the walk."""

from __future__ import annotations

from collections.abc import Container, Sequence

from gdtutor.lesson.body import TaskBlock
from gdtutor.lesson.front_matter import report_mistakes
from gdtutor.lesson.model import Writing
from gdtutor.lesson.readers import Mistake, flag, key, keyed, line, list_of, paragraph, read_table
from gdtutor.lesson.reports import Findings, shown
from gdtutor.lesson.toml_text import read_toml

MAX_NAMES = 100
"""Most names that a program is asked for outright."""


@keyed
class WriteTable:
    """The keys of a write block."""

    text: str = key(paragraph, says="write what the program is to do")
    """What the program is to do."""
    names: tuple[str, ...] = key(list_of(line(80, 1), MAX_NAMES), ())
    """The names that it is asked for, as `Z1` or `dW1`; every one of the walk where left out."""
    layers: bool = key(flag, False)
    """Whether the blanks are those of layer classes."""


def read_writing(
    blocks: Sequence[TaskBlock], names: Container[str], findings: Findings
) -> Writing | None:
    """Return the program that a lesson asks for; what cannot be judged is reported.

    Args:
        blocks: The write blocks as written; one is enough.
        names: Every value of the lesson's graphs.
        findings: Where mistakes are reported.
    """
    found: Writing | None = None
    for number, block in enumerate(blocks):
        mistakes: list[Mistake] = []
        raw = read_toml(block.toml, block.line, findings)
        table = None if raw is None else read_table(WriteTable, raw, (), mistakes)
        if number:
            hint = "one program is judged by all its names"
            mistakes.append(Mistake(("text",), "write", "a second write block", hint))
        if table is not None and not mistakes:
            mistakes += [
                Mistake(("names", at), "write", f"the walk has no '{shown(name)}'", _HINT)
                for at, name in enumerate(table.names)
                if not _is_known(name, names)
            ]
            found = Writing(table.text, table.names, table.layers)
        report_mistakes(mistakes, block.toml, block.line, findings)
    return found


_HINT = "name a line of the graph, or d and a name for its gradient"


def _is_known(name: str, names: Container[str]) -> bool:
    return name in names or (name.startswith("d") and name[1:] in names)
