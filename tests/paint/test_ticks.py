from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.paint.ticks import axis_of, labelled_axis, linear_ticks, log_axis

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
        (0, 1e5, 6, ["0", "20000", "40000", "60000", "80000", "100000"]),
        (-6, 6, 3, ["-5", "0", "5"]),
        (-9, 9, 3, ["-5", "0", "5"]),
        (-6, 6, 2, ["-5", "5"]),
        (-1, 1, 2, ["-1", "1"]),
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
        (-3.4, 1.2, 3, ["0.01", "1"]),
        (4, 6, 5, ["10000", "1e5", "1e6"]),
        (-1.9, -0.1, 5, ["0.02", "0.05", "0.1", "0.2", "0.5"]),
        (-5, -4.1, 5, ["1e-5", "2e-5", "5e-5"]),
        (-0.5, -0.1, 4, ["0.4", "0.5", "0.6", "0.7"]),
        (-40, 12, 8, ["1e-40", "1e-30", "1e-20", "1e-10", "1", "1e10", "1e20"]),
    ],
)
def test_ticks_of_a_log_axis_are_round_numbers(
    low: float, high: float, most: int, labels: list[str]
) -> None:
    assert [tick.label for tick in log_axis((low, high), 20, most).ticks] == labels


def test_a_log_tick_stands_at_the_logarithm() -> None:
    assert [tick.at for tick in log_axis((-2, 0), 20, 3).ticks] == [-2, -1, 0]


RANGES = st.tuples(st.floats(-1e6, 1e6), st.floats(1, 1e6))


@given(RANGES, st.integers(12, 200), st.integers(3, 12), st.booleans())
def test_an_axis_holds_its_range_and_its_ticks_are_whole_cells_apart(
    limits: tuple[float, float], cells: int, most: int, whole: bool
) -> None:
    low, high = limits[0], sum(limits)
    if whole:
        low, high = round(low), round(low) + max(2, round(limits[1]))
    axis = axis_of((low, high), cells, most, whole)
    margin = (high - low) * 1e-6
    assert axis.low <= low + margin
    assert axis.high >= high - margin
    assert axis.high - axis.low <= 1.4 * (high - low) + margin
    assert 2 <= len(axis.ticks) <= most + 1
    places = [(tick.at - axis.low) / (axis.high - axis.low) * (cells - 1) for tick in axis.ticks]
    apart = {round(b - a, 3) for a, b in pairwise(places)}
    assert len(apart) == 1
    if (axis.low, axis.high) != (low, high):
        assert all(abs(place - round(place)) < 1e-3 for place in places)


@pytest.mark.parametrize("cells", [20, 46, 62, 120])
@pytest.mark.parametrize("epochs", [1, 7, 49, 100, 4999, 123_456])
def test_an_axis_of_epochs_begins_at_0_with_ticks_evenly_spaced(epochs: int, cells: int) -> None:
    axis = labelled_axis(0, epochs, cells, whole=True)
    assert (axis.low, axis.ticks[0].at) == (0, 0)
    places = [tick.at / axis.high * (cells - 1) for tick in axis.ticks]
    assert all(abs(place - round(place)) < 1e-6 for place in places)
    assert axis.high < 1.6 * epochs or epochs == 1


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
    assert [tick.label for tick in labelled_axis(-1, 1, cells).ticks] == labels


@pytest.mark.parametrize("cells", [10, 20, 25, 26])
def test_an_axis_has_a_tick_near_its_top_where_it_has_room_for_one(cells: int) -> None:
    axis = axis_of((0.0015, 0.125), cells, 9)
    assert 0.125 <= axis.high + 1e-9 <= 1.25 * 0.125
    assert axis.high - axis.ticks[-1].at <= (axis.high - axis.low) / 5


@pytest.mark.parametrize("high", [0.32, 0.19, 0.7, 1.3, 3.9])
def test_an_axis_with_room_for_three_ticks_has_them(high: float) -> None:
    assert len(axis_of((0, high), 14, 5).ticks) >= 3
