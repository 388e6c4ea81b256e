"""Panels with a border and a title, put side by side and below each other; and the smallest screen,
with what stands on one that is smaller."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from gdtutor.engine.characters import cells, taken
from gdtutor.values import Struct, replace
from gdtutor.view.frame import Area, Chars, Depicts, Frame, Hides, Line, Lines, Segment, Style
from gdtutor.view.lines import fitted, found_in, line, shortened

Listed = tuple[str, str]
"""The phase in which it is computed, of what has cells, and its name; a row of a table has none."""


class Panel(Struct, frozen=True):
    """A titled block of lines, which may be longer than the room it gets."""

    title: str
    lines: Lines
    scroll: int = 0
    """First line shown."""
    is_focused: bool = False
    """Whether it has the eye: one panel of a screen does, the others are quiet."""
    note: str = ""
    """What its lower border says where no line is hidden."""
    cut: tuple[int, int] = (0, 0)
    """Lines left out above and below of what does not scroll."""
    ways: tuple[str, str] = ("", "")
    """Keys that show those."""
    pinned: Lines = ()
    """Its last lines, which do not scroll with the others."""
    picture: int = 0
    """The lesson's picture that it holds, from 1; 0 where it holds none."""
    unlisted: tuple[Listed, ...] = ()
    """What has no room in its list."""
    is_part: bool = False
    """Whether what it draws has more to show in more lines."""
    annex: Panel | None = None
    """A panel that shares its lower border, as high as it has lines."""


_JOINED = str.maketrans("╭╮", "├┤")
"""Corners of a panel as they join the sides of one above it."""


def boxed(panel: Panel, area: Area) -> Lines:
    """Return exactly as many lines as the area has; what does not fit is announced."""
    if panel.annex is not None:
        high = min(len(panel.annex.lines) + 2, area.height - 1)
        edge, *annexed = boxed(panel.annex, area.high(high))
        own = boxed(replace(panel, annex=None), area.less(rows=len(annexed)))
        shared = (part._replace(text=part.text.translate(_JOINED)) for part in edge)
        return (*own[:-1], tuple(shared), *annexed)
    inner, chars = area.width - 4, area.chars
    rows = max(area.height - 2 - len(panel.pinned), 0)
    style = Style.FOCUS if panel.is_focused else Style.BORDER
    corners = "╭╮╰╯─│" if chars.unicode else "++++-|"
    title = f" {panel.title} " if panel.title else ""
    title = f" {shortened(panel.title, inner - 2, chars)} " if cells(title) > inner else title
    title = taken(title, max(inner, 0))
    # Notes for the borders at which lines are left out, the upper one and the lower one.
    above, below = (
        f" {more_text(way, count, chars)}{panel.ways[way]} " if count else ""
        for way, count in enumerate(panel.cut)
    )
    picture = Depicts(panel.picture) if panel.picture else None
    top = line(
        (corners[0] + corners[4], style),
        Segment(title, Style.TITLE if panel.is_focused else Style.DIM, picture),
        (corners[4] * (inner - cells(title) - len(above)), style),
        (above, Style.DIM), (corners[4] + corners[1], style),
    )  # fmt: skip
    body = (*window(panel.lines, panel.scroll, rows), *panel.pinned)[: area.height - 2]
    lines = [
        line((corners[5] + " ", style), *fitted(content, inner, chars), (" " + corners[5], style))
        for content in body
    ]
    more = hidden(panel.lines, panel.scroll, rows, chars)
    more = more if more.text else Segment(shortened(panel.note, inner, chars), Style.KEY)
    fill = corners[4] * (inner + 1 - len(more.text) - len(below))
    bottom = line(
        (corners[2] + fill, style), more, (below, Style.DIM),
        (corners[4] + corners[3], style),
    )  # fmt: skip
    return (top, *lines, bottom)


def more_text(way: int, count: int, chars: Chars) -> str:
    """Return a note on what is left out above (0) or below (1)."""
    return f"{('↑', '↓')[way] if chars.unicode else ('up ', 'down ')[way]}{count} more"


def window(lines: Sequence[Line], scroll: int, rows: int) -> Lines:
    """Return exactly `rows` lines from `scroll` on."""
    start = max(min(scroll, len(lines) - rows), 0)
    shown = tuple(lines[start : start + rows])
    return shown + ((),) * (rows - len(shown))


def hidden(lines: Sequence[Line], scroll: int, rows: int, chars: Chars) -> Segment:
    """Return a note on the lines above and below that do not show, empty where all do."""
    start = max(min(scroll, len(lines) - rows), 0)
    below = max(len(lines) - start - rows, 0)
    up, down = ("↑", "↓") if chars.unicode else ("up ", "down ")
    parts = [f"{up}{start}"] if start else []
    parts += [f"{down}{below}"] if below else []
    hides = Hides(start, below) if parts else None
    return Segment(f" {' '.join(parts)} more " if parts else "", Style.KEY, hides)


def hidden_around(rows: Sequence[Line]) -> tuple[int, int] | None:
    """Return how many lines a panel among rows hides above and below, by its note; None where none
    hides any.

    Of several it is the most: they scroll together, some to their end before others.
    """
    found = found_in(rows, Hides)
    return (max(one.above for one in found), max(one.below for one in found)) if found else None


def beside(*blocks: Sequence[Line]) -> Lines:
    """Return blocks of equally many lines side by side."""
    return tuple(tuple(chain.from_iterable(row)) for row in zip(*blocks, strict=True))


def blank_frame(width: int, height: int) -> Frame:
    """Return an empty screen."""
    return Frame(width, height, ((Segment(" " * width),),) * height)


MINIMUM = (40, 12)
"""Columns and rows below which nothing is drawn but one line that says so."""


def is_too_small(width: int, height: int) -> bool:
    """Say whether a screen is smaller than `MINIMUM`."""
    return width < MINIMUM[0] or height < MINIMUM[1]


def too_small_frame(width: int, height: int) -> Frame:
    """Return the line that says so."""
    text = f"too small: {MINIMUM[0]}x{MINIMUM[1]} needed"[:width]
    empty = blank_frame(width, height)
    padded = (Segment(text.ljust(width)),)
    return Frame(width, height, (padded, *empty.lines[1:]) if height else ())
