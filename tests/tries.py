"""How much is tried: less in the usual run than with `--hypothesis-profile many`, and least where
what takes long is left out."""

from collections.abc import Sequence
from typing import TypeVar

import pytest
from hypothesis import settings

T = TypeVar("T")

MANY = 60
"""Examples that Hypothesis draws for a test that says nothing, where many are asked for."""
USUAL = 10
"""The same in the usual run."""
QUICK = 5
"""The same where what takes long is left out."""
CASES = 3
"""Cases of a test that is marked `sampled`, where what takes long is left out."""


def tries(count: int) -> int:
    """Return how many of `count` examples that a test asks for this run draws."""
    return max(2, count * settings().max_examples // MANY)


def in_turn(number: int, choices: Sequence[T]) -> Sequence[T]:
    """Return the choice whose turn it is at a number, or where many are asked for all of them."""
    return some(number, choices, len(choices))


def some(number: int, items: Sequence[T], share: int = 3) -> Sequence[T]:
    """Return one in so many items, other ones at the next number, or where many are asked for all.

    At least one is left of any.
    """
    if settings().max_examples >= MANY:
        return items
    return items[number % max(1, min(share, len(items))) :: share]


def places(cases: int, count: int) -> list[int]:
    """Return so many places in a list of cases, as far apart as they can be; of one, the middle."""
    if count == 1:
        return [cases // 2]
    return [(cases - 1) * place // (count - 1) for place in range(count)]


def sampled(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return all but most cases of those tests that try the same on many of them.

    So many are left as the mark says, or the first, one from the middle and the last, so that where
    two things vary both do.
    """
    counts: dict[str, int] = {}
    of_one: dict[str, list[pytest.Item]] = {}
    for item in items:
        name = item.nodeid
        if (mark := item.get_closest_marker("sampled")) is not None:
            name = name.partition("[")[0]
            counts[name] = mark.args[0] if mark.args else CASES
        of_one.setdefault(name, []).append(item)
    kept = {
        cases[place]
        for name, cases in of_one.items()
        for place in places(len(cases), counts.get(name, 1))
    }
    return [item for item in items if item in kept]
