"""How far a program is: every name of the walk with a mark, beside what departs at present."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gdtutor.judge.asked import engine_value, shape_text
from gdtutor.judge.verdict import Verdict
from gdtutor.lesson.characters import cells
from gdtutor.values import Struct

WIDE = 100
"""Columns from which on the names and the verdict stand side by side."""
LEFT = 26
"""Columns of the names where they stand beside the verdict."""


class NameMarks(Struct, frozen=True):
    """What stands before a name."""

    right: str
    departs: str
    follows: str
    missing: str
    arrow: str


UNICODE_MARKS = NameMarks("✓", "✗", "~", "·", "│")
ASCII_MARKS = NameMarks("+", "x", "~", ".", "|")


def standing_lines(verdict: Verdict, marks: NameMarks) -> Iterator[str]:
    """Yield every name of the walk with its mark, in order, one a line."""
    by_name = dict.fromkeys(verdict.right, marks.right)
    by_name |= dict.fromkeys(verdict.follows, marks.follows)
    own = [d for d in (verdict.first, *verdict.also) if d is not None]
    by_name |= dict.fromkeys((d.name.name for d in own), marks.departs)
    before = None
    moment = verdict.program.moments[0]
    for name in verdict.program.wanted:
        if name.is_gradient != before:
            yield "backward" if name.is_gradient else "forward"
            before = name.is_gradient
        mark = by_name.get(name.name, marks.missing)
        yield f" {mark} {name.name:<9}{shape_text(engine_value(moment, name).shape)}"


def side_by_side(left: Sequence[str], right: Sequence[str], width: int) -> Iterator[str]:
    """Yield two columns of lines, one below the other where there is no room for both."""
    if width < WIDE:
        yield from (*right, "", *_in_rows(left, width))
        return
    for index in range(max(len(left), len(right))):
        first = left[index] if index < len(left) else ""
        second = right[index] if index < len(right) else ""
        yield f"{first}{' ' * max(LEFT - cells(first), 1)}{second}".rstrip()


def _in_rows(left: Sequence[str], width: int) -> Iterator[str]:
    """Yield the names of each way on as few lines as they need."""
    row = ""
    for line in left:
        word = line.split()
        piece = f"{line:<10}" if not line.startswith(" ") else f" {word[0]} {word[1]}"
        if row and (not line.startswith(" ") or len(row) + len(piece) > width - 1):
            yield row
            row = "" if not line.startswith(" ") else " " * 10
        row += piece
    if row:
        yield row
