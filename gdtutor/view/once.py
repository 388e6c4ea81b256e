"""What several panels of one frame ask for is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


@lru_cache(maxsize=128)
def _done(key: Hashable) -> list[Any]:
    """Return where what the work of this key comes to is kept."""
    return []


def once(key: Hashable, do: Callable[[], T]) -> T:
    """Return what some work comes to; it is done once while it has the same key."""
    kept: list[T] = _done(key)
    if not kept:
        kept.append(do())
    return kept[0]
