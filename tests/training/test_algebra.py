"""Constants are folded, broadcasts left out, and fused operations found."""

from __future__ import annotations

from gdtutor.training.plan.algebra import Algebra
from gdtutor.training.plan.terms import ONE, Term


def test_constants_are_folded_and_factors_gathered() -> None:
    program = Algebra()
    a = program.leaf("data", "a", (2,))
    before = len(program.ops)
    two = Term(2.0, ONE)
    assert program.mul(two, program.mul(two, a)) == Term(4.0, a.id)
    assert program.div(a, two) == Term(0.5, a.id)
    assert program.add(two, two) == Term(4.0, ONE)
    assert program.sub(a, program.negated(Term(0.0, ONE))) == a
    assert len(program.ops) == before


def test_a_square_is_a_product_and_a_power_of_one_the_value_itself() -> None:
    program = Algebra()
    a = program.leaf("data", "a", (2,))
    assert program.pow(a, Term(2.0, ONE)) == program.mul(a, a)
    assert program.pow(a, Term(1.0, ONE)) == a
    assert program.ops[program.pow(a, Term(3.0, ONE)).id].code == "pow"
    assert program.pow(a, Term(0.0, ONE)) == program.spread(Term(1.0, ONE), (2,))
    assert program.pow(a, Term(-1.0, ONE)) == program.div(Term(1.0, ONE), a)


def test_a_transpose_of_a_transpose_is_the_matrix() -> None:
    program = Algebra()
    a = program.leaf("data", "A", (2, 3))
    assert program.transpose(program.transpose(a)) == a


def test_the_sum_of_a_product_is_one_operation() -> None:
    program = Algebra()
    a, b = program.leaf("data", "a", (2, 3)), program.leaf("data", "b", (2, 3))
    total = program.total(program.mul(a, b), (0, 1), ())
    assert program.ops[total.id].code == "vdot"
    assert program.ops[program.total(a, (1,), (2, 1)).id].code == "sum"
