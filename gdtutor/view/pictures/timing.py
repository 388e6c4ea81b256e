"""A loop over the examples against one vectorised pass, as timed on this machine."""

from __future__ import annotations

from gdtutor.lesson.model import PictureWish
from gdtutor.view.frame import Chars, Line, Size, Style
from gdtutor.view.lines import column_texts, line
from gdtutor.view.notation import number
from gdtutor.view.pictures.plot_words import TOLD, line_texts
from gdtutor.view.pictures.source import Drawing, PictureKind, Source, stacked_notes

_BAR = 24


UNTIMED = "The two are timed when the program shows this picture on your machine."
KEY = "At a step the key f times the two on your machine, which takes about a second."
NOTE = (
    "loop: a forward pass for each example. together: one pass for all. The sums are as many; "
    "but each operation has a fixed cost, which the loop pays for every example. Together it "
    "is paid once, and hides that more sums take longer."
)


def timing_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return a row for each number of examples, and what the two ways do."""
    if not source.timings:
        return Drawing(stacked_notes((KEY,), size, Style.DIM))
    lines = [*_table(source), *_bars(source, size.width)]
    rest = stacked_notes(("", NOTE), size.less(rows=len(lines)))
    return Drawing((*lines, *rest)[: size.height])


def timing_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return the same rows, and what the two ways do."""
    if not source.timings:
        return (UNTIMED,)
    return line_texts((*_table(source), *stacked_notes((NOTE,), TOLD)))


def _table(source: Source) -> list[Line]:
    chars = source.chars
    table = [["examples", "loop", "together", "factor"]]
    for timing in source.timings:
        factor = timing.loop / timing.together if timing.together > 0 else 0.0
        times = (seconds_text(seconds, chars) for seconds in (timing.loop, timing.together))
        table.append([f"{timing.examples:,}", *times, number(factor, 2) if factor else "?"])
    head, *rows = column_texts(table, "  ")
    return [line((head, Style.DIM)), *map(line, rows)]


def _bars(source: Source, width: int) -> list[Line]:
    """Return the two times of the most examples as bars."""
    longest = max(max(timing.loop, timing.together) for timing in source.timings)
    last = source.timings[-1]
    room = max(min(width - 9, _BAR), 4)
    full = "█" if source.chars.unicode else "#"
    bars = []
    for name, seconds in (("loop", last.loop), ("together", last.together)):
        cells = max(round(room * seconds / longest), 1) if longest > 0 else 1
        bars.append(line((name.ljust(9), Style.DIM), (full * cells, Style.RUN_1)))
    return bars


def seconds_text(seconds: float, chars: Chars) -> str:
    """Return a time in a fitting unit, with two digits."""
    micro = "µs" if chars.unicode else "us"
    if seconds >= 1.0:
        return f"{number(seconds, 2)} s"
    if seconds >= 1e-3:
        return f"{number(seconds * 1e3, 2)} ms"
    return f"{number(seconds * 1e6, 2)} {micro}"


PICTURE = PictureKind(timing_picture, timing_words, "loop or together")
