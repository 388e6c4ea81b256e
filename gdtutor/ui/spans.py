"""A Textual screen that sends the changed cells alone, with the fewest colour codes.

Textual sends a changed region from the left edge of its widget, and each run of text with all its
colours and a reset. One widget as wide as the screen would so cost several times the bytes. This
module replaces the two classes that turn strips into terminal codes; they are not part of Textual's
public interface, so nothing else may rely on them. The canvas works on any screen, at a higher
price.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

Placed = tuple[int, int, Strip]
"""Column, row, and what stands there."""


class _Codes(NamedTuple):
    """What a terminal has to be told for one style."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""


_PLAIN = _Codes()
_ATTRIBUTES = (("bold", "1"), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("reverse", "7"))


@lru_cache(256)
def _codes(style: Style | None) -> _Codes:
    if style is None:
        return _PLAIN
    return _Codes(
        frozenset(code for name, code in _ATTRIBUTES if getattr(style, name)),
        ";".join(style.color.get_ansi_codes()) if style.color else "",
        ";".join(style.bgcolor.get_ansi_codes(foreground=False)) if style.bgcolor else "",
    )


@lru_cache(1024)
def _change(old: _Codes, new: _Codes) -> str:
    """Return the shortest escape sequence from one style to another."""
    if old == new:
        return ""
    if new == _PLAIN:
        return "\x1b[m"
    parts: list[str] = []
    dropped = (old.foreground and not new.foreground) or (old.background and not new.background)
    if dropped or old.attributes - new.attributes:
        parts.append("0")
        old = _PLAIN
    parts += sorted(new.attributes - old.attributes)
    parts += [new.foreground] if new.foreground != old.foreground else []
    parts += [new.background] if new.background != old.background else []
    return f"\x1b[{';'.join(parts)}m"


def terminal_codes(pieces: Iterable[Placed]) -> str:
    """Return what paints the pieces, colours as they stand in the strips, ending in plain style."""
    out: list[str] = []
    now = _PLAIN
    for x, y, strip in pieces:
        out.append(Control.move_to(x, y).segment.text)
        for text, style, _ in _visible(strip):
            codes = _codes(style)
            out += (_change(now, codes), text)
            now = codes
    out.append(_change(now, _PLAIN))
    return "".join(out)


def _visible(strip: Strip) -> Iterator[Segment]:
    return (segment for segment in strip if segment.text and not segment.control)


class _SpansUpdate(ChopsUpdate):
    """The changed spans, each from its own left edge."""

    def render_segments(self, console: Console) -> str:
        return terminal_codes(self._pieces())

    def _pieces(self) -> Iterator[Placed]:
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                start, stop = max(x, left), min(end, right)
                if strip is not None and start < stop:
                    yield start, y, strip.crop(start - x, stop - x)


class _WholeUpdate(LayoutUpdate):
    """The whole screen."""

    def render_segments(self, console: Console) -> str:
        left, top = self.region.offset
        return terminal_codes(
            (left, y, Strip.join(strips)) for y, strips in enumerate(self.strips, top)
        )


class _SpansCompositor(Compositor):
    def render_partial_update(self) -> ChopsUpdate | None:
        update = super().render_partial_update()
        if update is None:
            return None
        return _SpansUpdate(update.chops, update.spans, update.chop_ends)

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        update = super().render_full_update(simplify)
        return update if simplify else _WholeUpdate(update.strips, update.region)


class SpansScreen(Screen[None]):
    """A screen for a `Canvas`; `App.get_default_screen` returns it."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = _SpansCompositor()
