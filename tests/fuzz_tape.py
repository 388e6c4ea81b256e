"""Choices that a row of bytes decides, so that one draw of Hypothesis makes a whole lesson."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


class Tape:
    """Choices read from bytes: the first of what there is where a byte is 0, or none is left.

    A lesson takes a hundred choices. Drawn one by one they cost more time than reading the lesson;
    as one row of bytes they cost little, and Hypothesis still shrinks them, byte by byte, towards
    the first choices.
    """

    def __init__(self, data: bytes) -> None:
        self._left: Iterator[int] = iter(data)

    def below(self, count: int) -> int:
        """Return a number from 0 to `count` - 1."""
        number = next(self._left, 0)
        if count > 256:
            number = 256 * number + next(self._left, 0)
        return number % count

    def one_in(self, count: int) -> bool:
        """Say yes once in so many times; no at first."""
        return self.below(count) == count - 1

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """Return a few different ones, in the order of the choices."""
        picked = {self.below(len(choices)) for _ in range(self.below(most + 1))}
        return [choices[place] for place in sorted(picked)]
