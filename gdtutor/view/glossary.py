"""The words of the field, one sentence each: what Help shows behind the notation.

They stand in `glossary.txt` beside this module, a line each: the word, a colon, what it means.
"""

from __future__ import annotations

from pathlib import Path

_LINES = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()

WORDS = tuple((word, word, text) for word, _, text in (line.partition(": ") for line in _LINES))
"""Each word in Unicode and in ASCII, and what it means."""
