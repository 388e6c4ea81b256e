"""A sheet as plain text, as Markdown, or as SVG pages in two columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from gdtutor.engine.characters import cells, taken
from gdtutor.practice.sheet import Sheet, SheetItem
from gdtutor.values import Struct


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
    yield sheet.title + (" (solutions)" if solutions else "")
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
    yield f"# {sheet.title}" + (" (solutions)" if solutions else "")
    yield ""
    if sheet.given:
        yield from ("Given:", "", "```", *sheet.given, "```", "")
    for number, item in enumerate(sheet.items, 1):
        shown = item.answers if solutions else item.blanks
        *given, question = item.lines
        yield f"**{number}.** {_plain(question)}"
        yield ""
        yield from ("```", *given, *shown, "```", "")


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
    title = sheet.title + (" (solutions)" if solutions else "")
    pages = [columns[i : i + 2] for i in range(0, len(columns), 2)]
    several = f", page {{}} of {len(pages)}" if len(pages) > 1 else ""
    titled = ((title + several.format(n), page) for n, page in enumerate(pages, 1))
    return tuple(_page(called, page, paper, column) for called, page in titled)


def _item(item: SheetItem, number: int, solutions: bool) -> list[str]:
    shown = item.answers if solutions else item.blanks
    first, *rest = item.lines
    return [f"{number:>2}  {first}", *(f"    {line}" for line in (*rest, *shown))]


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
