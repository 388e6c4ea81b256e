"""The text of SVG that Rich and Textual make: what a running app shows."""

import re
from xml.etree import ElementTree

from rich.cells import cell_len
from textual.app import App

from gdtutor.paint.cells import row_of
from gdtutor.view.frame import UNICODE, Segment

_CELL = 12.2
"""Width of a cell in the SVG of Rich and Textual, in its own units."""


def screen_text(app: App[object]) -> str:
    """Return what a running app shows, as plain text, trailing blanks removed."""
    width, height = app.size
    return svg_text(app.export_screenshot(simplify=True), width, height)


def svg_text(svg: str, width: int, height: int) -> str:
    """Return the text of an SVG made by Rich or Textual.

    The column of a text element comes from its x, the row from the name of its clip.
    """
    lines = [[" "] * width for _ in range(height)]
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        row = re.search(r"-line-(\d+)\)", element.get("clip-path", ""))
        if row is None or int(row[1]) >= height:
            continue
        text = (element.text or "").replace("\xa0", " ")
        start = round(float(element.get("x", "0")) / _CELL)
        cells = [cell.text for cell in row_of((Segment(text),), cell_len(text), UNICODE)]
        lines[int(row[1])][start : start + len(cells)] = cells
    return "\n".join("".join(line)[:width].rstrip() for line in lines)
