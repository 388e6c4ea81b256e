import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gdtutor.engine.expression import Apply, Name, Number, to_text
from gdtutor.engine.operations import evaluate, parse_formula
from gdtutor.engine.simplify import is_one, product, simplify


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("1*a", "a"),
        ("a*1*b", "a*b"),
        ("a/1", "a"),
        ("2*a*3", "6*a"),
        ("a*2/2", "a"),
        ("2*a/6", "a/3"),
        ("6*a/4", "6*a/4"),
        ("-a*-b", "a*b"),
        ("-(-a)", "a"),
        ("a*-1", "-a"),
        ("a/-2", "-(a/2)"),
        ("a/(b/c)", "a*c/b"),
        ("0*a", "0"),
        ("-0*a", "0"),
        ("a + 0", "a"),
        ("0 + a", "a"),
        ("a - 0", "a"),
        ("0 - a", "-a"),
        ("a - -b", "a + b"),
        ("a + -b", "a - b"),
        ("2 - 1", "1"),
        ("2 + 3", "5"),
        ("0.5**2", "0.25"),
        ("a**1", "a"),
        ("a**0", "1"),
        ("a**(3 - 1)", "a**2"),
        ("2**3*a", "8*a"),
        ("a/0", "a/0"),
        ("1/a", "1/a"),
        ("3*1/12", "1/4"),
    ],
)
def test_factors_of_one_signs_and_constants_are_simplified(text, simple):
    assert to_text(simplify(parse_formula(text))) == simple


def operations_in(expr):
    return 1 + sum(map(operations_in, expr.args)) if isinstance(expr, Apply) else 0


@pytest.mark.parametrize(
    "text",
    [
        "a + a",
        "a*b - a*b",
        "a*a",
        "a/a",
        "a*b/a",
        "1e200*a*1e200",
        "a/1e-200/1e-200",
        "1e308 + 1e308",
        "10**400",
        "0.1**400",
        "(-2)**0.5",
        "sum(0*a)",
        "(1*a) @ b",
        "softmax(a + 0)",
    ],
)
def test_nothing_else_is_merged_or_cancelled(text):
    tree = parse_formula(text)
    with np.errstate(all="ignore"):
        for a, b in ((0.5, 2.0), (3.0, -1.0)):
            values = {"a": np.full((2, 2), a), "b": np.full((2, 2), b)}
            np.testing.assert_array_equal(evaluate(simplify(tree), values), evaluate(tree, values))
    assert simplify(simplify(tree)) == simplify(tree)
    assert operations_in(simplify(tree)) == operations_in(tree)


def formulas():
    atoms = st.sampled_from("abc").map(Name) | st.sampled_from((-2.0, 0.0, 0.5, 1.0, 3.0)).map(
        Number
    )

    def larger(inner):
        infix = st.sampled_from(("add", "sub", "mul", "div", "pow"))
        binary = st.builds(lambda op, a, b: Apply(op, (a, b)), infix, inner, inner)
        unary = st.builds(lambda op, a: Apply(op, (a,)), st.sampled_from(("neg", "tanh")), inner)
        return binary | unary

    return st.recursive(atoms, larger, max_leaves=12)


@given(formulas(), st.integers(0, 1000))
def test_a_simplified_formula_has_the_same_value(formula, seed):
    a, b, c = np.random.default_rng(seed).uniform(0.5, 2, 3)
    values = {"a": np.asarray(a), "b": np.asarray(b), "c": np.asarray(c)}
    with np.errstate(all="ignore"):
        before = evaluate(formula, values)
        after = evaluate(simplify(formula), values)
    assume(np.isfinite(before) and abs(before) < 1e6)
    np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-9)


def test_a_product_of_nothing_but_ones_is_one():
    assert product(Number(1.0), Number(1.0)) == Number(1.0)
    assert is_one(product())
    assert not is_one(Name("a"))
