"""Whatever lesson the grammar makes, it opens and its screens are painted, or it says why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz_cases import CHOICES, KINDS, check
from tests.fuzz_screens import read_and_paint
from tests.fuzz_tape import Tape


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lesson of the grammar", "changed words"])
@given(choices=st.binary(min_size=CHOICES, max_size=CHOICES))
def test_a_lesson_opens_and_is_painted_or_says_why_not(kind: str, choices: bytes) -> None:
    check(KINDS[kind](Tape(choices)), read_and_paint)
