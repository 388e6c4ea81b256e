"""How much is tried: less in the usual run than with `--hypothesis-profile many`, and least where
what takes long is left out."""

from collections.abc import Sequence

import pytest
from hypothesis import settings

MANY = 60
"""Examples that Hypothesis draws for a test that says nothing, where many are asked for."""
USUAL = 20
"""The same in the usual run."""
QUICK = 5
"""The same where what takes long is left out."""
CASES = 3
"""Cases of a test that is marked `sampled`, where what takes long is left out."""


def tries(count: int) -> int:
    """Return how many of `count` examples that a test asks for this run draws."""
    return max(2, count * settings().max_examples // MANY)


def sampled(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return all but most cases of those tests that try the same on many of them.

    The first, one from the middle and the last are left, so that where two things vary both do.
    """
    of_one: dict[str, list[pytest.Item]] = {}
    for item in items:
        name = item.nodeid
        if item.get_closest_marker("sampled") is not None:
            name = name.partition("[")[0]
        of_one.setdefault(name, []).append(item)
    kept = {
        cases[place * (len(cases) - 1) // (CASES - 1)]
        for cases in of_one.values()
        for place in range(CASES)
    }
    return [item for item in items if item in kept]
