"""A key that was pressed."""

from __future__ import annotations

from gdtutor.values import Struct

MAX_COUNT = 1_000_000
"""Largest count before a key."""


class Press(Struct, frozen=True):
    """A key, with the character it prints where it does."""

    key: str
    character: str | None = None
    is_scripted: bool = False
    """Whether it stands in a script: a refusal is nothing that it mends."""
