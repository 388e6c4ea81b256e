"""Starting values of parameters."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.engine.operations import Array
from gdtutor.training.errors import DataError
from gdtutor.training.initialise import (
    INITIALISATIONS,
    check_seed,
    draw_with,
    fan_in,
    formula_of,
)

DRAWN = [name for name, row in INITIALISATIONS.items() if None not in row.constants.values()]


def draw(
    init: str, shape: tuple[int, ...], seed: int, constants: dict[str, float] | None = None
) -> Array:
    return draw_with(init, shape, np.random.RandomState(seed), constants)


def test_the_published_start_of_seed_48_is_reached_to_its_digits() -> None:
    rng = np.random.RandomState(48)
    w1 = draw_with("xavier", (3, 2), rng)
    w2 = draw_with("xavier", (1, 3), rng)
    published = [[-0.702603, -0.751938], [-0.451188, 0.750657], [-0.111302, 0.773383]]
    np.testing.assert_array_equal(np.round(w1, 6), published)
    np.testing.assert_array_equal(np.round(w2, 6), [[-1.197918, 0.404511, 0.966853]])


@pytest.mark.parametrize(
    ("init", "expected"),
    [
        ("zeros", lambda stream: np.zeros((3, 2))),
        ("plain", lambda stream: 0.01 * stream.randn(3, 2)),
        ("xavier", lambda stream: stream.randn(3, 2) / np.sqrt(2)),
        ("he", lambda stream: stream.randn(3, 2) * np.sqrt(2 / 2)),
        ("uniform", lambda stream: stream.rand(3, 2)),
        ("normal", lambda stream: stream.randn(3, 2)),
    ],
)
def test_every_rule_is_its_formula_over_the_frozen_stream(init: str, expected) -> None:
    np.testing.assert_array_equal(draw(init, (3, 2), 7), expected(np.random.RandomState(7)))


def test_the_usual_ways_to_write_a_start_are_met_to_the_last_bit() -> None:
    np.random.seed(1)
    np.testing.assert_array_equal(
        draw("uniform", (3, 4), 1, {"low": -1.0, "high": 1.0}), 2 * np.random.random((3, 4)) - 1
    )
    np.random.seed(3)
    np.testing.assert_array_equal(
        draw("uniform", (5,), 3, {"low": -0.5, "high": 2.0}), np.random.uniform(-0.5, 2.0, 5)
    )
    np.random.seed(7)
    np.testing.assert_array_equal(
        draw("normal", (2, 3), 7, {"std": 0.1}), np.random.randn(2, 3) * 0.1
    )


def test_inputs_are_the_first_axis_where_examples_are_rows() -> None:
    rng = np.random.RandomState(7)
    drawn = draw_with("xavier", (4, 2), rng, inputs_first=True)
    np.testing.assert_array_equal(drawn, np.random.RandomState(7).randn(4, 2) / np.sqrt(4))
    assert fan_in((1, 5), inputs_first=True) == 1


@pytest.mark.parametrize(
    ("init", "told", "formula"),
    [
        ("uniform", {}, "U[0, 1)"),
        ("uniform", {"low": -1.0, "high": 1.0}, "U[-1, 1)"),
        ("normal", {}, "N(0, 1)"),
        ("normal", {"std": 0.1}, "0.1·N(0, 1)"),
        ("normal", {"std": 0.7071067811865476}, "0.7071067811865476·N(0, 1)"),
        ("he", {}, "N(0, 1)·√(2 / n_in)"),
    ],
)
def test_a_formula_is_shown_with_its_constants(init: str, told: dict, formula: str) -> None:
    assert formula_of(init, told) == formula


def test_every_rule_has_a_formula_to_show() -> None:
    assert all(row.formula and row.summary for row in INITIALISATIONS.values())


@pytest.mark.parametrize(("shape", "inputs"), [((3, 2), 2), ((5,), 5), ((), 1), ((3, 1), 1)])
def test_the_number_of_inputs_is_the_last_axis(shape: tuple[int, ...], inputs: int) -> None:
    assert fan_in(shape) == inputs


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
@pytest.mark.parametrize("init", DRAWN)
def test_draws_have_their_shape_and_are_write_protected(init: str, shape: tuple[int, ...]) -> None:
    drawn = draw(init, shape, 1)
    assert drawn.shape == shape
    assert drawn.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        drawn[...] = 1.0


@pytest.mark.parametrize("init", DRAWN)
def test_the_same_seed_gives_the_same_values(init: str) -> None:
    np.testing.assert_array_equal(draw(init, (4, 4), 3), draw(init, (4, 4), 3))


def test_constant_fills_with_its_value_and_draws_nothing() -> None:
    rng = np.random.RandomState(5)
    np.testing.assert_array_equal(
        draw_with("constant", (2, 2), rng, {"value": 0.25}), np.full((2, 2), 0.25)
    )
    assert rng.rand() == np.random.RandomState(5).rand()


def test_bounds_that_are_turned_are_refused() -> None:
    with pytest.raises(DataError, match="low is the smaller one"):
        draw("uniform", (2, 2), 0, {"low": 1.0})


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_the_generator_does_not_take_is_refused(seed: int) -> None:
    with pytest.raises(DataError, match=f"the seed is {seed}"):
        check_seed(seed)
