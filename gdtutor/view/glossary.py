"""The notation, the signs of the screens and the words of the field, as Help explains them.

They stand beside this module, a line each: in `notation.txt` and `signs.txt` a sign in Unicode, in
ASCII, and what it says; in `glossary.txt` a word, a colon, what it means.
"""

from __future__ import annotations

from pathlib import Path


def _lines(name: str) -> list[str]:
    return Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()


def _signs(name: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((u, a, text) for u, a, text in (row.split(" | ") for row in _lines(name)))


SIGNS = _signs("signs.txt")
"""Each sign in Unicode and in ASCII, and what it says."""
WORDS = tuple((w, w, text) for w, _, text in (x.partition(": ") for x in _lines("glossary.txt")))
HELPED = (
    ("How to read the notation", _signs("notation.txt")),
    ("Signs on the screens", SIGNS),
    ("The words of the field", WORDS),
)
"""What Help explains behind the keys, under its titles."""
