"""Formulas become terms: constants are folded, broadcasts left out, fused operations found."""

from __future__ import annotations

import pytest

from gdtutor.engine.operations import parse_rule
from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.terms import ONE, Term


def test_constants_are_folded_and_factors_gathered() -> None:
    program = Builder()
    a = program.leaf("data", "a", (2,))
    before = len(program.ops)
    two = Term(2.0, ONE)
    assert program.mul(two, program.mul(two, a)) == Term(4.0, a.id)
    assert program.div(a, two) == Term(0.5, a.id)
    assert program.add(two, two) == Term(4.0, ONE)
    assert program.sub(a, Term(-0.0, ONE)) == a
    assert len(program.ops) == before


def test_a_square_is_a_product_and_a_power_of_one_the_value_itself() -> None:
    program = Builder()
    a = program.leaf("data", "a", (2,))
    assert program.pow(a, Term(2.0, ONE)) == program.mul(a, a)
    assert program.pow(a, Term(1.0, ONE)) == a
    assert program.ops[program.pow(a, Term(3.0, ONE)).id].code == "pow"
    assert program.pow(a, Term(0.0, ONE)) == program.spread(Term(1.0, ONE), (2,))
    assert program.pow(a, Term(-1.0, ONE)) == program.div(Term(1.0, ONE), a)


def test_a_transpose_of_a_transpose_is_the_matrix() -> None:
    program = Builder()
    a = program.leaf("data", "A", (2, 3))
    assert program.transpose(program.transpose(a)) == a


def test_the_sum_of_a_product_is_one_operation() -> None:
    program = Builder()
    a, b = program.leaf("data", "a", (2, 3)), program.leaf("data", "b", (2, 3))
    total = program.total(program.mul(a, b), (0, 1), ())
    assert program.ops[total.id].code == "vdot"
    assert program.ops[program.total(a, (1,), (2, 1)).id].code == "sum"


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
