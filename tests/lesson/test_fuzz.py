"""Any file is a lesson or has located reports, and nothing else.

Here every kind of case is tried a few times; `python -m tests.fuzz` tries tens of thousands.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz_cases import CHOICES, KINDS, SEEDS, check
from tests.fuzz_tape import Tape


@pytest.mark.parametrize("kind", KINDS)
@given(choices=st.binary(min_size=CHOICES, max_size=CHOICES))
def test_a_case_is_a_lesson_or_has_located_reports(kind: str, choices: bytes) -> None:
    check(KINDS[kind](Tape(choices)))


@given(st.binary(max_size=300))
def test_any_bytes_after_the_first_mark_have_located_reports(data: bytes) -> None:
    assert not check(b"+++\n" + data)


@pytest.mark.slow
def test_what_is_changed_is_a_lesson_before() -> None:
    assert [text[:200] for text in SEEDS if not check(text.encode())] == []


@pytest.mark.slow
def test_the_grammar_makes_lessons_and_mistakes() -> None:
    draws = random.Random(0)
    tapes = [Tape(draws.randbytes(CHOICES)) for _ in range(80)]
    are_lessons = [check(KINDS["lesson of the grammar"](tape)) for tape in tapes]
    assert 20 <= sum(are_lessons) <= 60


@pytest.mark.parametrize("written", [" > ", " <= ", "axis=-1", "axis=-2", ")*(V @ X > 0)"])
def test_the_grammar_has_masks_and_axes_told_from_the_last(written: str) -> None:
    draws = random.Random(0)
    texts = (KINDS["lesson of the grammar"](Tape(draws.randbytes(CHOICES))) for _ in range(2_000))
    assert any(written in text.decode() for text in texts)
