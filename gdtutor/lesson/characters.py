"""Control characters are replaced by pictures, so that no text of a file steers the terminal."""

from __future__ import annotations

import re
from functools import cache

_C0 = {code: 0x2400 + code for code in range(0x20)}
_REPLACED = 0xFFFD
_NO_PICTURE = (
    *range(0x80, 0xA0),  # C1: some terminals take them for escape sequences
    0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),  # bidirectional
    0x2028, 0x2029,  # other line ends
    0xFEFF,  # a byte order mark inside the text
    *range(0xD800, 0xE000),  # surrogates: file names that are not UTF-8
)  # fmt: skip

_PICTURES = _C0 | {0x7F: 0x2421} | dict.fromkeys(_NO_PICTURE, _REPLACED)
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def pictured(text: str, keep: str = "") -> str:
    """Return the text with every control character replaced by one that shows it.

    C0 and DEL become their control pictures (␛, ␇, ␡); C1, bidirectional controls, Unicode's line
    ends and surrogates become �, since they have none.

    Args:
        text: Any text.
        keep: Control characters that stay, such as a line break.
    """
    if not _CONTROL.search(text):
        return text
    return text.translate(_table(keep))


@cache
def _table(keep: str) -> dict[int, int]:
    return {code: to for code, to in _PICTURES.items() if chr(code) not in keep}
