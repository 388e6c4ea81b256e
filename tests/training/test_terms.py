"""Equal operations on equal operands are one value, and factors travel with the terms."""

from __future__ import annotations

from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.terms import ONE, Term, Terms


def test_an_equal_operation_is_the_same_value_whatever_the_order_of_a_sum() -> None:
    terms = Builder()
    a, b = terms.leaf("data", "a", (2,)), terms.leaf("data", "b", (2,))
    assert terms.add(a, b) == terms.add(b, a)
    assert terms.mul(a, b) == terms.mul(b, a)
    assert terms.div(a, b) != terms.div(b, a)


def test_a_factor_is_multiplied_out_only_where_a_value_is_asked_for() -> None:
    terms = Terms()
    a = terms.leaf("data", "a", (2,))
    before = len(terms.ops)
    assert terms.plain(a) == a.id
    assert len(terms.ops) == before
    assert terms.ops[terms.plain(Term(-1.0, a.id))].code == "neg"
    assert terms.ops[terms.plain(Term(3.0, a.id))].code == "mul"


def test_zero_and_minus_zero_are_two_constants() -> None:
    terms = Terms()
    assert terms.plain(Term(0.0, ONE)) != terms.plain(Term(-0.0, ONE))
    assert terms.plain(Term(0.5, ONE)) == terms.plain(Term(0.5, ONE))


def test_what_follows_from_uniform_numbers_and_constants_is_uniform() -> None:
    terms = Builder()
    rate = terms.leaf("stream", "learning_rate", (), is_uniform=True)
    data = terms.leaf("data", "a", ())
    assert terms.mul(rate, rate).id in terms.uniform
    assert terms.mul(rate, data).id not in terms.uniform


def test_a_given_value_is_copied_where_it_must_be_owned() -> None:
    terms = Builder()
    a = terms.leaf("data", "a", (2,))
    total = terms.add(a, terms.leaf("data", "b", (2,)))
    assert terms.owned(total) == total
    assert terms.owned(a) != a
    assert terms.shape(terms.owned(a)) == (2,)
