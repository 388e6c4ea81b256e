"""A key that was pressed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Press:
    """A key, with the character it prints where it does."""

    key: str
    character: str | None = None
