"""`--keys`: a script of keys, each with a count before it, as `5n x t`."""

from __future__ import annotations

import re

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.update import Press

MAX_PRESSES = 10_000
"""Most keys that a script presses."""

_TOKEN = re.compile(r"(?P<count>\d{0,6})(?P<key>.+)\Z")
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

    Each token is a count and a key: a single character, or a name as in Textual (`enter`,
    `pagedown`, `ctrl+r`). A token that is neither is typed, character by character.

    Raises:
        GdTutorError: For more keys than `MAX_PRESSES`.
    """
    presses: list[Press] = []
    for token in text.split():
        presses.extend(_presses(token))
        if len(presses) > MAX_PRESSES:
            raise GdTutorError(
                f"--keys presses more than {MAX_PRESSES:,} keys", "make the script shorter"
            )
    return tuple(presses)


def _presses(token: str) -> list[Press]:
    match = _TOKEN.match(token)
    if match is None:
        return [_character(c) for c in token]
    key = _SPOKEN.get(match["key"].lower(), match["key"])
    count = int(match["count"] or 1)
    if key.lower() in _KEYS or re.fullmatch(r"(ctrl|f)[+\d].*", key):
        return [Press(key.lower(), " " if key.lower() == "space" else None)] * min(
            count, MAX_PRESSES + 1
        )
    if len(key) == 1:
        return [_character(key)] * min(count, MAX_PRESSES + 1)
    return [_character(c) for c in token]


def _character(character: str) -> Press:
    return Press(_NAMED.get(character, character), character)
