"""Lines of a graph and notes that are written once, for t = 1 … T, and read for each count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from gdtutor.engine.errors import FormulaError
from gdtutor.engine.expression import MAX_NAME
from gdtutor.lesson.reports import Findings, Place, shown
from gdtutor.values import Struct

MAX_COUNTS = 200
"""Most counts of one repetition."""
MAX_REPEATED = 2_000
"""Most lines that the repetitions of one graph become."""
MAX_NESTED = 3
"""Deepest nesting of repetitions."""

_BEGINS = re.compile(r"\s*for\s+[A-Za-z_]")
_HEAD = re.compile(
    r"\s*for\s+(?P<counter>[A-Za-z_]\w*)\s+in\s+(?P<first>\d{1,6})\s*\.\.\s*(?P<last>\d{1,6})\s*:?$",
    re.ASCII,
)
_PIECE = re.compile(
    r"\{[^{}]*\}|\.T\b|\.?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?|[A-Za-z_]\w*|\s+|.", re.ASCII | re.DOTALL
)
_COUNTED = re.compile(
    r"(?:(?P<factor>\d{1,4})\s*\*\s*)?(?P<counter>[A-Za-z_]\w*)"
    r"(?:\s*(?P<sign>[+-])\s*(?P<more>\d{1,6})(?![\w.]))?",
    re.ASCII,
)
"""A count as a number of a name or of a cell: `t`, `t-1`, `2*t+1`."""
_BRACES = re.compile(r"\{([^{}]*)\}")


class WrittenLine(Struct, frozen=True):
    """A line of a graph as it is read, with every counter replaced by its number."""

    number: int
    """The line of the file."""
    text: str
    columns: tuple[int, ...] = ()
    """Where each character stands in the line of the file, from 0; empty where nothing is moved."""
    counts: tuple[tuple[str, int], ...] = ()
    """The counters of the repetitions that it stands in, and their numbers."""
    template: str = ""
    """The name as it is written for every count, as `h{t}`."""


class Repeated(Struct, frozen=True):
    """At which count of its repetition a line is; within repetitions, of the outermost."""

    template: str
    """The name as it is written for every count, as `h{t}`."""
    counter: str
    count: int
    first: int
    last: int

    def nearest(self, chosen: int) -> int:
        """Return the count that its repetition is folded to where one is chosen."""
        return min(max(chosen, self.first), self.last)


def unrolled(lines: Sequence[tuple[int, str]], findings: Findings) -> list[WrittenLine] | None:
    """Return the lines of a block with its repetitions written out.

    Args:
        lines: Every line that is not blank, without comments, with its number in the file.
        findings: Where mistakes are reported.

    Returns:
        None where a repetition could not be read.
    """
    return _Unroller(findings).block(lines, {})


class _Unroller:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._repeated = 0
        self._ended: dict[str, int] = {}
        """The last count of each repetition above."""

    def block(
        self, lines: Sequence[tuple[int, str]], counts: Mapping[str, int]
    ) -> list[WrittenLine] | None:
        found: list[WrittenLine] = []
        at = 0
        while at < len(lines):
            number, text = lines[at]
            at += 1
            try:
                if not _BEGINS.match(text):
                    found.append(self._line(number, text, counts))
                    continue
                depth, start = _indentation(text), at
                while at < len(lines) and _indentation(lines[at][1]) > depth:
                    at += 1
                counter, numbers = _head(text, counts)
                if at == start:
                    hint = f"write them below it, further in, as   h{{{counter}}} = …"
                    raise FormulaError("a repetition without lines", hint, column=depth)
                for count in numbers:
                    inner = self.block(lines[start:at], {**counts, counter: count})
                    if inner is None:
                        return None
                    found += inner
                self._ended[counter] = numbers[-1]
            except FormulaError as mistake:
                where = Place(number, mistake.column + 1)
                self._findings.error(where, "line", mistake.what, mistake.hint)
                return None
        return found

    def _line(self, number: int, text: str, counts: Mapping[str, int]) -> WrittenLine:
        if not counts:
            for stray in re.finditer(r"([A-Za-z_]\w*)\{\s*(\w+)\s*\}", text):
                if stray[2] in self._ended:
                    hint = f"write {stray[1]}{self._ended[stray[2]]}, the last one"
                    what = f"'{shown(stray[0])}' stands outside its repetition"
                    raise FormulaError(what, hint, column=stray.start())
            return WrittenLine(number, text)
        self._repeated += 1
        if self._repeated > MAX_REPEATED:
            what = f"repetitions of more than {MAX_REPEATED:,} lines"
            raise FormulaError(what, "count less far", column=_indentation(text))
        name = text.partition("=")[0]
        if not any(re.search(rf"\{{[^}}]*\b{counter}\b", name) for counter in counts):
            counter = list(counts)[-1]
            named = shown(name.strip())
            what = f"'{named}' would be defined at every {counter}"
            hint = f"a name in a repetition holds its counter, as {named}{{{counter}}}"
            raise FormulaError(what, hint, column=_indentation(text))
        return _replaced(number, text, counts)


def chosen_count(repeated: Mapping[str, Repeated], node: str, kept: int | None) -> int | None:
    """Return the count that repetitions are folded to: the node's own where it stands in one, else
    the one kept; None where they are walked whole."""
    here = repeated.get(node.partition(".")[0])
    return kept if kept is None or here is None else here.count


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip())


def _head(text: str, counts: Mapping[str, int]) -> tuple[str, range]:
    """Return the counter of a repetition, and its counts."""
    start = _indentation(text)
    match = _HEAD.match(text)
    if match is None:
        hint = "write for t in 1..8: and the lines below it, further in"
        raise FormulaError("this repetition cannot be read", hint, column=start)
    counter, first, last = match["counter"], int(match["first"]), int(match["last"])
    if len(counter) > MAX_NAME or counter in counts:
        what = f"'{shown(counter)}' cannot count here"
        raise FormulaError(what, "choose another short name", column=match.start("counter"))
    if len(counts) == MAX_NESTED:
        what = f"repetitions within one another, more than {MAX_NESTED} deep"
        raise FormulaError(what, "write some of them out", column=start)
    if last < first:
        hint = f"a repetition counts up, as {last}..{first}"
        raise FormulaError(f"{first}..{last} has no count", hint, column=match.start("first"))
    if last - first >= MAX_COUNTS:
        what = f"{last - first + 1:,} counts of a repetition"
        raise FormulaError(what, f"the bound is {MAX_COUNTS}", column=match.start("first"))
    return counter, range(first, last + 1)


def _replaced(number: int, text: str, counts: Mapping[str, int]) -> WrittenLine:
    """Replace counters: in braces as part of a name, within brackets with what is added to them."""
    parts: list[str] = []
    columns: list[int] = []
    at = depth = 0
    while at < len(text):
        match = _PIECE.match(text, at)
        piece = match.group() if match else text[at]
        end = at + len(piece)
        if piece[0] == "{":
            written = _counted(piece, at, counts)
        elif depth and (count := _COUNTED.match(text, at)) and count["counter"] in counts:
            end = count.end()
            written = str(_number(count, at, counts))
        elif piece in counts:
            written = str(counts[piece])
        else:
            depth += (piece == "[") - (piece == "]")
            written = piece
        is_same = written == piece
        parts.append(written)
        columns += range(at, end) if is_same else [at] * len(written)
        at = end
    template = "".join(text.partition("=")[0].split())
    return WrittenLine(number, "".join(parts), tuple(columns), tuple(counts.items()), template)


def filled(text: str, counts: Mapping[str, int]) -> tuple[str, Sequence[int]]:
    """Return a note's text with its counts in braces as numbers, and the column of each character.

    What is no count, or would be a number below 0, stays as it is.
    """
    if not counts:
        return text, range(len(text))
    written, columns, at = "", [], 0
    for match in _BRACES.finditer(text):
        count = _COUNTED.fullmatch(match[1].strip())
        if count is None or count["counter"] not in counts or (n := _sum(count, counts)) < 0:
            continue
        written += f"{text[at : match.start()]}{n}"
        columns += [*range(at, match.start()), *[match.start()] * len(str(n))]
        at = match.end()
    return written + text[at:], (*columns, *range(at, len(text)))


def refolded(lines: Sequence[tuple[Mapping[str, int], str]]) -> str:
    """Return the one line that a repetition unrolls to some lines, each with its counts."""
    pieces = [re.split(r"(\d+)", text) for _, text in lines]
    written = ""
    for place, first in enumerate(pieces[0]):
        found = [piece[place] for piece in pieces]
        if place % 2 == 0 or len(set(found)) == 1:
            written += first
            continue
        counter, factor, more = next(
            (counter, factor, int(first) - factor * start)
            for counter, start in lines[0][0].items()
            for factor in range(1, 10)
            if len({int(n) - factor * at[counter] for n, (at, _) in zip(found, lines, strict=True)})
            == 1
        )
        count = f"{factor}*{counter}"[2 * (factor == 1) :] + (f"{more:+}" if more else "")
        is_cell = written.count("[") > written.count("]")
        written += count if is_cell else f"{{{count}}}"
    return written


def repeated(lines: Iterable[tuple[str, str, tuple[tuple[str, int], ...]]]) -> dict[str, Repeated]:
    """Return where each line of a repetition stands in it, by name.

    Args:
        lines: The name, the template and the counts of each line.
    """
    known = [(name, template, *counts[0]) for name, template, counts in lines if counts]
    spans: dict[str, list[int]] = {}
    for _, template, _, count in known:
        spans.setdefault(template, []).append(count)
    return {
        name: Repeated(template, counter, count, min(spans[template]), max(spans[template]))
        for name, template, counter, count in known
    }


def _counted(piece: str, column: int, counts: Mapping[str, int]) -> str:
    match = _COUNTED.fullmatch(piece[1:-1].strip())
    if match is None or match["counter"] not in counts:
        known = list(counts)[-1]
        what = f"'{shown(piece)}' is no count"
        hint = f"write {{{known}}}, {{{known}-1}} or {{2*{known}+1}}"
        raise FormulaError(what, hint, column=column)
    return str(_number(match, column, counts))


def _number(match: re.Match[str], column: int, counts: Mapping[str, int]) -> int:
    """Return the number of a name or of a cell that a count stands for."""
    counter = match["counter"]
    number = _sum(match, counts)
    if number < 0:
        what = f"{match.group().replace(' ', '')} is {number} at {counter} = {counts[counter]}"
        raise FormulaError(what, "names and cells are numbered from 0", column=column)
    return number


def _sum(match: re.Match[str], counts: Mapping[str, int]) -> int:
    number = int(match["factor"] or 1) * counts[match["counter"]]
    return number + (int(f"{match['sign']}{match['more']}") if match["sign"] else 0)
