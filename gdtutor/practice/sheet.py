"""Sheets for paper: exercises, or the walk of a lesson, with blanks where values go; as plain text,
as Markdown, or as SVG pages in two columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from xml.sax.saxutils import escape

import numpy as np

from gdtutor.engine.characters import cells, taken
from gdtutor.engine.expression import number_text
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import frozen
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import run_of
from gdtutor.practice.exercise import DIGITS, exercises
from gdtutor.practice.templates import KINDS, NUMBERS
from gdtutor.session.moment import Moment
from gdtutor.session.moving import first_moment
from gdtutor.session.steps import Phase, Step
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace

BLANK = "______"
MOST_CELLS = 12
"""Cells of an array that are asked for; of a larger one one cell is."""


class SheetItem(Struct, frozen=True):
    """One item of a sheet."""

    lines: tuple[str, ...]
    """What is given, and the question."""
    blanks: tuple[str, ...]
    """Where the answer goes."""
    answers: tuple[str, ...]
    """The same with the answer in its place."""

    def shown(self, solutions: bool) -> tuple[str, ...]:
        """Return what stands below the question."""
        return self.answers if solutions else self.blanks


_ASKED = "; answers to 3 digits"
"""How exact an answer is to be, as on the screens."""


class Sheet(Struct, frozen=True):
    """A sheet with its solutions."""

    title: str
    given: tuple[str, ...]
    """Values that all of it is about; none for exercises."""
    items: tuple[SheetItem, ...]

    def heading(self, solutions: bool) -> str:
        """Return the title, which says where answers are filled in."""
        return self.title + (" (solutions)" if solutions else "")


def practice_sheet(count: int, seed: int) -> Sheet:
    """Return a sheet of exercises."""
    blank = (f"answer: {BLANK}",)
    items = tuple(SheetItem((*e.lines, e.question), blank, (f"answer: {e.answer_text}",))
                  for e in islice(exercises(seed, tuple(KINDS)), count))  # fmt: skip
    return Sheet(f"Practice, sheet {seed}{_ASKED}", (), items)


def lesson_sheet(lesson: Lesson, count: int | None, seed: int) -> Sheet:
    """Return a sheet that goes through the walk of a lesson, its parameters drawn from the seed.

    Args:
        lesson: The lesson.
        count: How many steps of the walk are asked for, from its beginning; None for all.
        seed: Of the parameters.
    """
    moment = _moment(lesson, seed)
    wanted = [s for s in moment.steps if s.node and _is_asked(moment, s)]
    items = tuple(_step_item(moment, step) for step in wanted[:count])
    part = f", {len(items)} of {len(wanted)} steps" * (len(items) < len(wanted))
    return Sheet(f"{lesson.title}, sheet {seed}{part}{_ASKED}", tuple(_givens(moment)), items)


def _moment(lesson: Lesson, seed: int) -> Moment:
    """Return iteration 0 with short numbers in the place of the parameters."""
    rng = np.random.RandomState(seed)
    segment = run_of(lesson).segments[0]
    parameters = {
        name: frozen(rng.choice(NUMBERS["tenth"], np.shape(value)))
        for name, value in segment.problem.parameters.items()
    }
    own = Run((replace(segment, problem=replace(segment.problem, parameters=parameters)),))
    return first_moment(lesson, own, None)


def _is_asked(moment: Moment, step: Step) -> bool:
    if step.phase is Phase.UPDATE:
        return step.variable == "p"
    return step.phase is Phase.FORWARD or step.node != moment.traces[step.scene].graph.root


def _step_item(moment: Moment, step: Step) -> SheetItem:
    trace = moment.traces[step.scene]
    root = trace.graph.root
    match step.phase:
        case Phase.FORWARD:
            line = trace.graph.lines[trace.graph.line_by_name[step.node]]
            value, called = trace.values[step.node], step.node
            asked = f"{line.name} = {line.text}"
        case Phase.BACKWARD:
            value, called = trace.gradients[step.node], f"d{step.node}"
            asked = f"the gradient of {root} with respect to {step.node}"
        case _:
            value, called = moment.updates[step.node].p, step.node
            asked = f"{step.node} after the update"
    blanks = tuple(_filled(called, value, blank=True))
    return SheetItem((asked,), blanks, tuple(_filled(called, value, blank=False)))


def _filled(called: str, value: Array, blank: bool) -> Iterator[str]:
    def cell(number: float) -> str:
        return BLANK if blank else f"{number:.{DIGITS}g}"

    if value.ndim == 0:
        yield f"{called} = {cell(float(value))}"
    elif value.size > MOST_CELLS:
        at = tuple(n // 2 for n in value.shape)
        yield f"{called}[{','.join(map(str, at))}] = {cell(float(value[at]))}"
    else:
        texts = [[cell(float(v)) for v in row] for row in np.atleast_2d(value)]
        width = max(len(text) for row in texts for text in row)
        yield from _rows(called, [[f"{text:>{width}}" for text in row] for row in texts])


def _givens(moment: Moment) -> Iterator[str]:
    seen: set[str] = set()
    for trace in moment.traces:
        for leaf in trace.graph.leaves:
            value = trace.values[leaf.name]
            if leaf.name in seen:
                continue
            seen.add(leaf.name)
            if value.size <= 4 * MOST_CELLS:
                rows = [[f"{float(v):g}" for v in row] for row in np.atleast_2d(value)]
                is_long = value.size > MOST_CELLS
                own = _filled(leaf.name, value, blank=False)
                yield from _rows(leaf.name, rows) if is_long else own
            elif leaf.role in (Role.INPUT, Role.TARGET):
                yield f"{leaf.name} is as in the lesson"
    if moment.updates:
        yield f"learning_rate = {number_text(moment.learning_rate)}"


def _rows(called: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield an array in brackets, its name before the first row."""
    for index, row in enumerate(rows):
        head = f"{called} = " if index == 0 else " " * (len(called) + 3)
        yield f"{head}[ {'  '.join(row)} ]"


class Paper(Struct, frozen=True):
    """A size of paper, in millimetres."""

    width: float
    height: float


PAPERS: Mapping[str, Paper] = {"a4": Paper(210.0, 297.0), "letter": Paper(215.9, 279.4)}
"""Every size by its name."""

_MARGIN, _GAP, _LINE, _SIZE = 15.0, 8.0, 4.6, 3.2
"""Millimetres: around the page, between columns, from line to line, and the height of letters."""
_CHARACTER = 0.602
"""How wide a character of a monospaced font is, of its height."""
_NARROWEST = 0.6
"""Height of letters, as a part of the usual one, down to which the row of an array stays whole."""
_SPACE = 3
"""Empty lines below an item, to compute in."""


def text_lines(sheet: Sheet, solutions: bool) -> Iterator[str]:
    """Yield a sheet as plain text."""
    yield sheet.heading(solutions)
    yield ""
    if sheet.given:
        yield "Given"
        yield from (f"  {line}" for line in sheet.given)
        yield ""
    for number, item in enumerate(sheet.items, 1):
        yield from _item(item, number, solutions)
        yield ""


def markdown_lines(sheet: Sheet, solutions: bool) -> Iterator[str]:
    """Yield a sheet as Markdown."""
    yield f"# {sheet.heading(solutions)}"
    yield ""
    if sheet.given:
        yield from ("Given:", "", "```", *sheet.given, "```", "")
    for number, item in enumerate(sheet.items, 1):
        *given, question = item.lines
        yield f"**{number}.** {_plain(question)}"
        yield ""
        yield from ("```", *given, *item.shown(solutions), "```", "")


def svg_pages(sheet: Sheet, solutions: bool, paper: Paper) -> tuple[str, ...]:
    """Return a sheet as SVG files, a page each, in two columns."""
    column = (paper.width - 2 * _MARGIN - _GAP) / 2
    room = int((paper.height - 2 * _MARGIN - 2 * _LINE) / _LINE)
    wide = int(column / (_SIZE * _CHARACTER))
    blocks = [["Given", *(f"  {line}" for line in sheet.given), ""]] if sheet.given else []
    for number, item in enumerate(sheet.items, 1):
        space = 1 if solutions else _SPACE
        blocks.append([*_item(item, number, solutions), *[""] * space])
    columns = _columns(
        [[w for row in block for w in _wrapped(row, wide)] for block in blocks], room
    )
    pages = [columns[i : i + 2] for i in range(0, len(columns), 2)]
    several = f", page {{}} of {len(pages)}" if len(pages) > 1 else ""
    titled = (
        (sheet.heading(solutions) + several.format(n), page) for n, page in enumerate(pages, 1)
    )
    return tuple(_page(called, page, paper, column) for called, page in titled)


def _item(item: SheetItem, number: int, solutions: bool) -> list[str]:
    first, *rest = (*item.lines, *item.shown(solutions))
    return [f"{number:>2}  {first}", *(f"    {line}" for line in rest)]


def _columns(blocks: Sequence[Sequence[str]], room: int) -> list[list[str]]:
    """Fill columns with blocks, none of which is cut unless it is longer than a column."""
    columns: list[list[str]] = [[]]
    for block in blocks:
        if columns[-1] and len(columns[-1]) + len(block) > room:
            columns.append([])
        for row in block:
            if len(columns[-1]) >= room:
                columns.append([])
            columns[-1].append(row)
    return columns


def _wrapped(row: str, wide: int) -> Iterator[str]:
    """Yield a row as lines of a width, broken at blanks where there are some.

    The row of an array stays whole where smaller letters have room, so that its columns stand below
    each other.
    """
    wide = int(wide / _NARROWEST) if row.endswith("]") else wide
    while cells(row) > wide:
        most = len(taken(row, wide))
        at = row.rfind(" ", 8, most)
        at = most if at < 0 else at
        yield row[:at]
        row = "      " + row[at:].lstrip()
    yield row


def _page(title: str, columns: Sequence[Sequence[str]], paper: Paper, column: float) -> str:
    texts = [_text(_MARGIN, _MARGIN, title, _SIZE * 1.3)]
    for index, rows in enumerate(columns):
        x = _MARGIN + index * (column + _GAP)
        for number, row in enumerate(rows):
            if row.strip():
                size = min(_SIZE, column / (cells(row) * _CHARACTER))
                texts.append(_text(x, _MARGIN + (number + 2) * _LINE, row, size))
    extent = f'width="{paper.width}mm" height="{paper.height}mm"'
    box = f'viewBox="0 0 {paper.width} {paper.height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {extent} {box}>'
    ground = f'<rect width="{paper.width}" height="{paper.height}" fill="white"/>'
    return "\n".join([head, ground, *texts, "</svg>"]) + "\n"


def _text(x: float, y: float, row: str, size: float) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:.2f}"'
    return f'<text {place} font-family="monospace" xml:space="preserve">{escape(row)}</text>'


def _plain(text: str) -> str:
    """Return a text in which Markdown finds no signs of its own."""
    return "".join(f"\\{c}" if c in "*_[]`<>" else c for c in text)
