"""Digits are decided in one place, and a shown 0 is an exact zero."""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gdtutor.session.matrix_digits import common_exponent
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.matrix import MatrixLook, matrix_lines
from gdtutor.view.notation import (
    apart,
    cell_number,
    exact,
    name,
    number,
    percent,
    plain,
    plural,
    raised,
    shown,
)
from gdtutor.view.prose import prose_lines

LOOK = MatrixLook(80, 6)
SPOKEN = replace(ASCII, draws=False)
finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 4, "0"),
        (-0.0, 4, "0"),
        (0.125, 4, "0.125"),
        (0.46879062662624377, 4, "0.4688"),
        (0.0005063, 4, "0.0005063"),
        (0.00005, 4, "5e-5"),
        (5000.0, 4, "5000"),
        (123456.0, 4, "123456"),
        (12345.6, 2, "12000"),
        (0.78125, 4, "0.7813"),
        (-2.675, 3, "-2.68"),
        (9.9995, 4, "10"),
        (0.1 + 0.2 - 0.05, 1, "0.3"),
        (123456.7, 4, "1.235e5"),
        (99999.6, 4, "1e5"),
        (999.9999999999999, 16, "999.9999999999999"),
        (-1.5e-7, 3, "-1.5e-7"),
        (float("nan"), 4, "nan"),
        (float("-inf"), 4, "-inf"),
        (1 / 3, 17, "0.33333333333333331"),
    ],
)
def test_a_number_has_so_many_significant_digits(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


@given(finite, st.integers(1, 17))
def test_a_shown_zero_is_an_exact_zero(value: float, digits: int) -> None:
    assert (float(number(value, digits)) == 0) == (value == 0)


@given(finite, st.integers(1, 17))
def test_the_shown_number_is_the_value_rounded(value: float, digits: int) -> None:
    is_whole = value == int(value) and abs(value) < 1e6
    # Of two that are as near the one farther from 0: the decimal number that is meant is rounded.
    meant = Decimal(repr(value) if digits < 15 else value)
    hand = Context(digits, ROUND_HALF_UP if digits < 15 else ROUND_HALF_EVEN).plus(meant)
    assert float(number(value, digits)) == (value if is_whole else float(hand))


@given(finite)
def test_seventeen_digits_read_back_as_the_same_number(value: float) -> None:
    assert float(number(value, 17)) == value


sizes = st.floats(1e-30, 1e30)
far_apart = st.one_of(st.just(0.0), sizes, sizes.map(lambda size: -size), st.just(-1e9))
matrices = st.one_of(
    *(
        st.lists(cells, min_size=6, max_size=6)
        for cells in (finite, far_apart, st.floats(-2e-4, 2e-4), st.floats(-1e8, 1e8))
    ),
    st.builds(
        lambda power, sizes: [size * 10.0**power for size in sizes],
        st.integers(-33, 30),
        st.lists(st.floats(1e-3, 1), min_size=6, max_size=6),
    ),
)


@given(matrices, st.integers(1, 17))
@example([0.5, 0.25, -1e9, 0.3, 0.2, -1e9], 4)
@example([0.5, 0.25, -1e9, 0.3, 0.2, -1e9], 6)
@example([5e-324, 1e-310, 5e-324, 0.0, 0.0, 0.0], 4)
@example([1.5e8, 150000.0, 0.0, 0.0, 0.0, 0.0], 1)
def test_every_cell_of_a_matrix_is_its_value_rounded(values: list[float], digits: int) -> None:
    array = np.array(values).reshape(3, 2)
    exponent = common_exponent(array, digits)
    for value in values:
        text = cell_number(value, exponent, digits, ASCII)
        assert Decimal(text).scaleb(exponent) == Decimal(number(value, digits))
    # Its columns may share a power of ten for having room only so.
    told = ["".join(part.text for part in row) for row in matrix_lines(array, LOOK, SPOKEN)]
    power = told.pop(0).removeprefix("every number *1e") if told[0].startswith("every") else 0
    shown_cells = [cell for row in told for cell in row.split(": ")[1].split(", ")]
    for text, value in zip(shown_cells, values, strict=True):
        assert Decimal(text).scaleb(int(power)) == Decimal(number(value, LOOK.digits))


def test_a_small_cell_beside_large_ones_has_an_exponent_of_its_own() -> None:
    assert cell_number(5.951e-6, 0, 4, UNICODE) == "5.951e−6"
    assert cell_number(-5.951e-6, 0, 9, UNICODE) == "−5.951e−6"
    assert cell_number(-6.789e-6, -3, 4, UNICODE) == "−0.006789"


@pytest.mark.parametrize(
    ("written", "pretty"),
    [
        ("yhat", "ŷ"), ("Yhat", "Ŷ"), ("w1", "w₁"), ("W12", "W₁₂"), ("x_w", "x_w"),
        ("x_1", "x_1"), ("z.1", "z.1"), ("z1.2", "z₁.2"), ("W1[0,1]", "W₁[0,1]"),
        ("that", "that"), ("qhat", "qhat"), ("b", "b"), ("theta", "θ"), ("mu2", "μ₂"),
        ("lambda", "λ"), ("alpha", "alpha"), ("beta1", "beta₁"), ("mu_x", "mu_x"),
    ],
)  # fmt: skip
def test_names_have_one_rule(written: str, pretty: str) -> None:
    assert name(written, UNICODE) == pretty
    assert name(written, ASCII) == written


def test_minus_is_a_real_minus_where_there_is_one() -> None:
    assert shown(-0.5, 4, UNICODE) == "−0.5"
    assert shown(-0.5, 4, ASCII) == "-0.5"


def test_an_authors_words_are_spelled_out_in_ascii() -> None:
    words = "∂L/∂ŷ = 1 − α·x₁²"
    assert plain(words, UNICODE) == words
    assert plain(words, ASCII) == "d L/d yhat = 1 - learning_rate*x1**2"


def test_spelled_out_operators_are_no_emphasis_in_prose() -> None:
    (row,) = prose_lines("w₁·x₁ + w₂·x₂ and `σ(z)`", 60, ASCII)
    assert "".join(part.text for part in row) == "w1*x1 + w2*x2 and sigmoid(z)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-12, "1e-12"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-100.0, "-100"),
        (1 / 3, "0.3333333333333333"),
        (5e-324, "5e-324"),
        (0.0, "0"),
    ],
)
def test_a_constant_has_the_fewest_digits_that_tell_it_apart(value, text):
    assert exact(value) == text
    assert float(exact(value)) == value


def test_numbers_that_are_compared_have_as_many_digits_as_tell_them_apart():
    assert apart((1.7601, 1.7604), 3, UNICODE) == ("1.7601", "1.7604")
    assert apart((1.76, 2.5), 3, UNICODE) == ("1.76", "2.5")
    assert apart((1.76, 1.76), 3, UNICODE) == ("1.76", "1.76")


def test_numbers_that_are_compared_do_not_look_further_apart_than_twice_as_far():
    assert apart((999999.5, 999999.08), 4, UNICODE) == ("999999.5", "999999.1")
    assert apart((1.0004, 1.0006), 4, UNICODE) == ("1.0004", "1.0006")
    assert apart((1e6, 5.0), 4, UNICODE) == ("1e6", "5")


def test_masked_scores_leave_the_others_their_digits():
    scores = np.array([[-0.9228, -1e9], [0.9502, -1.421]])
    assert common_exponent(scores, 4) == 0
    assert common_exponent(scores * 1e-8, 4) == 0, "one of 10 beside others of 1e-8"
    assert common_exponent(np.array([-1e9, 0.0, 2e8]), 4) == 9, "a zero loses no digit"
    assert common_exponent(np.array([2e-5, 3e-8]), 4) == -5
    assert common_exponent(np.array([2e-5, 1e-8]), 4) == 0, "no shorter in one power"


@pytest.mark.parametrize(("count", "told"), [(0, "epochs"), (1, "epoch"), (2, "epochs")])
def test_one_thing_is_no_many(count: int, told: str) -> None:
    assert plural(count, "epoch") == told


@pytest.mark.parametrize(
    ("right", "count", "digits", "text"),
    [
        (3, 3, 2, "100 %"),
        (0, 7, 2, "0 %"),
        (1, 3, 3, "33.3 %"),
        (199, 200, 2, "99.5 %"),
        (2999, 3000, 3, "99.97 %"),
        (1, 4000, 3, "0.025 %"),
    ],
)
def test_only_all_of_them_are_a_hundred_percent(right, count, digits, text) -> None:
    assert percent(right / count, digits) == text


@given(st.floats(1e-290, 1e290), st.integers(1, 10))
@example(0.12341, 4)
@example(9.9991, 4)
@example(12341.2, 4)
@example(123412.3, 4)
def test_a_bound_is_the_least_number_shown_that_is_not_below_the_size(size, digits):
    bound = raised(size, digits)
    assert float(number(bound, digits)) == bound >= size * (1 - 1e-12)
    least = Context(digits, ROUND_CEILING).create_decimal(Decimal(size) * Decimal(1 - 1e-12))
    assert bound <= float(least) * (1 + 1e-14)


@pytest.mark.parametrize(("size", "bound"), [(0.0, 0.0), (123456.0, 123456.0), (0.1 + 0.2, 0.3)])
def test_what_is_shown_as_it_is_and_what_rounding_left_are_not_raised(size, bound):
    assert raised(size, 4) == bound
