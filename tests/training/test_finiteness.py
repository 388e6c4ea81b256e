"""Which values make a result not finite wherever they are not."""

from __future__ import annotations

import pytest

from gdtutor.training.plan.finiteness import passing_to
from gdtutor.training.plan.terms import Op


@pytest.mark.parametrize(
    ("code", "passing"),
    [
        ("add", {1, 2}),
        ("matmul", {1, 2}),
        ("div", {1}),  # a number over an infinity is 0
        ("maximum", set()),
        ("exp", set()),
    ],
)
def test_an_infinity_passes_what_gives_no_number_of_it(code: str, passing: set[int]) -> None:
    leaves = [Op("leaf", (), (), ("data", name)) for name in "ab"]
    ops = [Op("one", (), ()), *leaves, Op(code, (1, 2), ()), Op("neg", (3,), ())]
    assert passing_to(ops, [4]) == {4, 3} | passing
