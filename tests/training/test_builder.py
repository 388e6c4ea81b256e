"""Formulas over the table's operations become terms."""

from __future__ import annotations

import pytest

from gdtutor.engine.operations import parse_rule
from gdtutor.training.plan.builder import Builder
from gdtutor.training.plan.terms import ONE, Term


def codes(builder: Builder) -> list[str]:
    return [op.code for op in builder.ops if op.code not in ("one", "const", "leaf")]


def test_a_formula_becomes_the_operations_of_its_rows() -> None:
    builder = Builder()
    a, b = builder.leaf("data", "a", (3,)), builder.leaf("data", "b", (3,))
    builder.evaluate(parse_rule("exp(a)*b"), {"a": a, "b": b})
    assert codes(builder) == ["exp", "mul"]


def test_a_row_that_numpy_does_not_compute_is_its_definition() -> None:
    builder = Builder()
    a = builder.leaf("data", "a", (3,))
    builder.apply("sigmoid", (a,))
    assert codes(builder) == ["neg", "exp", "add", "recip"]


def test_a_mean_is_a_sum_with_a_factor_and_a_count_a_number() -> None:
    builder = Builder()
    a = builder.leaf("data", "a", (2, 5))
    mean = builder.apply("mean", (a,))
    assert mean.scale == pytest.approx(0.1)
    assert builder.ops[mean.id].code == "sum"
    assert builder.apply("count", (a,)) == Term(10.0, ONE)
