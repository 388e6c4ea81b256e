"""What several panels of one frame ask for is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from gdtutor.values import Struct

T = TypeVar("T")


class _Work(Struct, frozen=True, eq=False):
    """What is to be done: equal where its key is."""

    key: tuple[object, ...]
    do: Callable[[], Any]

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Work) and self.key == other.key


@lru_cache(maxsize=128)
def _done(work: _Work) -> Any:
    return work.do()


def once(key: tuple[object, ...], do: Callable[[], T]) -> T:
    """Return what some work comes to; it is done once while it has the same key."""
    done: T = _done(_Work(key, do))
    return done
