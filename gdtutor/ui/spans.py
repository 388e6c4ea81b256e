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

from rich.color import Color
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

from gdtutor.paint.colours import TextLook
from gdtutor.paint.terminal import ATTRIBUTES, PLAIN, Codes, terminal_codes

Placed = tuple[int, int, Strip]
"""Column, row, and what stands there."""


@lru_cache(256)
def rich_style(look: TextLook) -> Style | None:
    """Return a look as Rich has it; None is plain text in the terminal's own colours."""
    front, back = (_colour(name) for name in (look.foreground, look.background))
    return Style.parse(" ".join(look.attributes)) + Style(color=front, bgcolor=back) or None


def _colour(name: str) -> Color | None:
    if not name:
        return None
    return Color.from_ansi(int(name)) if name.isdigit() else Color.parse(name)


@lru_cache(256)
def _codes(style: Style | None) -> Codes:
    if style is None:
        return PLAIN
    return Codes(
        frozenset(code for name, code in ATTRIBUTES.items() if getattr(style, name)),
        ";".join(style.color.get_ansi_codes()) if style.color else "",
        ";".join(style.bgcolor.get_ansi_codes(foreground=False)) if style.bgcolor else "",
    )


def strip_codes(pieces: Iterable[Placed]) -> str:
    """Return what paints the pieces, colours as they stand in the strips, ending in plain style."""
    return terminal_codes(
        (x, y, [(text, _codes(style)) for text, style, control in strip if text and not control])
        for x, y, strip in pieces
    )


class _SpansUpdate(ChopsUpdate):
    """The changed spans, each from its own left edge."""

    def render_segments(self, console: Console) -> str:
        return strip_codes(self._pieces())

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
        return strip_codes(
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
