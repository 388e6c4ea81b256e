"""Predictions beside targets: when they can be compared, and whether they are classes."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.training.classes import compared, has_classes
from tests.training.problems import xor_231


@pytest.mark.parametrize(
    ("learned", "expected", "rows"), [(2, 2, 2), (1, 3, 3), (3, 1, 3), (2, 3, None), (3, 2, None)]
)
def test_as_many_outputs_as_targets_are_compared_or_one_with_all(
    learned: int, expected: int, rows: int | None
) -> None:
    found = compared(np.zeros((learned, 4)), np.ones((expected, 4)))
    assert (found and [one.shape for one in found]) == (rows and [(rows, 4), (rows, 4)])


def test_the_targets_of_a_gate_are_classes() -> None:
    assert has_classes(xor_231()) is True
