"""What values are made of: records with typed fields that never change once they are made.

A frozen `Struct` of msgspec is what a frozen dataclass with slots is, but Python generates and
compiles six methods for each of those when it is imported: half a millisecond a class, a tenth of
a second for all of them, before the first key is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from msgspec import NODEFAULT, Struct, defstruct, field
from msgspec.structs import asdict, astuple

if TYPE_CHECKING:
    # msgspec's own takes any changes; this one has their names and types checked.
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ["NODEFAULT", "Found", "Struct", "asdict", "astuple", "defstruct", "field", "replace"]

T = TypeVar("T")


class Found(Mapping[str, T]):
    """Values by name, each found when it is first asked for, and once.

    Args:
        names: The names, in their order.
        find: Finds the value of one.
    """

    def __init__(self, names: Collection[str], find: Callable[[str], T]) -> None:
        self._names, self._find = names, cache(find)

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        return self._find(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
