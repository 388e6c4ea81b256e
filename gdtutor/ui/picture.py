"""Frames as SVG and as plain text: pictures of screens, and what lesson tests look at."""

from __future__ import annotations

import io
import re

from rich.console import Console
from rich.segment import Segment, Segments
from rich.terminal_theme import TerminalTheme

from gdtutor.paint.colours import DARK, LIGHT, LOOKS, Colours
from gdtutor.paint.rows import RowMaker
from gdtutor.ui.canvas import strip_of
from gdtutor.view.frame import UNICODE, Chars, Frame, Style

_FONTS = re.compile(r"\s*@font-face\s*\{[^}]*\}")

_DARK_ANSI = "000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5"
_DARK_BRIGHT = "7f7f7f f14c4c 23d18b f5f543 5c9dff d670d6 29b8db ffffff"
_LIGHT_ANSI = "000000 b01010 006e28 8a6a00 0451a5 a0109a 00728f 555555"
_LIGHT_BRIGHT = "666666 cd3131 14853c b58900 0451a5 bc05bc 0598bc a5a5a5"


def frame_text(frame: Frame, chars: Chars = UNICODE) -> str:
    """Return the frame as plain text with its plots, trailing blanks removed."""
    rows = RowMaker(chars).rows(frame)
    return "\n".join("".join(cell.text for cell in row).rstrip() for row in rows)


def frame_svg(frame: Frame, chars: Chars, colours: Colours, title: str) -> str:
    """Return the frame as a self-contained SVG; equal frames give equal bytes."""
    console = Console(
        record=True,
        width=max(1, frame.width),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    segments: list[Segment] = []
    for row in RowMaker(chars).rows(frame):
        segments += (*strip_of(row, colours), Segment.line())
    console.print(Segments(segments), end="")
    svg = console.export_svg(title=title, theme=_theme(colours.light), unique_id="gdtutor")
    # Some renderers look for the first family alone, which is not carried along.
    return _FONTS.sub("", svg).replace("Fira Code, monospace", "monospace")


def _theme(light: bool) -> TerminalTheme:
    normal, bright = (_LIGHT_ANSI, _LIGHT_BRIGHT) if light else (_DARK_ANSI, _DARK_BRIGHT)
    text = LOOKS[Style.TEXT].light if light else LOOKS[Style.TEXT].dark
    return TerminalTheme(
        _rgb(LIGHT if light else DARK),
        _rgb(text),
        [_rgb(value) for value in normal.split()],
        [_rgb(value) for value in bright.split()],
    )


def _rgb(value: str) -> tuple[int, int, int]:
    digits = value.removeprefix("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
