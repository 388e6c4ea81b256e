import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.paint.ticks import linear_ticks, log_ticks, ticks_in

FINITE = st.floats(-1e12, 1e12, allow_nan=False)


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0, 1, 3, ["0", "0.5", "1.0"]),
        (0, 100, 6, ["0", "20", "40", "60", "80", "100"]),
        (-1, 1, 5, ["-1.0", "-0.5", "0", "0.5", "1.0"]),
        (0.1012, 0.1031, 4, ["0.1015", "0.1020", "0.1025", "0.1030"]),
        (0, 0.00004, 3, ["0", "2e-5", "4e-5"]),
        (0, 1e12, 3, ["0", "5e11", "1e12"]),
        (-6, 6, 3, ["-5", "0", "5"]),
        (-9, 9, 3, ["-5", "0", "5"]),
        (-6, 6, 2, ["-5", "5"]),
        (-1, 1, 2, ["-1", "1"]),
        (0, 1.4, 1, ["0"]),
        (5, 5, 3, []),
        (0, 1, 0, []),
    ],
)
def test_ticks_stand_at_round_numbers(
    low: float, high: float, most: int, labels: list[str]
) -> None:
    assert [tick.label for tick in linear_ticks(low, high, most)] == labels


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 12))
def test_whole_ticks_are_whole(low: int, length: int, most: int) -> None:
    for tick in linear_ticks(low, low + length, most, whole=True):
        assert tick.at == round(tick.at)


@given(FINITE, FINITE, st.integers(1, 12))
def test_ticks_lie_on_the_axis_and_are_no_more_than_asked_for(a: float, b: float, n: int) -> None:
    low, high = sorted((a, b))
    margin = (high - low) * 1e-6
    ticks = linear_ticks(low, high, n)
    assert len(ticks) <= n
    assert all(low - margin <= tick.at <= high + margin for tick in ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_no_two_ticks_carry_the_same_label(low: float, length: float, most: int) -> None:
    labels = [tick.label for tick in linear_ticks(low, low + length, most)]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (-3, 1, 5, ["1e-3", "0.01", "0.1", "1", "10"]),
        (-3.4, 1.2, 3, ["1e-3", "0.1", "10"]),
        (4, 6, 5, ["10000", "1e5", "1e6"]),
        (-0.9, -0.1, 4, ["0.2", "0.4", "0.6"]),
        (1, 1, 4, []),
    ],
)
def test_log_ticks_are_powers_of_ten_where_the_range_holds_some(
    low: float, high: float, most: int, labels: list[str]
) -> None:
    assert [tick.label for tick in log_ticks(low, high, most)] == labels


def test_a_log_tick_stands_at_the_logarithm() -> None:
    assert [tick.at for tick in log_ticks(-2, 0, 3)] == [-2, -1, 0]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_an_axis_has_two_ticks_at_least(low: float, length: float, most: int) -> None:
    assert len(linear_ticks(low, low + length, most)) >= 2


@given(st.integers(-100, 100), st.integers(1, 10**6), st.integers(2, 12))
def test_an_axis_of_whole_numbers_has_two_ticks_at_least(low: int, length: int, most: int) -> None:
    assert len(linear_ticks(low, low + length, most, whole=True)) >= 2


@pytest.mark.parametrize(
    ("cells", "labels"),
    [(60, ["-1.0", "-0.5", "0", "0.5", "1.0"]), (16, ["-1", "0", "1"]), (4, ["-1", "1"])],
)
def test_a_row_has_the_ticks_that_it_can_label(cells: int, labels: list[str]) -> None:
    assert [tick.label for tick in ticks_in(-1, 1, cells)] == labels
