"""`--keys`: a script of keys, each with a count before it, as `5n x t`."""

from __future__ import annotations

import re

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.press import Press

MAX_PRESSES = 10_000
"""Most keys that a script presses."""

_CHORD = re.compile(r"ctrl\+[a-z]|f\d{1,2}")
_NAMED = {
    ":": "colon", "/": "slash", "?": "question_mark", "+": "plus", "-": "minus",
    "=": "equals_sign", ".": "full_stop", ",": "comma",
}  # fmt: skip
_SPOKEN = {"esc": "escape", "pgdn": "pagedown", "pgup": "pageup", "return": "enter"}
_KEYS = frozenset({
    "enter", "escape", "space", "tab", "left", "right", "up", "down", "home", "end",
    "pageup", "pagedown", "backspace", "delete",
})  # fmt: skip


def parse_keys(text: str) -> tuple[Press, ...]:
    """Read a script of keys.

    Each token is a count, typed as its digits, and a key: a single character, or a name as in
    Textual (`enter`, `pagedown`, `ctrl+r`). Anything else is typed, character by character.

    Raises:
        GdTutorError: For more keys than `MAX_PRESSES`.
    """
    presses = tuple(press for token in text.split() for press in _presses(token))
    if len(presses) > MAX_PRESSES:
        raise GdTutorError(
            f"--keys presses {len(presses):,} keys, the bound is {MAX_PRESSES:,}",
            "make the script shorter",
        )
    return presses


def _presses(token: str) -> list[Press]:
    key = token.lstrip("0123456789")
    named = _SPOKEN.get(key.lower(), key.lower())
    if named in _KEYS or _CHORD.fullmatch(named):
        digits = token[: len(token) - len(key)]
        return [*map(_character, digits), Press(named, " " if named == "space" else None)]
    return [_character(character) for character in token]


def _character(character: str) -> Press:
    return Press(_NAMED.get(character, character), character)
