"""What is written as NumPy source computes what the formula computes."""

import numpy as np
import pytest
from formula_trees import NAMES, trees
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.numpy_text import NumpyWriter, helper_names, helper_source
from gdtutor.engine.operations import OPERATIONS, evaluate, parse_rule
from gdtutor.engine.shapes import expression_shape
from gdtutor.export.script import HELPERS
from tests.tries import tries

VALUES = {
    name: np.random.default_rng(place).uniform(-2, 2, (2, 2)) for place, name in enumerate(NAMES)
}
SOME = st.sampled_from((0.0, -0.0, 1.0, -1.0, 2.0, -2.5, 0.5, 1e300, 1e-300, 3e7))


def computed(source, helpers):
    names = {"np": np, **VALUES}
    for helper in (*HELPERS.values(), *helpers):
        exec(helper, names)
    with np.errstate(all="ignore"):
        return eval(source, names)


@pytest.mark.slow
@pytest.mark.parametrize("is_inline", [False, True])
@settings(max_examples=tries(300), suppress_health_check=[HealthCheck.filter_too_much])
@given(tree=trees(SOME, most=6))
def test_numpy_source_gives_what_the_formula_gives(is_inline, tree):
    try:
        expression_shape(tree, dict.fromkeys(NAMES, (2, 2)))
    except ShapeError:
        assume(False)
    with np.errstate(all="ignore"):
        wanted = evaluate(tree, VALUES)
    source = NumpyWriter(is_inline=is_inline).write(tree)
    helpers = [helper_source(OPERATIONS[name]) for name in helper_names(tree)]
    np.testing.assert_allclose(computed(source, helpers), wanted, rtol=1e-12, err_msg=source)


@pytest.mark.parametrize(
    "rule",
    ["mul_or_zero(a, log(b))", "mul_or_zero(a - a, log(b - b))", "1/-0", "2.T", "softmax(a, 1)"],
)
def test_what_only_rules_and_edges_hold_is_written_as_it_is_computed(rule):
    tree = parse_rule(rule)
    with np.errstate(all="ignore"):
        wanted = evaluate(tree, VALUES)
    np.testing.assert_array_equal(computed(NumpyWriter().write(tree), []), wanted)


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("a**2", "a**2"),
        ("a**0.5", "np.power(a, 0.5)"),
        ("2**a", "np.power(2, a)"),
        ("sum_to(a, b)", "a"),
        ("sum_to(a, row)", "np.sum(a, axis=0, keepdims=True)"),
        ("sum_to(a, number)", "np.sum(a)"),
    ],
)
def test_powers_and_sums_are_written_as_their_exponents_and_shapes_ask(rule, source):
    shapes = {"a": (2, 2), "b": (2, 2), "row": (1, 2), "number": ()}
    assert NumpyWriter(shapes=shapes).write(parse_rule(rule)) == source
