"""`--keys`: a script of keys, each with a count before it, as `5n x t`."""

from __future__ import annotations

import re
from difflib import get_close_matches

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.press import Press

MAX_PRESSES = 10_000
"""Most keys that a script presses."""
TEXT = "'"
"""Stands before a token that is text, also where it looks like the name of a key."""
_ALIKE = 0.8
"""Share of its characters that a token has in common with the name it is a slip for."""

_CHORD = re.compile(r"ctrl\+[a-z]|f\d{1,2}")
_NAMED = {
    ":": "colon", "/": "slash", "?": "question_mark", "+": "plus", "-": "minus",
    "=": "equals_sign", ".": "full_stop", ",": "comma",
    "[": "left_square_bracket", "]": "right_square_bracket",
}  # fmt: skip
_CHARACTERS = {name: character for character, name in _NAMED.items()}
_SPOKEN = {
    "esc": "escape", "pgdn": "pagedown", "pgup": "pageup", "return": "enter", "del": "delete",
}  # fmt: skip
_KEYS = frozenset({
    "enter", "escape", "space", "tab", "left", "right", "up", "down", "home", "end",
    "pageup", "pagedown", "backspace", "delete",
})  # fmt: skip


def parse_keys(text: str) -> tuple[Press, ...]:
    """Read a script of keys.

    Each token is a count, typed as its digits, and a key: a single character, or a name as in
    Textual (`enter`, `pagedown`, `ctrl+r`). Anything else is typed, character by character, and so
    is what follows a `'`; `space` types a blank. After an input that is refused nothing is typed
    until `escape` leaves it.

    Raises:
        GdTutorError: For more keys than `MAX_PRESSES`, and for what is nearly the name of a key.
    """
    presses = tuple(press for token in text.split() for press in _presses(token))
    if len(presses) > MAX_PRESSES:
        raise GdTutorError(
            f"--keys presses {len(presses):,} keys, the bound is {MAX_PRESSES:,}",
            "make the script shorter",
        )
    return presses


def _presses(token: str) -> list[Press]:
    if token.startswith(TEXT) and token != TEXT:
        return [_character(character) for character in token.removeprefix(TEXT)]
    key = token.lstrip("0123456789")
    count = map(_character, token.removesuffix(key))
    named = _SPOKEN.get(key.lower(), key.lower())
    if named in _KEYS or _CHORD.fullmatch(named):
        return [*count, Press(named, " " if named == "space" else None, True)]
    if named in _CHARACTERS:
        return [*count, _character(_CHARACTERS[named])]
    meant = _near(named)
    if meant:
        what = f"there is no key '{key}'"
        raise GdTutorError(what, f"did you mean '{meant}'? Text is typed as {TEXT}{key}")
    return [_character(character) for character in token]


def _near(key: str) -> str:
    """Return the key that a token seems to be a slip for, else nothing.

    Slips seldom touch the first letter, and words that are meant as text do: light, own, center.
    """
    if len(key) < 3:
        return ""
    modifier, plus, letter = key.partition("+")
    if plus and len(letter) == 1 and modifier[:1] == "c":
        return f"ctrl+{letter}" if get_close_matches(modifier, ["ctrl", "control"]) else ""
    names = [name for name in (*_KEYS, *_SPOKEN) if name[0] == key[:1]]
    return next(iter(get_close_matches(key, names, n=1, cutoff=_ALIKE)), "")


def _character(character: str) -> Press:
    return Press(_NAMED.get(character, character), character, True)
