"""A loop over the examples against one vectorised pass, as timed on this machine."""

from __future__ import annotations

from gdtutor.lesson.model import PictureWish
from gdtutor.view.frame import Chars, Line, Style
from gdtutor.view.lines import line
from gdtutor.view.notation import number
from gdtutor.view.pictures.source import Drawing, Size, Source, stacked_notes

_BAR = 24


def timing_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return a row for each number of examples, and what the two ways do."""
    if not source.timings:
        words = "The two are timed when the program shows this picture on your machine."
        return Drawing(stacked_notes((words,), size, Style.DIM))
    chars = source.chars
    table = [["examples", "loop", "together", "factor"]]
    for timing in source.timings:
        factor = timing.loop / timing.together if timing.together > 0 else 0.0
        table.append(
            [
                f"{timing.examples:,}",
                seconds_text(timing.loop, chars),
                seconds_text(timing.together, chars),
                number(factor, 2) if factor else "?",
            ]
        )
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    lines: list[Line] = []
    for index, row in enumerate(table):
        text = "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
        lines.append(line((text, Style.TEXT if index else Style.DIM)))
    longest = max(max(timing.loop, timing.together) for timing in source.timings)
    last = source.timings[-1]
    room = max(min(size.width - 9, _BAR), 4)
    full = "█" if chars.unicode else "#"
    for name, seconds in (("loop", last.loop), ("together", last.together)):
        cells = max(round(room * seconds / longest), 1) if longest > 0 else 1
        lines.append(line((name.ljust(9), Style.DIM), (full * cells, Style.RUN_1)))
    notes = (
        "",
        "loop: a forward pass for each example. together: one pass for all. The sums are as many; "
        "but each operation has a fixed cost, which the loop pays for every example. Together it "
        "is paid once, and hides that more sums take longer.",
    )
    left = max(size.height - len(lines), 0)
    return Drawing((*lines, *stacked_notes(notes, Size(size.width, left)))[: size.height])


def seconds_text(seconds: float, chars: Chars) -> str:
    """Return a time in a fitting unit, with two digits."""
    micro = "µs" if chars.unicode else "us"
    if seconds >= 1.0:
        return f"{number(seconds, 2)} s"
    if seconds >= 1e-3:
        return f"{number(seconds * 1e3, 2)} ms"
    return f"{number(seconds * 1e6, 2)} {micro}"
