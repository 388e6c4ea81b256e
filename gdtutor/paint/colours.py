"""How each meaning looks in true colour, 256 colours, 16 colours and none, on dark and on light."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from enum import Enum
from functools import cache
from typing import NamedTuple

from gdtutor.values import Struct
from gdtutor.view.frame import Style


class ColourMode(Enum):
    """How many colours are sent to the terminal; the values are those of `--color`."""

    TRUECOLOR = "truecolor"
    PALETTE = "256"
    ANSI = "16"
    NONE = "none"


OPTIONS = ("auto", *(mode.value for mode in ColourMode))
"""How many colours: what `--color` accepts, alone or with one of `GROUNDS` after a comma."""
GROUNDS = ("light", "dark")
"""Backgrounds: what `--color` accepts besides, since few terminals say theirs and SSH hands none
on. Asking them (OSC 11) would cost slow connections a wait, or keys: an answer that comes late is
taken for typing."""


class Appearance(NamedTuple):
    """One meaning in every mode.

    A colour is a foreground, or `foreground on background`. An empty foreground is the terminal's
    own, which costs no bytes. Attributes hold in every mode, so that weight and underline carry
    what colour carries.
    """

    dark: str
    light: str
    ansi_dark: str = ""
    ansi_light: str = ""
    attributes: str = ""
    mono: str = ""
    """Attributes of their own for 16 colours and none, where a background is missing."""


DARK, LIGHT = "#1c1c1c", "#ffffff"
"""The backgrounds of the RGB themes."""

_LEVELS = (0, 95, 135, 175, 215, 255)
_GREYS = range(8, 239, 10)

LOOKS: dict[Style, Appearance] = {
    Style.TEXT: Appearance("#d0d0d0", "#1c1c1c"),
    Style.DIM: Appearance("#949494", "#626262", mono="dim"),
    Style.TITLE: Appearance("#ffffff", "#000000", attributes="bold"),
    Style.BORDER: Appearance("#8a8a8a", "#6c6c6c", "bright_black", "bright_black"),
    Style.FOCUS: Appearance("#5fd7ff", "#005f87", "bright_cyan", "blue", "bold"),
    Style.KEY: Appearance("#ffd75f", "#875f00", "bright_yellow", "magenta", "bold"),
    Style.CURRENT: Appearance(
        "#ffffff on #005f87", "#000000 on #ffd787", "", "", "bold", "reverse"
    ),
    Style.FORWARD: Appearance("#87d7ff", "#005faf", "bright_cyan", "blue"),
    Style.BACKWARD: Appearance("#ffaf5f", "#af0087", "bright_yellow", "magenta"),
    Style.UPDATE: Appearance("#afd75f", "#005f00", "bright_green", "green"),
    Style.INPUT: Appearance("#afafd7", "#5f5f87"),
    Style.PARAMETER: Appearance("#d7afff", "#5f00af", "bright_magenta", "magenta"),
    Style.POSITIVE: Appearance("#5fd7af", "#005f5f", "bright_green", "green"),
    Style.NEGATIVE: Appearance("#ff8787", "#af0000", "bright_red", "red"),
    Style.CHANGED: Appearance("#ffff87", "#5f5f00", "bright_yellow", "red", "underline"),
    Style.GOOD: Appearance("#87d787", "#005f00", "bright_green", "green"),
    Style.WARNING: Appearance("#ffaf00", "#875f00", "bright_yellow", "magenta", "bold"),
    Style.ERROR: Appearance("#ff8787", "#af0000", "bright_red", "red", "bold"),
    Style.REGION_LOW: Appearance("#8787af", "#5f5f87", "blue", "blue"),
    Style.REGION_HIGH: Appearance("#af8787 on #303030", "#875f5f on #ffd7d7", "yellow", "red"),
    Style.RUN_1: Appearance("#5fafff", "#005faf", "bright_cyan", "blue"),
    Style.RUN_2: Appearance("#ffaf5f", "#af0000", "bright_yellow", "red"),
    Style.RUN_3: Appearance("#87d75f", "#005f00", "bright_green", "green"),
    Style.RUN_4: Appearance("#ff87d7", "#af0087", "bright_magenta", "magenta"),
    Style.RUN_5: Appearance("#87d7d7", "#5f5f00", "bright_white", "black"),
    Style.RUN_6: Appearance("#af87ff", "#5f00d7", "bright_red", "cyan"),
}
"""The RGB values are entries of the 256-colour palette, so that both modes look the same."""


class Colours(Struct, frozen=True):
    """The colours in use."""

    mode: ColourMode = ColourMode.TRUECOLOR
    light: bool = False
    """True where the background of the terminal is light."""

    @property
    def theme(self) -> str:
        """Name of the Textual theme under which colours reach the terminal as they are."""
        return "ansi-light" if self.light else "ansi-dark"

    def look(self, style: Style) -> TextLook:
        """Return how `style` looks."""
        return _look(style, self.mode, self.light)


class TextLook(NamedTuple):
    """Attributes and colours of a text; without any it is plain, in the terminal's own colours."""

    attributes: tuple[str, ...] = ()
    """Such as bold and underline."""
    foreground: str = ""
    """`#rrggbb`, the number of an entry of the 256-colour palette, or one of the 16 names; empty
    for the terminal's own."""
    background: str = ""


@cache
def _look(style: Style, mode: ColourMode, light: bool) -> TextLook:
    look = LOOKS[style]
    own = look.mono if mode in (ColourMode.ANSI, ColourMode.NONE) else ""
    return TextLook(tuple(f"{look.attributes} {own}".split()), *_pair(look, mode, light))


def _pair(look: Appearance, mode: ColourMode, light: bool) -> tuple[str, str]:
    """Return the colour of the text, and of what is behind it."""
    if mode is ColourMode.NONE:
        return "", ""
    if mode is ColourMode.ANSI:
        text, behind = (look.ansi_light if light else look.ansi_dark), ""
    else:
        text, behind = (look.light, LIGHT) if light else (look.dark, DARK)
    front, _, back = text.partition(" on ")
    return _colour(front, mode), _colour(back or behind, mode)


def _colour(name: str, mode: ColourMode) -> str:
    return str(_entry(name)) if name and mode is ColourMode.PALETTE else name


def _entry(value: str) -> int:
    """Return the number of `#rrggbb` in the 256-colour palette.

    Source: xterm's 256colres.h, a cube of six levels from entry 16 and greys from entry 232.
    """
    red, green, blue = (int(value[n : n + 2], 16) for n in (1, 3, 5))
    if red == green == blue and red in _GREYS:
        return 232 + _GREYS.index(red)
    return 16 + 36 * _LEVELS.index(red) + 6 * _LEVELS.index(green) + _LEVELS.index(blue)


def choose_colours(option: str | None, environ: Mapping[str, str]) -> Colours:
    """Return the colours for a terminal.

    Args:
        option: The value of `--color`, as `256,light`; None is the same as `auto`. The number of
            colours outranks `NO_COLOR`, the background `COLORFGBG`.
        environ: The environment: `NO_COLOR`, `COLORTERM`, `TERM`, `COLORFGBG`, `WT_SESSION`.

    Raises:
        ValueError: `option` holds a word that is not known, or two of a kind.
    """
    mode, ground = colour_words(option or "auto")
    return Colours(
        _mode_of_terminal(environ) if mode == "auto" else ColourMode(mode),
        ground == "light" if ground else _is_light(environ),
    )


def colour_words(option: str) -> tuple[str, str]:
    """Return the two halves of `--color`: how many colours, and the background or nothing.

    Raises:
        ValueError: A word is not known, or two are of a kind.
    """
    words = option.split(",")
    modes = [word for word in words if word in OPTIONS]
    grounds = [word for word in words if word in GROUNDS]
    if len(modes) > 1 or len(grounds) > 1 or len(modes) + len(grounds) < len(words):
        raise ValueError(
            f"'{option}' is no choice of colours; use one of {', '.join(OPTIONS)}, one of "
            f"{', '.join(GROUNDS)}, or both with a comma, as 256,light"
        )
    return (modes or ["auto"])[0], (grounds or [""])[0]


def _mode_of_terminal(environ: Mapping[str, str]) -> ColourMode:
    term = environ.get("TERM", "").lower()
    if environ.get("NO_COLOR") or term in ("dumb", "unknown") or term.startswith("vt"):
        return ColourMode.NONE
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct"):
        return ColourMode.TRUECOLOR
    if "WT_SESSION" in environ:
        return ColourMode.TRUECOLOR
    known = ("256color", "kitty", "alacritty", "foot", "ghostty", "wezterm")
    return ColourMode.PALETTE if any(word in term for word in known) else ColourMode.ANSI


def _is_light(environ: Mapping[str, str]) -> bool:
    """Read `foreground;background` as rxvt, Konsole and others set it: 7 and 9 to 15 are light; a
    background of which nothing is said is taken for dark."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return background.isdecimal() and (int(background) == 7 or 9 <= int(background) <= 15)


def prepare_environment(environ: MutableMapping[str, str]) -> None:
    """Keep Textual from choosing colours a second time; to be called before Textual is imported.

    Textual reads `TEXTUAL_COLOR_SYSTEM` when it is imported and would turn colours to grey, or add
    codes for default colours, where it finds `NO_COLOR`; `choose_colours` has heeded that by then.
    """
    environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    environ.pop("NO_COLOR", None)
