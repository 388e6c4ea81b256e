import math
from fractions import Fraction
from string import Formatter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from small_graphs import traced
from table_samples import PUBLIC, draw, numeric_gradient, row_gradient, signatures

from gdtutor.engine.expression import names_in
from gdtutor.engine.operations import (
    FUNCTIONS,
    OPERANDS,
    OPERATIONS,
    Kind,
    apply,
    definition,
    evaluate,
    local_formula,
    parse_rule,
    sum_to,
    vjp_formula,
)

seeds = st.integers(0, 2**32 - 1)


def hold_to_central_differences(op, shapes, axis, seed):
    args = draw(op, shapes, axis, seed)
    out = apply(op, args, axis)
    upstream = np.random.default_rng(seed + 1).uniform(-2, 2, out.shape)
    for position in range(op.operands):
        expected = numeric_gradient(op, args, axis, position, upstream)
        gradient = row_gradient(op, args, axis, position, upstream)
        assert gradient.shape == args[position].shape
        np.testing.assert_allclose(gradient, expected, rtol=2e-6, atol=2e-8)


@pytest.mark.sampled
@pytest.mark.parametrize("name", PUBLIC)
@given(data=st.data(), seed=seeds)
def test_every_rule_equals_the_central_difference(name, data, seed):
    op = OPERATIONS[name]
    shapes, axis = data.draw(st.sampled_from(signatures(op)))
    hold_to_central_differences(op, shapes, axis, seed)


@pytest.mark.parametrize(
    "name",
    [n for n in PUBLIC if OPERATIONS[n].kind is Kind.ELEMENTWISE and OPERATIONS[n].operands == 2],
)
@given(broadcast=mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3), seed=seeds)
def test_a_broadcast_operand_gets_its_gradient_summed_back(name, broadcast, seed):
    hold_to_central_differences(OPERATIONS[name], broadcast.input_shapes, None, seed)


@pytest.mark.sampled
@pytest.mark.parametrize("name", PUBLIC)
@given(data=st.data(), seed=seeds)
def test_the_definition_equals_what_is_computed(name, data, seed):
    op = OPERATIONS[name]
    shapes, axis = data.draw(st.sampled_from(signatures(op)))
    args = draw(op, shapes, axis, seed)
    computed = apply(op, args, axis)
    assert computed.dtype == np.float64
    if op.formula:
        defined = evaluate(
            parse_rule(op.formula, op.axis_of(axis)), dict(zip(OPERANDS, args, strict=False))
        )
        np.testing.assert_allclose(computed, defined, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_row_is_whole(name):
    op = OPERATIONS[name]
    assert len(op.because) == op.operands
    assert bool(op.local) != bool(op.vjp)
    assert len(op.local or op.vjp) == op.operands
    assert all(len(rules) == op.operands for rules in op.vjp_by_rank.values())
    assert (op.function is None) == (op.numpy == "")
    assert op.function is not None or definition(op) is not None
    assert bool(op.kink) == bool(op.convention)
    assert 1 <= len(op.samples) <= op.operands


@pytest.mark.parametrize("name", PUBLIC)
def test_texts_speak_of_the_operands_alone(name):
    op = OPERATIONS[name]
    allowed = set(OPERANDS[: op.operands])
    for text in (op.says, *op.because):
        fields = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
        assert fields <= allowed


@pytest.mark.parametrize("name", PUBLIC)
def test_rules_name_nothing_but_operands_result_and_upstream(name):
    op = OPERATIONS[name]
    operands = set(OPERANDS[: op.operands])
    bodies = [text for text in (op.formula, op.computed) if text]
    assert all({n.name for n in names_in(parse_rule(t))} <= operands for t in bodies)
    for text in (*op.local, op.kink or "0"):
        assert {n.name for n in names_in(parse_rule(text))} <= operands | {"out"}
    for text in (*op.vjp, *(rule for rules in op.vjp_by_rank.values() for rule in rules)):
        assert {n.name for n in names_in(parse_rule(text))} <= operands | {"out", "g"}


@pytest.mark.parametrize("name", [n for n in OPERATIONS if OPERATIONS[n].numpy.startswith("np.")])
def test_the_numpy_name_is_one_that_numpy_has(name):
    called = OPERATIONS[name].numpy.partition("(")[0]
    assert callable(getattr(np, called.removeprefix("np.")))


def test_every_operation_of_the_specification_is_in_the_table():
    called = (
        "sum mean square sqrt exp log abs maximum sigmoid tanh relu leaky_relu softplus step sin "
        "cos softmax binary_cross_entropy cross_entropy"
    )
    assert set(called.split()) <= set(FUNCTIONS)
    operators = "add sub mul div pow neg matmul transpose"
    assert set(operators.split()) <= set(OPERATIONS)


def test_names_that_only_rules_use_cannot_be_called_in_a_lesson():
    assert not {"pick", "place", "count", "spread", "sum_to", "add", "matmul"} & set(FUNCTIONS)


def at(name, *args, axis=None):
    with np.errstate(all="ignore"):
        return apply(OPERATIONS[name], tuple(np.asarray(arg, dtype=float) for arg in args), axis)


def local_at(name, position, *args):
    arrays = tuple(np.asarray(arg, dtype=float) for arg in args)
    with np.errstate(all="ignore"):
        out = apply(OPERATIONS[name], arrays)
        values = dict(zip(OPERANDS, arrays, strict=False)) | {"out": out, "g": np.ones_like(out)}
        if OPERATIONS[name].local:
            return evaluate(local_formula(OPERATIONS[name], position), values)
        ranks = tuple(arg.ndim for arg in arrays)
        return evaluate(vjp_formula(OPERATIONS[name], position, ranks), values)


@pytest.mark.parametrize(
    ("name", "args", "value", "local"),
    [
        ("sigmoid", (1000,), 1, 0),
        ("sigmoid", (-1000,), 0, 0),
        ("tanh", (1000,), 1, 0),
        ("tanh", (-1000,), -1, 0),
        ("softplus", (1000,), 1000, 1),
        ("softplus", (-1000,), 0, 0),
        ("binary_cross_entropy_logits", (1000, 0), 1000, 1),
        ("binary_cross_entropy_logits", (1000, 1), 0, 0),
        ("binary_cross_entropy_logits", (-1000, 1), 1000, -1),
        ("binary_cross_entropy_logits", (-1000, 0), 0, 0),
        ("binary_cross_entropy", (0, 0), 0, 0),
        ("binary_cross_entropy", (1, 1), 0, 0),
        ("binary_cross_entropy", (0, 1), 100, -1e12),
        ("binary_cross_entropy", (1, 0), 100, 1e12),
        ("softmax", ((1000, -1000, 0),), (1, 0, 0), (0, 0, 0)),
        ("cross_entropy_logits", ((1000, -1000), (0, 1)), (2000,), (1, -1)),
        ("cross_entropy_logits", ((1000, -1000), (1, 0)), (0,), (0, 0)),
        ("cross_entropy", ((1, 0), (0, 1)), (100,), (0, -1e12)),
        ("cross_entropy", ((1, 0), (1, 0)), (0,), (-1, 0)),
    ],
)
def test_far_out_operands_give_finite_and_right_results(name, args, value, local):
    np.testing.assert_array_equal(at(name, *args), value)
    np.testing.assert_allclose(local_at(name, 0, *args), local, rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("name", "args", "locals_"),
    [
        ("div", (1e-200, 1e-200), (1e200, -1e200)),
        ("div", (0, 1e-170), (1e170, 0)),
        ("div", (1e-300, 1e-170), (1e170, -1e40)),
        ("div", (1e300, 1e200), (1e-200, -1e-100)),
        ("div", (0, 0), (np.inf, np.nan)),
        ("pow", (0, 2), (0, 0)),
        ("pow", (-0.0, 2), (0, 0)),
        ("pow", (0, 1), (1, 0)),
        ("pow", (0, 0.5), (np.inf, 0)),
        ("pow", (0, 0), (0, -np.inf)),
        ("pow", (3, 0), (0, np.log(3))),
        ("pow", (5e-324, 0), (0, np.log(5e-324))),
        ("pow", (1e-200, 2), (2e-200, 0)),
        ("pow", (1e200, 1.5), (1.5e100, 1e300 * np.log(1e200))),
        ("pow", (-2, 3), (12, np.nan)),
        ("pow", (-2, 2), (-4, np.nan)),
        ("maximum", (1e308, -1e308), (1, 0)),
        ("maximum", (5e-324, 0), (1, 0)),
        ("maximum", (0.0, -0.0), (0.5, 0.5)),
        ("abs", (-0.0,), (0,)),
        ("sqrt", (1e-300,), (5e149,)),
        ("sqrt", (0,), (np.inf,)),
        ("log", (1e-300,), (1e300,)),
        ("square", (1e300,), (2e300,)),
        ("max", ((1e308, -1e308),), ((1, 0),)),
        ("max", ((0.0, -0.0, -1.0),), ((0.5, 0.5, 0),)),
        ("max", ((1, 1, 1, 1),), ((0.25,) * 4,)),
        ("min", ((1e308, -1e308),), ((0, 1),)),
        ("min", ((0.0, -0.0, 1.0),), ((0.5, 0.5, 0),)),
        ("minimum", (1e308, -1e308), (0, 1)),
        ("clip", (5, 1, 2), (0, 0, 1)),
        ("clip", (0, 1, 2), (0, 1, 0)),
        ("clip", (1.5, 1, 2), (1, 0, 0)),
        ("clip", (2, 1, 2), (0.5, 0, 0.5)),
        ("clip", (5, 3, 2), (0, 0, 1)),
        ("where", (0.0, np.inf, 2), (0, 0, 1)),
        ("where", (-0.0, 1, 2), (0, 0, 1)),
        ("where", (-3, 1, np.nan), (0, 1, 0)),
        ("logsumexp", ((1000, -1000),), ((1, 0),)),
        ("logsumexp", ((-1000.0, -1000.0),), ((0.5, 0.5),)),
        ("std", ((0.0, 0.0),), ((0, 0),)),
        ("std", ((0.1, 0.1, 0.1),), ((0, 0, 0),)),
        ("std", ((1e-200, 3e-200),), ((-5e-39, 5e-39),)),
        ("var", ((0.7, 0.7, 0.7),), ((0, 0, 0),)),
    ],
)
def test_a_rule_overflows_only_where_its_result_does(name, args, locals_):
    for position, expected in enumerate(locals_):
        np.testing.assert_allclose(local_at(name, position, *args), expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("near", [(0.1, 0.1, np.nextafter(0.1, 1)), (1e8, 1e8 + 1e-7, 1e8 + 3e-7)])
def test_cells_that_hardly_deviate_have_the_deviation_of_their_exact_values(near):
    exact = [Fraction(float(cell)) for cell in near]
    apart = [cell - sum(exact) / 3 for cell in exact]
    variance = sum(part**2 for part in apart) / 3
    spread = math.sqrt(variance)
    assert at("var", near) == pytest.approx(float(variance), rel=1e-14)
    assert at("std", near) == pytest.approx(spread, rel=1e-14)
    slopes = [float(part) / 3 / spread for part in apart]
    np.testing.assert_allclose(local_at("std", 0, near), slopes, rtol=1e-14, atol=1e-15)


def test_tied_cells_share_along_the_axis_that_is_named():
    walk = traced("C = sum(max(A, 0)*r)", {"A": [[1, 2, 3], [1, 1, 3]]}, {"r": [[1, 10, 100]]})
    assert walk.gradients["A"].tolist() == [[0.5, 10, 50], [0.5, 0, 50]]


def test_small_differences_survive():
    assert at("softplus", -40) == pytest.approx(np.exp(-40.0), rel=1e-12)
    assert at("log1p", 1e-20) == 1e-20
    assert at("binary_cross_entropy_logits", 40, 1) == pytest.approx(np.exp(-40.0), rel=0.1)


AT_THE_KINK = {
    "maximum": ((2, 2), (0.5, 0.5)),
    "minimum": ((2, 2), (0.5, 0.5)),
    "clip": ((2, 2, 3), (0.5, 0.5, 0)),
    "max": (((2, 1, 2),), ((0.5, 0, 0.5),)),
    "min": (((1, 2, 1),), ((0.5, 0, 0.5),)),
    "argmax": (((2, 1, 2),), (0,)),
}
"""Operands at a kink that is not where the one operand or the result is 0, and their gradients."""


def at_kink(name):
    """Return operands at an operation's kink, and the gradient there that is stated of each."""
    op = OPERATIONS[name]
    if op.operands == 1 and op.kink in ("a", "out"):
        stated = float(op.convention.removesuffix(" is used there"))
        return ((0, 0),), ((stated, stated),)
    if name not in AT_THE_KINK:
        raise LookupError(f"{name} is to be written in AT_THE_KINK of {__name__}")
    return AT_THE_KINK[name]


@pytest.mark.parametrize("name", [n for n in PUBLIC if OPERATIONS[n].kink])
def test_the_gradient_at_a_kink_is_the_one_that_the_row_states(name):
    args, gradients = at_kink(name)
    for position, gradient in enumerate(gradients):
        np.testing.assert_array_equal(local_at(name, position, *args), gradient)


@pytest.mark.parametrize("name", [n for n in PUBLIC if OPERATIONS[n].kink])
def test_the_kink_formula_is_zero_at_the_kink_and_nowhere_near(name):
    op = OPERATIONS[name]

    def apart(args):
        arrays = tuple(np.asarray(arg, dtype=float) for arg in args)
        values = dict(zip(OPERANDS, arrays, strict=False)) | {"out": apply(op, arrays)}
        return evaluate(parse_rule(op.kink), values)

    args, _ = at_kink(name)
    assert np.any(apart(args) == 0)
    beside = tuple(np.asarray(arg) + (i + 1) * 1e-9 for i, arg in enumerate(args))
    beside = tuple(arg + np.arange(arg.size).reshape(arg.shape) * 1e-9 for arg in beside)
    assert np.all(apart(beside) != 0)


def test_a_threshold_fires_at_zero():
    assert [float(at("step", v)) for v in (-1e-300, 0, 1e-300)] == [0, 1, 1]


def test_reductions_along_an_axis_keep_it_with_length_one():
    cells = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(at("sum", cells, axis=0), [[3, 5, 7]])
    np.testing.assert_array_equal(at("mean", cells, axis=1), [[1], [4]])
    np.testing.assert_array_equal(at("max", cells, axis=0), [[3, 4, 5]])
    assert at("sum", cells).shape == ()


def test_shares_of_each_column_add_up_to_one():
    shares = at("softmax", np.arange(6.0).reshape(3, 2))
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-15)
    assert at("softmax", (0.0, 0.0)).tolist() == [0.5, 0.5]


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3), seeds)
def test_summing_back_counts_every_cell_that_an_operand_was_broadcast_to(broadcast, seed):
    small = np.zeros(broadcast.input_shapes[0])
    wide = np.random.default_rng(seed).normal(size=broadcast.result_shape)
    summed = sum_to(wide, small)
    assert summed.shape == small.shape
    assert np.sum(summed) == pytest.approx(np.sum(wide), rel=1e-12, abs=1e-12)
    counted = np.zeros(small.shape)
    pairs = np.broadcast_to(np.arange(small.size).reshape(small.shape), wide.shape)
    for cell, target in zip(wide.flat, pairs.flat, strict=True):
        counted.flat[target] += cell
    np.testing.assert_allclose(summed, counted, rtol=1e-12, atol=1e-12)


def test_spreading_repeats_a_value_over_the_cells():
    assert at("spread", 2.0, np.zeros((2, 3))).tolist() == [[2.0] * 3] * 2
    assert at("count", np.zeros((2, 3))) == 6
    assert at("outer", (1, 2), (3, 4)).tolist() == [[3, 4], [6, 8]]


def test_a_row_that_speaks_of_a_target_is_marked_to_have_one():
    for row in OPERATIONS.values():
        assert row.has_target == ("the target {b}" in row.says)
