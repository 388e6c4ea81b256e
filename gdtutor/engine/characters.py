"""Control characters are replaced by pictures, so that no text of a file steers the terminal."""

from __future__ import annotations

import re
import shlex
import unicodedata
from functools import cache, lru_cache

_NO_PICTURE = (
    "\x80-\x9f"  # C1: some terminals take them for escape sequences
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional
    "\u2028\u2029"  # other line ends
    "\ufeff"  # a byte order mark inside the text
    # What does not show, of no width or as a blank:
    "\u00ad\u034f\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
    "\ud800-\udfff"  # surrogates: file names that are not UTF-8
)
"""Characters of no picture, as a pattern has them in brackets."""


@cache
def _steering(keep: str = "") -> re.Pattern[str]:
    """Return what finds a control character, but for those of ASCII that are kept."""
    others = "".join(chr(code) for code in range(0x20) if chr(code) not in keep)
    return re.compile(f"[{others}\x7f{_NO_PICTURE}]")


def pictured(text: str, keep: str = "") -> str:
    """Return the text with every control character replaced by one that shows it.

    C0 and DEL become their control pictures (␛, ␇, ␡); C1, bidirectional controls, Unicode's line
    ends, characters that do not show, and surrogates become �, since they have none.

    Args:
        text: Any text.
        keep: Control characters of ASCII that stay, such as a line break.
    """
    return _steering(keep).sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"


def cells(text: str) -> int:
    """Return how many cells of a terminal a text fills: wide characters two, accents none."""
    return len(text) if text.isascii() or _ONE_EACH(text) else sum(map(_cells_of, text))


def taken(text: str, room: int) -> str:
    """Return the start of a text that fills at most so many cells."""
    if cells(text) <= room:
        return text
    filled = 0
    for at, character in enumerate(text):
        filled += _cells_of(character)
        if filled > room:
            return text[:at]
    return text


def cut_short(text: str, width: int, mark: str = "…") -> str:
    """Return a text of at most so many cells; one that is cut ends in the mark."""
    if cells(text) <= width:
        return text
    return taken(text, max(width - cells(mark), 0)) + mark[: max(width, 0)]


def cut_behind_word(text: str, width: int, mark: str = "…") -> str:
    """Return a text of at most so many cells; one that is cut ends in the mark, behind a word where
    that leaves most of the room filled."""
    short = cut_short(text, width, mark)
    if short == text:
        return text
    kept = short.removesuffix(mark)
    whole = kept if text[len(kept) :].startswith(" ") else kept.rpartition(" ")[0]
    whole = whole.rstrip(" ,;:")
    return f"{whole}{mark}" if 2 * cells(whole) > width else short


def padded(text: str, width: int) -> str:
    """Return a text with blanks behind it up to so many cells."""
    return text + " " * (width - cells(text))


_ONE_EACH = re.compile(
    "[\x00-\u02ff\u0370-\u0482\u1e00-\u20cf\u2100-\u2319\u2500-\u25fc]*"
).fullmatch
"""Tells a text of letters, signs and strokes that fill a cell each: nearly all that is drawn."""
_JOINED = frozenset(map(chr, (*range(0x1160, 0x1200), *range(0xD7B0, 0xD800))))
"""Vowels and last consonants of Hangul, which stand in the cells of the one before them."""


@lru_cache(8192)
def _cells_of(character: str) -> int:
    category = unicodedata.category(character)
    if category in ("Mn", "Mc", "Me") or character in _JOINED:
        return 0
    # Python calls places that no character has yet wide.
    is_wide = unicodedata.east_asian_width(character) in "WF" and category != "Cn"
    return 2 if is_wide else 1


def shell_word(word: str) -> str:
    """Return a word as a shell reads it, with nothing in it that steers the terminal.

    Control characters are written as bytes in `$'…'`, which bash, zsh and ksh read, and POSIX
    since 2024.
    """
    if not _steering().search(word):
        return shlex.quote(word)
    return "$'" + "".join(_escaped(character) for character in word) + "'"


def shell_line(command: str) -> str:
    """Return a command line, quoted as `shlex` does, as a shell reads it from the screen."""
    try:
        return " ".join(shell_word(word) for word in shlex.split(command))
    except ValueError:
        # It was kept by something else.
        return pictured(command)


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if not _steering().match(character):
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
