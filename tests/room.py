"""How much of the terminal the walk uses: `python -m tests.room [LESSON …]`.

It prints, for three sizes, the share of rows that carry something beside borders, in the left and
the right half of the width, over every step of iteration 0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from gdtutor.drive.opening import session_at
from gdtutor.engine.characters import cells, taken
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.state import Session
from gdtutor.values import Struct, replace
from gdtutor.view.frame import UNICODE, Frame, Style
from gdtutor.view.screen import Reader

SIZES = ((80, 24), (120, 36), (200, 50))
LESSONS = range(3, 18)
"""The numbers of the lessons whose walks are measured."""
_BORDERS = (Style.BORDER, Style.FOCUS)


def used(frame: Frame) -> tuple[float, float]:
    """Return the share of rows that carry something in the left and the right half."""
    rows: tuple[set[int], set[int]] = (set(), set())
    for y, line in enumerate(frame.lines):
        text = "".join(" " * cells(s.text) if s.style in _BORDERS else s.text for s in line)
        left = taken(text, frame.width // 2)
        for side, half in enumerate((left, text[len(left) :])):
            if half.strip(" "):
                rows[side].add(y)
    for plot in frame.plots:
        for side in (0, 1):
            if (
                plot.x < frame.width // 2 * (side + 1)
                and plot.x + plot.width > frame.width // 2 * side
            ):
                rows[side].update(range(plot.y, plot.y + plot.height))
    return len(rows[0]) / frame.height, len(rows[1]) / frame.height


def corners(frame: Frame) -> list[tuple[int, int, str]]:
    """Return where the corners of panels stand: column, row and sign."""
    found = []
    for y, row in enumerate(frame.lines):
        x = 0
        for segment in row:
            if segment.style in _BORDERS:
                found += [(x + n, y, c) for n, c in enumerate(segment.text) if c in "╭╮╰╯"]
            x += cells(segment.text)
    return found


class Boxed(Struct, frozen=True):
    """A panel of a frame as text."""

    title: str
    rows: tuple[str, ...]
    """What its border holds; a plot among it as signs that it is there."""
    foot: str
    """What its lower border says."""
    left: int = 0
    """The column of its left border."""

    @property
    def width(self) -> int:
        """Cells of a row between its borders."""
        return len(self.rows[0]) if self.rows else 0

    @property
    def told(self) -> list[str]:
        """The rows that hold something."""
        return [row for row in self.rows if row.strip()]

    @property
    def blank(self) -> int:
        """How many rows, one below the other, hold nothing."""
        runs = groupby(self.rows, lambda row: not row.strip())
        return max((len([*rows]) for is_blank, rows in runs if is_blank), default=0)


def boxes(frame: Frame) -> list[Boxed]:
    """Return the panels of a frame."""
    rows = frame.text().splitlines()
    for plot in frame.plots:
        for y in range(plot.y, plot.y + plot.height):
            rows[y] = rows[y][: plot.x] + "+" * plot.width + rows[y][plot.x + plot.width :]
    found, marks = [], corners(frame)
    for x, y, _ in (mark for mark in marks if mark[2] == "╭"):
        right = min(a for a, b, c in marks if b == y and c == "╮" and a > x)
        low = min(b for a, b, c in marks if a == x and c == "╰" and b > y)
        title = rows[y][x + 1 : right].strip("─ ")
        inside = tuple(row[x + 1 : right] for row in rows[y + 1 : low])
        found.append(Boxed(title, inside, rows[low][x + 1 : right].strip("─ "), x))
    return found


def spare(panel: Boxed) -> int:
    """Return the blank rows at the end of a panel, or all but one of those before what ends it."""
    runs = [(blank, len([*run])) for blank, run in groupby(panel.rows, lambda r: not r.strip())]
    inner = [count - 1 for blank, count in runs[:-1] if blank]
    return max([*inner, runs[-1][1] if runs and runs[-1][0] else 0])


def columns_of(frame: Frame) -> list[list[Boxed]]:
    """Return the panels that stand above each other, by the cells that they have in common; one
    across several columns is in each of them."""
    found = boxes(frame)
    lefts = sorted({panel.left for panel in found})
    return [[p for p in found if p.left <= left < p.left + p.width] for left in lefts]


opened = cache(session_at)
"""Opens a lesson once, so that what is measured of its walk serves every test of its screens."""


def steps_of(path: Path, iteration: int = 0) -> Iterator[Session]:
    """Yield the session at every step of an iteration."""
    # Moved once, as every move to another iteration computes it anew.
    session = moved(opened(path), iteration, 1)
    for step in session.moment.steps:
        yield replace(moved(session, iteration, step.number), challenge=None)


def shares(paths: Iterable[Path], size: tuple[int, int]) -> tuple[float, float, int]:
    """Return the mean shares over all steps of some lessons, and how many steps there are."""
    found = [
        used(reader.frame(session, *size, UNICODE))
        for path in paths
        for reader in [Reader()]
        for session in steps_of(path)
    ]
    left, right = (sum(pair[side] for pair in found) / len(found) for side in (0, 1))
    return left, right, len(found)


def measured() -> list[Path]:
    """Return the lessons that are measured."""
    paths = discover(shipped_lessons_folder())
    return [path for path in paths if int(path.name.partition("-")[0]) in LESSONS]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main(words: Sequence[str]) -> None:
    """Print the shares of each lesson, and of all of them."""
    chosen = [p for p in measured() if not words or p.name.partition("-")[0] in words]
    for width, height in SIZES:
        _say(f"{width}x{height}")
        for path in chosen:
            left, right, count = shares([path], (width, height))
            _say(f"  {path.stem:22} left {left:4.0%}  right {right:4.0%}  {count:3} steps")
        left, right, count = shares(chosen, (width, height))
        _say(f"  {'all':22} left {left:4.0%}  right {right:4.0%}  {count:3} steps")


if __name__ == "__main__":
    main(sys.argv[1:])
