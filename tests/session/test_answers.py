import math
import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from walks import NETWORK, NEURON, ROWS, walk

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.answers import (
    Interval,
    ShortAnswerError,
    honest,
    read_name,
    read_number,
    read_numbers,
    read_shape,
    read_sign,
)
from gdtutor.session.digits import number, shown_unit
from gdtutor.session.working import working_of


def values_of(text, row):
    return tuple(number.value for number in read_numbers(text, row))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.125", 0.125), (".125", 0.125), ("1/8", 0.125), ("0.5*0.25", 0.125), ("1e-3", 0.001),
        ("−0.5", -0.5), ("2**-3", 0.125), ("(1 - 0.5)/4", 0.125), ("0.5×0.25", 0.125),
        ("sigmoid(0)", 0.5), ("σ(0)", 0.5), (" 7 ", 7), ("-1e-3", -0.001),
    ],
)  # fmt: skip
def test_a_number_may_be_written_in_many_ways(text, wanted):
    assert read_number(text).value == wanted


@pytest.mark.parametrize(
    "text",
    ["", "z", "w1*x1", "__import__('os')", "0.5 0.2", "1 +", "sum(1)", "a@b", "1;2", "0x10",
     "(" * 400 + "1" + ")" * 400, "nope(1)"],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_never_run(text):
    with pytest.raises(GdTutorError):
        read_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.1, -0.2, 3",
        "[0.1 -0.2 3]",
        "0.1 -0.2 3",
        "[0.1, -1/5, 3]",
        "1/10;-0.2;maximum(3, 1)",
        "maximum(0, 0.1), -0.2, 3",
    ],
)
def test_a_row_may_be_written_with_commas_or_blanks(text):
    assert values_of(text, 3) == (0.1, -0.2, 3.0)


def test_whole_numbers_below_a_million_are_written_out():
    assert [number(value, 4) for value in (123456.0, 999999.0, 1e6)] == ["123456", "999999", "1e6"]


def test_a_single_cell_of_a_row_stays_one_number():
    assert values_of("0.5 - 0.2", 4) == (0.3,)
    assert values_of("0.5 -0.2", 1) == (0.3,)


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(GdTutorError, match="3 numbers"):
        read_numbers("1, 2", 3)


@pytest.mark.parametrize(
    ("text", "sign"),
    [("+", 1), ("positive", 1), ("-", -1), ("−", -1), ("Minus", -1), ("0", 0), ("zero", 0)],
)
def test_a_sign_may_be_a_word(text, sign):
    assert read_sign(text) == sign


@pytest.mark.parametrize("text", ["-0.3", "2e-5", "0.125"])
def test_a_number_is_no_sign_since_it_could_be_a_wrong_one(text):
    with pytest.raises(GdTutorError, match="the sign alone"):
        read_sign(text)


@pytest.mark.parametrize(
    ("text", "shape"),
    [("3x4", (3, 4)), ("3×4", (3, 4)), ("(3, 4)", (3, 4)), ("3 4", (3, 4)), ("3 X 4", (3, 4)),
     ("number", ()), ("()", ()), ("5", (5,)), ("(5,)", (5,))],
)  # fmt: skip
def test_a_shape_may_be_written_in_many_ways(text, shape):
    assert read_shape(text) == shape


@pytest.mark.parametrize(
    "text", ["x", "9**9**9**9**9", "3x", "x4", "3,,4", "*", "(", ")", "[]", "(3, 4", ""]
)
def test_a_shape_of_which_a_part_is_missing_is_refused(text):
    with pytest.raises(GdTutorError, match="no shape"):
        read_shape(text)


@pytest.mark.parametrize("read", [read_sign, read_shape])
def test_what_is_neither_is_refused(read):
    with pytest.raises(GdTutorError):
        read("banana")


@pytest.mark.parametrize(
    ("text", "name"),
    [("yhat", "yhat"), ("ŷ", "yhat"), ("w₁", "w1"), ("dW₁", "W1"), ("∂L/∂w₁", "w1"),
     ("d L/d z", "z"), ("grad b", "b"), ("Ŷ", "Yhat")],
)  # fmt: skip
def test_a_node_is_named_as_it_is_typed_or_shown(text, name):
    assert read_name(text, ("z", "w1", "W1", "b", "yhat", "Yhat")) == name


def test_a_node_that_does_not_exist_is_said():
    with pytest.raises(GdTutorError, match="yhat"):
        read_name("yhatt", ("z", "yhat"))


finite = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-8)


@given(finite, st.integers(1, 12))
def test_the_shown_number_is_accepted_and_one_unit_beside_it_is_not(value, digits):
    interval = honest([value], digits)
    unit = shown_unit(value, digits)
    assert interval.holds(float(number(value, digits)))
    assert interval.holds(value)
    assume(value != 0)
    assert not interval.holds(value + 1.01 * unit)
    assert not interval.holds(value - 1.01 * unit)


@given(finite, finite, st.integers(1, 8))
def test_everything_between_the_true_and_the_recomputed_value_is_accepted(true, other, digits):
    assume(true == 0 or abs(other - true) <= 999 * abs(true))
    interval = honest([true, other], digits)
    assert all(interval.holds(v) for v in (true, other, (true + other) / 2))
    unit = interval.unit
    assert not interval.holds(max(true, other) + 1.01 * unit) or unit == 0
    assert not interval.holds(min(true, other) - 1.01 * unit) or unit == 0


def test_a_reading_far_from_the_true_value_is_accepted_and_nothing_between():
    interval = honest([-6.478, -6.5, -3e6], 4)
    assert all(interval.holds(value) for value in (-6.478, -6.49, -3e6, -3.0004e6))
    assert not any(interval.holds(value) for value in (0.0, 500.0, -7.0, -1e4, -2.99e6, -3.001e6))
    assert interval.overlaps(honest([-3e6], 4))
    assert honest([-3e6], 4).overlaps(interval)
    assert not interval.overlaps(honest([-1e4], 4))


def test_an_exact_zero_accepts_zero_alone():
    interval = honest([0.0], 4)
    assert interval.holds(0.0)
    assert not interval.holds(1e-9)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_accepts_itself_alone(value):
    assert honest([value], 4).holds(value)
    assert not honest([value], 4).holds(1.0)
    assert not honest([1.0], 4).holds(value)


def read(array, digits):
    """Return what the screen shows, read back by this test itself."""
    flat = [float(number(float(v), digits)) for v in np.ravel(array)]
    return np.array(flat).reshape(np.shape(array))


@given(st.data())
def test_the_value_computed_from_shown_operands_is_always_accepted(data):
    """By hand: forward from the formula, back as upstream times local, both of them as shown."""
    path = data.draw(st.sampled_from([NEURON, ROWS]))
    k, digits = data.draw(st.integers(0, 6)), data.draw(st.integers(2, 6))
    moment = walk(path, f"{k}/given").moment
    v = {name: read(a, digits) for name, a in moment.trace.values.items()}
    g = {name: read(a, digits) for name, a in moment.trace.gradients.items()}
    if path == NEURON:
        wanted = {
            ("forward", "z"): v["w1"] * v["x1"] + v["w2"] * v["x2"] + v["b"],
            ("forward", "yhat"): 1 / (1 + np.exp(-v["z"])),
            ("forward", "L"): (v["yhat"] - v["y"]) ** 2 / 2,
            ("backward", "yhat"): g["L"] * (v["yhat"] - v["y"]),
            ("backward", "z"): g["yhat"] * v["yhat"] * (1 - v["yhat"]),
            ("backward", "w1"): g["z"] * v["x1"],
            ("backward", "b"): g["z"],
            ("update", "w1"): v["w1"] - g["w1"],
        }
    else:
        wanted = {
            ("forward", "z"): v["w"] * v["x"] + v["b"],
            ("forward", "a"): np.tanh(v["z"]),
            ("forward", "C"): np.mean(v["L"]),
            ("backward", "a"): g["L"] * (v["a"] - v["y"]),
            ("backward", "z"): g["a"] * (1 - v["a"] ** 2),
            ("backward", "w"): np.sum(g["z"] * v["x"]),
            ("backward", "b"): np.sum(g["z"]),
        }
    for step in moment.steps:
        found = wanted.get((step.phase.value, step.node))
        if found is None or step.variable not in ("", "p"):
            continue
        working = working_of(moment, step)
        for cell in np.ndindex(working.result.shape):
            interval = working.interval(cell, digits)
            assert interval.holds(float(np.asarray(found)[cell])), (step, cell)
            assert interval.holds(float(number(float(working.result[cell]), digits)))
            assert not interval.holds(interval.high + 1.01 * interval.unit) or not interval.unit


@given(st.data())
def test_the_cell_computed_from_a_shown_matrix_is_accepted(data):
    digits, k = data.draw(st.integers(2, 6)), data.draw(st.integers(0, 5))
    moment = walk(NETWORK, f"{k}/given").moment
    v = {name: read(a, digits) for name, a in moment.trace.values.items()}
    g = {name: read(a, digits) for name, a in moment.trace.gradients.items()}
    wanted = {
        ("forward", "Z1"): v["W1"] @ v["X"] + v["b1"],
        ("backward", "W2"): g["Z2"] @ v["A1"].T,
        ("backward", "A1"): v["W2"].T @ g["Z2"],
        ("backward", "b1"): g["Z1"].sum(axis=1, keepdims=True),
        ("update", "W2"): v["W2"] - 0.5 * g["W2"],
    }
    for step in moment.steps:
        found = wanted.get((step.phase.value, step.node))
        if found is not None:
            working = working_of(moment, step)
            for cell in np.ndindex(working.result.shape):
                assert working.interval(cell, digits).holds(float(found[cell]))


@pytest.mark.parametrize(
    ("text", "figures", "unit"),
    [("-0.0811", 3, 1e-4), ("−0.0811", 3, 1e-4), ("0.250", 3, 1e-3), ("120", 3, 1),
     ("0.08", 1, 0.01), ("8.11e-2", 3, 1e-4), ("0.00", 0, 0.01), ("3/4", 0, 0), ("0.75*0.3", 0, 0)],
)  # fmt: skip
def test_the_digits_of_a_number_are_those_that_were_typed(text, figures, unit):
    typed = read_number(text)
    assert (typed.figures, typed.unit) == (figures, unit)


@given(st.floats(1e-3, 1e4), st.integers(3, 9), st.sampled_from([1, -1]))
def test_a_value_rounded_to_three_digits_or_more_is_right(size, digits, sign):
    value = sign * size
    right = honest([value], 9)
    rounded = f"{value:.{digits - 1}e}"
    assert right.is_right(read_number(rounded))
    beyond = read_number(rounded)
    beyond = f"{beyond.value + 2 * beyond.unit:.{digits - 1}e}"
    # 1.000530e3 is 1.00053e3, rightly rounded, with a zero behind.
    assume(not beyond.partition("e")[0].endswith("0"))
    assert not honest([value], 17).accepts(read_number(beyond))


def test_a_value_rounded_to_two_digits_is_right_so_far():
    right = Interval(-0.081068, -0.081068, 1e-5)
    for text in ("-0.081", "-8.1e-2"):
        with pytest.raises(ShortAnswerError, match=f"{text} is right so far — write 3 digits"):
            right.is_right(read_number(text))
    for text in (
        "-0.0812",
        "-8e-2",
        "-0.082",
        "-0.080",
        "-0.09",
        "-0.1",
        "0.08",
        "0",
        "-0.0",
        "-0.0812*1",
    ):
        assert not right.is_right(read_number(text))
    assert Interval(0.5, 0.5, 1e-4).is_right(read_number("0.5"))
    assert Interval(-12.0, -12.0, 1e-3).is_right(read_number("-12"))


@pytest.mark.parametrize("value", [-1.5, 0.25, 0.125, 0.135, 0.375, 1.25, -2.75, 31.25])
def test_what_is_right_so_far_is_the_value_rounded_or_cut_to_two_digits(value):
    """Of a half way between two both are, where one way of rounding gives each; no single digit is
    told, which a guess would meet, nor one that lies as near and is rounded the wrong way."""
    right, size = Interval(value, value, 2e-6), 10.0 ** math.floor(math.log10(abs(value)))
    so_far = set()
    for figures in (1, 2):
        for digits in range(10 ** (figures - 1), 10**figures):
            text = f"{math.copysign(digits * size * 10.0 ** (1 - figures), value):.{figures - 1}e}"
            try:
                assert right.is_right(read_number(text)) == (float(text) == value), text
            except ShortAnswerError:
                so_far.add(float(text))
    exact = Decimal(repr(value))
    ways = (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_DOWN)
    unit = Decimal(1).scaleb(exact.adjusted() - 1)
    assert so_far == {float(exact.quantize(unit, way)) for way in ways} - {value}


@pytest.mark.parametrize(
    ("value", "right", "wrong"),
    [
        (12345.0, "12300 12345 12340 1.23e4 123*10**2 1.23·10⁴ 12310", "12400 12290 1230 1.24e4"),
        (1234500.0, "1230000 1.23e6 1234500 1230000.0", "1240000 1.24e6 123000"),
        (0.09996, "0.1 1e-1 .100 10^-1 10⁻¹ 1/10 0.09996 0.1000", "0.0998 0.11 0.01 1/11"),
        (0.645656, "0.646 0.6456 0.64566 .64520 0.6460 6456/10000", "0.647 0.6450 0.644 0.6"),
        (-0.08107, "-0.0811 -0.08107 -0.08111 -0.0811*1", "-0.0812 -0.08101 0.0811 -0.0810*1"),
        (99.96, "1e2 100 100.0 99.96 10²", "99.8 101 1e1 10^3"),
        (1 / 3, "333/1000 3.33*10**-1 0.3330 3.33·10⁻¹ 1/3", "334/1000 0.334 3.34·10⁻¹"),
        (0.001, "1×10⁻³ 10^-3 10⁻³ 1e-3 0.00100 −1×-10⁻³", "10⁻² 1×10⁻⁴ 2·10⁻³ 1.01e-3"),
        (-8000.4, "-8e3 −8·10³ -8000 −2³*1000", "8e3 -9e3 -8010 −8·10²"),
    ],
)  # fmt: skip
def test_what_rounds_to_the_digits_asked_for_is_right_however_it_is_written(value, right, wrong):
    interval = honest([value], 4)
    assert [text for text in right.split() if not interval.is_right(read_number(text))] == []
    assert [text for text in wrong.split() if interval.is_right(read_number(text))] == []


@pytest.mark.parametrize("text", ["12e-300", "0.00000000000000000000000000000000012"])
def test_a_number_far_below_the_right_one_is_just_wrong(text):
    assert not honest([5000.5], 4).is_right(read_number(text))


@pytest.mark.parametrize(
    ("value", "cut", "short"),
    [
        (0.645656, "0.645 .645 6.45e-1", "0.64 0.65 .64 6.4·10⁻¹"),
        (-0.08107, "-0.0810 −0.0810 -8.10e-2", "-0.081 -0.08"),
        (0.06278, "0.0627 6.27e-2", "0.063 0.062 0.06 .06"),
        (12345.0, "", "12000 1.2e4 12e3"),
        (12367.0, "12300 1.23e4", "12000"),
        (99.96, "99.9", "99"),
    ],
)
def test_digits_cut_off_and_too_few_of_them_are_told_so_and_are_no_wrong_answer(value, cut, short):
    interval = honest([value], 4)
    for texts, told in (
        (cut, "cut off, not rounded: the next digit is 5 or more"),
        (short, "so far"),
    ):
        for text in texts.split():
            with pytest.raises(ShortAnswerError, match=f"{re.escape(text)} is .*{told}"):
                interval.is_right(read_number(text))


@pytest.mark.parametrize("text", [".33", "3.3·10⁻¹", "3.3e-1"])
def test_two_digits_are_right_so_far_in_every_notation(text):
    with pytest.raises(ShortAnswerError):
        honest([1 / 3], 4).is_right(read_number(text))


@given(finite.filter(bool), st.floats(-1e6, 1e6), st.integers(4, 8))
def test_a_number_of_few_digits_is_right_just_where_it_is_the_rounded_one(value, other, digits):
    """By hand: at most half a unit of the third digit lies between both."""
    typed = read_number(f"{other:.2g}")
    unit = Decimal(10) ** (int(f"{value:.2e}".partition("e")[2]) - 2)
    is_rounded = abs(Decimal(value) - Decimal(f"{other:.2g}")) <= unit / 2
    interval = honest([value], digits)
    assert interval.accepts(typed) == is_rounded or interval.holds(typed.value)
