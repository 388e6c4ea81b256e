"""One-line mutants of right programs: each has one wrong line, and no other may be blamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from gdtutor.judge.asked import engine_value
from gdtutor.judge.verdict import Verdict
from gdtutor.values import Struct
from tests.judge.every_lesson import right_program
from tests.judge.judging import assignment, judged

LESSONS = ("05", "10", "12", "13", "15", "16", "18", "20", "21", "22", "27", "28")

CHANGES: dict[str, Callable[[str], str]] = {
    "sign": "-({})".format,
    "turned": "({}).T".format,
    "over m": "({})/m".format,
    "times m": "({})*m".format,
    "no number": "({})*np.nan".format,
    "no last term": lambda right: right.rpartition(" + ")[0],
    "float16": "np.asarray({}).astype(np.float16)".format,
    "cell by cell": lambda right: right.replace(" @ ", " * ", 1),
    "no turn": lambda right: right.replace(".T", "", 1),
    "no root": lambda right: right.replace("/np.sqrt(2)", "", 1),
}
"""What is made of the right side of a line."""


class Mutant(Struct, frozen=True):
    """A program with one wrong line."""

    lesson: str
    text: str
    change: str
    name: str
    """What the line gives its value."""
    line: int


def mutants(lesson: str) -> Iterator[Mutant]:
    """Yield the mutants of a lesson's right program, those left out that are no program."""
    program = assignment(lesson)
    asked = {a.name: a for a in program.asked}
    rows = right_program(program).splitlines()
    moment = program.moments[0]
    for number, row in enumerate(rows):
        name, _, right = row.partition(" = ")
        if name not in asked:
            continue
        shape = np.shape(engine_value(moment, asked[name]))
        has_share = asked[name].is_gradient and len(moment.batch) > 1
        for change, made in CHANGES.items():
            fits = {
                "turned": len(shape) == 2 and shape[0] != shape[1],
                "over m": has_share,
                "times m": has_share,
            }
            new = made(right)
            is_whole = new.count("(") == new.count(")") and new not in ("", right)
            if is_whole and fits.get(change, True):
                text = "\n".join([*rows[:number], f"{name} = {new}", *rows[number + 1 :]]) + "\n"
                yield Mutant(lesson, text, change, name, number + 1)


_NAMED = re.compile(r"(?<![.\w])(?!np\b|m\b)[A-Za-z]\w*(?![\w(=])")
"""A name of the lesson; not one of a function, of its argument, or `m`."""


def each_kind() -> Iterator[Mutant]:
    """Yield every change of every kind of line once, and of every line of every lesson one: what
    differs in the names of the lesson alone is written and judged in one way."""
    seen: set[tuple[str, str]] = set()
    for lesson in LESSONS:
        for _, of_line in groupby(mutants(lesson), lambda mutant: mutant.line):
            found = [*of_line]
            kinds = [(_NAMED.sub("v", one.text.splitlines()[one.line - 1]), one.change)
                     for one in found]  # fmt: skip
            fresh = [one for one, kind in zip(found, kinds, strict=True) if kind not in seen]
            yield from fresh or [found[len(seen) % len(found)]]
            seen.update(kinds)


class Said(Struct, frozen=True):
    """What is said of a mutant."""

    blamed: str
    """Names that depart by themselves and that another line gives their value, or no verdict."""
    departs: bool
    slip: str
    """Empty where none is named."""


def told_of(chosen: list[Mutant], folder: Path) -> list[Said]:
    """Return what is said of each mutant."""
    verdicts = judged([(m.lesson, m.text) for m in chosen], folder)
    return [_said(one, verdict) for one, verdict in zip(chosen, verdicts, strict=True)]


def _said(one: Mutant, verdict: Verdict | Exception) -> Said:
    if not isinstance(verdict, Verdict):
        return Said(f"refused: {verdict}", False, "")
    first = verdict.first
    own = [first, *verdict.also] if first else []
    blamed = [f"{d.name.name} {d.slip and d.slip.slip.value}" for d in own if d.line != one.line]
    return Said(
        ", ".join(blamed), first is not None, first.slip.slip.value if first and first.slip else ""
    )


def line_of(mutant: Mutant) -> str:
    """Return the wrong line, for messages."""
    return re.sub(r"\s+", " ", f"{mutant.lesson} {mutant.text.splitlines()[mutant.line - 1]}")
