"""Bringing columns to a common scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.training.errors import DataError
from gdtutor.training.scaling import SCALINGS, min_max, standardise

NAMES = ("x1", "x2")
COLUMNS = st.lists(
    st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=2, max_size=30
).filter(lambda rows: all(len(set(column)) > 1 for column in zip(*rows, strict=True)))


@given(COLUMNS)
def test_standardised_columns_have_mean_zero_and_deviation_one(rows: list) -> None:
    scaled = standardise(np.array(rows, dtype=np.float64), NAMES)
    np.testing.assert_allclose(scaled.values.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(np.sqrt((scaled.values**2).mean(axis=0)), 1)


@given(COLUMNS)
def test_min_max_columns_reach_from_zero_to_one(rows: list) -> None:
    values = min_max(np.array(rows, dtype=np.float64), NAMES).values
    np.testing.assert_array_equal(values.min(axis=0), 0)
    np.testing.assert_array_equal(values.max(axis=0), 1)


@pytest.mark.parametrize("name", SCALINGS)
@given(rows=COLUMNS)
def test_shift_and_scale_take_new_points_along(name: str, rows: list) -> None:
    columns = np.array(rows, dtype=np.float64)
    scaled = SCALINGS[name].scale(columns, NAMES)
    np.testing.assert_array_equal((columns - scaled.shift) / scaled.scale, scaled.values)
    np.testing.assert_allclose(scaled.values * scaled.scale + scaled.shift, columns, atol=1e-9)


def test_the_deviation_is_taken_over_m() -> None:
    scaled = standardise(np.array([[1.0], [3.0]]), NAMES)
    assert scaled.scale[0] == 1.0
    np.testing.assert_array_equal(scaled.values, [[-1.0], [1.0]])


@pytest.mark.parametrize("name", SCALINGS)
def test_a_constant_column_is_refused_by_its_name(name: str) -> None:
    """0.1 is the case where the rounded mean differs from the values."""
    columns = np.column_stack([np.arange(10.0), np.full(10, 0.1)])
    with pytest.raises(DataError, match="'x2' is constant"):
        SCALINGS[name].scale(columns, NAMES)


@pytest.mark.parametrize("name", SCALINGS)
def test_what_has_no_scale_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="column 'x1' differ by too much"):
        SCALINGS[name].scale(np.array([[1.7e308], [-1.7e308]]), NAMES)


def test_every_scaling_shows_its_formula() -> None:
    assert all(row.formula for row in SCALINGS.values())
